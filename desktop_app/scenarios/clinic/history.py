"""The patient's side of the talk: present illness, past, allergy, personal and family history."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.core.records.people import Patient, Sex
from desktop_app.scenarios.clinic.allergy_history import (
    allergy_notes,
    bare_allergy,
    bare_denial,
    without_contradiction,
)
from desktop_app.scenarios.clinic.answers import Verdict, decide, is_bare_no, is_bare_yes
from desktop_app.scenarios.clinic.asked import (
    asks_allergy,
    asks_disease,
    ends_past,
    field_of_question,
    field_of_told,
    field_of_topic,
    reacts_to_contact,
    starts_past,
)
from desktop_app.scenarios.clinic.chatter import NOT_DONE, drop_calls, drop_refused, is_chatter
from desktop_app.scenarios.clinic.family_history import family_denial, patients_own_denial, relative_notes
from desktop_app.scenarios.clinic.naming import denial_of, list_of
from desktop_app.scenarios.clinic.narrative import Narrative
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.terms.numbers import read_run
from desktop_app.writing.polarity import Polarity
from desktop_app.writing.spans import only_time
from desktop_app.writing.talk import Exchange, Part, Talk

_ASKS_KIN = re.compile(r"家里|家头|屋里|屋头|屋企|厝里|家族|父母|爸妈")
# 咳唔咳: "as for coughing", an idiom that neither affirms nor denies
_AS_FOR = re.compile(r"^(.)[唔不](?:\1)$")
_MISSED_PERIOD = re.compile(r"(?:就|还|都|一直)?(?:没有?来|未来|冇来|呒没来|无来|没见|停经|停了)")
_PERIOD = re.compile(r"月经|例假|大姨妈|身上")
_UNSURE = re.compile(r"不晓得|不清楚|不知道|唔知|毋知|勿晓得|不记得|唔记得|记不得|没注意|没留意|冇留意")
_HABIT_GOES_ON = re.compile(
    r"^(?:也|都|就|才|仲|还)*(?:抽|吸|食|吃|咂|喝|饮|戒|打|从|打从|以前|进前|一[天日])[^，]*(?:年|岁|包|斤|两|盒|支|根)"
)
_HABIT_WORD = re.compile(r"烟|薰|酒")
_NO_ALLERGY = re.compile(
    r"^(?:我|他|她|伊|佢|药|都|也|倒)*(?:不|勿|没有?|冇|唔|无|毋|呒没|袂)(?:会|有|得)?(?:过敏|敏感)"
)
_ABLE = re.compile(r"得[开着出到下动清见起进]|力道|有力|[能会](?!痛|疼|痒|吐|晕|喘)|正常|[好通顺]$")
_UNSURE_CHARS = 8
_ANSWERED = (Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.DRUG, Kind.DRUG_GROUP)


_AND_DRUGS = re.compile(r"(?:那|噉|咁)?药(?:物|品)?(?:呢|咧|嘞|哩|有冇|有没有)?")
_WOMANS = re.compile(r"怀孕|妊娠|月经|例假|停经|绝经|喂奶|哺乳")
_CHILD = 9  # years


def _of_a_woman(note: Note, patient: Patient) -> bool:
    """Whether a personal note is the mother's, who was asked beside a boy or a small child: 你怀孕了没有？."""
    child = patient.age is not None and patient.age.years < _CHILD
    own = _WOMANS.search(note.text)
    return (
        note.field is FieldKey.PERSONAL_FAMILY
        and own is not None
        and (patient.sex is Sex.MALE or (child and own[0] not in ("喂奶", "哺乳")))
    )


