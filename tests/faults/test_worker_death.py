"""The engine process dies in every way; the program says so, starts another, and leaves nothing behind."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import EngineError
from desktop_app.engines.host import EngineHost
from desktop_app.engines.hosted import HostedLanguageModel
from desktop_app.engines.models import ModelRef
from desktop_app.engines.protocols import Sampling
from models.recipes import tiny_llama

DEATHS = [signal.SIGKILL, signal.SIGSEGV, signal.SIGILL, signal.SIGABRT, signal.SIGBUS, signal.SIGTERM]
LONG = Sampling(max_tokens=1900)
SHORT = Sampling(max_tokens=4)

PROGRAM = """
import sys, time
from desktop_app.core.cancellation import CancelToken
from desktop_app.engines.host import EngineHost
from desktop_app.engines.hosted import HostedLanguageModel
from desktop_app.engines.models import ModelRef
from desktop_app.engines.protocols import Sampling
model = ModelRef(kind="language", engine="llama.cpp", name="tiny", path=sys.argv[1])
host = EngineHost()
pieces = HostedLanguageModel(host, lambda: model).generate("hello", Sampling(max_tokens=1900), CancelToken())
next(pieces)
print(host.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelRef:
    path = tiny_llama.make(tmp_path_factory.mktemp("gguf") / "tiny.gguf", endless=True)
    return ModelRef(kind="language", engine="llama.cpp", name="tiny", path=str(path))


@pytest.fixture
def host() -> Iterator[EngineHost]:
    with EngineHost() as running:
        yield running


def pieces(host: EngineHost, model: ModelRef, sampling: Sampling) -> Iterator[str]:
    return HostedLanguageModel(host, lambda: model).generate("hello", sampling, CancelToken())


def gone(pid: int) -> bool:
    until = time.monotonic() + 20
    while psutil.pid_exists(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not psutil.pid_exists(pid)


def die(host: EngineHost, how: int) -> int:
    pid = host.pid
    assert pid is not None
    os.kill(pid, how)
    return pid


@pytest.mark.parametrize("how", DEATHS)
def test_death_in_mid_answer_is_said_and_another_process_answers(
    host: EngineHost, model: ModelRef, how: int
) -> None:
    answer = pieces(host, model, LONG)
    next(answer)
    os.kill(host.pid or 0, signal.SIGSTOP)  # so that it can't finish before it dies
    pid = die(host, how)
    os.kill(pid, signal.SIGCONT)
    with pytest.raises(EngineError) as caught:
        list(answer)
    assert caught.value.code == "engine.died"
    assert gone(pid)  # reaped: not even a zombie
    assert "".join(pieces(host, model, SHORT)) == tiny_llama.TEXT[:4]
    assert host.pid != pid


def test_death_between_answers_is_not_noticed(host: EngineHost, model: ModelRef) -> None:
    assert list(pieces(host, model, SHORT))
    assert gone(die(host, signal.SIGKILL))
    assert "".join(pieces(host, model, SHORT)) == tiny_llama.TEXT[:4]


def test_no_process_survives_the_program(model: ModelRef) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, model.path], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    assert psutil.pid_exists(pid)
    program.kill()
    program.wait()
    program.stdout.close()
    assert gone(pid)


@pytest.mark.slow
def test_a_hundred_deaths(host: EngineHost, model: ModelRef) -> None:
    """Killed at seeded moments of its work: every call ends, in an answer or in its error."""
    moments = random.Random(20_260_101)
    codes: list[str] = []
    for _ in range(100):
        answer = pieces(host, model, Sampling(max_tokens=64))
        kill_after = moments.randrange(0, 70)
        try:
            for count, _piece in enumerate(answer):
                if count == kill_after:
                    die(host, moments.choice([signal.SIGKILL, signal.SIGSEGV]))
        except EngineError as error:
            codes.append(error.code)
    assert len(codes) > 10
    assert set(codes) == {"engine.died"}
    assert "".join(pieces(host, model, SHORT)) == tiny_llama.TEXT[:4]
    children = [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]
    assert children == []
