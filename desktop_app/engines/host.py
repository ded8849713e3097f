"""The program's side of the engine process: starts it when first needed, talks to it, survives its death."""

from __future__ import annotations

import itertools
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import AppError, Cancelled, EngineError
from desktop_app.core.records.codec import to_json
from desktop_app.engines import isolation, wire
from desktop_app.engines.models import ModelRef
from desktop_app.engines.protocols import Progress
from desktop_app.engines.wire import Message

FROZEN_FLAG = "--engine-process"  # a frozen program starts itself with this and its process id

_POLL_S = 0.05  # how soon a cancellation is noticed
_TURN_S = 5.0  # for a request that just ended or was given up to free its turn
_STOP_S = 2.0  # after this an ending process is killed
# dying of one of these while it loads, the process choked on the file itself
_FILE_FAULTS = ("SIGABRT", "SIGSEGV", "SIGBUS", "SIGFPE")
_FILE_SIGNALS = frozenset(-int(getattr(signal, name)) for name in _FILE_FAULTS if hasattr(signal, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the host waits, in seconds.

    Attributes:
        idle: without a request, then the process ends and gives its memory back.
        grace: for the process to honour a cancellation, then it is killed; another starts with the next call.
        silence: without any word from a working process, then it counts as hung. A 30-second window on the
            slowest processor that we know takes less than a minute.
    """

    idle: float = 300.0
    grace: float = 0.4
    silence: float = 300.0


class _Call:
    """One request under way: its messages, and whether the last one came."""

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.loading = False
        self.finished = False
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def put(self, message: Message) -> None:
        """Take a message from the process; called by the reading thread only."""
        if "died" not in message:
            self.loading = "loading" in message
        self._messages.put(message)

    def get(self, seconds: float) -> Message | None:
        """Return the next message, or nothing if none comes in time."""
        try:
            return self._messages.get(timeout=seconds)
        except queue.Empty:
            return None


class _Process:
    """One engine process and the thread that reads what it says."""

    def __init__(self, on_free: Callable[[], None]) -> None:
        self._on_free = on_free
        self._lock = threading.Lock()
        self._call: _Call | None = None
        self._ended = False
        self._bug = ""
        self._popen = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # native code may print what it reads
            env=isolation.scrubbed(os.environ),
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._reader = threading.Thread(target=self._read, name="engine-reader", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._popen.pid

    @property
    def ended(self) -> bool:
        """Whether the process is gone and reaped."""
        return self._ended

    def begin(self, call: _Call, request: Message) -> bool:
        """Hand over a request; false if the process is gone already."""
        with self._lock:
            if self._ended:
                return False
            self._call = call
        self.send(request)
        return True

    def send(self, message: Message) -> None:
        """Write a message; if the process just died, the reading thread says so to whom it concerns."""
        assert self._popen.stdin is not None
        try:
            wire.write(self._popen.stdin, message)  # type: ignore[arg-type]
        except (OSError, ValueError):
            self.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._popen.kill()

    def close(self) -> None:
        """Let the process end, and see that it did."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.close()
        except OSError:
            self.kill()
        self._reader.join(_STOP_S)
        if self._reader.is_alive():
            self.kill()
            self._reader.join(_STOP_S)

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for message in wire.frames(self._popen.stdout):  # type: ignore[arg-type]
            if "bug" in message:
                self._bug = str(message["bug"])
            elif self._call is not None and message.get("id") == self._call.number:
                self._deliver(message)
        self._reap()

    def _deliver(self, message: Message) -> None:
        with self._lock:
            call = self._call
            final = any(key in message for key in ("done", "error", "cancelled", "died"))
            if final:
                self._call = None
        if call is None:
            return
        call.finished = final
        call.put(message)
        if final:
            self._on_free()

    def _reap(self) -> None:
        """Wait for the process, which closed its pipe or broke the protocol, so that no zombie stays."""
        try:
            self._popen.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        for stream in (self._popen.stdout, self._popen.stdin):
            try:
                assert stream is not None
                stream.close()
            except OSError:
                continue  # what was left to write has no reader any more
        with self._lock:
            self._ended = True
        self._deliver({"died": self._popen.returncode, "bug": self._bug})


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, FROZEN_FLAG, str(os.getpid())]
    root = Path(__file__).resolve().parents[2]
    code = (
        f"import sys; sys.path.insert(0, {os.fspath(root)!r}); "
        f"from desktop_app.engines.worker import main; main({os.getpid()})"
    )
    return [sys.executable, "-P", "-X", "utf8", "-c", code]


class EngineHost:
    """Runs requests in the engine process, one at a time; callers of other threads wait for their turn.

    Nothing is started before the first request. Use it as a context manager, or call `close`.

    Args:
        patience: how long to wait for what.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._turn = threading.Lock()
        self._numbers = itertools.count(1)
        self._process: _Process | None = None
        self._timer: threading.Timer | None = None
        self._closed = False

    def __enter__(self) -> EngineHost:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Return the engine process's id, nothing while none runs."""
        process = self._process
        return None if process is None or process.ended else process.pid

    def call(
        self,
        operation: str,
        cancel: CancelToken,
        *,
        model: ModelRef | None = None,
        progress: Progress | None = None,
        **arguments: object,
    ) -> Message:
        """Run one request and return its result.

        Args:
            operation: `transcribe`, `read`, `load` or `probe`.
            cancel: asked twenty times a second while waiting.
            model: the weights that the operation needs.
            progress: called in this thread with the share that is done.
            arguments: of the operation, plain JSON values.

        Raises:
            AppError: what the engine process reported, or `engine.died`, `engine.timeout`.
            Cancelled: the person stopped it.
        """
        call = self._begin(operation, cancel, model, arguments)
        result: Message = {}
        for message in self._messages(call, cancel):
            if "progress" in message and progress is not None:
                progress(float(message["progress"]))
            result = message.get("done", result)
        return result

    def stream(
        self, operation: str, cancel: CancelToken, *, model: ModelRef, **arguments: object
    ) -> Iterator[str]:
        """Run one request and yield its pieces; a caller who stops listening cancels it.

        Raises:
            AppError: as `call`.
            Cancelled: the person stopped it.
        """
        call = self._begin(operation, cancel, model, arguments)
        try:
            for message in self._messages(call, cancel):
                if "piece" in message:
                    yield str(message["piece"])
        finally:
            if not call.finished:
                self._give_up(call)

    def unload(self, wait_s: float = _TURN_S) -> bool:
        """End the engine process, so that its files can be replaced; the next request starts another.

        The thread that reads the last message frees the turn a moment after the caller has his result, so this
        waits for the turn.

        Args:
            wait_s: how long, in seconds, before a request under way is left alone.

        Returns:
            Whether no process of before is left; false if a request kept it busy.
        """
        if not self._turn.acquire(timeout=wait_s):
            return False
        try:
            self._end_process()
        finally:
            self._turn.release()
        return True

    def close(self) -> None:
        """End the engine process, and with it whatever it is doing."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._end_process()

    def _begin(
        self, operation: str, cancel: CancelToken, model: ModelRef | None, arguments: dict[str, Any]
    ) -> _Call:
        while not self._turn.acquire(timeout=_POLL_S):
            cancel.check()
        call = _Call(next(self._numbers), "" if model is None else model.name)
        request = {"id": call.number, "op": operation, "model": to_json(model), **arguments}
        try:
            cancel.check()
            if self._timer is not None:
                self._timer.cancel()
            while not self._running().begin(call, request):
                cancel.check()
        except BaseException:
            self._turn.release()
            raise
        return call

    def _running(self) -> _Process:
        if self._closed:
            raise EngineError("engine.closed")
        if self._process is None or self._process.ended:
            try:
                self._process = _Process(self._free)
            except OSError as error:
                raise EngineError("engine.start_failed", type(error).__name__) from error
        return self._process

    def _free(self) -> None:
        """Let the next caller in; called once for each request, by the thread that saw it end."""
        if not self._closed:
            self._timer = threading.Timer(self._patience.idle, self.unload, args=(0.0,))
            self._timer.daemon = True
            self._timer.start()
        self._turn.release()

    def _messages(self, call: _Call, cancel: CancelToken) -> Iterator[Message]:
        """Yield the messages of a request up to its last, or raise what the last one says."""
        heard = time.monotonic()
        while True:
            message = call.get(_POLL_S)
            if cancel.cancelled:
                self._give_up(call)
                raise Cancelled
            if message is not None:
                heard = time.monotonic()
                _raise_fault(message, call)
                yield message
                if "done" in message:
                    return
            elif time.monotonic() - heard > self._patience.silence:
                self._kill()
                raise EngineError("engine.timeout", name=call.name)

    def _give_up(self, call: _Call) -> None:
        """Ask the process to stop; kill it if it doesn't within the grace."""
        process = self._process
        if call.finished or process is None:
            return
        process.send({"cancel": call.number})
        until = time.monotonic() + self._patience.grace
        while not call.finished and time.monotonic() < until:
            call.get(_POLL_S)
        if not call.finished:
            process.kill()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()


def _raise_fault(message: Message, call: _Call) -> None:
    if "error" in message:
        raise wire.error_from_json(message["error"])
    if "cancelled" in message:
        raise Cancelled
    if "died" in message:
        raise _death(int(message["died"]), str(message.get("bug", "")), call)


def _death(code: int, bug: str, call: _Call) -> AppError:
    reason = bug or (f"signal {-code}" if code < 0 else f"exit {code}")
    if code in _FILE_SIGNALS and call.loading:
        return EngineError("engine.model_broken", reason, name=call.name)
    return EngineError("engine.died", reason)
