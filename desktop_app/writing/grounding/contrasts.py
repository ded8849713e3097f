"""Words of which one excludes another: 阳性 and 阴性, 停 and 继续, 上腹 and 下腹, 空腹 and 餐后.

A statement that holds one of a class, where what was said of the same thing holds another, is a conflict. The
classes and their spoken forms stand in `resources/content/contrast_term.csv`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from desktop_app.core.records.drafts import Reason, Support
from desktop_app.terms.tables import cells, shipped_table
from desktop_app.writing.grounding.alignment import Alignment
from desktop_app.writing.grounding.claims import Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.sources import Clue, Sources
from desktop_app.writing.grounding.wording import content

_CLOSE = 0.8  # share of the closest clause's likeness from which on a clause tells of the same thing
_ALIKE = 0.34  # share of a piece's characters that a clause must have to tell of it at all


@functools.cache
def _classes() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    """Return, by class, the members and the forms of each."""
    found: dict[str, dict[str, re.Pattern[str]]] = {}
    for row in shipped_table("contrast_term"):
        forms = sorted(cells(row["forms"]), key=len, reverse=True)
        found.setdefault(row["class"], {})[row["member"]] = re.compile("|".join(map(re.escape, forms)))
    return found


def _members(name: str, text: str) -> frozenset[str]:
    """Return the members of a class that a text holds."""
    return frozenset(member for member, forms in _classes()[name].items() if forms.search(text))


def check_contrasts(claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    """Return where a statement holds a word that what was said of the same thing excludes."""
    problems: list[Problem] = []
    for piece in claim.pieces:
        for name in _classes():
            written = _members(name, piece.text)
            if len(written) == 1 and _excluded(name, written, piece, alignment, sources):
                problems.append(Problem(Reason.NEGATION, Support.CONFLICT))
    return Verdict(tuple(problems))


def _excluded(
    name: str, written: frozenset[str], piece: Piece, alignment: Alignment, sources: Sources
) -> bool:
    said = [
        (_members(name, _words(clue)) or _members(name, _beside(clue, sources)))
        for clue in _same_thing(name, piece, alignment)
    ]
    told = [members for members in said if members]
    return bool(told) and not any(written & members for members in told)


def _words(clue: Clue) -> str:
    return f"{clue.part.amended or clue.part.text}\n{clue.standard}"


def _beside(clue: Clue, sources: Sources) -> str:
    """Return the words of the clauses right before and after in the same sentence."""
    turn = sources.by_utterance[clue.utterance]
    place = turn.index(clue)
    near = turn[max(0, place - 1) : place + 2]
    return "\n".join(_words(item) for item in near if item.part.clause.sentence == clue.part.clause.sentence)


def _same_thing(name: str, piece: Piece, alignment: Alignment) -> list[Clue]:
    """Return the clauses that tell of what a piece tells, the contrasted words aside."""
    text = piece.text
    for forms in _classes()[name].values():
        text = forms.sub("", text)
    wanted = content(text)
    if not wanted:
        return []
    scored = [(len(wanted & clue.chars) / len(wanted), clue) for clue in alignment.near if not clue.question]
    best = max((score for score, _ in scored), default=0.0)
    return [clue for score, clue in scored if score >= max(_ALIKE, _CLOSE * best)]
