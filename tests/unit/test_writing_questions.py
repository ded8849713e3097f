"""Questions without marks: the shipped weights on dialogues they were not fitted on, and the recipe that fits them."""

import json
from pathlib import Path

import pytest
from spoken import utterances

from desktop_app.core.records.speech import Speaker
from desktop_app.writing.questions import asks, marks_questions
from models.recipes import question_cues

DIALOGUES = Path(__file__).parents[1] / "data" / "dialogues"


def test_the_shipped_weights_tell_the_questions_of_held_back_dialogues() -> None:
    sentences = question_cues.read(DIALOGUES / "test")
    right = sum(asks(item.text, doctor=item.doctor) == item.asks for item in sentences)
    assert right / len(sentences) > 0.93


@pytest.mark.parametrize(
    "sentence", ["腿肿不肿，晚上能躺平睡吗", "流脓没有", "有没有药过敏", "薰酒咧", "阿要紧", "边度痛"]
)
def test_the_doctor_asks_without_a_mark(sentence: str) -> None:
    assert asks(sentence, doctor=True)


@pytest.mark.parametrize(
    "sentence", ["咳嗽要多喝水。", "体温三十八度。", "这是肩周炎。", "肚子软。", "一天三回。"]
)
def test_the_doctor_states(sentence: str) -> None:
    assert not asks(sentence, doctor=True)


@pytest.mark.parametrize(
    ("talk", "marked"),
    [
        ("医：哪里痛？ / 患：肚子 / 医：几天了？", True),
        ("医：哪里痛 / 患：去县里？ / 医：几天了 / 患：三天 / 医：吐没有", False),
        ("医：量个体温。", False),
    ],
)
def test_marks_count_where_the_doctor_uses_them(talk: str, marked: bool) -> None:
    said = utterances(talk)
    speakers = {item.id: Speaker(item.speaker) for item in said}
    assert marks_questions(said, speakers) is marked


def test_the_recipe_fits_what_it_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    turns = [("头疼吗？", "doctor"), ("头疼。", "patient"), ("发烧吗？", "doctor"), ("发烧。", "patient")]
    for number in range(1, 5):
        said = [{"speaker": speaker, "text": text} for text, speaker in turns]
        case = {"id": f"{number}01", "transcript": said}
        (tmp_path / f"{number}01.json").write_text(json.dumps(case), encoding="utf-8")
    sentences = question_cues.read(tmp_path)
    assert question_cues.right(sentences, question_cues.fit(sentences)) == len(sentences)
    question_cues.main(tmp_path, tmp_path / "out" / "cues.csv")
    assert "of other authors' sentences right" in capsys.readouterr().out
    assert (tmp_path / "out" / "cues.csv").exists()
