"""The process that hosts the weights: started by `host.py`, spoken to through its standard input and output.

It sees no secret, opens no socket, and ends when the program that started it closes the pipe or is gone. It
takes one request after the other; a second thread listens for cancellation meanwhile.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import AppError, Cancelled, EngineError
from desktop_app.core.records.codec import from_json, to_json
from desktop_app.core.records.people import Region
from desktop_app.engines import isolation, memory, wire
from desktop_app.engines.models import LANGUAGE, SPEECH, ModelRef
from desktop_app.engines.protocols import LanguageModel, PageReader, Sampling
from desktop_app.engines.wire import Message

_ORPHAN_CHECK_S = 1.0


class Worker:
    """Loads engines, runs requests, answers.

    Args:
        send: writes one message to the program.
        total_bytes: the machine's memory, for the rule about models that may stand together.
    """

    def __init__(self, send: Callable[[Message], None], total_bytes: int) -> None:
        self._send = send
        self._total = total_bytes
        self._loaded: dict[str, tuple[ModelRef, Any]] = {}

    def answer(self, request: Message, cancel: CancelToken) -> None:
        """Run one request and send its one final message: `done`, `error` or `cancelled`."""
        number = request["id"]
        operations = {
            "transcribe": self._transcribe,
            "read": self._read,
            "generate": self._generate,
            "probe": self._probe,
            "load": self._load_only,
        }
        try:
            cancel.check()
            result = operations[request["op"]](request, cancel)
            self._send({"id": number, "done": result})
        except Cancelled:
            self._send({"id": number, "cancelled": True})
        except AppError as error:
            self._send({"id": number, "error": wire.error_to_json(error)})
        except MemoryError:
            self._drop(tuple(self._loaded))
            fault = EngineError("engine.failed", "MemoryError")
            self._send({"id": number, "error": wire.error_to_json(fault)})

    def _engine(self, request: Message) -> Any:
        wanted = from_json(ModelRef, request["model"])
        present = self._loaded.get(wanted.kind)
        if present is None or present[0] != wanted:
            self._send({"id": request["id"], "loading": True})  # if it dies now, the file is at fault
            self._drop((wanted.kind, *memory.evictions(self._loaded, wanted.kind, self._total)))
            self._loaded[wanted.kind] = (wanted, _open(wanted))
        self._send({"id": request["id"], "loaded": True})
        return self._loaded[wanted.kind][1]

    def _drop(self, kinds: tuple[str, ...]) -> None:
        for kind in kinds:
            _, engine = self._loaded.pop(kind, (None, None))
            close = getattr(engine, "close", None)  # the page reader has nothing to free by itself
            if close is not None:
                close()
            del engine, close
        gc.collect()
        memory.give_back()

    def _load_only(self, request: Message, _cancel: CancelToken) -> Message:
        self._engine(request)
        return {"loaded": sorted(self._loaded)}

    def _transcribe(self, request: Message, cancel: CancelToken) -> Message:
        region = request["region"]
        number = request["id"]
        transcript = self._engine(request).transcribe(
            request["path"],
            Region(region) if region else None,
            cancel,
            lambda share: self._send({"id": number, "progress": share}),
        )
        return {"transcript": to_json(transcript)}

    def _read(self, request: Message, cancel: CancelToken) -> Message:
        reader: PageReader = self._engine(request)
        page = reader.read(request["path"], cancel)
        return {"page": to_json(page), "info": to_json(reader.info)}

    def _generate(self, request: Message, cancel: CancelToken) -> Message:
        model: LanguageModel = self._engine(request)
        sampling = from_json(Sampling, request["sampling"])
        for piece in model.generate(request["prompt"], sampling, cancel):
            self._send({"id": request["id"], "piece": piece})
        return {}

    def _probe(self, _request: Message, _cancel: CancelToken) -> Message:
        from desktop_app.engines.adapters import llama_variant

        choice = [{"name": item.name, "score": item.score} for item in llama_variant.variants()]
        return {"variants": choice, "chosen": llama_variant.register()}


def _open(wanted: ModelRef) -> Any:
    """Import the adapter of a kind, and only that one, and load the model."""
    if wanted.kind == SPEECH:
        from desktop_app.engines.adapters.speech_whisper import WhisperTranscriber

        return WhisperTranscriber(wanted.info, Path(wanted.path))
    if wanted.kind == LANGUAGE:
        from desktop_app.engines.adapters.language_llama import LlamaLanguageModel

        return LlamaLanguageModel(wanted.info, Path(wanted.path))
    from desktop_app.engines.adapters.page_ocr import RapidPageReader

    return RapidPageReader()


class _Listener:
    """Takes requests and cancellations off the pipe; its end is the end of the process."""

    def __init__(self, stream: BinaryIO) -> None:
        self.requests: queue.SimpleQueue[tuple[Message, CancelToken]] = queue.SimpleQueue()
        self._stream = stream
        self._tokens: dict[int, CancelToken] = {}

    def listen(self) -> None:
        """Run until the program closes the pipe, then end this process at once, native code or not."""
        for message in wire.frames(self._stream):
            if "cancel" in message:
                self._tokens.get(message["cancel"], CancelToken()).cancel()
                continue
            token = self._tokens[message["id"]] = CancelToken()
            self.requests.put((message, token))
        os._exit(0)

    def forget(self, number: int) -> None:
        """Drop the token of a request that is answered."""
        self._tokens.pop(number, None)


def _leave_with_parent(parent: int) -> None:
    """End when the program is gone though somebody else still holds its end of the pipe."""
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK_S)
    os._exit(0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipe's two ends, moved away from where native code prints."""
    sys.stdout.flush()
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(requests, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _say_where(send: Callable[[Message], None]) -> None:
    """Make a bug say its type and its place, never its text: that may be a patient's."""

    def hook(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
        frames = traceback.extract_tb(trace)[-1:]
        place = "".join(f" {Path(frame.filename).name}:{frame.lineno}" for frame in frames)
        send({"bug": f"{kind.__name__}{place}"})

    sys.excepthook = hook


def main(parent: int) -> None:
    """Serve requests until the pipe closes.

    Args:
        parent: process id of the program that started this one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's to handle
    requests, answers = _take_pipes()
    isolation.enter()
    writing = threading.Lock()

    def send(message: Message) -> None:
        try:
            with writing:
                wire.write(answers, message)
        except OSError:
            os._exit(0)  # nobody listens any more

    _say_where(send)
    listener = _Listener(requests)
    threading.Thread(target=listener.listen, daemon=True).start()
    if os.name == "posix":
        threading.Thread(target=_leave_with_parent, args=(parent,), daemon=True).start()
    worker = Worker(send, memory.total_bytes())
    while True:
        request, token = listener.requests.get()
        worker.answer(request, token)
        listener.forget(request["id"])
