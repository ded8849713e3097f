"""First arrow: what a person hands over, sorted into talk, images and sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InputError
from desktop_app.core.records.speech import Transcript
from desktop_app.core.settings import Limits
from desktop_app.pipeline.transcripts import parse_transcript

STANDARD_INPUT = "-"
IMAGES = frozenset([".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".heic"])
SOUNDS = frozenset(
    [".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".opus", ".wma", ".amr", ".webm", ".mp4"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What came in: at most one talk, typed or as sound, and any number of images."""

    transcript: Transcript | None = None
    sound: str | None = None
    images: tuple[str, ...] = ()


def capture(
    inputs: Sequence[str], standard_input: Callable[[], bytes], limits: Limits | None = None
) -> Captured:
    """Sort inputs by what they are; transcripts are read at once, the rest by its own arrow.

    Args:
        inputs: paths of files, or `-` for a transcript on standard input.
        standard_input: reads it, called at most once.
        limits: what is too large.

    Raises:
        InputError: there is none, one doesn't exist or can't be read, there are two talks, or the transcript
            is not readable text (`transcript.*`).
    """
    if not inputs:
        raise InputError("input.none")
    limit = (limits or Limits()).transcript_bytes
    talks: list[Transcript | str] = []
    images: list[str] = []
    for item in inputs:
        ending = Path(item).suffix.lower()
        if item == STANDARD_INPUT:
            talks.append(parse_transcript(standard_input(), item))
        elif ending in IMAGES:
            images.append(_checked(item))
        elif ending in SOUNDS:
            talks.append(_checked(item))
        else:
            talks.append(parse_transcript(_bytes(_checked(item), limit), item))
    if len(talks) > 1:
        raise InputError("input.two_talks")
    talk = talks[0] if talks else None
    return Captured(
        transcript=talk if isinstance(talk, Transcript) else None,
        sound=talk if isinstance(talk, str) else None,
        images=tuple(images),
    )


def _checked(item: str) -> str:
    """Return a path that names a file.

    Raises:
        InputError: it names none.
    """
    path = Path(item)
    try:
        if path.is_dir():
            raise InputError("input.folder", name=path.name or item)
        if not path.exists():
            raise InputError("input.not_found", name=path.name or item)
    except (OSError, ValueError) as error:  # a name too long, or with a zero byte in it
        raise InputError("input.not_found", type(error).__name__, name=path.name[:40]) from error
    return item


def _bytes(item: str, limit: int) -> bytes:
    try:
        with Path(item).open("rb") as handle:
            data = handle.read(limit + 1)
    except OSError as error:
        raise InputError("input.unreadable", type(error).__name__, name=Path(item).name) from error
    if len(data) > limit:
        raise InputError("transcript.too_large", megabytes=limit // 1_000_000)
    return data
