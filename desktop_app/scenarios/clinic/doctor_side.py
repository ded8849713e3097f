"""The doctor's side of the talk: examination, results, diagnosis, orders, referral, as they were said."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Speaker
from desktop_app.scenarios.clinic import doctor_cues as cues
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.scenarios.clinic.order_wording import (
    clause_text,
    customary_units,
    settle_revised,
    stops_or_refuses,
)
from desktop_app.scenarios.clinic.roles import Role, Said
from desktop_app.scenarios.clinic.sentences import classify, diagnosis_text, is_order
from desktop_app.terms.lexicon import Entry, Hit, Kind
from desktop_app.writing.polarity import Polarity
from desktop_app.writing.record_language import written
from desktop_app.writing.talk import Part, Talk

_FIELD = {
    Role.EXAM: FieldKey.PHYSICAL_EXAM,
    Role.TEST: FieldKey.AUXILIARY_EXAM,
    Role.DIAGNOSIS: FieldKey.DIAGNOSIS,
    Role.ORDER: FieldKey.PLAN,
    Role.REFERRAL: FieldKey.REFERRAL,
    Role.ALLERGY: FieldKey.ALLERGY,
}
_NO_REPLY = re.compile(
    r"^(?:今下|现在|暂时|这阵|而家|今[天日晡]日?|这会儿)?(?:不|莫|别|唔|勿|毋|免|袂|先不|暂时?不|不用|不要|唔使|勿用|用不着|不消|不能|不行|不慌)[^，]{0,5}$|"
    r"^[打输吊挂吃]不得"
)
# treatments that patients ask for and doctors refuse, by the word of the record
_ASKED_TREATMENT = (
    (re.compile(r"输液|吊针|吊水|挂水|挂瓶|挂盐水|盐水|点滴|[挂吊打输][一两]?瓶|罐水"), "输液"),
    (re.compile(r"打(?:一|个|支)?针|注射|注一支"), "注射"),
    (re.compile(r"消炎药|抗生素"), "抗生素"),
    (re.compile(r"拍片|拍个片|照片子|CT"), "影像检查"),
    (re.compile(r"缝(?:针|几针)?"), "缝合"),
    (re.compile(r"封闭"), "封闭治疗"),
)
# 不予吃: what was refused isn't named, so the record could mean anything
_OBJECTLESS = re.compile(r"(?:不予|勿|不|暂不|不用|别)?(?:吃|注|验|挂|打|开|用|喝|输|含)?|轻度|明显")
_EXAMINES = 2  # two findings of one turn, or one measured value
_GREETING = 3  # turns in which what the doctor sees is why he asks
_LOOK_BACK = 8  # parts before a dose in which its drug may have been named


def doctor_notes(talk: Talk) -> tuple[list[Note], int]:
    """Return the notes of the doctor's side, and the utterance id from which on the doctor examines."""
    withdrawn = _withdrawn(talk)
    said = _without_restated(talk, [item for item in classify(talk) if item.part.key not in withdrawn])
    exam_from = _exam_from(talk, said)
    notes = [*_replies(talk, said), *_grouped(talk, said, exam_from), *_considered(talk, said)]
    return notes, exam_from


def _without_restated(talk: Talk, said: list[Said]) -> list[Said]:
    """Drop diseases that the doctor names while still asking (高热惊厥。后来抽过伐？): the past, no diagnosis."""
    examined = next((item.turn for item in said if item.role is Role.EXAM), 0)
    asking = {part.clause.utterance.id for part in talk.parts if part.clause.question}
    return [
        item
        for item in said
        if not (item.role is Role.DIAGNOSIS and item.turn < examined and item.turn in asking)
    ]


