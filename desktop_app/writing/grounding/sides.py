"""Left and right: the side that a statement names must be the one that was said of the same thing."""

from __future__ import annotations

from desktop_app.core.records.drafts import Reason, Support
from desktop_app.writing.grounding.alignment import Alignment
from desktop_app.writing.grounding.claims import Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.quantities import agrees
from desktop_app.writing.grounding.sources import Clue, Sources, sides_at

_TIE = 0.06  # closeness that counts as equal
_SIDED = frozenset("左右")
_SIDE_CHARS = frozenset("左右双两侧边")


def check_sides(claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    """Return whether the sides of a statement are those of the talk."""
    problems: list[Problem] = []
    clues: list[Clue] = []
    for piece in claim.pieces:
        for side in piece.sides & _SIDED:
            if len(piece.sides & _SIDED) == 2:
                continue
            verdict = _check(side, piece, claim, alignment, sources)
            problems += verdict.problems
            clues += verdict.clues
    return Verdict(tuple(problems), tuple(clues))


def _check(side: str, piece: Piece, claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    sided = [item for item in sources.clues if sides_at(sources, item) & _SIDED and item.part.subject.patient]
    if not any(side in sides_at(sources, item) for item in sided):
        if any(side in item.sides for item in sources.retracted):
            return Verdict((Problem(Reason.CORRECTED_AWAY, Support.CONFLICT), Problem(Reason.SIDE)))
        return Verdict((Problem(Reason.SIDE, Support.CONFLICT if sided else Support.UNSUPPORTED),))
    scored = [(_closeness(item, piece, claim, sources), item) for item in sided]
    best = max(score for score, _ in scored)
    leading = [item for score, item in scored if score >= best - _TIE]
    fitting = [item for item in leading if side in sides_at(sources, item)]
    if fitting:
        return Verdict((), (fitting[0],))
    return Verdict((Problem(Reason.SIDE, Support.CONFLICT),), (leading[0],))


def _closeness(clue: Clue, piece: Piece, claim: Claim, sources: Sources) -> float:
    """Return how much a sided clause, and its turn with the question before, speak of the same thing."""
    wanted = piece.chars - _SIDE_CHARS
    whole = claim.chars - _SIDE_CHARS
    place = sources.order[clue.utterance]
    turns = sources.context.transcript.utterances
    nearby = [clue.utterance, *([turns[place - 1].id] if place else [])]
    around = frozenset().union(*(item.chars for turn in nearby for item in sources.by_utterance[turn]))
    own = len(wanted & clue.chars) / max(1, len(wanted))
    near = (len(whole & around) + len(whole & clue.chars)) / max(1, len(whole))
    same = _unsided(piece.text) in _unsided(clue.part.text) or _unsided(piece.text) in _unsided(clue.standard)
    stated = sum(
        agrees(quantity, item) or set(quantity.shown or quantity.pair) <= clue.free
        for quantity in piece.quantities
        for item in clue.quantities
    )
    return own + near + (0.5 if stated else 0.0) + (0.1 if clue.sides else 0.0) + (0.5 if same else 0.0)


def _unsided(text: str) -> str:
    return "".join(char for char in text if char not in _SIDE_CHARS)
