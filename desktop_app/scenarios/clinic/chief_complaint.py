"""The chief complaint: what brought the patient, and since when."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.core.records.people import VisitKind
from desktop_app.core.records.speech import Speaker
from desktop_app.scenarios.clinic.chatter import is_chatter
from desktop_app.scenarios.clinic.complaint_duration import Since, duration
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.record_language import written
from desktop_app.writing.talk import Part, Talk

_MOST = 3
_TURNS = 3  # a complaint is told in the first turns; what comes later is history
_SIDE_ONLY = re.compile(
    r"^(?:就|是|在|系)*(?P<side>[左右]|[两双俩](?=边|侧|面|爿|只(?!月)|手|脚|腿|眼|耳|膝|肩))(?:边|侧|面|"
    r"爿|只|个)?(?P<what>手|脚|腿|眼睛?|耳朵?|腰|肩膀?|膝盖?|小腿|脚踝|胳膊)?"
)


def chief_complaint(talk: Talk, until: int) -> list[Note]:
    """Return the chief complaint as one note, none where nobody told a complaint.

    Args:
        talk: the analysed talk.
        until: utterance id at which the examination begins.
    """
    told = [
        part
        for part in talk.told
        if part.clause.utterance.id < until
        and part.subject.patient
        and not part.clause.question
        and not is_chatter(part)
    ]
    complaints = _complaints(told)
    span = duration(talk, told, until)
    if not complaints or _injured_first(told, complaints[0][0]):
        return _plain(talk, told, span)
    names = _named(talk, complaints, told)
    side = _side(told) if not re.search(r"[左右双]", "".join(names)) else None
    parts = [part for part, _ in complaints]
    if side is not None:
        names[0] = _with_side(side[1], names[0])
        parts.append(side[0])
    if talk.context.kind is VisitKind.RETURN and span is not None and span.derivation is not None:
        span = None  # 昨天 in a return visit dates an event, not the complaint
    text = "、".join(names) + (span.text if span else "")
    if talk.context.kind is VisitKind.RETURN:
        text += "，复诊"
    if span:
        parts += span.parts
    ambiguous = any(mention.ambiguous for _, mention in complaints)
    return [
        Note(
            FieldKey.CHIEF_COMPLAINT,
            text,
            tuple(dict.fromkeys(parts)),
            reasons=(Reason.AMBIGUOUS,) if ambiguous else (),
            derivation=span.derivation if span else None,
        )
    ]


def _complaints(told: list[Part]) -> list[tuple[Part, Mention]]:
    """Return the first affirmed findings: those of the first turn that names any, then of the next up to three."""
    found: list[tuple[Part, Mention]] = []
    seen: set[str] = set()
    first_turn = 0
    turns = list(dict.fromkeys(part.clause.utterance.id for part in told))[:_TURNS]
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
            seen.add(mention.standard)
            found.append((part, mention))
            if mention.entry.detail != "event" and not mention.standard.endswith("后"):
                first_turn = first_turn or turn
    return found[:_MOST] if first_turn else []


_INJURED = re.compile(
    r"切|割|砍|摔|跌|撞|烫|烧到|咬|叮|蜇|扭到|扭了|崴|砸|扎|戳|刺|夹到|压到|误[吃服喝]|吞了|卡到|溅|触电|淹"
)
_PURPOSE = re.compile(r"(?:拿|开|取|配|提)[^，]{0,3}药|体检|证明|复查|复诊|换药|拆线|打针|疫苗|产检|量血压")
_FETCHES = re.compile(r"(?:拿|开|取|配|提)(?:点|些|我的|那)?药")
_MANNERS = frozenset("体重增加 食欲亢进 难以忍受 难以耐受 受凉 饮酒 劳累".split())
_STRONG_PAINS = ("疼痛明显", "剧烈疼痛", "明显疼痛", "疼痛")
_PAINS = frozenset("疼痛 痛 疼 胀痛 酸痛 刺痛 肿胀 瘙痒 麻木".split())


def _injured_first(told: list[Part], first: Part) -> bool:
    """Whether how an injury came was told in an earlier turn than the first known finding."""
    return any(
        _INJURED.search(part.text) and part.key < first.key and not part.named(Kind.SYMPTOM)
        for part in told[:5]
    )


def _placed(part: Part, mention: Mention, told: list[Part]) -> str:
    """Return a complaint with the body part that stands before it in its turn, where it names none itself."""
    name = "痛" if mention.standard in _STRONG_PAINS else written(mention.entry)
    if name not in _PAINS:
        return name
    turn = [item for item in told if item.clause.utterance is part.clause.utterance and item.key <= part.key]
    for item in reversed(turn):
        for hit in reversed(item.hits):
            entry = hit.of(Kind.BODY_PART)
            if entry is not None and (item is not part or hit.end <= mention.start):
                return (entry.standard.removesuffix("部") or entry.standard) + name
    return name


def _shown(talk: Talk, part: Part) -> str:
    """Return the body part that the doctor named just before (手伸出来我看), for an itch or a pain without a place."""
    before = [item for item in talk.parts if item.clause.utterance.id == part.clause.utterance.id - 1]
    for item in before:
        for hit in item.hits:
            entry = hit.of(Kind.BODY_PART)
            if entry is not None:
                return entry.standard.removesuffix("部") or entry.standard
    return ""


def _named(talk: Talk, complaints: list[tuple[Part, Mention]], told: list[Part]) -> list[str]:
    names = [_placed(part, mention, told) for part, mention in complaints]
    if names and all(name in _PAINS or name == "痒" for name in names):
        return [_shown(talk, complaints[0][0]) + names[0]]
    specific = [name for name in names if (name not in _PAINS and name != "痒") or len(names) == 1]
    return list(dict.fromkeys(specific or names))


def _with_side(side: str, name: str) -> str:
    if name.startswith(side):
        return name
    place = side[1:]
    return side[0] + name if place and place[0] in name else side + name


def _side(told: list[Part]) -> tuple[Part, str] | None:
    for part in told[:14]:
        match = _SIDE_ONLY.match(part.text)
        if match is None or len(part.text) > 10 or part.retracted:
            continue
        side = {"左": "左", "右": "右"}.get(match["side"], "双")
        return part, side + (match["what"] or _paired_part(told, part) or "侧")
    return None


def _paired_part(told: list[Part], side: Part) -> str | None:
    """Return the paired body part that a bare 左边 belongs to: one named in its turn, else the first one told."""
    turn = [item for item in told if item.clause.utterance is side.clause.utterance]
    for part in [*turn, *told[:10]]:
        for hit in part.hits:
            entry = hit.of(Kind.BODY_PART)
            if entry is not None and entry.detail == "yes":
                return entry.standard
    return None


def _plain(talk: Talk, told: list[Part], span: Since | None) -> list[Note]:
    """Use a told clause as it is where no finding was recognised: how the injury came, else the first that is one."""
    turns = list(dict.fromkeys(part.clause.utterance.id for part in told))[:_TURNS]
    early = [part for part in told if part.clause.utterance.id in turns and not part.retracted]
    injured = [part for part in early if _INJURED.search(part.text)]
    affirmed = [part for part in early if not any(item.polarity is Polarity.DENIED for item in part.mentions)]
    placed = [
        part for part in affirmed if part.mentions or part.has(Kind.BODY_PART) or _PURPOSE.search(part.text)
    ]
    for part in dict.fromkeys([*injured, *placed]):
        if _FETCHES.search(part.text):
            return [
                Note(
                    FieldKey.CHIEF_COMPLAINT,
                    "复诊取药" if talk.context.kind is VisitKind.RETURN else "取药",
                    (part,),
                )
            ]
        if (
            part.clause.speaker is Speaker.DOCTOR
            or part.has(Kind.DRUG)
            or re.search(r"药|看下|看看|快来|[你您]", part.text)
        ):
            continue
        text = talk.of_patient(talk.language.rewrite(part.text, list(part.hits)))
        if len(text) < 2:
            continue
        parts = [part]
        side = _side(told) if not re.search(r"[左右双]", text) else None
        if side is not None:
            text, parts = side[1].removesuffix("侧") + text, [*parts, side[0]]
        if span is not None and span.text not in text:
            text, parts = text + span.text, [*parts, *span.parts]
        return [Note(FieldKey.CHIEF_COMPLAINT, text, tuple(dict.fromkeys(parts)))]
    return []
