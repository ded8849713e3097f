"""One random key for each payload and each sound, so that one can be forgotten and the rest stay."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.core.clock import Clock, new_id
from desktop_app.store.keys import new_key, seal, unseal
from desktop_app.store.lane import Lane


class SealedKeys:
    """The table of wrapped keys; shredding one makes its ciphertext noise wherever it lies.

    Backups that were made before still hold the key until they are deleted themselves.

    Args:
        lane: the store's connection.
        clock: where the time comes from.
        wrapping_key: derived from the data key for this purpose.
    """

    def __init__(self, lane: Lane, clock: Clock, wrapping_key: bytes) -> None:
        self._lane = lane
        self._clock = clock
        self._wrapping_key = wrapping_key

    def make(self, kind: str, subject: str) -> tuple[str, bytes]:
        """Make and store a key; return its id and itself."""
        key_id, key = new_id(), new_key()
        wrapped = seal(self._wrapping_key, key, f"key/{key_id}")
        with self._lane.writing() as database:
            database.execute(
                "INSERT INTO sealed_key(id, kind, subject, wrapped, created_at) VALUES (?, ?, ?, ?, ?)",
                (key_id, kind, subject, wrapped, self._clock.now().isoformat()),
            )
        return key_id, key

    def find(self, key_id: str) -> bytes | None:
        """Return a key; None if it was shredded or never was.

        Raises:
            StoreError: it has been changed (`store.sealed`).
        """
        row = self._lane.row("SELECT wrapped FROM sealed_key WHERE id = ?", (key_id,))
        if row is None or row["wrapped"] is None:
            return None
        return unseal(self._wrapping_key, row["wrapped"], f"key/{key_id}")

    def shred(self, ids: Sequence[str], reason: str) -> int:
        """Forget keys for ever, in the open transaction if there is one; return how many."""
        count = 0
        with self._lane.writing() as database:
            now = self._clock.now().isoformat()
            for key_id in ids:
                cursor = database.execute(
                    "UPDATE sealed_key SET wrapped = NULL, shredded_at = ?, reason = ? "
                    "WHERE id = ? AND wrapped IS NOT NULL",
                    (now, reason, key_id),
                )
                count += cursor.rowcount
            self._lane.after_commit(self._lane.forget_log)
        return count

    def living(self, kind: str, subjects: Sequence[str]) -> list[str]:
        """Return the ids of the keys of some subjects that haven't been shredded."""
        found: list[str] = []
        for subject in subjects:
            rows = self._lane.rows(
                "SELECT id FROM sealed_key WHERE kind = ? AND subject = ? AND wrapped IS NOT NULL",
                (kind, subject),
            )
            found += [row["id"] for row in rows]
        return found
