"""What came in is sorted, and what can't be used is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.errors import InputError
from desktop_app.core.settings import Limits
from desktop_app.pipeline.capture import capture

TALK = "医生：哪里不好？\n患者：咳嗽三天了。\n"


def _nothing() -> bytes:
    raise AssertionError("standard input was read")


def test_talk_sound_and_images_are_told_apart(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.PNG", "c.wav"):
        (tmp_path / name).write_bytes(b"x")
    got = capture([str(tmp_path / name) for name in ("a.jpg", "b.PNG", "c.wav")], _nothing)
    assert got.transcript is None
    assert got.sound == str(tmp_path / "c.wav")
    assert [Path(item).name for item in got.images] == ["a.jpg", "b.PNG"]


def test_standard_input_is_a_talk() -> None:
    got = capture(["-"], TALK.encode)
    assert got.transcript is not None
    assert [item.text for item in got.transcript.utterances] == ["哪里不好？", "咳嗽三天了。"]


def test_images_alone_are_enough(tmp_path: Path) -> None:
    image = tmp_path / "a.jpg"
    image.write_bytes(b"x")
    assert capture([str(image)], _nothing).images == (str(image),)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ([], "input.none"),
        (["talk.txt", "talk.txt"], "input.two_talks"),
        (["talk.txt", "a.wav"], "input.two_talks"),
        (["."], "input.folder"),
        (["gone.jpg"], "input.not_found"),
        (["gone.wav"], "input.not_found"),
        (["gone"], "input.not_found"),
    ],
)
def test_what_cannot_be_used_is_named(names: list[str], code: str, tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    (tmp_path / "a.wav").write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        capture([str(tmp_path / name) for name in names], _nothing)
    assert caught.value.code == code


def test_a_transcript_beyond_the_limit_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text(TALK * 50, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        capture([str(path)], _nothing, Limits(transcript_bytes=100))
    assert caught.value.code == "transcript.too_large"


@given(st.text(max_size=60))
def test_no_name_is_more_than_not_found(name: str) -> None:
    try:
        capture([f"/nowhere/{name}.jpg"], _nothing)
    except InputError as error:
        assert error.code in ("input.not_found", "input.folder")  # noqa: PT017  every other error is a bug
