"""Breaking Chinese text into lines: no closing mark begins a line, no number or Latin word is torn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# What may not begin a line and what may not end one (the plain set of CLREQ, section 3.1.3).
_NOT_FIRST = frozenset("，。、；：？！）」』】〉》〕〗’”…％%℃°·,.;:?!)]}～~⁰¹²³⁴⁵⁶⁷⁸⁹")
_NOT_LAST = frozenset("（「『【〈《〔〖‘“([{")
_TOKEN = re.compile(r"[A-Za-z0-9Α-ωÀ-ſ.,/%+\-*^_'’&@#=μ×⁰¹²³⁴⁵⁶⁷⁸⁹–]+|\s+|.", re.DOTALL)


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Return a paragraph as lines that are at most `width` wide by `measure`.

    A single character that is wider than the line still gets a line of its own.
    """
    lines: list[str] = []
    line, used = "", 0.0
    for piece in _pieces(text, width, measure):
        if piece.isspace():
            piece = " "
            if not line:
                continue
        wide = measure(piece)
        if line and used + wide > width and not piece.isspace():
            kept, carried = _split(line, piece)
            lines.append(kept.rstrip())
            line, used = carried, measure(carried)
        line += piece
        used += wide
    if line.strip():
        lines.append(line.rstrip())
    return lines


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        token = match[0]
        if len(token) > 1 and not token.isspace() and measure(token) > width * 0.6:
            yield from token
        else:
            yield token


def _split(line: str, coming: str) -> tuple[str, str]:
    """Return what stays on the line and what goes down with the coming piece."""
    cut = len(line)
    if coming[0] in _NOT_FIRST:
        cut = _last_piece(line)
    while cut > 0 and line[cut - 1] in _NOT_LAST:
        cut -= 1
    if cut <= 0 or len(line) - cut > 12:
        return line, ""
    return line[:cut], line[cut:].lstrip()


def _last_piece(line: str) -> int:
    """Return where the last token that may begin a line starts."""
    starts = [match.start() for match in _TOKEN.finditer(line) if not match[0].isspace()]
    for start in reversed(starts):
        if line[start] not in _NOT_FIRST:
            return start
    return 0
