import copy
import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import export_visit_builder as build
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core.messages import LANGUAGES, Catalogue
from desktop_app.core.records.drafts import FieldKey, FieldState, Support
from desktop_app.core.records.people import Age, Patient
from desktop_app.core.records.sheets import Flag
from desktop_app.core.records.visits import Visit
from desktop_app.export import FORMATS, ExportWarning, export_file, export_visit, fhir, fhir_check
from desktop_app.export.fhir_values import CODE_MEMBERS
from desktop_app.export.wording import xml_safe


def bundle(visit: Visit) -> dict[str, Any]:
    return json.loads(export_visit(visit, "fhir", audit_head=build.AUDIT_HEAD))


def of(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in made["entry"] if entry["resource"]["resourceType"] == kind]


def section(made: dict[str, Any], title: str) -> dict[str, Any]:
    return next(item for item in of(made, "Composition")[0]["section"] if item["title"] == title)


@pytest.mark.parametrize("signed", [False, True])
def test_text_parses_again_to_the_same(signed: bool) -> None:
    made = bundle(build.visit(signed=signed))
    again = json.loads(Bundle.model_validate(made).model_dump_json())
    assert flat(again) == flat(made)
    assert fhir_check.validate(again) == []


def flat(value: Any) -> Any:
    """Times and decimals may be written in more than one way."""
    if isinstance(value, dict):
        return {key: flat(item) for key, item in value.items()}
    if isinstance(value, list):
        return [flat(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", value):
        return value.replace("+00:00", "Z")
    return float(value) if isinstance(value, int | float) else value


def test_a_draft_is_preliminary_and_marked() -> None:
    made = bundle(build.visit())
    assert (made["type"], made["timestamp"]) == ("document", "2026-03-02T01:25:00+00:00")
    assert made["entry"][0]["resource"]["resourceType"] == "Composition"
    composition = made["entry"][0]["resource"]
    assert composition["status"] == "preliminary"
    assert "attester" not in composition
    assert "AI生成 · 未签名" in composition["text"]["div"]
    for kind in ("Composition", "Condition", "AllergyIntolerance", "CarePlan", "MedicationRequest", "Task"):
        assert of(made, kind)[0]["meta"]["security"][0]["code"] == "AIAST"
    assert "meta" not in of(made, "Patient")[0]
    assert of(made, "Encounter")[0]["class"]["code"] == "AMB"
    assert {item["status"] for item in of(made, "Observation")} == {"preliminary"}
    assert (of(made, "ServiceRequest")[0]["status"], of(made, "Task")[0]["status"]) == ("draft", "draft")


def test_a_signed_record_is_final_attested_and_still_marked() -> None:
    visit = dataclasses.replace(build.visit(signed=True), signature=build.signature("王主任"))
    made = bundle(visit)
    composition = of(made, "Composition")[0]
    assert composition["status"] == "final"
    assert composition["meta"]["security"][0]["code"] == "AIAST"
    names = {f"urn:uuid:{item['id']}": item["name"][0]["text"] for item in of(made, "Practitioner")}
    attesters = [(item["mode"], names[item["party"]["reference"]]) for item in composition["attester"]]
    assert attesters == [("professional", "李建国"), ("legal", "王主任")]
    provenance = of(made, "Provenance")[0]
    roles = [agent["type"]["coding"][0]["code"] for agent in provenance["agent"]]
    assert roles == ["assembler", "verifier", "verifier"]
    device = of(made, "Device")[0]
    assert provenance["agent"][0]["who"]["reference"] == f"urn:uuid:{device['id']}"
    assert device["identifier"][0]["value"] == "ab" * 32
    held = {item["what"]["identifier"]["value"] for item in provenance["entity"]}
    assert held == {build.AUDIT_HEAD, build.signature().content_sha256}
    assert {item["status"] for item in of(made, "MedicationRequest")} == {"draft"}
    corrected = bundle(build.visit(signed=True, version=2, corrects=1))
    assert of(corrected, "Composition")[0]["relatesTo"][0]["targetIdentifier"]["value"].endswith("-1")


def test_laboratory_rows_carry_code_unit_flag_and_range() -> None:
    made = bundle(build.visit())
    rows = {item["code"]["text"]: item for item in of(made, "Observation")}
    white = rows["白细胞计数"]
    assert white["code"]["coding"][0]["code"] == "6690-2"
    assert white["valueQuantity"] == {
        "value": 12.6,
        "unit": "×10⁹/L",
        "system": "http://unitsofmeasure.org",
        "code": "10*9/L",
    }
    assert white["interpretation"][0]["coding"][0]["code"] == "H"
    assert (white["referenceRange"][0]["low"]["value"], white["effectiveDateTime"]) == (3.5, "2026-03-02")
    assert "本机表格" in rows["C反应蛋白"]["referenceRange"][0]["text"]
    assert rows["尿蛋白"]["valueString"] == "1+"
    assert "coding" not in rows["尿蛋白"]["code"]
    assert rows["血压"]["component"][1]["valueQuantity"]["value"] == 86


def test_doubtful_rows_and_unknown_codes_are_not_passed_on() -> None:
    sheet = build.sheet()
    first = sheet.rows[0]
    rows = (
        dataclasses.replace(first, review=True),
        dataclasses.replace(first, row=2, loinc="99999-9", unit="furlong", value="<1.005", flag=Flag.UNKNOWN),
    )
    made = bundle(build.visit(sheets=(dataclasses.replace(sheet, rows=rows, date="昨天"),)))
    found = [item for item in of(made, "Observation") if item["code"]["text"] == "白细胞计数"]
    assert len(found) == 1
    assert found[0]["code"] == {"text": "白细胞计数"}
    assert found[0]["valueQuantity"] == {"value": 1.005, "unit": "furlong", "comparator": "<"}
    assert "effectiveDateTime" not in found[0]


def test_allergy_stated_denied_and_not_asked() -> None:
    stated = bundle(build.visit())
    assert of(stated, "AllergyIntolerance")[0]["code"] == {"text": "青霉素过敏（皮疹）"}
    denied = bundle(build.visit({FieldKey.ALLERGY: (FieldState.DENIED, ("否认药物、食物过敏史",))}))
    assert of(denied, "AllergyIntolerance")[0]["code"]["coding"][0]["code"] == "716186003"
    silent = bundle(build.visit({FieldKey.ALLERGY: (FieldState.NOT_ASKED, ())}))
    assert not of(silent, "AllergyIntolerance")
    found = section(silent, "过敏史")
    assert found["emptyReason"]["coding"][0]["code"] == "notasked"
    assert "未询问" in found["text"]["div"]
    nothing = section(bundle(build.visit({FieldKey.ALLERGY: (FieldState.EMPTY, ())})), "过敏史")
    assert "emptyReason" not in nothing


def test_unverified_statements_stay_text() -> None:
    made = bundle(build.visit(support=Support.UNCERTAIN))
    for kind in ("Condition", "AllergyIntolerance", "MedicationRequest", "ServiceRequest", "Task"):
        assert not of(made, kind)
    assert "青霉素过敏" in section(made, "过敏史")["text"]["div"]


def test_drugs_are_the_doctors_words_and_nothing_more() -> None:
    made = bundle(build.visit(signed=True))
    drug = of(made, "MedicationRequest")[0]
    assert drug["medicationCodeableConcept"] == {"text": "布洛芬片0.2g，口服，每日3次，发热时服用"}
    assert (drug["status"], drug["intent"]) == ("draft", "proposal")
    assert "dosageInstruction" not in drug
    details = [item["detail"]["description"] for item in of(made, "CarePlan")[0]["activity"]]
    assert details == ["多饮水，注意休息", "3天后复查血常规"]


def test_age_stands_in_where_no_birth_date_is_known() -> None:
    made = bundle(build.visit(patient=Patient(id="p", age=Age(8, "m"))))
    age = next(item for item in of(made, "Observation") if item["code"]["text"] == "年龄")
    assert (age["valueQuantity"]["value"], age["valueQuantity"]["code"]) == (8, "mo")
    assert "birthDate" not in of(made, "Patient")[0]
    assert "name" not in of(made, "Patient")[0]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))
    else:
        yield path, value


