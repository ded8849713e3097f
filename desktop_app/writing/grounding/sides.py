"""Left and right: the side that a statement names must be the one that was said of the same thing."""

from __future__ import annotations

from desktop_app.core.records.drafts import Reason, Support
from desktop_app.writing.grounding.alignment import Alignment
from desktop_app.writing.grounding.claims import Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.sources import Clue, Sources

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
    sided = [item for item in sources.clues if item.sides & _SIDED and item.part.subject.patient]
    if not any(side in item.sides for item in sided):
        if any(side in item.sides for item in sources.retracted):
            return Verdict((Problem(Reason.CORRECTED_AWAY, Support.CONFLICT), Problem(Reason.SIDE)))
        return Verdict((Problem(Reason.SIDE, Support.CONFLICT if sided else Support.UNSUPPORTED),))
    wanted = piece.chars - _SIDE_CHARS
    anchors = alignment.anchors[:4]
    scored = sorted(
        ((_closeness(item, wanted, anchors, sources), item) for item in sided), key=lambda pair: -pair[0]
    )
    best = scored[0][0]
    leading = [item for score, item in scored if score >= best - 0.05]
    if any(side in item.sides for item in leading):
        return Verdict((), (next(item for item in leading if side in item.sides),))
    return Verdict((Problem(Reason.SIDE, Support.CONFLICT),), (leading[0],))


def _closeness(clue: Clue, wanted: frozenset[str], anchors: tuple[int, ...], sources: Sources) -> float:
    """Return how much a sided clause and its neighbours in the turn speak of the same thing."""
    same = sources.by_utterance[clue.utterance]
    place = same.index(clue)
    around = frozenset().union(*(item.chars for item in same[max(0, place - 1) : place + 2]))
    own = len(wanted & clue.chars) / len(wanted) if wanted else 0.0
    near = len(wanted & around) / len(wanted) if wanted else 0.0
    bonus = 0.1 if clue.utterance in anchors[:1] else 0.0
    return own + 0.5 * near + bonus
