"""One record of a table to a checked result: value against range against mark against unit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop_app.core.records.people import Age, Sex
from desktop_app.core.records.sheets import Box, Flag, LabResult
from desktop_app.reading.analytes import Clues, find_analyte, range_fits
from desktop_app.reading.columns import Record
from desktop_app.reading.geometry import Cell
from desktop_app.reading.reasons import REMARKS, Reason
from desktop_app.reading.roles import Role
from desktop_app.reading.values import LIMITED, Range, Value, flag_of, mark_of, range_of, value_of, word_of
from desktop_app.terms.lab_units import for_item, plain
from desktop_app.terms.labs import QUALITATIVE, LabItem, LabTable

SURE_VALUE = 0.88  # confidence of a value that needs no second look; right ones read 0.95 and more
SURE_PART = 0.70  # likewise of name and range, which the tables check as well
SURE_KNOWN = 0.40  # of unit and mark: a small alphabet, and both must agree with the rest
RANGE_OFF = 5.0  # a printed range that many times off the table's has lost a point or its unit
UNLIMITED = 1000.0  # without a row in lab_limit.csv: so many times the range's upper end is no patient
DIMENSIONLESS = ("", "1", "[pH]")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the sheet as a whole and of the patient.

    Attributes:
        sex: the patient's, else the sheet's.
        age: likewise; None if neither is known.
        specimen: 血, 尿, 便 or empty.
        marks: whether this sheet marks what is out of range, so that a missing mark says something.
        sex_differs: the sheet names another sex than the patient's.
    """

    sex: Sex
    age: Age | None
    specimen: str
    marks: bool
    sex_differs: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """Value, limits and unit on one scale."""

    value: Value
    low: float | None
    high: float | None
    unit: str
    reasons: tuple[Reason, ...] = ()


def judge(record: Record, number: int, around: Circumstances, labs: LabTable) -> LabResult:
    """Return a row's result with every doubt as a reason."""
    value_text, printed_name = record.text(Role.VALUE), record.text(Role.NAME)
    value, mark = value_of(value_text), _mark(record)
    if not value.mark and mark:
        value = replace(value, mark=mark)
    unit_raw, range_raw = record.text(Role.UNIT), record.text(Role.RANGE)
    printed_range = range_of(range_raw, around.sex) if range_raw else None
    found = find_analyte(printed_name, Clues(unit_raw, value, printed_range, around.specimen), labs)
    item = found.item
    reasons = [*found.reasons, *_reading_doubts(record, value, range_raw, printed_range)]
    if around.sex_differs and printed_range is not None and printed_range.sexed:
        reasons.append(Reason.PATIENT_DISAGREES)
    usable = printed_range if printed_range is not None and not printed_range.needs_sex else None
    measure = _measured(item, value, unit_raw, usable, labs)
    reasons += measure.reasons
    low, high, word, source = _limits(item, measure, usable, around, labs)
    flag = _flag(item, measure.value, low, high, word, _expected(item, around, labs))
    reasons += _disagreements(item, measure, (low, high), flag, usable, around.marks, labs)
    unique = tuple(dict.fromkeys(reasons))
    return LabResult(
        row=number,
        name_raw=printed_name,
        value_raw=value_text,
        value=measure.value.number if measure.value.number is not None else measure.value.word,
        analyte=item.code if item else None,
        name=item.name if item else "",
        loinc=item.loinc if item else "",
        unit_raw=unit_raw,
        unit=measure.unit,
        low=low,
        high=high,
        range_from=source,
        flag_printed=value.mark,
        flag=flag,
        confidence=round(min((cell.confidence for cell in record.all), default=0.0), 3),
        review=any(reason not in REMARKS for reason in unique),
        reasons=tuple(reason.value for reason in unique),
        box=_hull(record.all),
    )


def _mark(record: Record) -> str | None:
    for cell in record.cells.get(Role.MARK, ()):
        mark = mark_of(cell.text)
        if mark:
            return mark
    return None


