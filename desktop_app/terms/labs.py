"""Laboratory terminology from `resources/content/lab_*.csv`: names, ranges, conversions, limits of belief."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Hamming

from desktop_app.core import paths
from desktop_app.core.errors import InputError
from desktop_app.core.records.people import Sex
from desktop_app.terms.lab_units import plain
from desktop_app.terms.tables import Row, cells, read_table

QUALITATIVE = "qualitative"
_CJK = re.compile(r"[\u4e00-\u9fff]")
_ION = re.compile(r"2?\+$")  # K+, Ca2+
_KEPT = re.compile(r"[^\w#%/+\u4e00-\u9fff]|_")
# what a reader takes for another; both sides fold to one letter before names are compared a second time
_LOOKALIKE = str.maketrans(
    "oil|sbzg" + "自曰臼" + "己已巳" + "缸江" + "泡扳版坂拉庄枳信此皿索",
    "01115826" + "白白白" + "巴巴巴" + "红红" + "胞板板板粒压积值比血素",
)
_FUZZY_LENGTH = 5  # shorter names have too many neighbours
_FUZZY_GAP = 2  # the second nearest analyte must be this much farther


@dataclass(frozen=True, slots=True)
class LabItem:
    """One analyte; `ucum` is the unit in which this country reports it, empty for words."""

    code: str
    name: str
    abbreviation: str
    specimen: str
    loinc: str
    ucum: str
    decimals: int
    kind: str
    panel: str


@dataclass(frozen=True, slots=True)
class LabRange:
    """A reference range of the table; ages in days, both ends inside; `expected` for words."""

    item: str
    sex: str
    age_low: int
    age_high: int
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None
    unit: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameMatch:
    """The analytes that a printed name may mean; `sure` is false where letters had to be guessed."""

    codes: tuple[str, ...]
    sure: bool = True


NO_MATCH = NameMatch(())


def fold_name(text: str) -> str:
    """Return a name's comparison form: plain characters, lower case, no blanks or brackets; keeps # % / +."""
    return _KEPT.sub("", plain(text).lower())


def _number(text: str) -> float | None:
    return float(text) if text else None


