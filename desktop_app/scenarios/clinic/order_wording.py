"""How a doctor's clause stands in the record: prohibitions, stop orders, revised values, units."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from desktop_app.scenarios.clinic import doctor_cues as cues
from desktop_app.scenarios.clinic.roles import Role
from desktop_app.terms.lexicon import Hit, Kind
from desktop_app.terms.measures import read_pressures
from desktop_app.writing.record_language import written
from desktop_app.writing.talk import Part, Talk

_COUNTED_BREATH = re.compile(r"1分钟(?:出气|喘气?|呼吸)(?:有)?(?P<n>\d{2})(?:次|下)")
# a vital sign without its unit: (what is measured, digits, what of a unit was said, the unit)
_VITAL_UNIT = tuple(
    (
        re.compile(
            rf"(?P<name>{name})(?P<between>[^，。\d]{{0,4}})(?P<n>\d{digits})(?![\d.~/%])(?:{spoken})?"
        ),
        unit,
    )
    for name, digits, spoken, unit in (
        ("心率|心跳|脉搏", "{2,3}", "次/分|[次下]", "次/分"),
        ("呼吸", "{2}", "次/分|[次下]", "次/分"),
        ("血氧(?:饱和度)?|氧饱和度?|SpO2", "{2,3}", "", "%"),
        ("胎心率?", "{3}", "次/分|[次下]", "次/分"),
    )
)
# a value that says by its unit what was measured
_BARE_VALUE = (
    (re.compile(r"^(?:3[4-9]|4[0-3])(?:\.\d)?℃"), "体温"),
    (re.compile(r"^\d+(?:\.\d+)?kg"), "体重"),
)
_COMPARED = (("<", re.compile(r"不到|不足|低于|小于|没到")), (">", re.compile(r"超过|高过|大于|高于")))
# what the hand finds, in the words of the record
_PALPATION = (
    (
        re.compile(r"(?:捶|敲|叩|搥)(?:了|着|起来?|到)?(?:都|也)?(?:不会?|没|无|唔|袂|勿)(?:觉得)?[痛疼]"),
        "无叩痛",
    ),
    (
        re.compile(r"听(?:得)?(?:到|着)(?:有)?(?:一?点儿?|些|啲|滴)?(?=[^，]{0,6}(?:啰音|哮鸣音|杂音))"),
        "闻及",
    ),
    (re.compile(r"(?<![有无])(?:捶|敲|叩(?!痛)|搥)(?:了|着|起来?|到)?(?:就|会)?[痛疼]"), "有叩痛"),
    (
        re.compile(
            r"(?:按|揿|摁|压|摸)(?:着|到|落|起来?|了)?(?:都|也)?(?:不会?|没|无|唔|袂|勿)(?:觉得)?[痛疼]"
        ),
        "无压痛",
    ),
)
_NEGATIVE_ORDER = (
    (re.compile(r"唔好住|唔使住|先唔|先勿|先毋|先莫"), "暂不"),
    (re.compile(r"唔使|勿用|不消|不慌|毋免|免(?=[注打吃食输])|用不着|不需要"), "不予"),
    (re.compile(r"(?:千万)?(?:唔好|勿好|勿要|毋通|毋好|莫要|莫|甭|嫑|不要|别|不准|不兴)"), "勿"),
)
_FILLER = re.compile(
    r"^(?:那|就|你|给你|我给你|我|先|再|然后|还有|另外|回去|拿|这个|啊|来|要(?!是)|嘛|呢|再就是|行了?|"
    r"葛么|这阵子?|涯)+(?=.{2})"
)
_IF = re.compile(rf"^(?:但|那|就|不过|路上)*(?:{cues.IF.pattern})")
_FASTING = (
    (
        re.compile(
            r"(?:啥|啥子|什么|乜|咩|东西|饭)?(?:都|也|嘛)?(?:勿|不)(?:要|能|可以)?(?:吃|进食)(?:，|、|也)?(?:勿|不)(?:要|能)?喝(?:水)?"
        ),
        "禁食禁水",
    ),
    (re.compile(r"(?:啥|啥子|什么|乜|咩)(?:东西)?(?:都|也)(?:勿|不)(?:要|能|可以)?(?:吃|进食)"), "禁食"),
    (re.compile(r"^水(?:都|也|嘛)?(?:勿|不)(?:要|能)?(?:喝|饮|吃)"), "禁水"),
)
_STOP_WORDS = re.compile(
    r"^(?:你|就|也|都|先|呢|今[天朝日]|现在|马上|即刻|立刻|还是|可|可以|全部|暂时|暂|今天|这个|的药)*"
    r"(?P<what>停着?|停掉|停起来|停下来|停[了脱咗]|勿吃|勿服|勿用|勿食|勿再[吃服用食含抹]|不吃|不用|不服|勿打|勿开|不开|"
    r"不含)"
    r"(?:了|哈|着|吧|矣|先)*$"
)
_REVISES = re.compile(r"^(?:不|哦不|啊不|不不|不对|哦不对|等等|等一下|唔系|勿是|毋是|慢|错了)$")
_QUANTITY = re.compile(
    r"\d+(?:\.\d+)?(?:~\d+)?\s*(?P<unit>天|次|片|粒|mg|g|ml|支|袋|周|个月|滴|分钟|小时|包|喷)"
)
_TAKE_NOT = re.compile(
    r"^(?:还是|先|就)?(?:勿要?|不要?|别|莫|唔好|毋通)(?:再)?(?:吃|用|打|服|食|含|挂|输)(?:了|矣|哉)*$"
)


def stops_or_refuses(text: str) -> bool:
    """Whether a clause stops or forbids something, so that no later dose can be its."""
    return bool(re.search(cues.FORBID + r"|停", text))


def clause_text(talk: Talk, part: Part, role: Role) -> str:
    """Return one clause as the record writes it."""
    text = part.amended or part.text
    if role in (Role.ORDER, Role.REFERRAL):
        text = _IF.sub("如", text)
        text = _negative_orders(_FILLER.sub("", text), [item.entry.form for item in part.named(Kind.DRUG)])
    turned = _stopped(part, text) if role is Role.ORDER else None
    if turned is not None:
        return turned
    hits = list(part.hits) if text == part.text else talk.language.hits(text)
    hits = [hit for hit in hits if not _cut_wrong(text, hit)]  # 不用输血 orders nothing about a 输血史
    said = talk.language.plain(text, hits)
    if role is Role.EXAM:
        return _exam_text(part, said)
    for pattern, becomes in _FASTING if role is Role.ORDER else ():
        said = pattern.sub(becomes, said)
    return said


def _cut_wrong(text: str, hit: Hit) -> bool:
    """Whether a form's standard words would change an order: 输血 is no 输血史, 查血脂 no 查血 with a 脂."""
    if any(entry.standard.endswith("史") for entry in hit.entries):
        return True
    return hit.form.endswith("血") and text[hit.end : hit.end + 1] in tuple("脂糖压常钾钠红沉小")


