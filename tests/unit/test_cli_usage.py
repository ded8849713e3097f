"""Words of a command that are wrong, and Ctrl-C: one sentence with a next step, in the person's language."""

from __future__ import annotations

import subprocess
import sys

import pytest

from desktop_app.cli import main


def said(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["jiceng", *arguments])
    with pytest.raises(SystemExit) as leaving:
        main.run()
    assert leaving.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.strip()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["draft"], "缺少 INPUT...。 用 jiceng draft --help 看写法。"),
        (["draft", "--nope", "x"], "没有 --nope 这个选项。 用 jiceng draft --help 看写法。"),
        (["record", "show"], "缺少 ID。 用 jiceng record show --help 看写法。"),
        (
            ["draft", "x", "--sex", "man"],
            "--sex 的值不对：应为 female male unknown 之一。 用 jiceng draft --help 看写法。",
        ),
        (["--lang", "en", "draft"], "INPUT... is missing. See jiceng draft --help."),
    ],
)
def test_a_wrong_command_is_one_sentence(
    arguments: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert said(arguments, monkeypatch, capsys) == sentence


WHILE_LOADING = """
import sys
class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "desktop_app.cli.main":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from desktop_app.__main__ import run
run()
"""
WHILE_WORKING = """
import os, signal, sys
from desktop_app.cli import bench
bench._figures = lambda name: os.kill(os.getpid(), signal.SIGINT) or []
sys.argv = ["jiceng", "bench", "draft"]
from desktop_app.__main__ import run
run()
"""


@pytest.mark.parametrize("program", [WHILE_LOADING, WHILE_WORKING])
def test_ctrl_c_is_one_sentence_at_any_moment(program: str) -> None:
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert ended.returncode == 130, ended.stderr
    assert ended.stderr.startswith("已中断。")
    assert "Traceback" not in ended.stderr
