"""A CTranslate2 Whisper folder to a transcriber, with faster-whisper on the processor, int8."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import av
import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import new_id
from desktop_app.core.errors import DeviceError, EngineError, InputError, ModelMissingError
from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Speaker, Transcript, Utterance, Word
from desktop_app.core.settings import Limits
from desktop_app.engines import memory
from desktop_app.engines.protocols import EngineInfo, Progress

SAMPLE_RATE = 16_000  # Hz, what Whisper hears
BEAM = 5  # faster-whisper's own default
REQUIRED = ("model.bin", "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
_WORKING_BYTES = 350_000_000  # a 30-second window's features, encoder output and beams at 240 M parameters
_GIBBERISH_RATIO = 2.4  # above this compression the text repeats itself (the Whisper authors' threshold)
_GIBBERISH_CONFIDENCE = 0.3  # cap for such an utterance, so that nothing in it counts as certain
# Whisper answers in traditional or simplified characters as its context was written
_SIMPLIFIED = "以下是医生和患者的对话，用简体中文记录。"

FloatArray = npt.NDArray[np.float32]


def check_folder(folder: Path, name: str) -> None:
    """Refuse an incomplete folder before faster-whisper sees it: it would ask the network for the rest.

    Raises:
        ModelMissingError: there is no such folder.
        EngineError: a file is missing or unreadable, or the model is too large for the free memory.
    """
    if not folder.is_dir():
        raise ModelMissingError("model.file_missing", name=name)
    missing = [item for item in REQUIRED if not (folder / item).is_file()]
    if not any((folder / item).is_file() for item in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if missing:
        raise EngineError("engine.model_broken", "missing " + ", ".join(missing), name=name)
    try:
        for item in ("config.json", "tokenizer.json"):
            json.loads((folder / item).read_text(encoding="utf-8"))
        size = (folder / "model.bin").stat().st_size
    except (OSError, ValueError) as error:
        raise EngineError("engine.model_broken", type(error).__name__, name=name) from error
    memory.require(int(size * 1.5) + _WORKING_BYTES, name)


def sound(path: str, limits: Limits) -> FloatArray:
    """Return a sound file as one channel of samples between -1 and 1 at 16 kHz; empty if it holds none.

    Raises:
        InputError: not readable sound, or longer than the limit.
        DeviceError: the file can't be opened.
    """
    try:
        # an open file, not its name: a name may be an address or a playlist that FFmpeg would follow
        with Path(path).open("rb") as file:
            _check_length(file, limits)
            file.seek(0)
            return np.asarray(decode_audio(file, SAMPLE_RATE), dtype=np.float32)
    except FileNotFoundError as error:
        raise InputError("sound.missing") from error
    except (av.error.FFmpegError, IndexError, ValueError, TypeError) as error:
        raise InputError("sound.unreadable", type(error).__name__) from error
    except OSError as error:
        raise DeviceError("sound.unreadable", type(error).__name__) from error


def _check_length(file: Any, limits: Limits) -> None:
    with av.open(file, mode="r", metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise InputError("sound.unreadable", "no sound stream")
        seconds = (container.duration or 0) / av.time_base
    if seconds > limits.audio_seconds:
        raise InputError("sound.too_long", hours=round(limits.audio_seconds / 3600, 1))


def _ignore(_share: float) -> None:
    """Be the progress of a caller who doesn't ask for it."""


class _ChineseWhisper(WhisperModel):  # type: ignore[misc]  # faster-whisper has no types
    """Splits words as Chinese is written, character by character, also for a model of one language.

    CTranslate2 calls a model with a small vocabulary English, and English has no word boundary in 咳嗽三天.
    """

    def add_word_timestamps(self, segments: Any, tokenizer: Any, *arguments: Any, **options: Any) -> Any:
        """Find each word's time and probability."""
        tokenizer.language_code = "zh"
        return super().add_word_timestamps(segments, tokenizer, *arguments, **options)


