"""A sheet's header: whose it is, what was taken, when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from desktop_app.core.records.people import Age, Sex

_NAME = re.compile(
    r"(?:姓\s*名|患\s*者)\s*:?\s*([\u4e00-\u9fff·]{2,8}?)(?=\s|$|性\s*别|年\s*龄|科|门诊|病|住院|样本|标本|[\dA-Za-z(,;|])"
)
_SEX = re.compile(r"性\s*别\s*:?\s*([男女])")
_AGE = re.compile(r"年\s*龄\s*:?\s*(\d{1,3})\s*(岁|周岁|个月|月|天|日|Y|M|D)?", re.IGNORECASE)
_SPECIMEN = re.compile(r"(?:标本|样本)(?:类型|种类|名称)?\s*:?\s*([\u4e00-\u9fff]{1,6})")
_DATE = re.compile(r"(20\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_DATE_LABELS = (
    "采样",
    "采集",
    "标本日期",
    "送检",
    "接收",
    "检验日期",
    "检测",
    "报告",
    "打印",
)  # most telling first
_BLOOD = re.compile(
    r"全血|血清|血浆|静脉血|末梢血|血常规|血细胞|生化|肝功|肾功|血脂|血糖|电解质|凝血|甲功|甲状腺|心肌|乙肝|肿瘤标志"
)
_URINE = re.compile(r"尿常规|尿液|尿沉渣|晨尿|中段尿|随机尿")
_STOOL = re.compile(r"大便|粪便|便常规|粪")
_AGE_UNITS = {"个月": "m", "月": "m", "m": "m", "天": "d", "日": "d", "d": "d"}


@dataclass(frozen=True, slots=True)
class SheetHeader:
    """What stands above the table, as printed; `specimen` is 血, 尿, 便 or empty."""

    name: str = ""
    sex: str = ""
    age: str = ""
    date: str = ""
    specimen: str = ""

    @property
    def sex_code(self) -> Sex:
        """The sex as records know it."""
        return {"男": Sex.MALE, "女": Sex.FEMALE}.get(self.sex, Sex.UNKNOWN)

    @property
    def age_value(self) -> Age | None:
        """The age as records know it; None where it isn't credible."""
        match = re.fullmatch(r"(\d{1,3})(\D*)", self.age)
        if match is None:
            return None
        age = Age(int(match[1]), _AGE_UNITS.get(match[2].lower(), "y"))
        return age if age.years <= 130 else None


def header_of(lines: Sequence[str], title: str) -> SheetHeader:
    """Read the header fields from all lines; the lines above the table (`title`) name the specimen."""
    text = "\n".join(lines)
    name, sex, age = _NAME.search(text), _SEX.search(text), _AGE.search(text)
    return SheetHeader(
        name=name[1] if name else "",
        sex=sex[1] if sex else "",
        age=f"{age[1]}{age[2] or '岁'}" if age else "",
        date=_date_of(lines),
        specimen=_specimen_of(text, title),
    )


def _specimen_of(text: str, title: str) -> str:
    named = [match[1] for match in _SPECIMEN.finditer(text)]
    for source in (" ".join(named), title):
        kinds = {"尿": _URINE, "血": _BLOOD, "便": _STOOL}
        if source in named and source == "尿":
            return "尿"
        found = [kind for kind, pattern in kinds.items() if pattern.search(source)]
        if len(found) == 1:
            return found[0]
    return ""


def _date_of(lines: Sequence[str]) -> str:
    found: list[tuple[int, int, str]] = []
    for number, line in enumerate(lines):
        start = 0
        for match in _DATE.finditer(line):
            label = line[start : match.start()]
            start = match.end()
            ranks = [rank for rank, word in enumerate(_DATE_LABELS) if word in label]
            try:
                day = date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
            found.append((min(ranks, default=len(_DATE_LABELS)), number, day.isoformat()))
    return min(found)[2] if found else ""
