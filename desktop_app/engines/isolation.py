"""What the engine process may not do: see secrets, open sockets, leave patient text in a core file."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

_OURS = "JICENG_"  # passphrase and PIN come this way
_SECRETS = frozenset({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK"})

# Linux: numbers of prctl(2), seccomp(2) and of the system calls of each architecture
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_EACCES = 13
_IO_URING_SETUP = 425  # the same number on every architecture; it could open sockets past the filter
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # audit number, socket(2)
_OOM_SCORE = "600"  # when memory runs out the system ends the engine, not the window with the draft


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that the engine process gets: without secrets, proxies and online defaults."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(_OURS) and name not in _SECRETS and not name.lower().endswith("_proxy")
    }
    return kept | {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def enter() -> None:
    """Shut this process in. Called once, before any thread and any engine is there."""
    sys.addaudithook(_refuse_sockets)
    if sys.platform == "linux":
        _filter_system_calls()
        _prefer_as_victim()
    _forbid_core_files()


def _refuse_sockets(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        raise PermissionError(_EACCES, "the engine process has no network")


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _filter_system_calls() -> None:
    """Refuse socket(2) to native code too; a kernel without seccomp leaves only the audit hook."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return
    audit, socket_call = known
    load, equal, result = 0x20, 0x15, 0x06  # BPF: load word, jump if equal, return
    program = b"".join(
        (
            _instruction(load, 4),  # the architecture
            _instruction(equal, audit, 0, 4),
            _instruction(load, 0),  # the system call's number
            _instruction(equal, socket_call, 2),
            _instruction(equal, _IO_URING_SETUP, 1),
            _instruction(result, _ALLOW),
            _instruction(result, _REFUSE | _EACCES),
        )
    )
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.create_string_buffer(header, len(header)), 0, 0)


def _prefer_as_victim() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
    except OSError:
        return  # some containers forbid it; the order of victims is then the system's own


def _forbid_core_files() -> None:
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
