"""Fits the weights by which `desktop_app.writing.speakers` guesses who speaks.

`python -m models.recipes.speaker_cues tests/data/dialogues/dev resources/language/speaker_cues.csv` fits a logistic
regression with an L2 penalty on labelled dialogues and prints how often it is right on dialogues of other authors
(leave one hundred of case numbers out), which is the figure to believe.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.writing import speakers

_PENALTY = 0.5
_RARE = 3  # a feature of fewer turns is left out
_STEPS = 400
_PIECE = 8  # turns of the pieces that stand for short talks
_NEGLIGIBLE = 4  # hundredths of log odds

Floats = npt.NDArray[np.float32]
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
    rows = [speakers.features(texts, index) for _, texts, _ in cases for index in range(len(texts))]
    truth = np.array([spoke for _, _, labels in cases for spoke in labels], np.float32)
    counts = Counter(name for row in rows for name in row)
    columns = {
        name: column for column, name in enumerate(sorted(n for n, count in counts.items() if count >= _RARE))
    }
    matrix = np.zeros((len(rows), len(columns) + 1), np.float32)
    matrix[:, -1] = 1
    for number, row in enumerate(rows):
        matrix[number, [columns[name] for name in row if name in columns]] = 1
    weights = _descend(matrix, truth)
    named = {name: round(float(weights[column]) * 100) for name, column in columns.items()}
    kept = {name: weight for name, weight in named.items() if abs(weight) >= _NEGLIGIBLE}
    return {speakers.BIAS: round(float(weights[-1]) * 100), **kept}


def _pieces(cases: Sequence[Case]) -> list[Case]:
    """Return the dialogues cut into short ones, so that a talk of a few turns is no stranger."""
    return [
        (name, texts[start : start + _PIECE], labels[start : start + _PIECE])
        for name, texts, labels in cases
        for start in range(0, len(texts), _PIECE)
    ]


def _descend(matrix: Floats, truth: Floats) -> Floats:
    """Return the weights after accelerated gradient descent (Nesterov) on the penalised log loss."""
    step = 1 / (0.25 * float(np.linalg.norm(matrix, 2)) ** 2 + _PENALTY)
    weights = np.zeros(matrix.shape[1], np.float32)
    ahead, momentum = weights.copy(), 1.0
    for _ in range(_STEPS):
        guessed = 1 / (1 + np.exp(-(matrix @ ahead)))
        moved = ahead - step * (matrix.T @ (guessed - truth) + _PENALTY * ahead)
        following = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead, weights, momentum = moved + (momentum - 1) / following * (moved - weights), moved, following
    return weights


def right(cases: Sequence[Case], weights: dict[str, int]) -> tuple[int, int]:
    """Return (turns whose speaker is guessed right, turns)."""
    correct = total = 0
    for _, texts, labels in cases:
        odds = [
            sum(weights.get(name, 0) for name in speakers.features(texts, index) | {speakers.BIAS}) / 100
            for index in range(len(texts))
        ]
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
    rows = sorted(fit(cases).items())
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
