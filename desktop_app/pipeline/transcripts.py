"""A transcript file that anybody made, read as utterances.

Plain text has one utterance a line with an optional label (医生：/患者：/家属：) before it; JSON is what
`jiceng transcribe` prints, or the dialogue format `{"transcript": [{"speaker", "text"}]}`.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from desktop_app.core.clock import new_id
from desktop_app.core.errors import InputError
from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Speaker, Term, Transcript, Utterance, Word


@dataclass(frozen=True, slots=True)
class Limits:
    """What a transcript may be at most; a day's talk of one desk stays far below."""

    file_bytes: int = 8_000_000
    utterances: int = 5_000
    characters: int = 4_000  # of one utterance


LIMITS = Limits()

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its first two bytes are the same
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ODD_SHARE = 0.02  # of characters that no typed text holds; above it the file is no text
_BREAKS = re.compile(r"\r\n|[\r\n\f\v\x85\u2028\u2029]")

_NAMES: dict[Speaker, str] = {
    Speaker.DOCTOR: "医生 医师 大夫 医 接诊医生 全科医生 主治医生 村医 doctor dr doc d",
    Speaker.PATIENT: "患者 病人 患 病患 本人 就诊人 患儿 patient pat pt p",
    Speaker.FAMILY: (
        "家属 患者家属 病人家属 家 家长 陪同 陪护 陪同家属 监护人 母亲 父亲 妈妈 爸爸 "
        "患儿母亲 患儿父亲 患母 患父 "
        "丈夫 妻子 儿子 女儿 爷爷 奶奶 外公 外婆 family fam f"
    ),
    Speaker.UNKNOWN: "未知 不明 护士 旁人 unknown nurse speaker s",
}
_LABELS = {name: speaker for speaker, names in _NAMES.items() for name in names.split()}
_LABEL = re.compile(
    r"\s*(?:[\[【(（]?(?P<clock>(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[\]】)）]?\s*)?"
    r"[\[【(（]?(?P<label>"
    + "|".join(sorted(map(re.escape, _LABELS), key=len, reverse=True))
    + r")\s?\d{0,2}[\]】)）]?\s*(?:[:：]|(?<=[\]】]))(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)


def parse_transcript(data: bytes, name: str) -> Transcript:
    """Return the utterances of a transcript file; ids count from 1 unless the file has its own.

    Args:
        data: the file's bytes: UTF-8, GB18030 or UTF-16, with or without a byte order mark.
        name: the file's name, of which only the ending counts (`.json`).

    Raises:
        InputError: it is empty, no text, too large or of another shape (`transcript.*`).
    """
    if not data:
        raise InputError("transcript.empty")
    if len(data) > LIMITS.file_bytes:
        raise InputError("transcript.too_large", megabytes=LIMITS.file_bytes // 1_000_000)
    text = _decode(data)
    if name.lower().endswith(".json") or text.lstrip()[:1] == "{":
        transcript = _from_json(text)
    else:
        transcript = Transcript(id=new_id(), utterances=tuple(_from_lines(_BREAKS.split(text))))
    if not any(item.text.strip() for item in transcript.utterances):
        raise InputError("transcript.no_text")
    if len(transcript.utterances) > LIMITS.utterances:
        raise InputError("transcript.too_many", limit=LIMITS.utterances)
    if any(len(item.text) > LIMITS.characters for item in transcript.utterances):
        raise InputError("transcript.too_long", limit=LIMITS.characters)
    return transcript


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and _odd_share(text) <= _ODD_SHARE:
        return text
    guesses = [guess for guess in map(_guess, [data] * 3, ("gb18030", "utf-16-le", "utf-16-be")) if guess]
    best = min(guesses, key=lambda guess: (_rare_share(guess), _odd_share(guess)), default="")
    if not best or _odd_share(best) > _ODD_SHARE or _rare_share(best) > 0.3:
        raise InputError("transcript.binary")
    return best


def _checked(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("transcript.binary", str(error.reason)) from error
    if _odd_share(text) > _ODD_SHARE:
        raise InputError("transcript.binary")
    return text


def _guess(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _odd_share(text: str) -> float:
    """Return the share of control, private, unassigned and replacement characters."""
    sample = text[:20_000]
    odd = sum(
        char not in "\t\n\r\f\v\x85"
        and (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") or char == "\ufffd")
        for char in sample
    )
    return odd / max(1, len(sample))


def _rare_share(text: str) -> float:
    """Return the share of characters that notes hardly hold: a sign of a wrong encoding."""
    sample = text[:20_000]
    usual = sum(
        " " <= char < "\u0100"
        or char in "\t\n\r"
        or "\u2000" <= char <= "\u266f"
        or "\u3000" <= char <= "\u303f"
        or "\u4e00" <= char <= "\u9fff"
        or "\uff00" <= char <= "\uff65"
        for char in sample
    )
    return 1 - usual / max(1, len(sample))


def _clean(text: str) -> str:
    """Make control characters and lone surrogates harmless without moving what follows them."""
    return "".join(
        " " if unicodedata.category(char) == "Cc" else "\ufffd" if "\ud800" <= char <= "\udfff" else char
        for char in text
    ).strip()


def _from_lines(lines: Iterable[str]) -> Iterator[Utterance]:
    waiting: tuple[Speaker, float | None] | None = None  # a label that stands on a line of its own
    number = 0
    for line in lines:
        match = _LABEL.fullmatch(line)
        speaker, start = waiting or (Speaker.UNKNOWN, None)
        text = _clean(line)
        if match is not None:
            speaker, start = _LABELS[match["label"].lower()], _seconds(match["clock"])
            text = _clean(match["text"])
            waiting = (speaker, start) if not text else None
        if not text:
            continue
        waiting = None
        number += 1
        yield Utterance(id=number, speaker=speaker, text=text, standard=text, start_s=start)


def _seconds(clock: str | None) -> float | None:
    if clock is None:
        return None
    seconds = 0.0
    for part in clock.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _from_json(text: str) -> Transcript:
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError("transcript.json", type(error).__name__) from error
    turns: Any = data
    if isinstance(data, Mapping):
        turns = data.get("utterances", data.get("transcript"))
        if isinstance(turns, Mapping):
            turns = turns.get("utterances")
    if not isinstance(turns, list):
        raise InputError("transcript.shape", place="utterances")
    if len(turns) > LIMITS.utterances:
        raise InputError("transcript.too_many", limit=LIMITS.utterances)
    utterances = [_utterance(turn, number) for number, turn in enumerate(turns, 1)]
    utterances = [item for item in utterances if item.text]
    ids = [item.id for item in utterances]
    if any(after <= before for before, after in zip([0, *ids], ids, strict=False)):
        utterances = [replace(item, id=number) for number, item in enumerate(utterances, 1)]
    region = data.get("region") if isinstance(data, Mapping) else None
    engine = data.get("engine") if isinstance(data, Mapping) else None
    return Transcript(
        id=new_id(),
        region=Region(region) if isinstance(region, str) and region in set(Region) else None,
        engine=engine if isinstance(engine, str) else "typed",
        utterances=tuple(utterances),
    )


def _utterance(turn: object, number: int) -> Utterance:
    place = f"utterances[{number}]"
    if isinstance(turn, str):
        return next(iter(_from_lines([turn])), Utterance(id=number, speaker=Speaker.UNKNOWN, text=""))
    if not isinstance(turn, Mapping) or not isinstance(turn.get("text"), str):
        raise InputError("transcript.shape", place=place)
    raw = turn["text"]
    text = _clean(raw)
    shift = len(raw) - len(raw.lstrip()) if text else 0
    label = turn.get("speaker")
    speaker = (
        _LABELS.get(label.strip().lower(), Speaker.UNKNOWN) if isinstance(label, str) else Speaker.UNKNOWN
    )
    own = turn.get("id")
    standard = turn.get("standard")
    return Utterance(
        id=own if isinstance(own, int) and not isinstance(own, bool) and own > 0 else number,
        speaker=speaker,
        text=text,
        standard=_clean(standard) if isinstance(standard, str) and standard else text,
        confidence=_number(turn.get("confidence"), 1.0, place),
        start_s=_optional(turn.get("start_s"), place),
        end_s=_optional(turn.get("end_s"), place),
        words=tuple(_word(word, place) for word in _list(turn.get("words"), place)),
        terms=tuple(_term(term, place, shift, text) for term in _list(turn.get("terms"), place)),
    )


def _list(value: object, place: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > LIMITS.characters:
        raise InputError("transcript.shape", place=place)
    return value


def _optional(value: object, place: str) -> float | None:
    return None if value is None else _number(value, 0.0, place)


def _number(value: object, default: float, place: str) -> float:
    if value is None:
        return default
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError("transcript.shape", place=place)
    return number


def _word(data: object, place: str) -> Word:
    if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
        raise InputError("transcript.shape", place=f"{place}.words")
    return Word(
        text=_clean(data["text"]),
        start_s=_number(data.get("start_s"), 0.0, place),
        end_s=_number(data.get("end_s"), 0.0, place),
        confidence=_number(data.get("confidence"), 1.0, place),
    )


def _term(data: object, place: str, shift: int, text: str) -> Term:
    if not isinstance(data, Mapping):
        raise InputError("transcript.shape", place=f"{place}.terms")
    start, end = data.get("start"), data.get("end")
    if (
        not isinstance(start, int)
        or not isinstance(end, int)
        or not 0 <= start - shift <= end - shift <= len(text)
    ):
        raise InputError("transcript.shape", place=f"{place}.terms")
    plain = {
        key: data[key] if isinstance(data.get(key), str) else "" for key in ("surface", "standard", "kind")
    }
    region = data.get("region")
    return Term(
        start=start - shift,
        end=end - shift,
        **plain,
        region=region if isinstance(region, str) else None,
        ambiguous=data.get("ambiguous") is True,
        candidates=tuple(str(item) for item in _list(data.get("candidates"), place)),
    )
