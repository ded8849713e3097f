"""A table's columns: from its heading where one was read, otherwise from what stands in the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from desktop_app.reading.geometry import Cell, Row
from desktop_app.reading.roles import Role, options, take_apart
from desktop_app.terms.labs import LabTable

_HEADINGS = (
    (Role.OTHER, "上次结果 历史结果 前次结果 检测方法 检验方法 方法学 实验方法 方法 仪器 备注"),
    (Role.RANGE, "正常参考值范围 生物参考区间 正常参考区间 正常参考值 参考值范围 参考区间 参考范围 "
     "正常范围 参考值 正常值 REFERENCE"),
    (Role.MARK, "异常提示 结果提示 提示 标志 标记 箭头 状态 FLAG"),
    (Role.UNIT, "计量单位 单位 UNITS UNIT"),
    (Role.VALUE, "检验结果 检测结果 测定结果 检查结果 测定值 检测值 结果值 本次结果 结果 RESULT"),
    (Role.NUMBER, "序号 编号 NO. NO"),
    (Role.NAME, "检验项目名称 英文名称 英文缩写 项目代码 项目名称 检验项目 检测项目 检查项目 中文名称 "
     "分析项目 项目 名称 代号 英文 缩写 简称 代码 ITEM TEST"),
)  # fmt: skip
_HEADING = {word: role for role, words in _HEADINGS for word in words.split()}
_HEADING_WORDS = re.compile("|".join(sorted(map(re.escape, _HEADING), key=len, reverse=True)))
_STARTERS = (Role.NUMBER, Role.NAME)


@dataclass(slots=True)
class Record:
    """The cells of one result."""

    side: int
    cells: dict[Role, list[Cell]] = field(default_factory=dict)

    def put(self, role: Role, cell: Cell) -> None:
        """Add a cell to a column."""
        self.cells.setdefault(role, []).append(cell)

    def text(self, role: Role) -> str:
        """Return what stands in a column."""
        return " ".join(cell.text for cell in self.cells.get(role, ()))

    @property
    def all(self) -> list[Cell]:
        """Every cell from the left."""
        return sorted((cell for cells in self.cells.values() for cell in cells), key=lambda cell: cell.left)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a column stands."""

    left: float
    right: float

    def distance(self, cell: Cell) -> float:
        """Return how badly a cell fits, whether the column is set left, centred or right."""
        middle = (self.left + self.right) / 2
        return min(abs(cell.left - self.left), abs(cell.middle - middle), abs(cell.right - self.right))


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading row: its place among the rows, and where each side's columns begin."""

    row: int
    sides: tuple[tuple[tuple[Role, Cell], ...], ...]

    @property
    def has_marks(self) -> bool:
        """Whether a column is meant for marks."""
        return any(role is Role.MARK for side in self.sides for role, _ in side)


def heading_of(rows: Sequence[Row]) -> Heading | None:
    """Return the first row that reads like a table's heading: a name column and a result or a range."""
    for number, row in enumerate(rows):
        anchors = [anchor for cell in row for anchor in _anchors(cell)]
        roles = {role for role, _ in anchors}
        if Role.NAME in roles and roles & {Role.VALUE, Role.RANGE} and len(anchors) >= 2:
            return Heading(number, tuple(tuple(side) for side in _sides(anchors)))
    return None


def _anchors(cell: Cell) -> list[tuple[Role, Cell]]:
    squeezed = cell.text.upper()
    if len(squeezed) > 24 or ":" in squeezed:
        return []
    words = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", squeezed)  # 结  果
    if words in _HEADING:
        return [(_HEADING[words], cell)]
    return [(_HEADING[m[0]], cell.part(m.start(), m.end())) for m in _HEADING_WORDS.finditer(squeezed)]


def _sides(anchors: Sequence[tuple[Role, Cell]]) -> list[list[tuple[Role, Cell]]]:
    """Cut the heading where it starts over: 项目 结果 单位 | 项目 结果 单位."""
    sides: list[list[tuple[Role, Cell]]] = [[]]
    for role, cell in sorted(anchors, key=lambda anchor: anchor[1].left):
        seen = {known for known, _ in sides[-1]}
        if role in _STARTERS and seen & {Role.VALUE, Role.RANGE}:
            sides.append([])
        sides[-1].append((role, cell))
    return sides


def records_of(rows: Iterable[Row], heading: Heading | None, labs: LabTable) -> list[list[Record]]:
    """Return each row's records, side by side where the sheet has two columns of results."""
    apart = [[part for cell in row for part in take_apart(cell, labs)] for row in rows]
    sided = [_by_side(row, heading) if heading else _by_content(row, labs) for row in apart]
    spans = _spans(sided, heading, labs)
    return [
        [_record(side, cells, spans.get(side, {}), labs) for side, cells in enumerate(sides) if cells]
        for sides in sided
    ]


def _by_side(row: Sequence[Cell], heading: Heading) -> list[list[Cell]]:
    starts = [min(cell.left - cell.height for _, cell in side) for side in heading.sides[1:]]
    sides: list[list[Cell]] = [[] for _ in heading.sides]
    for cell in row:
        sides[sum(cell.middle >= start for start in starts)].append(cell)
    return sides


