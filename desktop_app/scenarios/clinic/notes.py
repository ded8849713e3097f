"""Notes: what one rule read out of the talk, before the fields are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.core.records.drafts import Evidence, FieldKey, Reason, Source, Statement, Support
from desktop_app.writing.clauses import Clause
from desktop_app.writing.talk import Part, Talk


@dataclass(frozen=True, slots=True)
class Note:
    """One thing for one field.

    Attributes:
        field: where it belongs.
        text: as the record writes it.
        parts: the clauses it rests on.
        denial: whether it denies something that was asked.
        reasons: why a person has to look at it.
        derivation: how the text was computed from the words.
    """

    field: FieldKey
    text: str
    parts: tuple[Part, ...]
    denial: bool = False
    reasons: tuple[Reason, ...] = ()
    derivation: str | None = None


def evidence_of(talk: Talk, clauses: Iterable[Clause]) -> tuple[Evidence, ...]:
    """Return clauses as evidence, each once, in the order of the talk."""
    version = talk.context.transcript.version
    unique = {(clause.utterance.id, clause.start): clause for clause in clauses}
    return tuple(
        Evidence(
            source=Source.UTTERANCE,
            id=clause.utterance.id,
            quote=clause.text,
            start=clause.start,
            end=clause.end,
            transcript_version=version,
        )
        for _, clause in sorted(unique.items())
    )


def statement_of(talk: Talk, note: Note, number: int) -> Statement:
    """Return a note as a statement of the draft."""
    return Statement(
        id=f"{note.field.value}-{number}",
        text=note.text,
        support=Support.UNCERTAIN if note.reasons else Support.VERIFIED,
        derivation=note.derivation,
        evidence=evidence_of(talk, (clause for part in note.parts for clause in part.clauses)),
        reasons=note.reasons,
    )
