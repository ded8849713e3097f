"""What the rest of the program knows of engines. Nothing here imports an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.people import Region
from desktop_app.core.records.sheets import Page
from desktop_app.core.records.speech import Transcript
from desktop_app.core.records.visits import VisitContext

Progress = Callable[[float], None]  # share done, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """Which engine and weights made a result; the hash covers the model's files."""

    engine: str
    model: str
    sha256: str


class Transcriber(Protocol):
    """Sound to words."""

    @property
    def info(self) -> EngineInfo:
        """Return what is loaded."""
        ...

    def transcribe(self, path: str, region: Region | None, cancel: CancelToken) -> Transcript:
        """Return what a sound file says, nothing where it is silent.

        Raises:
            ModelMissingError: no speech model is installed.
            InputError: the file is not readable sound.
            EngineError: the engine failed.
            Cancelled: the person stopped it.
        """
        ...


class PageReader(Protocol):
    """A photographed page to words and boxes."""

    @property
    def info(self) -> EngineInfo:
        """Return what is loaded."""
        ...

    def read(self, path: str, cancel: CancelToken) -> Page:
        """Return the straightened page's text boxes in pixels.

        Raises:
            InputError: the file is not a readable image, or too large.
            EngineError: the engine failed.
            Cancelled: the person stopped it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How tokens are drawn; temperature 0 takes the likeliest.

    Attributes:
        stop: sequences at which the text ends; they are not part of it.
        grammar: rules in GBNF, llama.cpp's notation, that the text has to follow; none if empty.
    """

    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    grammar: str = ""


class LanguageModel(Protocol):
    """Text to text, piece by piece."""

    @property
    def info(self) -> EngineInfo:
        """Return what is loaded."""
        ...

    def generate(self, prompt: str, sampling: Sampling, cancel: CancelToken) -> Iterator[str]:
        """Yield pieces of the continuation as they are made.

        Raises:
            EngineError: the engine failed or its process died; a new one starts with the next call.
            Cancelled: the person stopped it.
        """
        ...


class Writer(Protocol):
    """A visit's sources to a drafted record."""

    def draft(self, context: VisitContext, cancel: CancelToken) -> Draft:
        """Return a draft whose statements all name their evidence.

        Raises:
            Cancelled: the person stopped it.
        """
        ...
