"""How well sheets are read: `jiceng eval read FOLDER`.

The folder holds images, each with a `.json` of the same name beside it: `{"patient": {"name", "sex", "age"},
"date": "2026-03-02", "rows": [{"analyte", "value", "unit", "low", "high", "flag"}]}`;
`analyte` is a code of lab_item.csv, `unit` UCUM, `value` a number or a word.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import InputError
from desktop_app.core.records.sheets import LabResult, LabSheet
from desktop_app.engines.protocols import PageReader
from desktop_app.insight.intervals import ratio_figure
from desktop_app.reading import read_sheet

IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_RESAMPLES = 400


@dataclass(slots=True)
class Score:
    """What became of one sheet's rows."""

    case: str
    rows: int = 0  # in the truth
    right: int = 0  # analyte, value, unit, range and flag all right, whether accepted or not
    accepted: int = 0  # right and not up for review
    wrong_accepted: int = (
        0  # wrong in any part, or not in the truth at all, and not up for review: silent mistakes
    )
    wrong_reviewed: int = 0
    missing: int = 0
    header_right: int = 0
    header: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)


def evaluate(folder: Path, reader: PageReader, cancel: CancelToken | None = None) -> dict[str, Any]:
    """Read every image that has a truth and count.

    Args:
        folder: images with their `.json`.
        reader: the engine.
        cancel: stops between two images.

    Returns:
        The shape of `jiceng eval` with `counts`, `reasons` of reviews and `misses`, one line each, besides.

    Raises:
        Cancelled: the person stopped it.
        InputError: `eval_read.no_cases`, no image with a truth; `eval_read.truth`, a truth of another format.
    """
    images = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGES)
    cases = [path for path in images if path.with_suffix(".json").is_file()]
    if not cases:
        raise InputError("eval_read.no_cases", path=str(folder))
    token = cancel or CancelToken()
    scores = []
    for path in cases:
        token.check()
        truth = _truth(path.with_suffix(".json"))
        scores.append(score(path.stem, truth, read_sheet(reader.read(str(path), token))))
    return report(scores, split=folder.name)


def _truth(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("eval_read.truth", path=path.name) from error
    if not isinstance(data, dict) or not isinstance(data.get("rows"), list):
        raise InputError("eval_read.truth", path=path.name)
    return data


def score(case: str, truth: Mapping[str, Any], sheet: LabSheet) -> Score:
    """Compare one sheet with its truth."""
    result = Score(case, rows=len(truth["rows"]))
    left = list(sheet.rows)
    for wanted in truth["rows"]:
        row = next((row for row in left if row.analyte == wanted["analyte"]), None)
        if row is None:
            result.missing += 1
            result.misses.append(f"{case}: {wanted['analyte']} not found")
            continue
        left.remove(row)
        _count(result, wanted, row)
    for row in left:
        result.wrong_accepted += not row.review
        result.wrong_reviewed += row.review
        result.misses.append(
            f"{case}: extra {row.name_raw} {row.value_raw} review={row.review} {list(row.reasons)}"
        )
    _count_header(result, truth, sheet)
    return result


def _count(result: Score, wanted: Mapping[str, Any], row: LabResult) -> None:
    wrong = [
        key for key in ("value", "unit", "low", "high", "flag") if not _same(wanted[key], getattr(row, key))
    ]
    result.right += not wrong
    result.accepted += not wrong and not row.review
    result.wrong_accepted += bool(wrong) and not row.review
    result.wrong_reviewed += bool(wrong) and row.review
    if row.review:
        result.reasons.update(row.reasons)
    if wrong or row.review:
        shown = {key: (wanted[key], getattr(row, key)) for key in wrong}
        result.misses.append(
            f"{result.case}: {row.analyte} {row.value_raw!r} {shown} review={row.review} {list(row.reasons)}"
        )


def _same(wanted: object, got: object) -> bool:
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= 1e-6 * max(1.0, abs(wanted))
    return wanted == got or (wanted in (None, "") and got in (None, ""))


def _count_header(result: Score, truth: Mapping[str, Any], sheet: LabSheet) -> None:
    patient = truth.get("patient") or {}
    pairs = [(patient.get(key), getattr(sheet, f"patient_{key}")) for key in ("name", "sex", "age")]
    for wanted, got in [*pairs, (truth.get("date"), sheet.date)]:
        if wanted:
            result.header += 1
            result.header_right += wanted == got
            if wanted != got:
                result.misses.append(f"{result.case}: header {wanted!r} read {got!r}")


def report(scores: Sequence[Score], split: str = "") -> dict[str, Any]:
    """Sum up scores in the shape of `jiceng eval`."""
    rows = [one.rows for one in scores]
    right = [one.right for one in scores]
    figures = [
        ratio_figure("rows_found", [one.rows - one.missing for one in scores], rows),
        ratio_figure("rows_right", right, rows),
        ratio_figure("rows_right_accepted", [one.accepted for one in scores], rows),
        ratio_figure("silent_mistakes", [one.wrong_accepted for one in scores], rows),
        ratio_figure("needless_reviews", [one.right - one.accepted for one in scores], right),
        ratio_figure("header_right", [one.header_right for one in scores], [one.header for one in scores]),
    ]
    ranked = sorted(scores, key=lambda s: (-s.wrong_accepted, s.accepted - s.rows))
    reasons: Counter[str] = Counter()
    for one in scores:
        reasons.update(one.reasons)
    return {
        "suite": "read",
        "split": split,
        "cases": len(scores),
        "rows": sum(one.rows for one in scores),
        "figures": [asdict(figure) for figure in figures],
        "counts": {
            key: sum(getattr(one, key) for one in scores)
            for key in ("right", "accepted", "wrong_accepted", "wrong_reviewed", "missing")
        },
        "reasons": dict(reasons.most_common()),
        "worst": [one.case for one in ranked[:5] if one.accepted < one.rows],
        "misses": [line for one in scores for line in one.misses],
    }