def settle_revised(spoken: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return an order as the speaker left it: 吃3天，不，5天 is 吃5天; 先吃1粒，慢，勿吃 is none.

    Args:
        spoken: the clauses as they were said.
        texts: the same clauses as the record writes them.
    """
    kept = list(texts)
    for index, words in enumerate(spoken):
        if not _REVISES.match(words) or index == 0 or index + 1 >= len(spoken):
            continue
        kept[index] = ""
        new = _QUANTITY.search(kept[index + 1])
        if _TAKE_NOT.match(spoken[index + 1]):
            kept[:index] = [""] * index
        elif new is not None:
            old = next(
                (hit for hit in _QUANTITY.finditer(kept[index - 1]) if hit["unit"] == new["unit"]), None
            )
            if old is not None:
                kept[index - 1] = kept[index - 1][: old.start()] + new[0] + kept[index - 1][old.end() :]
                kept[index + 1] = kept[index + 1].replace(new[0], "", 1).strip("，")
    return kept


def _stopped(part: Part, text: str) -> str | None:
    """Return 停用X or 勿用X for an order that names its drug first: 芬必得马上停, 布洛芬莫吃."""
    drugs = part.named(Kind.DRUG, Kind.DRUG_GROUP)
    if len(drugs) != 1:
        return None
    form = drugs[0].entry.form
    if not text.startswith(form):
        return None
    match = _STOP_WORDS.match(text[len(form) :])
    if match is None:
        return None
    return ("停用" if "停" in match["what"] else "勿用") + written(drugs[0].entry)


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
        label = "" if re.search("血压|BP", before) else "血压"
        said = f"{before}{label}{readings}"
    for pattern, name in _BARE_VALUE:
        said = pattern.sub(rf"{name}\g<0>", said)
    said = _COUNTED_BREATH.sub(r"呼吸\g<n>次/分", said)
    for pattern, unit in _VITAL_UNIT:
        said = pattern.sub(functools.partial(_with_unit, unit=unit), said)
    for pattern, becomes in _PALPATION:
        said = pattern.sub(becomes, said)
    return said


def _with_unit(match: re.Match[str], *, unit: str) -> str:
    """Return a vital sign with its unit; 血氧不到90 is less than 90%."""
    sign = next((sign for sign, words in _COMPARED if words.search(match["between"])), "")
    return f"{match['name']}{sign}{match['n']}{unit}"


def customary_units(parts: tuple[Part, ...], text: str) -> str | None:
    """Return how customary units that nobody spoke came in; None where none did."""
    units = [
        unit
        for unit, spoken in (("mmHg", r"毫米汞柱|mmHg"), ("次/分", r"次"), ("℃", r"度|℃"), ("%", r"百分|%"))
        if unit in text and not any(re.search(spoken, part.text) for part in parts)
    ]
    return f"惯用单位：{'、'.join(units)}（口述未报单位）" if units else None
