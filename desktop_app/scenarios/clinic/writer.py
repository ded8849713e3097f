"""The rules writer: the embedded engine that needs no weights."""

from __future__ import annotations

import re
from collections.abc import Iterable

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import (
    Draft,
    DraftField,
    EngineUse,
    FieldKey,
    FieldState,
    Reason,
    Statement,
)
from desktop_app.core.records.visits import VisitContext
from desktop_app.core.settings import Policy
from desktop_app.scenarios.clinic.chief_complaint import chief_complaint
from desktop_app.scenarios.clinic.doctor_side import doctor_notes
from desktop_app.scenarios.clinic.history import History
from desktop_app.scenarios.clinic.lab_rows import lab_statements
from desktop_app.scenarios.clinic.notes import Note, statement_of
from desktop_app.scenarios.clinic.red_flags import red_flags
from desktop_app.scenarios.clinic.seen import facts_of
from desktop_app.writing.talk import Talk, analyse

_DOCTORS_OWN = (FieldKey.PHYSICAL_EXAM, FieldKey.DIAGNOSIS, FieldKey.PLAN, FieldKey.REFERRAL, FieldKey.AUXILIARY_EXAM)


class RulesWriter:
    """Writes a draft from the talk and the sheets by rules; implements `engines.protocols.Writer`."""

    def draft(self, context: VisitContext, cancel: CancelToken) -> Draft:
        """Return a draft in which every statement names its evidence.

        Raises:
            Cancelled: the person stopped it.
        """
        talk = analyse(context)
        cancel.check()
        doctors, exam_from = doctor_notes(talk)
        notes = [*chief_complaint(talk, exam_from), *History(talk, exam_from).notes(), *doctors]
        cancel.check()
        if talk.inferred:
            notes = [_unsure(note) for note in notes]
        fields = tuple(self._field(talk, key, notes) for key in FieldKey)
        draft = Draft(scenario="clinic", engine=EngineUse(writer="rules"), fields=fields)
        alerts = red_flags(facts_of(talk, notes, context.sheets), context.patient)
        return Draft(scenario="clinic", engine=draft.engine, fields=fields, alerts=alerts)

    def _field(self, talk: Talk, key: FieldKey, notes: list[Note]) -> DraftField:
        own = _without_repeats(note for note in notes if note.field is key)
        statements = tuple(statement_of(talk, note, number) for number, note in enumerate(own, 1))
        if key is FieldKey.AUXILIARY_EXAM:
            statements += lab_statements(talk.context.sheets, len(statements))
        text = join(statements)
        return DraftField(
            key=key,
            text=text,
            state=_state(talk, key, own, statements),
            statements=statements,
            findings=_findings(key, text),
        )


def join(statements: Iterable[Statement]) -> str:
    """Return a field's text: its statements as one line of record prose."""
    texts = [statement.text.strip("，。； ") for statement in statements]
    return "；".join(text for text in texts if text) + ("。" if texts else "")


def _unsure(note: Note) -> Note:
    """Mark a note whose speaker is a guess: the doctor's own fields rest on who spoke."""
    if note.field not in _DOCTORS_OWN:
        return note
    reasons = (*note.reasons, Reason.SPEAKER)
    return Note(note.field, note.text, note.parts, note.denial, reasons, note.derivation)


def _without_repeats(notes: Iterable[Note]) -> list[Note]:
    """Drop notes whose text an earlier note of the field already holds."""
    kept: list[Note] = []
    for note in notes:
        if not any(note.text in other.text for other in kept):
            kept.append(note)
    return kept


def _state(talk: Talk, key: FieldKey, notes: list[Note], statements: tuple[Statement, ...]) -> FieldState:
    if statements:
        if key is FieldKey.ALLERGY and notes and all(note.denial for note in notes):
            return FieldState.DENIED
        return FieldState.STATED
    asked = {FieldKey.ALLERGY: r"过敏|敏感", FieldKey.PAST_HISTORY: r"以前|病史|高血压|糖尿", FieldKey.PERSONAL_FAMILY: r"家里|抽烟|喝酒"}.get(key)
    if asked is None:
        return FieldState.EMPTY
    spoken = any(re.search(asked, part.text) for part in talk.parts if part.clause.question)
    return FieldState.EMPTY if spoken else FieldState.NOT_ASKED


def _findings(key: FieldKey, text: str) -> tuple[str, ...]:
    if key is FieldKey.CHIEF_COMPLAINT and len(text.rstrip("。")) > Policy().chief_complaint_chars:
        return ("too_long",)
    return ()
