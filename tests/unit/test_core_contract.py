"""The commands' JSON shapes: drafts and sheets go out and come back; anybody's draft is read or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_values import JSON, values

from desktop_app.core.errors import InputError
from desktop_app.core.records.contract import draft_from_json, draft_json, sheet_from_json, sheet_json
from desktop_app.core.records.drafts import (
    LABELS,
    Draft,
    DraftField,
    EngineUse,
    FieldKey,
    FieldState,
    Reason,
    Source,
    Statement,
    Support,
)
from desktop_app.core.records.sheets import Flag, LabResult, LabSheet


def _kept(statement: Statement) -> Statement:
    """Return a statement as the shape carries it: an id of its own, fresh."""
    return replace(statement, id=statement.id or "s")


def _told(field: DraftField) -> DraftField:
    statements = tuple(map(_kept, field.statements))
    return replace(field, statements=statements, text=field.text if statements else "")


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Draw drafts as writers make them: each field once, no text without a statement, named parts."""
    draft: Draft = draw(values(Draft))
    fields = {field.key: _told(field) for field in draft.fields}
    engine = EngineUse(writer=draft.engine.writer or "rules", model=draft.engine.model or None)
    return replace(draft, scenario=draft.scenario or "clinic", engine=engine, fields=tuple(fields.values()))


@settings(max_examples=60, deadline=None)
@given(drafts())
def test_a_draft_goes_out_and_comes_back(draft: Draft) -> None:
    printed = json.loads(json.dumps(draft_json(draft), ensure_ascii=False))
    read = draft_from_json(printed)
    assert read == draft
    assert draft_json(read) == printed


@settings(max_examples=60, deadline=None)
@given(values(LabSheet))
def test_a_sheet_goes_out_and_comes_back(sheet: LabSheet) -> None:
    printed = json.loads(json.dumps(sheet_json(sheet), ensure_ascii=False))
    assert sheet_json(sheet_from_json(printed)) == printed


def test_a_printed_draft() -> None:
    statement = Statement(
        id="allergy-1",
        text="青霉素过敏",
        support=Support.UNCERTAIN,
        reasons=(Reason.AMBIGUOUS, Reason.SPEAKER),
    )
    draft = Draft(
        scenario="clinic",
        engine=EngineUse(writer="rules"),
        fields=(DraftField(key=FieldKey.ALLERGY, text="青霉素过敏。", statements=(statement,)),),
    )
    printed = draft_json(draft)
    assert printed["engine"] == {"writer": "rules", "model": None}
    assert printed["unresolved"] == 1
    field = printed["fields"]["allergy"]
    assert field["label"] == "过敏史"
    assert field["statements"][0]["reason"] == "ambiguous"
    assert field["statements"][0]["reasons"] == ["ambiguous", "speaker"]
    assert "stale" not in field["statements"][0]


def test_a_stale_statement_says_so() -> None:
    field = DraftField(key=FieldKey.PLAN, statements=(Statement(id="p", text="复诊", stale=True),))
    printed = draft_json(Draft(scenario="clinic", engine=EngineUse(writer="rules"), fields=(field,)))
    assert printed["fields"]["plan"]["statements"][0]["stale"] is True
    assert draft_from_json(printed).field(FieldKey.PLAN).statements[0].stale


def read_statement(**members: object) -> Statement:
    data = {"fields": {"plan": {"statements": [{"text": "复诊", **members}]}}}
    (statement,) = draft_from_json(data).field(FieldKey.PLAN).statements
    return statement


@pytest.mark.parametrize(
    ("members", "reasons"),
    [
        ({"reason": "dose"}, (Reason.DOSE,)),
        ({"reason": "dose", "reasons": []}, (Reason.DOSE,)),
        ({"reason": "dose", "reasons": ["unit"]}, (Reason.DOSE, Reason.UNIT)),
        ({"reason": "unit", "reasons": ["dose", "unit"]}, (Reason.DOSE, Reason.UNIT)),
        ({"reason": ["dose"], "reasons": [{}, "mood", ["unit"], "unit", None]}, (Reason.UNIT,)),
        ({"reasons": {"dose": 1}}, ()),
    ],
)
def test_reasons_are_kept_and_others_passed_over(
    members: dict[str, object], reasons: tuple[Reason, ...]
) -> None:
    assert read_statement(**members).reasons == reasons