class History:
    """Reads the answers of one talk.

    Args:
        talk: the analysed talk.
        exam_from: utterance id from which on the doctor examines and orders; what the patient then says counts only
            as an answer.
    """

    def __init__(self, talk: Talk, exam_from: int) -> None:
        self._talk = talk
        self._exam_from = exam_from
        self._narrative = Narrative(talk)
        self._opening = True  # nothing was told yet
        self._last = (0, FieldKey.PRESENT_ILLNESS)  # the turn and field of the clause before
        self._past_turn = 0  # utterance that tells of long ago
        self._told_before = (
            0,
            0,
            FieldKey.PRESENT_ILLNESS,
        )  # utterance, sentence and field of the clause before

    def notes(self) -> list[Note]:
        """Return notes in the order of the talk."""
        found: list[Note] = []
        before = FieldKey.PRESENT_ILLNESS
        for exchange in self._talk.exchanges:
            # the first thing told is why the patient came, however the doctor asked for it
            asked = field_of_question(exchange)
            if before is FieldKey.ALLERGY and _AND_DRUGS.fullmatch(exchange.asked):
                asked = FieldKey.ALLERGY  # 有冇敏感？… 药呢？
            before = asked
            self._opening = not found
            if self._opening and asked is not FieldKey.ALLERGY:
                asked = FieldKey.PRESENT_ILLNESS
            found += self._exchange(exchange, asked)
        patient = self._talk.context.patient
        return [note for note in without_contradiction(found) if not _of_a_woman(note, patient)]

    def _exchange(self, exchange: Exchange, asked: FieldKey) -> list[Note]:
        verdicts = decide(exchange)
        found = [
            note for part in exchange.answers[:1] for note in self._narrative.usual(exchange, part, asked)
        ]
        verdicts = [verdict for verdict in verdicts if not found or verdict.part is not exchange.answers[0]]
        decided = {verdict.part.key for verdict in verdicts} | {note.parts[-1].key for note in found}
        found += [note for verdict in verdicts for note in self._verdict(exchange, verdict, asked)]
        found += self._not_taken(exchange) + _no_habits(exchange)
        if asked is not FieldKey.ALLERGY and asks_allergy(exchange):
            denied = [
                part for part in exchange.answers if _NO_ALLERGY.match(part.text) and part.subject.patient
            ]
            decided |= {part.key for part in denied}
            found = [note for note in found if note.parts[-1] not in denied]
            found += [note for part in denied for note in allergy_notes(self._talk, exchange, part)]
        if asked is FieldKey.ALLERGY:
            bare = bare_denial(exchange, decided) or bare_allergy(exchange)
            decided |= {note.parts[-1].key for note in bare}
            found += bare
        for part in drop_refused(drop_calls(list(exchange.answers))):
            if part.key not in decided and not part.retracted and not part.clause.question:
                found += self._told(exchange, part, asked)
        return found

    def _verdict(self, exchange: Exchange, verdict: Verdict, asked: FieldKey) -> list[Note]:
        """Return what a bare answer affirms or denies, a note a field."""
        if (
            asked is FieldKey.ALLERGY
        ):  # what the word does to allergies is read apart; it may answer for diseases too
            diseases = tuple(topic for topic in verdict.topics if topic.kind is Kind.DIAGNOSIS)
            verdict, asked = replace(verdict, topics=diseases), FieldKey.PAST_HISTORY
        if all(_ASKS_KIN.search(part.text) for part in exchange.questions):
            return family_denial(exchange, verdict)
        names: dict[FieldKey, list[str]] = {}
        asked_in: dict[FieldKey, list[Part]] = {}
        for topic in verdict.topics:
            if topic.entry.detail == "unlisted" and _ABLE.search(topic.standard):
                continue  # a bare no to 嘴张得开不 says that nothing is wrong, not that the mouth stays shut
            name = self._narrative.topic_name(topic, verdict.polarity)
            if topic.kind in _ANSWERED and len(name) > 1:
                field = field_of_topic(topic.kind, topic.standard, asked)
                names.setdefault(field, []).append(name)
                asked_in.setdefault(field, []).extend(exchange.asking(topic))
        reasons = (Reason.AMBIGUOUS,) if verdict.unclear else ()
        notes = []
        for field, found in names.items():
            parts = (*dict.fromkeys(asked_in[field]), verdict.part)
            if verdict.polarity is Polarity.DENIED:
                notes.append(Note(field, denial_of(field, found), parts, denial=True))
            else:
                notes.append(Note(field, list_of(found), parts, reasons=reasons))
        return notes

    def _not_taken(self, exchange: Exchange) -> list[Note]:
        """Return that a drug that was asked about by name was not taken."""
        drugs = [topic.standard for topic in exchange.topics if topic.kind is Kind.DRUG]
        answers = (part for part in exchange.answers if not part.retracted)
        refused = next((part for part in answers if NOT_DONE.match(part.text)), None)
        if not drugs or refused is None:
            return []
        parts = (*exchange.questions[-1:], refused)
        return [Note(FieldKey.PRESENT_ILLNESS, f"未用{list_of(drugs)}", parts, denial=True)]

    def _told(self, exchange: Exchange, part: Part, asked: FieldKey) -> list[Note]:
        if part.subject.who == "nobody" or is_chatter(part) or _AS_FOR.match(part.text):
            return []
        denial = patients_own_denial(exchange, part)
        if denial is not None:
            return [denial]
        if not part.subject.patient:
            return relative_notes(self._talk, exchange, part)
        if _UNSURE.search(part.text) and len(part.text) <= _UNSURE_CHARS:
            return _unsure(exchange, part, asked)
        if is_bare_no(part.text) or is_bare_yes(part.text):
            return _no_disease(exchange, part, asked)
        if asks_allergy(exchange) and reacts_to_contact(part.text):
            asked = FieldKey.ALLERGY
        field = self._home(part, field_of_told(part, asked))
        if asked is FieldKey.ALLERGY and self._reaction(part, field):
            field = FieldKey.ALLERGY
        self._told_before = (part.clause.utterance.id, part.clause.sentence, field)
        return self._about_patient(exchange, part, field)

    def _reaction(self, part: Part, field: FieldKey) -> bool:
        """Whether a finding is what the drug of the clause before did: 打链霉素，耳朵嗡嗡响."""
        here = (part.clause.utterance.id, part.clause.sentence, FieldKey.ALLERGY)
        told = field in (FieldKey.PRESENT_ILLNESS, FieldKey.PAST_HISTORY)
        return told and bool(part.named(Kind.SYMPTOM)) and self._told_before == here

    def _about_patient(self, exchange: Exchange, part: Part, field: FieldKey) -> list[Note]:
        if _reads_results(exchange, part):
            field = FieldKey.AUXILIARY_EXAM
        over = _menopause(exchange, part)
        if over is not None:
            return [over]
        if _MISSED_PERIOD.search(part.text) and _PERIOD.search(exchange.asked + part.text):
            return [self._missed_period(exchange, part)]
        if field is FieldKey.ALLERGY:
            return allergy_notes(self._talk, exchange, part)
        if part.clause.utterance.id > self._exam_from and not _late(exchange, part):
            return []
        return self._narrative.notes(exchange, part, field)

    def _home(self, part: Part, field: FieldKey) -> FieldKey:
        """Return the field: what follows 七年前 in a turn is past, a bare duration goes with its clause."""
        turn = part.clause.utterance.id
        if self._opening and field is FieldKey.PAST_HISTORY and part.named(Kind.SYMPTOM):
            field = FieldKey.PRESENT_ILLNESS  # 手麻一年多了 is why the patient comes
        if starts_past(part.text):
            self._past_turn = turn
        elif ends_past(part.text):
            self._past_turn = 0
        if field is FieldKey.PRESENT_ILLNESS and self._past_turn == turn:
            field = FieldKey.PAST_HISTORY
        if only_time(part.text) and self._last[0] == turn:
            field = self._last[1]
        if (
            self._last == (turn, FieldKey.PERSONAL_FAMILY)
            and field is FieldKey.PAST_HISTORY
            and _HABIT_GOES_ON.search(part.text)
        ):
            field = FieldKey.PERSONAL_FAMILY
        self._last = (turn, field)
        return field

    def _missed_period(self, exchange: Exchange, part: Part) -> Note:
        """Return 停经 with how long, from the same turn."""
        parts: tuple[Part, ...] = (*exchange.questions[-1:], part)
        for other in reversed(exchange.answers):
            match = re.search(r"\d+(?:余|多)?(?:天|周|个月)", self._talk.language.quantities(other.text))
            if match and other.clause.utterance is part.clause.utterance:
                return Note(FieldKey.PRESENT_ILLNESS, f"停经{match[0]}", (*parts, other))
        return Note(FieldKey.PRESENT_ILLNESS, self._talk.language.rewrite(part.text), parts)


