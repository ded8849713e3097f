"""Results of a statement against the rows of the photographed sheets."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import Evidence, Reason, Source, Support
from desktop_app.core.records.sheets import Flag, LabResult, LabSheet
from desktop_app.core.records.visits import VisitContext
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.grounding.claims import Claim, Piece, Problem
from desktop_app.writing.grounding.quantities import Sort

_HIGH = re.compile(r"↑|偏高|升高|增高|(?<![A-Za-z/])H(?![A-Za-z])")
_LOW = re.compile(r"↓|偏低|降低|减低|(?<![A-Za-z/])L(?![A-Za-z/])")  # the L of 10*9/L is a litre
_RANGE = re.compile(
    r"[（(\[]?(?:参考(?:值|范围|区间)?)?[:：]?\s*(\d+(?:\.\d+)?)\s*[-~～—–]+\s*(\d+(?:\.\d+)?)[^，。；]{0,12}?[）)\]]?"
)
_NUMBER = re.compile(r"(?<![\d.A-Za-z])\d+(?:\.\d+)?(?!\d)")
_POWER = re.compile(r"[×xX*]?\s?10[\^*]?(?:9|12)/L|10\*(?:9|12)/L")
_QUALITATIVE = re.compile(r"阴性|阳性|弱阳性|±|\+{1,4}|\d\+")


def rows_for(claim: Claim, context: VisitContext) -> list[tuple[LabSheet, LabResult, Piece]]:
    """Return the sheet rows that a statement names, each with the piece that names it."""
    given: set[tuple[str | None, int | None]] = {
        (item.image, item.row)
        for item in claim.statement.evidence
        if item.source in (Source.LAB, Source.IMAGE) and item.row is not None
    }
    found = []
    for piece in claim.pieces:
        for sheet in context.sheets:
            rows = [row for row in sheet.rows if (sheet.image, row.row) in given or _names(piece, row)]
            if rows:
                found.append((sheet, max(rows, key=lambda row: _fit(piece, sheet, row, given)), piece))
    return found


def _fit(
    piece: Piece, sheet: LabSheet, row: LabResult, given: set[tuple[str | None, int | None]]
) -> tuple[bool, int]:
    """Rank the rows that a piece may mean: the cited one if it is named, else the one with the longest name."""
    named = _names(piece, row)
    return named and (sheet.image, row.row) in given, len(row.name) if named else 0


def _names(piece: Piece, row: LabResult) -> bool:
    standards = {entry.standard for hit in piece.hits if (entry := hit.of(Kind.LAB)) is not None}
    if row.name and (row.name in standards or row.name in piece.text):
        return True
    return len(row.name_raw) > 1 and row.name_raw in piece.text


def check_rows(rows: list[tuple[LabSheet, LabResult, Piece]]) -> tuple[list[Problem], list[Evidence]]:
    """Return what in the pieces disagrees with their rows, and the rows as evidence."""
    problems: list[Problem] = []
    evidence: list[Evidence] = []
    for sheet, row, piece in rows:
        problems += _compare(row, piece)
        evidence.append(
            Evidence(source=Source.LAB, image=sheet.image, row=row.row, box=row.box or None, quote="")
        )
        if row.review:
            problems.append(Problem(Reason.REVIEW_ROW, Support.UNCERTAIN))
    return problems, evidence


def _compare(row: LabResult, piece: Piece) -> list[Problem]:
    problems: list[Problem] = []
    text = _POWER.sub("", piece.text.replace(row.name_raw, "") if row.name_raw else piece.text)
    ranges = [(float(match[1]), float(match[2])) for match in _RANGE.finditer(text)]
    plain = _NUMBER.findall(_RANGE.sub("", text))
    if isinstance(row.value, float | int):
        if plain and all(float(item) != float(row.value) for item in plain):
            problems.append(Problem(Reason.NUMBER, Support.CONFLICT))
        if ranges and row.low is not None and (row.low, row.high) not in ranges:
            problems.append(Problem(Reason.NUMBER, Support.CONFLICT))
        problems += _unit(row, piece)
    elif isinstance(row.value, str):
        written = _QUALITATIVE.search(text)
        if written and written[0] not in row.value and row.value not in text:
            problems.append(Problem(Reason.NUMBER, Support.CONFLICT))
    if (_HIGH.search(piece.text) and row.flag in (Flag.LOW, Flag.NORMAL)) or (
        _LOW.search(piece.text) and row.flag in (Flag.HIGH, Flag.NORMAL)
    ):
        problems.append(Problem(Reason.NUMBER, Support.CONFLICT))
    return problems


def _unit(row: LabResult, piece: Piece) -> list[Problem]:
    if not row.unit or any(_shows(unit, piece.text) for unit in (row.unit_raw, row.unit) if unit):
        return []
    measured = [
        item
        for item in piece.quantities
        if item.sort in (Sort.CONCENTRATION, Sort.DOSE, Sort.SHARE) and item.unit
    ]
    wanted = row.unit.replace("×10^", "10*")
    if any(item.unit != wanted for item in measured):
        return [Problem(Reason.UNIT, Support.CONFLICT)]
    return []


def _shows(unit: str, text: str) -> bool:
    """Whether a text writes that unit, not a longer one that ends with it (mg/L for g/L)."""
    return bool(re.search(rf"(?<![A-Za-zμ]){re.escape(unit)}(?![A-Za-z])", text))
