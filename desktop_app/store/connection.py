"""Opening the database file: its key, and the promises that every connection must keep."""

from __future__ import annotations

import os
import time
from pathlib import Path

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from desktop_app.core.errors import StoreError
from desktop_app.store.faults import edge

BUSY_S = 10.0  # a backup or a checkpoint of the other process is over by then
_PAUSE_S = 0.02  # between two tries
_FULL = 2  # PRAGMA synchronous: every commit is on the disk before it returns


def connect(path: Path, key: bytes) -> Database:
    """Open a database with a raw 32-byte key; a missing file is created.

    Raises:
        StoreError: `store.wrong_key` (or a damaged first page), `store.not_durable`, or the disk's faults.
    """
    with edge():
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # the owner's alone; SQLite keeps the mode
        connection = dbapi2.connect(str(path), timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")  # wrong keys are our sentence, not its log
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            _switch_to_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")  # shredded keys are overwritten
            database = Database(connection)
            assert_durable(database)
        except BaseException:
            connection.close()
            raise
    return database


def _switch_to_wal(connection: dbapi2.Connection) -> None:
    """Set the journal mode; SQLite doesn't ask its busy handler for that, so we wait ourselves."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except dbapi2.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def assert_durable(database: Database) -> None:
    """Read back what was asked for: some disks and builds quietly give less.

    Raises:
        StoreError: a commit could be lost with the power, or foreign keys are off (`store.not_durable`).
    """
    wanted = {"journal_mode": "wal", "synchronous": _FULL, "foreign_keys": 1}
    for name, value in wanted.items():
        found = database.execute(f"PRAGMA {name}").fetchone()
        if found is None or found[0] != value:
            raise StoreError("store.not_durable", f"{name}={found[0] if found else None}", setting=name)
