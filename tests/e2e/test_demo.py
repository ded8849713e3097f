"""The main job on the bundled sample, through the real program."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from program import Outcome, jiceng
from pypdf import PdfReader


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "exports"


@pytest.fixture(scope="module")
def outcome(kept: Path) -> Outcome:
    return jiceng("demo", "--json", "--keep", kept)


@pytest.fixture(scope="module")
def shown(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code == 0, outcome.err
    return outcome.json


def test_it_says_which_engine_did_what(shown: dict[str, Any]) -> None:
    assert shown["speech"] == "not run"
    assert shown["engines"]["writer"] == "rules"
    assert shown["engines"]["reading"].startswith("rapidocr")
    assert set(shown["timings_ms"]) >= {
        "reading",
        "writer",
        "grounding",
        "first_field",
        "sign",
        "export",
        "total",
    }


def test_every_statement_names_its_evidence_and_every_quote_is_literal(shown: dict[str, Any]) -> None:
    texts = {item["id"]: item["text"] for item in shown["transcript"]["utterances"]}
    statements = [item for field in shown["draft"]["fields"].values() for item in field["statements"]]
    assert len(statements) > 20
    for statement in statements:
        if statement["support"] == "verified":
            assert statement["evidence"], statement["text"]
        for evidence in statement["evidence"]:
            if evidence["source"] == "utterance":
                assert texts[evidence["id"]][evidence["start"] : evidence["end"]] == evidence["quote"]


def test_the_record_says_what_the_sample_says(shown: dict[str, Any]) -> None:
    fields = shown["record"]["fields"]
    assert "咳嗽" in fields["chief_complaint"]["text"]
    assert "发热" in fields["chief_complaint"]["text"]
    assert "38.6" in fields["present_illness"]["text"]
    assert "氨氯地平" in fields["past_history"]["text"]
    assert "青霉素" in fields["allergy"]["text"]
    assert "母亲" in fields["personal_family"]["text"]
    assert "130/85" in fields["physical_exam"]["text"]
    assert "支气管炎" in fields["diagnosis"]["text"]
    assert "阿奇霉素" in fields["plan"]["text"]


def test_the_sheet_was_read(shown: dict[str, Any]) -> None:
    (sheet,) = shown["sheets"]
    values = {row["analyte"]: row["value"] for row in sheet["rows"]}
    assert values["hemoglobin"] == 98.0
    assert values["white_blood_cell"] == 11.62


def test_every_row_of_the_sheet_that_is_beyond_doubt_stands_verified(shown: dict[str, Any]) -> None:
    rows = {row["row"] for row in shown["sheets"][0]["rows"] if not row["review"]}
    statements = shown["draft"]["fields"]["auxiliary_exam"]["statements"]
    verified = {
        evidence["row"]
        for item in statements
        if item["support"] == "verified"
        for evidence in item["evidence"]
        if evidence["source"] == "lab"
    }
    assert verified >= rows


def test_a_person_decided_on_everything_open_and_signed(shown: dict[str, Any]) -> None:
    open_before = {
        item["id"]
        for field in shown["draft"]["fields"].values()
        for item in field["statements"]
        if item["support"] != "verified"
    }
    assert {item["statement"] for item in shown["review"]["changes"]} == open_before
    assert shown["record"]["state"] == "signed"
    assert shown["record"]["unresolved"] == 0
    assert shown["signature"]["signer"] == shown["review"]["reviewer"] == "demo-doctor"


def test_the_audit_chain_holds(shown: dict[str, Any]) -> None:
    assert shown["audit"]["ok"] is True
    assert shown["audit"]["broken"] is None
    assert shown["audit"]["rows"] == int(shown["audit"]["head"].split(":")[0])
    assert shown["outbox"] >= 1


def test_three_exports_are_there_and_readable(shown: dict[str, Any], kept: Path) -> None:
    files = {item["format"]: Path(item["file"]) for item in shown["exports"]}
    assert set(files) == {"fhir", "pdf", "docx"}
    assert {path.parent for path in files.values()} == {kept}
    bundle = json.loads(files["fhir"].read_bytes())
    assert bundle["resourceType"] == "Bundle"
    assert bundle["entry"][0]["resource"]["resourceType"] == "Composition"
    assert bundle["entry"][0]["resource"]["status"] == "final"
    words = "".join(page.extract_text() for page in PdfReader(files["pdf"]).pages)
    assert "王桂芳" in words
    assert "非CA可靠电子签名" in words.replace(" ", "")
    with zipfile.ZipFile(io.BytesIO(files["docx"].read_bytes())) as package:
        assert "青霉素" in package.read("word/document.xml").decode("utf-8")


def test_the_other_desk_says_that_it_is_still_to_come() -> None:
    outcome = jiceng("demo", "--scenario", "retail")
    assert outcome.code == 1
    assert outcome.err.startswith("[demo.scenario]")
