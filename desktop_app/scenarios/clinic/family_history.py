"""Relatives' diseases, and the patient's own denial beside them."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey
from desktop_app.scenarios.clinic.answers import Verdict, is_bare_no
from desktop_app.scenarios.clinic.asked import asks_births, asks_family
from desktop_app.scenarios.clinic.naming import denial_of, list_of, name_of
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.talk import Exchange, Part, Talk

_NOT_I = re.compile(
    r"^(?:我|俺|阮|涯|他|她|佢|伊|渠|我自己|娃儿|孩子)(?:倒|就|可|自己)?(?:没有|没得|冇|无|呒没|没)(?:的|"
    r"得|个|啊|嘞|了|过)?$"
)
_SHORT = 2
_BARE_CHARS = 6
_ALSO = re.compile(r"(?:高|有|也有|得过|也高|也是)(?:的|啊|个|了|嘞)?$")  # 俺妈高, 我哥也有
# a disease that no table knows, by how its name ends, or what a relative had as well
_UNLISTED = re.compile(
    r"(?:有|得|是|系|患|生|割)(?:过|了|个|仔)*[^，]{1,6}(?:炎|癌|瘤|症|痨|喘|结石|盲肠|阑尾|[心肝肺肾胃脑眼]病)|也(?:黄|泻|拉|烧|咳|抽|喘|痛|"
    r"疼|痒|晕|起|长|肿|这样|咁|系咁|是)"
)
_CHILDREN = ("儿子", "女儿", "子女")
_DIED = re.compile(r"没[的了]|走[的了]|过世|去世|过身|老了|不在了|死[的了]")  # 心梗没的 denies no 心梗


def relative_notes(talk: Talk, exchange: Exchange, part: Part) -> list[Note]:
    """Return what a clause tells of a relative's health; neighbours and their kind are none."""
    family = asks_family(exchange)
    if part.subject.who in _CHILDREN and asks_births(exchange):
        said = talk.language.write(part.text, part.amended, list(part.hits))
        return [Note(FieldKey.PERSONAL_FAMILY, said, (part,))] if len(said) >= _SHORT else []
    disease = _diseases(part, family=family)
    unlisted = bool(_UNLISTED.search(part.text))
    short = len(part.text) <= _BARE_CHARS and bool(_ALSO.search(part.text))
    if part.subject.blood == "no" or not (disease or family or short or unlisted):
        return []
    if disease:
        return [Note(FieldKey.PERSONAL_FAMILY, _told(part, disease), (part,))]
    if _UNLISTED.search(part.text) and not re.search(r"没|无|冇|呒|毋|不|勿|唔", part.text):
        said = talk.language.write(part.text, part.amended, list(part.hits))
        return [Note(FieldKey.PERSONAL_FAMILY, f"{part.subject.who}：{_unnamed(part, said)}", (part,))]
    if is_bare_no(part.text) or re.search(r"没|无|冇|呒|毋", part.text):
        return []
    return _by_question(talk, exchange, part)


def _unnamed(part: Part, said: str) -> str:
    """Return what was said without the word for the relative before it, which the record gives once."""
    kin = next((hit for hit in part.hits if hit.of(Kind.KIN)), None)
    for form in (kin.form, kin.form[-1:]) if kin is not None else ():
        said = said.removeprefix(form)
    return said


def _diseases(part: Part, *, family: bool) -> list[Mention]:
    """Return what a relative has; a symptom counts only where the family was asked for, or has it too."""
    affirmed = [
        item
        for item in part.named(Kind.DIAGNOSIS, Kind.SYMPTOM, Kind.DRUG)
        if item.polarity is Polarity.AFFIRMED or _DIED.match(part.text[item.end :])
    ]
    if family or "也" in part.text:
        return affirmed
    return [item for item in affirmed if item.kind is not Kind.SYMPTOM]


def _told(part: Part, disease: list[Mention]) -> str:
    who, names = part.subject.who, list_of(name_of(item) for item in disease)
    if any(_DIED.match(part.text[item.end :]) for item in disease):
        return f"{who}因{names}去世"
    if "过敏" in part.text:
        return f"{who}{names}过敏"
    if part.named(Kind.DRUG) and not part.named(Kind.DIAGNOSIS):
        return f"{who}服用{names}"
    return f"{who}有{names}"


def _by_question(talk: Talk, exchange: Exchange, part: Part) -> list[Note]:
    """Return a relative's answer to the question for the family: its disease, or the words where none was named."""
    who = part.subject.who
    if exchange.questions and not exchange.topics and asks_family(exchange):
        said = talk.language.write(part.text, part.amended, list(part.hits))
        return [Note(FieldKey.PERSONAL_FAMILY, f"{who}：{said}", (part,))] if len(said) > _SHORT else []
    topics = [item for item in exchange.topics if item.kind is Kind.DIAGNOSIS]
    if not topics or not re.search(r"有|也|得|患|高", part.text):
        return []
    names = list_of(name_of(item) for item in topics)
    return [Note(FieldKey.PERSONAL_FAMILY, f"{who}有{names}", (*exchange.questions, part))]


def family_denial(exchange: Exchange, verdict: Verdict) -> list[Note]:
    """Return the denial that a bare no gives to 家里有人得过高血压吗."""
    names = [name_of(topic) for topic in verdict.topics if topic.kind is Kind.DIAGNOSIS]
    if verdict.polarity is not Polarity.DENIED or not names:
        return []
    parts = (*exchange.questions, verdict.part)
    return [Note(FieldKey.PERSONAL_FAMILY, f"否认{list_of(names)}家族史", parts, denial=True)]


def patients_own_denial(exchange: Exchange, part: Part) -> Note | None:
    """Return the denial in 高血压是我妈有，他没有: what the clauses before said of a relative."""
    if not _NOT_I.match(part.text):
        return None
    earlier = [item for item in exchange.answers if item.key < part.key and not item.subject.patient][-2:]
    names = [name_of(item) for other in earlier for item in other.named(Kind.DIAGNOSIS)]
    if not names:
        return None
    text = denial_of(FieldKey.PAST_HISTORY, names)
    return Note(FieldKey.PAST_HISTORY, text, (*earlier, part), denial=True)
