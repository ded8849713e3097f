from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from desktop_app.cli.main import build
from desktop_app.core import paths

SAMPLE = paths.resources() / "samples" / "lab_sheet.jpg"


def test_the_command_prints_one_object_in_the_fixed_shape() -> None:
    result = CliRunner().invoke(build("zh"), ["read", str(SAMPLE), "--json"])
    assert result.exit_code == 0, result.stderr
    data = json.loads(result.stdout)
    page = data["pages"][0]
    assert {"kind", "corrected", "patient", "date", "rows", "codes", "label", "text"} <= page.keys()
    assert page["patient"] == {"name": "王桂芳", "sex": "女", "age": "46岁"}
    assert (page["kind"], page["codes"], len(page["rows"])) == ("lab", [], 14)
    assert data["timings_ms"]["total"] > 0


def test_kinds_that_are_not_built_say_so() -> None:
    for kind in ("barcode", "label", "skin"):
        result = CliRunner().invoke(build("en"), ["read", str(SAMPLE), "--kind", kind])
        assert result.exit_code == 1
        assert "[image.kind_missing]" in result.stderr


def test_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(SAMPLE.read_bytes()[:5000])
    result = CliRunner().invoke(build("zh"), ["read", str(broken)])
    assert result.exit_code == 1
    assert result.stderr.startswith("[image.broken]")
    assert "Traceback" not in result.stderr
