"""How values are worded on paper: ages, times, numbers, units; and text that a format can carry."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from desktop_app.core.records.people import Age, Patient, Sex, VisitKind
from desktop_app.core.records.sheets import Flag, LabResult

SEX = {Sex.FEMALE: "女", Sex.MALE: "男", Sex.UNKNOWN: "未知"}
VISIT_KIND = {VisitKind.FIRST: "初诊", VisitKind.RETURN: "复诊"}
AGE_UNIT = {"y": "岁", "m": "月", "d": "天"}
MARK = {Flag.LOW: "↓", Flag.HIGH: "↑", Flag.ABNORMAL: "*"}
ABSENT = "——"

# Characters that XML 1.0 cannot carry (section 2.2), and with it neither DOCX nor a FHIR narrative.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBER = re.compile(r"[<>≤≥]?\s*\d+(?:\.\d+)?")
_UNITS = {"Cel": "℃", "mm[Hg]": "mmHg", "[iU]/L": "IU/L", "[iU]/mL": "IU/mL", "/min": "次/分", "1": ""}
_POWERS = {"10*12": "×10¹²", "10*9": "×10⁹", "10*6": "×10⁶", "10*3": "×10³"}
_MICRO = re.compile(r"(?<![A-Za-z])u(?=(?:mol|g|L|m|[iI]?U|\[IU\])(?:/|$))")


def xml_safe(text: str) -> str:
    """Return the text with every character that XML cannot carry replaced by U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def aware(moment: datetime) -> datetime:
    """Return an aware time; one without a zone is taken as UTC, as the store keeps it."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def local_minute(moment: datetime) -> str:
    """Return a time to the minute, in this machine's zone."""
    return aware(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def age_text(patient: Patient, on: date) -> str:
    """Return the age as it is said: the noted one, else the one by the date of birth on that day."""
    if patient.age is not None:
        return _age(patient.age)
    birth = patient.birth_date
    if birth is None or birth > on:
        return ABSENT
    years = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    if years >= 3:
        return f"{years}岁"
    return f"{months}月" if months >= 1 else f"{(on - birth).days}天"


def _age(age: Age) -> str:
    return f"{age.value}{AGE_UNIT.get(age.unit, age.unit)}"


def number_text(value: float) -> str:
    """Return a number without needless zeros and never in powers of ten."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def value_text(result: LabResult) -> str:
    """Return a result as the sheet wrote it where that is the same number (6.10 stays 6.10)."""
    if isinstance(result.value, str):
        return result.value
    if result.value is None:
        return result.value_raw or ABSENT
    match = _NUMBER.search(result.value_raw)
    if match and match[0].replace(".", "", 1).isdigit() and float(match[0]) == result.value:
        return match[0]
    return number_text(result.value)


def unit_text(unit: str) -> str:
    """Return a UCUM unit as it is printed on a sheet: `10*9/L` is ×10⁹/L, `umol/L` is μmol/L."""
    if unit in _UNITS:
        return _UNITS[unit]
    for code, shown in _POWERS.items():
        if unit.startswith(code):
            return shown + unit[len(code) :]
    return _MICRO.sub("μ", unit)


def range_text(result: LabResult) -> str:
    """Return the reference range; one that comes from a table and not from the sheet carries a ※."""
    low = None if result.low is None else number_text(result.low)
    high = None if result.high is None else number_text(result.high)
    if low is not None and high is not None:
        text = f"{low}–{high}"
    elif low is not None:
        text = f"≥{low}"
    elif high is not None:
        text = f"≤{high}"
    else:
        return ""
    return f"{text}※" if result.range_from == "table" else text


def flag_of(result: LabResult) -> Flag:
    """Return the value's flag; without a range, the mark that the sheet itself prints."""
    if result.flag is Flag.UNKNOWN and result.flag_printed in ("low", "high", "abnormal"):
        return Flag(result.flag_printed)
    return result.flag