def _by_content(row: Sequence[Cell], labs: LabTable) -> list[list[Cell]]:
    """Without a heading, a name after a value starts the next side."""
    sides: list[list[Cell]] = [[]]
    valued = False
    for cell in row:
        roles = options(cell.text, labs)
        if valued and roles == {Role.NAME}:
            sides.append([])
            valued = False
        valued = valued or bool(
            roles & {Role.RANGE, Role.VALUE} and Role.NAME not in roles and len(sides[-1]) > 0
        )
        sides[-1].append(cell)
    return sides


def _spans(
    sided: Sequence[Sequence[Sequence[Cell]]], heading: Heading | None, labs: LabTable
) -> dict[int, dict[Role, list[Span]]]:
    """Return where each side's columns stand: by the cells that can be nothing else, else by the heading."""
    spans: dict[int, dict[Role, list[Span]]] = {}
    for (side, role), cells in _certain(sided, labs).items():
        if len(cells) >= 2 or heading is None:
            span = Span(median(cell.left for cell in cells), median(cell.right for cell in cells))
            spans.setdefault(side, {})[role] = [span]
    for side, anchors in enumerate(heading.sides if heading else ()):
        known = spans.setdefault(side, {})
        learned = set(known)
        for role, cell in anchors:
            if role not in learned:
                known.setdefault(role, []).append(Span(cell.left, cell.right))
    return spans


def _certain(sided: Sequence[Sequence[Sequence[Cell]]], labs: LabTable) -> dict[tuple[int, Role], list[Cell]]:
    found: dict[tuple[int, Role], list[Cell]] = {}
    for sides in sided:
        for side, cells in enumerate(sides):
            for cell in cells:
                roles = options(cell.text, labs)
                if len(roles) == 1:
                    found.setdefault((side, next(iter(roles))), []).append(cell)
    return found


def _record(side: int, cells: Sequence[Cell], spans: dict[Role, list[Span]], labs: LabTable) -> Record:
    record = Record(side)
    waiting: list[tuple[Cell, frozenset[Role]]] = []
    names = [cell.left for cell in cells if options(cell.text, labs) == {Role.NAME}]
    for cell in cells:
        roles = options(cell.text, labs)
        if Role.NUMBER in roles and names:  # row numbers stand before the name, values after it
            roles = frozenset({Role.NUMBER}) if cell.left < min(names) else roles - {Role.NUMBER}
        if Role.VALUE in roles and Role.OTHER in spans:  # it may be last time's
            roles |= {Role.OTHER}
        if len(roles) == 1:
            record.put(next(iter(roles)), cell)
        else:
            waiting.append((cell, roles))
    if not names:
        waiting = [(cell, _leading(cell, roles, spans)) for cell, roles in waiting]
    for cell, roles in sorted(waiting, key=lambda pair: len(pair[1])):
        record.put(_chosen(cell, roles, record, spans), cell)
    _keep_one_value(record, spans.get(Role.VALUE, []))
    return record


def _leading(cell: Cell, roles: frozenset[Role], spans: dict[Role, list[Span]]) -> frozenset[Role]:
    """Take free text that starts before every column of results for the row's name, however far it runs."""
    results = [span.left for role in (Role.VALUE, Role.UNIT, Role.RANGE) for span in spans.get(role, ())]
    starts_before = bool(results) and cell.left < min(results) - cell.height
    return frozenset({Role.NAME}) if Role.NAME in roles and starts_before else roles


def _keep_one_value(record: Record, spans: Sequence[Span]) -> None:
    """Of several values keep the one in the value column; where none stands out, keep none."""
    values = record.cells.get(Role.VALUE, [])
    if len(values) < 2:
        return
    del record.cells[Role.VALUE]
    ranked = sorted(values, key=lambda cell: _distance(spans, cell)) if spans else []
    if ranked and _distance(spans, ranked[0]) + ranked[0].height < _distance(spans, ranked[1]):
        record.put(Role.VALUE, ranked.pop(0))
    for cell in ranked or values:
        record.put(Role.OTHER, cell)


def _distance(spans: Sequence[Span], cell: Cell) -> float:
    return min(span.distance(cell) for span in spans)


def _chosen(cell: Cell, roles: frozenset[Role], record: Record, spans: dict[Role, list[Span]]) -> Role:
    """Choose the nearest column; one that is taken, or unknown, only when nothing else is left."""
    free = [role for role in roles if role not in record.cells or role in (Role.NAME, Role.OTHER)]
    known = [role for role in free if role in spans]
    if known:
        return min(sorted(known), key=lambda role: _distance(spans[role], cell))
    order = (Role.VALUE, Role.RANGE, Role.UNIT, Role.MARK, Role.NUMBER, Role.NAME, Role.OTHER)
    if Role.NAME in free and not any(other.left < cell.left for other in record.cells.get(Role.NAME, ())):
        return Role.NAME
    return next((role for role in order if role in free), Role.OTHER)
