"""What each person set for themselves."""

from __future__ import annotations

import json
from typing import Any

from desktop_app.store.lane import Lane


class PersonSettings:
    """Names and JSON values for each account.

    Args:
        lane: the store's connection.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def get(self, account: str, name: str, default: Any = None) -> Any:
        """Return a value, or the default where none was set."""
        sql = "SELECT value FROM person_setting WHERE account = ? AND name = ?"
        row = self._lane.row(sql, (account, name))
        return json.loads(row["value"]) if row else default

    def put(self, account: str, name: str, value: object) -> None:
        """Set a value; `None` takes it away."""
        with self._lane.writing() as database:
            database.execute("DELETE FROM person_setting WHERE account = ? AND name = ?", (account, name))
            if value is not None:
                text = json.dumps(value, ensure_ascii=False)
                database.execute("INSERT INTO person_setting VALUES (?, ?, ?)", (account, name, text))
