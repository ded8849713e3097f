"""A statement of a draft, taken apart into what has to be found in the sources."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.core.records.drafts import Evidence, FieldKey, Reason, Statement, Support
from desktop_app.terms.lexicon import Hit, Kind, Lexicon
from desktop_app.writing.grounding.quantities import Quantity, of_record
from desktop_app.writing.grounding.sources import Clue, sides_of
from desktop_app.writing.grounding.wording import content, negative
from desktop_app.writing.polarity import Mention, Polarity, mentions

# what only the doctor can find, name or order
DOCTOR_FIELDS = frozenset((FieldKey.PHYSICAL_EXAM, FieldKey.DIAGNOSIS, FieldKey.PLAN, FieldKey.REFERRAL))
ORDER_FIELDS = frozenset((FieldKey.PLAN, FieldKey.REFERRAL))

_PIECE = re.compile(r"[^，,；;。\n]+")
_DENIES_LIST = re.compile(r"^(?:否认|无|未见|未闻及?|未诉|没有|未触及|未及)(?!明显诱因|诱因)")
_RELATION = re.compile(
    r"配偶|丈夫|妻子|爱人|家属|家族|家人|父母|父亲|母亲|[兄弟姐妹]{1,2}|儿子|女儿|祖父|祖母|邻居"
)
SOME_RELATIVE = frozenset(("家属", "家族", "家人"))  # who speaks of a relative without saying which
_DRUG_KINDS = (Kind.DRUG, Kind.DRUG_GROUP)
_FINDING_KINDS = (Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.EXAM)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a statement can't be verified."""

    reason: Reason
    support: Support = Support.UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Piece:
    """One clause of a statement."""

    text: str
    hits: tuple[Hit, ...]
    mentions: tuple[Mention, ...]
    quantities: tuple[Quantity, ...]
    sides: frozenset[str]
    chars: frozenset[str]
    negative: bool
    owner: str | None  # the drug that its dose belongs to

    @property
    def drugs(self) -> list[Mention]:
        """The drugs that it names."""
        return [item for item in self.mentions if item.kind in _DRUG_KINDS]

    @property
    def findings(self) -> list[Mention]:
        """The symptoms, diseases and signs that it names."""
        return [item for item in self.mentions if item.kind in _FINDING_KINDS]

    @property
    def tests(self) -> list[Mention]:
        """The laboratory tests that it names."""
        return [item for item in self.mentions if item.kind is Kind.LAB]

    @property
    def relations(self) -> set[str]:
        """The relatives that it names."""
        plain = _RELATION.match(self.text)
        if plain is not None and self.text[plain.end() :].startswith("："):
            return {plain[0]}  # what stands behind the colon are the words as they were said
        return ({plain[0]} if plain else set()) | {
            kin.standard for hit in self.hits if (kin := hit.of(Kind.KIN)) is not None
        }

    def measured(self) -> set[str]:
        """Return the vital signs and tests that it names."""
        return {entry.standard for hit in self.hits if (entry := hit.of(Kind.VITAL, Kind.LAB)) is not None}


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with its pieces."""

    key: FieldKey
    statement: Statement
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The statement's text."""
        return self.statement.text

    @property
    def chars(self) -> frozenset[str]:
        """What the statement is about."""
        return frozenset().union(*(item.chars for item in self.pieces))

    @property
    def from_doctor(self) -> bool:
        """Whether only the doctor's words can prove it."""
        return self.key in DOCTOR_FIELDS

    @property
    def ordered(self) -> bool:
        """Whether it orders something."""
        return self.key in ORDER_FIELDS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found: what is wrong, and the clauses that prove the rest."""

    problems: tuple[Problem, ...] = ()
    clues: tuple[Clue, ...] = ()
    derivation: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged statement's new members."""

    support: Support
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    derivation: str | None


def take_apart(key: FieldKey, statement: Statement, lexicon: Lexicon) -> Claim:
    """Return a statement's pieces; a denial before a list (否认高血压、糖尿病) covers the list."""
    pieces: list[Piece] = []
    owner: str | None = None
    for match in _PIECE.finditer(statement.text):
        text = match[0].strip()
        if not text:
            continue
        named = tuple(_settle(text, mentions(text, lexicon, None)))
        drugs = [item.standard for item in named if item.kind in _DRUG_KINDS]
        owner = drugs[0] if drugs else owner
        names = [text, *(item.standard for item in named)]
        pieces.append(
            Piece(
                text=text,
                hits=tuple(lexicon.find(text)),
                mentions=named,
                quantities=of_record(text),
                sides=sides_of(text),
                chars=frozenset().union(*(content(name) for name in names[:1])),
                negative=negative(text),
                owner=owner,
            )
        )
    return Claim(key, statement, tuple(pieces))


def _settle(text: str, found: list[Mention]) -> list[Mention]:
    if not _DENIES_LIST.match(text):
        return found
    return [
        item
        if item.start == 0
        else Mention(item.start, item.end, item.standard, item.kind, Polarity.DENIED, item.entry)
        for item in found
    ]
