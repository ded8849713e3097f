"""What was written: statements with their evidence, fields, drafts, alerts, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop_app.core.records.sheets import Box


class FieldKey(StrEnum):
    """Fields of the outpatient record in the order of the record (record.md)."""

    CHIEF_COMPLAINT = "chief_complaint"
    PRESENT_ILLNESS = "present_illness"
    PAST_HISTORY = "past_history"
    ALLERGY = "allergy"
    PERSONAL_FAMILY = "personal_family"
    PHYSICAL_EXAM = "physical_exam"
    AUXILIARY_EXAM = "auxiliary_exam"
    TCM = "tcm"
    DIAGNOSIS = "diagnosis"
    PLAN = "plan"
    REFERRAL = "referral"


LABELS = {
    FieldKey.CHIEF_COMPLAINT: "主诉",
    FieldKey.PRESENT_ILLNESS: "现病史",
    FieldKey.PAST_HISTORY: "既往史",
    FieldKey.ALLERGY: "过敏史",
    FieldKey.PERSONAL_FAMILY: "个人史、家族史",
    FieldKey.PHYSICAL_EXAM: "体格检查",
    FieldKey.AUXILIARY_EXAM: "辅助检查",
    FieldKey.TCM: "中医",
    FieldKey.DIAGNOSIS: "初步诊断",
    FieldKey.PLAN: "处理意见",
    FieldKey.REFERRAL: "转诊",
}


class FieldState(StrEnum):
    """Whether a field was spoken of: `not_asked` is not `denied`."""

    STATED = "stated"
    DENIED = "denied"
    NOT_ASKED = "not_asked"
    EMPTY = "empty"


class Support(StrEnum):
    """How well a statement rests on its sources (cli.md)."""

    VERIFIED = "verified"
    UNCERTAIN = "uncertain"
    UNSUPPORTED = "unsupported"
    CONFLICT = "conflict"


class Reason(StrEnum):
    """Why a statement isn't verified."""

    NUMBER = "number"
    UNIT = "unit"
    DRUG = "drug"
    DOSE = "dose"
    DURATION = "duration"
    DATE = "date"
    SIDE = "side"
    NEGATION = "negation"
    SUBJECT = "subject"
    ALLERGY = "allergy"
    NOT_SAID = "not_said"
    CORRECTED_AWAY = "corrected_away"
    LOW_CONFIDENCE = "low_confidence"
    AMBIGUOUS = "ambiguous"
    SPEAKER = "speaker"
    REVIEW_ROW = "review_row"


class Source(StrEnum):
    """Where a piece of evidence comes from."""

    UTTERANCE = "utterance"
    IMAGE = "image"
    LAB = "lab"
    ENTERED = "entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a statement rests on; which members are set depends on the source (cli.md)."""

    source: Source
    id: int | None = None  # utterance id, from 1
    quote: str = ""  # exactly text[start:end] of the utterance
    start: int | None = None
    end: int | None = None
    transcript_version: int | None = None
    image: str | None = None
    row: int | None = None
    box: Box | None = None
    by: str | None = None  # who entered it
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One claim of the record with what it rests on."""

    id: str
    text: str
    support: Support = Support.VERIFIED
    derivation: str | None = None  # how it was computed from the source
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    stale: bool = False  # its transcript version was replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftField:
    """One field of the record."""

    key: FieldKey
    text: str = ""
    state: FieldState = FieldState.EMPTY
    statements: tuple[Statement, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The field's name on the record."""
        return LABELS[self.key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A warning with its basis; it alerts, it never diagnoses."""

    kind: str
    severity: str  # high | medium | low
    text: str
    basis: str
    rule: str
    action: str = ""
    department: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineUse:
    """Which engine made something: the writer, and the model's name and hash where there was one."""

    writer: str
    model: str | None = None
    model_sha256: str | None = None
    prompt_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A whole drafted record; every field is there, in the record's order."""

    scenario: str
    engine: EngineUse
    fields: tuple[DraftField, ...]
    alerts: tuple[Alert, ...] = ()

    def field(self, key: FieldKey) -> DraftField:
        """Return one field; an empty one if the draft lacks it."""
        return next((item for item in self.fields if item.key is key), DraftField(key=key))

    @property
    def unresolved(self) -> int:
        """How many statements block signing: all but the verified ones."""
        return sum(
            statement.support is not Support.VERIFIED for item in self.fields for statement in item.statements
        )


class Decision(StrEnum):
    """What a person did with a statement."""

    KEEP = "keep"
    EDIT = "edit"
    DROP = "drop"
    ADD = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A person's decision on one statement."""

    field: FieldKey
    statement: str  # id of the statement; of the new one for `add`
    decision: Decision
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who checked a draft, and what was changed."""

    reviewer: str
    role: str
    at: datetime
    changes: tuple[Change, ...] = ()
