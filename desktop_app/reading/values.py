"""The text of single cells: values, marks, reference ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from desktop_app.core.records.people import Sex
from desktop_app.core.records.sheets import Flag
from desktop_app.terms.lab_units import plain

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
NUMBER = re.compile(rf"[-+]?(?:{_NUMBER})")
_LIMIT = r"<=|>=|≤|≥|<|>|＜|＞|小于|大于"
LIMITED = re.compile(rf"({_LIMIT})\s*=?\s*({_NUMBER})")
_POWER = re.compile(rf"({_NUMBER})\s*(?:[x×*]\s*10\s*[\^*e]?\s*|e\+?)(\d{{1,2}})", re.IGNORECASE)
_SPAN = re.compile(rf"(-?(?:{_NUMBER}))\s*(?:-{{1,4}}|~{{1,2}}|至|到|…)\s*(-?(?:{_NUMBER}))")
_FEW = re.compile(rf"({_NUMBER})\s*[-~]\s*({_NUMBER})")
_TITRE = re.compile(r"<?\s*1\s*:\s*\d+")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_LETTERS = str.maketrans("OoQlI|SsBZz", "00011155822")  # what a reader takes for digits
_LETTERED = re.compile(r"[\dOoQlI|SsBZz]*\d[\dOoQlI|SsBZz]*(?:[.,。·][\dOoQlI|SsBZz]+)?")
_SEXED = re.compile(r"(男性?|女性?|\bM\b|\bF\b)\s*:?\s*", re.IGNORECASE)

MARKS = {
    "↑": "high", "↓": "low", "h": "high", "l": "low",
    "hh": "high", "ll": "low", "偏高": "high", "偏低": "low",
    "高": "high", "低": "low", "升高": "high",
    "降低": "low", "*": "abnormal", "★": "abnormal", "异常": "abnormal",
    "↑↑": "high", "↓↓": "low", "hi": "high", "lo": "low", "high": "high", "low": "low",
    "⬆": "high", "⬇": "low", "个": "high",
}  # fmt: skip
_MARK_HEAD = re.compile(r"^(?:↑{1,3}|↓{1,3}|[*★]|偏高|偏低)\s*(?=[\d<>≤≥.])")
_MARK_TAIL = re.compile(r"\s*(?:↑{1,3}|↓{1,3}|[*★]|偏高|偏低|(?<=[\d\s])(?:HH?|LL?)|异常)$")

_WORDS = {
    "阴性": "阴性", "阴": "阴性", "-": "阴性",
    "neg": "阴性", "negative": "阴性", "阴性-": "阴性", "-阴性": "阴性",
    "未见": "阴性", "未检出": "阴性", "未检到": "阴性", "阳性": "阳性", "+阳性": "阳性", "pos": "阳性",
    "positive": "阳性", "阳性+": "阳性", "弱阳性": "弱阳性",
    "弱阳": "弱阳性", "阳性++": "2+", "阳性+++": "3+",
    "±": "+-", "+-": "+-", "+/-": "+-", "-+": "+-",
    "微量": "+-", "trace": "+-", "tr": "+-", "弱阳性±": "弱阳性",
    "正常": "正常", "norm": "正常", "normal": "正常",
}  # fmt: skip
_COLOURS = "淡黄色 黄色 浅黄色 淡黄 浅黄 草黄色 深黄色 红色 褐色 棕色 黄褐色 棕黄色 茶色 无色"
_LOOKS = "清 透明 清晰 清亮 清澈 微浑 浑浊 混浊 软 软便 稀便 稀糊状 水样便 成形 硬"
_GRADES = "Ⅰ Ⅱ Ⅲ Ⅳ Ⅰ度 Ⅱ度 Ⅲ度 Ⅳ度 A型 B型 O型 AB型 满视野 少量 中量 大量 偶见 可见"
_FREE_WORDS = frozenset(plain(f"{_COLOURS} {_LOOKS} {_GRADES}").split())
_PLUSES = re.compile(r"([1-4]?)(\+{1,4})([1-4]?)")


@dataclass(frozen=True, slots=True)
class Value:
    """What a value cell says; `number` or `word`, and whether letters had to be read as digits."""

    number: float | None = None
    word: str | None = None
    mark: str | None = None
    suspect: bool = False
    decimals: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was understood."""
        return self.number is None and self.word is None


@dataclass(frozen=True, slots=True)
class Range:
    """A printed reference range: limits, or the expected word; `needs_sex` where it can't be chosen."""

    low: float | None = None
    high: float | None = None
    word: str | None = None
    decimals: int = 0  # that every printed limit has
    needs_sex: bool = False
    sexed: bool = False


def mark_of(text: str) -> str | None:
    """Return what a printed mark means: low, high, abnormal; None where it is no mark."""
    return MARKS.get(re.sub(r"[\s()\[\]]", "", text).lower())


def split_mark(text: str) -> tuple[str, str | None]:
    """Take a mark off a value's front or end: `98 ↓` is 98 and low."""
    head = _MARK_HEAD.search(text)
    if head:
        return text[head.end() :].strip(), mark_of(head[0])
    tail = _MARK_TAIL.search(text)
    if tail and tail.start() > 0:
        return text[: tail.start()].strip(), mark_of(tail[0])
    return text.strip(), None


