"""Drugs: named at all, and ordered, stopped or refused as the doctor said."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey, Reason, Support
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.grounding.alignment import Alignment
from desktop_app.writing.grounding.claims import SOME_RELATIVE, Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.sources import Clue, Sources
from desktop_app.writing.grounding.wording import content, share
from desktop_app.writing.polarity import Mention, without_drugs

# a doctor's no, before or after the drug
_NO = re.compile(
    r"不能|不要|不用|不吃|不打|不给|不开|不敢|不消|不宜|不可|不许|不得|不行|别|莫|唔好|唔使|唔食|唔可|勿好|勿吃|勿要|勿能|毋通|毋好|免(?!疫)|停|禁|不慌|不急|不忙|"
    r"先不|先唔|先勿|暂不|忌|避|丢掉|叫停|不再|[没冇未][给吃用打][^，]{0,2}[就才]?对"
)
_LACKING = re.compile(r"没有|没得|冇|呒没|无")
_WRITTEN_NO = re.compile(r"停|不|忌|禁|勿|避|暂缓|未|无(?!效)|莫|别")
_GO_ON = re.compile(
    r"接到|继续|照(?:旧|吃|食|用|样|常)|还是吃|可以|要得|接着|吃着|^(?:系|对|照|行|好|中|嗯|会使|做得)(?:[啊嘅的呀了个]|$)"
)


def check_drugs(claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    """Return which drugs of a statement were not said, not ordered, or refused."""
    problems: list[Problem] = []
    clues: list[Clue] = []
    for piece in claim.pieces:
        for mention in piece.drugs:
            verdict = _check(mention, piece, claim, alignment, sources)
            problems += verdict.problems
            clues += verdict.clues
    return Verdict(tuple(problems), tuple(clues))


def _check(mention: Mention, piece: Piece, claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    naming = [item for item in sources.clues if names_drug(mention, item)]
    if not naming:
        gone = [item for item in sources.retracted if names_drug(mention, item)]
        if gone:
            return Verdict((Problem(Reason.CORRECTED_AWAY, Support.CONFLICT),))
        return Verdict((Problem(Reason.DRUG),))
    if not claim.ordered:
        if claim.key is not FieldKey.ALLERGY and _never_taken(piece, mention, naming, sources):
            return Verdict((Problem(Reason.NEGATION, Support.CONFLICT),), (naming[0],))
        taker = _taken_by_another(piece, claim, naming)
        return (
            Verdict((Problem(Reason.SUBJECT, Support.CONFLICT),), (taker,))
            if taker
            else Verdict((), (naming[0],))
        )
    if not sources.labelled:
        return Verdict((), (naming[0],))
    return _ordered(piece, naming, sources)


_NOT_TAKEN = re.compile(
    r"(?:没|冇|唔|勿|毋|袂|不|未|弗)(?:有|敢|肯|想|去|得)?(?:再)?(?:吃|食|打|抹|搽|含|服|喝|饮|睬|用(?=过|药|它))|嫌|没要"
)


def _never_taken(piece: Piece, mention: Mention, naming: list[Clue], sources: Sources) -> bool:
    """Whether a statement has a drug taken of which every clause that names it says that it wasn't."""
    if _WRITTEN_NO.search(without_drugs(piece.text, piece.mentions)):
        return False
    told = [item for item in naming if not item.question]
    return bool(told) and all(_NOT_TAKEN.search(_with_next(item, sources)) for item in told)


def _with_next(clue: Clue, sources: Sources) -> str:
    """Return a clause and the one after it in its sentence, where that names no other drug, without drug names."""
    turn = sources.by_utterance[clue.utterance]
    following = turn[turn.index(clue) + 1 :][:1]
    text = without_drugs(clue.part.text, clue.part.mentions)
    for item in following:
        if not item.drugs and item.part.clause.sentence == clue.part.clause.sentence:
            text += f"，{item.part.text}"
    return text


def _taken_by_another(piece: Piece, claim: Claim, naming: list[Clue]) -> Clue | None:
    """Return where a drug is told of somebody else than the relative that a family history names."""
    if claim.key is not FieldKey.PERSONAL_FAMILY or not piece.relations:
        return None
    told = [item for item in naming if not item.question]
    takers = {item.part.subject.who for item in told}
    if not told or takers & (piece.relations | SOME_RELATIVE):
        return None
    return told[0]


