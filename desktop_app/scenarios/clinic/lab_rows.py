"""Lab sheets as statements: one a row that is out of its range or to be checked, one for the rest."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.core.records.drafts import Evidence, FieldKey, Reason, Source, Statement, Support
from desktop_app.core.records.sheets import Flag, LabResult, LabSheet

_ARROW = {Flag.HIGH: "↑", Flag.LOW: "↓", Flag.ABNORMAL: "（异常）"}


def result_text(result: LabResult) -> str:
    """Return a row as a record writes it: 血红蛋白 98 g/L↓（115~150）."""
    value = f"{result.value:g}" if isinstance(result.value, float) else str(result.value or result.value_raw)
    unit = f" {result.unit}" if result.unit else ""
    limits = f"（{_limits(result)}）" if _limits(result) else ""
    return f"{result.name or result.name_raw} {value}{unit}{_ARROW.get(result.flag, '')}{limits}"


def _limits(result: LabResult) -> str:
    if result.low is not None and result.high is not None:
        return f"{result.low:g}~{result.high:g}"
    if result.high is not None:
        return f"<{result.high:g}"
    return f">{result.low:g}" if result.low is not None else ""


def _evidence(sheet: LabSheet, result: LabResult) -> Evidence:
    return Evidence(
        source=Source.LAB, image=sheet.image, row=result.row, box=result.box or None, quote=result.value_raw
    )


def lab_statements(sheets: Sequence[LabSheet], before: int) -> tuple[Statement, ...]:
    """Return statements for the auxiliary examination.

    Args:
        sheets: what was read.
        before: how many statements the field already has, for their ids.
    """
    statements: list[Statement] = []
    for sheet in sheets:
        for result in sheet.rows:
            if result.value is None and not result.value_raw:
                continue
            number = before + len(statements) + 1
            statements.append(
                Statement(
                    id=f"{FieldKey.AUXILIARY_EXAM.value}-{number}",
                    text=result_text(result),
                    support=Support.UNCERTAIN if result.review else Support.VERIFIED,
                    reasons=(Reason.REVIEW_ROW,) if result.review else (),
                    evidence=(_evidence(sheet, result),),
                )
            )
    return tuple(statements)
