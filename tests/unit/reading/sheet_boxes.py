"""Pages made by hand: text at columns and rows, no engine."""

from __future__ import annotations

import math
from collections.abc import Sequence

from desktop_app.core.records.sheets import Box, Page, TextBox

COLUMNS = (40.0, 110.0, 420.0, 560.0, 640.0, 800.0)  # no, name, value, mark, unit, range
HEAD = ("序号", "检验项目", "结果", "提示", "单位", "参考区间")
TOP = ("姓名：王桂芳", "性别：女", "年龄：46岁", "标本：全血", "采样日期：2026-03-02")


def box(x: float, y: float, text: str, tilt: float = 0.0) -> Box:
    """Return the corners of a text at a place, the whole page tilted by some degrees."""
    width = sum(24.0 if ord(char) > 0x2E80 else 13.0 for char in text) or 10.0
    corners = ((x, y), (x + width, y), (x + width, y + 28.0), (x, y + 28.0))
    turn = math.radians(tilt)
    return tuple(
        (a * math.cos(turn) - b * math.sin(turn), a * math.sin(turn) + b * math.cos(turn)) for a, b in corners
    )


def text_box(x: float, y: float, text: str, confidence: float = 0.99, tilt: float = 0.0) -> TextBox:
    """Return one recognised text."""
    return TextBox(text=text, confidence=confidence, box=box(x, y, text, tilt))


def page(
    rows: Sequence[Sequence[str]],
    *,
    head: Sequence[str] = HEAD,
    top: Sequence[str] = TOP,
    columns: Sequence[float] = COLUMNS,
    tilt: float = 0.0,
    confidence: float = 0.99,
) -> Page:
    """Return a page with a title, header fields, a heading and rows; empty cells have no box."""
    boxes = [text_box(400, 40, "青石镇中心卫生院检验报告单", tilt=tilt)]
    boxes += [text_box(40 + 210 * index, 110, text, tilt=tilt) for index, text in enumerate(top)]
    for number, cells in enumerate([head, *rows]):
        for x, text in zip(columns, cells, strict=False):
            if text:
                boxes.append(text_box(x, 180 + 44 * number, text, confidence if number else 0.99, tilt))
    return Page(image="sheet.jpg", sha256="0" * 64, width=1100, height=1400, boxes=tuple(boxes))
