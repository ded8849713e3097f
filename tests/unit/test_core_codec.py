"""Records to JSON and back: nothing is lost, and a wrong shape is refused with its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_values import JSON, values

from desktop_app.core.errors import InputError
from desktop_app.core.records.codec import from_json, to_json
from desktop_app.core.records.drafts import Draft, Evidence, Source, Statement, Support
from desktop_app.core.records.people import Age, Patient, Region, Sex
from desktop_app.core.records.sheets import LabResult, LabSheet, TextBox
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import Visit, VisitContext, VisitKind, VisitState

RECORDS = (Draft, Transcript, LabSheet, Visit, VisitContext)


@settings(max_examples=60, deadline=None)
@given(st.one_of([values(kind) for kind in RECORDS]))
def test_round_trip_through_a_file(record: Any) -> None:
    stored = json.loads(json.dumps(to_json(record), ensure_ascii=False))
    assert from_json(type(record), stored) == record


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(RECORDS), JSON)
def test_any_json_is_a_record_or_is_refused(kind: type, data: object) -> None:
    try:
        record = from_json(kind, data)
    except InputError as error:
        record, refused = None, error
    assert isinstance(record, kind) or str(refused.details["place"]).startswith(kind.__name__)


def test_members_that_are_none_are_left_out() -> None:
    assert to_json(Evidence(source=Source.ENTERED, by="li")) == {"source": "entered", "quote": "", "by": "li"}


def test_enums_times_and_tuples_become_plain() -> None:
    moment = datetime(2026, 11, 5, 8, 30, tzinfo=UTC)
    patient = Patient(id="p", sex=Sex.MALE, age=Age(8, "m"))
    visit = Visit(
        id="v", version=1, state=VisitState.OPEN, patient=patient, kind=VisitKind.FIRST, started=moment
    )
    data = to_json(visit)
    assert data["started"] == "2026-11-05T08:30:00+00:00"
    assert data["state"] == "open"
    assert data["patient"]["sex"] == "male"
    assert data["patient"]["age"] == {"value": 8, "unit": "m"}
    assert data["sheets"] == []


def test_missing_members_take_their_default() -> None:
    assert from_json(Utterance, {"id": 3, "speaker": "family", "text": "娃儿烧"}) == Utterance(
        id=3, speaker=Speaker.FAMILY, text="娃儿烧"
    )


def test_members_that_nobody_knows_are_passed_over() -> None:
    assert from_json(Statement, {"id": "s", "text": "咳嗽", "colour": "red"}) == Statement(
        id="s", text="咳嗽"
    )


def test_whole_numbers_are_read_as_floats_where_one_is_wanted() -> None:
    box = from_json(TextBox, {"text": "血", "confidence": 1, "box": [[0, 0], [4, 0], [4, 2], [0, 2]]})
    assert isinstance(box.confidence, float)
    assert box.box == ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0))


@pytest.mark.parametrize("value", [4.5, "阴性", None])
def test_a_value_of_several_types(value: float | str | None) -> None:
    result = LabResult(row=1, name_raw="尿蛋白", value_raw="x", value=value)
    assert from_json(LabResult, to_json(result)).value == value


def test_a_sheet_with_a_row_that_has_no_value() -> None:
    row = LabResult(row=1, name_raw="尿蛋白", value_raw="▒▒", value=None)
    sheet = LabSheet(image="a.jpg", rows=(row, LabResult(row=2, name_raw="尿糖", value_raw="±", value="±")))
    stored = json.loads(json.dumps(to_json(sheet)))
    assert "value" not in stored["rows"][0]
    assert from_json(LabSheet, stored) == sheet


@pytest.mark.parametrize(
    ("kind", "data", "place"),
    [
        (Utterance, [], "Utterance"),
        (Utterance, {"id": 1, "speaker": "nurse", "text": ""}, "Utterance.speaker"),
        (Utterance, {"id": "1", "speaker": "doctor", "text": ""}, "Utterance.id"),
        (Utterance, {"id": True, "speaker": "doctor", "text": ""}, "Utterance.id"),
        (Utterance, {"id": 1, "speaker": "doctor"}, "Utterance"),
        (Transcript, {"id": "t", "utterances": "no"}, "Transcript.utterances"),
        (Transcript, {"id": "t", "utterances": [7]}, "Transcript.utterances[0]"),
        (Transcript, {"id": "t", "region": "mars"}, "Transcript.region"),
        (TextBox, {"text": "", "confidence": 1.0, "box": [[0]]}, "TextBox.box[0]"),
        (TextBox, {"text": "", "confidence": False, "box": []}, "TextBox.confidence"),
        (TextBox, {"text": "", "confidence": 10**400, "box": []}, "TextBox.confidence"),
        (Patient, {"id": "p", "birth_date": "gestern"}, "Patient.birth_date"),
        (Patient, {"id": "p", "birth_date": 7}, "Patient.birth_date"),
    ],
)
def test_a_wrong_shape_names_its_place(kind: type, data: object, place: str) -> None:
    with pytest.raises(InputError) as caught:
        from_json(kind, data)
    assert caught.value.details["place"] == place


def test_none_only_where_it_may_be() -> None:
    assert from_json(Transcript, {"id": "t", "region": None}).region is None
    with pytest.raises(InputError):
        from_json(Transcript, {"id": None})


def test_strings_become_enums() -> None:
    assert from_json(Transcript, {"id": "t", "region": "wu"}).region is Region.WU
    assert from_json(Statement, {"id": "s", "text": "", "support": "conflict"}).support is Support.CONFLICT
