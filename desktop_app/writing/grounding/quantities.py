"""Quantities of a record or of the talk in one notation, so that 三十八度五 and 38.5℃ compare as equal."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from desktop_app.terms.numbers import NUMERALS, read_run
from desktop_app.writing.record_language import measure_writer


class Sort(StrEnum):
    """What a quantity measures; only equal sorts compare."""

    PRESSURE = "pressure"
    TEMPERATURE = "temperature"
    RATE = "rate"
    SHARE = "share"
    SPAN = "span"
    CLOCK = "clock"
    AGE = "age"
    FREQUENCY = "frequency"
    DOSE = "dose"
    COUNT = "count"
    SIZE = "size"
    WEIGHT = "weight"
    CONCENTRATION = "concentration"
    PLUS = "plus"
    YEAR = "year"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit; `start`/`end` are code points of the text that was read (see `derived`)."""

    sort: Sort
    low: float
    high: float
    unit: str = ""
    start: int = 0
    end: int = 0
    derived: str = ""  # how it follows from the words, where they hold no number
    shown: tuple[float, ...] = ()  # the plain numbers as they stand there

    @property
    def pair(self) -> tuple[float, float]:
        """Both ends of a range, or systolic and diastolic."""
        return self.low, self.high


# unit, as written in records: (sort, unit to compare in, factor)
_UNITS: dict[str, tuple[Sort, str, float]] = {
    "℃": (Sort.TEMPERATURE, "℃", 1),
    "°C": (Sort.TEMPERATURE, "℃", 1),
    "℉": (Sort.TEMPERATURE, "℉", 1),
    "°F": (Sort.TEMPERATURE, "℉", 1),
    "次/分": (Sort.RATE, "次/分", 1),
    "次/min": (Sort.RATE, "次/分", 1),
    "次/小时": (Sort.RATE, "次/小时", 1),
    "次/h": (Sort.RATE, "次/小时", 1),
    "bpm": (Sort.RATE, "次/分", 1),
    "%": (Sort.SHARE, "%", 1),
    "‰": (Sort.SHARE, "‰", 1),
    "分钟": (Sort.SPAN, "天", 1 / 1440),
    "min": (Sort.SPAN, "天", 1 / 1440),
    "小时": (Sort.SPAN, "天", 1 / 24),
    "钟头": (Sort.SPAN, "天", 1 / 24),
    "h": (Sort.SPAN, "天", 1 / 24),
    "天": (Sort.SPAN, "天", 1),
    "日": (Sort.SPAN, "天", 1),
    "d": (Sort.SPAN, "天", 1),
    "晚": (Sort.SPAN, "天", 1),
    "夜": (Sort.SPAN, "天", 1),
    "周岁": (Sort.AGE, "岁", 1),
    "周": (Sort.SPAN, "天", 7),
    "星期": (Sort.SPAN, "天", 7),
    "礼拜": (Sort.SPAN, "天", 7),
    "个月": (Sort.SPAN, "天", 30),
    "月": (Sort.SPAN, "天", 30),
    "年": (Sort.SPAN, "天", 365),
    "岁": (Sort.AGE, "岁", 1),
    "点钟": (Sort.CLOCK, "时", 1),
    "时": (Sort.CLOCK, "时", 1),
    "点": (Sort.CLOCK, "时", 1),
    "mg": (Sort.DOSE, "mg", 1),
    "g": (Sort.DOSE, "mg", 1000),
    "μg": (Sort.DOSE, "mg", 0.001),
    "ug": (Sort.DOSE, "mg", 0.001),
    "mcg": (Sort.DOSE, "mg", 0.001),
    "ml": (Sort.DOSE, "ml", 1),
    "L": (Sort.DOSE, "ml", 1000),
    "升": (Sort.DOSE, "ml", 1000),
    "kg": (Sort.WEIGHT, "kg", 1),
    "公斤": (Sort.WEIGHT, "kg", 1),
    "斤": (Sort.WEIGHT, "kg", 0.5),
    "两": (Sort.WEIGHT, "kg", 0.05),
    "cm": (Sort.SIZE, "cm", 1),
    "mm": (Sort.SIZE, "cm", 0.1),
    "指": (Sort.SIZE, "指", 1),
    "mmHg": (Sort.PRESSURE, "mmHg", 1),
    "kPa": (Sort.PRESSURE, "kPa", 1),
    "mmol/L": (Sort.CONCENTRATION, "mmol/L", 1),
    "μmol/L": (Sort.CONCENTRATION, "umol/L", 1),
    "umol/L": (Sort.CONCENTRATION, "umol/L", 1),
    "mg/dL": (Sort.CONCENTRATION, "mg/dL", 1),
    "g/L": (Sort.CONCENTRATION, "g/L", 1),
    "g/dL": (Sort.CONCENTRATION, "g/L", 10),
    "mg/L": (Sort.CONCENTRATION, "mg/L", 1),
    "U/L": (Sort.CONCENTRATION, "U/L", 1),
    "IU/L": (Sort.CONCENTRATION, "U/L", 1),
    "10*9/L": (Sort.CONCENTRATION, "10*9/L", 1),
    "×10^9/L": (Sort.CONCENTRATION, "10*9/L", 1),
    "10*12/L": (Sort.CONCENTRATION, "10*12/L", 1),
    "×10^12/L": (Sort.CONCENTRATION, "10*12/L", 1),
    "次": (Sort.COUNT, "次", 1),
    "度": (Sort.SIZE, "度", 1),
    "°": (Sort.SIZE, "度", 1),
}
_FORM_WORDS = "片 粒 颗 丸 包 袋 支 瓶 滴 勺 喷 贴 针 单位 IU U 盒 剂 付 副 服 枚 吸 揿 万单位"
_FORMS = _FORM_WORDS.split()
_UNITS |= {form: (Sort.DOSE, form, 1.0) for form in _FORMS}
_SAME_FORM = {
    "颗": "粒",
    "丸": "粒",
    "IU": "单位",
    "U": "单位",
    "袋": "包",
    "付": "剂",
    "副": "剂",
    "服": "剂",
}
_COUNTER_WORDS = "处 个 口 根 块 碗 杯 级 型 期 胎 号 倍 步 层 行 代 条 张 分 孕 产"
_COUNTERS = _COUNTER_WORDS.split()
_UNITS |= {form: (Sort.COUNT, form, 1.0) for form in _COUNTERS}

