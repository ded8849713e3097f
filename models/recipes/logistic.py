"""Logistic regression with an L2 penalty over named features, for the small tables of cues that ship."""

from __future__ import annotations

import csv
import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from desktop_app.writing.cue_weights import BIAS

_PENALTY = 0.5
_RARE = 3  # a feature of fewer examples is left out
_STEPS = 400
_POWER_STEPS = 60
_NEGLIGIBLE = 4  # hundredths of log odds

Floats = npt.NDArray[np.float64]


def fit(examples: Sequence[tuple[Collection[str], bool]]) -> dict[str, int]:
    """Return the weight of each feature in hundredths of log odds for true.

    Args:
        examples: the features of each example, and what it is.
    """
    counts = Counter(name for names, _ in examples for name in names)
    kept = sorted(name for name, count in counts.items() if count >= _RARE)
    columns = {name: column for column, name in enumerate(kept)}
    bias = len(columns)
    rows = [[*(columns[name] for name in names if name in columns), bias] for names, _ in examples]
    weights = _descend(_Ones.of(rows, bias + 1), np.array([truth for _, truth in examples], np.float64))
    named = {name: round(float(weights[column]) * 100) for name, column in columns.items()}
    telling = {name: weight for name, weight in named.items() if abs(weight) >= _NEGLIGIBLE}
    return {BIAS: round(float(weights[-1]) * 100), **telling}


def write(weights: Mapping[str, int], target: Path) -> None:
    """Write the weights as a table of (feature, hundredths), in the order of the names."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(sorted(weights.items()))


@dataclass(frozen=True, slots=True)
class _Ones:
    """A matrix of zeros and ones by the places of its ones.

    Attributes:
        columns: the columns of all ones, row after row; shape (ones,).
        starts: where each row's begin; shape (rows,). Every row has at least one.
        lengths: how many each row has; shape (rows,).
        width: how many columns there are.
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
        """Return the product with weights (width,): one sum a row."""
        return np.asarray(np.add.reduceat(weights[self.columns], self.starts), np.float64)

    def back(self, values: Floats) -> Floats:
        """Return the transposed product with values (rows,): one sum a column."""
        sums = np.bincount(self.columns, np.repeat(values, self.lengths), self.width)
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


def _descend(ones: _Ones, truth: Floats) -> Floats:
    """Return the weights after accelerated gradient descent (Nesterov) on the penalised log loss."""
    step = 1 / (0.25 * ones.squared_norm() + _PENALTY)
    weights: Floats = np.zeros(ones.width)
    ahead, momentum = weights.copy(), 1.0
    for _ in range(_STEPS):
        guessed = 1 / (1 + np.exp(-ones.times(ahead)))
        moved = ahead - step * (ones.back(guessed - truth) + _PENALTY * ahead)
        following = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead, weights, momentum = moved + (momentum - 1) / following * (moved - weights), moved, following
    return weights
