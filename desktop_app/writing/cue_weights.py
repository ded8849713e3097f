"""Tables of fitted weights over wording cues: `resources/language/*.csv`, made by the recipes in `models/recipes`."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Mapping

from desktop_app.core import paths
from desktop_app.core.errors import InputError

BIAS = "bias"


@functools.cache
def shipped_weights(name: str) -> Mapping[str, float]:
    """Return a table's weight of each feature, in log odds (stored in hundredths).

    Args:
        name: the table's file name without `.csv`.

    Raises:
        InputError: the table can't be read.
    """
    path = paths.resources() / "language" / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            return {feature: int(weight) / 100 for feature, weight in csv.reader(handle)}
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError("content.unreadable", str(error), table=path.name) from error


def log_odds(weights: Mapping[str, float], features: Iterable[str]) -> float:
    """Return the sum of the weights of some features and the bias."""
    return weights[BIAS] + sum(weights.get(name, 0.0) for name in features)