# salts and forms, which change nothing of what a drug is; 左氧氟沙星 is no 氧氟沙星
_FORM = re.compile(
    r"^(?:盐酸|硫酸|磷酸|马来酸|富马酸|苯磺酸|酒石酸|枸橼酸|琥珀酸|复方(?=甘草|氨酚))"
    r"|(?:钠|钾|钙|缓释|控释|分散|肠溶|咀嚼|口服|注射|混悬|泡腾)*(?:片|胶囊|颗粒|液|针|散|丸|膏|软膏|乳膏|凝胶|糖浆|滴剂|喷雾剂)$"
)


def _plain(name: str) -> str:
    return _FORM.sub("", _FORM.sub("", name)) or name


def _stands_alone(form: str, clue: Clue) -> bool:
    """Whether a clause holds a drug's form outside every longer drug name: 乐果 doesn't stand in 氧乐果."""
    start = clue.part.text.find(form)
    if start < 0:
        return False
    return not any(
        hit.of(Kind.DRUG) is not None and hit.start <= start < hit.end and hit.end - hit.start > len(form)
        for hit in clue.part.hits
    )


def names_drug(mention: Mention, clue: Clue) -> bool:
    """Whether a clause names a drug, by the tables or by its letters."""
    if mention.standard in clue.drugs or _stands_alone(mention.entry.form, clue):
        return True
    if any(_plain(item) == _plain(mention.standard) for item in clue.drugs):
        return True
    tail = mention.standard[-3:] if mention.standard.endswith("胰岛素") else mention.standard[-2:]
    if tail in ("血清", "疫苗", "胰岛素") and tail in clue.part.text and not clue.drugs:
        return True
    wanted = content(mention.standard)
    return mention.kind is Kind.DRUG_GROUP and len(wanted) >= 2 and share(wanted, clue.chars) >= 1


def _ordered(piece: Piece, naming: list[Clue], sources: Sources) -> Verdict:
    """Judge an order: the doctor's own word, or the doctor's answer to who asked for it."""
    refused = bool(_WRITTEN_NO.search(without_drugs(piece.text, piece.mentions)))
    said: list[tuple[bool, Clue]] = []
    for clue in naming:
        if clue.doctor and not clue.question:
            said.append((_refuses(clue, sources), clue))
        elif not clue.doctor:
            said += [(_says_no(item), item) for item in _reply(clue, sources)]
    fitting = [clue for no, clue in said if no == refused or (refused and _LACKING.search(clue.part.text))]
    if fitting:
        return Verdict((), (fitting[0],))
    if said:
        return Verdict((Problem(Reason.NEGATION, Support.CONFLICT),), (said[0][1],))
    return Verdict((Problem(Reason.DRUG),))


def _says_no(clue: Clue) -> bool:
    return bool(_NO.search(without_drugs(clue.part.text, clue.part.mentions)))


def _refuses(clue: Clue, sources: Sources) -> bool:
    """Whether the doctor's clause, or the one right after it, says no to the drug that it names."""
    if _says_no(clue):
        return True
    same = sources.by_utterance[clue.utterance]
    place = same.index(clue)
    following = same[place + 1] if place + 1 < len(same) else None
    return (
        following is not None
        and not following.drugs
        and following.part.clause.sentence == clue.part.clause.sentence
        and bool(
            re.match(r"(?:先|就|也|都|暂时|千万|一定|可)*(?:不|别|莫|唔|勿|毋|停|免)", following.part.text)
        )
    )


def _reply(asked: Clue, sources: Sources) -> list[Clue]:
    """Return the doctor's first words after somebody asked for a drug, where they say yes or no to it."""
    place = sources.order[asked.utterance] + 1
    turns = sources.context.transcript.utterances
    if place >= len(turns):
        return []
    clues = [item for item in sources.by_utterance[turns[place].id] if item.doctor]
    answer = [item for item in clues[:3] if _says_no(item) or _GO_ON.search(item.part.text)]
    return answer[:1]