def changed_at(made: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(made)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def seeded() -> list[tuple[tuple[Any, ...], Any]]:
    """Every status, code, system, unit and reference of a full signed bundle, with a wrong value each."""
    made = fhir.build(build.visit(signed=True, version=2, corrects=1), build.AUDIT_HEAD)
    watched = CODE_MEMBERS | {"code", "reference", "language"}
    found: list[tuple[tuple[Any, ...], Any]] = []
    for path, value in places(made):
        if not isinstance(value, str):
            continue
        owned = "identifier" in path or "what" in path or "targetIdentifier" in path
        if path[-1] in watched or (path[-1] == "system" and not owned):
            wrong = "urn:uuid:00000000-0000-0000-0000-000000000000" if path[-1] == "reference" else "bogus"
            found.append((path, wrong))
    return found


def test_every_seeded_wrong_code_and_reference_is_found() -> None:
    made = fhir.build(build.visit(signed=True, version=2, corrects=1), build.AUDIT_HEAD)
    assert fhir_check.validate(made) == []
    seeds = seeded()
    assert len(seeds) > 150
    missed = [path for path, wrong in seeds if not fhir_check.validate(changed_at(made, path, wrong))]
    assert missed == []


def test_a_right_code_in_the_wrong_place_is_found() -> None:
    made = fhir.build(build.visit(), None)
    swaps = {"718-7": "6690-2x", "provisional": "encounter-diagnosis", "AIAST": "AMB", "H": "vital-signs"}
    for path, value in places(made):
        if path[-1] == "code" and value in swaps:
            assert fhir_check.validate(changed_at(made, path, swaps[value]))


def without(made: dict[str, Any], *path: Any) -> dict[str, Any]:
    changed = copy.deepcopy(made)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    return changed


def test_seeded_faults_of_the_document_are_found() -> None:
    made = fhir.build(build.visit(signed=True), build.AUDIT_HEAD)
    kinds = [entry["resource"]["resourceType"] for entry in made["entry"]]
    condition = kinds.index("Condition")
    section_at = ("entry", 0, "resource", "section", 0)
    div = (*section_at, "text", "div")
    reordered = {**made, "entry": [*made["entry"][1:], made["entry"][0]]}
    doubled = {**made, "entry": [*made["entry"], made["entry"][condition]]}
    other = changed_at(made, ("entry", condition, "fullUrl"), "urn:uuid:x")
    reason = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/list-empty-reason", "code": "notasked"}]
    }
    exam = next(
        i for i, item in enumerate(made["entry"][0]["resource"]["section"]) if item["title"] == "体格检查"
    )
    faults = [
        reordered,
        doubled,
        other,
        without(made, "identifier"),
        without(made, "timestamp"),
        without(made, "entry", condition, "resource", "clinicalStatus"),
        without(made, "entry", condition, "resource", "text"),
        without(made, "entry", 0, "resource", "attester"),
        without(made, *section_at, "text"),
        without(made, "entry", kinds.index("Observation"), "resource", "status"),
        {
            **made,
            "entry": [entry for entry in made["entry"] if entry["resource"]["resourceType"] != "Provenance"],
        },
        changed_at(made, div, "<div>no namespace</div>"),
        changed_at(made, div, '<div xmlns="http://www.w3.org/1999/xhtml"><p>a < b</p></div>'),
        changed_at(made, div, '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>'),
        changed_at(made, div, '<div xmlns="http://www.w3.org/1999/xhtml"><p onclick="x">x</p></div>'),
        changed_at(made, div, '<div xmlns="http://www.w3.org/1999/xhtml"><p> </p></div>'),
        changed_at(made, ("entry", 0, "resource", "section", exam, "emptyReason"), reason),
        changed_at(made, ("entry", condition, "resource", "severity"), {"coding": [{"code": "x"}]}),
        changed_at(made, ("entry", condition, "resource", "invented"), "x"),
    ]
    assert [index for index, fault in enumerate(faults) if not fhir_check.validate(fault)] == []