_WITHDRAWS = re.compile(
    r"^(?:格么|葛么|那么?|那就|好|行|中|嗯|也好|得|噉|咁|个么)*(?:这个|个|它|佢|就|先|暂时)*(?:勿|不|唔|毋|莫)(?:开|用|吃|打|加|拿|配|食)"
    r"(?:了|矣|罢|吧|咯|喇)*$"
)
_DECLINES = re.compile(r"(?:勿|不|唔|毋|莫|袂)(?:要|想|爱|愿|肯|吃|打|食|用)|勿要|唔爱|毋通|算了")


def _withdrawn(talk: Talk) -> set[tuple[int, int]]:
    """Return the clauses of an order that the patient declines and the doctor then drops: 我不要 – 那先不开."""
    gone: set[tuple[int, int]] = set()
    for part in talk.parts:
        turn = part.clause.utterance.id
        if part.clause.speaker is not Speaker.DOCTOR or not _WITHDRAWS.match(part.text):
            continue
        reply = [
            item
            for item in talk.parts
            if item.clause.utterance.id == turn - 1 and item.clause.speaker is not Speaker.DOCTOR
        ]
        # 要不要打封闭？ – 先不打 asks for something else and declines nothing
        if not any(_DECLINES.search(item.text) and not item.clause.question for item in reply):
            continue
        named = {mention.standard for item in reply for mention in item.named(Kind.DRUG, Kind.DRUG_GROUP)}
        offered = [
            item
            for item in talk.parts
            if item.clause.utterance.id == turn - 2
            and item.clause.speaker is Speaker.DOCTOR
            and any(
                not named or mention.standard in named for mention in item.named(Kind.DRUG, Kind.DRUG_GROUP)
            )
        ]
        if not offered:
            continue
        sentence = offered[-1].clause.sentence
        gone.add(part.key)
        gone |= {
            item.key
            for item in talk.parts
            if item.clause.utterance.id == turn - 2 and item.clause.sentence == sentence
        }
    return gone


