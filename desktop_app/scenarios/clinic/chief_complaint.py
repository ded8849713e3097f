"""The chief complaint: what brought the patient, and since when."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.core.records.people import VisitKind
from desktop_app.core.records.speech import Speaker
from desktop_app.scenarios.clinic.chatter import is_chatter
from desktop_app.scenarios.clinic.complaint_duration import Since, duration
from desktop_app.scenarios.clinic.complaint_place import named, with_side
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.record_language import written
from desktop_app.writing.talk import Part, Talk

_MOST = 3
_TURNS = 3  # a complaint is told in the first turns; what comes later is history
_LATER_TURNS = 5  # unless nothing that is known was told in them
_INJURED = re.compile(
    r"切|割|砍|锯|摔|跌|撞|烫|烧到|咬|叮|蜇|扭到|扭了|崴|砸|扎|戳|刺|夹到|压到|误[吃服喝]|吞了|卡到|溅|触电|淹|锥|螫|冻(?:了|伤|到|着)|迷[住眼]|"
    r"飞[进到]?眼"
)
_PURPOSE = re.compile(r"(?:拿|开|取|配|提)[^，]{0,3}药|体检|证明|复查|复诊|换药|拆线|打针|疫苗|产检|量血压")
_FETCHES = re.compile(r"(?:拿|开|取|配|提)(?:一?点儿?|些|我的|那|血压|降压|降糖)*药")
_MANNERS = frozenset("体重增加 食欲亢进 难以忍受 难以耐受 受凉 饮酒 劳累".split())
_LIKENED = re.compile(r"像[^，]{1,8}(?:咬|打|扎)")  # what a pain is like is no injury
_FOR_YEARS = re.compile(
    r"[一二两三四五六七八九十几]+来?年了"
)  # an old ailment beside what brought the patient
_FEARED = re.compile(r"(?:怕|担心|惊|驚|恐怕|寻思|以为)(?:是|系|会是)?$")  # 怕是血压高 is a worry
_ASKS_COMPLAINT = re.compile(
    r"哪[里儿点]?(?:地方)?(?:不得劲|不好|不舒服|唔妥|唔舒服|不自在|难受)|(?:边度|佗位|何位|搭地方)(?:唔妥|唔舒服|无爽快|勿适意|不舒服)"
    r"|(?:咋|怎么|样般|按怎)(?:了|啦|个了|回事|不好)|看(?:啥|什么|么)病"
)
_PLACED = re.compile(r"烂|肿|红|胀|硬|破|动|弯|抬|抓|流|长|起|凉|热|重|酸|麻|不得劲|不中|难受|不好|唔妥")


def chief_complaint(talk: Talk, until: int) -> list[Note]:
    """Return the chief complaint as one note, none where nobody told a complaint.

    Args:
        talk: the analysed talk.
        until: utterance id at which the examination begins.
    """
    all_told = [
        part
        for part in talk.told
        if part.subject.patient
        and not part.clause.question
        and not is_chatter(part)
        and not _LIKENED.search(part.text)
    ]
    told = [part for part in all_told if part.clause.utterance.id < until]
    complaints = _complaints(_after_asking(talk, told), _TURNS) or _complaints(told, _TURNS)
    span = duration(talk, all_told, until)
    if not complaints or _injured_first(told, complaints[0][0]):
        return (
            _plain(talk, told, span)
            or _later(talk, told, span)
            or _presupposed(talk, told, span, until)
            or _followed_up(talk)
        )
    return [_note(talk, complaints, told, span)]


def _after_asking(talk: Talk, told: list[Part]) -> list[Part]:
    """Return what was told once the doctor had asked what is wrong: 耳朵背 before that is no complaint."""
    asked = [
        part.clause.utterance.id
        for part in talk.parts
        if part.clause.speaker is Speaker.DOCTOR
        and part.clause.utterance.id <= _LATER_TURNS
        and _ASKS_COMPLAINT.search(part.text)
    ]
    return [part for part in told if part.clause.utterance.id > asked[-1]] if asked else told


def _later(talk: Talk, told: list[Part], span: Since | None) -> list[Note]:
    complaints = _complaints(told, _LATER_TURNS)
    return [_note(talk, complaints, told, span)] if complaints else []


def _note(talk: Talk, complaints: list[tuple[Part, Mention]], told: list[Part], span: Since | None) -> Note:
    names, beside = named(talk, complaints, told)
    names, side = with_side(names, told)
    if talk.context.kind is VisitKind.RETURN and span is not None and span.derivation is not None:
        span = None  # 昨天 in a return visit dates an event, not the complaint
    text = "、".join(names) + (span.text if span else "")
    if talk.context.kind is VisitKind.RETURN:
        text += "，复诊"
    parts = [*beside, *(part for part, _ in complaints), *side, *(span.parts if span else ())]
    ambiguous = any(mention.ambiguous for _, mention in complaints)
    return Note(
        FieldKey.CHIEF_COMPLAINT,
        text,
        tuple(dict.fromkeys(parts)),
        reasons=(Reason.AMBIGUOUS,) if ambiguous else (),
        derivation=span.derivation if span else None,
    )


def _complaints(told: list[Part], most_turns: int) -> list[tuple[Part, Mention]]:
    """Return the first affirmed findings: those of the first turn that names any, then of the next up to three."""
    found: list[tuple[Part, Mention]] = []
    seen: set[str] = set()
    first_turn = 0
    turns = list(dict.fromkeys(part.clause.utterance.id for part in told))[:most_turns]
    for part in told:
        turn = part.clause.utterance.id
        if turn not in turns or (first_turn and turn > first_turn):
            break
        for mention in part.named(Kind.SYMPTOM):
            if (
                mention.polarity is not Polarity.AFFIRMED
                or mention.standard in seen
                or mention.standard in _MANNERS
            ):
                continue
            if (_FOR_YEARS.search(part.text) and found) or _FEARED.search(part.text[: mention.start]):
                continue
            seen.add(mention.standard)
            found.append((part, mention))
            if mention.entry.detail != "event" and not mention.standard.endswith("后"):
                first_turn = first_turn or turn
    return found[:_MOST] if first_turn else []


def _injured_first(told: list[Part], first: Part) -> bool:
    """Whether how an injury came was told in an earlier turn than the first known finding."""
    return any(
        _INJURED.search(part.text) and part.key < first.key and not part.named(Kind.SYMPTOM)
        for part in told[:5]
    )


def _plain(talk: Talk, told: list[Part], span: Since | None) -> list[Note]:
    """Use a told clause as it is where no finding was recognised: how the injury came, else the first that is one."""
    turns = list(dict.fromkeys(part.clause.utterance.id for part in told))[:_TURNS]
    early = [part for part in told if part.clause.utterance.id in turns]
    injured = [part for part in early if _INJURED.search(part.text)]
    injured.sort(key=lambda part: not part.has(Kind.BODY_PART))  # 圆盘锯给手打了 before 在锯木头
    if not injured:
        fetched = _fetches(talk)
        if fetched:
            return fetched
    affirmed = [part for part in early if not any(item.polarity is Polarity.DENIED for item in part.mentions)]
    placed = [part for part in affirmed if _tells(part)]
    for part in dict.fromkeys([*injured, *placed]):
        if part.has(Kind.DRUG) or re.search(r"药|看下|看看|快来|[你您]", part.text):
            continue
        text = talk.of_patient(talk.language.rewrite(part.text, list(part.hits)))
        if len(text) < 2:
            continue
        names, side = with_side([text], told) if part.has(Kind.BODY_PART) else ([text], [])
        text, parts = names[0], [part, *side]
        if span is not None and span.text not in text and span.parts[0] is not part:
            text, parts = text + span.text, [*parts, *span.parts]
        return [Note(FieldKey.CHIEF_COMPLAINT, text, tuple(dict.fromkeys(parts)))]
    return []


def _tells(part: Part) -> bool:
    """Whether a clause without a known finding still says what is wrong, or what the patient comes for."""
    if part.mentions or _PURPOSE.search(part.text):
        return True
    return part.has(Kind.BODY_PART) and bool(_PLACED.search(part.text))


def _fetches(talk: Talk) -> list[Note]:
    """Return that the patient comes for medicine, with the lasting diseases told, where that is all he comes for."""
    opening = [part for part in talk.told if part.clause.utterance.id <= _LATER_TURNS]
    fetch = next((part for part in opening if _FETCHES.search(part.text) and not part.clause.question), None)
    if fetch is None:
        return []
    lasting = [
        (part, mention)
        for part in talk.told
        for mention in part.named(Kind.DIAGNOSIS)
        if part.subject.patient
        and not part.clause.question
        and mention.polarity is Polarity.AFFIRMED
        and mention.entry.detail == "yes"
    ]
    names = list(dict.fromkeys(written(mention.entry).replace("血压高", "高血压") for _, mention in lasting))[
        :2
    ]
    rest = [part for part, mention in lasting if written(mention.entry).replace("血压高", "高血压") in names]
    text = "、".join(names) + ("复诊取药" if talk.context.kind is VisitKind.RETURN else "取药")
    return [Note(FieldKey.CHIEF_COMPLAINT, text, tuple(dict.fromkeys((fetch, *rest))))]


def _presupposed(talk: Talk, told: list[Part], span: Since | None, until: int) -> list[Note]:
    """Return the finding that the doctor's question takes for granted and the answer dates: 左边疼多少天了？十来天."""
    if span is None:
        return []
    turn = span.parts[0].clause.utterance.id
    for part in talk.parts:
        if part.clause.utterance.id != turn - 1 or part.clause.speaker is not Speaker.DOCTOR or turn > until:
            continue
        findings = [(part, mention) for mention in part.named(Kind.SYMPTOM)]
        if part.clause.question and findings:
            return [_note(talk, findings[:1], [*_opening(talk), part, *told], span)]
    return []


def _followed_up(talk: Talk) -> list[Note]:
    """Return the disease that a return visit opens with: 中风到而家几耐喇？ is 脑梗死 or 中风, 复诊."""
    if talk.context.kind is not VisitKind.RETURN:
        return []
    for part in talk.parts:
        if part.clause.utterance.id > _LATER_TURNS:
            return []
        named = [item for item in part.named(Kind.DIAGNOSIS) if item.polarity is Polarity.AFFIRMED]
        if named and part.subject.patient:
            text = f"{written(named[0].entry)}复诊"
            return [Note(FieldKey.CHIEF_COMPLAINT, text, (part,))]
    return []


def _opening(talk: Talk) -> list[Part]:
    """Return what the doctor said first, which names what is wrong in a visit that goes on (膝盖咋样了)."""
    return [part for part in talk.parts if part.clause.utterance.id == 1]
