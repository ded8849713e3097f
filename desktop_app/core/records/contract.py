"""The fixed JSON shapes of the commands (cli.md) to and from records."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from desktop_app.core.clock import new_id
from desktop_app.core.errors import InputError
from desktop_app.core.records.codec import from_json, to_json
from desktop_app.core.records.drafts import (
    Alert,
    Draft,
    DraftField,
    EngineUse,
    Evidence,
    FieldKey,
    FieldState,
    Reason,
    Statement,
    Support,
)
from desktop_app.core.records.sheets import LabSheet

Member = TypeVar("Member", bound=StrEnum)


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """Return evidence with the members its source has."""
    data: dict[str, Any] = to_json(evidence)
    if not evidence.quote:
        data.pop("quote", None)
    return data


def statement_json(statement: Statement) -> dict[str, Any]:
    """Return one statement; `reason` is the first of its reasons."""
    data: dict[str, Any] = {
        "id": statement.id,
        "text": statement.text,
        "support": statement.support.value,
        "derivation": statement.derivation,
        "evidence": [evidence_json(item) for item in statement.evidence],
    }
    if statement.reasons:
        data["reason"] = statement.reasons[0].value
        data["reasons"] = [item.value for item in statement.reasons]
    if statement.stale:
        data["stale"] = True
    return data


def field_json(field: DraftField) -> dict[str, Any]:
    """Return one field of a draft."""
    return {
        "label": field.label,
        "text": field.text,
        "state": field.state.value,
        "statements": [statement_json(item) for item in field.statements],
        "findings": list(field.findings),
    }


def alert_json(alert: Alert) -> dict[str, Any]:
    """Return one alert; every key is there even when empty."""
    data: dict[str, Any] = to_json(alert)
    data["evidence"] = [evidence_json(item) for item in alert.evidence]
    return data


def draft_json(draft: Draft) -> dict[str, Any]:
    """Return a draft as `jiceng draft --json` prints it, without timings."""
    return {
        "scenario": draft.scenario,
        "engine": {"writer": draft.engine.writer, "model": draft.engine.model},
        "fields": {field.key.value: field_json(field) for field in draft.fields},
        "alerts": [alert_json(item) for item in draft.alerts],
        "unresolved": draft.unresolved,
    }


def draft_from_json(data: object) -> Draft:
    """Read a draft that anybody wrote in the shape of `jiceng draft --json`.

    Statements may lack everything but their text; a field may be a bare string. A mark that is none of ours
    (a support, state, reason or id of another kind) is passed over.

    Raises:
        InputError: it is not of that shape.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("fields"), Mapping):
        raise InputError("input.draft_shape")
    engine = data.get("engine") if isinstance(data.get("engine"), Mapping) else {}
    writer, model = _text((engine or {}).get("writer")), _text((engine or {}).get("model"))
    fields = tuple(_field(key, value) for key, value in data["fields"].items())
    return Draft(
        scenario=_text(data.get("scenario")) or "clinic",
        engine=EngineUse(writer=writer or "unknown", model=model or None),
        fields=fields,
        alerts=tuple(from_json(Alert, item) for item in _list(data.get("alerts"))),
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _known(kind: type[Member], value: object) -> Member | None:
    """Return the enumeration's member; none for any other JSON value, hashable or not."""
    return next((item for item in kind if item.value == value), None)


def _field(key: object, value: object) -> DraftField:
    try:
        field_key = FieldKey(str(key))
    except ValueError as error:
        raise InputError("input.field_key", key=str(key)[:40]) from error
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, Mapping):
        raise InputError("input.draft_shape")
    text = value.get("text") or ""
    statements = tuple(_statement(item) for item in _list(value.get("statements")))
    if not isinstance(text, str):
        raise InputError("input.draft_shape")
    if text.strip() and not statements:
        statements = (Statement(id=new_id(), text=text.strip()),)
    told = FieldState.STATED if statements else FieldState.EMPTY
    return DraftField(
        key=field_key,
        text=text,
        state=_known(FieldState, value.get("state")) or told,
        statements=statements,
        findings=tuple(item for item in _list(value.get("findings")) if isinstance(item, str)),
    )


def _statement(data: object) -> Statement:
    if isinstance(data, str):
        data = {"text": data}
    if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
        raise InputError("input.draft_shape")
    derivation = data.get("derivation")
    return Statement(
        id=_id(data.get("id")) or new_id(),
        text=data["text"],
        support=_known(Support, data.get("support")) or Support.UNSUPPORTED,
        derivation=derivation if isinstance(derivation, str) else None,
        evidence=tuple(from_json(Evidence, item) for item in _list(data.get("evidence"))),
        reasons=_reasons(data.get("reason"), data.get("reasons")),
        stale=data.get("stale") is True,
    )


def _id(value: object) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)  # others may number their statements
    return str(value) if whole else _text(value)


def _reasons(first: object, others: object) -> tuple[Reason, ...]:
    """Return the reasons in their order; `reason` stands alone or is the first of `reasons`."""
    known = [item for value in _list(others) if (item := _known(Reason, value))]
    single = _known(Reason, first)
    return tuple(known if single is None or single in known else [single, *known])


def sheet_json(sheet: LabSheet) -> dict[str, Any]:
    """Return one page as `jiceng read --json` prints it."""
    rows = []
    for result in sheet.rows:
        row: dict[str, Any] = to_json(result)
        for key in ("analyte", "value", "low", "high", "range_from", "flag_printed"):
            row.setdefault(key, None)
        rows.append(row)
    return {
        "kind": sheet.kind,
        "image": sheet.image,
        "sha256": sheet.sha256,
        "corrected": {"rotated": sheet.rotated, "perspective": sheet.perspective},
        "patient": {"name": sheet.patient_name, "sex": sheet.patient_sex, "age": sheet.patient_age},
        "date": sheet.date,
        "rows": rows,
        "codes": [],
        "label": None,
        "text": list(sheet.text),
    }


def sheet_from_json(data: object) -> LabSheet:
    """Read one page of what `jiceng read --json` printed.

    Raises:
        InputError: it is not of that shape.
    """
    if not isinstance(data, Mapping):
        raise InputError("input.sheet_shape")
    patient = data.get("patient") if isinstance(data.get("patient"), Mapping) else {}
    corrected = data.get("corrected") if isinstance(data.get("corrected"), Mapping) else {}
    plain = ("kind", "image", "sha256", "date", "text")
    flat = {key: data[key] for key in plain if data.get(key) is not None}
    flat |= {f"patient_{key}": value for key, value in (patient or {}).items() if isinstance(value, str)}
    flat |= {key: (corrected or {})[key] for key in ("rotated", "perspective") if key in (corrected or {})}
    flat["rows"] = [
        {"row": index, "name_raw": "", "value_raw": "", **row} if isinstance(row, Mapping) else row
        for index, row in enumerate(_list(data.get("rows")), 1)
    ]
    return from_json(LabSheet, {"image": "", **flat})
