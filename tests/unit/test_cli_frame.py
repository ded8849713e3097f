"""The frame of the commands: documented, translated, light to start, options where cli.md puts them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from source_tree import ROOT
from typer.testing import CliRunner

from desktop_app.cli.main import build, hoist, language_of
from desktop_app.core.messages import LANGUAGES

HEAVY = ("llama_cpp", "faster_whisper", "ctranslate2", "cv2", "rapidocr", "onnxruntime", "PySide6")


def _commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path
        return
    for name, child in children.items():
        yield from _commands(child, (*path, name))


COMMANDS = sorted(_commands(typer.main.get_command(build("zh"))))


def test_the_commands_of_the_contract_are_there() -> None:
    groups = {path[0] for path in COMMANDS}
    promised = (
        "demo draft ground read record audit backup restore recovery-code users doctor models eval bench"
    )
    assert groups >= set(promised.split())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_documented(path: tuple[str, ...]) -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "resources" / "docs").rglob("*.md"))]
    words = "jiceng " + " ".join(path)
    assert any(words in page.read_text(encoding="utf-8") for page in pages), f"no page mentions `{words}`"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_there_in_both_languages(path: tuple[str, ...]) -> None:
    texts = []
    for language in LANGUAGES:
        result = CliRunner().invoke(build(language), [*path, "--help"])
        assert result.exit_code == 0
        assert "help." not in result.stdout  # a text that is missing shows its key
        texts.append(result.stdout)
    assert texts[0] != texts[1]


def test_nothing_heavy_is_loaded_for_help() -> None:
    code = (
        "import sys; sys.argv = ['jiceng', '--help']\n"
        "from desktop_app.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.decode().splitlines()[-1] == "LOADED []"


def test_shared_options_may_stand_anywhere() -> None:
    assert hoist(["draft", "a.txt", "--lang", "en", "--data-dir=d"]) == [
        *("--lang", "en", "--data-dir=d"),
        *("draft", "a.txt"),
    ]
    assert hoist(["draft", "--", "--lang", "en"]) == ["draft", "--", "--lang", "en"]
    assert hoist(["draft", "--user"]) == ["--user", "draft"]


def test_the_language_comes_from_the_arguments_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JICENG_LANG", "en")
    assert language_of(["draft"]) == "en"
    assert language_of(["draft", "--lang=zh"]) == "zh"
    monkeypatch.setenv("JICENG_LANG", "xx")
    assert language_of(["draft"]) == "zh"


def test_the_shell_scripts_are_well_formed() -> None:
    for script in (*(ROOT / "installers").glob("*.sh"), ROOT / ".ci" / "run"):
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0, script
        assert script.stat().st_mode & 0o100


def test_no_file_names_a_package_registry() -> None:
    for path in (ROOT / "requirements.lock", *Path(ROOT / "installers").iterdir()):
        assert "index-url" not in path.read_text(encoding="utf-8").replace("--no-emit-index-url", "")
