"""Spoken quantities to record notation: 三十八度五 → 38.5℃, 一天三道 → 每日3次, 零点五克 → 0.5g.

Each rule is a pattern and what it becomes. Text that holds no quantity comes back as it was; names that hold a
numeral character (十二指肠, 二甲双胍) are kept out by a list that the caller gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from desktop_app.terms.numbers import DIGITS, NUMERALS, read_run

_NUM = rf"(?:\d+(?:\.\d+)?(?:[~～\-至到]\d+(?:\.\d+)?)?|[{NUMERALS}]+)"
_ONE_DIGIT = r"[零〇一二两三四五六七八九\d]"

# numerals in these are no quantities, whatever the tables say
_FIXED = (
    "百日咳 千万 万一 三七 第一 四肢 五官 三角 百度 一二三 一五一十 七上八下 三天两头 乱七八糟 半天 一天到晚 一直 "
    "一般 "
    "一样 一下 一点 一些 一会 一起 一边 一定 一阵 两侧 两边 两面 双方 一面 一向 一共 一眼 一歇 一手 三餐 一旦 统一 "
    "唯一 星期一 "
    "星期二 星期三 星期四 星期五 星期六 周一 周二 周三 周四 周五 周六 礼拜一 礼拜二 礼拜三 礼拜四 礼拜五 礼拜六 "
    "初一 初二 初三 十五夜"
).split()

_TIME_UNITS = {
    "天": "天",
    "日": "天",
    "日天": "天",
    "工": "天",  # Southern Min and Wu count days by 工
    "周": "周",
    "星期": "周",
    "礼拜": "周",
    "月": "月",
    "年": "年",
    "小时": "小时",
    "钟头": "小时",
    "点钟": "点钟",
    "分钟": "分钟",
    "岁": "岁",
}
_COUNT_UNITS = {"道": "次", "回": "次", "趟": "次", "摆": "次", "遍": "次", "次": "次", "摆子": "摆子"}
_METRIC = {
    "毫克": "mg",
    "毫升": "ml",
    "微克": "μg",
    "克": "g",
    "公斤": "kg",
    "千克": "kg",
    "厘米": "cm",
    "公分": "cm",
    "毫米": "mm",
    "mg": "mg",
    "ml": "ml",
    "cm": "cm",
    "mm": "mm",
    "g": "g",
    "kg": "kg",
}
_DOSE = "粒|片|颗|丸|包|袋|支|瓶|滴|勺|喷|贴|针|单位|盒|剂|付|副|服|格|枚"
_THINGS = (
    "个|处|块|根|只|口|碗|杯|床|步|层|楼|斤|两|升|指|倍|号|级|度|期|型|胎|周岁|米|里|坨|米|行|排|秒|下|点|档|代|条|"
    "张|笪|粒米|分|孕|产"
)
_PER_DAY = r"(?:一天|一日|每天|每日|一工|天天|1天|1日)"
_TIMES = r"(?:次|道|回|遍|趟|顿|摆|餐|番)"
_TAKE = r"(?:吃|喝|服|用|食|搽|擦|抹|涂|打|含|喷|滴|敷|洗|贴|量|口服|外用|外搽)?"


def number_text(run: str) -> str:
    """Return a number as digits: `38`, `7~8`, or numbers joined by `/` where several were spoken."""
    if run[0].isdigit():
        return re.sub(r"[～\-至到]", "~", run)
    if run[0] in "零〇" and len(run) == 2 and run[1] in DIGITS:
        return f"0{DIGITS[run[1]]}"  # 零九年: the year 09
    return "/".join(str(number) for number in read_run(run))


def _decimal(match: re.Match[str]) -> str:
    tail = "".join(number_text(char) for char in match["tail"])
    return f"{number_text(match['head'])}.{tail}"


# a leg is raised to 40 degrees
_ANGLE = re.compile(r"(?:抬|屈|伸|弯|外展|内收|旋|举|试验|活动度|夹角|翘)[^，。；]{0,6}$")


def _temperature(match: re.Match[str]) -> str:
    whole = number_text(match["whole"])
    tail = match["tail"] or ""
    if not whole.isdigit() or not 34 <= int(whole) <= 43:
        return match[0]
    if _ANGLE.search(match.string[: match.start()]):
        return f"{whole}°" if not tail else match[0]
    digits = [number_text(char) for char in tail]
    if len(digits) == 2:
        return f"{whole}.{digits[0]}~{whole}.{digits[1]}℃"
    if digits:
        return f"{whole}.{digits[0]}℃"
    return f"{whole}℃余" if match["more"] else f"{whole}℃"


def _temperature_bare(match: re.Match[str]) -> str:
    numbers = read_run(match["run"])
    if len(numbers) == 1 and numbers[0].high is None and 34 <= numbers[0].low <= 43:
        tail = f".{number_text(match['tail'])}" if match["tail"] else ""
        return f"{match['head']}{numbers[0].low}{tail}℃"
    return match[0]


def plausible_pressure(systolic: float, diastolic: float) -> bool:
    """Whether two numbers can be one blood pressure in mmHg (what a cuff can show)."""
    return 50 <= systolic <= 280 and 30 <= diastolic <= 180 and systolic > diastolic


_OTHER_UNIT = re.compile(
    r"个?(?:分钟|天|日|岁|周|月|年|小时|钟头|片|粒|颗|次|道|毫克|克|毫升|单位|度|块|斤|公斤|里|米|步)"
)
_PRESSURE = re.compile(
    rf"(?P<first>{_NUM})(?P<sep>[，,、/／ ]|(?:的?压)|比|和|跟|到|，?低压(?:是)?|过)?(?P<second>{_NUM})?"
)


def read_pressures(text: str) -> list[tuple[int, int, int, int]]:
    """Return every (systolic, diastolic, start, end) that stands in a text, in mmHg.

    Two numbers run together (一百三八十五) and two with a pause or a slash between are both read; a range such as
    一百四五十 is none.
    """
    found: list[tuple[int, int, int, int]] = []
    position = 0
    while match := _PRESSURE.search(text, position):
        position = max(match.end("first"), match.start() + 1)
        values = [item.split("~")[-1] for item in number_text(match["first"]).split("/")]
        end = match.end("first")
        if len(values) == 1 and match["second"]:
            values += number_text(match["second"]).split("/")
            end = match.end("second")
        if _OTHER_UNIT.match(text, end):
            continue  # 120二十分钟到: the ambulance, not a pressure
        if len(values) == 2 and all(value.isdigit() for value in values):
            systolic, diastolic = int(values[0]), int(values[1])
            if plausible_pressure(systolic, diastolic) and systolic >= 60:
                found.append((systolic, diastolic, match.start(), end))
                position = end
    return found


def _pressure_after(match: re.Match[str]) -> str:
    rest = match["rest"]
    found = read_pressures(rest)
    if not found:
        return match[0]
    systolic, diastolic, start, end = found[0]
    if start > 8:
        return match[0]
    upper = _PRESSURE.match(rest, start)
    written = number_text(upper["first"]) if upper is not None else ""
    upper_text = written if "~" in written and "/" not in written else str(systolic)  # 一百七八，九十八
    return f"{match['head']}{rest[:start]}{upper_text}/{diastolic}mmHg{rest[end:]}"


def _amount(run: str) -> str | None:
    """Return how many, as digits; None where the run is not one amount."""
    if run == "半":
        return "半"
    text = number_text(run)
    return None if "/" in text else text


def _per_day(match: re.Match[str]) -> str:
    amount = _amount(match["n"])
    return match[0] if amount is None else f"每日{amount}次"


def _metres(match: re.Match[str]) -> str:
    return f"{number_text(match['m'])}.{''.join(number_text(char) for char in match['cm'])}m"


def _liang(match: re.Match[str]) -> str:
    amount = match["n"] if match["n"] in ("半", "几") else number_text(match["n"])
    return f"{amount}两"


def _about(match: re.Match[str]) -> str:
    amount = _amount(match["n"])
    if amount is None:
        return match[0]
    unit = _unit(match["unit"])
    between = "个" if unit == "月" else ""
    return f"{amount}余{between}{unit}"


def _unit(unit: str) -> str:
    return _TIME_UNITS.get(unit) or _COUNT_UNITS.get(unit) or _METRIC.get(unit) or unit


def _time(match: re.Match[str]) -> str:
    amount = _amount(match["n"])
    if amount is None:
        return match[0]
    unit = _unit(match["unit"])
    counted = match["ge"] or ""
    if unit == "月":
        if not counted:
            return f"{amount}月"  # a month of the year
        return f"{amount}个月{match['half'] or ''}"
    return f"{amount}{unit}{match['half'] or ''}"


def _year(match: re.Match[str]) -> str:
    """Return a year said by its last two digits in full: 一七年 → 2017年."""
    digits = "".join(number_text(char) for char in match["year"])
    follows = int(digits[1]) == int(digits[0]) + 1 and digits[0] != "0"
    return match[0] if follows else f"20{digits}年"  # 一二年: a year or two, as likely as 2012


def _several(match: re.Match[str]) -> str:
    unit = _unit(match["unit"])
    return f"数{'个' if unit == '月' else ''}{unit}"


def _count(match: re.Match[str]) -> str:
    amount = _amount(match["n"])
    if amount is None:
        return match[0]
    return f"{amount}{_unit(match['unit'])}"


def _thing(match: re.Match[str]) -> str:
    amount = _amount(match["n"])
    if amount is None or amount == "1":
        return match[0]
    return f"{amount}{match['unit']}"


def _long_run(match: re.Match[str]) -> str:
    return number_text(match[0])


def _plus(match: re.Match[str]) -> str:
    return f"{number_text(match['n'])}+"


_ALL_TIME = "|".join(sorted(_TIME_UNITS, key=len, reverse=True))
_ALL_METRIC = "|".join(sorted(_METRIC, key=len, reverse=True))
_ALL_COUNT = "|".join(sorted(_COUNT_UNITS, key=len, reverse=True))

_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str] | str], ...] = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (
            rf"百分之(?P<n>{_NUM})点(?P<d>[零一二三四五六七八九]+)",
            lambda m: f"{number_text(m['n'])}.{''.join(number_text(digit) for digit in m['d'])}%",
        ),
        (rf"百分之(?P<n>{_NUM})", lambda m: f"{number_text(m['n'])}%"),
        (
            rf"(?P<head>{_NUM})点(?P<tail>[{''.join('零〇一二三四五六七八九')}\d]+)(?![十百分刻钟半几多\d])",
            _decimal,
        ),
        (
            rf"(?P<whole>{_NUM})(?:度|℃|°C|°)(?P<tail>{_ONE_DIGIT}{{0,2}})(?P<more>多|几)?(?![天次个片粒周月年])",
            _temperature,
        ),
        (r"(?P<whole>(?:3[4-9]|4[0-3])\.\d)(?:度|℃|°C|°)", lambda m: f"{m['whole']}℃"),
        (
            rf"(?P<head>(?:体温|烧到|烧过|烧起来|温度|额温|耳温)[^，。\d]{{0,4}}?)(?P<run>[{NUMERALS}]{{2,4}}?)"
            rf"(?P<tail>[零一二三四五六七八九])?(?![{NUMERALS}点度℃天次])",
            _temperature_bare,
        ),
        (r"(?P<head>血压|高压)(?P<rest>[^。；？！]*)", _pressure_after),
        (r"(?P<m>[一二])米(?P<cm>[零一二三四五六七八九]{1,2})(?![个只条])", _metres),
        (r"(?P<n>[一二两三四五六七八九半几]{1,2})两(?=[米白烧黄]?酒|饭|米|面|肉|[，。]|$)", _liang),
        (rf"{_PER_DAY}{_TAKE}(?P<n>{_NUM}){_TIMES}", _per_day),
        (rf"(?P<n>{_NUM}){_TIMES}(?:一天|一日|每天|1天)", _per_day),
        (
            r"个把(?P<unit>月|礼拜|星期|小时|钟头)",
            lambda m: f"约1{'个' if m['unit'] == '月' else ''}{_unit(m['unit'])}",
        ),
        (r"(?<![去今前每当那旧天])(?P<unit>年|天)把(?!握)", lambda m: f"约1{m['unit']}"),
        (
            rf"(?P<n>{_NUM})个(?:多|来|几)(?P<unit>{_ALL_TIME})",
            lambda m: m[0] if _amount(m["n"]) is None else f"{_amount(m['n'])}个多{_unit(m['unit'])}",
        ),
        (rf"(?P<n>{_NUM})(?:来|几|多|余)个?(?P<unit>{_ALL_TIME}|{_ALL_COUNT})", _about),
        (
            r"(?<![十百好无])几个?(?P<unit>天|日|年|月|周|星期|礼拜|小时|钟头|次|道|回|分钟)(?![前后]?[了]?[？?])",
            _several,
        ),
        (
            rf"(?<![{NUMERALS}\d])(?P<year>[零〇一二][零〇一二三四五六七八九])年(?=[^，。；]{{0,6}}[得做查开患住有发犯生切割装])(?!多|来|了|前|后|没|不|半)",
            _year,
        ),
        (
            rf"(?P<n>{_NUM}|半)(?P<ge>个)?(?P<unit>{_ALL_TIME})(?![作人地厂资程具友伤业夫])(?P<half>半)?",
            _time,
        ),
        (rf"(?P<n>{_NUM})个?加号?(?=[，。、；\s]|$)", _plus),
        (
            r"(?P<n>[零一二两三四五六七八九十百]+)公斤(?P<tail>[一二三四五六七八九半])(?![十百个斤两])",
            lambda m: f"{number_text(m['n'])}.{'5' if m['tail'] == '半' else number_text(m['tail'])}kg",
        ),
        (rf"(?P<n>{_NUM})(?P<unit>{_ALL_METRIC})(?![a-z])", _count),
        (rf"(?P<n>{_NUM})(?P<unit>{_ALL_COUNT})(?!路|理)", _count),
        (rf"(?P<n>{_NUM}|半)(?P<unit>{_DOSE})", _count),
        (r"(?<=次)半克", "0.5g"),
        (rf"(?P<n>{_NUM})(?P<unit>{_THINGS})", _thing),
        (
            rf"(?<![{NUMERALS}])[一二三四五六七八九两]?[十百][{NUMERALS}]*(?![{NUMERALS}分合全日部花])(?!点[几多])",
            _long_run,
        ),
    )
)


def _kept_name(name: str) -> str:
    """Return the pattern of a name whose numerals stay; 一点 is "a little", but 一点九 is a number."""
    return f"{name}(?![{NUMERALS}])" if name == "一点" else re.escape(name)


_PRIVATE = re.compile("[\ue000-\uf8ff]")


class MeasureWriter:
    """Rewrites quantities, leaving names with numerals alone.

    Args:
        names: names of drugs, diseases and tests; those with a numeral character are protected.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        numerals = set(NUMERALS)
        kept = {name for name in names if numerals & set(name)} | set(_FIXED)
        self._kept = re.compile(
            f"十分(?!钟|之)|(?<![{NUMERALS}])(?:"
            + "|".join(_kept_name(name) for name in sorted(kept, key=len, reverse=True))
            + ")"
        )

    def rewrite(self, text: str) -> str:
        """Return the text with its quantities in record notation."""
        text = _PRIVATE.sub("", text)  # code points without a meaning; placeholders below use them
        if not any(char in NUMERALS or char in "半几把℃度" or char.isdigit() for char in text):
            return text
        held: list[str] = []

        def hold(match: re.Match[str]) -> str:
            held.append(match[0])
            return chr(0xE000 + len(held) - 1)

        text = self._kept.sub(hold, text)
        for pattern, becomes in _RULES:
            text = pattern.sub(becomes, text)
        return re.sub("[\ue000-\uf8ff]", lambda match: held[ord(match[0]) - 0xE000], text)
