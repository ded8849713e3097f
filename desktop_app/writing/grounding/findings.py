"""Symptoms, diseases and signs: whether the talk affirms or denies them, and of whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.core.records.drafts import FieldKey, Reason, Support
from desktop_app.core.records.speech import Speaker
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.grounding.alignment import Alignment
from desktop_app.writing.grounding.claims import SOME_RELATIVE, Claim, Piece, Problem, Verdict
from desktop_app.writing.grounding.numbers import same_test
from desktop_app.writing.grounding.sources import Clue, Finding, Sources, settle
from desktop_app.writing.grounding.wording import close, content, share
from desktop_app.writing.polarity import Mention, Polarity

_QUALIFIER = re.compile(r"^(?:[12]型|慢性|急性|原发性|轻度|重度|双侧|左侧|右侧|左|右)+|(?:病史|史|部)$")
_SHORT_NAME = 2  # characters of a name of which one alone could be any other finding's (宫缩, 收缩)
_SURE = 0.99  # share at which a clause that denies contradicts one that affirms
# general words say less than the statement does, and stand in every other clause
_GENERAL = frozenset(("疼痛", "不适", "肿胀", "难受", "症状", "异常", "既往史", "病史"))
_CHILDREN = frozenset(("儿子", "女儿", "孩子", "小孩", "子女", "孙子", "孙女"))
_DOUBT = re.compile(r"[?？]|待查|待排|可能|疑")


@dataclass(frozen=True, slots=True)
class _Stand:
    """What the sources say of one finding."""

    affirmed: list[Finding]
    denied: list[Finding]
    asked: list[Finding]

    @property
    def any(self) -> bool:
        """Whether it was spoken of at all."""
        return bool(self.affirmed or self.denied or self.asked)


def core(name: str) -> str:
    """Return a finding's name without its qualifiers: 2型糖尿病 → 糖尿病."""
    return _QUALIFIER.sub("", name) or name


def same_finding(one: str, other: str) -> bool:
    """Whether two standard names mean the same finding, or one a kind of the other."""
    first, second = core(one), core(other)
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    if len(short) >= 2 and short in long and short not in _GENERAL:
        return True
    shared = content(first) & content(second)
    return len(shared) >= 2 and shared == content(short)


