"""Which analyte a row is about: its printed names, settled by unit, specimen, kind of value and range."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.reading.reasons import Reason
from desktop_app.reading.values import Range, Value
from desktop_app.terms.lab_units import for_item
from desktop_app.terms.labs import QUALITATIVE, LabItem, LabTable, NameMatch, fold_name

_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_STAR = re.compile(r"^[*★☆▲△#\s]+|[*★☆▲△\s]+$")
_PIECES = re.compile(r"[A-Za-z][A-Za-z0-9#%+/\-]*|[\u0370-\u03ff\u4e00-\u9fff][^\s()\[\]]*")


@dataclass(frozen=True, slots=True)
class Clues:
    """What else the row and the sheet say."""

    unit: str
    value: Value
    range: Range | None
    specimen: str


@dataclass(frozen=True, slots=True)
class Found:
    """The analyte, or why there is none."""

    item: LabItem | None
    reasons: tuple[Reason, ...] = ()


def names_in(printed: str) -> list[str]:
    """Return the spellings to look up: the whole, without brackets, each part: 血红蛋白(HGB) is three."""
    bare = _STAR.sub("", printed)
    forms = [
        bare,
        _BRACKETS.sub("", bare),
        *_BRACKETS.findall(bare),
        *_PIECES.findall(_BRACKETS.sub(" ", bare)),
    ]
    forms += bare.split()
    return list(dict.fromkeys(form.strip() for form in forms if fold_name(form)))


def find_analyte(printed: str, clues: Clues, labs: LabTable) -> Found:
    """Return the analyte of a printed name.

    A whole spelling that the tables know decides; otherwise all parts must agree. Guessed spellings are
    offered, with a reason; contradictory parts and several candidates that nothing settles give none.
    """
    whole = labs.match(_STAR.sub("", printed))
    matches = [labs.match(form) for form in names_in(printed)]
    sure = [match for match in matches if match.codes and match.sure]
    if whole.codes and whole.sure:
        return _settled(whole, clues, labs)
    if sure:
        common = set.intersection(*(set(match.codes) for match in sure))
        if common:
            ordered = tuple(code for code in sure[0].codes if code in common)
            return _settled(NameMatch(ordered), clues, labs)
        return _among_conflicting(sure, clues, labs)
    guessed = next((match for match in matches if match.codes), None)
    if guessed is None:
        return Found(None, (Reason.ANALYTE_UNKNOWN,))
    found = _settled(guessed, clues, labs)
    return Found(found.item, (*found.reasons, Reason.NAME_GUESSED))


def _among_conflicting(matches: list[NameMatch], clues: Clues, labs: LabTable) -> Found:
    """Parts that name different analytes: the specimen may show that one part is the other's short form."""
    union = tuple(dict.fromkeys(code for match in matches for code in match.codes))
    fitting = [
        match for match in matches if any(labs.items[code].specimen == clues.specimen for code in match.codes)
    ]
    if len(fitting) == 1 and clues.specimen:
        return _settled(NameMatch(fitting[0].codes), clues, labs)
    named = [match for match in matches if len(match.codes) == 1]
    found = _settled(NameMatch(union), clues, labs) if not named else Found(None)
    return found if found.item else Found(None, (Reason.NAME_CONFLICT,))


def _settled(match: NameMatch, clues: Clues, labs: LabTable) -> Found:
    items = [labs.items[code] for code in match.codes if code in labs.items]
    for clue in (_of_specimen, _of_unit, _of_kind, _of_range):
        if len(items) > 1:
            items = clue(items, clues, labs) or items
    if len(items) == 1:
        return Found(items[0])
    return Found(None, (Reason.ANALYTE_AMBIGUOUS,) if items else (Reason.ANALYTE_UNKNOWN,))


def _of_specimen(items: list[LabItem], clues: Clues, labs: LabTable) -> list[LabItem]:
    return [item for item in items if item.specimen == clues.specimen]


def _of_unit(items: list[LabItem], clues: Clues, labs: LabTable) -> list[LabItem]:
    if not clues.unit:
        return []
    same = [item for item in items if for_item(clues.unit, item.ucum) == item.ucum]
    unit = {item.code: for_item(clues.unit, item.ucum) for item in items}
    return same or [
        item for item in items if labs.factor(item.code, unit[item.code] or "", item.ucum) is not None
    ]


def _of_kind(items: list[LabItem], clues: Clues, labs: LabTable) -> list[LabItem]:
    if clues.value.empty:
        return []
    wordy = clues.value.number is None
    return [item for item in items if (item.kind == QUALITATIVE) == wordy]


def _of_range(items: list[LabItem], clues: Clues, labs: LabTable) -> list[LabItem]:
    """Keep the items whose table has a range near the printed one: both ends within a third."""
    if clues.range is None or clues.range.high is None:
        return []
    return [item for item in items if range_fits(item, clues.range.low, clues.range.high, labs)]


def range_fits(item: LabItem, low: float | None, high: float | None, labs: LabTable) -> bool:
    """Tell whether a range in the item's own unit is nearly one of the table's."""
    for known in labs.ranges(item.code):
        if _near(low, known.low) and _near(high, known.high) and (known.low, known.high) != (None, None):
            return True
    return False


def _near(one: float | None, other: float | None) -> bool:
    if not one or not other:
        return not one and not other
    return 0.66 <= one / other <= 1.5
