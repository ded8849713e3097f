"""Sound kept for a while: sealed files, each with its own key, forgotten by forgetting the key."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop_app.core.clock import Clock, new_id
from desktop_app.core.errors import StoreError
from desktop_app.store.faults import edge
from desktop_app.store.files import sync_folder
from desktop_app.store.lane import Lane, Row
from desktop_app.store.sealed_keys import SealedKeys

FOLDER = "sound"
_CHUNK = 1 << 20
_TAG = 16


class Sounds:
    """The sealed recordings beside the database.

    Args:
        lane: the store's connection.
        clock: where the time comes from.
        sealed: the table of keys.
        folder: the store's folder.
    """

    def __init__(self, lane: Lane, clock: Clock, sealed: SealedKeys, folder: Path) -> None:
        self._lane = lane
        self._clock = clock
        self._sealed = sealed
        self._folder = folder / FOLDER

    def keep(self, visit_id: str, source: Path) -> str:
        """Seal a copy of a sound file for a visit that has a saved stage; return its id.

        Raises:
            StoreError: the disk failed, or there is no such visit (`store.constraint`).
        """
        sound_id = new_id()
        target = self._folder / f"{sound_id}.sealed"
        with edge(), self._lane.writing() as database:
            key_id, key = self._sealed.make("sound", visit_id)
            self._folder.mkdir(exist_ok=True)
            try:
                size, digest = _seal_file(source, target, key)
                now = self._clock.now().isoformat()
                values = (sound_id, visit_id, key_id, target.name, size, digest, now)
                database.execute("INSERT INTO sound VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
        return sound_id

    def read(self, sound_id: str) -> bytes:
        """Return a recording as it was.

        Raises:
            StoreError: it is gone or was forgotten (`store.sound_gone`), or has been changed
                (`store.sealed`).
        """
        row = self._lane.row("SELECT key_id, file FROM sound WHERE id = ?", (sound_id,))
        key = self._sealed.find(row["key_id"]) if row else None
        if row is None or key is None:
            raise StoreError("store.sound_gone")
        path = self._folder / row["file"]
        if not path.exists():
            raise StoreError("store.sound_gone")
        with edge():
            return b"".join(_open_file(path, key))

    def of_visit(self, visit_id: str) -> list[Row]:
        """Return id, bytes, created_at and whether it can still be heard, for each sound of a visit."""
        return self._lane.rows(
            "SELECT s.id, s.bytes, s.created_at, k.wrapped IS NOT NULL AS kept FROM sound s "
            "JOIN sealed_key k ON k.id = s.key_id WHERE s.visit_id = ? ORDER BY s.created_at",
            (visit_id,),
        )

    def remove_shredded(self) -> int:
        """Delete the files whose key is gone; return how many. They were noise already."""
        rows = self._lane.rows(
            "SELECT s.file FROM sound s JOIN sealed_key k ON k.id = s.key_id WHERE k.wrapped IS NULL"
        )
        count = 0
        with edge():
            for row in rows:
                path = self._folder / row["file"]
                if path.exists():
                    path.unlink()
                    count += 1
        return count


def _nonce(start: bytes, number: int) -> bytes:
    return start + number.to_bytes(4, "big")


def _seal_file(source: Path, target: Path, key: bytes) -> tuple[int, str]:
    """Seal in chunks (AES-256-GCM); the last says that it is the last, so that none can be cut off."""
    cipher, start, digest = AESGCM(key), os.urandom(8), hashlib.sha256()
    with source.open("rb") as plain, target.open("xb") as sealed:

        def put(data: bytes) -> None:
            sealed.write(data)
            digest.update(data)

        put(start)
        number, chunk = 0, plain.read(_CHUNK)
        while True:
            following = plain.read(_CHUNK)
            put(cipher.encrypt(_nonce(start, number), chunk, b"more" if following else b"last"))
            if not following:
                break
            number, chunk = number + 1, following
        sealed.flush()
        os.fsync(sealed.fileno())
        size = sealed.tell()
    sync_folder(target.parent)
    return size, digest.hexdigest()


def _open_file(path: Path, key: bytes) -> Iterator[bytes]:
    cipher = AESGCM(key)
    with path.open("rb") as sealed:
        start = sealed.read(8)
        number, chunk = 0, sealed.read(_CHUNK + _TAG)
        while True:
            following = sealed.read(_CHUNK + _TAG)
            try:
                yield cipher.decrypt(_nonce(start, number), chunk, b"more" if following else b"last")
            except (InvalidTag, ValueError) as error:
                raise StoreError("store.sealed") from error
            if not following:
                return
            number, chunk = number + 1, following
