"""The chief complaint: what brought the patient, and since when."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.core.records.people import VisitKind
from desktop_app.core.records.speech import Speaker
from desktop_app.scenarios.clinic.chatter import is_chatter
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.record_language import written
from desktop_app.writing.talk import Part, Talk

_MOST = 3
_TURNS = 3  # a complaint is told in the first turns; what comes later is history
_LENGTH = re.compile(
    r"(?<!第)(?<!\d)(?P<n>\d+个半(?=小时|月)|\d+(?:~\d+|余)?|(?<!个)半|数)(?P<unit>个?多?(?:分钟|小时|天|周|个月|月|年))(?P<more>多|余|"
    r"半)?(?!(?:前|以前|之前)?(?:打|做|得|住|开|查|得过|脚|手术|吃)|[一1]次|一[回趟]|[粒片颗]|大|岁|的药|开外)"
)
_DURATION_ASKED = re.compile(
    r"几[天日久]|好久|几耐|几时|多久|好多[天久]|多长时间|什么时候|啥时候|啥辰光|辰光|几多日|几工|几个(?:月|"
    r"钟|礼拜|星期)|偌久|几点|多少天|何时|当时|啥前儿|多咱|么时候"
)
_ONSET_ASKED = re.compile(r"开始|不舒服|不好|难受|[痛疼]|[久天]了|勿适意|唔舒服|起[的个嘅]?[？?]?$")
_RELATIVE = (
    (re.compile(r"大前[天日]|大前(?:夜|晚)|落昨日"), "3天"),
    (re.compile(r"前[天日晚夜]|前儿"), "2天"),
    (re.compile(r"昨[天日晚夜儿]|昨个|夜儿个?|寻日|寻晚|昨暝|昨昏|昨下|夜黑|昨"), "1天"),
    (re.compile(r"上个?(?:礼拜|星期|周)"), "1周"),
    (re.compile(r"上个?月"), "1个月"),
)
_SIDE_ONLY = re.compile(
    r"^(?:就|是|在|系)*(?P<side>[左右]|[两双俩](?=边|侧|面|爿|只(?!月)|手|脚|腿|眼|耳|膝|肩))(?:边|侧|面|"
    r"爿|只|个)?(?P<what>手|脚|腿|眼睛?|耳朵?|腰|肩膀?|膝盖?|小腿|脚踝|胳膊)?"
)
_TODAY = re.compile(r"今[天早朝日]|刚刚?|啱啱|今儿|早上|半夜|后半夜|天没亮")


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
    span = duration(talk, told)
    if not complaints or _injured_first(told, complaints[0][0]):
        return _plain(talk, told, span)
    names = _named(talk, complaints, told)
    side = _side(told) if not re.search(r"[左右双]", "".join(names)) else None
    parts = [part for part, _ in complaints]
    if side is not None:
        names[0] = _with_side(side[1], names[0])
        parts.append(side[0])
    if talk.context.kind is VisitKind.RETURN and span is not None and span[2] is not None:
        span = None  # 昨天 in a return visit dates an event, not the complaint
    text = "、".join(names) + (span[1] if span else "")
    if talk.context.kind is VisitKind.RETURN:
        text += "，复诊"
    if span:
        parts.append(span[0])
    ambiguous = any(mention.ambiguous for _, mention in complaints)
    return [
        Note(
            FieldKey.CHIEF_COMPLAINT,
            text,
            tuple(dict.fromkeys(parts)),
            reasons=(Reason.AMBIGUOUS,) if ambiguous else (),
            derivation=span[2] if span else None,
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


def duration(talk: Talk, told: list[Part]) -> tuple[Part, str, str | None] | None:
    """Return the clause that says since when, the time as a record writes it, and how it was derived."""
    complaint = [part for part in told[:20] if part.named(Kind.SYMPTOM)]
    own = [part for part in told[:24] if complaint and part.clause.utterance is complaint[0].clause.utterance]
    asked = [
        part
        for exchange in talk.exchanges
        if any(_DURATION_ASKED.search(question.text) for question in exchange.questions)
        for part in exchange.answers
        if part in told
    ]
    onset = [
        part
        for exchange in talk.exchanges
        if any(
            _DURATION_ASKED.search(item.text) and _ONSET_ASKED.search(item.text)
            for item in exchange.questions
        )
        for part in exchange.answers
        if part in told
    ]
    first = told[:12]
    for group in (own, onset, asked[:6]):
        found = _length(talk, group)
        if found is not None:
            return found
    for group in (own, asked[:6]):
        for part in group:
            for pattern, becomes in _RELATIVE:
                match = pattern.search(part.text)
                if match:
                    return part, becomes, f"“{match[0]}”距就诊{becomes}"
            today = _TODAY.search(part.text)
            if today and part in asked:
                return part, "", None
    turns = list(dict.fromkeys(part.clause.utterance.id for part in told))[:_TURNS]
    early = (part for part in first if part.clause.utterance.id in turns and not part.named(Kind.SYMPTOM))
    return _length(talk, list(early))


def _length(talk: Talk, group: list[Part]) -> tuple[Part, str, str | None] | None:
    for part in group:
        if re.search(r"一[天日]|每|间隔|吃了|用了|打了|贴|敷|搽|停|睡", part.text) and not re.search(
            r"[了矣哉]$|有", part.text
        ):
            continue
        if re.search(r"[这搿呢恁即][几两一]?[天日]|最近|近来|孕|怀|以前|住过|小时候|年前", part.text):
            continue
        said = talk.language.quantities(talk.language.standard(part.amended or part.text))
        match = _LENGTH.search(said)
        if match and match["unit"].endswith("分钟") and not re.search(r"前|[了啦矣]$", said):
            continue  # how long a spell lasts, not since when
        if match and re.match(r"就好|好[了矣]", said[match.end() :]):
            continue
        if match and not re.search(r"(?:年前|月前)", said[match.start() : match.end() + 2]):
            return part, match["n"] + match["unit"] + (match["more"] or ""), None
    return None


def _plain(talk: Talk, told: list[Part], span: tuple[Part, str, str | None] | None) -> list[Note]:
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
        if span is not None and span[1] not in text:
            text, parts = text + span[1], [*parts, span[0]]
        return [Note(FieldKey.CHIEF_COMPLAINT, text, tuple(dict.fromkeys(parts)))]
    return []
