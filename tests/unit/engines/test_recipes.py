from pathlib import Path

import pytest

from models.recipes import tiny_llama, tiny_whisper


def contents(folder: Path) -> dict[str, bytes]:
    return {item.name: item.read_bytes() for item in folder.iterdir()}


def test_the_same_seed_gives_the_same_whisper(tmp_path: Path) -> None:
    first, second = (tiny_whisper.make(tmp_path / name, seed=3) for name in ("a", "b"))
    assert contents(first) == contents(second)
    assert contents(first)["model.bin"] != contents(tiny_whisper.make(tmp_path / "c", seed=4))["model.bin"]


def test_the_same_seed_gives_the_same_llama(tmp_path: Path) -> None:
    first, second = (tiny_llama.make(tmp_path / name, seed=3).read_bytes() for name in ("a", "b"))
    assert first == second
    assert first != tiny_llama.make(tmp_path / "c", seed=4).read_bytes()


@pytest.mark.parametrize("text", ["", "咳" * 59])
def test_whisper_refuses_a_text_that_has_no_room(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError):
        tiny_whisper.make(tmp_path, text)


@pytest.mark.parametrize("text", ["", "咳咳"])
def test_llama_refuses_a_text_that_is_no_chain(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError):
        tiny_llama.make(tmp_path / "x.gguf", text)
