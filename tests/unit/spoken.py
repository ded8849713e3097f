"""Talks written as lines (医：…, 患：…, 家：…, ？：…), and what the rules write of them."""

from __future__ import annotations

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import Draft, FieldKey
from desktop_app.core.records.people import Age, Patient, Region, Sex, VisitKind
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import VisitContext
from desktop_app.scenarios.clinic.writer import RulesWriter
from desktop_app.writing.clauses import Clause, split

SPEAKERS = {"医": Speaker.DOCTOR, "患": Speaker.PATIENT, "家": Speaker.FAMILY, "？": Speaker.UNKNOWN}
PRESENT, PAST = FieldKey.PRESENT_ILLNESS, FieldKey.PAST_HISTORY
FAMILY, ALLERGY = FieldKey.PERSONAL_FAMILY, FieldKey.ALLERGY
COMPLAINT, PLAN = FieldKey.CHIEF_COMPLAINT, FieldKey.PLAN


def utterances(lines: str) -> tuple[Utterance, ...]:
    """Return the utterances of a talk whose turns are separated by ` / `."""
    turns = [line.split("：", 1) for line in lines.split(" / ")]
    return tuple(
        Utterance(id=number, speaker=SPEAKERS[who], text=text) for number, (who, text) in enumerate(turns, 1)
    )


def visit(
    lines: str,
    region: Region | None = Region.MANDARIN,
    *,
    age: str = "",
    sex: Sex = Sex.UNKNOWN,
    kind: VisitKind = VisitKind.FIRST,
) -> VisitContext:
    """Return a visit at which this was said."""
    return VisitContext(
        patient=Patient.unnamed(sex, Age.parse(age) if age else None),
        kind=kind,
        transcript=Transcript(id="t", region=region, utterances=utterances(lines)),
    )


def clauses(lines: str) -> list[Clause]:
    """Return all clauses of a talk."""
    return [clause for item in utterances(lines) for clause in split(item)]


def written(context: VisitContext) -> Draft:
    """Return the draft that the rules write."""
    return RulesWriter().draft(context, CancelToken())


def text(
    lines: str,
    field: FieldKey,
    region: Region | None = Region.MANDARIN,
    *,
    age: str = "",
    sex: Sex = Sex.UNKNOWN,
    kind: VisitKind = VisitKind.FIRST,
) -> str:
    """Return one field's text of the draft."""
    return written(visit(lines, region, age=age, sex=sex, kind=kind)).field(field).text
