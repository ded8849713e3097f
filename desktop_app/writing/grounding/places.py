"""Body parts and relatives that a statement names: each must have been named where it was talked of."""

from __future__ import annotations

from collections.abc import Iterator

from desktop_app.core.records.drafts import Reason, Support
from desktop_app.terms.lexicon import Entry, Kind, Lexicon
from desktop_app.writing.grounding.alignment import Alignment
from desktop_app.writing.grounding.claims import Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.sources import Clue, Sources
from desktop_app.writing.grounding.wording import content

# parts that stand for the whole, or that a standard term adds by itself
_GENERAL = frozenset("皮肤 全身 身体 四肢 肢体 局部 周身 神志 精神 面色 外阴 尿道 胃肠 肌肉 关节".split())


def check_places(claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    """Return which body parts and relatives of a statement nobody named in the turns that it rests on."""
    problems: list[Problem] = []
    said = [clue for clue in sources.clues if clue.utterance in alignment.reach]
    for piece in claim.pieces:
        for part in _parts(piece, sources.lexicon):
            if not any(_names(part, clue) for clue in said):
                problems.append(Problem(Reason.NOT_SAID))
        for kin in _kin(piece):
            if not any(_names_kin(kin, clue) for clue in said):
                problems.append(Problem(Reason.SUBJECT, Support.CONFLICT))
    return Verdict(tuple(problems))


def _parts(piece: Piece, lexicon: Lexicon) -> Iterator[Entry]:
    """Yield the body parts of a piece, those inside the names of findings too: 口唇 of 口唇水肿."""
    found = [*piece.hits]
    for mention in piece.findings:
        found += lexicon.find(mention.entry.form)
    for hit in found:
        entry = hit.of(Kind.BODY_PART)
        if entry is not None and entry.standard not in _GENERAL and len(entry.form) > 1:
            yield entry


def _names(part: Entry, clue: Clue) -> bool:
    own = {entry.standard for hit in clue.part.hits if (entry := hit.of(Kind.BODY_PART)) is not None}
    if part.standard in own:
        return True
    wanted = content(part.form) or content(part.standard)
    return not wanted or bool(wanted & clue.chars)


def _kin(piece: Piece) -> Iterator[Entry]:
    for hit in piece.hits:
        entry = hit.of(Kind.KIN)
        if entry is not None and piece.findings == [] and len(entry.form) > 1:
            yield entry


def _names_kin(kin: Entry, clue: Clue) -> bool:
    own = {entry.standard for hit in clue.part.hits if (entry := hit.of(Kind.KIN)) is not None}
    return kin.standard in own or clue.part.subject.who == kin.standard or kin.form in clue.part.text
