"""`ground`: every statement of a draft judged against the visit's sources, by code and not by a model."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop_app.core.records.drafts import (
    Draft,
    DraftField,
    Evidence,
    FieldKey,
    Reason,
    Source,
    Statement,
    Support,
)
from desktop_app.core.records.visits import VisitContext
from desktop_app.writing.grounding.alignment import Aligner, Alignment
from desktop_app.writing.grounding.allergies import about_allergy, check_allergy
from desktop_app.writing.grounding.claims import Claim, Problem, Verdict, take_apart
from desktop_app.writing.grounding.contrasts import check_contrasts
from desktop_app.writing.grounding.drugs import check_drugs
from desktop_app.writing.grounding.findings import check_findings
from desktop_app.writing.grounding.labs import check_rows, rows_for
from desktop_app.writing.grounding.numbers import check_numbers
from desktop_app.writing.grounding.places import check_places
from desktop_app.writing.grounding.quotes import doubts, entered, join, literal
from desktop_app.writing.grounding.sides import check_sides
from desktop_app.writing.grounding.sources import Clue, Sources, lay_out
from desktop_app.writing.grounding.wording import negative, share

# a statement of which less than this stands in any one exchange was not said
_SAID = 0.3
_SAME_WORDS = 0.99  # share from which on a clause is about the very same words
# what a program may write of itself, and what says that nothing was said
_EMPTY = re.compile(
    r"^(?:未询问?|未提及|未记录|未采集|待询?问?|待补|不详|未做|未查|—|-|/)(?:[^，。]{0,6})[。.]?$"
)
_WORST = (Support.CONFLICT, Support.UNSUPPORTED, Support.UNCERTAIN)


def ground(draft: Draft, context: VisitContext) -> Draft:
    """Return a draft whose statements say how well each rests on the visit's sources.

    Args:
        draft: from any writer; its statements may lack evidence, or carry wrong evidence.
        context: the transcript, sheets and patient of the visit.

    Returns:
        The draft with support, reasons, evidence and derivation of every statement set anew.
    """
    sources = lay_out(context)
    aligner = Aligner(sources)
    fields = tuple(_field(item, sources, aligner) for item in draft.fields)
    return replace(draft, fields=fields)


def _field(field: DraftField, sources: Sources, aligner: Aligner) -> DraftField:
    judged = tuple(_statement(field.key, item, sources, aligner) for item in field.statements)
    return replace(field, statements=judged)


def _statement(key: FieldKey, statement: Statement, sources: Sources, aligner: Aligner) -> Statement:
    transcript = sources.context.transcript
    given = tuple(item for item in statement.evidence if literal(item, transcript))
    kept = tuple(item for item in statement.evidence if item.source is not Source.UTTERANCE)
    if _EMPTY.match(statement.text.strip()):
        return replace(statement, support=Support.VERIFIED, reasons=(), evidence=(*kept, *given))
    claim = take_apart(key, replace(statement, evidence=(*kept, *given)), sources.lexicon)
    typed = entered(claim, kept)
    if typed is not None:
        return _settled(statement, typed, (*kept, *given), statement.derivation)
    rows = rows_for(claim, sources.context)
    if rows:
        problems, evidence = check_rows(rows)
        others = tuple(item for item in kept if item.source is not Source.LAB)
        return _settled(statement, problems, (*others, *evidence, *given), statement.derivation)
    verdict = _from_talk(claim, aligner.align(claim), sources)
    evidence_found = join(given, _supporting(given, verdict), transcript.version)
    problems = [*verdict.problems, *doubts(evidence_found, transcript, claim)]
    if claim.from_doctor and not sources.labelled:
        problems.append(Problem(Reason.SPEAKER, Support.UNCERTAIN))
    if not evidence_found and not problems:
        problems.append(Problem(Reason.NOT_SAID))
    return _settled(statement, problems, (*kept, *evidence_found), verdict.derivation or None)


def _supporting(given: tuple[Evidence, ...], verdict: Verdict) -> tuple[Clue, ...]:
    """Return the clues that become evidence; a statement's own good evidence needs no other beside it."""
    return () if given and not verdict.problems else tuple(dict.fromkeys(verdict.clues))


def _from_talk(claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    """Run every check; one that finds a deeper fault (never said) speaks before the others."""
    verdicts = [check_drugs(claim, alignment, sources), check_sides(claim, alignment, sources)]
    verdicts.append(check_numbers(claim, alignment, sources))
    verdicts.append(check_contrasts(claim, alignment, sources))
    verdicts.append(check_places(claim, alignment, sources))
    if about_allergy(claim):
        verdicts.append(check_allergy(claim, sources))
    if claim.key is not FieldKey.ALLERGY:
        verdicts.append(check_findings(claim, alignment, sources))
    problems = [item for verdict in verdicts for item in verdict.problems]
    clues = tuple(item for verdict in verdicts for item in verdict.clues)
    if not problems and not clues:
        problems, clues = _by_wording(claim, alignment)
    derivation = "；".join(item.derivation for item in verdicts if item.derivation)
    return Verdict(tuple(problems), clues, derivation)


def _by_wording(claim: Claim, alignment: Alignment) -> tuple[list[Problem], tuple[Clue, ...]]:
    """Judge a statement that holds no checked atom by how much of its wording was said at all."""
    if alignment.best < _SAID and claim.chars:
        return [Problem(Reason.NOT_SAID)], ()
    scored = sorted(alignment.near, key=lambda item: -share(claim.chars, item.chars))
    if _turned_round(claim, scored):
        return [Problem(Reason.NEGATION, Support.CONFLICT)], tuple(scored[:1])
    return [], tuple(scored[:1])


def _turned_round(claim: Claim, scored: list[Clue]) -> bool:
    """Whether a short statement says yes to the words to which the talk says no, or no where it says yes."""
    if len(claim.pieces) != 1 or not claim.chars:
        return False
    piece = claim.pieces[0]
    same = [item for item in scored if not item.question and share(claim.chars, item.chars) >= _SAME_WORDS]
    return bool(same) and all(piece.negative not in (item.negative, negative(item.standard)) for item in same)


def _settled(
    statement: Statement, problems: list[Problem], evidence: tuple[Evidence, ...], derivation: str | None
) -> Statement:
    supports = {item.support for item in problems}
    support = next((item for item in _WORST if item in supports), Support.VERIFIED)
    ranked = sorted(problems, key=lambda item: _WORST.index(item.support) // 2)
    reasons = tuple(dict.fromkeys(item.reason for item in ranked))
    return replace(statement, support=support, reasons=reasons, evidence=evidence, derivation=derivation)
