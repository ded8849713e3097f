"""Allergies: never asked is not none, and an allergy to one drug is none to another."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey, Reason, Support
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.grounding.claims import Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.drugs import names_drug
from desktop_app.writing.grounding.sources import ALLERGY, Clue, Sources, asks_allergy
from desktop_app.writing.grounding.wording import content, share

_NONE = re.compile(r"否认|无|未|没有|不")
_PLAIN = frozenset("药物食品过敏史其他余别类")
_OTHER = re.compile(r"其[他它余]|别的|余")
_REACTION = re.compile(r"服|用|后|出现|皮疹|瘙痒|反应|时")
_SAYS_NONE = re.compile(r"没|冇|无|不|唔|勿|毋|呒|未")
_FINE = re.compile(r"没事|冇事|没得事|呒事|无事|没反应")


def about_allergy(claim: Claim) -> bool:
    """Whether a statement tells of an allergy."""
    if claim.key is FieldKey.ALLERGY:
        return True
    return "过敏" in claim.text and not any(piece.relations for piece in claim.pieces)


def check_allergy(claim: Claim, sources: Sources) -> Verdict:
    """Return whether the talk holds the allergy, or the denial of one, that a statement tells."""
    spoken = _exchange(sources)
    if not spoken:
        return Verdict((Problem(Reason.ALLERGY),))
    problems: list[Problem] = []
    clues: list[Clue] = []
    for piece in claim.pieces:
        if claim.key is not FieldKey.ALLERGY and "过敏" not in piece.text:
            continue
        verdict = _check(piece, spoken, sources)
        problems += verdict.problems
        clues += verdict.clues
    return Verdict(tuple(problems), tuple(clues or spoken[:2]))


def _exchange(sources: Sources) -> list[Clue]:
    """Return what was asked and told of the patient's allergies."""
    asked = {item.utterance for item in sources.clues if asks_allergy(item)}
    places = {sources.order[item] for item in asked}
    after = {place + step for place in places for step in (1, 2)}
    return [
        item
        for item in sources.clues
        if item.utterance in asked
        or (sources.order[item.utterance] in after and not item.question)
        or ALLERGY.search(item.part.text)
    ]


def _check(piece: Piece, spoken: list[Clue], sources: Sources) -> Verdict:
    own = [item for item in spoken if item.part.subject.patient]
    told = [item for item in own if not item.question]
    denied = [item for item in told if _denies(item)]
    allergens = [item for item in own if _accuses(item, sources)]
    named = [item for item in piece.mentions if item.kind in (Kind.DRUG, Kind.DRUG_GROUP)]
    if "药" in piece.text:
        allergens = [item for item in allergens if item.drugs]
    if _NONE.match(piece.text):
        return _none(piece, denied, allergens, bool(named))
    if named and piece.negative:
        borne = [item for item in own for mention in named if names_drug(mention, item)]
        fine = [item for item in borne if _cleared(item, sources) or _denies(item)]
        return Verdict((), (fine[0],)) if fine else Verdict((Problem(Reason.ALLERGY),))
    if not named:
        return _other_allergen(piece, own, denied)
    for mention in named:
        naming = [item for item in own if names_drug(mention, item)]
        if not naming or all(_cleared(item, sources) for item in naming):
            return Verdict((Problem(Reason.ALLERGY, Support.CONFLICT if naming else Support.UNSUPPORTED),))
    return Verdict((), tuple(item for item in own if names_drug(named[0], item))[:1])


def _none(piece: Piece, denied: list[Clue], allergens: list[Clue], named: bool) -> Verdict:
    if not denied:
        support = Support.CONFLICT if allergens else Support.UNSUPPORTED
        return Verdict((Problem(Reason.ALLERGY, support),), tuple(allergens[:1]))
    if allergens and not _OTHER.search(piece.text) and not named:
        return Verdict((Problem(Reason.ALLERGY, Support.CONFLICT),), (allergens[0],))
    return Verdict((), (denied[0],))


def _other_allergen(piece: Piece, own: list[Clue], denied: list[Clue]) -> Verdict:
    """Judge an allergen that is no drug of the tables (花粉, 虾), or a reaction told beside it."""
    wanted = piece.chars - _PLAIN
    if not wanted or _REACTION.match(piece.text):
        if not wanted and denied and len(piece.chars & _PLAIN) >= 2 and not _NONE.search(piece.text):
            return Verdict((Problem(Reason.ALLERGY, Support.CONFLICT),), (denied[0],))
        return Verdict()
    close = [item for item in own if share(wanted, item.chars) >= 0.34]
    if close:
        return Verdict((), (close[0],))
    return Verdict((Problem(Reason.ALLERGY),))


def _denies(clue: Clue) -> bool:
    return bool(_SAYS_NONE.search(clue.part.text))


def _cleared(clue: Clue, sources: Sources) -> bool:
    """Whether a clause tells that a drug was borne well, or only that another person named it."""
    if clue.question and clue.doctor:
        return True
    following = [
        item
        for item in sources.by_utterance[clue.utterance]
        if item.part.clause.start >= clue.part.clause.start
    ]
    return any(_FINE.search(item.part.text) for item in following[:3])


def _accuses(clue: Clue, sources: Sources) -> bool:
    """Whether a clause names something that the patient did not bear."""
    if clue.question or _cleared(clue, sources):
        return False
    text = clue.part.text
    reacts = re.search(r"疹|疙瘩|阳性|肿|痒|休克|过敏|敏感", text) and not _SAYS_NONE.search(text)
    return bool(reacts) or bool(
        clue.drugs and not _SAYS_NONE.search(text) and _reaction_follows(clue, sources)
    )


def _reaction_follows(clue: Clue, sources: Sources) -> bool:
    same = sources.by_utterance[clue.utterance]
    place = same.index(clue)
    return any(re.search(r"疹|疙瘩|阳性|肿|痒|休克", item.part.text) for item in same[place : place + 3])


def allergy_words(text: str) -> frozenset[str]:
    """Return what an allergy statement names, without the words of the field itself."""
    return content(text) - _PLAIN