def check_findings(claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    """Return which findings of a statement the sources deny, never name, or tell of somebody else."""
    problems: list[Problem] = []
    clues: list[Clue] = []
    for piece in claim.pieces:
        if claim.key is FieldKey.DIAGNOSIS and not _diagnosed(piece, alignment):
            problems.append(Problem(Reason.NOT_SAID))
        for mention in piece.findings:
            if mention.standard in _GENERAL:
                continue
            verdict = _check(mention, piece, claim, alignment, sources)
            problems += verdict.problems
            clues += verdict.clues
        for test in piece.tests:
            naming = [item for item in sources.clues if _names_test(test, item)]
            problems += [] if naming else [Problem(Reason.NOT_SAID)]
    return Verdict(tuple(problems), tuple(clues))


_DIAGNOSIS_WORDS = 0.8  # share of a diagnosis's characters that one turn must have
_NO_NAME = re.compile(r"[?？]|待查|待排除?|可能|考虑|疑似?|初步|伴|合并|[IVXⅠⅡⅢⅣ]+|[左右双]侧?|[（(].*[）)]")


def _diagnosed(piece: Piece, alignment: Alignment) -> bool:
    """Whether one turn of the doctor names a diagnosis: by its standard, or by nearly all of its characters."""
    names = {item.standard for item in piece.mentions if item.kind is Kind.DIAGNOSIS}
    wanted = content(_NO_NAME.sub("", piece.text))
    turns: dict[int, frozenset[str]] = {}
    for clue in alignment.near:
        if names and names <= {core(item.standard) for item in clue.part.mentions} | {
            item.standard for item in clue.part.mentions
        }:
            return True
        turns[clue.utterance] = turns.get(clue.utterance, frozenset()) | clue.chars
    return not wanted or any(share(wanted, chars) >= _DIAGNOSIS_WORDS for chars in turns.values())


def _names_test(test: Mention, clue: Clue) -> bool:
    if test.entry.form in clue.part.text or test.entry.form in clue.standard:
        return True
    named = [item.standard for item in clue.part.mentions if item.kind is Kind.LAB]
    return any(same_test(test.standard, name) for name in named) or close(
        content(test.entry.form), clue.chars
    )


def _check(mention: Mention, piece: Piece, claim: Claim, alignment: Alignment, sources: Sources) -> Verdict:
    name, polarity = settle(mention)
    if name != mention.standard:
        mention = Mention(mention.start, mention.end, name, mention.kind, polarity, mention.entry)
    relatives = piece.relations or _relations(claim)
    known = _known(mention, claim, sources)
    if relatives and claim.key is not FieldKey.PLAN:
        return _of_relatives(relatives, known, mention, piece, alignment, sources)
    own = [item for item in known if item.clue.part.subject.patient]
    if not claim.from_doctor and any(item.polarity is not None and not item.clue.doctor for item in own):
        own = [item for item in own if not item.clue.doctor]  # an examination is another field's business
    if relatives and any(item.clue.speaker is Speaker.FAMILY for item in own):
        relatives = relatives - _CHILDREN  # a parent speaks of the patient as of a child
    if known and not own and mention.polarity is Polarity.AFFIRMED and not claim.from_doctor:
        return Verdict((Problem(Reason.SUBJECT, Support.CONFLICT),))
    if not own and mention.polarity is Polarity.DENIED:
        spared = _spared(known, sources)
        if spared:
            return Verdict((), spared[:2])
    stand = _stand(own)
    if not stand.any:
        return _by_characters(mention, piece, claim, alignment)
    if claim.ordered or _DOUBT.search(piece.text):
        return Verdict((), (own[0].clue,))
    return _weigh(mention, stand)


def _relations(claim: Claim) -> set[str]:
    """Return the relatives of the whole statement where it opens with one: 母亲、弟弟患糖尿病."""
    return claim.pieces[0].relations if claim.key is FieldKey.PERSONAL_FAMILY else set()


def _known(mention: Mention, claim: Claim, sources: Sources) -> list[Finding]:
    names = [name for name in sources.findings if same_finding(mention.standard, name)]
    names = names or [name for name in sources.findings if same_finding(mention.entry.form, name)]
    found = [item for name in names for item in sources.findings[name]]
    if claim.from_doctor and sources.labelled:
        return [item for item in found if item.clue.doctor or (item.asked is not None and item.asked.doctor)]
    return found


def _stand(found: list[Finding]) -> _Stand:
    return _Stand(
        [item for item in found if item.polarity is Polarity.AFFIRMED],
        [item for item in found if item.polarity is Polarity.DENIED],
        [
            item
            for item in found
            if item.polarity is None and (item.asked is not None or not item.clue.doctor)
        ],
    )


def _weigh(mention: Mention, stand: _Stand) -> Verdict:
    wanted, other = (
        (stand.affirmed, stand.denied)
        if mention.polarity is Polarity.AFFIRMED
        else (stand.denied, stand.affirmed)
    )
    if wanted and all(item.asked for item in wanted) and any(item.asked is None for item in other):
        # 呕出来有血吗？没有 doesn't take back what was said outright
        return Verdict((Problem(Reason.NEGATION, Support.CONFLICT),), _clues(other[0]))
    if wanted:
        chosen = next((item for item in wanted if not item.ambiguous), wanted[0])
        ambiguous = (
            chosen.ambiguous and chosen.form != mention.entry.form and chosen.form not in mention.entry.form
        )
        problems = (Problem(Reason.AMBIGUOUS, Support.UNCERTAIN),) if ambiguous else ()
        return Verdict(problems, _clues(chosen))
    if stand.asked:
        denied = mention.polarity is Polarity.DENIED
        fits = [
            item
            for item in stand.asked
            if item.clue.negative == denied and (denied or not _tells_other(mention, item.clue))
        ]
        if fits:
            return Verdict((), _clues(fits[0]))
    support = Support.CONFLICT if other else Support.UNSUPPORTED
    return Verdict((Problem(Reason.NEGATION, support),), _clues(other[0]) if other else ())


def _tells_other(mention: Mention, clue: Clue) -> bool:
    """Whether an answer names another finding than the one asked for: 有冇湿疹？我有鼻敏感."""
    named = [item.standard for item in clue.part.mentions if item.kind in (Kind.SYMPTOM, Kind.DIAGNOSIS)]
    return bool(named) and not any(same_finding(mention.standard, name) for name in named)


def _clues(finding: Finding) -> tuple[Clue, ...]:
    return (finding.asked, finding.clue) if finding.asked is not None else (finding.clue,)


def _of_relatives(
    relatives: set[str],
    known: list[Finding],
    mention: Mention,
    piece: Piece,
    alignment: Alignment,
    sources: Sources,
) -> Verdict:
    """Judge a relative's disease: the same relative must have it."""
    told = [item for item in known if not item.clue.part.subject.patient and not item.clue.question]
    if any(item.clue.part.subject.who in relatives | SOME_RELATIVE for item in told):
        return Verdict((), tuple(item.clue for item in told[:1]))
    if told:
        return Verdict((Problem(Reason.SUBJECT, Support.CONFLICT),), (told[0].clue,))
    wanted = content(mention.standard)
    clues = [item for item in sources.clues if close(wanted, item.chars)]
    around = [
        other
        for clue in clues
        for other in sources.clues
        if sources.near(clue.utterance, other.utterance) <= 1
    ]
    words = [content(item) for item in relatives]
    if any(word and word <= item.chars for word in words for item in around):
        return Verdict((), tuple(clues[:1]))
    if not known and not clues:
        return Verdict((Problem(Reason.NOT_SAID),))
    return Verdict((Problem(Reason.SUBJECT, Support.CONFLICT if known else Support.UNSUPPORTED),))


def _by_characters(mention: Mention, piece: Piece, claim: Claim, alignment: Alignment) -> Verdict:
    """Look for a finding that no table maps, by the characters of its name."""
    wanted = content(mention.standard) | content(mention.entry.form)
    narrow = min((content(mention.standard), content(mention.entry.form)), key=len)
    pool = [item for item in alignment.allowed if item.part.subject.patient]
    spoken = [item for item in pool if _speaks(wanted, item) or _speaks(narrow, item)]
    if not spoken and wanted:
        spoken = _in_one_turn(narrow, pool)
    if not spoken or not wanted:
        if mention.polarity is Polarity.DENIED:
            return Verdict((Problem(Reason.NEGATION),))
        return Verdict((Problem(Reason.NOT_SAID),))
    told = _closest(narrow, [item for item in spoken if not (item.question and item.doctor)])
    denied = mention.polarity is Polarity.DENIED
    if any(item.negative == denied for item in told) or claim.ordered:
        return Verdict((), (next((item for item in told if item.negative == denied), spoken[0]),))
    if told and any(share(wanted, item.chars) >= _SURE for item in told):
        return Verdict((Problem(Reason.NEGATION, Support.CONFLICT),), (told[0],))
    answers = [
        item for asked in spoken if asked.question for item in pool if item.utterance == asked.utterance + 1
    ][:1]
    if any(item.negative == denied for item in answers):
        return Verdict((), (spoken[0], next(item for item in answers if item.negative == denied)))
    if denied or answers:
        return Verdict((Problem(Reason.NEGATION),), (spoken[0],))
    return Verdict((), (spoken[0],))


def _closest(wanted: frozenset[str], told: list[Clue]) -> list[Clue]:
    """Return the clauses that have all of a name's characters, where any has; else all of them."""
    whole = [item for item in told if wanted <= item.chars]
    return whole or told


def _speaks(wanted: frozenset[str], clue: Clue) -> bool:
    """Whether a clause names all of a finding, or half of it in words that no table takes for something else."""
    if len(wanted) > _SHORT_NAME or wanted <= clue.chars:
        return close(wanted, clue.chars)
    text = clue.part.text
    for hit in sorted(clue.part.hits, key=lambda item: -item.start):
        if hit.of(Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.EXAM) is not None:
            text = text[: hit.start] + text[hit.end :]
    return close(wanted, clue.chars & content(text))


def _in_one_turn(wanted: frozenset[str], pool: list[Clue]) -> list[Clue]:
    """Return the clauses of a turn that names a finding in pieces: 腰嘎巴一声，老疼了."""
    turns: dict[int, list[Clue]] = {}
    for clue in pool:
        if wanted & clue.chars:
            turns.setdefault(clue.utterance, []).append(clue)
    for clues in turns.values():
        if wanted <= frozenset().union(*(item.chars for item in clues)):
            return [item for item in clues if not item.question] or clues
    return []


def _spared(known: list[Finding], sources: Sources) -> tuple[Clue, ...]:
    """Return the clauses that deny of the patient what their turn tells of another: 我有哮喘，她没有."""
    return tuple(
        other
        for item in known
        for other in sources.by_utterance[item.clue.utterance]
        if other is not item.clue and other.negative and (len(other.chars) <= 2 or other.part.subject.patient)
    )
