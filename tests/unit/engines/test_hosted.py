"""Real tiny models of both formats through the engine process."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import Cancelled, EngineError, InputError, ModelMissingError
from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Speaker
from desktop_app.engines.host import EngineHost, Patience
from desktop_app.engines.hosted import HostedLanguageModel, HostedPageReader, HostedTranscriber
from desktop_app.engines.models import ModelRef
from desktop_app.engines.protocols import LanguageModel, PageReader, Sampling, Transcriber
from models.recipes import tiny_llama, tiny_whisper

PLAIN, LONG = Sampling(), Sampling(max_tokens=1900)


@pytest.fixture(scope="module")
def host() -> Iterator[EngineHost]:
    with EngineHost() as running:
        yield running


def language(path: Path) -> ModelRef:
    return ModelRef(kind="language", engine="llama.cpp", name=path.stem, path=str(path), sha256="a" * 64)


def speech(path: Path) -> ModelRef:
    return ModelRef(kind="speech", engine="faster-whisper", name=path.name, path=str(path), sha256="b" * 64)


def answer(host: EngineHost, path: Path, sampling: Sampling = PLAIN, prompt: str = "hello") -> str:
    model: LanguageModel = HostedLanguageModel(host, lambda: language(path))
    return "".join(model.generate(prompt, sampling, CancelToken()))


def test_the_language_model_says_its_text(host: EngineHost, gguf: Path) -> None:
    assert answer(host, gguf) == tiny_llama.TEXT


def test_it_comes_in_pieces_of_whole_characters(host: EngineHost, gguf: Path) -> None:
    model = HostedLanguageModel(host, lambda: language(gguf))
    pieces = list(model.generate("hello", Sampling(), CancelToken()))
    assert len(pieces) > 3
    assert "".join(pieces) == tiny_llama.TEXT


def test_stop_sequences_and_limits_end_it(host: EngineHost, gguf: Path) -> None:
    assert answer(host, gguf, Sampling(stop=("三天",))) == tiny_llama.TEXT.partition("三天")[0]
    assert answer(host, gguf, Sampling(max_tokens=3)) == tiny_llama.TEXT[:3]


def test_a_grammar_holds_it(host: EngineHost, gguf: Path) -> None:
    assert answer(host, gguf, Sampling(grammar='root ::= "主诉：" ("三天" | "天三")')) == "主诉：三天"


def test_a_wrong_grammar_is_said_so(host: EngineHost, gguf: Path) -> None:
    with pytest.raises(InputError) as caught:
        answer(host, gguf, Sampling(grammar="root ::= ("))
    assert caught.value.code == "engine.grammar"


def test_the_same_seed_draws_the_same(host: EngineHost, gguf: Path) -> None:
    first, second = (answer(host, gguf, Sampling(temperature=5.0, seed=7, max_tokens=12)) for _ in range(2))
    assert first == second


def test_a_prompt_that_begins_alike_gives_the_same_answer(host: EngineHost, gguf: Path) -> None:
    prompts = ["患者：咳嗽 a", "患者：咳嗽 b", "患者：咳嗽 b", "x", "患者：咳嗽 b and more", " a" * 99]
    assert {answer(host, gguf, prompt=prompt) for prompt in prompts} == {tiny_llama.TEXT}


def test_a_prompt_beyond_the_context_is_refused(host: EngineHost, gguf: Path) -> None:
    with pytest.raises(InputError) as caught:
        answer(host, gguf, prompt="咳" * 3000)
    assert caught.value.code == "engine.prompt_too_long"


def test_speech_becomes_an_utterance_with_word_times(host: EngineHost, whisper: Path, spoken: Path) -> None:
    shares: list[float] = []
    transcriber = HostedTranscriber(host, lambda: speech(whisper))
    transcript = transcriber.transcribe(str(spoken), Region.SICHUAN, CancelToken(), shares.append)
    assert transcript.engine == f"faster-whisper:{whisper.name}"
    assert transcript.region is Region.SICHUAN
    (utterance,) = transcript.utterances
    assert (utterance.id, utterance.text, utterance.speaker) == (1, tiny_whisper.TEXT, Speaker.UNKNOWN)
    assert "".join(word.text for word in utterance.words) == tiny_whisper.TEXT
    times = [time for word in utterance.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= 5.5
    assert all(0 <= word.confidence <= 1 for word in utterance.words)
    assert shares[-1] == 1.0


def test_the_same_sound_gives_the_same_words(host: EngineHost, whisper: Path, spoken: Path) -> None:
    transcriber: Transcriber = HostedTranscriber(host, lambda: speech(whisper))
    first, second = (transcriber.transcribe(str(spoken), None, CancelToken()) for _ in range(2))
    assert first.utterances == second.utterances


def test_silence_gives_no_utterance(host: EngineHost, whisper: Path, silent: Path) -> None:
    transcriber = HostedTranscriber(host, lambda: speech(whisper))
    assert transcriber.transcribe(str(silent), None, CancelToken()).utterances == ()


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"\x00" * 5000, "不是录音".encode() * 99, b"#EXTM3U\nhttp://x/"]
)
def test_what_is_no_sound_is_an_input_error(
    host: EngineHost, whisper: Path, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        HostedTranscriber(host, lambda: speech(whisper)).transcribe(str(path), None, CancelToken())
    assert caught.value.code == "sound.unreadable"


def test_a_missing_sound_is_said_so(host: EngineHost, whisper: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        HostedTranscriber(host, lambda: speech(whisper)).transcribe(str(tmp_path / "no"), None, CancelToken())
    assert caught.value.code == "sound.missing"


def test_the_page_reader_runs_in_the_process(host: EngineHost, tmp_path: Path) -> None:
    reader: PageReader = HostedPageReader(host)
    path = tmp_path / "page.png"
    path.write_bytes(b"no picture")
    with pytest.raises(InputError):
        reader.read(str(path), CancelToken())


def test_weights_that_are_gone_are_missing(host: EngineHost, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        answer(host, tmp_path / "gone.gguf")
    with pytest.raises(ModelMissingError):
        HostedTranscriber(host, lambda: speech(tmp_path / "gone")).transcribe("x", None, CancelToken())


def test_weights_larger_than_memory_are_refused_unread(host: EngineHost, gguf: Path, tmp_path: Path) -> None:
    huge = tmp_path / "huge.gguf"
    huge.write_bytes(gguf.read_bytes())
    os.truncate(huge, psutil.virtual_memory().total * 2)  # a hole in the file, not on the disk
    with pytest.raises(EngineError) as caught:
        answer(host, huge)
    assert caught.value.code == "engine.no_memory"


def test_cancelling_between_tokens_keeps_the_process(endless_gguf: Path) -> None:
    with EngineHost(Patience(grace=30.0)) as host:
        cancel = CancelToken()
        pieces = HostedLanguageModel(host, lambda: language(endless_gguf)).generate("hello", LONG, cancel)
        next(pieces)
        pid = host.pid
        cancel.cancel()
        with pytest.raises(Cancelled):
            list(pieces)
        assert answer(host, endless_gguf, Sampling(max_tokens=4)) == tiny_llama.TEXT[:4]
        assert host.pid == pid


def test_a_caller_who_stops_listening_cancels(endless_gguf: Path) -> None:
    with EngineHost(Patience(grace=30.0)) as host:
        pieces = HostedLanguageModel(host, lambda: language(endless_gguf)).generate(
            "hello", LONG, CancelToken()
        )
        next(pieces)
        pid = host.pid
        pieces.close()  # type: ignore[attr-defined]
        assert answer(host, endless_gguf, Sampling(max_tokens=1)) == tiny_llama.TEXT[0]
        assert host.pid == pid


def test_a_process_that_does_not_stop_is_killed(endless_gguf: Path) -> None:
    with EngineHost(Patience(grace=0.0)) as host:
        cancel = CancelToken()
        pieces = HostedLanguageModel(host, lambda: language(endless_gguf)).generate("hello", LONG, cancel)
        next(pieces)
        pid = host.pid
        assert pid is not None
        os.kill(pid, 19)  # SIGSTOP: as deaf as native code can be
        cancel.cancel()
        with pytest.raises(Cancelled):
            list(pieces)
        assert answer(host, endless_gguf, Sampling(max_tokens=1)) == tiny_llama.TEXT[0]
        assert not psutil.pid_exists(pid)


def test_a_silent_process_counts_as_hung(endless_gguf: Path) -> None:
    with EngineHost(Patience(silence=1.0)) as host:
        pieces = HostedLanguageModel(host, lambda: language(endless_gguf)).generate(
            "hello", LONG, CancelToken()
        )
        with pytest.raises(EngineError) as caught:
            freeze(host, pieces)
        assert caught.value.code == "engine.timeout"


def freeze(host: EngineHost, pieces: Iterator[str]) -> None:
    for _ in pieces:
        os.kill(host.pid or 0, 19)


def test_a_second_caller_waits_and_may_give_up_waiting(endless_gguf: Path) -> None:
    with EngineHost() as host:
        first = HostedLanguageModel(host, lambda: language(endless_gguf)).generate(
            "hello", LONG, CancelToken()
        )
        next(first)
        os.kill(host.pid or 0, 19)
        cancel = CancelToken()
        threading.Timer(0.2, cancel.cancel).start()
        with pytest.raises(Cancelled):
            answer_cancelled(host, endless_gguf, cancel)
        os.kill(host.pid or 0, 18)
        assert next(first)


def answer_cancelled(host: EngineHost, path: Path, cancel: CancelToken) -> list[str]:
    return list(HostedLanguageModel(host, lambda: language(path)).generate("hello", Sampling(), cancel))


def test_callers_of_many_threads_all_get_their_answer(gguf: Path) -> None:
    answers: list[str] = []
    with EngineHost() as host:
        threads = [threading.Thread(target=lambda: answers.append(answer(host, gguf))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [tiny_llama.TEXT] * 8


def test_nothing_runs_before_the_first_request_and_nothing_after_close(gguf: Path) -> None:
    host = EngineHost()
    assert host.pid is None
    answer(host, gguf)
    pid = host.pid
    host.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    with pytest.raises(EngineError) as caught:
        answer(host, gguf)
    assert caught.value.code == "engine.closed"


def test_an_idle_process_ends_and_another_starts(gguf: Path) -> None:
    with EngineHost(Patience(idle=0.05)) as host:
        answer(host, gguf)
        until = time.monotonic() + 20
        while host.pid is not None and time.monotonic() < until:
            time.sleep(0.02)
        assert host.pid is None
        assert answer(host, gguf) == tiny_llama.TEXT


def test_after_unloading_the_file_at_the_same_path_is_read_anew(tmp_path: Path) -> None:
    path = tiny_llama.make(tmp_path / "weights.gguf")
    with EngineHost() as host:
        for text in ("头痛两天", "腹泻一日", "胸闷半月", "主诉：乏力") * 3:
            tiny_llama.make(path, text)
            assert answer(host, path) == text
            assert host.unload()  # at once: the turn may not be free yet
            assert host.pid is None


def test_unloading_waits_for_a_caller_who_stopped_and_not_for_one_who_goes_on(endless_gguf: Path) -> None:
    with EngineHost() as host:
        model = HostedLanguageModel(host, lambda: language(endless_gguf))
        pieces = model.generate("hello", LONG, CancelToken())
        next(pieces)
        assert not host.unload(0.01)
        assert host.pid is not None
        pieces.close()  # type: ignore[attr-defined]
        assert host.unload()
        assert host.pid is None


def test_the_process_sees_no_secret(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JICENG_PASSPHRASE", "correct horse battery")
    with EngineHost() as host:
        answer(host, gguf)
        process = psutil.Process(host.pid)
        assert not [name for name in process.environ() if name.startswith("JICENG_")]
        assert not any("correct horse" in part for part in process.cmdline())
        assert process.net_connections() == []
