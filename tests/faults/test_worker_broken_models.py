"""Damaged weights of both formats: an error that names the model, and a program that goes on."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import EngineError, InputError
from desktop_app.engines.host import EngineHost, Patience
from desktop_app.engines.hosted import HostedLanguageModel, HostedTranscriber
from desktop_app.engines.models import ModelRef
from desktop_app.engines.protocols import Sampling
from models.recipes import tiny_llama, tiny_whisper

SAMPLING = Sampling(max_tokens=4)
KNOWN = {"engine.model_broken", "engine.died", "engine.failed", "engine.no_memory", "engine.timeout"}


@pytest.fixture(scope="module")
def host() -> Iterator[EngineHost]:
    with EngineHost(Patience(silence=20.0)) as running:
        yield running


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama.make(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.make(tmp_path_factory.mktemp("whisper") / "tiny")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import wave

    path = tmp_path_factory.mktemp("sound") / "noise.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((np.random.default_rng(0).standard_normal(8000) * 99).astype("<i2").tobytes())
    return path


def generate(host: EngineHost, path: Path) -> str:
    model = ModelRef(kind="language", engine="llama.cpp", name="weights", path=str(path))
    return "".join(HostedLanguageModel(host, lambda: model).generate("hello", SAMPLING, CancelToken()))


def transcribe(host: EngineHost, folder: Path, sound: Path) -> None:
    model = ModelRef(kind="speech", engine="faster-whisper", name="weights", path=str(folder))
    HostedTranscriber(host, lambda: model).transcribe(str(sound), None, CancelToken())


def damaged(data: bytes, moments: random.Random) -> bytes:
    """Return the bytes with a few changed, half of the time in the first thousand, where the structure is."""
    changed = bytearray(data)
    end = moments.choice([1_000, 20_000])
    for _ in range(moments.randrange(1, 8)):
        changed[moments.randrange(4, min(end, len(changed)))] = moments.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize(
    "content", [b"", b"G", b"GGUF", b"GGUF\x03\x00\x00\x00" + b"\xff" * 64, b"\x00" * 4096]
)
def test_what_is_no_gguf_is_a_broken_model(host: EngineHost, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.gguf"
    path.write_bytes(content)
    with pytest.raises(EngineError) as caught:
        generate(host, path)
    assert caught.value.code == "engine.model_broken"
    assert caught.value.details["name"] == "weights"


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_gguf_is_a_broken_model(
    host: EngineHost, gguf: Path, tmp_path: Path, share: float
) -> None:
    path, data = tmp_path / "weights.gguf", gguf.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(EngineError) as caught:
        generate(host, path)
    assert caught.value.code == "engine.model_broken"


def test_a_folder_in_the_place_of_a_gguf_is_a_broken_model(host: EngineHost, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        generate(host, tmp_path)
    assert caught.value.code == "engine.model_broken"


@pytest.mark.slow
def test_damaged_gguf_files_never_take_the_program_along(
    host: EngineHost, gguf: Path, tmp_path: Path
) -> None:
    moments, data, codes = random.Random(11), gguf.read_bytes(), list[str]()
    for number in range(60):
        path = tmp_path / f"{number}.gguf"  # another path is another model, not the one loaded
        path.write_bytes(damaged(data, moments))
        try:
            generate(host, path)
        except (EngineError, InputError) as error:
            codes.append(error.code)
        host.unload()
    assert len(codes) > 5
    assert set(codes) <= KNOWN | {"engine.prompt_too_long"}
    assert generate(host, gguf) == tiny_llama.TEXT[:4]


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_speech_model_that_lacks_a_file_never_asks_the_network(
    host: EngineHost, whisper: Path, sound: Path, tmp_path: Path, name: str
) -> None:
    folder = Path(shutil.copytree(whisper, tmp_path / "weights"))
    (folder / name).unlink()
    with pytest.raises(EngineError) as caught:
        transcribe(host, folder, sound)
    assert caught.value.code == "engine.model_broken"
    assert name in caught.value.hint


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2", b"\x06\x00\x00\x00" + b"\xff" * 500])
def test_a_speech_model_with_a_garbage_file_is_broken(
    host: EngineHost, whisper: Path, sound: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    folder = Path(shutil.copytree(whisper, tmp_path / "weights"))
    (folder / name).write_bytes(content)
    if (name, content) == ("config.json", b"{}"):
        transcribe(host, folder, sound)  # an empty configuration is a valid one
        return
    with pytest.raises(EngineError) as caught:
        transcribe(host, folder, sound)
    assert caught.value.code == "engine.model_broken"


@pytest.mark.slow
def test_damaged_speech_models_never_take_the_program_along(
    host: EngineHost, whisper: Path, sound: Path, tmp_path: Path
) -> None:
    moments, data = random.Random(12), (whisper / "model.bin").read_bytes()
    folder = Path(shutil.copytree(whisper, tmp_path / "weights"))
    codes: list[str] = []
    for _ in range(25):
        (folder / "model.bin").write_bytes(damaged(data[: moments.randrange(1000, len(data))], moments))
        try:
            transcribe(host, folder, sound)
        except EngineError as error:
            codes.append(error.code)
        host.unload()
    assert len(codes) > 5
    assert set(codes) <= KNOWN
    transcribe(host, whisper, sound)