def _unsure(exchange: Exchange, part: Part, asked: FieldKey) -> list[Note]:
    """Return that allergies are unknown; not knowing says nothing about any other thing asked."""
    if asked is not FieldKey.ALLERGY:
        return []
    return [Note(asked, "过敏史不详", (*exchange.questions, part))]


def _no_disease(exchange: Exchange, part: Part, asked: FieldKey) -> list[Note]:
    """Return the denial of any disease that a bare no gives to 平时有什么病吗."""
    if asked is not FieldKey.PAST_HISTORY or exchange.topics or not is_bare_no(part.text):
        return []
    if not any(asks_disease(item.text) for item in exchange.questions):
        return []
    return [Note(asked, "否认既往慢性病史", (*exchange.questions, part), denial=True)]


_PAPER = re.compile(r"单子|报告|化验|念|抽的|抽血|查的|验的|结果|彩超|B超|片子|CT|胸片")
_RESULT = re.compile(r"[零一二三四五六七八九十百\d]|阴性|阳性|正常|高|低|异常|回声|结节|阴影")
_READ_AT_LEAST = 2  # results in one turn


def _reads_results(exchange: Exchange, part: Part) -> bool:
    """Whether the patient's party reads a report aloud: several results of one turn, and a paper that was named."""
    turn = [item for item in exchange.answers if item.clause.utterance is part.clause.utterance]
    results = [item for item in turn if item.has(Kind.LAB, Kind.EXAM) and _RESULT.search(item.text)]
    paper = _PAPER.search(exchange.asked) or _PAPER.search(part.clause.utterance.text)
    return part in results and len(results) >= _READ_AT_LEAST and bool(paper)


