"""`jiceng models` and `jiceng doctor`, headless, in both languages."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from desktop_app.cli import doctor, models
from desktop_app.cli.session import Session
from desktop_app.core.messages import LANGUAGES, Catalogue
from desktop_app.engines.library import ModelLibrary


def run(data: Path, *arguments: str, language: str = "en") -> Result:
    app, messages = typer.Typer(), Catalogue(language)
    models.register(app, messages)
    doctor.register(app, messages)
    return CliRunner().invoke(app, list(arguments), obj=Session(language=language, data_dir=data))


def test_import_list_verify_remove(tmp_path: Path, gguf: Path) -> None:
    assert json.loads(run(tmp_path, "models", "import", str(gguf), "--json").stdout)["id"] == "tiny"
    rows = json.loads(run(tmp_path, "models", "list", "--json").stdout)["models"]
    assert [row["id"] for row in rows if row["installed"]] == ["tiny"]
    assert json.loads(run(tmp_path, "models", "verify", "--json").stdout)["ok"] is True
    (tmp_path / "models" / "tiny" / "tiny.gguf").write_bytes(b"GGUF")
    broken = run(tmp_path, "models", "verify", "tiny")
    assert broken.exit_code == 1
    assert "[model.changed]" in broken.stderr
    assert run(tmp_path, "models", "remove", "tiny").exit_code == 0
    assert run(tmp_path, "models", "remove", "tiny").exit_code == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_that_is_not_pinned_is_refused_with_a_sentence(tmp_path: Path, language: str) -> None:
    result = run(tmp_path, "models", "pull", "sensevoice-small", language=language)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "[model.not_pinned]" in result.stderr
    assert "jiceng models import" in result.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_sentences(tmp_path: Path, language: str) -> None:
    result = run(tmp_path, "doctor", "--json", language=language)
    report = json.loads(result.stdout)
    assert result.exit_code == (1 if report["status"] == "fail" else 0)
    for row in report["findings"]:
        assert row["status"] in ("ok", "warn", "fail")
        assert not row["text"].startswith("doctor.")
        assert bool(row["next"]) == (row["status"] != "ok")
        assert "{" not in row["text"] + row["next"]
    assert {row["check"]: row["status"] for row in report["findings"]}["engine"] in ("ok", "warn")


def test_a_missing_model_warns_and_a_dead_clock_fails(tmp_path: Path) -> None:
    library = ModelLibrary(tmp_path / "models")
    checks = {
        item.name: item.status for item in doctor.examine(library, tmp_path, datetime(1970, 1, 1, tzinfo=UTC))
    }
    assert checks["speech"] == checks["language"] == "warn"
    assert checks["clock"] == "fail"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_that_can_be_has_a_sentence(language: str) -> None:
    keys = Catalogue(language).keys
    names = {key.split(".")[1] for key in keys if key.startswith("doctor.")} - {"mark"}
    assert all(f"doctor.{name}.ok" in keys and f"doctor.{name}.next" in keys for name in names)
