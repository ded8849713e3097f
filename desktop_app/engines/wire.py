"""Frames between the program and its engine process: four bytes of length, then JSON.

JSON and not pickle: the engine process parses model files from elsewhere, and what it says must not be able
to run code in the program.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

from desktop_app.core import errors
from desktop_app.core.errors import AppError, EngineError

Message = dict[str, Any]

FRAME_BYTES = 64_000_000  # a page of text boxes is about 100 kB, a day's transcript about 3 MB
_LENGTH = struct.Struct(">I")
_KINDS: dict[str, type[AppError]] = {
    kind.__name__: kind for kind in (errors.ModelMissingError, errors.InputError, errors.EngineError)
}


def write(stream: BinaryIO, message: Message) -> None:
    """Write one frame.

    Raises:
        OSError: the other side is gone.
        ValueError: the message is larger than a frame may be, or the stream is closed.
    """
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(body) > FRAME_BYTES:
        raise ValueError("frame too large")
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def frames(stream: BinaryIO) -> Iterator[Message]:
    """Yield frames until the other side closes; what is not a frame counts as closed."""
    while True:
        try:
            head = stream.read(_LENGTH.size)
            size = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else FRAME_BYTES + 1
            body = stream.read(size) if size <= FRAME_BYTES else b""
        except (OSError, ValueError):
            return
        if size > FRAME_BYTES or len(body) != size:
            return
        try:
            message = json.loads(body.decode("utf-8", "surrogatepass"))
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        yield message


def error_to_json(error: AppError) -> Message:
    """Return an error's parts; its kind is the class's name."""
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "hint": error.hint,
        "details": dict(error.details),
    }


def error_from_json(data: Message) -> AppError:
    """Build the error again; an unknown kind becomes an `EngineError`."""
    kind = _KINDS.get(str(data.get("kind")), EngineError)
    raw = data.get("details")
    details: dict[str, str | int | float] = {}
    if isinstance(raw, dict):
        details = {str(key): value for key, value in raw.items() if isinstance(value, str | int | float)}
    return kind(str(data.get("code", "engine.died")), str(data.get("hint", "")), **details)
