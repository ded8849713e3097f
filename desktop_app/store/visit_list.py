"""Lists of visits, without reading their records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desktop_app.core.records.visits import VisitState
from desktop_app.store.initials import query_tokens
from desktop_app.store.lane import Lane, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSummary:
    """One line of a list of visits."""

    id: str
    patient_id: str
    patient_name: str
    number: str
    started: datetime
    state: VisitState
    version: int  # 0 while only stages are saved
    signed_version: int | None
    department: str


_COLUMNS = (
    "SELECT v.id, v.patient_id, p.name AS patient_name, p.number, v.started, v.state, v.version, "
    "v.signed_version, v.department FROM visit v JOIN patient p ON p.id = v.patient_id "
)


class VisitList:
    """Finding visits.

    Args:
        lane: the store's connection.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def search(
        self, text: str = "", *, state: VisitState | None = None, limit: int = 50, offset: int = 0
    ) -> list[VisitSummary]:
        """Return visits newest first, of all patients or of those whom the text fits.

        Args:
            text: part of a patient's name, pinyin initials, number; or the visit's id.
            state: only those in this state.
            limit: at most so many.
            offset: how many to pass over.
        """
        query = query_tokens(text)
        if query is None and text.strip():
            return []
        rows = self._lane.rows(
            f"{_COLUMNS} WHERE (? IS NULL OR v.id = ? OR p.row IN "  # noqa: S608  our own columns
            "(SELECT rowid FROM patient_search WHERE patient_search MATCH ?)) "
            "AND (? IS NULL OR v.state = ?) ORDER BY v.started DESC, v.id DESC LIMIT ? OFFSET ?",
            (query, text.strip(), query or '""', state, state, limit, offset),
        )
        return [_summary(row) for row in rows]

    def unfinished(self) -> list[VisitSummary]:
        """Return visits whose newest stage isn't a version yet: what a crash or a closing left open."""
        sql = _COLUMNS + "JOIN stage s ON s.visit_id = v.id ORDER BY s.saved_at DESC"
        return [_summary(row) for row in self._lane.rows(sql)]

    def count(self) -> int:
        """Return how many visits there are."""
        row = self._lane.row("SELECT count(*) AS n FROM visit")
        return int(row["n"]) if row else 0


def _summary(row: Row) -> VisitSummary:
    parsed = {"started": datetime.fromisoformat(row["started"]), "state": VisitState(row["state"])}
    return VisitSummary(**{**row, **parsed})  # the columns are the members
