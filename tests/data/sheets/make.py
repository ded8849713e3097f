"""Draws Chinese lab sheets with their truth, then photographs them badly, everything from a seed.

    python tests/data/sheets/make.py FOLDER --first 1 --count 20
    python tests/data/sheets/make.py resources/samples/lab_sheet.jpg --sample

Every page is `NAME.jpg` with `NAME.json` beside it (the truth, in the format of `jiceng eval read`). Names,
hospitals and values are invented. The fonts are whatever Chinese fonts this machine has: more fonts, more
variety.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT_PLACES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
)
NOTO_SIMPLIFIED = 2  # index of the simplified Chinese face in Noto's collections
Row = tuple[str, str, str, str, str, str, int]  # code, name, abbreviation, unit, low, high, decimals
BLOOD: list[Row] = [
    ("white_blood_cell", "白细胞计数", "WBC", "10*9/L", "3.5", "9.5", 2),
    ("neutrophil_pct", "中性粒细胞百分比", "NEUT%", "%", "40", "75", 1),
    ("lymphocyte_pct", "淋巴细胞百分比", "LYMPH%", "%", "20", "50", 1),
    ("monocyte_pct", "单核细胞百分比", "MONO%", "%", "3", "10", 1),
    ("eosinophil_pct", "嗜酸性粒细胞百分比", "EO%", "%", "0.4", "8.0", 1),
    ("basophil_pct", "嗜碱性粒细胞百分比", "BASO%", "%", "0", "1", 1),
    ("neutrophil_abs", "中性粒细胞绝对值", "NEUT#", "10*9/L", "1.8", "6.3", 2),
    ("lymphocyte_abs", "淋巴细胞绝对值", "LYMPH#", "10*9/L", "1.1", "3.2", 2),
    ("monocyte_abs", "单核细胞绝对值", "MONO#", "10*9/L", "0.1", "0.6", 2),
    ("red_blood_cell", "红细胞计数", "RBC", "10*12/L", "3.8", "5.1", 2),
    ("hemoglobin", "血红蛋白", "HGB", "g/L", "115", "150", 0),
    ("hematocrit", "红细胞压积", "HCT", "%", "35", "45", 1),
    ("mean_corpuscular_volume", "平均红细胞体积", "MCV", "fL", "82", "100", 1),
    ("mean_corpuscular_hemoglobin", "平均血红蛋白量", "MCH", "pg", "27", "34", 1),
    ("mean_corpuscular_hemoglobin_conc", "平均血红蛋白浓度", "MCHC", "g/L", "316", "354", 0),
    ("red_cell_distribution_width_cv", "红细胞分布宽度CV", "RDW-CV", "%", "11.0", "15.0", 1),
    ("platelet", "血小板计数", "PLT", "10*9/L", "125", "350", 0),
    ("mean_platelet_volume", "平均血小板体积", "MPV", "fL", "7.0", "13.0", 1),
    ("c_reactive_protein", "C反应蛋白", "CRP", "mg/L", "0", "10", 2),
]
CHEMISTRY: list[Row] = [
    ("alanine_aminotransferase", "丙氨酸氨基转移酶", "ALT", "U/L", "7", "40", 0),
    ("aspartate_aminotransferase", "天门冬氨酸氨基转移酶", "AST", "U/L", "13", "35", 0),
    ("gamma_glutamyl_transferase", "γ-谷氨酰转移酶", "GGT", "U/L", "7", "45", 0),
    ("alkaline_phosphatase", "碱性磷酸酶", "ALP", "U/L", "35", "100", 0),
    ("total_bilirubin", "总胆红素", "TBIL", "umol/L", "0", "21.0", 1),
    ("direct_bilirubin", "直接胆红素", "DBIL", "umol/L", "0", "8.0", 1),
    ("total_protein", "总蛋白", "TP", "g/L", "65", "85", 1),
    ("albumin", "白蛋白", "ALB", "g/L", "40", "55", 1),
    ("globulin", "球蛋白", "GLO", "g/L", "20", "40", 1),
    ("urea", "尿素", "UREA", "mmol/L", "2.6", "7.5", 2),
    ("creatinine", "肌酐", "CREA", "umol/L", "41", "73", 0),
    ("uric_acid", "尿酸", "UA", "umol/L", "155", "357", 0),
    ("glucose_fasting", "空腹血糖", "FPG", "mmol/L", "3.9", "6.1", 2),
    ("total_cholesterol", "总胆固醇", "TC", "mmol/L", "", "5.2", 2),
    ("triglyceride", "甘油三酯", "TG", "mmol/L", "", "1.7", 2),
    ("hdl_cholesterol", "高密度脂蛋白胆固醇", "HDL-C", "mmol/L", "1.0", "", 2),
    ("ldl_cholesterol", "低密度脂蛋白胆固醇", "LDL-C", "mmol/L", "", "3.4", 2),
    ("potassium", "钾", "K", "mmol/L", "3.5", "5.3", 2),
    ("sodium", "钠", "Na", "mmol/L", "137", "147", 1),
    ("chloride", "氯", "Cl", "mmol/L", "99", "110", 1),
    ("calcium", "钙", "Ca", "mmol/L", "2.11", "2.52", 2),
]
QUALITATIVE = [
    ("urine_protein", "尿蛋白", "PRO"),
    ("urine_glucose", "尿糖", "GLU"),
    ("urine_ketone", "尿酮体", "KET"),
    ("urine_bilirubin", "尿胆红素", "BIL"),
    ("urine_nitrite", "亚硝酸盐", "NIT"),
    ("urine_occult_blood", "尿潜血", "BLD"),
    ("urine_leukocyte_esterase", "尿白细胞酯酶", "LEU"),
]
UNIT_STYLES = {
    "10*9/L": ("10^9/L", "×10^9/L", "10*9/L", "x10^9/L", "G/L", "10E9/L"),
    "10*12/L": ("10^12/L", "×10^12/L", "10*12/L", "x10^12/L", "T/L", "10E12/L"),
    "umol/L": ("μmol/L", "umol/L"),
    "U/L": ("U/L", "IU/L"),
}
HEADS = {
    "no": ("序号", "No.", "NO"),
    "name": ("项目", "检验项目", "项目名称", "检测项目"),
    "abbr": ("代号", "英文", "缩写", "简称"),
    "value": ("结果", "检测结果", "测定值", "结果值"),
    "mark": ("提示", "标志", "异常提示", ""),
    "unit": ("单位",),
    "range": ("参考区间", "参考范围", "参考值", "正常参考值"),
}
ORDERS = (
    ("no", "name", "value", "mark", "unit", "range"),
    ("no", "abbr", "name", "value", "mark", "range", "unit"),
    ("name", "value", "unit", "range"),
    ("abbr", "name", "value", "mark", "unit", "range"),
    ("name", "value", "mark", "range", "unit"),
    ("no", "name", "value", "unit", "mark", "range"),
)
WIDTHS = {"no": 60, "abbr": 130, "name": 290, "value": 150, "mark": 80, "unit": 150, "range": 190}
MARKS = {"arrow": ("↑", "↓"), "letter": ("H", "L"), "word": ("偏高", "偏低")}
SURNAMES, GIVEN = (
    "王李张刘陈杨赵黄周吴",
    ("建国", "秀英", "桂兰", "志强", "丽", "敏", "小梅", "海涛", "玉珍", "磊"),
)


@dataclass
class Style:
    """How one laboratory prints."""

    order: tuple[str, ...]
    marks: str
    mark_place: str  # column | after | before
    dash: str
    rules: str  # none | lines | grid
    columns: int
    font: int
    size: int
    heads: dict[str, str]
    units: dict[str, str]
    limit: str
    name_style: str  # plain | with_abbr
    pair_ranges: bool = False


@dataclass
class Truth:
    """What stands on one page."""

    patient: dict[str, str]
    date: str
    rows: list[dict[str, Any]] = field(default_factory=list)


def font(index: int, size: int) -> ImageFont.FreeTypeFont:
    """Return one of the machine's Chinese fonts."""
    places = [place for place in FONT_PLACES if Path(place).is_file()]
    if not places:
        raise SystemExit("no Chinese font here: install fonts-noto-cjk or fonts-wqy-microhei")
    place = places[index % len(places)]
    return ImageFont.truetype(place, size, index=NOTO_SIMPLIFIED if "Noto" in place else 0)