def _exam_from(talk: Talk, said: list[Said]) -> int:
    """Return the utterance with which the examination begins; a look at how the patient limps in is none."""
    turns: dict[int, int] = {}
    for item in said:
        if item.role in (Role.EXAM, Role.DIAGNOSIS):
            measured = bool(cues.VITAL.search(item.part.text)) or item.role is Role.DIAGNOSIS
            turns[item.turn] = turns.get(item.turn, 0) + (2 if measured else 1)
    last = len(talk.context.transcript.utterances)
    greeting = min(_GREETING, last // 6)
    examining = (turn for turn, weight in turns.items() if weight >= _EXAMINES and turn > greeting)
    return next(examining, next((turn for turn in turns if turn > last / 2), last + 1))


def _grouped(talk: Talk, said: list[Said], exam_from: int) -> list[Note]:
    notes: list[Note] = []
    group: list[Said] = []
    for item in said:
        if group and not _continues(group, item):
            notes += _note(talk, group, exam_from)
            group = []
        if item.role not in (Role.TALK, Role.CONSIDERED):
            group.append(item)
    return notes + (_note(talk, group, exam_from) if group else [])


def _continues(group: list[Said], item: Said) -> bool:
    """Whether a clause belongs to the statement before it: a dose to its drug, a condition to its advice."""
    last = group[-1]
    if item.role is not last.role or item.turn != last.turn or item.conditional is not last.conditional:
        return False
    same_sentence = item.part.clause.sentence == last.part.clause.sentence
    if item.role is Role.TEST:
        bare = re.match(rf"(?:[^，]{{0,2}})?{cues.BARE_RESULT.pattern}|{cues.N}+[点分]", item.part.text)
        reading = bool(cues.READS_REPORT.match(group[0].part.text))
        return (bare is not None and len(group) == 1) or (reading and same_sentence)
    if item.role in (Role.EXAM, Role.DIAGNOSIS, Role.ALLERGY) or not same_sentence:
        return False
    starts_new = item.part.has(Kind.DRUG) and any(other.part.has(Kind.DRUG) for other in group)
    return item.conditional or not starts_new or _other_name(last.part, item.part)


def _other_name(first: Part, second: Part) -> bool:
    """Whether a clause only gives a drug's other name: 换成缬沙坦，代文，八十毫克."""
    bare = any(hit.end - hit.start == len(second.text) for hit in second.hits)
    return bare and first.has(Kind.DRUG) and not cues.AMOUNT.search(first.text)


def _note(talk: Talk, group: list[Said], exam_from: int) -> list[Note]:
    role = group[0].role
    parts = tuple(item.part for item in group)
    if role is Role.DIAGNOSIS:
        return _diagnosis(talk, parts[0])
    if role is Role.ORDER and not _is_order(group, early=group[0].turn < exam_from):
        return []
    text = _joined(talk, group)
    if len(text) < 2 or _OBJECTLESS.fullmatch(text) or not re.search(r"[\u4e00-\u9fffA-Za-z]", text):
        return []
    derivation = customary_units(parts, text)
    drug = _drug_meant(talk, parts) if role is Role.ORDER and not group[0].conditional else None
    if drug is not None:
        name, named_in = drug
        return [Note(FieldKey.PLAN, f"{name}，{text}", (named_in, *parts), reasons=(Reason.AMBIGUOUS,))]
    return [Note(_FIELD[role], text, parts, derivation=derivation)]


def _joined(talk: Talk, group: list[Said]) -> str:
    """Return a group's clauses as one statement: 如 opens a condition, the last of revised values stays."""
    texts = [clause_text(talk, item.part, item.role) for item in group]
    if group[0].role is Role.ORDER:
        texts = settle_revised([item.part.text for item in group], texts)
        if len(texts) > 1 and _OBJECTLESS.fullmatch(texts[0]):
            texts[0] = ""  # 青霉素类你过敏，不用，用头孢: what isn't used was said before
    text = "，".join(item for item in texts if item)
    if group[0].conditional and text and not re.match(r"如|若|过|\d|或", text):
        return f"如{text}"
    return text


def _is_order(group: list[Said], *, early: bool) -> bool:
    """Whether clauses order something: a bare drug name doesn't, nor does talk before the examination."""
    parts = [item.part for item in group]
    if group[0].conditional:
        return not early
    orders = any(is_order(part.text) for part in parts)
    if early:
        return orders and any(part.has(Kind.DRUG, Kind.DRUG_GROUP) for part in parts)
    rest = [part for part in parts if part.hits or not (_NO_REPLY.match(part.text) or len(part.text) <= 4)]
    if not rest and _NO_REPLY.match(parts[0].text):
        return False  # 不吃: what was refused stands in the question, see _replies
    if all(part.has(Kind.DRUG) and not is_order(part.text) for part in parts):
        return False
    return orders or not any(part.has(Kind.DRUG) for part in parts)


def _drug_meant(talk: Talk, parts: tuple[Part, ...]) -> tuple[str, Part] | None:
    """Return the drug of a dose that names none, from the words just before (氨甲环酸要吃吗？零点五克)."""
    if any(part.has(Kind.DRUG, Kind.DRUG_GROUP) for part in parts):
        return None
    if not any(cues.AMOUNT.search(part.text) for part in parts) or not cues.DOSE.search(parts[0].text):
        return None  # 地奥司明，一日两回: an object that no table knows is no other drug's dose
    index = next(number for number, part in enumerate(talk.parts) if part.key == parts[0].key)
    turn = [part for part in talk.parts[:index] if part.clause.utterance is parts[0].clause.utterance]
    if any(stops_or_refuses(part.text) for part in turn):
        return None  # 现在莫食，两周后从二十毫克食起
    for part in reversed(talk.parts[max(0, index - _LOOK_BACK) : index]):
        drugs = [item for item in part.named(Kind.DRUG) if item.polarity is Polarity.AFFIRMED]
        if drugs:
            if part.clause.utterance is parts[0].clause.utterance:
                return None  # an order of this turn has its own dose
            return None if stops_or_refuses(part.text) else (drugs[-1].standard, part)
    return None


def _diagnosis(talk: Talk, part: Part) -> list[Note]:
    words = diagnosis_text(part)
    if words is None:
        return []
    hits = [hit if hit.of(Kind.DIAGNOSIS) else _as_said(hit) for hit in talk.language.hits(words)]
    text = re.sub(
        r"^(?:一个|个|点|普通的?|典型的?|有点|为|是|系|成|叫|右边的|左边的)+",
        "",
        talk.language.rewrite(words, hits),
    )
    if len(text) < 2:
        return []
    return [Note(FieldKey.DIAGNOSIS, text, (part,))]


def _as_said(hit: Hit) -> Hit:
    """Return a form that a diagnosis holds without being one, kept as it is: 抑郁状态 is no 情绪低落状态."""
    if hit.of(Kind.SYMPTOM) is None:
        return hit
    return Hit(hit.start, hit.end, (Entry(hit.form, hit.form, Kind.WORD, Region.MANDARIN),))


def _considered(talk: Talk, said: list[Said]) -> list[Note]:
    """Return what was thought aloud and never dismissed, or is treated, where no diagnosis was made.

    Both are uncertain: a person has to say whether it is the diagnosis.
    """
    if any(item.role is Role.DIAGNOSIS for item in said) or talk.inferred:
        return []  # without labels a patient's guess would be taken for the doctor's
    for item in said:
        if item.role is Role.CONSIDERED:
            words = talk.language.rewrite(cues.MUSES.sub("", item.part.text))
            return [Note(FieldKey.DIAGNOSIS, f"{words}？", (item.part,), reasons=(Reason.AMBIGUOUS,))]
    for item in said:
        topic = next((hit for hit in item.part.named(Kind.DIAGNOSIS) if hit.start == 0), None)
        if topic is not None and topic.polarity is Polarity.AFFIRMED and not item.conditional:
            return [Note(FieldKey.DIAGNOSIS, written(topic.entry), (item.part,), reasons=(Reason.AMBIGUOUS,))]
    return []


def _said_again(talk: Talk, reply: Part, asked: Part) -> bool:
    """Whether the doctor's turn itself refuses the same treatment by its name: 不用打吊针."""
    patterns = [pattern for pattern, _ in _ASKED_TREATMENT if pattern.search(asked.text)]
    return any(
        item.clause.utterance is reply.clause.utterance
        and item.key >= reply.key
        and stops_or_refuses(item.text)
        and any(pattern.search(item.text) for pattern in patterns)
        for item in talk.parts
    )


def _replies(talk: Talk, said: list[Said]) -> list[Note]:
    """Return orders that a bare reply (不吃了) gives to the patient's question (头孢还吃吗？)."""
    notes = []
    plain = {item.part.key for item in said if item.role in (Role.ORDER, Role.TALK)}
    for before, part in zip(talk.parts, talk.parts[1:], strict=False):
        if part.key not in plain or part.clause.speaker is not Speaker.DOCTOR or part.retracted:
            continue
        if (
            before.clause.speaker is Speaker.DOCTOR
            or not before.clause.question
            or not _NO_REPLY.match(part.text)
        ):
            continue
        drugs = before.named(Kind.DRUG, Kind.DRUG_GROUP)
        asked = {hit[0]: name for pattern, name in _ASKED_TREATMENT for hit in pattern.finditer(before.text)}
        named = [item.standard for item in drugs if not any(item.entry.form in words for words in asked)]
        names = "、".join(dict.fromkeys(named or asked.values()))
        if names and not _said_again(talk, part, before):
            stop = "停用" if re.search(r"还|继续", before.text) else "不予"
            if "停" in part.text:  # 降压药停不停？不停
                stop = "不停用"
            notes.append(Note(FieldKey.PLAN, f"{stop}{names}", (before, part)))
    return notes
