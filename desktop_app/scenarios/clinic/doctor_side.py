"""The doctor's side of the talk: examination, test results, diagnosis, orders, referral. Nothing the doctor didn't say."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey
from desktop_app.core.records.speech import Speaker
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.scenarios.clinic.sentences import Role, Said, classify, diagnosis_text, is_order
from desktop_app.terms.lexicon import Hit, Kind
from desktop_app.terms.measures import read_pressures
from desktop_app.terms.numbers import NUMERALS
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
_VITAL_UNIT = (
    (re.compile(r"(?P<name>心率|心跳|脉搏)[^，。\d]{0,4}(?P<n>\d{2,3})(?![\d.~/])"), r"\g<name>\g<n>次/分"),
    (re.compile(r"(?P<name>呼吸)[^，。\d]{0,4}(?P<n>\d{2})(?![\d.~/])"), r"\g<name>\g<n>次/分"),
    (re.compile(r"(?P<name>血氧(?:饱和度)?|氧饱和度?|SpO2)[^，。\d]{0,4}(?P<n>\d{2,3})(?![\d.~/%])"), r"\g<name>\g<n>%"),
    (re.compile(r"(?P<name>胎心率?)[^，。\d]{0,4}(?P<n>1\d{2})(?![\d.~/])"), r"\g<name>\g<n>次/分"),
)
_NEGATIVE_ORDER = (
    (re.compile(r"唔好住|唔使住|先唔|先勿|先毋|先莫"), "暂不"),
    (re.compile(r"唔使|勿用|不消|不慌|毋免|免(?=[注打吃食输])|用不着|不需要"), "不予"),
    (re.compile(r"(?:千万)?(?:唔好|勿好|勿要|毋通|毋好|莫要|莫|甭|嫑|不要|别|不准|不兴)"), "勿"),
)
_FILLER = re.compile(r"^(?:那|就|你|给你|我给你|我|先|再|然后|还有|另外|回去|拿|这个|啊|来|要|嘛|呢|再就是|行了?)+(?=.{2})")
_NO_REPLY = re.compile(r"^(?:不|莫|别|唔|勿|毋|免|先不|暂时?不|不用|不要|唔使|勿用|用不着|不消|不能|不行|不慌)[^，]{0,5}$")


def doctor_notes(talk: Talk) -> tuple[list[Note], int]:
    """Return the notes of the doctor's side, and the utterance id from which on the doctor examines."""
    said = classify(talk)
    first = next((item for item in said if item.role in (Role.EXAM, Role.DIAGNOSIS)), None)
    exam_from = first.part.clause.utterance.id if first else len(talk.context.transcript.utterances) + 1
    notes = [*_replies(talk, said), *_grouped(talk, said, exam_from)]
    return notes, exam_from


def _grouped(talk: Talk, said: list[Said], exam_from: int) -> list[Note]:
    notes: list[Note] = []
    group: list[Said] = []
    for item in said:
        if group and not _continues(group, item):
            notes += _note(talk, group, exam_from)
            group = []
        if item.role is not Role.TALK:
            group.append(item)
    return notes + (_note(talk, group, exam_from) if group else [])


def _continues(group: list[Said], item: Said) -> bool:
    """Whether a clause belongs to the statement before it: a dose to its drug, a condition to its advice."""
    last = group[-1]
    if item.role is not last.role or item.part.clause.utterance is not last.part.clause.utterance:
        return False
    if item.role in (Role.EXAM, Role.DIAGNOSIS, Role.ALLERGY):
        return False
    if item.role is Role.TEST:
        bare = re.match(rf"(?:是|都是|出来|有)?(?:阳性|阴性|弱阳性|正常|两条?杠|.个加号)|[{NUMERALS}\d]+[点分]", item.part.text)
        return bare is not None and len(group) == 1
    same_sentence = item.part.clause.sentence == last.part.clause.sentence
    starts_new = item.part.has(Kind.DRUG) and any(other.part.has(Kind.DRUG) for other in group)
    return same_sentence and not starts_new


def _note(talk: Talk, group: list[Said], exam_from: int) -> list[Note]:
    role = group[0].role
    parts = tuple(item.part for item in group)
    if role is Role.DIAGNOSIS:
        return _diagnosis(talk, parts[0])
    if role is Role.ORDER and not _is_order(parts, early=parts[0].clause.utterance.id < exam_from):
        return []
    texts = [_text(talk, part, role) for part in parts]
    text = "，".join(item for item in texts if item)
    if len(text) < 2 or not re.search(r"[\u4e00-\u9fffA-Za-z]", text):
        return []
    field = _FIELD[role]
    if role is Role.REFERRAL and any(item.conditional for item in group):
        field = FieldKey.PLAN
    return [Note(field, text, parts, derivation=_derivation(parts, text))]