def style_of(rng: random.Random) -> Style:
    """Draw a laboratory's habits."""
    order = rng.choice(ORDERS)
    columns = rng.choice((1, 1, 1, 2))
    if columns == 2:
        order = tuple(name for name in order if name not in ("no", "abbr"))
    return Style(
        order=order,
        marks=rng.choice(("arrow", "arrow", "arrow", "letter", "word")),
        mark_place="column" if "mark" in order else rng.choice(("after", "after", "before")),
        dash=rng.choice(("-", "-", "~", "～", "--", "—")),
        rules=rng.choice(("none", "lines", "lines", "grid")),
        columns=columns,
        font=rng.randrange(3),
        size=rng.choice((22, 24, 26)),
        heads={key: rng.choice(words) for key, words in HEADS.items()},
        units={unit: rng.choice(words) for unit, words in UNIT_STYLES.items()},
        limit=rng.choice(("<{}", "≤{}", "0-{}", "<{}")),
        name_style="plain" if "abbr" in order else rng.choice(("plain", "with_abbr")),
        pair_ranges=rng.random() < 0.1,
    )


def quantity(rng: random.Random, item: Row, style: Style) -> tuple[dict[str, Any], dict[str, str]]:
    """Make one measured row: its truth and its printed cells."""
    code, name, abbr, unit, low_text, high_text, decimals = item
    low, high = (float(text) if text else None for text in (low_text, high_text))
    bottom = low if low is not None else (high or 0) * 0.2
    top = high if high is not None else bottom * 2
    width = top - bottom
    kind = rng.choices(("normal", "high", "low"), (6, 2, 2))[0]
    if (kind == "high" and high is None) or (kind == "low" and not low):
        kind = "normal"
    draw = {
        "normal": lambda: bottom + width * rng.uniform(0.08, 0.92),
        "high": lambda: top + width * rng.uniform(0.15, 0.8),
        "low": lambda: max(bottom - width * rng.uniform(0.15, 0.6), bottom * 0.4),
    }[kind]
    text = f"{draw():.{decimals}f}"
    value = float(text)
    flag = (
        "low"
        if low is not None and value < low
        else "high"
        if high is not None and value > high
        else "normal"
    )
    printed = "" if flag == "normal" else MARKS[style.marks][flag == "low"]
    shown = style.limit.format(high_text) if not low_text else f">{low_text}" if not high_text else ""
    if not shown:
        shown = f"{low_text}{style.dash}{high_text}"
    if shown.startswith("0-"):
        low = 0.0
    if style.pair_ranges and code == "hemoglobin":
        shown = "男130-175 女115-150"
    cells = {
        "name": f"{name}({abbr})" if style.name_style == "with_abbr" else name,
        "abbr": abbr,
        "unit": style.units.get(unit, unit),
        "range": shown,
        "mark": printed,
        "value": text,
    }
    if style.mark_place == "after" and printed:
        cells["value"] = f"{text}{rng.choice(('', ' '))}{printed}"
    elif style.mark_place == "before" and printed:
        cells["value"] = f"{printed}{text}"
    truth = {"analyte": code, "value": value, "unit": unit, "low": low, "high": high, "flag": flag}
    return truth, cells


