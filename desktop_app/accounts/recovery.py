"""Recovery codes: 130 random bits that can be written down and read back by hand."""

from __future__ import annotations

import hashlib
import secrets

from desktop_app.core.errors import InputError

# Crockford's base 32: no I, L, O or U, so that nothing looks like 1 or 0 and nothing reads as a word
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SYMBOLS = 26
_CHECK_SYMBOLS = 2
_GROUP = 4


def new_code() -> str:
    """Return a fresh code, as in `7K3M-...`: seven groups of four, the last two symbols a checksum."""
    symbols = "".join(secrets.choice(_ALPHABET) for _ in range(_SYMBOLS))
    whole = symbols + _check(symbols)
    return "-".join(whole[start : start + _GROUP] for start in range(0, len(whole), _GROUP))


def _check(symbols: str) -> str:
    number = int.from_bytes(hashlib.sha256(symbols.encode()).digest()[:2], "big") & 0x3FF
    return _ALPHABET[number >> 5] + _ALPHABET[number & 31]


def parse_code(text: str) -> str:
    """Return the symbols of a code as somebody typed it, in any case, with or without its hyphens.

    Raises:
        InputError: a symbol was misread or is missing (`account.recovery_code`).
    """
    folded = "".join(text.upper().replace("-", "").split()).translate(_MISREAD)
    symbols, check = folded[:_SYMBOLS], folded[_SYMBOLS:]
    if len(folded) != _SYMBOLS + _CHECK_SYMBOLS or set(folded) - set(_ALPHABET) or check != _check(symbols):
        raise InputError("account.recovery_code")
    return symbols
