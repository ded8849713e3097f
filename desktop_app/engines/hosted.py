"""The protocols over the pipe: what the rest of the program gets as its engines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.codec import from_json, to_json
from desktop_app.core.records.people import Region
from desktop_app.core.records.sheets import Page
from desktop_app.core.records.speech import Transcript
from desktop_app.engines.host import EngineHost
from desktop_app.engines.models import READER, ModelRef
from desktop_app.engines.protocols import EngineInfo, Progress, Sampling

FindModel = Callable[[], ModelRef]  # raises ModelMissingError


class HostedTranscriber:
    """Implements `Transcriber` in the engine process.

    Args:
        host: runs the process.
        find: returns the installed model, asked at each call, so that a model installed meanwhile is found.
    """

    def __init__(self, host: EngineHost, find: FindModel) -> None:
        self._host = host
        self._find = find

    @property
    def info(self) -> EngineInfo:
        """Return which model would be used.

        Raises:
            ModelMissingError: no speech model is installed.
        """
        return self._find().info

    def transcribe(
        self, path: str, region: Region | None, cancel: CancelToken, progress: Progress | None = None
    ) -> Transcript:
        """Return what a sound file says; see `Transcriber`.

        Args:
            path: of the sound file.
            region: whose words are expected.
            cancel: stops it within half a second.
            progress: called with the share of the sound that is done.
        """
        result = self._host.call(
            "transcribe",
            cancel,
            model=self._find(),
            progress=progress,
            path=os.path.abspath(path),  # noqa: PTH100  (resolve() would follow links)
            region=None if region is None else region.value,
        )
        return from_json(Transcript, result["transcript"])


class HostedLanguageModel:
    """Implements `LanguageModel` in the engine process.

    Args:
        host: runs the process.
        find: returns the installed model, asked at each call.
    """

    def __init__(self, host: EngineHost, find: FindModel) -> None:
        self._host = host
        self._find = find

    @property
    def info(self) -> EngineInfo:
        """Return which model would be used.

        Raises:
            ModelMissingError: no language model is installed.
        """
        return self._find().info

    def warm_up(self, cancel: CancelToken) -> None:
        """Load the weights before the first prompt, while somebody still talks."""
        self._host.call("load", cancel, model=self._find())

    def generate(self, prompt: str, sampling: Sampling, cancel: CancelToken) -> Iterator[str]:
        """Yield pieces of the continuation as they are made; see `LanguageModel`."""
        return self._host.stream(
            "generate", cancel, model=self._find(), prompt=prompt, sampling=to_json(sampling)
        )


class HostedPageReader:
    """Implements `PageReader` in the engine process; its models come with the program.

    Args:
        host: runs the process.
    """

    def __init__(self, host: EngineHost) -> None:
        self._host = host
        self._info = READER.info

    @property
    def info(self) -> EngineInfo:
        """Return the engine; its hash is known after the first page."""
        return self._info

    def read(self, path: str, cancel: CancelToken) -> Page:
        """Return the straightened page's text boxes in pixels; see `PageReader`."""
        result = self._host.call("read", cancel, model=READER, path=os.path.abspath(path))  # noqa: PTH100
        self._info = from_json(EngineInfo, result["info"])
        return from_json(Page, result["page"])
