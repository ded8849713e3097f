"""Foreign faults of the database and of files, turned into `StoreError` at one edge."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlcipher3 import dbapi2

from desktop_app.core.errors import AppError, PolicyError, StoreError

# primary result codes, https://www.sqlite.org/rescode.html; extended ones carry them in their low byte
_CODES = {
    5: "store.busy",
    6: "store.busy",
    8: "store.read_only",
    10: "store.io",
    11: "store.corrupt",
    13: "store.disk_full",
    14: "store.cannot_open",
    26: "store.wrong_key",
}
_CONSTRAINT = 19
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


def from_database(error: Exception) -> AppError:
    """Return what a fault of sqlcipher3 means to a person.

    Triggers speak in our own codes (`store.immutable`, `policy.review`), which come through as they are.
    """
    message = str(error)
    if message.startswith("policy."):
        return PolicyError(message)
    if message.startswith("store."):
        return StoreError(message)
    number = int(getattr(error, "sqlite_errorcode", 0) or 0)
    name = str(getattr(error, "sqlite_errorname", type(error).__name__))
    if number & 0xFF == _CONSTRAINT:
        return StoreError("store.constraint", f"{name}: {message}")
    return StoreError(_CODES.get(number & 0xFF, "store.database"), name)


def from_system(error: OSError) -> StoreError:
    """Return what a fault of a file means to a person."""
    hint = errno.errorcode.get(error.errno or 0, "OSError")
    if error.errno in _FULL:
        return StoreError("store.disk_full", hint)
    if error.errno in _DENIED:
        return StoreError("store.read_only", hint)
    return StoreError("store.io", hint)


@contextmanager
def edge() -> Iterator[None]:
    """Let no exception of sqlcipher3 or of the operating system pass.

    Raises:
        StoreError: the database or its folder failed.
        PolicyError: a rule that the database itself holds forbids it.
    """
    try:
        yield
    except dbapi2.Error as error:
        raise from_database(error) from error
    except OSError as error:
        raise from_system(error) from error
