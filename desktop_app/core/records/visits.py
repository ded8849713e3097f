"""A visit: what a writer is given, and what is stored of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop_app.core.records.drafts import Draft, Review
from desktop_app.core.records.people import Patient, VisitKind
from desktop_app.core.records.sheets import LabSheet
from desktop_app.core.records.speech import Transcript


class VisitState(StrEnum):
    """How far a visit has come; each is saved before the next starts."""

    OPEN = "open"
    HEARD = "heard"
    READ = "read"
    DRAFTED = "drafted"
    REVIEWED = "reviewed"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitContext:
    """Everything a writer may use; nothing else may enter a draft."""

    patient: Patient
    kind: VisitKind = VisitKind.FIRST
    transcript: Transcript
    sheets: tuple[LabSheet, ...] = ()
    history: tuple[Draft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """本机签名: who signed which content; not a CA's reliable electronic signature."""

    signer: str
    role: str
    at: datetime
    content_sha256: str
    public_key: str
    signature: str
    countersigner: str | None = None
    countersigned_at: datetime | None = None
    counter_public_key: str | None = None
    countersignature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One version of an outpatient record."""

    id: str
    version: int
    state: VisitState
    patient: Patient
    kind: VisitKind
    started: datetime
    organization: str = ""
    department: str = ""
    transcript: Transcript | None = None
    sheets: tuple[LabSheet, ...] = ()
    draft: Draft | None = None
    review: Review | None = None
    signature: Signature | None = None
    corrects: int | None = None  # the signed version that this one corrects
