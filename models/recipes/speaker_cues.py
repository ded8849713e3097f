"""Fits the weights by which `desktop_app.writing.speakers` guesses who speaks.

`python -m models.recipes.speaker_cues tests/data/dialogues/dev resources/language/speaker_cues.csv` fits a logistic
regression with an L2 penalty on labelled dialogues and prints how often it is right on dialogues of other authors
(leave one hundred of case numbers out), which is the figure to believe.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from desktop_app.writing import speakers
from desktop_app.writing.cue_weights import log_odds
from models.recipes import logistic

_PIECE = 8  # turns of the pieces that stand for short talks

Case = tuple[str, list[str], list[bool]]


def read(folder: Path) -> list[Case]:
    """Return (case id, texts, whether the doctor speaks) of each dialogue in a folder."""
    cases = []
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        turns = case["transcript"]
        cases.append(
            (case["id"], [turn["text"] for turn in turns], [turn["speaker"] == "doctor" for turn in turns])
        )
    return cases


def fit(cases: Sequence[Case]) -> dict[str, int]:
    """Return the weight of each feature in hundredths of log odds for the doctor."""
    cases = [*cases, *_pieces(cases)]
    return logistic.fit(
        [
            (speakers.features(texts, index), spoke)
            for _, texts, labels in cases
            for index, spoke in enumerate(labels)
        ]
    )


def _pieces(cases: Sequence[Case]) -> list[Case]:
    """Return the dialogues cut into short ones, so that a talk of a few turns is no stranger."""
    return [
        (name, texts[start : start + _PIECE], labels[start : start + _PIECE])
        for name, texts, labels in cases
        for start in range(0, len(texts), _PIECE)
    ]


def right(cases: Sequence[Case], weights: dict[str, int]) -> tuple[int, int]:
    """Return (turns whose speaker is guessed right, turns)."""
    correct = total = 0
    for _, texts, labels in cases:
        odds = [log_odds(weights, speakers.features(texts, index)) / 100 for index in range(len(texts))]
        guessed = speakers.likeliest(odds)
        correct += sum(guess == label for guess, label in zip(guessed, labels, strict=True))
        total += len(labels)
    return correct, total


def main(folder: Path, target: Path) -> None:
    """Fit, print the share that is right on other authors' dialogues, and write the table."""
    cases = read(folder)
    correct = total = 0
    for author in sorted({name[0] for name, _, _ in cases}):
        weights = fit([case for case in cases if case[0][0] != author])
        here = right([case for case in cases if case[0][0] == author], weights)
        correct, total = correct + here[0], total + here[1]
    print(f"speakers right on other authors' dialogues: {correct}/{total} = {100 * correct / total:.1f} %")
    logistic.write(fit(cases), target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
