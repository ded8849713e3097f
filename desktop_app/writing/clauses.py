"""Utterances cut into clauses that keep their place in the utterance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.core.records.speech import Speaker, Utterance
from desktop_app.terms.measures import read_pressures
from desktop_app.terms.numbers import NUMERALS
from desktop_app.writing.questions import MARK, SENTENCE, asks, is_question

_BREAK = re.compile(r"[，,：:]|…+|—+|\.{3,}|~+")
_MEASURED = re.compile(
    rf"(?:体温|血压|血糖|脉搏?|心[率跳]|血氧|呼吸|尿酸|血色素)[^，？]{{0,6}}[{NUMERALS}\d]|^[{NUMERALS}]+点[{NUMERALS}]+$"
)


_SENTENCE_MARKS = "。！？；?!"


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of an utterance between two pauses.

    Attributes:
        utterance: the whole turn it stands in.
        start: its first code point in the utterance's text.
        end: one past its last; `utterance.text[start:end] == text`.
        sentence: which sentence of the utterance it is in, from 0.
        question: whether its sentence asks.
        abrupt: whether the speaker broke off after it (……), as before a correction.
    """

    utterance: Utterance
    speaker: Speaker
    start: int
    end: int
    text: str
    sentence: int
    question: bool
    abrupt: bool = False

    @property
    def whole_sentence(self) -> str:
        """The text around it up to the sentence's marks."""
        text = self.utterance.text
        start = max(text.rfind(mark, 0, self.start) for mark in _SENTENCE_MARKS) + 1
        ends = [place for mark in _SENTENCE_MARKS if (place := text.find(mark, self.end)) >= 0]
        return text[start : min(ends, default=len(text))]


def split(utterance: Utterance, speaker: Speaker | None = None, *, marked: bool = False) -> list[Clause]:
    """Return an utterance's clauses in order.

    Args:
        utterance: what was said in one turn.
        speaker: who speaks where the utterance doesn't say.
        marked: whether the transcript marks its questions, so that only marked ones ask.
    """
    clauses: list[Clause] = []
    for number, match in enumerate(SENTENCE.finditer(utterance.text)):
        sentence = match[0]
        doctor = (speaker or utterance.speaker) is Speaker.DOCTOR
        asked = bool(MARK.search(sentence)) or (not marked and asks(sentence, doctor=doctor))
        pieces = list(_pieces(sentence))
        for start, end, abrupt in pieces:
            text = sentence[start:end]
            last = end == pieces[-1][1]
            told = (speaker or utterance.speaker) in (Speaker.PATIENT, Speaker.FAMILY)
            clauses.append(
                Clause(
                    utterance=utterance,
                    speaker=speaker or utterance.speaker,
                    start=match.start() + start,
                    end=match.start() + end,
                    text=text,
                    sentence=number,
                    # a patient tells first and asks last (咳嗽三天，要不要输液？), a doctor lists what is asked
                    # and reads out what was measured before asking (血糖八点九，你吃过早饭没有？)
                    question=asked
                    and (last or (not told and not _MEASURED.search(text)) or is_question(text)),
                    abrupt=abrupt,
                )
            )
    return clauses


def _pieces(sentence: str) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, broke off) of a sentence's clauses; two numbers of one blood pressure stay together."""
    start = 0
    for match in _BREAK.finditer(sentence):
        if match[0] in "，," and _inside_pressure(sentence, start, match):
            continue
        yield from _trimmed(sentence, start, match.start(), match[0][0] in "….—")
        start = match.end()
    yield from _trimmed(sentence, start, len(sentence), False)


def _inside_pressure(sentence: str, start: int, comma: re.Match[str]) -> bool:
    before, after = sentence[comma.start() - 1 : comma.start()], sentence[comma.end() : comma.end() + 1]
    if not before or not after or not _numeric(before) or not _numeric(after):
        return False
    around = sentence[start:]
    return any(start + first < comma.start() < start + last for _, _, first, last in read_pressures(around))


def _numeric(char: str) -> bool:
    return char.isdigit() or char in NUMERALS


def _trimmed(sentence: str, start: int, end: int, abrupt: bool) -> Iterator[tuple[int, int, bool]]:
    text = sentence[start:end]
    left = len(text) - len(text.lstrip(" 　“”\"'、"))
    right = len(text.rstrip(" 　“”\"'、。！？!?；;\n"))
    if right > left:
        yield start + left, start + right, abrupt