TEXTS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["\x00<&>]]>\x1b", "\ud800", "😀" * 10_000, "\u202eאב\u3000\u2028\u00a0", "</div><script>", " "]
    ),
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(FieldState), st.booleans())
def test_any_text_gives_a_valid_bundle(text: str, other: str, state: FieldState, signed: bool) -> None:
    keys = (FieldKey.CHIEF_COMPLAINT, FieldKey.ALLERGY, FieldKey.DIAGNOSIS, FieldKey.PLAN)
    fields = dict.fromkeys(keys, (state, (text, other)))
    sheet = build.sheet()
    row = dataclasses.replace(sheet.rows[0], name=text[:50], value=other[:50], unit_raw=text[:9])
    visit = build.visit(fields, signed=signed, sheets=(dataclasses.replace(sheet, rows=(row,)),))
    visit = dataclasses.replace(visit, patient=Patient(id="p", name=text[:100], number=other[:100]))
    made = bundle(visit)
    shown = section(made, "主诉")["text"]["div"]
    assert "<script" not in shown
    if text.isalnum() and state is FieldState.STATED:
        assert xml_safe(text) in shown


def test_every_error_and_label_has_its_sentences_in_both_languages() -> None:
    codes = [
        "format",
        "paper",
        "no_draft",
        "signature_state",
        "audit_head",
        "too_long",
        "font_missing",
        "fhir_invalid",
    ]
    keys = [f"error.export.{code}.{part}" for code in codes for part in ("text", "next")]
    keys += [f"export.format.{kind}" for kind in FORMATS] + ["export.paper.A5", "export.paper.A4"]
    for language in LANGUAGES:
        catalogue = Catalogue(language)
        assert [key for key in keys if key not in catalogue.keys] == []
        warning = ExportWarning("export.warning.characters", {"characters": "U+1F600 ×1"})
        assert "U+1F600" in catalogue.text(warning.code, **warning.details)


def test_a_file_knows_its_type() -> None:
    made = export_file(build.visit(), "fhir", audit_head=None)
    assert (made.media_type, made.suffix, made.warnings) == ("application/fhir+json", ".json", ())
