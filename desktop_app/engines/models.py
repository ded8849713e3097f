"""Which weights a request means: plain data that crosses the pipe."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.engines.protocols import EngineInfo

SPEECH, LANGUAGE, READING = "speech", "language", "reading"
KINDS = (SPEECH, LANGUAGE)  # what can be installed; the reader's models come with the program


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """An installed model as the engine process needs it.

    Attributes:
        kind: `speech`, `language` or `reading`.
        engine: `faster-whisper`, `llama.cpp` or `rapidocr`.
        name: the model's id, for results and sentences.
        path: of the GGUF file or of the CTranslate2 folder; empty for the reader.
        sha256: of the model's files, known since they were installed.
    """

    kind: str
    engine: str
    name: str
    path: str = ""
    sha256: str = ""

    @property
    def info(self) -> EngineInfo:
        """Return what a result names as its engine."""
        return EngineInfo(engine=self.engine, model=self.name, sha256=self.sha256)


READER = ModelRef(kind=READING, engine="rapidocr", name="PP-OCRv6-small")
