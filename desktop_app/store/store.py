"""Opening a store, and everything that it holds."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from desktop_app.core.clock import Clock, SystemClock, new_id
from desktop_app.core.errors import StoreError
from desktop_app.core.records.visits import Visit
from desktop_app.store.anchors import AnchorFile, sign_head
from desktop_app.store.audit import AuditTrail
from desktop_app.store.audit_rows import GENESIS, Actor, AuditPayload
from desktop_app.store.connection import connect
from desktop_app.store.faults import edge
from desktop_app.store.files import write_atomic
from desktop_app.store.keys import derive, seal, unseal
from desktop_app.store.lane import Lane
from desktop_app.store.lock import FileLock
from desktop_app.store.migrations import MIGRATIONS, migrate, pending
from desktop_app.store.outbox import Outbox
from desktop_app.store.patients import Patients
from desktop_app.store.person_settings import PersonSettings
from desktop_app.store.sealed_keys import SealedKeys
from desktop_app.store.sounds import Sounds
from desktop_app.store.swap import finish_swap
from desktop_app.store.visit_list import VisitList
from desktop_app.store.visits import Visits

T = TypeVar("T")

DATABASE = "store.db"
IDENTITY = "store.json"  # not secret: which store this is, and a check value of its key
LOCK = "store.lock"
WAIT_S = 3.0  # another process's opening is over by then


class Store:
    """An open store. Several processes may have one open; each thread may use it.

    Attributes:
        folder: where it lives.
        patients, visits, visit_list, audit, outbox, sounds, sealed_keys, settings: what it holds.
    """

    def __init__(self, folder: Path, key: bytes, database: Database, lock: FileLock, clock: Clock) -> None:
        self.folder = folder
        self.key = key
        self.clock = clock
        self._lock = lock
        self._lane = Lane(database)
        anchors = AnchorFile(folder)
        signing_key = _signing_key(self._lane, derive(key, "audit signing"))
        self.signing_key = signing_key
        if not anchors.exists and not self._lane.row("SELECT seq FROM audit LIMIT 1"):
            with edge():
                anchors.add(sign_head(signing_key, 0, GENESIS, clock.now().isoformat()), lasting=True)
        self.sealed_keys = SealedKeys(self._lane, clock, derive(key, "payload keys"))
        self.audit = AuditTrail(self._lane, clock, signing_key, self.sealed_keys, anchors)
        self.patients = Patients(self._lane, clock)
        self.outbox = Outbox(self._lane, clock)
        self.visits = Visits(self._lane, clock, self.patients, self.audit, self.outbox)
        self.visit_list = VisitList(self._lane)
        self.sounds = Sounds(self._lane, clock, self.sealed_keys, folder)
        self.settings = PersonSettings(self._lane)

    @classmethod
    def open(cls, folder: Path, key: bytes, *, clock: Clock | None = None, wait_s: float = WAIT_S) -> Store:
        """Open the store of a folder; a new one is made where there is none.

        Args:
            folder: made if missing.
            key: the 32-byte data key (see `accounts.keyfile`).
            clock: where the time comes from.
            wait_s: how long to wait for another process that is opening or changing it.

        Raises:
            StoreError: `store.wrong_key`, `store.newer` (made by a newer program), `store.in_use` (must be
                changed first, and another process has it open), `store.missing` (its database is gone),
                `store.corrupt`, `store.not_durable`, or the disk's faults.
        """
        clock = clock or SystemClock()
        with edge():
            finish_swap(folder)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _check_identity(folder, key)
            lock = FileLock(folder / LOCK)
        try:
            database = _open_migrated(folder, derive(key, "database"), lock, clock, wait_s)
            try:
                store = cls(folder, key, database, lock, clock)
                _write_identity(folder, key, store.id)
            except BaseException:
                database.close()
                raise
        except BaseException:
            lock.close()
            raise
        return store

    @property
    def id(self) -> str:
        """The store's own identifier."""
        row = self._lane.row("SELECT value FROM store_info WHERE name = 'id'")
        return str(row["value"]) if row else ""

    @property
    def lane(self) -> Lane:
        """The connection, for the rooms that keep tables of their own here (accounts, knowledge)."""
        return self._lane

    def writing(self) -> AbstractContextManager[Database]:
        """Open one transaction around several changes: all or none of them last."""
        return self._lane.writing()

    def save_stage(
        self, visit: Visit, actor: Actor | None = None, payload: AuditPayload | None = None
    ) -> None:
        """Keep a visit as far as it has come; see `Visits.save_stage`."""
        self.visits.save_stage(visit, actor, payload)

    def save_visit(
        self, visit: Visit, actor: Actor, action: str, payload: AuditPayload | None = None
    ) -> None:
        """Write a version with its audit and outbox rows; see `Visits.save_visit`."""
        self.visits.save_visit(visit, actor, action, payload)

    def data_version(self) -> int:
        """Return a number that changes when another process commits; a window polls it."""
        return self._lane.data_version()

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._lane.close()
        self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_value(key: bytes) -> str:
    return hmac.new(derive(key, "check"), b"jiceng store", sha256).hexdigest()[:32]