def qualitative(
    rng: random.Random, item: tuple[str, str, str], style: Style
) -> tuple[dict[str, Any], dict[str, str]]:
    """Make one row whose result is a word."""
    code, name, abbr = item
    negative = rng.choice(("阴性", "-", "阴性(-)"))
    bad = rng.random() < 0.25
    value = rng.choice(("1+", "2+", "+-", "阳性(+)")) if bad else negative
    truth = {
        "analyte": code,
        "value": value.split("(")[0] if len(value) > 2 else value,
        "unit": "",
        "low": None,
        "high": None,
        "flag": "abnormal" if bad else "normal",
    }
    if truth["value"] == "-":
        truth["value"] = "阴性"
    cells = {
        "name": f"{name}({abbr})" if style.name_style == "with_abbr" else name,
        "abbr": abbr,
        "value": value,
        "unit": "",
        "range": "阴性",
        "mark": "",
    }
    return truth, cells


def urine(rng: random.Random, style: Style) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Make a urine sheet's rows."""
    rows = [qualitative(rng, item, style) for item in QUALITATIVE]
    gravity = ("urine_specific_gravity", "尿比重", "SG", "", "1.003", "1.030", 3)
    acidity = ("urine_ph", "尿酸碱度", "pH", "", "4.5", "8.0", 1)
    for item in (gravity, acidity):
        truth, cells = quantity(rng, item, replace(style, dash="-", mark_place="column"))
        rows.insert(rng.randrange(len(rows)), (truth | {"unit": {"SG": "1", "pH": "[pH]"}[item[2]]}, cells))
    return rows


