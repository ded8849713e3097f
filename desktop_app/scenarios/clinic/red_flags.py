"""Red flags: criteria over what was affirmed, seen and measured. They alert; they never diagnose."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from desktop_app.core.records.drafts import Alert, Evidence
from desktop_app.core.records.people import Patient
from desktop_app.terms.tables import Row, cells, shipped_table

_VITAL = re.compile(r"(?P<name>[a-z0-9_]+)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<limit>-?\d+(?:\.\d+)?)")
NAMED = "_named"  # criteria over the doctor's own diagnosis
_CLAUSE_END = re.compile(r"[，；。]")
_DENIES = re.compile(r"否认|无|未|没|不(?!适|安|稳|全|清)|冇|勿|非")
_NEGATIVE = re.compile(r"\s*(?:[（(][-－—–][）)]|阴性|已?(?:消失|缓解))")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is certain about the patient now.

    Attributes:
        findings: standard terms that hold, each with where it was said.
        denied: standard terms that were denied.
        vitals: measured values by name: temp (℃), sbp, dbp (mmHg), hr, fetal_hr, rr (per minute), spo2 (%),
            glucose (mmol/L).
        text: all affirmed record text, for terms that no table knows.
        diagnosed: what the doctor named as the diagnosis, each with where it was said.
    """

    findings: Mapping[str, tuple[Evidence, ...]]
    denied: frozenset[str]
    vitals: Mapping[str, float]
    text: str
    diagnosed: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)


def _age_limit(value: str, default: float) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([ymd]?)", value)
    if match is None:
        return default
    return float(match[1]) * {"": 1.0, "y": 1.0, "m": 1 / 12, "d": 1 / 365.25}[match[2]]


def _applies(row: Row, patient: Patient) -> bool:
    if row.get("sex") in ("female", "male") and patient.sex.value not in (row["sex"], "unknown"):
        return False
    if not (row.get("min_age") or row.get("max_age")):
        return True
    if patient.age is None:
        return False
    low, high = _age_limit(row["min_age"], 0.0), _age_limit(row["max_age"], 200.0)
    return low <= patient.age.years <= high


def _matched(term: str, facts: Facts) -> tuple[Evidence, ...] | None:
    """Return where a term holds; None where it doesn't."""
    if term in facts.findings:
        return facts.findings[term]
    if term in facts.denied:
        return None
    if len(term) == 1:
        return None
    for name, evidence in facts.findings.items():
        if _stands_in(term, name):
            return evidence
    return () if any(_stands_in(term, clause) for clause in _CLAUSE_END.split(facts.text)) else None


def _stands_in(term: str, clause: str) -> bool:
    """Whether a clause affirms a term: 否认胸痛 and 三凹征（-） don't, nor does 未闻及哮鸣音."""
    start = clause.find(term)
    if start < 0:
        return False
    after = clause[start + len(term) :]
    return not _DENIES.search(clause[:start]) and not _NEGATIVE.match(after)


def _any(terms: Iterable[str], facts: Facts) -> tuple[Evidence, ...] | None:
    for term in terms:
        evidence = _matched(term, facts)
        if evidence is not None:
            return evidence
    return None


def _vital_rule(rule: str, vitals: Mapping[str, float]) -> bool:
    for alternative in rule.split("|"):
        tests = list(_VITAL.finditer(alternative))
        if tests and all(_vital(test, vitals) for test in tests):
            return True
    return False


def _vital(test: re.Match[str], vitals: Mapping[str, float]) -> bool:
    value = vitals.get(test["name"])
    if value is None:
        return False
    limit = float(test["limit"])
    return {
        ">=": value >= limit,
        "<=": value <= limit,
        ">": value > limit,
        "<": value < limit,
        "=": value == limit,
    }[test["sign"]]


@functools.cache
def criteria() -> tuple[Row, ...]:
    """Return the criteria of the table that ships."""
    return shipped_table("red_flag")


def _named(terms: Iterable[str], facts: Facts) -> tuple[Evidence, ...] | None:
    """Return where the doctor's diagnosis names a danger; what the talk tells of the past or a relative is none."""
    for text, evidence in facts.diagnosed.items():
        if any(_stands_in(term, clause) for term in terms for clause in _CLAUSE_END.split(text)):
            return evidence
    return None


def _check(row: Row, facts: Facts) -> tuple[Evidence, ...] | None:
    """Return the evidence for a criterion; None where it isn't met."""
    if row["id"].endswith(NAMED) and not row["all_of"]:
        return _named(cells(row["any_of"]), facts)
    evidence: list[Evidence] = []
    if row["any_of"]:
        found = _any(cells(row["any_of"]), facts)
        if found is None:
            return None
        evidence += found
    for group in filter(None, row["all_of"].split("&")):
        found = _any(cells(group), facts)
        if found is None:
            return None
        evidence += found
    if row["none_of"] and _any(cells(row["none_of"]), facts) is not None:
        return None
    if row["vital_rule"] and not _vital_rule(row["vital_rule"], facts.vitals):
        return None
    if not (row["any_of"] or row["all_of"] or row["vital_rule"]):
        return None
    unique = {(item.id, item.start): item for item in evidence}
    return tuple(unique.values())


def _text(row: Row, facts: Facts) -> str:
    """Return the alert's sentence, with the doctor's own words where these are what it rests on."""
    if not row["id"].endswith(NAMED) or row["all_of"]:
        return row["criterion"]
    terms = cells(row["any_of"])
    named = next((text for text in facts.diagnosed if any(term in text for term in terms)), "")
    return f"{row['criterion']}（{named}）" if named else row["criterion"]


def red_flags(facts: Facts, patient: Patient) -> tuple[Alert, ...]:
    """Return an alert for each criterion that is met, the gravest first."""
    alerts = []
    for row in criteria():
        evidence = _check(row, facts) if _applies(row, patient) else None
        if evidence is None:
            continue
        alerts.append(
            Alert(
                kind="red_flag",
                severity="high" if row["tier"] == "emergency" else "medium",
                text=_text(row, facts),
                basis=row["basis"],
                rule=row["id"],
                action=row["action"],
                department=row["department"],
                evidence=evidence,
            )
        )
    return tuple(sorted(alerts, key=lambda alert: alert.severity != "high"))