def _reading_doubts(
    record: Record, value: Value, range_raw: str, printed_range: Range | None
) -> list[Reason]:
    """Doubts about single cells, before anything is compared."""
    doubts = []
    least = {Role.VALUE: SURE_VALUE, Role.UNIT: SURE_KNOWN, Role.MARK: SURE_KNOWN}
    checked = (Role.NAME, Role.VALUE, Role.UNIT, Role.RANGE, Role.MARK)
    cells = [(role, cell) for role in checked for cell in record.cells.get(role, ())]
    if any(cell.confidence < least.get(role, SURE_PART) for role, cell in cells):
        doubts.append(Reason.LOW_CONFIDENCE)
    if value.empty:
        doubts.append(Reason.VALUE_UNREADABLE)
    if value.suspect:
        doubts.append(Reason.DIGITS_SUSPECT)
    if range_raw and printed_range is None:
        doubts.append(Reason.RANGE_UNREADABLE)
    if printed_range is not None and printed_range.needs_sex:
        doubts.append(Reason.RANGE_NEEDS_SEX)
    marks = record.cells.get(Role.MARK, ())
    if any(mark_of(cell.text) is None for cell in marks) or len({mark_of(cell.text) for cell in marks}) > 1:
        doubts.append(Reason.FLAG_DISAGREES)
    return doubts


def _measured(item: LabItem | None, value: Value, raw: str, printed: Range | None, labs: LabTable) -> Measure:
    """Bring value and range to the analyte's unit, by its own factor only."""
    low, high = (printed.low, printed.high) if printed else (None, None)
    unit = for_item(raw, item.ucum if item else "") if raw else None
    if item is None:
        return Measure(
            value, low, high, unit or "", (Reason.UNIT_UNREADABLE,) if raw and unit is None else ()
        )
    worded = value.word is not None and not LIMITED.fullmatch(value.word)
    if raw and unit is None:
        return Measure(value, low, high, "", (Reason.UNIT_UNREADABLE,))
    if unit is None:
        return _without_unit(item, value, low, high, labs, worded)
    if item.kind == QUALITATIVE or (item.ucum in DIMENSIONLESS and item.ucum != unit):
        own = item.ucum if item.ucum in DIMENSIONLESS and not worded else unit
        odd = item.kind != QUALITATIVE and not worded
        return Measure(value, low, high, own if not odd else unit, (Reason.UNIT_IMPLAUSIBLE,) if odd else ())
    factor = labs.factor(item.code, unit, item.ucum)
    if factor is None:
        return Measure(value, low, high, unit, (Reason.UNIT_IMPLAUSIBLE,))
    if factor == 1.0:
        return Measure(value, low, high, item.ucum)
    return Measure(
        _scaled(value, factor, item.decimals),
        _times(low, factor),
        _times(high, factor),
        item.ucum,
        (Reason.SCALED,),
    )


def _without_unit(
    item: LabItem, value: Value, low: float | None, high: float | None, labs: LabTable, worded: bool
) -> Measure:
    """No unit printed: none is needed, or the range is the customary unit's, or a person decides."""
    if item.ucum in DIMENSIONLESS or item.kind == QUALITATIVE or worded:
        return Measure(value, low, high, "" if worded else item.ucum)
    if (low is not None or high is not None) and range_fits(item, low, high, labs):
        return Measure(value, low, high, item.ucum, (Reason.UNIT_ASSUMED,))
    return Measure(value, low, high, "", (Reason.UNIT_MISSING,))


def _scaled(value: Value, factor: float, decimals: int) -> Value:
    if value.number is not None:
        return replace(value, number=round(value.number * factor, max(decimals, 1) + 1))
    limited = LIMITED.fullmatch(value.word or "")
    if limited:
        return replace(value, word=f"{limited[1]}{round(float(limited[2]) * factor, decimals + 2):g}")
    return value


def _times(number: float | None, factor: float) -> float | None:
    return None if number is None else float(f"{number * factor:.6g}")


def _limits(
    item: LabItem | None, measure: Measure, printed: Range | None, around: Circumstances, labs: LabTable
) -> tuple[float | None, float | None, str | None, str | None]:
    """Return low, high, expected word and where they are from: the sheet's own range always wins."""
    if printed is not None:
        return measure.low, measure.high, printed.word, "sheet"
    if item is None or measure.unit != item.ucum:
        return None, None, None, None
    known = labs.range_for(item.code, around.sex, around.age.days if around.age else None)
    if known is None:
        return None, None, None, None
    return known.low, known.high, None, "table"