class LabTable:
    """The laboratory tables, indexed.

    Args:
        folder: where the `lab_*.csv` files are.

    Raises:
        InputError: `content.number` or `content.unreadable`, a table is missing or a cell isn't a number.
    """

    def __init__(self, folder: Path) -> None:
        self.items = {row["code"]: _item(row) for row in read_table(folder / "lab_item.csv")}
        self._ranges: dict[str, list[LabRange]] = defaultdict(list)
        for row in read_table(folder / "lab_range.csv"):
            self._ranges[row["item"]].append(_range(row))
        self._factors = {
            (row["item"], row["from_unit"], row["to_unit"]): float(row["factor"])
            for row in read_table(folder / "unit_conversion.csv")
        }
        self.limits = {
            row["item"]: (float(row["low"]), float(row["high"]))
            for row in read_table(folder / "lab_limit.csv")
        }
        self._names, self._misread = self._index(read_table(folder / "lab_synonym.csv"))
        self._lookalike = _regrouped(self._names)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for name in self._names:
            if _CJK.search(name):
                self._by_length[len(name)].append(name)

    def _index(
        self, synonyms: Iterable[Row]
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        printed: dict[str, list[str]] = defaultdict(list)
        misread: dict[str, list[str]] = defaultdict(list)
        for item in self.items.values():
            for name in (item.name, item.abbreviation):
                printed[fold_name(name)].append(item.code)
        for row in synonyms:
            index = misread if row["ocr_confusion"] == "yes" else printed
            index[fold_name(row["alias"])].append(row["item"])
        printed.pop("", None)
        return _unique(printed), _unique(misread)

    def match(self, name: str) -> NameMatch:
        """Return what a printed name means: by its exact spelling, then known misreadings, then near ones.

        A near spelling never wins by itself (`sure` is false): 丙型肝炎抗体 and 戊型肝炎抗体 differ in one
        character.
        """
        folded = fold_name(name)
        if not folded:
            return NO_MATCH
        codes = self._names.get(folded) or self._names.get(_ION.sub("", folded))
        if codes:
            return NameMatch(codes)
        codes = self._misread.get(folded)
        if codes:
            return NameMatch(codes)
        if len(folded) >= 3:
            codes = self._lookalike.get(folded.translate(_LOOKALIKE))
            if codes:
                return NameMatch(codes, sure=len(codes) == 1 and bool(_CJK.search(folded)))
        return self._near(folded)

    def _near(self, folded: str) -> NameMatch:
        if len(folded) < _FUZZY_LENGTH or not _CJK.search(folded):
            return NO_MATCH
        nearest: dict[str, int] = {}
        for name in self._by_length[len(folded)]:
            if _differs_in_latin(folded, name):
                continue
            distance = Hamming.distance(folded, name)
            for code in self._names[name]:
                nearest[code] = min(distance, nearest.get(code, distance))
        ranked = sorted(nearest.items(), key=lambda pair: pair[1])
        if not ranked or ranked[0][1] > 1:
            return NO_MATCH
        if len(ranked) > 1 and ranked[1][1] < ranked[0][1] + _FUZZY_GAP:
            return NO_MATCH
        return NameMatch((ranked[0][0],), sure=False)

    def range_for(self, code: str, sex: Sex, age_days: int | None) -> LabRange | None:
        """Return the table's range for a patient; None where there is none, or sex or age is missing."""
        rows = [
            row for row in self._ranges.get(code, []) if row.sex in ("any", sex.value) or sex is Sex.UNKNOWN
        ]
        if age_days is not None:
            rows = [row for row in rows if row.age_low <= age_days <= row.age_high]
        if not rows or len({(row.low, row.high, row.expected) for row in rows}) > 1:
            return None
        return rows[0]

    def ranges(self, code: str) -> tuple[LabRange, ...]:
        """Return all ranges of an analyte, for whoever asks whether a reading is credible at all."""
        return tuple(self._ranges.get(code, ()))

    def factor(self, code: str, unit: str, target: str) -> float | None:
        """Return by what a value in one UCUM unit is multiplied to be in another; None if no row says."""
        return 1.0 if unit == target else self._factors.get((code, unit, target))


def _differs_in_latin(one: str, other: str) -> bool:
    """Tell whether letters or digits differ: 免疫球蛋白G isn't a misprint of 免疫球蛋白E."""
    return any(a != b and not (_CJK.match(a) and _CJK.match(b)) for a, b in zip(one, other, strict=True))


def _unique(index: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(dict.fromkeys(codes)) for name, codes in index.items()}


def _regrouped(names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for name, codes in names.items():
        if len(name) >= 3:
            grouped[name.translate(_LOOKALIKE)].extend(codes)
    return _unique(grouped)


def _item(row: Row) -> LabItem:
    return LabItem(
        code=row["code"],
        name=row["name"],
        abbreviation=row["abbreviation"],
        specimen=row["specimen"],
        loinc=row["loinc"],
        ucum=row["ucum"],
        decimals=int(row["decimals"] or 0),
        kind=row["kind"],
        panel=row["panel"],
    )


def _range(row: Row) -> LabRange:
    return LabRange(
        item=row["item"],
        sex=row["sex"],
        age_low=int(row["age_days_low"] or 0),
        age_high=int(row["age_days_high"] or 60_000),
        low=_number(row["low"]),
        high=_number(row["high"]),
        critical_low=_number(row["critical_low"]),
        critical_high=_number(row["critical_high"]),
        unit=row["unit"],
        expected=tuple(cells(row["expected"])),
    )


@functools.cache
def shipped_labs() -> LabTable:
    """Return the tables that ship with the program.

    Raises:
        InputError: they are damaged.
    """
    try:
        return LabTable(paths.resources() / "content")
    except (KeyError, ValueError) as error:
        raise InputError("content.unreadable", str(error), table="lab_*.csv") from error
