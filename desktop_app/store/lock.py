"""Locks between processes, kept by the operating system: they go when their process dies."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType

_PAUSE_S = 0.02

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_size_t),
            ("internal_high", ctypes.c_size_t),
            ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    _FAIL_AT_ONCE, _EXCLUSIVE = 1, 2  # LOCKFILE_FAIL_IMMEDIATELY, LOCKFILE_EXCLUSIVE_LOCK

    def _try(handle: int, exclusive: bool) -> bool:
        _free(handle)  # Windows stacks locks of one handle; ours are exchanged
        flags = _FAIL_AT_ONCE | (_EXCLUSIVE if exclusive else 0)
        place = _Overlapped()
        system = msvcrt.get_osfhandle(handle)
        return bool(ctypes.windll.kernel32.LockFileEx(system, flags, 0, 1, 0, ctypes.byref(place)))

    def _free(handle: int) -> None:
        place = _Overlapped()
        ctypes.windll.kernel32.UnlockFileEx(msvcrt.get_osfhandle(handle), 0, 1, 0, ctypes.byref(place))

else:
    import fcntl

    def _try(handle: int, exclusive: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _free(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


class FileLock:
    """A lock on a small file: many may share it, or one may have it alone.

    Args:
        path: the lock's file; made if it isn't there, never removed.

    Raises:
        OSError: the file can't be made.
    """

    def __init__(self, path: Path) -> None:
        self._handle: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def acquire(self, *, exclusive: bool, wait_s: float = 0.0) -> bool:
        """Take or exchange the lock; False if others kept it for the whole wait."""
        assert self._handle is not None
        deadline = time.monotonic() + wait_s
        while not _try(self._handle, exclusive):
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE_S)
        return True

    def release(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            _free(self._handle)

    def close(self) -> None:
        """Let it go for good; a second time does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