def _expected(item: LabItem | None, around: Circumstances, labs: LabTable) -> tuple[str, ...]:
    known = labs.ranges(item.code) if item else ()
    return known[0].expected if known else ()


def _flag(
    item: LabItem | None,
    value: Value,
    low: float | None,
    high: float | None,
    word: str | None,
    expected: tuple[str, ...],
) -> Flag:
    if value.number is not None or low is not None or high is not None:
        return flag_of(value, low, high)
    if value.word is None:
        return Flag.UNKNOWN
    if word is not None:
        return (
            Flag.NORMAL
            if value.word == word
            else Flag.ABNORMAL
            if _opposed(value.word, word)
            else Flag.UNKNOWN
        )
    if not expected:
        return Flag.UNKNOWN
    usual = {word_of(plain(form)) or plain(form) for form in expected}
    return Flag.NORMAL if value.word in usual else Flag.ABNORMAL


def _opposed(value: str, expected: str) -> bool:
    """Tell whether a word outside the printed expectation is on the same scale as it."""
    negative, positive = {"阴性", "正常"}, {"阳性", "弱阳性", "+-", "1+", "2+", "3+", "4+"}
    if expected in negative:
        return value in positive
    return expected in positive and value in negative


def _disagreements(
    item: LabItem | None,
    measure: Measure,
    limits: tuple[float | None, float | None],
    flag: Flag,
    printed: Range | None,
    marks: bool,
    labs: LabTable,
) -> list[Reason]:
    """Compare what was read with itself and with what is credible."""
    low, high = limits
    doubts = []
    if _mark_disagrees(measure.value.mark, flag, marks):
        doubts.append(Reason.FLAG_DISAGREES)
    if item is None or measure.unit != item.ucum:
        return doubts
    if _range_is_off(item, measure, labs):
        doubts.append(Reason.RANGE_IMPLAUSIBLE)
    number = measure.value.number
    if number is None:
        return doubts
    least, most = labs.limits.get(item.code, (0.0, (high or 0) * UNLIMITED or float("inf")))
    if not least <= number <= most:
        doubts.append(Reason.VALUE_IMPLAUSIBLE)
    if _point_lost(item, measure.value, low, high, flag, printed):
        doubts.append(Reason.DIGITS_SUSPECT)
    return doubts


def _mark_disagrees(mark: str | None, flag: Flag, marks: bool) -> bool:
    if mark is None:
        return marks and flag in (Flag.LOW, Flag.HIGH)
    if flag is Flag.UNKNOWN:
        return False
    if mark == "abnormal":
        return flag is Flag.NORMAL
    if flag is Flag.ABNORMAL:  # a word out of range may carry an arrow
        return mark == "low"
    return mark != flag.value


def _range_is_off(item: LabItem, measure: Measure, labs: LabTable) -> bool:
    """Tell whether the printed range is several times off every range of the table."""
    known = [row for row in labs.ranges(item.code) if row.high is not None or row.low is not None]
    if not known or (measure.low is None and measure.high is None):
        return False
    return all(_far(measure.high, row.high) or _far(measure.low, row.low) for row in known)


def _far(one: float | None, other: float | None) -> bool:
    if not one or not other:
        return False
    return not 1 / RANGE_OFF < one / other < RANGE_OFF


def _point_lost(
    item: LabItem, value: Value, low: float | None, high: float | None, flag: Flag, printed: Range | None
) -> bool:
    """Tell whether a decimal point or a digit is likely to be lost: `42` for a potassium of `4.2`.

    A laboratory prints an analyte and its range with the same decimals. Without a printed mark that confirms
    it, a value out of range is also suspect if it would lie inside with its point moved by whole places.
    """
    if value.number is None:
        return False
    bare = item.decimals > 0 and value.decimals == 0
    if bare and printed is not None and printed.decimals > 0:
        return True
    if value.mark is not None or flag not in (Flag.LOW, Flag.HIGH) or not high:
        return False
    if value.decimals == item.decimals and item.decimals > 0:
        return False
    shifts = (0.1, 0.01) if flag is Flag.HIGH else (10.0, 100.0)
    return any((low or 0.0) <= value.number * shift <= high for shift in shifts)


def _hull(cells: list[Cell]) -> Box:
    points = [point for cell in cells for point in cell.box]
    if not points:
        return ()
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