_NUMBER = r"\d+(?:\.\d+)?"
_RANGE = rf"(?P<low>半|{_NUMBER})(?:[~～\-—–至到](?P<high>{_NUMBER}))?"
_OTHER_RANGE = _RANGE.replace("low", "low2").replace("high", "high2")
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_PRESSURE = re.compile(r"(?P<low>\d{2,3})\s?[/／]\s?(?P<high>\d{2,3})\s?(?P<unit>mmHg|kPa|毫米汞柱)?")
_FREQUENCY = re.compile(
    rf"(?:每|一|1)(?:日|天|晚)(?:\D{{0,4}}?){_RANGE}(?:余|多)?(?:次|回)"
    rf"|{_OTHER_RANGE}次/[日天d]"
    r"|(?<![A-Za-z])(?P<latin>qd|bid|tid|qid|qn)(?![A-Za-z])|每(?P<hours>\d+)小时(?:一|1)?次"
)
_LATIN = {"qd": 1.0, "bid": 2.0, "tid": 3.0, "qid": 4.0, "qn": 1.0}
_MEASURED = re.compile(
    rf"{_RANGE}\s?个?(?:余|多|来)?\s?(?:个(?!月))?(?P<unit>{_UNIT})"
    r"(?P<half>半(?![斤包片粒碗杯袋支两个]))?(?![A-Za-z])"
)
_PLUS = re.compile(r"(?<!\d)(?P<low>\d+)\+|(?P<signs>\+{1,4})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?P<low>(?:19|20)\d\d)年")
_BARE = re.compile(rf"(?<![\d.A-Za-z])(?P<low>{_NUMBER})(?:[~～\-](?P<high>{_NUMBER}))?")
_RUNS = re.compile(f"[{NUMERALS}]+(?:点[零一二三四五六七八九]+)?")
_SPO2 = re.compile(
    r"(?i)spo2|sao2|腰?[LCTS]\d|腰\d(?:/\d)?|(?<=[打拨叫喊呼])1[12]0(?!\d)|(?<!\d)1[12]0(?=急救|电话)|[餐饭]后2(?:小时|h)"
)
# words of time without a number: what they mean in days
_RELATIVE = {
    "大前天": 3.0,
    "前天": 2.0,
    "昨天": 1.0,
    "昨晚": 1.0,
    "昨夜": 1.0,
    "昨日": 1.0,
    "上周": 7.0,
    "上个月": 30.0,
    "上月": 30.0,
    "去年": 365.0,
    "前年": 730.0,
}
_RELATIVE_WORD = re.compile("|".join(_RELATIVE))
_DAILY = re.compile(
    r"(?:早起|早上|早晨|晨起|清早|朝早|朝晨|中午|晚上|夜晚|夜晡|暗晡|睡前|临睡|每晚|每天|每日|一天|一日|逐日|日日|天天)[^，。一-十\d]{0,3}"
    r"[一1]?(?:粒|片|颗|包|袋|支|滴|吃一次|服)"
)
_ONE = re.compile(r"(?:吃|喝|服|食|用|打|挂|抹|给|拿|攞)(?:了|咗|仔|过|矣)?(?P<form>片|粒|颗|支|包|袋|瓶|针)")
_HALF = re.compile(r"半个?(?:多|来|拉)?个?(?=小时|钟头|月|天|年)")
_SHORT_YEAR = re.compile(r"(?<!\d)(?P<year>[0-9零一二三四五六七八九]{2})年")


