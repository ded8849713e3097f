"""Bad input: one clear sentence with a next step, the right exit code, nothing on standard output."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from program import SAMPLES, Outcome, jiceng
from typer.testing import CliRunner

from desktop_app.cli.main import build, hoist

SENTENCE = re.compile(r"\[(?P<code>[a-z_]+\.[a-z_]+)\] .+[。.] .+[。.]\n")

WRITERS: dict[str, tuple[str, bytes]] = {
    "an empty file": ("talk.txt", b""),
    "only blanks": ("talk.txt", b" \n\t\n"),
    "labels without words": ("talk.txt", "医生：\n患者：\n".encode()),
    "a binary file": ("talk.txt", bytes(range(256)) * 40),
    "more than a megabyte": ("talk.txt", "患者：咳嗽。\n".encode() * 80_000),
    "an endless line": ("talk.txt", "咳".encode() * 30_000),
    "broken JSON": ("talk.json", b'{"utterances": [{"text": "'),
    "JSON of another shape": ("talk.json", b'{"turns": 5}'),
    "JSON nested without end": ("talk.json", b"[" * 200_000),
    "an empty image": ("sheet.jpg", b""),
    "a broken image": ("sheet.jpg", (SAMPLES / "lab_sheet.jpg").read_bytes()[:4000]),
    "text that claims to be an image": ("sheet.png", "不是图片".encode()),
    "sound without a model": ("talk.wav", b"RIFF"),
}


def run(*arguments: str | Path) -> Outcome:
    """Run a command in this process: the same commands, without the start of a process for each."""
    result = CliRunner().invoke(build("zh"), hoist([str(item) for item in arguments]))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


def assert_one_sentence(outcome: Outcome) -> str:
    assert outcome.code == 1
    assert outcome.out == ""
    match = SENTENCE.fullmatch(outcome.err)
    assert match, outcome.err
    assert "Traceback" not in outcome.err
    assert ".text" not in outcome.err  # a code without a sentence shows its key
    return match["code"]


@pytest.mark.parametrize("kind", WRITERS)
def test_draft_refuses_with_one_sentence(kind: str, tmp_path: Path) -> None:
    name, data = WRITERS[kind]
    path = tmp_path / name
    path.write_bytes(data)
    assert_one_sentence(run("draft", path, "--json"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (lambda folder: ["draft", folder / "nowhere.txt"], "input.not_found"),
        (lambda folder: ["draft", folder], "input.folder"),
        (lambda folder: ["draft", "a\0b"], "input.not_found"),
        (lambda folder: ["draft", "咳" * 3000], "input.not_found"),
        (
            lambda folder: ["draft", SAMPLES / "consultation.txt", SAMPLES / "consultation.txt"],
            "input.two_talks",
        ),
        (lambda folder: ["draft", SAMPLES / "consultation.txt", "--age", "old"], "input.age"),
        (
            lambda folder: ["draft", SAMPLES / "consultation.txt", "--writer", "model"],
            "model.language_missing",
        ),
        (lambda folder: ["read", folder / "nowhere.jpg"], "image.missing"),
        (lambda folder: ["demo", "--keep", SAMPLES / "README.md"], "demo.keep"),
    ],
)
def test_the_sentence_names_what_is_wrong(
    arguments: Callable[[Path], list[str | Path]], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "no models here"))
    assert assert_one_sentence(run(*arguments(tmp_path))) == code


def test_wrong_arguments_are_told_apart_from_bad_input() -> None:
    for arguments in (
        ["draft"],
        ["draft", "x.txt", "--sex", "5"],
        ["nonsense"],
        ["draft", "x", "--region", "mars"],
    ):
        assert run(*arguments).code == 2


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "utf-8"])
def test_every_common_encoding_gives_the_same_draft(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes((SAMPLES / "consultation.txt").read_text(encoding="utf-8").encode(encoding))
    outcome = run("draft", path, "--json")
    assert outcome.code == 0, outcome.err
    assert "咳嗽" in json.loads(outcome.out)["fields"]["chief_complaint"]["text"]


@pytest.mark.parametrize(
    "talk",
    [
        "今天的菜好新鲜。\n对头，早上才摘的。\n好多钱一斤？\n三块五。\n",
        "The bus leaves at nine.\nBring the umbrella.\n",
        "🙂🙂🙂\n哈哈哈\n",
    ],
)
def test_a_talk_without_medicine_gives_empty_fields(talk: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text(talk, encoding="utf-8")
    outcome = run("draft", path, "--json")
    assert outcome.code == 0, outcome.err
    draft = json.loads(outcome.out)
    assert {key: field["text"] for key, field in draft["fields"].items() if field["text"]} == {}
    assert draft["alerts"] == []


def test_standard_input_and_the_process_itself_behave_the_same() -> None:
    good = jiceng("draft", "-", "--json", stdin="患者：我咳嗽三天了。\n".encode())
    assert good.code == 0, good.err
    assert good.json["fields"]["chief_complaint"]["text"] == "咳嗽3天。"
    bad = jiceng("draft", "-", stdin=b"")
    assert assert_one_sentence(bad) == "transcript.empty"
    english = jiceng("draft", "-", "--lang", "en", stdin=b"")
    assert english.code == 1
    assert re.fullmatch(r"\[transcript\.empty\] [A-Z].+\. [A-Z].+\.\n", english.err)
