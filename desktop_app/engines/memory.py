"""The machine's processors and memory, and which models may stand in it together (decisions, Memory)."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from desktop_app.core.errors import EngineError

SMALL_MACHINE_BYTES = 6_000_000_000  # below this the language model stands alone
_HEADROOM_BYTES = 150_000_000  # for the window and the system while a model works
_CGROUP = Path("/sys/fs/cgroup")


def _number(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def usable_cores() -> int:
    """Return the processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def total_bytes() -> int:
    """Return the machine's memory, or the container's if that is less."""
    limit = _number(_CGROUP / "memory.max")
    return min(int(psutil.virtual_memory().total), limit or sys.maxsize)


def available_bytes() -> int:
    """Return what can be had without swapping, inside the container's limit."""
    free = int(psutil.virtual_memory().available)
    limit, used = _number(_CGROUP / "memory.max"), _number(_CGROUP / "memory.current")
    if limit is not None and used is not None:
        free = min(free, max(0, limit - used))
    return free


def require(needed: int, name: str) -> None:
    """Refuse what would not fit, before anything is loaded.

    Args:
        needed: bytes that the model takes when it works.
        name: of the model, for the sentence.

    Raises:
        EngineError: `engine.no_memory`.
    """
    free = available_bytes()
    if needed + _HEADROOM_BYTES > free:
        raise EngineError(
            "engine.no_memory",
            name=name,
            needed_gb=round((needed + _HEADROOM_BYTES) / 1e9, 1),
            free_gb=round(free / 1e9, 1),
        )


def evictions(resident: Iterable[str], wanted: str, total: int) -> tuple[str, ...]:
    """Return the kinds to unload before a kind is loaded: `speech`, `reading` or `language`.

    Speech and reading may stand together; the language model with neither on a small machine.
    """
    if total >= SMALL_MACHINE_BYTES:
        return ()
    together = {"language"} if wanted == "language" else {"speech", "reading"}
    return tuple(kind for kind in resident if kind not in together)


def give_back() -> None:
    """Return freed memory to the system; glibc keeps it otherwise."""
    if os.name == "posix" and sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
