"""Figures with 95 % intervals by the percentile bootstrap over cases (Efron & Tibshirani 1993, ch. 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
_SEED = 20240101  # the same cases always give the same interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured share or mean with its interval; `value` is None where nothing could be counted."""

    key: str
    value: float | None
    low: float | None
    high: float | None


def ratio_figure(key: str, parts: Sequence[float], wholes: Sequence[float]) -> Figure:
    """Return sum(parts) / sum(wholes) with its interval.

    Args:
        key: the figure's name.
        parts: what was found, one number a case.
        wholes: what could have been found, one number a case.
    """
    part, whole = np.asarray(parts, dtype=float), np.asarray(wholes, dtype=float)
    total = float(whole.sum()) if whole.size else 0.0
    if total == 0.0:
        return Figure(key=key, value=None, low=None, high=None)
    draws = np.random.default_rng(_SEED).integers(0, part.size, size=(RESAMPLES, part.size))
    below = whole[draws].sum(axis=1)
    ratios = part[draws].sum(axis=1)[below > 0] / below[below > 0]
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Figure(
        key=key,
        value=round(float(part.sum()) / total, 4),
        low=round(float(low), 4),
        high=round(float(high), 4),
    )


def mean_figure(key: str, values: Sequence[float]) -> Figure:
    """Return the mean over cases with its interval."""
    return ratio_figure(key, values, [1.0] * len(values))
