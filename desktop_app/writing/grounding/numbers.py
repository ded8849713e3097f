"""Numbers, units, doses, durations and dates of a statement against those of the talk."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from desktop_app.core.records.drafts import Reason, Support
from desktop_app.core.records.people import Patient
from desktop_app.terms.lexicon import Kind
from desktop_app.terms.tables import shipped_table
from desktop_app.writing.grounding.alignment import Alignment
from desktop_app.writing.grounding.claims import Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.quantities import Quantity, Sort, agrees
from desktop_app.writing.grounding.sources import Clue, Sources

# units that nobody needs to say here (record.md, "Customary units")
_CUSTOMARY = {
    Sort.PRESSURE: {"mmHg", ""},
    Sort.TEMPERATURE: {"℃"},
    Sort.RATE: {"次/分"},
    Sort.SHARE: {"%"},
    Sort.WEIGHT: {"kg"},
    Sort.SIZE: {"cm", "度", "指"},
    Sort.CLOCK: {"时"},
    Sort.AGE: {"岁"},
    Sort.COUNT: None,
    Sort.DOSE: {"mg", "ml"},
    Sort.BARE: {""},
    Sort.FREQUENCY: {"次/日"},
}
_USUAL = frozenset(("mmol/L", "g/L", "umol/L", "U/L", "mg/L", "10*9/L", "10*12/L"))
_UNMISTAKABLE = (
    Sort.PRESSURE,
    Sort.TEMPERATURE,
    Sort.SHARE,
    Sort.RATE,
    Sort.WEIGHT,
    Sort.SIZE,
    Sort.PLUS,
    Sort.YEAR,
    Sort.AGE,
    Sort.CLOCK,
    Sort.CONCENTRATION,
)
_DOSING = (Sort.DOSE, Sort.FREQUENCY)
_SMALL = 3
_AGO = ("上周", "上个月", "上月", "去年", "前年")  # a week ago is no span of a week
_GRAMS = 5  # a dose number without a unit is grams up to here, milligrams above
_AFTER_DRUG = 2  # turns of the same speaker in which a dose may still follow its drug


@functools.cache
def _analyte_units() -> dict[str, str]:
    return {row["name"]: row["ucum"] for row in shipped_table("lab_item")}


def check_numbers(claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    """Return which quantities of a statement have no source, and why."""
    problems: list[Problem] = []
    clues: list[Clue] = []
    derivation: list[str] = []
    for piece in claim.pieces:
        for quantity in piece.quantities:
            if _of_patient(quantity, sources.context.patient, claim):
                continue
            found = _find(quantity, piece, claim, alignment, sources)
            if found is not None and _taken_back(quantity, piece, found, alignment, sources):
                problems.append(Problem(Reason.CORRECTED_AWAY, Support.CONFLICT))
                continue
            if found is None:
                problems.append(_explain(quantity, piece, claim, alignment, sources))
                continue
            clues.append(found)
            derivation += _derivation(quantity, piece, found)
    return Verdict(tuple(problems), tuple(clues), "；".join(dict.fromkeys(derivation)))


def _of_patient(quantity: Quantity, patient: Patient, claim: Claim) -> bool:
    """Whether it is the patient's age, which the desk knows without being told."""
    return (
        quantity.sort is Sort.AGE
        and patient.age is not None
        and patient.age.unit == "y"
        and quantity.low == patient.age.value
        and "患者" in claim.text
    )


def _find(
    quantity: Quantity, piece: Piece, claim: Claim, alignment: Alignment, sources: Sources
) -> Clue | None:
    region = _region(quantity, piece, claim, alignment.allowed, sources)
    clues = sorted(  # its own evidence, then the turn that it is most about, before others that would do
        alignment.near if region is None else region,
        key=lambda item: (not _is_evidence(item, claim), item.utterance not in alignment.anchors[:1]),
    )
    found = next((item for item in clues if _states(item, quantity, piece)), None)
    if found is not None and _only_bare(found, quantity) and _named_otherwise(quantity, clues):
        return None  # 三点二, and a word later 三点二厘米
    if found is None and claim.ordered and quantity.sort is Sort.SPAN and region is None:
        return next((item for item in alignment.allowed if _states(item, quantity, piece)), None)
    own = region is not None and quantity.sort in _DOSING
    if found is None and own and _unit_differs(quantity, piece, region or []):
        return None  # the drug's own dose was said in another unit; another drug's doesn't prove it
    if found is None and _distinct(quantity) and not claim.statement.evidence:
        bare = [
            item for item in alignment.allowed if region is None or not item.part.has(Kind.VITAL, Kind.LAB)
        ]
        return next((item for item in bare if _states(item, quantity, piece)), None)
    return found