def word_of(text: str) -> str | None:
    """Return a qualitative result in one spelling (阴性, 阳性, 1+, +-); None where it is none."""
    folded = re.sub(r"[\s()\[\]]", "", text)
    known = _WORDS.get(folded.lower())
    if known:
        return known
    pluses = _PLUSES.fullmatch(folded.removeprefix("阳性"))
    if pluses and not (pluses[1] and pluses[3]):
        return f"{pluses[1] or pluses[3] or len(pluses[2])}+"
    if folded in _FREE_WORDS:
        return folded
    return folded.upper().replace(" ", "") if _TITRE.fullmatch(folded) else None


def value_of(text: str) -> Value:
    """Read a value cell: a number, a limit (`<0.5`), a count (`3-5`), a word; marks taken off."""
    bare, mark = split_mark(text)
    word = word_of(bare)
    if word is not None:
        return Value(word=word, mark=mark)
    compact = bare.replace(" ", "")
    if NUMBER.fullmatch(compact):
        leading_zero = bool(re.match(r"[-+]?0\d", compact))
        split_digits = bool(re.search(r"\d\s+\d", bare))
        suspect = leading_zero or split_digits or compact[0] == "." or compact[0] == "+"
        return Value(number=float(compact), mark=mark, suspect=suspect, decimals=_decimals(compact))
    return _special(compact, mark)


def _special(compact: str, mark: str | None) -> Value:
    limited = LIMITED.fullmatch(compact)
    if limited:
        sign = {"≤": "<=", "≥": ">=", "小于": "<", "大于": ">"}.get(limited[1], limited[1])
        return Value(word=f"{sign}{limited[2]}", mark=mark)
    power = _POWER.fullmatch(compact)
    if power:
        return Value(number=float(f"{power[1]}e{power[2]}"), mark=mark, decimals=_decimals(power[1]))
    if _THOUSANDS.fullmatch(compact):
        return Value(number=float(compact.replace(",", "")), mark=mark, decimals=_decimals(compact))
    few = _FEW.fullmatch(compact)
    if few and float(few[1]) <= float(few[2]):
        return Value(word=compact.replace("~", "-"), mark=mark)
    if _LETTERED.fullmatch(compact):
        digits = re.sub("[,。·]", ".", compact.translate(_LETTERS))
        return Value(number=float(digits), mark=mark, suspect=True, decimals=_decimals(digits))
    return Value(mark=mark)


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def range_of(text: str, sex: Sex) -> Range | None:
    """Read a reference range; of a pair for women and men, the patient's; None where it is none."""
    text = text.strip()
    pairs = _by_sex(text)
    if pairs:
        chosen = pairs.get(sex)
        if chosen is not None:
            return chosen
        alike = set(pairs.values())
        return alike.pop() if len(alike) == 1 and len(pairs) == 2 else Range(needs_sex=True, sexed=True)
    return _simple_range(text)


def _by_sex(text: str) -> dict[Sex, Range]:
    found = list(_SEXED.finditer(text))
    pairs: dict[Sex, Range] = {}
    for index, label in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(text)
        part = _simple_range(text[label.end() : end].strip(" ,;/、()"))
        if part is not None:
            who = Sex.MALE if label[1][0] in "男Mm" else Sex.FEMALE
            pairs[who] = replace(part, sexed=True)
    return pairs


def _simple_range(text: str) -> Range | None:
    bare = text.strip("()[]{} ,;").replace(" ", "")
    span = _SPAN.fullmatch(bare)
    if span:
        low, high = float(span[1]), float(span[2])
        return Range(low, high, decimals=min(map(_decimals, span.groups()))) if low <= high else None
    limited = LIMITED.fullmatch(bare)
    if limited:
        number, decimals = float(limited[2]), _decimals(limited[2])
        below = limited[1] in ("<", "<=", "≤", "小于")
        return Range(high=number, decimals=decimals) if below else Range(low=number, decimals=decimals)
    word = word_of(bare)
    return None if word is None else Range(word=word)


def flag_of(value: Value, low: float | None, high: float | None) -> Flag:
    """Return a numeric value, limit or count against its range; `unknown` where that can't be told."""
    if low is None and high is None:
        return Flag.UNKNOWN
    bounds = _bounds(value)
    if bounds is None:
        return Flag.UNKNOWN
    least, most = bounds
    if high is not None and least is not None and least > high:
        return Flag.HIGH
    if low is not None and most is not None and most < low:
        return Flag.LOW
    above = low is None or (least is not None and least >= low) or (low <= 0 and least is None)
    below = high is None or (most is not None and most <= high)
    return Flag.NORMAL if above and below else Flag.UNKNOWN


def _bounds(value: Value) -> tuple[float | None, float | None] | None:
    if value.number is not None:
        return value.number, value.number
    limited = LIMITED.fullmatch(value.word or "")
    if limited:
        number = float(limited[2])
        return (None, number) if "<" in limited[1] else (number, None)
    few = _FEW.fullmatch(value.word or "")
    return (float(few[1]), float(few[2])) if few else None
