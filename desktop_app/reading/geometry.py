"""Boxes on a page to cells in rows, whatever tilt or perspective is left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from desktop_app.core.records.sheets import Box, TextBox
from desktop_app.terms.lab_units import plain

LEAST_CONFIDENCE = 0.2  # below, a box is dirt, not text
_STEEPEST = 0.2  # slope of a line, about 11 degrees; pages come straightened
_LONG = 3.0  # width to height from which a box's own slope means something
_SAME_ROW = 0.55  # of a line's height


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of text with its place; `y` is where its row, made level, crosses the page's middle."""

    text: str
    confidence: float
    left: float
    right: float
    y: float
    height: float
    box: Box

    @property
    def middle(self) -> float:
        """The horizontal middle."""
        return (self.left + self.right) / 2

    def part(self, start: int, end: int) -> Cell:
        """Return the cell of a slice of the text, its place by the share of the characters' widths."""
        widths = [2.0 if ord(char) > 0x2E80 else 1.0 for char in self.text]
        total = sum(widths) or 1.0
        left = self.left + (self.right - self.left) * sum(widths[:start]) / total
        right = self.left + (self.right - self.left) * sum(widths[:end]) / total
        return replace(self, text=self.text[start:end].strip(), left=left, right=right)


Row = tuple[Cell, ...]


def cells_of(boxes: Iterable[TextBox]) -> list[Cell]:
    """Return the readable boxes as cells, rows made level."""
    usable = [item for item in boxes if _usable(item)]
    if not usable:
        return []
    slope = _slopes([item.box for item in usable])
    middle = median(_centre(item.box)[0] for item in usable)
    cells = []
    for item in usable:
        x, y = _centre(item.box)
        cells.append(
            Cell(
                text=plain(item.text).strip(),
                confidence=item.confidence,
                left=min(point[0] for point in item.box),
                right=max(point[0] for point in item.box),
                y=y - slope(x, y) * (x - middle),
                height=_height(item.box),
                box=item.box,
            )
        )
    return cells


def _usable(item: TextBox) -> bool:
    if len(item.box) != 4 or item.confidence < LEAST_CONFIDENCE or not plain(item.text).strip():
        return False
    return all(math.isfinite(number) and abs(number) < 1e7 for point in item.box for number in point)


def _centre(box: Box) -> tuple[float, float]:
    return sum(point[0] for point in box) / 4, sum(point[1] for point in box) / 4


def _height(box: Box) -> float:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = box
    return max(1.0, (math.hypot(dx - ax, dy - ay) + math.hypot(cx - bx, cy - by)) / 2)


class _Slope:
    """Lines' slope at a place of the page: constant + along + down, fitted to the long boxes."""

    def __init__(self, constant: float, along: float = 0.0, down: float = 0.0) -> None:
        self.constant, self.along, self.down = constant, along, down

    def __call__(self, x: float, y: float) -> float:
        return max(-_STEEPEST, min(_STEEPEST, self.constant + self.along * x + self.down * y))


def _slopes(boxes: Sequence[Box]) -> _Slope:
    samples = []
    for box in boxes:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = box
        run, rise = (bx - ax) + (cx - dx), (by - ay) + (cy - dy)
        if run / 2 > _LONG * _height(box) and abs(rise / run) < _STEEPEST:
            samples.append((*_centre(box), rise / run, run))
    if not samples:
        return _Slope(0.0)
    typical = median(sample[2] for sample in samples)
    near = [sample for sample in samples if abs(sample[2] - typical) < 0.04]
    if len(near) < 8:
        return _Slope(typical)
    return _fitted(near) or _Slope(typical)


def _fitted(samples: Sequence[tuple[float, float, float, float]]) -> _Slope | None:
    """Weighted least squares by Cramer's rule; long boxes weigh more."""
    total = sum(weight for *_, weight in samples)
    mean_x = sum(x * weight for x, _, _, weight in samples) / total
    mean_y = sum(y * weight for _, y, _, weight in samples) / total
    mean_s = sum(slope * weight for _, _, slope, weight in samples) / total
    xx = yy = xy = xs = ys = 0.0
    for x, y, slope, weight in samples:
        u, v, s = x - mean_x, y - mean_y, slope - mean_s
        xx, yy, xy = xx + weight * u * u, yy + weight * v * v, xy + weight * u * v
        xs, ys = xs + weight * u * s, ys + weight * v * s
    determinant = xx * yy - xy * xy
    if determinant <= 1e-3 * xx * yy or determinant <= 0:
        return None
    along, down = (xs * yy - ys * xy) / determinant, (ys * xx - xs * xy) / determinant
    return _Slope(mean_s - along * mean_x - down * mean_y, along, down)


def rows_of(cells: Iterable[Cell]) -> list[Row]:
    """Group cells into rows from the top, each sorted from the left."""
    rows: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda item: (item.y, item.left)):
        best = None
        for row in rows[-3:]:
            level = sum(item.y for item in row) / len(row)
            reach = _SAME_ROW * max(min(cell.height, median(item.height for item in row)), 4.0)
            distance = abs(cell.y - level)
            if distance <= reach and not _overlaps(cell, row) and (best is None or distance < best[0]):
                best = (distance, row)
        if best is None:
            rows.append([cell])
        else:
            best[1].append(cell)
    rows.sort(key=lambda row: sum(item.y for item in row) / len(row))
    return [tuple(sorted(row, key=lambda item: item.left)) for row in rows]


def _overlaps(cell: Cell, row: Sequence[Cell]) -> bool:
    """Tell whether a cell would lie on top of one of the row: then it belongs to the next line."""
    for other in row:
        shared = min(cell.right, other.right) - max(cell.left, other.left)
        if shared > 0.5 * min(cell.right - cell.left, other.right - other.left):
            return True
    return False
