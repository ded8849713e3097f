"""What was photographed: pages, lab sheets, results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, float]
Box = tuple[Point, ...]  # four corners in pixels of the corrected page, clockwise from the top left


class Flag(StrEnum):
    """A value against its range; `unknown` without a range."""

    LOW = "low"
    HIGH = "high"
    ABNORMAL = "abnormal"
    NORMAL = "normal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBox:
    """A piece of text that an engine read on a page; confidence 0 to 1."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as an engine read it, already straightened.

    Attributes:
        width: pixels of the straightened page.
        height: likewise.
        rotated: degrees by which the photo was turned to stand straight.
        perspective: whether the sheet's outline was found and flattened.
    """

    image: str
    sha256: str
    width: int
    height: int
    rotated: float = 0.0
    perspective: bool = False
    boxes: tuple[TextBox, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult:
    """One row of a lab sheet; `value` is a number or, for qualitative results, text."""

    row: int  # counts from 1 on its sheet
    name_raw: str
    value_raw: str
    value: float | str | None = None
    analyte: str | None = None  # code of lab_item.csv
    name: str = ""
    loinc: str = ""
    unit_raw: str = ""
    unit: str = ""  # UCUM
    low: float | None = None
    high: float | None = None
    range_from: str | None = None  # sheet | table
    flag_printed: str | None = None  # low | high | abnormal
    flag: Flag = Flag.UNKNOWN
    confidence: float = 0.0
    review: bool = False
    reasons: tuple[str, ...] = ()
    box: Box = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSheet:
    """A lab sheet's header and rows, with the page they came from."""

    image: str
    sha256: str = ""
    kind: str = "lab"  # lab | text
    patient_name: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    date: str = ""
    rotated: float = 0.0
    perspective: bool = False
    rows: tuple[LabResult, ...] = ()
    text: tuple[str, ...] = ()  # every line that was read, in order