class WhisperTranscriber:
    """Implements `Transcriber` with faster-whisper; one file at a time.

    Silence is left out by Silero VAD before decoding; a file without speech gives no utterance. Who spoke is
    unknown to this engine.

    Args:
        info: name and hash of the model.
        folder: with `model.bin`, `config.json`, `tokenizer.json` and a vocabulary; never downloaded.
        limits: the longest sound that is accepted.
        threads: processors to use; all usable ones by default.

    Raises:
        ModelMissingError: there is no such folder.
        EngineError: `engine.model_broken` or `engine.no_memory`.
    """

    def __init__(
        self, info: EngineInfo, folder: Path, *, limits: Limits | None = None, threads: int | None = None
    ) -> None:
        check_folder(folder, info.model)
        self._info = info
        self._limits = limits or Limits()
        try:
            self._model = _ChineseWhisper(
                os.fspath(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=threads or memory.usable_cores(),
                local_files_only=True,
            )
        except MemoryError as error:
            raise EngineError("engine.failed", "MemoryError", name=info.model) from error
        except Exception as error:  # tokenizers raises nothing more special
            raise EngineError("engine.model_broken", type(error).__name__, name=info.model) from error

    @property
    def info(self) -> EngineInfo:
        """Return what is loaded."""
        return self._info

    def close(self) -> None:
        """Free the weights."""
        self._model.model.unload_model()

    def transcribe(
        self, path: str, region: Region | None, cancel: CancelToken, progress: Progress = _ignore
    ) -> Transcript:
        """Return what a sound file says; `progress` gets the share of the sound that is done.

        Raises:
            InputError: the file is not readable sound, or too long.
            EngineError: the engine failed.
            Cancelled: the person stopped it.
        """
        cancel.check()
        samples = sound(path, self._limits)
        cancel.check()
        utterances: list[Utterance] = []
        if samples.size:
            utterances = self._utterances(samples, cancel, progress)
        progress(1.0)
        return Transcript(
            id=new_id(),
            region=region,
            engine=f"{self._info.engine}:{self._info.model}",
            utterances=tuple(utterances),
        )

    def _utterances(self, samples: FloatArray, cancel: CancelToken, progress: Progress) -> list[Utterance]:
        ctranslate2.set_random_seed(0)
        multilingual = bool(self._model.model.is_multilingual)
        try:
            segments, _ = self._model.transcribe(
                samples,
                language="zh" if multilingual else None,
                initial_prompt=_SIMPLIFIED if multilingual else None,
                beam_size=BEAM,
                temperature=[0.0],  # one pass: the fallback's random passes cost up to five times as long
                condition_on_previous_text=False,  # an error must not spread into the next window
                vad_filter=True,
                word_timestamps=True,
            )
            return _collect(segments, samples.size / SAMPLE_RATE, cancel, progress)
        except MemoryError as error:
            raise EngineError("engine.failed", "MemoryError", name=self._info.model) from error
        except (RuntimeError, ValueError) as error:
            raise EngineError("engine.failed", type(error).__name__, name=self._info.model) from error


def _collect(
    segments: Iterable[Any], seconds: float, cancel: CancelToken, progress: Callable[[float], None]
) -> list[Utterance]:
    found: list[Utterance] = []
    for segment in segments:
        cancel.check()
        text = str(segment.text).strip()
        if text:
            found.append(_utterance(len(found) + 1, text, segment))
        progress(min(1.0, float(segment.end) / seconds))
    cancel.check()
    return found


def _utterance(number: int, text: str, segment: Any) -> Utterance:
    words = tuple(
        Word(
            text=str(word.word),
            start_s=round(float(word.start), 2),
            end_s=round(float(word.end), 2),
            confidence=round(float(word.probability), 3),
        )
        for word in segment.words or ()
    )
    confidence = math.exp(min(0.0, float(segment.avg_logprob)))
    if float(segment.compression_ratio) > _GIBBERISH_RATIO:
        confidence = min(confidence, _GIBBERISH_CONFIDENCE)
    return Utterance(
        id=number,
        speaker=Speaker.UNKNOWN,
        text=text,
        confidence=round(confidence, 3),
        start_s=round(float(segment.start), 2),
        end_s=round(float(segment.end), 2),
        words=words,
    )
