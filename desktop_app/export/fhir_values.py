"""The codes that an exported bundle may use, path by path.

`fhir.resources` accepts an invented status or code, so these tables say what is allowed. Value sets are those
of FHIR R4 (hl7.org/fhir/R4) that are bound as required, or the part of an extensible one that is used here.
"""

from __future__ import annotations

import csv
import functools

from desktop_app.core import paths

HL7 = "http://terminology.hl7.org/CodeSystem"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
OWN = "https://jiceng.invalid/fhir"  # a reserved name (RFC 2606): identifiers of this program's own making
DATA_ELEMENT = f"{OWN}/CodeSystem/data-element-unchecked"
DOCUMENT_TYPE = ("34108-1", "Outpatient Note")
AGE = ("30525-0", "Age")

_REQUEST_STATUS = {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
_REQUEST_INTENT = {
    "proposal",
    "plan",
    "order",
    "original-order",
    "reflex-order",
    "filler-order",
    "instance-order",
    "option",
}
_PRIORITY = {"routine", "urgent", "asap", "stat"}

# Plain codes by path, list positions left out.
CODES: dict[str, set[str]] = {
    "Bundle.type": {"document"},
    "Composition.status": {"preliminary", "final", "amended", "entered-in-error"},
    "Composition.attester.mode": {"personal", "professional", "legal", "official"},
    "Composition.relatesTo.code": {"replaces", "transforms", "signs", "appends"},
    "Composition.language": {"zh-CN"},
    "Patient.gender": {"male", "female", "other", "unknown"},
    "Encounter.status": {
        "planned",
        "arrived",
        "triaged",
        "in-progress",
        "onleave",
        "finished",
        "cancelled",
        "entered-in-error",
        "unknown",
    },
    "Device.status": {"active", "inactive", "entered-in-error", "unknown"},
    "Device.deviceName.type": {
        "udi-label-name",
        "user-friendly-name",
        "patient-reported-name",
        "manufacturer-name",
        "model-name",
        "other",
    },
    "Observation.status": {
        "registered",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "cancelled",
        "entered-in-error",
        "unknown",
    },
    "Observation.valueQuantity.comparator": {"<", "<=", ">=", ">"},
    "CarePlan.status": _REQUEST_STATUS,
    "CarePlan.intent": {"proposal", "plan", "order", "option"},
    "CarePlan.activity.detail.status": {
        "not-started",
        "scheduled",
        "in-progress",
        "on-hold",
        "completed",
        "cancelled",
        "stopped",
        "unknown",
        "entered-in-error",
    },
    "MedicationRequest.status": {
        "active",
        "on-hold",
        "cancelled",
        "completed",
        "entered-in-error",
        "stopped",
        "draft",
        "unknown",
    },
    "MedicationRequest.intent": _REQUEST_INTENT,
    "ServiceRequest.status": _REQUEST_STATUS,
    "ServiceRequest.intent": _REQUEST_INTENT | {"directive"},
    "ServiceRequest.priority": _PRIORITY,
    "Task.status": {
        "draft",
        "requested",
        "received",
        "accepted",
        "rejected",
        "ready",
        "cancelled",
        "in-progress",
        "on-hold",
        "failed",
        "completed",
        "entered-in-error",
    },
    "Task.intent": _REQUEST_INTENT | {"unknown"},
    "Task.priority": _PRIORITY,
    "Provenance.entity.role": {"derivation", "revision", "quotation", "source", "removal"},
}
# Every resource's narrative.
NARRATIVE_STATUS = {"generated", "extensions", "additional", "empty"}
# Members that hold a plain code wherever they hold a bare string: one without a table is a problem itself.
CODE_MEMBERS = frozenset(
    {"status", "intent", "mode", "role", "gender", "comparator", "priority", "use", "type"}
)

# Which systems a coded element may draw from.
SYSTEMS: dict[str, set[str]] = {
    "Composition.type": {LOINC},
    "Composition.section.code": {LOINC, DATA_ELEMENT},
    "Composition.section.emptyReason": {f"{HL7}/list-empty-reason"},
    "Encounter.class": {f"{HL7}/v3-ActCode"},
    "Condition.clinicalStatus": {f"{HL7}/condition-clinical"},
    "Condition.verificationStatus": {f"{HL7}/condition-ver-status"},
    "Condition.category": {f"{HL7}/condition-category"},
    "AllergyIntolerance.clinicalStatus": {f"{HL7}/allergyintolerance-clinical"},
    "AllergyIntolerance.verificationStatus": {f"{HL7}/allergyintolerance-verification"},
    "AllergyIntolerance.code": {SNOMED},
    "Observation.category": {f"{HL7}/observation-category"},
    "Observation.code": {LOINC},
    "Observation.component.code": {LOINC},
    "Observation.interpretation": {f"{HL7}/v3-ObservationInterpretation"},
    "Task.code": {"http://hl7.org/fhir/CodeSystem/task-code"},
    "Provenance.agent.type": {f"{HL7}/provenance-participant-type"},
}
SECURITY = f"{HL7}/v3-ObservationValue"

_VITAL_LOINC = {
    "8310-5": "Body temperature",
    "8867-4": "Heart rate",
    "9279-1": "Respiratory rate",
    "59408-5": "Oxygen saturation in Arterial blood by Pulse oximetry",
    "8302-2": "Body height",
    "29463-7": "Body weight",
    "85354-9": "Blood pressure panel with all children optional",
    "8480-6": "Systolic blood pressure",
    "8462-4": "Diastolic blood pressure",
}
_VITAL_UNITS = {"Cel", "/min", "%", "cm", "kg", "mm[Hg]", "a", "mo", "d"}


@functools.cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (paths.resources() / "content" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


def section_codes(field: str, system: str) -> tuple[tuple[str, str], ...]:
    """Return a field's codes and their names in `loinc` or `de` (data_element.csv)."""
    rows = (row for row in _rows("data_element") if row["field"] == field and row["system"] == system)
    return tuple((row["code"], row["display"]) for row in rows)


@functools.cache
def units() -> frozenset[str]:
    """Return the UCUM units that the laboratory table and the vital signs use."""
    return frozenset({row["ucum"] for row in _rows("lab_item") if row["ucum"]} | _VITAL_UNITS)


@functools.cache
def codes(system: str) -> frozenset[str]:
    """Return a system's codes that a bundle may use; none for a system that it may not."""
    if system == LOINC:
        known = {row["loinc"] for row in _rows("lab_item") if row["loinc"]} | set(_VITAL_LOINC)
        known |= {row["code"] for row in _rows("data_element") if row["system"] == "loinc"}
        return frozenset(known | {DOCUMENT_TYPE[0], AGE[0]})
    if system == DATA_ELEMENT:
        return frozenset(row["code"] for row in _rows("data_element") if row["system"] == "de")
    if system == UCUM:
        return units()
    return frozenset(_FIXED.get(system, ()))


_FIXED: dict[str, set[str]] = {
    SNOMED: {"716186003", "409137002", "429625007"},
    SECURITY: {"AIAST"},
    f"{HL7}/v3-ActCode": {"AMB", "EMER", "HH", "VR"},
    f"{HL7}/list-empty-reason": {"nilknown", "notasked", "withheld", "unavailable", "notstarted", "closed"},
    f"{HL7}/condition-clinical": {"active", "recurrence", "relapse", "inactive", "remission", "resolved"},
    f"{HL7}/condition-ver-status": {
        "unconfirmed",
        "provisional",
        "differential",
        "confirmed",
        "refuted",
        "entered-in-error",
    },
    f"{HL7}/condition-category": {"problem-list-item", "encounter-diagnosis"},
    f"{HL7}/allergyintolerance-clinical": {"active", "inactive", "resolved"},
    f"{HL7}/allergyintolerance-verification": {"unconfirmed", "confirmed", "refuted", "entered-in-error"},
    f"{HL7}/observation-category": {
        "social-history",
        "vital-signs",
        "imaging",
        "laboratory",
        "procedure",
        "survey",
        "exam",
        "therapy",
        "activity",
    },
    f"{HL7}/v3-ObservationInterpretation": {"L", "H", "A", "N", "LL", "HH"},
    f"{HL7}/provenance-participant-type": {
        "enterer",
        "performer",
        "author",
        "verifier",
        "legal",
        "attester",
        "informant",
        "custodian",
        "assembler",
        "composer",
    },
    "http://hl7.org/fhir/CodeSystem/task-code": {
        "approve",
        "fulfill",
        "abort",
        "replace",
        "change",
        "suspend",
        "resume",
    },
}