class Paper:
    """A page that is being printed."""

    def __init__(self, style: Style, rng: random.Random, rows: int) -> None:
        self.style = style
        self.width = 1240 if style.columns == 1 else 1754
        lines = rows if style.columns == 1 else (rows + 1) // 2
        self.pitch = int(style.size * rng.uniform(1.55, 1.95))
        self.height = 470 + self.pitch * (lines + 1) + 190
        self.image = Image.new("L", (self.width, self.height), 250)
        self.pen = ImageDraw.Draw(self.image)
        self.font = font(style.font, style.size)

    def write(self, x: float, y: float, text: str, size: int | None = None, anchor: str = "la") -> None:
        """Print text, ink a little uneven."""
        face = self.font if size is None else font(self.style.font, size)
        self.pen.text((x, y), text, font=face, fill=25, anchor=anchor)


def header(paper: Paper, rng: random.Random, title: str, truth: Truth) -> int:
    """Print hospital, title and patient; return where the table starts."""
    hospital = rng.choice(("青石镇中心卫生院", "柳河县人民医院", "清水乡卫生院", "东山区第二人民医院"))
    paper.write(paper.width / 2, 60, hospital, 40, "ma")
    paper.write(paper.width / 2, 120, title, 32, "ma")
    who = truth.patient
    fields = [
        f"姓名：{who['name']}",
        f"性别：{who['sex']}",
        f"年龄：{who['age']}",
        f"样本号：{rng.randrange(1, 999)}",
    ]
    fields += [
        "科别：全科门诊",
        f"门诊号：{rng.randrange(10**7, 10**8)}",
        "标本：" + who["specimen"],
        f"采样日期：{truth.date}",
    ]
    step = (paper.width - 160) / 4
    for index, text in enumerate(fields):
        paper.write(80 + step * (index % 4), 200 + 50 * (index // 4), text)
    return 330


def table(paper: Paper, rows: list[dict[str, str]], top: int) -> int:
    """Print the table; return where it ends."""
    style, pitch = paper.style, paper.pitch
    per_side = len(rows) if style.columns == 1 else (len(rows) + 1) // 2
    side_width = (paper.width - 140) / style.columns
    total = sum(WIDTHS[name] for name in style.order)
    for side in range(style.columns):
        left = 70 + side * side_width
        starts, x = {}, left + 8
        for name in style.order:
            starts[name] = x
            x += WIDTHS[name] * (side_width - 16) / total
        part = rows[side * per_side : (side + 1) * per_side]
        for name in style.order:
            paper.write(starts[name], top + 5, style.heads[name])
        for number, cells in enumerate(part, 1):
            shown = {"no": str(number + side * per_side), **cells}
            for name in style.order:
                paper.write(starts[name], top + pitch * number + 5, shown[name])
        rule(paper, [starts[name] - 8 for name in style.order] + [left + side_width - 8], top, per_side + 1)
    return top + pitch * (per_side + 1)


def rule(paper: Paper, edges: list[float], top: int, lines: int) -> None:
    """Draw the table's lines in the laboratory's habit."""
    if paper.style.rules == "none":
        return
    grid = paper.style.rules == "grid"
    for number in range(lines + 1):
        if grid or number in (0, 1, lines):
            y = top + paper.pitch * number
            paper.pen.line((edges[0], y, edges[-1], y), fill=40, width=2)
    for x in edges if grid else []:
        paper.pen.line((x, top, x, top + paper.pitch * lines), fill=40, width=2)


def sheet(seed: int) -> tuple[np.ndarray, Truth]:
    """Print one clean page."""
    rng = random.Random(seed)
    style = style_of(rng)
    kind = rng.choice(("blood", "blood", "chemistry", "chemistry", "urine"))
    if kind == "urine":
        title, rows = "尿常规检验报告单", urine(rng, style)
    else:
        items = {"blood": BLOOD, "chemistry": CHEMISTRY}[kind]
        count = rng.randint(8, len(items))
        title = {"blood": "血常规检验报告单", "chemistry": "生化检验报告单"}[kind]
        rows = [quantity(rng, item, style) for item in sorted(rng.sample(items, count), key=items.index)]
    name = rng.choice(SURNAMES) + rng.choice(GIVEN)
    specimen = {"urine": "尿液", "blood": "全血", "chemistry": "血清"}[kind]
    patient = {"name": name, "sex": "女", "age": f"{rng.randint(19, 59)}岁", "specimen": specimen}
    date = f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return printed(
        style, rng, title, Truth(patient, date, [truth for truth, _ in rows]), [cells for _, cells in rows]
    )


def printed(
    style: Style, rng: random.Random, title: str, truth: Truth, rows: list[dict[str, str]]
) -> tuple[np.ndarray, Truth]:
    """Put header, table and footer on paper."""
    paper = Paper(style, rng, len(rows))
    bottom = table(paper, rows, header(paper, rng, title, truth))
    paper.write(
        80, bottom + 40, f"送检医生：李明    检验者：周洁    审核者：何平    报告时间：{truth.date} 10:32"
    )
    paper.write(80, bottom + 90, "※本报告仅对所检测标本负责，如有疑问请于三日内咨询。")
    return np.asarray(paper.image), truth


def photograph(page: np.ndarray, seed: int, severity: float = 1.0) -> np.ndarray:
    """Take a seeded bad photo of a page: desk, tilt, perspective, light, blur, noise."""
    rng = np.random.default_rng(seed)
    height, width = page.shape
    colour = cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)
    if rng.random() < 0.7:  # the desk shows around the sheet
        margin = int(0.08 * max(height, width))
        desk = rng.integers(40, 150, 3)
        canvas = np.full((height + 2 * margin, width + 2 * margin, 3), desk, np.uint8)
        grain = cv2.GaussianBlur(rng.normal(0, 12, canvas.shape[:2]).astype(np.float32), (0, 0), 3)
        canvas = np.clip(canvas + grain[..., None] * 4, 0, 255).astype(np.uint8)
        canvas[margin:-margin, margin:-margin] = colour
        fill = tuple(int(c) for c in desk)
    else:
        canvas, fill = colour, (250, 250, 250)
    warped = _tilt(canvas, rng, severity, fill)
    warped = _light(warped, rng, severity)
    sigma = rng.uniform(0, 1.1) * severity
    if sigma > 0.3:
        warped = cv2.GaussianBlur(warped, (0, 0), sigma)
    noisy = warped.astype(np.float32) + rng.normal(0, rng.uniform(0, 9) * severity, warped.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _tilt(image: np.ndarray, rng: np.random.Generator, severity: float, fill: tuple[int, ...]) -> np.ndarray:
    height, width = image.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = corners + rng.uniform(-0.03, 0.03, (4, 2)).astype(np.float32) * [width, height] * severity
    angle = np.deg2rad(rng.uniform(-8, 8) * severity)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (moved - [width / 2, height / 2]) @ turn.T
    moved -= moved.min(axis=0)
    size = np.ceil(moved.max(axis=0)).astype(int)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return cv2.warpPerspective(
        image, matrix, tuple(int(n) for n in size), flags=cv2.INTER_CUBIC, borderValue=fill
    )


def _light(image: np.ndarray, rng: np.random.Generator, severity: float) -> np.ndarray:
    height, width = image.shape[:2]
    across = np.linspace(-1, 1, width)[None, :] * rng.uniform(-0.22, 0.22)
    down = np.linspace(-1, 1, height)[:, None] * rng.uniform(-0.22, 0.22)
    shade = 1 - np.abs(across + down) * severity - rng.uniform(0, 0.12)
    return np.clip(image * shade[..., None], 0, 255).astype(np.uint8)


def save(image: np.ndarray, path: Path, quality: int) -> None:
    """Write a JPEG."""
    ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise SystemExit(f"cannot encode {path}")
    path.write_bytes(data.tobytes())


def write_case(folder: Path, seed: int, severity: float = 1.0) -> None:
    """Write one page and its truth; every eighth lies on its side or upside down."""
    page, truth = sheet(seed)
    photo = photograph(page, seed, severity)
    quarter = seed // 8 % 3 if seed % 8 == 0 else None
    if quarter is not None:
        photo = cv2.rotate(photo, quarter)
    save(photo, folder / f"{seed:05d}.jpg", random.Random(seed).randint(55, 92))
    data = {"patient": truth.patient, "date": truth.date, "rows": truth.rows}
    (folder / f"{seed:05d}.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")


SAMPLE = {
    "white_blood_cell": "11.62",
    "neutrophil_pct": "78.4",
    "lymphocyte_pct": "15.2",
    "monocyte_pct": "5.1",
    "eosinophil_pct": "1.0",
    "basophil_pct": "0.3",
    "red_blood_cell": "3.92",
    "hemoglobin": "98",
    "hematocrit": "31.5",
    "mean_corpuscular_volume": "80.4",
    "mean_corpuscular_hemoglobin": "25.0",
    "mean_corpuscular_hemoglobin_conc": "311",
    "platelet": "286",
    "c_reactive_protein": "32.60",
}


def sample() -> tuple[np.ndarray, Truth]:
    """Print the sheet that ships with the program: a fictitious patient, marked as an example."""
    heads = {
        "no": "序号",
        "abbr": "代号",
        "name": "检验项目",
        "value": "结果",
        "mark": "提示",
        "unit": "单位",
        "range": "参考区间",
    }
    style = Style(
        order=("no", "abbr", "name", "value", "mark", "unit", "range"),
        marks="arrow",
        mark_place="column",
        dash="-",
        rules="lines",
        columns=1,
        font=1,
        size=24,
        heads=heads,
        units={"10*9/L": "10^9/L", "10*12/L": "10^12/L"},
        limit="<{}",
        name_style="plain",
    )
    truth = Truth({"name": "王桂芳", "sex": "女", "age": "46岁", "specimen": "全血"}, "2026-03-02")
    rows = []
    for code, name, abbr, unit, low, high, _ in BLOOD:
        if code not in SAMPLE:
            continue
        value = float(SAMPLE[code])
        flag = "low" if value < float(low) else "high" if value > float(high) else "normal"
        mark = {"low": "↓", "high": "↑", "normal": ""}[flag]
        truth.rows.append(
            {
                "analyte": code,
                "value": value,
                "unit": unit,
                "low": float(low),
                "high": float(high),
                "flag": flag,
            }
        )
        rows.append(
            {
                "name": name,
                "abbr": abbr,
                "value": SAMPLE[code],
                "mark": mark,
                "unit": style.units.get(unit, unit),
                "range": f"{low}-{high}",
            }
        )
    return printed(style, random.Random(7), "血常规检验报告单（示例）", truth, rows)


def main() -> None:
    """Write cases or the bundled sample."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", type=Path)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--severity", type=float, default=1.0, help="of tilt, blur, noise and shadow")
    parser.add_argument("--sample", action="store_true")
    options = parser.parse_args()
    if options.sample:
        page, truth = sample()
        photo = photograph(page, 3, 0.45)
        save(photo, options.target, 78)
        data = {"patient": truth.patient, "date": truth.date, "rows": truth.rows}
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        options.target.with_suffix(".json").write_text(text, encoding="utf-8")
        return
    options.target.mkdir(parents=True, exist_ok=True)
    for seed in range(options.first, options.first + options.count):
        write_case(options.target, seed, options.severity)


if __name__ == "__main__":
    main()
