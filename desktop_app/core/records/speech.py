"""What was said: recordings, utterances, transcripts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.core.records.people import Region


class Speaker(StrEnum):
    """Who speaks."""

    DOCTOR = "doctor"
    PATIENT = "patient"
    FAMILY = "family"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A sound file that was taken with a noted consent."""

    id: str
    path: str
    seconds: float
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A recognised word with its time (seconds from the start) and confidence (0 to 1)."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A spoken form and the standard term it stands for; `start`/`end` are code points of the utterance."""

    start: int
    end: int
    surface: str
    standard: str
    kind: str
    region: str | None = None
    ambiguous: bool = False
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One turn of the talk; `id` counts from 1, `text` has no speaker label."""

    id: int
    speaker: Speaker
    text: str
    standard: str = ""
    confidence: float = 1.0
    start_s: float | None = None
    end_s: float | None = None
    words: tuple[Word, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All utterances of a visit; a corrected one is a new version."""

    id: str
    version: int = 1
    region: Region | None = None  # None: not known, every region's words count
    engine: str = "typed"
    utterances: tuple[Utterance, ...] = ()

    def utterance(self, number: int) -> Utterance | None:
        """Return the utterance with that id, if there is one."""
        if 1 <= number <= len(self.utterances) and self.utterances[number - 1].id == number:
            return self.utterances[number - 1]
        return next((item for item in self.utterances if item.id == number), None)

    @property
    def labelled(self) -> bool:
        """Whether any utterance says who spoke."""
        return any(item.speaker is not Speaker.UNKNOWN for item in self.utterances)
