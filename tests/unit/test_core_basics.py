"""Sentences, places, time, ages, talks: the small parts that everything else stands on."""

from __future__ import annotations

import pickle
import sys
import uuid
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core import paths
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import SystemClock, new_id
from desktop_app.core.errors import AppError, Cancelled, InputError, StoreError
from desktop_app.core.messages import LANGUAGES, Catalogue
from desktop_app.core.records.drafts import Draft, DraftField, EngineUse, FieldKey, Statement, Support
from desktop_app.core.records.people import Age, Patient, Sex
from desktop_app.core.records.speech import Speaker, Transcript, Utterance


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language, word in (("zh", "坏了"), ("en", "broken")):
        (tmp_path / f"{language}.toml").write_text(
            f'title = "T"\n[error.input]\nage.text = "{word} {{value}}"\nage.next = "34y"\n', encoding="utf-8"
        )
    return tmp_path


def test_sentences_are_filled(folder: Path) -> None:
    catalogue = Catalogue("en", folder)
    assert catalogue.text("error.input.age.text", value="x") == "broken x"
    assert catalogue.text("title") == "T"
    assert catalogue.keys == {"title", "error.input.age.text", "error.input.age.next"}


def test_a_placeholder_without_a_value_stays_visible(folder: Path) -> None:
    assert Catalogue("zh", folder).text("error.input.age.text") == "坏了 {value}"


def test_a_key_without_a_sentence_is_shown(folder: Path) -> None:
    assert Catalogue("zh", folder).text("error.none.such") == "error.none.such"


def test_an_unknown_language_is_chinese(folder: Path) -> None:
    assert Catalogue("xx", folder).language == "zh"


def test_an_error_is_a_sentence_and_a_next_step(folder: Path) -> None:
    assert Catalogue("en", folder).error(InputError("input.age", value="7q")) == ("broken 7q", "34y")


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_sentences(language: str) -> None:
    said, then = Catalogue(language).error(InputError("input.age", value="7q"))
    assert "7q" in said
    assert then


def test_errors_cross_a_pipe_with_their_details() -> None:
    error = pickle.loads(pickle.dumps(StoreError("store.locked", "busy", name="a.db", tries=3)))
    assert isinstance(error, StoreError)
    assert (error.code, error.hint, error.details) == ("store.locked", "busy", {"name": "a.db", "tries": 3})
    assert str(error) == "store.locked: busy"
    assert str(AppError("input.none")) == "input.none"


def test_shipped_folders() -> None:
    assert (paths.resources() / "content").is_dir()
    assert (paths.resources() / "i18n" / "zh.toml").is_file()
    assert paths.models().is_dir()


def test_a_frozen_program_looks_where_it_was_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.resources() == tmp_path / "resources"
    assert paths.models() == tmp_path / "models"


def test_the_users_folders_carry_the_programs_name() -> None:
    assert "jiceng" in str(paths.user_data())
    assert "jiceng" in str(paths.user_cache())


def test_time_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_identifiers_are_unique_and_of_version_7() -> None:
    made = [uuid.UUID(new_id()) for _ in range(200)]
    assert len(set(made)) == len(made)
    assert {(item.version, item.variant) for item in made} == {(7, uuid.RFC_4122)}


def test_identifiers_begin_with_the_time() -> None:
    before = int(SystemClock().now().timestamp() * 1000)
    stamp = uuid.UUID(new_id()).int >> 80
    after = int(SystemClock().now().timestamp() * 1000)
    assert before <= stamp <= after


def test_cancelling() -> None:
    token = CancelToken()
    token.check()
    token.cancel()
    assert token.cancelled
    with pytest.raises(Cancelled):
        token.check()


@pytest.mark.parametrize(
    ("text", "days"), [("34y", 12418), ("34", 12418), ("8m", 243), ("20d", 20), (" 2Y ", 730), ("0d", 0)]
)
def test_ages(text: str, days: int) -> None:
    assert Age.parse(text).days == days


@pytest.mark.parametrize("text", ["", "y", "-3y", "3.5y", "200y", "３y4m", "34岁", "99999d0"])
def test_no_ages(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Age.parse(text)
    assert caught.value.code == "input.age"


@given(st.integers(0, 130), st.sampled_from("ymd"))
def test_ages_are_written_as_they_are_read(value: int, unit: str) -> None:
    assert str(Age.parse(f"{value}{unit}")) == f"{value}{unit}"


def test_a_patient_of_whom_little_is_known() -> None:
    patient = Patient.unnamed(Sex.FEMALE, Age(3, "y"))
    assert (patient.name, patient.sex, str(patient.age)) == ("", Sex.FEMALE, "3y")
    assert patient.id != Patient.unnamed().id


def test_utterances_are_found_by_their_id() -> None:
    talk = Transcript(
        id="t",
        utterances=tuple(
            Utterance(id=number, speaker=Speaker.UNKNOWN, text=str(number)) for number in (1, 2, 5)
        ),
    )
    assert [getattr(talk.utterance(number), "text", None) for number in (0, 1, 2, 3, 5)] == [
        None,
        "1",
        "2",
        None,
        "5",
    ]
    assert not talk.labelled


def test_a_draft_counts_what_blocks_signing() -> None:
    statements = tuple(Statement(id=kind, text="咳嗽", support=kind) for kind in Support)
    field = DraftField(key=FieldKey.PLAN, statements=statements)
    draft = Draft(scenario="clinic", engine=EngineUse(writer="rules"), fields=(field,))
    assert draft.unresolved == len(Support) - 1
    assert draft.field(FieldKey.PLAN).label == "处理意见"
