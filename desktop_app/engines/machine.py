"""What the machine is: processor, instruction set, system library."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

OLDEST_GLIBC = (2, 28)  # of the Qt wheels (UOS 20, Kylin V10, Debian 10 and later)

_SETS = (("avx512f", "avx512"), ("avx2", "avx2"), ("avx", "avx"), ("sse4_2", "sse4.2"), ("asimd", "neon"))


def _cpuinfo(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines if ":" in line)
    found: dict[str, str] = {}
    for name, _, value in pairs:
        found.setdefault(name.strip().lower(), value.strip())
    return found


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name as the system tells it."""
    return _cpuinfo(cpuinfo).get("model name") or platform.processor() or platform.machine()


def instruction_set(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the widest vector instructions: `avx512, avx2, avx, sse4.2, neon`, or the architecture."""
    info = _cpuinfo(cpuinfo)
    flags = set((info.get("flags") or info.get("features") or "").split())
    return next((name for flag, name in _SETS if flag in flags), platform.machine().lower())


def glibc() -> tuple[int, ...] | None:
    """Return the version of the GNU C library, nothing where the system has another."""
    name, version = platform.libc_ver()
    if sys.platform != "linux" or name != "glibc":
        return None
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
