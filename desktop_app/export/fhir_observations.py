"""Observations: rows of lab sheets, vital signs, and the age where no date of birth is known."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from desktop_app.core.records.drafts import DraftField
from desktop_app.core.records.people import Patient
from desktop_app.core.records.sheets import Flag, LabResult, LabSheet
from desktop_app.export import claims, wording
from desktop_app.export import fhir_values as values
from desktop_app.export.fhir_parts import Assembly, Json, clean, coded, concept, hl7

_FLAG = {Flag.LOW: "L", Flag.HIGH: "H", Flag.ABNORMAL: "A", Flag.NORMAL: "N"}
_BOUND = re.compile(r"\s*(<=|>=|[<>≤≥])\s*(\d+(?:\.\d+)?)\s*")
_COMPARATOR = {"≤": "<=", "≥": ">="}
_AGE_UNIT = {"y": "a", "m": "mo", "d": "d"}


def add_age(made: Assembly, patient: Patient, about: Json, when: str) -> Json | None:
    """Add the age as it was said, where no date of birth says it better."""
    if patient.age is None or patient.birth_date is not None:
        return None
    body = {
        "status": "final",
        "code": concept(coded(values.LOINC, *values.AGE), text="年龄"),
        **about,
        "effectiveDateTime": when,
        "valueQuantity": _quantity(float(patient.age.value), _AGE_UNIT[patient.age.unit]),
    }
    return made.add("age", "Observation", f"年龄 {patient.age}", body)


def add_vitals(made: Assembly, field: DraftField, about: Json, status: str, when: str) -> list[Json]:
    """Add the vital signs that the examination states with certainty; return references to them."""
    added = []
    for vital in claims.vitals(field):
        body: Json = {
            "status": status,
            "category": [hl7("observation-category", "vital-signs")],
            "code": concept(coded(values.LOINC, vital.loinc), text=vital.name),
            **about,
            "effectiveDateTime": when,
        }
        shown = "/".join(wording.number_text(value) for value in vital.values)
        if len(vital.values) == 1:
            body["valueQuantity"] = _quantity(vital.values[0], vital.unit)
        else:
            body["component"] = [
                {
                    "code": concept(coded(values.LOINC, loinc), text=name),
                    "valueQuantity": _quantity(value, vital.unit),
                }
                for (loinc, name), value in zip(claims.PRESSURE_PARTS, vital.values, strict=True)
            ]
        text = f"{vital.name} {shown} {wording.unit_text(vital.unit)}"
        added.append(made.add(f"vital/{vital.loinc}", "Observation", text, body, drafted=True))
    return added


def add_sheet(made: Assembly, sheet: LabSheet, index: int, about: Json, status: str) -> list[Json]:
    """Add a sheet's rows but those that wait for review; return references to them."""
    added = []
    for row in sheet.rows:
        name = clean(row.name) or clean(row.name_raw)
        value = _value(row)
        if row.review or not name or not value:
            continue
        body: Json = {
            "status": status,
            "category": [hl7("observation-category", "laboratory")],
            "code": _code(row, name),
            **about,
            **_effective(sheet.date),
            **value,
        }
        body |= _judgement(row)
        note = "；".join(clean(item) for item in (f"单上原文 {row.value_raw} {row.unit_raw}", *row.reasons))
        body["note"] = [{"text": note}]
        text = f"{name} {wording.value_text(row)} {wording.unit_text(row.unit)}"
        added.append(made.add(f"lab/{index}/{row.row}/{name}", "Observation", text, body, drafted=True))
    return added


def _code(row: LabResult, name: str) -> Json:
    known = row.loinc in values.codes(values.LOINC)
    return concept(*([coded(values.LOINC, row.loinc)] if known else []), text=name)


def _effective(day: str) -> Json:
    try:
        return {"effectiveDateTime": date.fromisoformat(day).isoformat()}
    except ValueError:
        return {}


def _value(row: LabResult) -> Json:
    if isinstance(row.value, float | int):
        return {"valueQuantity": _quantity(float(row.value), row.unit)} if math.isfinite(row.value) else {}
    text = clean(row.value or "")
    bound = _BOUND.fullmatch(text)
    if bound:
        quantity = _quantity(float(bound[2]), row.unit)
        return {"valueQuantity": {**quantity, "comparator": _COMPARATOR.get(bound[1], bound[1])}}
    return {"valueString": text} if text else {}


def _judgement(row: LabResult) -> Json:
    made: Json = {}
    code = _FLAG.get(wording.flag_of(row))
    if code:
        made["interpretation"] = [hl7("v3-ObservationInterpretation", code)]
    bounds: dict[str, Any] = {
        name: _quantity(float(bound), row.unit)
        for name, bound in (("low", row.low), ("high", row.high))
        if bound is not None and math.isfinite(bound)
    }
    if bounds:
        origin = "本机表格，非化验单所印" if row.range_from == "table" else "化验单"
        made["referenceRange"] = [{**bounds, "text": f"{wording.range_text(row).rstrip('※')}（{origin}）"}]
    return made


def _quantity(value: float, unit: str) -> Json:
    """Return a quantity; a unit that no table has stays text and claims no code."""
    made: Json = {"value": int(value) if value.is_integer() and abs(value) < 1e15 else value}
    if unit in values.units():
        return made | {"unit": wording.unit_text(unit) or "1", "system": values.UCUM, "code": unit}
    return made | ({"unit": clean(unit)} if clean(unit) else {})
