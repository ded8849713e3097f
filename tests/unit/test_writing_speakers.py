"""Guessed speakers: the shipped weights on dialogues they were not fitted on, and the recipe that fits them."""

import json
from pathlib import Path

from desktop_app.core.records.speech import Speaker, Utterance
from desktop_app.writing.cue_weights import BIAS
from desktop_app.writing.speakers import features, infer_speakers, likeliest
from models.recipes import speaker_cues

DIALOGUES = Path(__file__).parents[1] / "data" / "dialogues"


def test_the_shipped_weights_guess_held_back_dialogues() -> None:
    right = total = 0
    for _, texts, doctor in speaker_cues.read(DIALOGUES / "test"):
        said = [Utterance(id=n, speaker=Speaker.UNKNOWN, text=text) for n, text in enumerate(texts, 1)]
        found = infer_speakers(said)
        guessed = [found[item.id] is Speaker.DOCTOR for item in said]
        right += sum(guess == spoke for guess, spoke in zip(guessed, doctor, strict=True))
        total += len(texts)
    assert right / total > 0.96


def test_the_recipe_fits_what_it_is_shown(tmp_path: Path) -> None:
    turns = [("哪里不舒服？", "doctor"), ("我头疼", "patient"), ("几天了？", "doctor"), ("三天了", "patient")]
    for number in range(1, 5):
        said = [{"speaker": speaker, "text": text} for text, speaker in turns]
        case = {"id": f"{number}01", "transcript": said}
        (tmp_path / f"{number}01.json").write_text(json.dumps(case), encoding="utf-8")
    cases = speaker_cues.read(tmp_path)
    weights = speaker_cues.fit(cases)
    assert BIAS in weights
    assert weights["g:？"] > 0
    assert speaker_cues.right(cases, weights) == (16, 16)
    speaker_cues.main(tmp_path, tmp_path / "out" / "cues.csv")
    assert (tmp_path / "out" / "cues.csv").read_text(encoding="utf-8").count("\n") == len(weights)


def test_features_name_the_turns_beside() -> None:
    found = features(["头疼几天了？", "三天"], 1)
    assert {"g:三天", "before:？$", "g:^三"} <= found
    assert "first" not in found
    assert "first" in features(["三天"], 0)


def test_a_sure_turn_holds_against_turn_taking() -> None:
    assert likeliest([5.0, 5.0, -5.0]) == [True, True, False]
    assert likeliest([5.0, 0.0, 5.0]) == [True, False, True]
