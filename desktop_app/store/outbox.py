"""What waits to be sent to a hub: references to reviewed records, never bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop_app.core.clock import Clock, new_id
from desktop_app.store.lane import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One thing to send; `(item, version, sha256)` makes sending it twice harmless."""

    id: str
    kind: str
    item: str
    version: int
    sha256: str
    reviewer: str
    created_at: datetime
    attempts: int


class Outbox:
    """The queue towards a hub.

    Args:
        lane: the store's connection.
        clock: where the time comes from.
    """

    def __init__(self, lane: Lane, clock: Clock) -> None:
        self._lane = lane
        self._clock = clock

    def add(self, *, kind: str, item: str, version: int, sha256: str, reviewer: str) -> str:
        """Queue a thing, in the open transaction if there is one; return the row's id.

        Raises:
            PolicyError: no person reviewed that version of the visit (`policy.review`).
            StoreError: it is queued already, or names no reviewer (`store.constraint`).
        """
        row_id = new_id()
        with self._lane.writing() as database:
            database.execute(
                "INSERT INTO outbox(id, kind, item, version, sha256, reviewer, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row_id, kind, item, version, sha256, reviewer, self._clock.now().isoformat()),
            )
        return row_id

    def waiting(self, limit: int = 20) -> list[OutboxItem]:
        """Return what may be sent now, oldest first."""
        rows = self._lane.rows(
            "SELECT id, kind, item, version, sha256, reviewer, created_at, attempts FROM outbox "
            "WHERE sent_at IS NULL AND (retry_at IS NULL OR retry_at <= ?) ORDER BY created_at, id LIMIT ?",
            (self._clock.now().isoformat(), limit),
        )
        return [
            OutboxItem(**{**row, "created_at": datetime.fromisoformat(row["created_at"])}) for row in rows
        ]

    def sent(self, ids: Sequence[str]) -> None:
        """Note that a hub has acknowledged these."""
        with self._lane.writing() as database:
            now = self._clock.now().isoformat()
            for row_id in ids:
                database.execute("UPDATE outbox SET sent_at = ? WHERE id = ?", (now, row_id))

    def failed(self, ids: Sequence[str], retry_at: datetime) -> None:
        """Note that sending these failed, and when to try again."""
        with self._lane.writing() as database:
            for row_id in ids:
                database.execute(
                    "UPDATE outbox SET attempts = attempts + 1, retry_at = ? WHERE id = ?",
                    (retry_at.isoformat(), row_id),
                )

    def count_waiting(self) -> int:
        """Return how much hasn't been acknowledged."""
        row = self._lane.row("SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL")
        return int(row["n"]) if row else 0
