"""One spelling for every record, so that two programs hash and sign the same bytes."""

from __future__ import annotations

import hashlib
import json

from desktop_app.core.records.codec import to_json


def canonical(value: object) -> bytes:
    """Return a record or JSON value as UTF-8: keys sorted, no blanks, no escapes but JSON's own.

    Raises:
        ValueError: it holds a number that JSON has no word for (NaN, infinity).
    """
    plain = to_json(value)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