def _is_evidence(clue: Clue, claim: Claim) -> bool:
    """Whether a clause lies in a quote that the statement gives."""
    clause = clue.part.clause
    return any(
        item.id == clue.utterance
        and item.start is not None
        and item.end is not None
        and item.start < clause.end
        and clause.start < item.end
        for item in claim.statement.evidence
    )


def _distinct(quantity: Quantity) -> bool:
    """Whether a quantity can hardly stand for anything else in the same talk."""
    return quantity.sort in _UNMISTAKABLE or any(value % 1 for value in quantity.shown)


def _taken_back(
    quantity: Quantity, piece: Piece, found: Clue, alignment: Alignment, sources: Sources
) -> bool:
    """Whether the turn that a statement is about gave this value and at once replaced it by another."""
    for gone in sources.retracted:
        if gone.utterance == found.utterance or gone.utterance not in alignment.anchors[:2]:
            continue
        standing = [
            item
            for clue in sources.by_utterance[gone.utterance]
            for item in clue.quantities
            if item.sort is quantity.sort
        ]
        if _states(gone, quantity, piece) and standing:
            return True
    return False


def _region(
    quantity: Quantity, piece: Piece, claim: Claim, allowed: tuple[Clue, ...], sources: Sources
) -> list[Clue] | None:
    """Return the clauses that speak of the drug or test which a quantity belongs to; None if any may."""
    if piece.owner is not None and (
        quantity.sort in _DOSING or (claim.ordered and quantity.sort is Sort.SPAN)
    ):
        return _after_drug(piece.owner, allowed, sources) or None
    names = piece.measured()
    if names and quantity.sort in (Sort.RATE, Sort.SHARE, Sort.CONCENTRATION, Sort.BARE, Sort.PLUS):
        return _after_name(names, allowed) or None
    return None


def _after_drug(drug: str, allowed: tuple[Clue, ...], sources: Sources) -> list[Clue]:
    region: list[Clue] = []
    last: Clue | None = None
    for clue in allowed:
        if any(_same_drug(drug, item) for item in clue.drugs):
            last = clue
        elif clue.drugs:
            last = None
        if last is not None and sources.near(last.utterance, clue.utterance) <= _AFTER_DRUG:
            region.append(clue)
    return region


def _same_drug(one: str, other: str) -> bool:
    return one == other or (len(min(one, other, key=len)) >= 3 and (one in other or other in one))


def _after_name(names: set[str], allowed: tuple[Clue, ...]) -> list[Clue]:
    region: list[Clue] = []
    inside = False
    for clue in allowed:
        own = {
            entry.standard for hit in clue.part.hits if (entry := hit.of(Kind.VITAL, Kind.LAB)) is not None
        }
        if own:
            inside = any(same_test(name, item) for name in names for item in own)
        if inside:
            region.append(clue)
    return region


def same_test(one: str, other: str) -> bool:
    """葡萄糖 and 空腹血糖 are spoken of as 血糖; 尿蛋白 as 蛋白."""
    if one == other or one in other or other in one:
        return True
    return any(stem in one and stem in other for stem in ("糖", "蛋白"))


def _only_bare(clue: Clue, quantity: Quantity) -> bool:
    """Whether a clause gives the number alone, without the written unit."""
    return not any(agrees(quantity, item) for item in clue.quantities if item.sort is not Sort.BARE)


def _named_otherwise(quantity: Quantity, clues: Iterable[Clue]) -> bool:
    """Whether some clause says the very number with another unit of its kind."""
    wanted = set(quantity.shown or quantity.pair)
    return any(
        item.sort is quantity.sort
        and set(item.shown or item.pair) == wanted
        and (item.unit, item.pair) != (quantity.unit, quantity.pair)
        for clue in clues
        for item in clue.quantities
    ) or any(wanted <= clue.numbers and _spoken_otherwise(quantity, clue) for clue in clues)


def _states(clue: Clue, quantity: Quantity, piece: Piece) -> bool:
    past = "前" in piece.text
    plain = [item for item in clue.quantities if past or not item.derived.startswith(_AGO)]
    plain = [item for item in plain if not item.derived.startswith("第") or item.low in quantity.shown]
    if any(agrees(quantity, item) for item in plain if item.sort is not Sort.BARE):
        return True
    wanted = set(quantity.shown or quantity.pair)
    if _spoken_otherwise(quantity, clue):
        return False
    if _said_with_another_unit(quantity, wanted, plain) or not _customary(quantity, piece):
        return False
    if (
        quantity.sort in (Sort.SIZE, Sort.WEIGHT, Sort.DOSE)
        and max(wanted) <= _SMALL
        and max(wanted) % 1 == 0
    ):
        return False  # 一 and 两 stand in front of everything
    return wanted <= clue.free


