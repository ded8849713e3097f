"""Content tables: CSV files with provenance columns, read once."""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from desktop_app.core import paths
from desktop_app.core.errors import InputError

Row = dict[str, str]


def read_table(path: Path) -> list[Row]:
    """Return a table's rows; cells are stripped, missing ones empty.

    Raises:
        InputError: the file can't be read or a row has more cells than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = []
            for number, row in enumerate(csv.DictReader(handle), 2):
                if None in row:
                    raise InputError("content.cells", table=path.name, line=number)
                rows.append({key: (value or "").strip() for key, value in row.items()})
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("content.unreadable", str(error), table=path.name) from error


@functools.cache
def shipped_table(name: str) -> tuple[Row, ...]:
    """Return a table of `resources/content` by its name without `.csv`."""
    return tuple(read_table(paths.resources() / "content" / f"{name}.csv"))


def cells(value: str) -> list[str]:
    """Return the members of a list-valued cell."""
    return [item.strip() for item in value.split("|") if item.strip()]