def test_marks_of_another_kind_are_passed_over() -> None:
    odd = read_statement(support=[], stale="yes", derivation={}, id={"a": 1})
    assert (odd.support, odd.stale, odd.derivation) == (Support.UNSUPPORTED, False, None)
    assert odd.id not in ("", "{'a': 1}")
    assert read_statement(id=7).id == "7"
    draft = draft_from_json(
        {
            "scenario": {},
            "engine": {"writer": [1], "model": 3},
            "fields": {"plan": {"state": {}, "findings": ["x", {}]}},
        }
    )
    assert (draft.scenario, draft.engine) == ("clinic", EngineUse(writer="unknown"))
    assert draft.fields == (DraftField(key=FieldKey.PLAN, findings=("x",)),)


def places(data: object) -> list[tuple[Any, Any]]:
    """Return every place of a JSON value that can be written: its container and key."""
    if not isinstance(data, dict | list):
        return []
    keys: list[Any] = list(data) if isinstance(data, dict) else list(range(len(data)))
    return [(data, key) for key in keys] + [place for key in keys for place in places(data[key])]


@settings(max_examples=150, deadline=None)
@given(drafts(), st.data())
def test_any_json_anywhere_in_a_draft_is_read_or_refused(draft: Draft, data: st.DataObject) -> None:
    printed = json.loads(json.dumps(draft_json(draft)))
    container, key = data.draw(st.sampled_from(places(printed)))
    container[key] = data.draw(JSON | st.sampled_from([10**400, -(10**400)]))
    try:
        read = draft_from_json(printed)
    except InputError:
        return
    again = draft_json(read)
    assert draft_json(draft_from_json(json.loads(json.dumps(again)))) == again


def test_a_bare_draft_of_somebody_else() -> None:
    draft = draft_from_json({"fields": {"chief_complaint": "咳嗽3天", "plan": {"statements": ["多喝水"]}}})
    complaint = draft.field(FieldKey.CHIEF_COMPLAINT)
    assert complaint.state is FieldState.STATED
    assert [(item.text, item.support) for item in complaint.statements] == [("咳嗽3天", Support.VERIFIED)]
    (order,) = draft.field(FieldKey.PLAN).statements
    assert (order.text, order.support) == ("多喝水", Support.UNSUPPORTED)
    assert draft.engine.writer == "unknown"
    assert draft.field(FieldKey.ALLERGY) == DraftField(key=FieldKey.ALLERGY)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "input.draft_shape"),
        ([], "input.draft_shape"),
        ({}, "input.draft_shape"),
        ({"fields": []}, "input.draft_shape"),
        ({"fields": {"plan": 7}}, "input.draft_shape"),
        ({"fields": {"plan": {"text": 7}}}, "input.draft_shape"),
        ({"fields": {"plan": {"statements": [{"id": "x"}]}}}, "input.draft_shape"),
        ({"fields": {"mood": "gut"}}, "input.field_key"),
        ({"fields": {}, "alerts": [{}]}, "input.shape"),
        ({"fields": {"plan": {"statements": [{"text": "x", "evidence": [3]}]}}}, "input.shape"),
    ],
)
def test_no_draft(data: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        draft_from_json(data)
    assert caught.value.code == code


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*FieldKey]), JSON, max_size=3))
def test_any_fields_are_read_or_refused(fields: dict[str, Any]) -> None:
    try:
        draft = draft_from_json({"fields": fields})
    except InputError:
        return
    assert {item.key for item in draft.fields} == set(fields)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_json_is_a_sheet_or_is_refused(data: object) -> None:
    try:
        sheet = sheet_from_json(data)
    except InputError as error:
        sheet, refused = None, error
    assert isinstance(sheet, LabSheet) or refused.code in ("input.sheet_shape", "input.shape")


def test_rows_may_lack_what_was_not_read() -> None:
    sheet = sheet_from_json({"rows": [{"value": 4.1}], "patient": {"name": "陈", "age": None}})
    (row,) = sheet.rows
    assert (row.row, row.name_raw, row.value, row.flag) == (1, "", 4.1, Flag.UNKNOWN)
    assert (sheet.patient_name, sheet.patient_age) == ("陈", "")


def test_a_printed_row_has_every_key() -> None:
    row = LabResult(row=1, name_raw="血糖", value_raw="—", value=None)
    printed = sheet_json(LabSheet(image="a.jpg", rows=(row,)))["rows"][0]
    assert {key: printed[key] for key in ("analyte", "value", "low", "high", "range_from")} == {
        "analyte": None,
        "value": None,
        "low": None,
        "high": None,
        "range_from": None,
    }


def test_every_field_has_a_label() -> None:
    assert set(LABELS) == set(FieldKey)
    assert Source("lab") is Source.LAB