def _is_order(parts: tuple[Part, ...], *, early: bool) -> bool:
    """Whether clauses order something: a bare drug name is none, nor is talk of other things before the examination."""
    orders = any(is_order(part.text) for part in parts)
    if early:
        return orders and any(part.has(Kind.DRUG, Kind.DRUG_GROUP) for part in parts)
    return orders or not any(part.has(Kind.DRUG) for part in parts)


def _text(talk: Talk, part: Part, role: Role) -> str:
    text = part.text
    if role in (Role.ORDER, Role.REFERRAL):
        text = _negative_orders(_FILLER.sub("", text), [item.entry.form for item in part.named(Kind.DRUG)])
    turned = _stopped(part, text) if role is Role.ORDER else None
    if turned is not None:
        return turned
    said = talk.language.plain(text, list(part.hits) if text == part.text else all_hits_of(talk, text))
    if role is Role.EXAM:
        said = _exam_text(part, said)
    return said


_STOP_WORDS = re.compile(
    r"^(?:你|就|也|都|先|呢|今[天朝日]|现在|马上|即刻|立刻|还是|可|可以|全部|暂时|暂|今天|这个|的药)*(?P<what>停着?|停掉|停[了脱咗]|勿吃|勿服|勿用|勿食|勿再[吃服用食]|不吃|不用|不服|勿打|勿开|不开)(?:了|哈|着|吧|矣|先)*$"
)


def _stopped(part: Part, text: str) -> str | None:
    """Return 停用X or 勿用X for an order that names its drug first: 芬必得马上停, 布洛芬莫吃."""
    drugs = part.named(Kind.DRUG, Kind.DRUG_GROUP)
    if len(drugs) != 1:
        return None
    form = drugs[0].entry.form
    name = written(drugs[0].entry)
    if not text.startswith(form):
        return None
    match = _STOP_WORDS.match(text[len(form) :])
    if match is None:
        return None
    return f"停用{name}" if "停" in match["what"] else f"勿用{name}"


def all_hits_of(talk: Talk, text: str) -> list[Hit]:
    """Return the forms in a text that was cut from a clause."""
    return talk.language.hits(text)


def _negative_orders(text: str, drugs: list[str]) -> str:
    """Return an order with its prohibition in record words; drug names (阿莫西林) hold no prohibition."""
    pieces = re.split("(" + "|".join(map(re.escape, drugs)) + ")", text) if drugs else [text]
    for pattern, becomes in _NEGATIVE_ORDER:
        pieces = [piece if piece in drugs else pattern.sub(becomes, piece) for piece in pieces]
    return "".join(pieces)


def _exam_text(part: Part, said: str) -> str:
    pressures = read_pressures(part.text)
    if pressures and "mmHg" not in said and not re.search(r"体温|度|心|脉|氧|视力", part.text):
        readings = "、".join(f"{systolic}/{diastolic}mmHg" for systolic, diastolic, _, _ in pressures)
        first, last = pressures[0][2], pressures[-1][3]
        rest = re.sub(r"^[，、]|[，、]$", "", part.text[:first] + "|" + part.text[last:])
        before, _, _after = rest.partition("|")
        label = "" if "血压" in before else "血压"
        said = f"{before}{label}{readings}"
    for pattern, becomes in _VITAL_UNIT:
        said = pattern.sub(becomes, said)
    return said


def _derivation(parts: tuple[Part, ...], text: str) -> str | None:
    """Return how customary units that nobody spoke came in."""
    units = [
        unit
        for unit, spoken in (("mmHg", r"毫米汞柱|mmHg"), ("次/分", r"次"), ("℃", r"度|℃"), ("%", r"百分|%"))
        if unit in text and not any(re.search(spoken, part.text) for part in parts)
    ]
    return f"惯用单位：{'、'.join(units)}（口述未报单位）" if units else None


def _diagnosis(talk: Talk, part: Part) -> list[Note]:
    words = diagnosis_text(part)
    if words is None:
        return []
    text = re.sub(r"^(?:一个|个|点|普通的?|典型的?|有点|为|是|系|成|右边的|左边的)+", "", talk.language.rewrite(words))
    if len(text) < 2:
        return []
    return [Note(FieldKey.DIAGNOSIS, text, (part,))]


def _replies(talk: Talk, said: list[Said]) -> list[Note]:
    """Return orders that a bare reply gives to the patient's question: 头孢还吃吗？不吃了。"""
    notes = []
    plain = {item.part.key for item in said if item.role in (Role.ORDER, Role.TALK)}
    for before, part in zip(talk.parts, talk.parts[1:], strict=False):
        if part.key not in plain or part.clause.speaker is not Speaker.DOCTOR or part.retracted:
            continue
        if before.clause.speaker is Speaker.DOCTOR or not before.clause.question or not _NO_REPLY.match(part.text):
            continue
        drugs = before.named(Kind.DRUG, Kind.DRUG_GROUP)
        if drugs:
            names = "、".join(dict.fromkeys(item.standard for item in drugs))
            stop = "停用" if re.search(r"还|继续", before.text) else "不予"
            notes.append(Note(FieldKey.PLAN, f"{stop}{names}", (before, part)))
    return notes