def _said_with_another_unit(quantity: Quantity, wanted: set[float], said: list[Quantity]) -> bool:
    """Whether a clause gives the very number with a unit of the same sort that isn't the written one."""
    return any(
        item.sort is quantity.sort and set(item.shown) == wanted and item.unit and item.unit != quantity.unit
        for item in said
    )


# unit words that a clause speaks, by the written unit that they rule out
_RULES_OUT = {
    "mm": re.compile(r"厘米|公分|cm"),
    "cm": re.compile(r"毫米|mm"),
    "L": re.compile(r"毫升|ml"),
    "mg": re.compile(r"(?<!毫)(?<!微)克(?![拉霉罗林仑唑氏])"),
    "g": re.compile(r"毫克|微克|mg"),
    "kPa": re.compile(r"^(?!.*(?:千帕|kPa))"),
}


def _spoken_otherwise(quantity: Quantity, clue: Clue) -> bool:
    """Whether a clause speaks another unit than the written one: 五公分 is no 5mm."""
    other = _RULES_OUT.get(quantity.unit)
    return other is not None and bool(other.search(clue.part.text))


def _customary(quantity: Quantity, piece: Piece) -> bool:
    if quantity.sort is Sort.CONCENTRATION:
        names = piece.measured()
        units = {unit for name, unit in _analyte_units().items() if name in names}
        return quantity.unit in (units or _USUAL)
    if quantity.sort not in _CUSTOMARY:
        return False
    if quantity.sort is Sort.DOSE and quantity.unit == "ml" and quantity.low not in quantity.shown:
        return False  # nobody leaves out a litre
    if quantity.sort is Sort.DOSE and quantity.unit == "mg" and quantity.shown:
        grams = quantity.low > min(quantity.shown)  # both are 0 for "0g", which nobody takes
        return grams == (min(quantity.shown) <= _GRAMS)
    units_of_sort = _CUSTOMARY[quantity.sort]
    return units_of_sort is None or quantity.unit in units_of_sort


def _derivation(quantity: Quantity, piece: Piece, clue: Clue) -> list[str]:
    """Say how a written quantity follows from the words, where it isn't there as written."""
    written = piece.text[quantity.start : quantity.end]
    if not written or written in clue.part.text:
        return []
    how = next((item.derived for item in clue.quantities if item.derived and agrees(quantity, item)), "")
    return [how or f"{clue.part.text[:24]} → {written}"]


def _explain(
    quantity: Quantity, piece: Piece, claim: Claim, alignment: Alignment, sources: Sources
) -> Problem:
    """Return the reason for a quantity that no clause states."""
    anchored = {item.utterance for item in alignment.near}
    if any(_states(item, quantity, piece) for item in sources.retracted if item.utterance in anchored):
        return Problem(Reason.CORRECTED_AWAY, Support.CONFLICT)
    region = _region(quantity, piece, claim, alignment.allowed, sources) or alignment.near
    if quantity.sort is not Sort.SPAN and _unit_differs(quantity, piece, region):
        return Problem(Reason.UNIT)
    others = (
        item
        for item in sources.clues
        if item not in alignment.allowed and (_distinct(quantity) or item.utterance in alignment.reach)
    )
    if claim.from_doctor and any(_states(item, quantity, piece) for item in others):
        return Problem(Reason.SPEAKER, Support.UNCERTAIN)
    if quantity.sort is Sort.SPAN:
        return Problem(Reason.DURATION)
    if quantity.sort in (Sort.YEAR, Sort.CLOCK, Sort.AGE):
        return Problem(Reason.DATE)
    if quantity.sort in _DOSING and (piece.owner is not None or claim.ordered):
        return Problem(Reason.DOSE)
    return Problem(Reason.NUMBER)


def _unit_differs(quantity: Quantity, piece: Piece, clues: Iterable[Clue]) -> bool:
    """Whether the number itself was said, but with another unit or with none where another is customary."""
    wanted = set(quantity.shown or quantity.pair)
    for clue in clues:
        for item in clue.quantities:
            shown = set(item.shown or item.pair)
            if wanted == shown and item.sort is not Sort.BARE and item.unit != quantity.unit:
                return quantity.sort is not Sort.FREQUENCY
            same_unit_written = item.shown and wanted == shown and item.pair != quantity.pair
            if same_unit_written and item.sort is quantity.sort:
                return True
        if not _customary(quantity, piece) and wanted <= clue.free:
            return True
    return False
