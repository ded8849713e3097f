"""Pages as lists of marks on paper: measured and broken before anything is drawn.

Lengths are millimetres, type sizes points; y grows downwards and text stands on its baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Color = tuple[int, int, int]

INK: Color = (28, 36, 32)
MUTED: Color = (93, 106, 99)
LINE: Color = (200, 207, 202)
WARN: Color = (168, 80, 10)
WARN_SOFT: Color = (252, 240, 222)


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text; `x` is its left edge."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    color: Color = INK


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: Color = LINE
    width: float = 0.2


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled rectangle with an outline."""

    x: float
    y: float
    width: float
    height: float
    fill: Color
    outline: Color


Mark = Text | Rule | Fill


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet and the measures of its type."""

    name: str
    width: float
    height: float
    margin: float
    bottom: float  # what the footer takes above the paper's lower edge
    body: float
    small: float
    title: float
    leading: float
    label: float  # the column of the fields' names

    @property
    def right(self) -> float:
        """Where the text ends on the right."""
        return self.width - self.margin

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.margin


PAPERS = {
    "A5": Paper("A5", 148, 210, 12, 13.5, 9, 7.2, 13, 5.0, 18),
    "A4": Paper("A4", 210, 297, 22, 21, 10.5, 8.5, 16, 6.2, 25),
}


@dataclass(slots=True)
class Book:
    """Pages in the making: a cursor, and a rule for what every new page begins with."""

    paper: Paper
    opening: Callable[[Book], None]
    pages: list[list[Mark]] = field(default_factory=list)
    y: float = 0.0

    @property
    def floor(self) -> float:
        """The lowest baseline that the footer leaves free."""
        return self.paper.height - self.paper.bottom

    @property
    def room(self) -> float:
        """What is left of this page."""
        return self.floor - self.y

    def turn(self) -> None:
        """Begin a page."""
        self.pages.append([])
        self.y = self.paper.margin
        self.opening(self)

    def need(self, height: float) -> bool:
        """Begin a page if this one has less room than that; say whether it did."""
        if self.room >= height:
            return False
        self.turn()
        return True

    def put(self, *marks: Mark) -> None:
        """Set marks on this page."""
        self.pages[-1].extend(marks)
