"""Names as people look for them: characters, pairs of characters, pinyin initials, numbers."""

from __future__ import annotations

import itertools
import unicodedata

_READINGS = 4  # of a surname with several (曾 zeng/ceng); more are noise
_TOKEN_CHARS = 32


def fold(text: str) -> str:
    """Return text for comparison: full-width letters narrowed, lower case, letters and digits only."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in narrow if letter.isalnum())


def initials(name: str) -> tuple[str, ...]:
    """Return the pinyin initials of a name, one string for each common reading of its first character."""
    from pypinyin import Style, pinyin  # its dictionary takes 0.2 s to load: not before a name is written

    text = fold(name)
    if not text:
        return ()
    first = pinyin(text[0], style=Style.FIRST_LETTER, heteronym=True)[0][:_READINGS]
    rest = "".join(item[0] for item in pinyin(text[1:], style=Style.FIRST_LETTER)) if text[1:] else ""
    return tuple(dict.fromkeys(letter + rest for letter in first))


def _suffixes(text: str) -> list[str]:
    return [text[start : start + _TOKEN_CHARS] for start in range(len(text))]


def _grams(text: str) -> list[str]:
    return list(text) + ["".join(pair) for pair in itertools.pairwise(text)]


def index_tokens(name: str, number: str) -> str:
    """Return the words under which a patient is found, separated by blanks.

    FTS5 finds no substring of Chinese: single characters, pairs, and every tail of initials and numbers are
    indexed, so that a prefix query finds any part of them.
    """
    folded = fold(name)
    words = [folded[:_TOKEN_CHARS], *_grams(folded)]
    for item in (*initials(name), fold(number)):
        words += _suffixes(item)
    return " ".join(dict.fromkeys(word for word in words if word))


def query_tokens(text: str) -> str | None:
    """Return the FTS5 query for what a person typed so far; None where nothing can be looked for."""
    parts: list[str] = []
    for word in text.split():
        folded = fold(word)[:_TOKEN_CHARS]
        if not folded:
            continue
        if folded.isascii():
            parts.append(f'"{folded}"*')
        else:
            grams = [folded] if len(folded) == 1 else ["".join(pair) for pair in itertools.pairwise(folded)]
            parts += [f'"{gram}"' for gram in grams]
    return " AND ".join(parts) or None
