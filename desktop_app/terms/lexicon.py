"""Longest match of every spoken form that the content tables know."""

from __future__ import annotations

import bisect
import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import ahocorasick

from desktop_app.core.records.people import Region
from desktop_app.terms.numbers import NUMERALS
from desktop_app.terms.tables import cells, shipped_table

MISHEARD = "misheard"  # detail of a form that only recognisers and slips produce


class Kind(StrEnum):
    """What sort of thing a form names."""

    SYMPTOM = "symptom"
    BODY_PART = "body_part"
    DRUG = "drug"
    DRUG_GROUP = "drug_group"
    DIAGNOSIS = "diagnosis"
    EXAM = "exam"
    VITAL = "vital"
    LAB = "lab"
    KIN = "kin"
    TIME = "time"
    PERSON = "person"
    WORD = "word"  # any other dialect word with a standard form
    PSEUDO = "pseudo"  # a word that looks like a hit or a negation and is none


# forms that are right alone but wrong inside everyday words: 七年前 is no 年前 (before the Spring Festival)
_UNSAFE = frozenset(("年前", "年后", "回来", "过来"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of one form."""

    form: str
    standard: str
    kind: Kind
    region: Region | None = None
    detail: str = ""  # kin: relation's blood; symptom: its kind; exam: normal; diagnosis: chronic
    candidates: tuple[str, ...] = ()  # other standards the form may stand for


@dataclass(frozen=True, slots=True)
class Hit:
    """A form found in a text, with its meanings; `start`/`end` are code points."""

    start: int
    end: int
    entries: tuple[Entry, ...]

    def of(self, *kinds: Kind) -> Entry | None:
        """Return the first meaning of one of these kinds."""
        return next((entry for entry in self.entries if entry.kind in kinds), None)

    @property
    def form(self) -> str:
        """The form as it stands in the text."""
        return self.entries[0].form


class Lexicon:
    """Every known form in one automaton.

    Args:
        entries: the meanings; several may share a form.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        forms: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.form and entry.form not in _UNSAFE and entry not in forms[entry.form]:
                forms[entry.form].append(entry)
        self._automaton = ahocorasick.Automaton()
        for form, meanings in forms.items():
            self._automaton.add_word(form, (len(form), tuple(meanings)))
        self._automaton.make_automaton()
        self._names = [
            form
            for form, meanings in forms.items()
            if any(item.kind in (Kind.DRUG, Kind.DIAGNOSIS, Kind.LAB) for item in meanings)
        ]

    @property
    def names(self) -> list[str]:
        """Names of drugs, diseases and tests, whose numerals are no quantities."""
        return self._names

    def find(self, text: str, region: Region | None = None) -> list[Hit]:
        """Return the forms in a text, none overlapping, so that what they name covers most of it.

        日头痛 after 三 is 头痛, not 日头 (daytime) and a pain: a finding counts for more than a word of time.

        Args:
            text: any text.
            region: whose dialect words count; without it those of every region do.
        """
        spans: list[Span] = []
        for last, (length, meanings) in self._automaton.iter(text):
            counted = tuple(entry for entry in meanings if _counts(entry, region)) or _understood(meanings)
            if len(counted) > 1 and region is not None:
                counted = tuple(sorted(counted, key=lambda entry: entry.region is not region))
            start = last + 1 - length
            if counted and not _cuts_number(text, start, counted):
                spans.append((last + 1 - length, last + 1, counted))
        return [Hit(*span) for span in _best(spans)]

    def regions(self, text: str) -> Counter[Region]:
        """Count the forms that only one region has, as a sign of where a speaker is from."""
        seen: Counter[Region] = Counter()
        for hit in self.find(text):
            regions = {entry.region for entry in hit.entries}
            only = next(iter(regions)) if len(regions) == 1 else None
            if only is not None and only is not Region.MANDARIN:
                seen[only] += 1
        return seen


Span = tuple[int, int, tuple[Entry, ...]]


# what a character of a form counts for, by what the form names
_WORTH = {
    Kind.DRUG: 3.2,
    Kind.SYMPTOM: 3.0,
    Kind.DIAGNOSIS: 3.0,
    Kind.EXAM: 3.0,
    Kind.VITAL: 3.0,
    Kind.PSEUDO: 3.0,
    Kind.LAB: 2.9,
    Kind.DRUG_GROUP: 2.9,
    Kind.BODY_PART: 2.0,
    Kind.KIN: 2.0,
}
_WORD_WORTH = 1.2
_WHOLE = 1 / 3  # what each character after a form's first adds: a longer form says more than two short ones
_MORE = 0.1
_VAGUE = ("疼痛", "不适", "肿胀", "难受", "瘙痒", "麻木")  # findings without a place


def _cuts_number(text: str, start: int, meanings: tuple[Entry, ...]) -> bool:
    """Whether a word of time (三工) is only the end of a longer number: 十三工."""
    timed = meanings[0].kind in (Kind.TIME, Kind.WORD) and text[start] in NUMERALS
    return timed and start > 0 and text[start - 1] in NUMERALS


def _worth(span: Span) -> float:
    length = span[1] - span[0]
    if length == 1:
        return _WORD_WORTH  # 痛, 腿: one character may belong to anything
    worth = max(_worth_of(entry) for entry in span[2])
    return worth * (length + _WHOLE * (length - 1))


def _worth_of(entry: Entry) -> float:
    vague = entry.detail == "degree" or entry.standard in _VAGUE
    return _WORD_WORTH if vague else _WORTH.get(entry.kind, _WORD_WORTH)


def _best(spans: list[Span]) -> list[Span]:
    """Return the spans of greatest worth that don't overlap, in order; a form goes before what it holds."""
    return _schedule(sorted(spans, key=lambda span: (span[1], -span[0])))[1]


def _schedule(spans: list[Span]) -> tuple[float, list[Span]]:
    """Return the greatest worth and its spans (weighted interval scheduling).

    Args:
        spans: by their ends; of equal ends the shortest first.
    """
    ends = [span[1] for span in spans]
    best: list[tuple[float, list[Span]]] = [(0.0, [])]  # of the first spans: the worth, the spans taken
    for index, span in enumerate(spans):
        before = bisect.bisect_right(ends, span[0], hi=index)
        held = [other for other in spans[before:index] if other[0] >= span[0]]
        worth = max(_worth(span), _schedule(held)[0] + _MORE if held else 0.0)
        taken = best[before][0] + worth
        best.append((taken, [*best[before][1], span]) if taken > best[index][0] else best[index])
    return best[-1]


def _counts(entry: Entry, region: Region | None) -> bool:
    return entry.region in (None, Region.MANDARIN) or region is None or entry.region is region


_LONG = 4  # characters of a finding that means the same wherever it is said


def _understood(meanings: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the meaning of another region's words where nobody could take them for anything else.

    That is a finding or body part of several regions with one standard (屙血), or a long one (胸口堵得慌).
    """
    known = (Kind.SYMPTOM, Kind.BODY_PART)
    if any(entry.kind not in known or entry.candidates for entry in meanings):
        return ()
    same = len({entry.standard for entry in meanings}) == 1
    shared = len({entry.region for entry in meanings}) > 1 and len(meanings[0].form) > 1
    return meanings[:1] if same and (shared or len(meanings[0].form) >= _LONG) else ()


_DIALECT_KINDS = {
    "symptom": Kind.SYMPTOM,
    "body_part": Kind.BODY_PART,
    "time": Kind.TIME,
    "person": Kind.PERSON,
    "drug": Kind.DRUG_GROUP,
    "pseudo": Kind.PSEUDO,
}


def _symptoms() -> Iterator[Entry]:
    for row in (*shipped_table("symptom"), *shipped_table("danger_term")):
        for form in (row["standard"], *cells(row["aliases"])):
            yield Entry(form, row["standard"], Kind.SYMPTOM, detail=row["kind"])


# 不 in the middle of a finding's form, as each region says it: 想不开 is 想唔开 or 想勿开
_REGIONAL_NOT = (
    (Region.CANTONESE, "唔"),
    (Region.HAKKA, "唔"),
    (Region.HAKKA, "毋"),
    (Region.WU, "勿"),
    (Region.WU, "弗"),
    (Region.MIN, "毋"),
    (Region.MIN, "袂"),
)


def _regional() -> Iterator[Entry]:
    for entry in _symptoms():
        if "不" in entry.form:
            for region, word in _REGIONAL_NOT:
                yield replace(entry, form=entry.form.replace("不", word), region=region)


def _dialect() -> Iterator[Entry]:
    relations = {
        row["relation"]: row["blood"] for row in shipped_table("kinship") if row["blood"] != "unknown"
    }
    for row in shipped_table("dialect_term"):
        if row["kind"] == "unit" and (row["standard"][0].isdigit() or row["standard"][0] == "数"):
            continue  # quantities are the measures' business: 三四摆 is 3~4次, not 三4次
        kind = _DIALECT_KINDS.get(row["kind"], Kind.WORD)
        if kind is Kind.WORD and row["standard"].endswith("疼痛"):
            kind = Kind.SYMPTOM  # 老疼了: a degree that names its finding
        region, detail = Region(row["region"]), row["kind"]
        if kind is Kind.PERSON and row["standard"] in relations:
            kind, detail = Kind.KIN, relations[row["standard"]]  # 俺婆子: a relative, not just anybody
        others = tuple(cells(row["ambiguous_with"]))
        for form in (row["form"], *cells(row["asr_variants"])):
            yield Entry(form, row["standard"], kind, region, detail=detail, candidates=others)


def _body_parts() -> Iterator[Entry]:
    for row in shipped_table("body_part"):
        for form in (row["standard"], *cells(row["aliases"])):
            yield Entry(form, row["standard"], Kind.BODY_PART, detail=row["paired"])


def _kin() -> Iterator[Entry]:
    for row in shipped_table("kinship"):
        region = Region(row["region"]) if row["region"] in set(Region) else None
        yield Entry(row["form"], row["relation"], Kind.KIN, region, detail=row["blood"])


def _drugs() -> Iterator[Entry]:
    for row in shipped_table("drug"):
        kind = Kind.DRUG_GROUP if row["class"] == "group" else Kind.DRUG
        for form in (row["generic"], *cells(row["aliases"])):
            yield Entry(form, row["generic"], kind, detail=row["class"])
        for form in cells(row["asr_variants"]):
            yield Entry(form, row["generic"], kind, detail=MISHEARD)


def _diagnoses() -> Iterator[Entry]:
    for row in shipped_table("diagnosis"):
        for form in (row["name"], *cells(row["aliases"])):
            yield Entry(form, row["name"], Kind.DIAGNOSIS, detail=row["chronic"])


def _exams() -> Iterator[Entry]:
    for row in shipped_table("exam_term"):
        kind = Kind.VITAL if row["kind"] == "vital" else Kind.EXAM
        yield Entry(row["form"], row["standard"], kind, detail=row["normal"])


def _labs() -> Iterator[Entry]:
    names = {row["code"]: row["name"] for row in shipped_table("lab_item")}
    for row in shipped_table("lab_item"):
        yield Entry(row["name"], row["name"], Kind.LAB)
    for row in shipped_table("lab_synonym"):
        if row["item"] in names and row["use"] == "both":  # the others are only printed, or misread
            yield Entry(row["alias"], names[row["item"]], Kind.LAB)


def _pseudo() -> Iterator[Entry]:
    for row in shipped_table("negation_cue"):
        if row["kind"] == "pseudo":
            yield Entry(row["cue"], row["cue"], Kind.PSEUDO)


@functools.cache
def shipped_lexicon() -> Lexicon:
    """Return the lexicon of the tables that ship, built once."""
    sources = (_symptoms, _regional, _dialect, _body_parts, _kin, _drugs, _diagnoses, _exams, _labs, _pseudo)
    return Lexicon(entry for source in sources for entry in source())
