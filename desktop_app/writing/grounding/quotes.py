"""Evidence itself: literal quotes, words heard badly, what a person entered."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.core.records.drafts import Evidence, FieldKey, Reason, Source, Support
from desktop_app.core.records.speech import Transcript, Utterance
from desktop_app.writing.clauses import Clause
from desktop_app.writing.grounding.claims import Claim, Problem
from desktop_app.writing.grounding.quantities import Sort, agrees, of_record, of_talk
from desktop_app.writing.grounding.sources import Clue

HEARD = 0.6  # a word below this confidence may be another word


def literal(evidence: Evidence, transcript: Transcript) -> bool:
    """Whether an utterance's evidence is exactly the slice that it names, of this version."""
    if evidence.source is not Source.UTTERANCE or evidence.id is None or not evidence.quote:
        return False
    if evidence.transcript_version not in (None, transcript.version):
        return False
    utterance = transcript.utterance(evidence.id)
    return utterance is not None and utterance.text[evidence.start : evidence.end] == evidence.quote


def quote(clause: Clause, version: int) -> Evidence:
    """Return a clause as evidence."""
    return Evidence(
        source=Source.UTTERANCE,
        id=clause.utterance.id,
        quote=clause.text,
        start=clause.start,
        end=clause.end,
        transcript_version=version,
    )


def join(given: Iterable[Evidence], clues: Iterable[Clue], version: int) -> tuple[Evidence, ...]:
    """Return the given evidence and what clues add to it, at most six pieces, in the talk's order."""
    kept = list(given)
    for clause in (clause for clue in clues for clause in clue.part.clauses):
        covered = any(
            item.id == clause.utterance.id
            and (item.start or 0) <= clause.start
            and clause.end <= (item.end or 0)
            for item in kept
        )
        if not covered and len(kept) < 6:
            kept.append(quote(clause, version))
    return tuple(sorted(kept, key=lambda item: (item.id or 0, item.start or 0)))


def doubts(evidence: Iterable[Evidence], transcript: Transcript, claim: Claim) -> list[Problem]:
    """Return whether the evidence rests on a word heard badly, or on an ambiguous term."""
    critical = _critical(claim)
    problems: list[Problem] = []
    for item in evidence:
        utterance = transcript.utterance(item.id) if item.id is not None else None
        if utterance is None or item.start is None or item.end is None:
            continue
        if critical and _badly_heard(utterance, item.start, item.end):
            problems.append(Problem(Reason.LOW_CONFIDENCE, Support.UNCERTAIN))
        if any(
            term.ambiguous and term.start < item.end and item.start < term.end for term in utterance.terms
        ):
            problems.append(Problem(Reason.AMBIGUOUS, Support.UNCERTAIN))
    return problems


def _critical(claim: Claim) -> bool:
    """Whether a statement holds a number, a drug, a negation or an allergy."""
    return claim.key is FieldKey.ALLERGY or any(
        piece.quantities or piece.drugs or piece.negative for piece in claim.pieces
    )


def _badly_heard(utterance: Utterance, start: int, end: int) -> bool:
    position = 0
    for word in utterance.words:
        place = utterance.text.find(word.text, position)
        if place < 0 or not word.text:
            continue
        position = place + len(word.text)
        if word.confidence < HEARD and place < end and start < position:
            return True
    return not utterance.words and utterance.confidence < HEARD


def entered(claim: Claim, evidence: Iterable[Evidence]) -> list[Problem] | None:
    """Judge a statement that a person typed: it stands, but its numbers must be those that were typed.

    Returns:
        The problems; None where nobody with a name and a time entered it.
    """
    typed = [item for item in evidence if item.source is Source.ENTERED and item.by and item.at is not None]
    if not typed:
        return None
    words = "，".join(item.quote for item in typed if item.quote)
    if not words:
        return []
    said = [*of_record(words), *of_talk(words, words)]
    lost = [
        quantity
        for piece in claim.pieces
        for quantity in piece.quantities
        if not any(agrees(quantity, item) for item in said)
        and not any(item.sort is Sort.BARE and item.pair == quantity.pair for item in said)
    ]
    return [Problem(Reason.NUMBER) for _ in lost]
