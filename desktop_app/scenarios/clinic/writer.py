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
from desktop_app.scenarios.clinic.allergy_orders import allergy_alerts
from desktop_app.scenarios.clinic.chief_complaint import chief_complaint
from desktop_app.scenarios.clinic.complaint_duration import guessed
from desktop_app.scenarios.clinic.doctor_side import doctor_notes
from desktop_app.scenarios.clinic.history import History
from desktop_app.scenarios.clinic.lab_rows import lab_statements
from desktop_app.scenarios.clinic.notes import Note, statement_of
from desktop_app.scenarios.clinic.red_flags import red_flags
from desktop_app.scenarios.clinic.seen import facts_of
from desktop_app.writing.talk import Talk, analyse

_DOCTORS_OWN = (
    FieldKey.PHYSICAL_EXAM,
    FieldKey.DIAGNOSIS,
    FieldKey.PLAN,
    FieldKey.REFERRAL,
    FieldKey.AUXILIARY_EXAM,
)


class RulesWriter:
    """Writes a draft from the talk and the sheets by rules; implements `engines.protocols.Writer`."""

    def draft(self, context: VisitContext, cancel: CancelToken) -> Draft:
        """Return a draft in which every statement names its evidence.

        Raises:
            Cancelled: the person stopped it.
        """
        talk = analyse(context)
        cancel.check()
        notes: list[Note] = []
        if talk.medical:  # a talk about other things gives empty fields
            doctors, exam_from = doctor_notes(talk)
            complaint = chief_complaint(talk, exam_from)
            gone = guessed(talk, tuple(part for note in complaint for part in note.parts))
            told = [note for note in History(talk, exam_from).notes() if not _rests_on(note, gone)]
            notes = [*complaint, *told, *doctors]
        cancel.check()
        if talk.inferred:
            notes = [_unsure(note) for note in notes]
        fields = tuple(self._field(talk, key, notes) for key in FieldKey)
        draft = Draft(scenario="clinic", engine=EngineUse(writer="rules"), fields=fields)
        alerts = red_flags(facts_of(talk, notes, context.sheets), context.patient)
        alerts += allergy_alerts(talk, notes)
        return Draft(scenario="clinic", engine=draft.engine, fields=fields, alerts=alerts)

    def _field(self, talk: Talk, key: FieldKey, notes: list[Note]) -> DraftField:
        own = _without_repeats(note for note in notes if note.field is key)
        if key is FieldKey.PRESENT_ILLNESS:
            own = _ordered(own, notes)
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


def _rests_on(note: Note, gone: set[tuple[int, int]]) -> bool:
    """Whether a note's own words, the last of its clauses, were taken back."""
    return bool(note.parts) and note.parts[-1].key in gone


def join(statements: Iterable[Statement]) -> str:
    """Return a field's text: its statements as record prose.

    What was said in one turn is one sentence; denials that follow each other are one list (否认胸痛、腹泻).
    """
    text, before = "", None
    for statement in statements:
        said = statement.text.strip("，。； ")
        if not said:
            continue
        if before is None:
            text = said
        elif _lists(before.text, said):
            text = text.removesuffix("史") + "、" + said.removeprefix("否认")
        else:
            text += ("，" if _one_turn(before, statement) else "；") + said
        before = statement
    return text + "。" if text else ""


def _lists(before: str, said: str) -> bool:
    """Whether two denials make one list; 有 and 多 inside one would end the denial there, so it stands alone."""
    both = before.startswith("否认") and said.startswith("否认")
    return (
        both
        and before.endswith("史") == said.endswith("史")
        and not re.search(r"[有多伴需予仍改加转呈]|出现|可见|继续|注意", before)
    )


def _one_turn(before: Statement, statement: Statement) -> bool:
    turns = [[item.id for item in one.evidence if item.id is not None] for one in (before, statement)]
    return bool(turns[0] and turns[1]) and turns[0][-1] == turns[1][-1]


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


_ONLY_TIME = re.compile(
    r"(?:约|大概|差不多|到现在|到今天|有|加今天|刚刚|就|已经|都|痛|疼|前后)*"
    r"(?:\d+(?:~\d+|余)?|半|数)个?(?:多|半)?(?:分钟|小时|天|周|个月|月|年)(?:多|余|半|前|以上|左右)?"
)


def _ordered(own: list[Note], notes: list[Note]) -> list[Note]:
    """Put what is there before what was denied, and drop a bare duration that the chief complaint gives."""
    complaint = "".join(note.text for note in notes if note.field is FieldKey.CHIEF_COMPLAINT)
    kept = [note for note in own if not _repeats_time(note.text, complaint) and note.text not in _BARE]
    return [note for note in kept if not note.denial] + [note for note in kept if note.denial]


def _repeats_time(text: str, complaint: str) -> bool:
    """Whether a note says nothing but the duration that stands in the chief complaint."""
    match = re.search(r"(?:\d+(?:~\d+|余)?|半|数)个?(?:多|半)?(?:分钟|小时|天|周|月|年)", text)
    return match is not None and bool(_ONLY_TIME.fullmatch(text)) and match[0] in complaint


_BARE = ("服药", "吃药", "用药", "刚刚", "吃完")


def _state(talk: Talk, key: FieldKey, notes: list[Note], statements: tuple[Statement, ...]) -> FieldState:
    if statements:
        if key is FieldKey.ALLERGY and notes and all(note.denial for note in notes):
            return FieldState.DENIED
        return FieldState.STATED
    asked = {
        FieldKey.ALLERGY: r"过敏|敏感",
        FieldKey.PAST_HISTORY: r"以前|病史|高血压|糖尿",
        FieldKey.PERSONAL_FAMILY: r"家里|抽烟|喝酒",
    }.get(key)
    if asked is None:
        return FieldState.EMPTY
    spoken = any(re.search(asked, part.text) for part in talk.parts if part.clause.question)
    return FieldState.EMPTY if spoken else FieldState.NOT_ASKED


def _findings(key: FieldKey, text: str) -> tuple[str, ...]:
    if key is FieldKey.CHIEF_COMPLAINT and len(text.rstrip("。")) > Policy().chief_complaint_chars:
        return ("too_long",)
    return ()