def _identity(folder: Path) -> dict[str, str] | None:
    path = folder / IDENTITY
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_bytes())
    except ValueError as error:
        raise StoreError("store.corrupt", IDENTITY) from error
    return data if isinstance(data, dict) else {}


def _check_identity(folder: Path, key: bytes) -> None:
    known = _identity(folder)
    if known is None:
        return
    if not hmac.compare_digest(str(known.get("key_check")), _check_value(key)):
        raise StoreError("store.wrong_key")
    if not (folder / DATABASE).exists():
        raise StoreError("store.missing")


def _write_identity(folder: Path, key: bytes, store_id: str) -> None:
    if not (folder / IDENTITY).exists():
        data = {"format": 1, "store": store_id, "key_check": _check_value(key)}
        with edge():
            write_atomic(folder / IDENTITY, json.dumps(data).encode())


def _connect(folder: Path, key: bytes) -> Database:
    try:
        return connect(folder / DATABASE, key)
    except StoreError as error:
        # the key has been checked: what is unreadable now is damaged
        if error.code == "store.wrong_key" and _identity(folder):
            raise StoreError("store.corrupt", error.hint) from error
        raise


def _open_migrated(folder: Path, key: bytes, lock: FileLock, clock: Clock, wait_s: float) -> Database:
    deadline = time.monotonic() + wait_s
    while True:
        if not lock.acquire(exclusive=False, wait_s=wait_s):
            raise StoreError("store.in_use")
        database = _connect(folder, key)
        ready = _closing(database, lambda opened: _is_ready(folder, opened))
        if ready:
            return database
        database.close()
        if lock.acquire(exclusive=True, wait_s=0.1):
            database = _connect(folder, key)
            _closing(database, lambda opened: migrate(opened, clock))
            database.close()
        elif time.monotonic() > deadline:
            raise StoreError("store.in_use")
        lock.release()


def _is_ready(folder: Path, database: Database) -> bool:
    waiting = pending(database)
    if len(waiting) == len(MIGRATIONS) and _identity(folder):
        raise StoreError("store.missing")  # an empty file stands where the records were
    return not waiting


def _closing(database: Database, work: Callable[[Database], T]) -> T:
    """Do something with a database and close it if that fails."""
    try:
        return work(database)
    except BaseException:
        database.close()
        raise


def _signing_key(lane: Lane, wrapping_key: bytes) -> Ed25519PrivateKey:
    """Return the store's signing key; made once, wrapped by the data key, so SQL alone can't sign."""
    with lane.writing() as database:
        row = database.execute("SELECT wrapped FROM store_key WHERE name = 'audit'").fetchone()
        if row:
            return Ed25519PrivateKey.from_private_bytes(unseal(wrapping_key, row[0], "store key"))
        if database.execute("SELECT count(*) FROM audit").fetchone()[0]:
            raise StoreError("store.corrupt", "store_key")  # the key was taken away from a living chain
        key = Ed25519PrivateKey.generate()
        wrapped = seal(wrapping_key, key.private_bytes_raw(), "store key")
        public = key.public_key().public_bytes_raw()
        database.execute("INSERT INTO store_key VALUES ('audit', ?, ?)", (wrapped, public))
        database.execute("INSERT INTO store_info VALUES ('id', ?)", (new_id(),))
        return key
