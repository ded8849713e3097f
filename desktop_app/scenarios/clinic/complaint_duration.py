"""Since when the patient suffers: the one of several told times that dates the complaint itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.core.records.people import Region, VisitKind
from desktop_app.core.records.speech import Speaker
from desktop_app.terms.lexicon import Kind
from desktop_app.terms.numbers import read_run
from desktop_app.writing.talk import Part, Talk

_PER_TURN = 0.3
_AGAIN = 0.1  # by how much a time counted anew goes before the first guess
_EARLY = 16  # turns in which the time is told
_FIRST_TURNS = 3  # of the patient's party, in which a bare time dates the complaint unasked
_LENGTH = re.compile(
    r"(?<![第\d.])(?P<n>\d+个半(?=小时|月)|\d+(?:~\d+|余)?|(?<!个)半|数)(?P<unit>个?多?(?:分钟|小时|天|周|个月|月(?![\d底初份中头])|年))"
    r"(?P<more>多|余|半)?(?!(?:前|以前|之前)?(?:打|做|得|住|开|查|得过|脚|手术|吃)|[一1]次|一[回趟]|才|[粒片颗]|大|岁|的药|"
    r"开外)"
)
_ORDINAL = re.compile(r"第(?P<n>\d+)(?P<unit>天)")
_NOT_SINCE = re.compile(
    r"(?:当|教|做|吃|食|用|打|贴|敷|搽|擦|涂|抹|停|睡|困|瞓|干|跑|坐|戒|住|孕|怀|隔|每|管|歇|割|扛|走|站|好|还有|还剩|剩)(?:了|过|咗|仔|着|哩)?"
    r"(?:有|差不多|大概)?$"
)
_OTHER_TIME = re.compile(
    r"每|间隔|前些|前几|[这搿呢恁即][几两一]?[天日]|最近|近来|孕|怀|以前|住过|小时候|年前|月前|上次|上回|去年|前年|旧年|头胎|出生|"
    r"生下来|满月"
)
_ASKED = re.compile(
    r"(?<![头前这嗰呢那])(?<!先)几[天日久]|哪[天日年]|好久|几耐|几时|多久|好多[天久]|多长时间|什么时候|啥时候|啥辰光|辰光|几多[天日]|几工|几个(?:月|"
    r"钟|礼拜|星期)|偌久|几点|多少天|何时|当时|啥前儿|多咱|么时候|多少日子|多少辰光|多少时间|多大会|多会儿"
)
_ONSET = re.compile(
    r"开始|起头|发现|不舒服|不好|难受|[痛疼肿痒烧咳晕]|[久天日](?:了|哉|矣|罢|啊|喇)|几日天|勿适意|唔舒服|起[的个嘅]?[？?]?$"
)
_AGE_ASKED = re.compile(
    r"例假|月经|大姨妈|停经|那个来|生[了下]|怀|孕|几个月了|多大(?!会)|几大|几岁|出生|出的?院|满月"
    r"|(?:孩子?|囡|娃|宝宝|毛毛|BB|伢|细佬|妹妹|弟弟)[^，]{0,4}(?:几|多少)个?(?:号头|月|天|日|岁)"
)
_TOTAL = re.compile(
    r"拢总|拢共|总共|一共|足足|足$|算起|算下来|那就[是算]?|整整?|到今|到这|到现在|到而家|不止|从头"
)
_PERFECT = re.compile(r"[了矣哉啊啦罢嘛]$|有(?=.{0,3}$)")
_OF_A_PART = re.compile(r"加重|重[了起]|厉害|泡起|出泡|才")
_STATED = re.compile(
    r"^(?:那|这都|现在|差不多|将近|不到|快|好|就是|就|也就|得有|有)|了$|^[零一二两俩三四五六七八九十几半多来\d]+个?半?"
    r"(?:天|日|周|月|年|小时|钟头|礼拜|星期|点儿)$"
)
_RELATIVE = (
    (re.compile(r"大前[天日]|大前(?:夜|晚)|落昨日"), "3天"),
    (re.compile(r"前[天日晚夜]|(?<![那啥这么头])前儿"), "2天"),
    (re.compile(r"昨[天日晚夜儿]|昨个|夜儿个?|寻日|寻晚|昨暝|昨昏|昨下|夜黑|昨"), "1天"),
    (re.compile(r"上个?(?:礼拜|星期|周)"), "1周"),
    (re.compile(r"上个?月"), "1个月"),
)
# hours where other regions mean the clock: 俩点儿 (northeast), 有两三点钟 (southern Min)
_HOURS = {
    Region.NORTHEAST: re.compile(
        r"(?<![\d点])(?P<n>\d+(?:~\d+)?)(?:个(?P<half>半)?点儿?|点儿)(?![\d多几半钟])"
    ),
    Region.MIN: re.compile(r"(?:(?<=有)|(?<=着)|^)(?P<n>\d+(?:~\d+)?)(?P<half>半)?点钟"),
}


Key = tuple[int, int]  # utterance id and start of a clause


@dataclass(frozen=True, slots=True)
class Since:
    """Since when.

    Attributes:
        parts: the clauses that say it.
        text: as a record writes it, behind the complaint.
        derivation: how it came about where nobody said it as a length of time.
    """

    parts: tuple[Part, ...]
    text: str
    derivation: str | None = None


def duration(talk: Talk, told: list[Part], until: int) -> Since | None:
    """Return since when the complaint lasts.

    Args:
        talk: the analysed talk.
        told: what the patient's party told of the patient, in order.
        until: utterance id at which the examination begins.
    """
    asked, onset, aged = _asked(talk)
    until = max(until, *(turn + 1 for turn, _ in onset)) if onset else until  # some examine before they ask
    complaint = next((part for part in told[:20] if part.named(Kind.SYMPTOM)), None)
    best: tuple[float, Since] | None = None
    for part in _candidates(talk, told, onset, aged, until):
        if part.key in aged:
            continue
        length = _length(talk, part, asked=part.key in asked)
        if length is None:
            continue
        score = _score(part, complaint, told, asked=part.key in asked, onset=part.key in onset)
        if best is not None and _counts_again(best[1].parts[0], part):
            score = max(score, best[0] + _AGAIN)
        if score > 0 and (best is None or score > best[0]):
            best = (score, Since((part,), length))
    if best is not None:
        return best[1]
    return (
        _counted(talk, told, asked, until)
        or _relative(told, complaint, asked)
        or _as_told(talk, told, onset or asked)
    )


_COUNTS = re.compile(r"[算计]|等等|我想|想想|想哈|话系|不止|……|那就")


def _counts_again(before: Part, part: Part) -> bool:
    """Whether a clause gives the time anew that its speaker, or the doctor with him, was still counting."""
    if _OF_A_PART.search(part.text) or _OF_A_PART.search(before.text):
        return False
    turns = part.clause.utterance.id - before.clause.utterance.id
    if turns == 0:
        return bool(_COUNTS.search(part.clause.utterance.text[: part.clause.end]))
    settles = re.match(r"那?(?:就|就是|就算|就算是)|^(?:即系|咁就)", part.text)
    return turns in (1, 2) and settles is not None


def guessed(talk: Talk, settled: tuple[Part, ...]) -> set[Key]:
    """Return the clauses whose time the same speaker then counted anew: 有五六天……让我算算，五天.

    Args:
        talk: the analysed talk.
        settled: the clauses that the chief complaint rests on.
    """
    gone: set[Key] = set()
    for part in settled:
        if _length(talk, part, asked=True) is None:
            continue
        for other in talk.parts:
            near = 0 <= part.clause.utterance.id - other.clause.utterance.id <= _SETTLED_WITHIN
            if (
                near
                and other.key < part.key
                and not other.clause.question
                and not other.named(Kind.SYMPTOM, Kind.DRUG)
                and _length(talk, other, asked=True) is not None
                and _counts_again(other, part)
            ):
                gone.add(other.key)
    return gone


_SETTLED_WITHIN = 2  # turns


def _asked(talk: Talk) -> tuple[set[Key], set[Key], set[Key]]:
    """Return the clauses that answer a question for a time, for the onset, and for an age."""
    asked: set[Key] = set()
    onset: set[Key] = set()
    aged: set[Key] = set()
    for exchange in talk.exchanges:
        times = [item.text for item in exchange.questions if _ASKED.search(item.text)]
        if any(_AGE_ASKED.search(item.text) for item in exchange.questions):
            aged |= {part.key for part in exchange.answers if part.clause.sentence == 0}
            continue
        keys = {part.key for part in exchange.answers}
        asked |= keys if times else set()
        onset |= keys if any(_ONSET.search(text) for text in times) else set()
    return asked, onset, aged


def _candidates(talk: Talk, told: list[Part], asked: set[Key], aged: set[Key], until: int) -> list[Part]:
    of_patient = {part.key for part in told}
    aged_turns = {turn for turn, _ in aged}
    return [
        part
        for part in talk.parts
        if part.clause.utterance.id < min(until, _EARLY)
        and not part.retracted
        and not part.clause.question
        and (
            part.key in of_patient
            or part.key in asked  # 我老婆话四个礼拜: whoever counts, it is the answer
            or (
                part.clause.speaker is Speaker.DOCTOR
                and _STATED.search(part.text)
                and len(part.text) < 14
                and part.clause.utterance.id - 1 not in aged_turns  # 那就是七周: since the last period
            )
        )
    ]


def _length(talk: Talk, part: Part, *, asked: bool) -> str | None:
    text = part.amended or part.text
    if _OTHER_TIME.search(text) or re.search(r"一[天日](?!半)(?:[一二两三四五六\d]|就|要)", text):
        return None
    said = talk.language.quantities(talk.language.standard(text))
    hours = _HOURS.get(talk.region) if talk.region is not None else None
    if hours is not None:
        said = hours.sub(lambda hit: f"{hit['n']}{'个半' if hit['half'] else ''}小时", said)
    match = _LENGTH.search(said)
    if match is None and asked:
        match = _ORDINAL.search(said)
        return f"{match['n']}{match['unit']}" if match else None
    if match is None or _NOT_SINCE.search(said[: match.start()]):
        return None
    after = said[match.end() :]
    if match["unit"] == "月" and not re.search(r"[俩两仨半几]月", text):
        return None  # 七月: the month of the year
    if match["unit"].endswith("分钟") and not re.search(r"前|[了啦矣]$", said):
        return None  # how long a spell lasts, not since when
    if re.match(r"就好|好[了矣]|一|[没未冇无]", after):
        return None
    return match["n"] + match["unit"] + (match["more"] or "")


def _score(part: Part, complaint: Part | None, told: list[Part], *, asked: bool, onset: bool) -> float:
    """Return how surely a time dates the complaint; nothing where it could be anything's."""
    score = 0.0
    if part.clause.speaker is Speaker.DOCTOR:
        score += 3.5
    if asked:
        score += 5 if onset else 4
    if complaint is not None and part.clause.utterance is complaint.clause.utterance:
        score += 5
    if not score:
        turns = list(dict.fromkeys(item.clause.utterance.id for item in told))[:_FIRST_TURNS]
        if part.clause.utterance.id not in turns or part.named(Kind.SYMPTOM):
            return 0
        score = 1
    if _TOTAL.search(part.text):
        score += 3
    if _PERFECT.search(part.text):
        score += 0.5
    if _OF_A_PART.search(part.text):
        score -= 3
    return score - _PER_TURN * (part.clause.utterance.id // 2)  # the first told, all else alike


_WEEKDAY = re.compile(r"(?:礼拜|星期|周)(?P<day>[一二三四五六日天])")
_WEEK = "一二三四五六日"
_TODAY = re.compile(r"今[天日儿朝]")
_CLOCK = re.compile(
    r"(?P<hour>[一二两三四五六七八九十]+)点(?:钟)?(?:(?P<half>半)|(?P<minute>[零一二三四五六七八九十]+)(?:分)?(?![个天月]))?"
)
_NOW = re.compile(r"现在|这会儿|这都|而家|这阵|今下|到今")


def _counted(talk: Talk, told: list[Part], asked: set[Key], until: int) -> Since | None:
    """Return the time between what was told of the beginning and the time now, by weekday or by the clock.

    星期二开始，今天星期五 is 3天; 十二点四十 with 现在两点四十 is 2小时.
    """
    early = [
        part
        for part in talk.parts
        if part.clause.utterance.id < min(until, _EARLY) and not part.retracted and not part.clause.question
    ]
    begins = asked & {part.key for part in told}
    return _between(early, begins, _weekday, _TODAY, _days) or _between(early, begins, _clock, _NOW, _hours)


def _between(
    early: list[Part],
    begins: set[Key],
    read: Callable[[str], int | None],
    now_said: re.Pattern[str],
    write: Callable[[int], str],
) -> Since | None:
    """Return what lies between the first time that begins it and the first that says now, as `write` puts it."""
    timed = [(part, value) for part in early if (value := read(part.text)) is not None]
    start = next(((part, value) for part, value in timed if part.key in begins), None)
    now = next(((part, value) for part, value in timed if now_said.search(part.text)), None)
    if start is None or now is None or start[0] is now[0]:
        return None
    length = write(now[1] - start[1])
    return Since((start[0], now[0]), length, f"{start[0].text}至{now[0].text}") if length else None


def _days(weekdays: int) -> str:
    days = weekdays % len(_WEEK)
    return f"{days}天" if days else ""


def _hours(minutes: int) -> str:
    """Return whole or half hours; what doesn't come out even is left to the doctor."""
    hours, rest = divmod(minutes % (12 * 60), 60)
    return f"{hours}{'个半' if rest else ''}小时" if hours and rest in (0, 30) else ""


def _weekday(text: str) -> int | None:
    match = _WEEKDAY.search(text)
    return _WEEK.index(match["day"].replace("天", "日")) if match else None


def _clock(text: str) -> int | None:
    """Return a spoken time of day in minutes on a dial of twelve hours."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    hour = read_run(match["hour"])[0].low
    minute = 30 if match["half"] else read_run(match["minute"])[0].low if match["minute"] else 0
    return (hour % 12) * 60 + minute if hour <= 24 and minute < 60 else None


_EVENT = re.compile(
    r"过罢?年|正月|初[一二三四五六七八九十]|开春|清明|端午|中秋|冬至|立秋|入伏|[点晌晚早夜黑]|礼拜|星期|收[麦稻割]|栽秧|那天|那日|嗰日|那阵|"
    r"的?时候?$|开学|放假|半夜|天亮"
)
_AS_TOLD_CHARS = 16


def _as_told(talk: Talk, told: list[Part], asked: set[Key]) -> Since | None:
    """Return the beginning in the patient's own words where it can't be counted: 打过罢年就没断过."""
    if talk.context.kind is VisitKind.RETURN:
        return None
    for part in told:
        if part.key in asked and len(part.text) <= _AS_TOLD_CHARS and _EVENT.search(part.text):
            said = talk.language.rewrite(part.text, list(part.hits))
            return Since((part,), f"，{said}") if len(said) > 1 else None
    return None


def _relative(told: list[Part], complaint: Part | None, asked: set[Key]) -> Since | None:
    """Return the time that 昨天 or 上个礼拜 stands for, counted from the visit."""
    own = [part for part in told[:24] if complaint and part.clause.utterance is complaint.clause.utterance]
    answers = [part for part in told if part.key in asked][:6]
    for part in [*own, *answers]:
        for pattern, becomes in _RELATIVE:
            match = pattern.search(part.text)
            if match:
                return Since((part,), becomes, f"“{match[0]}”距就诊{becomes}")
    return None
