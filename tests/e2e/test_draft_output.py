"""What `jiceng draft` prints: the fixed JSON, and a record that a person can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from program import SAMPLES
from typer.testing import CliRunner

from desktop_app.cli.main import build, hoist
from desktop_app.core.records.drafts import FieldKey, FieldState, Support

TALK = SAMPLES / "consultation.txt"


def draft(*arguments: str | Path, language: str = "zh") -> str:
    result = CliRunner().invoke(build(language), hoist(["draft", *map(str, arguments)]))
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    data = json.loads(draft(TALK, "--sex", "female", "--age", "46y", "--json"))
    assert isinstance(data, dict)
    return data


def test_every_key_of_the_contract_is_there(shown: dict[str, Any]) -> None:
    assert set(shown) >= {"scenario", "engine", "fields", "alerts", "unresolved", "timings_ms"}
    assert shown["engine"] == {"writer": "rules", "model": None}
    assert list(shown["fields"]) == [item.value for item in FieldKey]
    assert set(shown["timings_ms"]) >= {"first_field", "total"}
    for field in shown["fields"].values():
        assert set(field) == {"label", "text", "state", "statements", "findings"}
        assert field["state"] in set(FieldState)
        for statement in field["statements"]:
            assert set(statement) >= {"text", "support", "derivation", "evidence"}
            assert statement["support"] in set(Support)


def test_unresolved_counts_all_but_the_verified(shown: dict[str, Any]) -> None:
    supports = [item["support"] for field in shown["fields"].values() for item in field["statements"]]
    assert shown["unresolved"] == len(supports) - supports.count("verified")


def test_the_same_input_gives_the_same_draft(shown: dict[str, Any]) -> None:
    again = json.loads(draft(TALK, "--sex", "female", "--age", "46y", "--json"))
    assert again["fields"] == shown["fields"]
    assert again["alerts"] == shown["alerts"]


def test_a_talk_as_json_gives_the_same_draft(shown: dict[str, Any], tmp_path: Path) -> None:
    names = {"医生": "doctor", "患者": "patient"}
    lines = [line.split("：", 1) for line in TALK.read_text(encoding="utf-8").splitlines()]
    utterances = [
        {"id": number, "speaker": names[label], "text": text} for number, (label, text) in enumerate(lines, 1)
    ]
    path = tmp_path / "talk.json"
    path.write_text(json.dumps({"utterances": utterances}, ensure_ascii=False), encoding="utf-8")
    assert json.loads(draft(path, "--sex", "female", "--age", "46y", "--json"))["fields"] == shown["fields"]


def test_without_labels_nothing_enters_the_doctors_fields_as_verified(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    lines = TALK.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.split("：", 1)[1] for line in lines), encoding="utf-8")
    fields = json.loads(draft(path, "--json"))["fields"]
    for key in ("physical_exam", "diagnosis", "plan"):
        assert all(item["support"] != "verified" for item in fields[key]["statements"])


def test_a_person_reads_marks_sources_and_what_is_open() -> None:
    text = draft(TALK, "--sex", "female", "--age", "46y")
    assert "主诉：" in text
    assert "✓ " in text
    assert "〔第2句〕" in text
    assert "AI生成" in text
    english = draft(TALK, language="en")
    assert "〔utterance 2〕" in english
    assert "AI-generated" in english