_TOUCHES = re.compile(
    r"按|揿|摁|压|敲|捶|摸|拍|撳|这儿|这里|呢度|这搭|遮|几[只个](?:手指)?|看得?[见清到]|闭眼|张嘴|抬|伸|使劲"
)
_PAIN_CHARS = 3  # 疼不, 痛唔痛: short questions while the hand is on the spot
_PERIOD_OVER = re.compile(
    r"^(?:(?P<n>[零一二三四五六七八九十]{2,3})岁?(?:那年|上|时)?(?:就|才)?)?(?:都|早就?|已经)?(?:绝的?经?|断|停|没有?|不来|冇|收|干净)"
    r"(?:的经|的|个|哩|了|掉|脱|罢|矣|啊|经)*$"
)
_MENOPAUSAL = 40  # years


def _menopause(exchange: Exchange, part: Part) -> Note | None:
    """Return when the monthly period ended: 四十九绝的经, 五十一就没了."""
    match = _PERIOD_OVER.match(part.text)
    if match is None or not re.search(r"月经|例假|大姨妈|身上|月事|绝经", exchange.asked):
        return None
    if match["n"] is None:
        return None
    age = read_run(match["n"])[0].low
    if age < _MENOPAUSAL:
        return None
    return Note(FieldKey.PERSONAL_FAMILY, f"{age}岁绝经", (*exchange.questions, part))


def _no_habits(exchange: Exchange) -> list[Note]:
    """Return the denial that a bare no gives to 烟酒呢."""
    asked = [part for part in exchange.questions if _HABIT_WORD.search(part.text)]
    first = next((part for part in exchange.answers if not part.retracted and not part.clause.question), None)
    if len(asked) != len(exchange.questions) or first is None or not is_bare_no(first.text):
        return []
    words = "".join(part.text for part in asked)
    names = [name for name, said in (("吸烟", "[烟薰]"), ("饮酒", "酒")) if re.search(said, words)]
    return [Note(FieldKey.PERSONAL_FAMILY, f"否认{list_of(names)}", (*asked, first), denial=True)]


def _late(exchange: Exchange, part: Part) -> bool:
    """Whether something told after the examination began still counts: it answers, with a finding or a number."""
    told = part.mentions or re.search(
        r"[一二两三四五六七八九十半\d]+(?:个月|年|次|回|包|两|天|日)", part.text
    )
    lasting = re.search(r"割了|早割|手术|开过刀|怀孕|怀着|过敏|喂奶|哺乳|摘了|支架|华法林|透析", part.text)
    asking = bool(exchange.questions) and not _examines(exchange)
    return asking or (bool(exchange.questions) and bool(told)) or bool(lasting)


def _examines(exchange: Exchange) -> bool:
    """Whether the question belongs to an examination (按这儿疼不疼), so that the answer is a reaction to it."""
    return bool(_TOUCHES.search(exchange.asked)) or any(
        len(part.text) <= _PAIN_CHARS for part in exchange.questions
    )