def of_record(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in record language, in order."""
    plain = _HALF.sub("半", text).replace("血压", "＿压")  # the rewriting would add the unit a second time
    if any(char in NUMERALS for char in plain):
        plain = measure_writer().rewrite(plain)
    plain = plain.replace("毫米汞柱", "mmHg")
    return tuple(sorted(_read(plain), key=lambda item: item.start))


@functools.lru_cache(maxsize=4096)
def of_talk(text: str, standard: str) -> tuple[Quantity, ...]:
    """Return the quantities that a clause of the talk may stand for.

    Args:
        text: the clause as it was said.
        standard: it in standard words with quantities in notation.
    """
    text = _HALF.sub("半", text)
    found = [*_read(measure_writer().rewrite(text)), *_read(standard)]
    for words in (text, standard):
        for match in _RELATIVE_WORD.finditer(words):
            days = _RELATIVE[match[0]]
            how = f"{match[0]} → {days:g}天"
            found.append(Quantity(Sort.SPAN, days, days, "天", match.start(), match.end(), how))
    for match in _RUNS.finditer(text):
        found.extend(_spoken(match))
    for match in _DAILY.finditer(text):
        how = f"{match[0]} → 每日1次"
        found.append(Quantity(Sort.FREQUENCY, 1, 1, "次/日", match.start(), match.end(), how))
    for item in [one for one in found if one.unit == "第天"]:
        how = f"第{item.low:g}天 → {item.low:g}天"
        found.append(replace(item, sort=Sort.SPAN, unit="天", derived=how))
    for match in _ONE.finditer(text):
        form = _SAME_FORM.get(match["form"], match["form"])
        found.append(Quantity(Sort.DOSE, 1, 1, form, match.start(), match.end(), f"{match[0]} → 1{form}"))
    for match in _SHORT_YEAR.finditer(text):
        digits = (
            "".join(str(item) for item in read_run(match["year"]))
            if not match["year"].isdigit()
            else match["year"]
        )
        if len(digits) == 2:
            year = 2000.0 + int(digits)
            found.append(
                Quantity(Sort.YEAR, year, year, "年", match.start(), match.end(), f"{match[0]} → {year:g}年")
            )
    return tuple(dict.fromkeys(found))


def _spoken(match: re.Match[str]) -> Iterator[Quantity]:
    """Yield the plain numbers of a run of numeral characters, with a spoken decimal."""
    whole, _, decimals = match[0].partition("点")
    numbers = read_run(whole)
    if len(whole) > 1 and whole.endswith("两"):  # a weight: 二两
        numbers = read_run(whole[:-1])
    if decimals:
        digits = "".join(str(read_run(char)[0].low) for char in decimals)
        value = float(f"{numbers[-1].low}.{digits}")
        yield Quantity(Sort.BARE, value, value, "", match.start(), match.end())
    for number in numbers:
        high = number.high if number.high is not None else number.low
        yield Quantity(Sort.BARE, float(number.low), float(high), "", match.start(), match.end())


def _read(text: str) -> Iterator[Quantity]:
    taken: list[tuple[int, int]] = [match.span() for match in _SPO2.finditer(text)]
    for reader in (_pressures, _years, _frequencies, _measured, _pluses, _bare):
        for item in reader(text):
            if not any(start < item.end and item.start < end for start, end in taken):
                taken.append((item.start, item.end))
                yield item


def _pressures(text: str) -> Iterator[Quantity]:
    for match in _PRESSURE.finditer(text):
        low, high = float(match["low"]), float(match["high"])
        if low > high >= 20:
            unit = (match["unit"] or "").replace("毫米汞柱", "mmHg")
            yield Quantity(Sort.PRESSURE, low, high, unit, match.start(), match.end())


def _years(text: str) -> Iterator[Quantity]:
    for match in _YEAR.finditer(text):
        yield Quantity(Sort.YEAR, float(match["low"]), float(match["low"]), "年", match.start(), match.end())


def _frequencies(text: str) -> Iterator[Quantity]:
    for match in _FREQUENCY.finditer(text):
        if match["latin"]:
            low = high = _LATIN[match["latin"]]
        elif match["hours"]:
            low = high = 24 / max(1.0, float(match["hours"]))
        else:
            low = _value(match["low"] or match["low2"])
            high = _value(match["high"] or match["high2"] or match["low"] or match["low2"])
        yield Quantity(Sort.FREQUENCY, low, high, "次/日", match.start(), match.end())


_BEATS = re.compile(r"(?:脉搏|心率|心跳|呼吸|胎心)[^，。\d]{0,4}$")


def _measured(text: str) -> Iterator[Quantity]:
    for match in _MEASURED.finditer(text):
        sort, unit, factor = _UNITS[match["unit"]]
        if unit == "次" and _BEATS.search(text[: match.start()]):
            sort, unit = Sort.RATE, "次/分"  # 脉搏九十六次 is a rate, the minute goes without saying
        low = _value(match["low"]) * factor
        high = _value(match["high"] or match["low"]) * factor
        if match["half"]:
            low, high = low + factor / 2, high + factor / 2
        shown = tuple({_value(match["low"]), _value(match["high"] or match["low"])})
        unit = _SAME_FORM.get(unit, unit)
        if text[match.start() - 1 : match.start()] == "第":  # an ordinal is no span
            sort, unit = Sort.COUNT, f"第{match['unit']}"
            low, high = _value(match["low"]), _value(match["high"] or match["low"])
        yield Quantity(sort, round(low, 6), round(high, 6), unit, match.start(), match.end(), shown=shown)


def _pluses(text: str) -> Iterator[Quantity]:
    for match in _PLUS.finditer(text):
        value = float(match["low"] or len(match["signs"]))
        yield Quantity(Sort.PLUS, value, value, "+", match.start(), match.end())


def _bare(text: str) -> Iterator[Quantity]:
    for match in _BARE.finditer(text):
        high = match["high"] or match["low"]
        yield Quantity(Sort.BARE, float(match["low"]), float(high), "", match.start(), match.end())


def _value(text: str) -> float:
    return 0.5 if text == "半" else float(text)


def agrees(written: Quantity, said: Quantity) -> bool:
    """Whether what was said is the written quantity, in the same or an equal unit."""
    if written.sort is not said.sort:
        return False
    if written.sort is Sort.SPAN:
        return _same_span(written, said)
    if written.sort is Sort.PRESSURE:
        return written.pair == said.pair and (written.unit or "mmHg") == (said.unit or "mmHg")
    if written.unit != said.unit and not (_counted(written) or not said.unit):
        return False
    return written.pair == said.pair or (
        said.low <= written.low and written.high <= said.high and said.low != said.high
    )


def _counted(quantity: Quantity) -> bool:
    """Whether it counts things, whose counters vary from speaker to speaker."""
    return quantity.sort is Sort.COUNT and not quantity.unit.startswith("第")


def _same_span(written: Quantity, said: Quantity) -> bool:
    """Compare spans: exactly in one unit; half a day is 12 hours, a month 28 to 31 days across units."""
    slack = 0.0 if _scale(written) == _scale(said) else 0.035
    low, high = said.low * (1 - slack) - 1e-4, said.high * (1 + slack) + 1e-4
    return low <= written.low <= high or low <= written.high <= high


def _scale(span: Quantity) -> float:
    """Return how many days the unit of a span has, as it was written."""
    least = min(span.shown, default=0.0)
    return round(span.low / least, 4) if least else 1.0


def free_numbers(quantities: Iterable[Quantity]) -> set[float]:
    """Return the plain numbers of a clause that stand with no unit of their own."""
    found = tuple(quantities)
    bound = {value for item in found if item.sort is not Sort.BARE for value in (item.shown or item.pair)}
    return {value for item in found if item.sort is Sort.BARE for value in item.pair} - bound
