"""Which turns of the talk a statement is about."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.records.drafts import Source
from desktop_app.core.records.speech import Speaker
from desktop_app.writing.grounding.claims import Claim
from desktop_app.writing.grounding.sources import Clue, Sources
from desktop_app.writing.grounding.wording import share

REACH = 3  # turns: a question, its answer, and what was asked once more
_GIVEN_REACH = 1  # turns around a statement's own evidence: its question, and what is added to it
_ANCHOR = 0.34  # share of a statement's characters that makes a turn one of its anchors


@dataclass(frozen=True, slots=True)
class Alignment:
    """The clauses that may prove a statement.

    Attributes:
        allowed: clauses of those who may prove this field, in order.
        anchors: utterances that share its subject matter, best first.
        near: allowed clauses within reach of an anchor; all allowed where there is no anchor.
        reach: utterances within reach of an anchor, whoever spoke.
        best: the greatest share of the statement's characters that stands in one exchange.
    """

    allowed: tuple[Clue, ...]
    anchors: tuple[int, ...]
    near: tuple[Clue, ...]
    reach: frozenset[int]
    best: float


class Aligner:
    """Aligns statements with the turns of one talk."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._all = tuple(sources.clues)
        doctor = tuple(item for item in sources.clues if item.speaker is Speaker.DOCTOR)
        self._doctor = doctor if sources.labelled else self._all
        self._chars: dict[int, frozenset[str]] = {}
        previous: frozenset[str] = frozenset()
        for utterance in sources.context.transcript.utterances:
            own = frozenset().union(*(item.chars for item in sources.by_utterance[utterance.id]))
            self._chars[utterance.id] = own | previous
            previous = own

    def align(self, claim: Claim) -> Alignment:
        """Return where a statement's proof may stand."""
        sources = self._sources
        allowed = self._doctor if claim.from_doctor else self._all
        wanted = claim.chars
        scores = {utterance: share(wanted, chars) for utterance, chars in self._chars.items()}
        given = {
            item.id
            for item in claim.statement.evidence
            if item.source is Source.UTTERANCE and item.id in scores
        }
        best = max(scores.values(), default=0.0)
        bar = min(_ANCHOR, best) if best > 0 else 1.0
        anchors = sorted((item for item in scores if scores[item] >= bar), key=lambda item: -scores[item])
        if given:  # a statement with evidence rests on that evidence, not on the rest of the talk
            places = {sources.order[item] for item in given if item is not None}
        else:
            places = {sources.order[item] for item in {*anchors[:6], *self._named(claim)}}
        reach_of = _GIVEN_REACH if given else REACH
        wide = {place + step for place in places for step in range(-reach_of, reach_of + 1)}
        reach = frozenset(item for item, place in sources.order.items() if place in wide)
        near = tuple(item for item in allowed if item.utterance in reach)
        return Alignment(allowed, tuple(anchors), near or allowed, reach, best)

    def _named(self, claim: Claim) -> set[int]:
        """Return the utterances that name one of the statement's findings or drugs."""
        names = {item.standard for piece in claim.pieces for item in piece.mentions}
        return {item.clue.utterance for name in names for item in self._sources.findings.get(name, ())}
