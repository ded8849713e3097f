"""What a piece of text on a lab sheet may be, by its content alone; merged cells taken apart."""

from __future__ import annotations

import re
from enum import StrEnum

from desktop_app.core.records.people import Sex
from desktop_app.reading.geometry import Cell
from desktop_app.reading.values import LIMITED, mark_of, range_of, value_of, word_of
from desktop_app.terms.lab_units import canonical
from desktop_app.terms.labs import LabTable


class Role(StrEnum):
    """A column of a lab sheet."""

    NUMBER = "number"
    NAME = "name"
    VALUE = "value"
    MARK = "mark"
    UNIT = "unit"
    RANGE = "range"
    OTHER = "other"  # method, instrument, last time's result


_FREE = frozenset({Role.NAME, Role.VALUE, Role.UNIT, Role.RANGE, Role.OTHER})
_INDEX = re.compile(r"\d{1,2}[.、]?")
_COUNT = re.compile(r"\d{1,3}\s*[-~]\s*\d{1,3}")
_WORDY = re.compile(r"[A-Za-z\u0370-\u03ff\u4e00-\u9fff]")
_STAR = re.compile(r"^[*★☆▲△#]\s*")
_LONGEST = 64  # characters of a merged cell that are worth taking apart
_OPEN = "+-~^*×/.%("  # a cell doesn't break before these


def roles_of(text: str, labs: LabTable) -> frozenset[Role]:
    """Return every role that the text could have; empty for what is no cell of a sheet by itself."""
    roles: set[Role] = set()
    if _INDEX.fullmatch(text):
        roles.add(Role.NUMBER)
    if _is_name(text, labs):
        roles.add(Role.NAME)
    if mark_of(text) is not None:
        roles.add(Role.MARK)
    if canonical(text) is not None:
        roles.add(Role.UNIT)
    if range_of(text, Sex.UNKNOWN) is not None:
        roles.add(Role.RANGE)
    value = value_of(text)
    if not value.empty and (Role.RANGE not in roles or _may_be_both(text)):
        roles.add(Role.VALUE)
    return frozenset(roles)


def _may_be_both(text: str) -> bool:
    return bool(word_of(text) or LIMITED.fullmatch(text.replace(" ", "")) or _COUNT.fullmatch(text))


def _is_name(text: str, labs: LabTable) -> bool:
    return bool(_WORDY.search(text)) and labs.match(_STAR.sub("", text)).codes != ()


def take_apart(cell: Cell, labs: LabTable) -> list[Cell]:
    """Split a cell that holds several (`98↓ 115-150`, `1 WBC`, `g/L115-150`) into as few parts as possible.

    Two digits are never parted unless a blank stands between them: where `3.92` ends and `3.8-5.1` starts in
    `3.923.8-5.1` is anybody's guess, so it stays whole and unreadable.
    """
    text = cell.text
    if not 2 < len(text) <= _LONGEST or roles_of(text, labs):
        return [cell]
    best: list[tuple[int, int] | None] = [(0, 0)] + [None] * len(text)  # parts so far, where the last begins
    for end in range(1, len(text) + 1):
        if end < len(text) and not _breaks(text, end):
            continue
        for start in range(end):
            before = best[start]
            if before is None or (best[end] is not None and before[0] + 1 >= (best[end] or (0, 0))[0]):
                continue
            if roles_of(text[start:end].strip(), labs):
                best[end] = (before[0] + 1, start)
    if best[-1] is None:
        return _indexed(cell, labs)
    parts, end = [], len(text)
    while end > 0:
        start = (best[end] or (0, 0))[1]
        parts.append(cell.part(start, end))
        end = start
    return parts[::-1]


def _indexed(cell: Cell, labs: LabTable) -> list[Cell]:
    """Split the row number off an unknown name, and a trailing value off it."""
    match = re.fullmatch(r"(\d{1,2})\s*[.、\s]\s*(\D.*)", cell.text)
    if not match:
        match = re.fullmatch(r"(.*[\u4e00-\u9fff)])\s+(\S+)", cell.text)
        if not match or not roles_of(match[2], labs) - {Role.NAME}:
            return [cell]
    return [cell.part(match.start(1), match.end(1)), cell.part(match.start(2), match.end(2))]


def _breaks(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before.isspace() or after.isspace():
        return True
    if (before.isdigit() or before == ".") and (after.isdigit() or after in "."):
        return False
    if after in _OPEN and after != "(":
        return after in "%*" and before.isdigit()
    both_latin = before.isascii() and after.isascii() and before.isalpha() and after.isalpha()
    return not both_latin


def options(text: str, labs: LabTable) -> frozenset[Role]:
    """Return the roles of a cell that is already apart; free text may stand in any column."""
    return roles_of(text, labs) or _FREE
