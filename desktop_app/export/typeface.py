"""The shipped font: where it is, which characters it has, and what stands in for the rest."""

from __future__ import annotations

import functools
import unicodedata
from collections import Counter
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from desktop_app.core import paths
from desktop_app.core.errors import InputError

FAMILY = "JicengSans"
STAND_IN = "〓"
_SPACES = frozenset("\t\n\r\u00a0\u2002\u2003\u2009\u200a\u202f")


def font_file(*, bold: bool = False) -> Path:
    """Return a weight's file.

    Raises:
        InputError: `export.font_missing`, the installation lacks it.
    """
    path = paths.resources() / "fonts" / f"{FAMILY}-{'Bold' if bold else 'Regular'}.ttf"
    if not path.is_file():
        raise InputError("export.font_missing", name=path.name)
    return path


@functools.cache
def characters(*, bold: bool = False) -> frozenset[str]:
    """Return every character that a weight can draw."""
    with TTFont(font_file(bold=bold), lazy=True) as font:
        return frozenset(chr(code) for code in font.getBestCmap())


class Fitter:
    """Makes text drawable and remembers what it had to replace, in `missing` by character.

    Characters that draw nothing by nature (controls, joiners, direction marks) are left out and remembered
    too: an invisible character may change what a reader sees elsewhere, but must not on paper.
    """

    def __init__(self) -> None:
        self.missing: Counter[str] = Counter()
        self._known = characters()

    def fit(self, text: str) -> str:
        """Return the text with a stand-in for every character that the font lacks."""
        if all(letter in self._known for letter in text):
            return text
        return "".join(self._letter(letter) for letter in unicodedata.normalize("NFC", text))

    def _letter(self, letter: str) -> str:
        if letter in self._known:
            return letter
        if letter in _SPACES:
            return " "
        self.missing[letter] += 1
        return "" if unicodedata.category(letter) in ("Cc", "Cf", "Mn", "Me") else STAND_IN

    def listing(self, limit: int = 20) -> str:
        """Return the replaced characters as `U+1F600 ×2`, at most `limit` kinds."""
        named = [f"U+{ord(letter):04X} ×{count}" for letter, count in self.missing.most_common(limit)]
        rest = len(self.missing) - limit
        return "、".join(named) + (f" 等 {len(self.missing)} 种" if rest > 0 else "")
