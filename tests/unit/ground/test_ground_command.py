"""The commands ground, eval and bench, run as a person would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from desktop_app.cli import bench, evaluate, ground
from desktop_app.cli.session import Session
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.people import Patient
from desktop_app.core.records.visits import VisitContext
from desktop_app.insight.bench import bench_json, bench_store
from desktop_app.pipeline.transcripts import parse_transcript
from desktop_app.scenarios.clinic.writer import RulesWriter

ROOT = Path(__file__).resolve().parents[3]
DEV = ROOT / "tests/data/dialogues/dev"


@pytest.fixture(params=["zh", "en"])
def app(request: pytest.FixtureRequest) -> typer.Typer:
    language: str = request.param
    tree = typer.Typer()

    @tree.callback()
    def shared(context: typer.Context) -> None:
        context.obj = Session(language=language)

    for part in (ground, evaluate, bench):
        part.register(tree, Catalogue(language))
    return tree


def run(app: typer.Typer, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(item) for item in arguments])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    fields = {
        "present_illness": {"text": "咳嗽3天", "statements": [{"text": "咳嗽3天"}, {"text": "咳嗽5天"}]},
        "allergy": "否认药物过敏史",
    }
    draft, talk = tmp_path / "draft.json", tmp_path / "talk.txt"
    draft.write_text(json.dumps({"fields": fields}), encoding="utf-8")
    talk.write_text("医生：哪里不好？\n患者：咳嗽三天了。\n", encoding="gb18030")
    return draft, talk


def test_ground(app: typer.Typer, files: tuple[Path, Path]) -> None:
    result = run(app, "ground", files[0], "--transcript", files[1], "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    right, wrong = data["fields"]["present_illness"]["statements"]
    assert right["support"] == "verified"
    assert right["evidence"][0]["quote"] == "咳嗽三天了"
    assert (wrong["support"], wrong["reason"]) == ("unsupported", "duration")
    assert data["fields"]["allergy"]["statements"][0]["reason"] == "allergy"
    assert data["unresolved"] == 2


def test_ground_for_a_person(app: typer.Typer, files: tuple[Path, Path]) -> None:
    result = run(app, "ground", files[0], "--transcript", files[1])
    assert result.exit_code == 0
    assert "咳嗽5天" in result.stdout


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"fields": {"x": "y"}}'])
def test_ground_refuses_other_files(app: typer.Typer, files: tuple[Path, Path], content: bytes) -> None:
    files[0].write_bytes(content)
    result = run(app, "ground", files[0], "--transcript", files[1], "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "error." not in result.stderr


def test_ground_with_a_sheet(app: typer.Typer, files: tuple[Path, Path], tmp_path: Path) -> None:
    row = {
        "row": 1,
        "name_raw": "血红蛋白",
        "name": "血红蛋白",
        "value_raw": "98",
        "value": 98.0,
        "unit": "g/L",
    }
    sheet = tmp_path / "sheet.json"
    sheet.write_text(json.dumps({"pages": [{"kind": "lab", "image": "a.jpg", "rows": [row]}]}))
    files[0].write_text(json.dumps({"fields": {"auxiliary_exam": "血红蛋白89g/L"}}))
    result = run(app, "ground", files[0], "--transcript", files[1], "--sheet", sheet, "--json")
    assert result.exit_code == 0, result.output
    statement = json.loads(result.stdout)["fields"]["auxiliary_exam"]["statements"][0]
    assert (statement["reason"], statement["evidence"][0]["row"]) == ("number", 1)


@pytest.fixture
def two_cases(tmp_path: Path) -> Path:
    folder = tmp_path / "dev"
    folder.mkdir()
    for name in ("101", "105"):
        (folder / f"{name}.json").write_bytes((DEV / f"{name}.json").read_bytes())
    records = tmp_path / "records"
    records.mkdir()
    (records / "105.json").write_bytes((ROOT / "tests/data/records/105.json").read_bytes())
    return folder


@pytest.mark.parametrize("suite", ["draft", "ground"])
def test_eval(app: typer.Typer, two_cases: Path, tmp_path: Path, suite: str) -> None:
    page = tmp_path / "page.html"
    result = run(app, "eval", suite, two_cases, "--json", "--report", page, "--strip-labels")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert (data["suite"], data["split"], data["cases"]) == (suite, "dev", 2)
    assert all({"key", "value", "low", "high"} == set(item) for item in data["figures"])
    assert "eval." not in page.read_text(encoding="utf-8")


def test_eval_of_nothing(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, "eval", "draft", tmp_path, "--json")
    assert result.exit_code == 1
    assert "eval.no_cases" in result.stderr


def test_help_is_complete(app: typer.Typer) -> None:
    for name in ("ground", "eval", "bench"):
        result = run(app, name, "--help")
        assert result.exit_code == 0
        assert "help." not in result.stdout


def test_bench_of_the_store() -> None:
    visit = VisitContext(
        patient=Patient.unnamed(), transcript=parse_transcript("患者：咳嗽三天了。".encode(), "a.txt")
    )
    data = bench_json("store", bench_store(RulesWriter().draft(visit, CancelToken()), runs=2))
    assert set(data["machine"]) == {"cpu", "cores", "memory_gb", "isa"}
    figure = data["figures"][0]
    assert figure["key"] == "store.sign_ms"
    assert figure["spread"][0] <= figure["ours"] <= figure["spread"][1]
