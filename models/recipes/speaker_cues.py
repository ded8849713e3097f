"""Fits the weights by which `desktop_app.writing.speakers` guesses who speaks.

`python -m models.recipes.speaker_cues tests/data/dialogues/dev resources/language/speaker_cues.csv` fits a logistic
regression with an L2 penalty on labelled dialogues and prints how often it is right on dialogues of other authors
(leave one hundred of case numbers out), which is the figure to believe.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from desktop_app.writing import speakers

_PENALTY = 0.5
_RARE = 3  # a feature of fewer turns is left out
_STEPS = 400
_PIECE = 8  # turns of the pieces that stand for short talks
_POWER_STEPS = 60
_NEGLIGIBLE = 4  # hundredths of log odds

Floats = npt.NDArray[np.float64]
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
    truth = np.array([spoke for _, _, labels in cases for spoke in labels], np.float64)
    counts = Counter(name for row in rows for name in row)
    columns = {
        name: column for column, name in enumerate(sorted(n for n, count in counts.items() if count >= _RARE))
    }
    bias = len(columns)
    told = [[*(columns[name] for name in row if name in columns), bias] for row in rows]
    weights = _descend(_Told.of(told, bias + 1), truth)
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


@dataclass(frozen=True, slots=True)
class _Told:
    """Which features each turn has: a matrix of zeros and ones by the places of its ones.

    Attributes:
        columns: the features of all turns one after the other; shape (ones,).
        starts: where each turn's begin; shape (turns,). Every turn has at least one.
        width: how many features there are.
    """

    columns: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    lengths: npt.NDArray[np.intp]
    width: int

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], width: int) -> Self:
        lengths = np.array([len(row) for row in rows], np.intp)
        columns = np.fromiter(itertools.chain.from_iterable(rows), np.intp)
        return cls(columns, np.cumsum(lengths) - lengths, lengths, width)

    def times(self, weights: Floats) -> Floats:
        """Return the product with weights (width,): one sum a turn."""
        return np.asarray(np.add.reduceat(weights[self.columns], self.starts), np.float64)

    def back(self, turns: Floats) -> Floats:
        """Return the transposed product with values (turns,): one sum a feature."""
        sums = np.bincount(self.columns, np.repeat(turns, self.lengths), self.width)
        return sums.astype(np.float64)

    def squared_norm(self) -> float:
        """Return the square of the greatest singular value, by power iteration."""
        vector: Floats = np.ones(self.width)
        size = 1.0
        for _ in range(_POWER_STEPS):
            vector = self.back(self.times(vector))
            size = float(np.linalg.norm(vector))
            vector /= size
        return size


def _descend(told: _Told, truth: Floats) -> Floats:
    """Return the weights after accelerated gradient descent (Nesterov) on the penalised log loss."""
    step = 1 / (0.25 * told.squared_norm() + _PENALTY)
    weights: Floats = np.zeros(told.width)
    ahead, momentum = weights.copy(), 1.0
    for _ in range(_STEPS):
        guessed = 1 / (1 + np.exp(-told.times(ahead)))
        moved = ahead - step * (told.back(guessed - truth) + _PENALTY * ahead)
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
