"""What is certain about the patient now, for the red flags: affirmed findings, denials, measured values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop_app.core.records.drafts import Evidence, FieldKey
from desktop_app.core.records.sheets import LabSheet
from desktop_app.scenarios.clinic.answers import decide
from desktop_app.scenarios.clinic.notes import Note, evidence_of
from desktop_app.scenarios.clinic.red_flags import Facts
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Polarity
from desktop_app.writing.talk import Part, Talk

_NOW = (
    FieldKey.CHIEF_COMPLAINT,
    FieldKey.PRESENT_ILLNESS,
    FieldKey.PHYSICAL_EXAM,
    FieldKey.AUXILIARY_EXAM,
    FieldKey.DIAGNOSIS,
    FieldKey.PERSONAL_FAMILY,
)
_VITALS = {
    "temp": re.compile(r"(?:^T[:：]?)(3\d(?:\.\d)?|4\d(?:\.\d)?)|(\d{2}(?:\.\d)?)℃"),
    "sbp": re.compile(r"(\d{2,3})/\d{2,3}mmHg"),
    "dbp": re.compile(r"\d{2,3}/(\d{2,3})mmHg"),
    "hr": re.compile(r"(?:(?<!胎)心率|(?<!胎)心跳|脉搏?|^P|^HR)[^，。\d]{0,4}(\d{2,3})"),
    "fetal_hr": re.compile(r"胎心率?[^，。\d]{0,4}(\d{2,3})"),
    "rr": re.compile(r"(?:呼吸|^R)[^，。\d]{0,4}(\d{2})"),
    "spo2": re.compile(r"(?:血氧饱和度|血氧|氧饱和度?|SpO2)[^，。\d]{0,4}(\d{2,3})"),
    "glucose": re.compile(r"血糖[^，。\d]{0,6}(\d{1,2}(?:\.\d)?)(?![\d.]*(?:周|次|天|个|月|回|年|点))"),
}
_RISKS = ("长期抗凝治疗", "血友病")  # of the past, and still there
_LESS = 0.1  # what is said to be below a value counts as this much below it
# behind a sign: 三凹征（-） was looked for and not found
_NOT_FOUND = re.compile(r"\s*(?:[（(][-－—–][）)]|阴性)")


def facts_of(talk: Talk, notes: Sequence[Note], sheets: Sequence[LabSheet]) -> Facts:
    """Return the facts of a visit."""
    findings: dict[str, tuple[Evidence, ...]] = {}
    denied: set[str] = set()
    _from_parts(talk, notes, findings, denied)
    for exchange in talk.exchanges:
        for verdict in decide(exchange):
            names = [topic.standard for topic in verdict.topics]
            if verdict.polarity is Polarity.DENIED:
                denied.update(names)
            elif not verdict.unclear:
                where = evidence_of(talk, [part.clause for part in (*exchange.questions, verdict.part)])
                findings.update(dict.fromkeys(names, where))
    _drugs_taken(talk, notes, findings)
    text = "，".join(note.text for note in notes if note.field in _NOW and not note.denial)
    return Facts(findings, frozenset(denied - set(findings)), _vitals(notes), text, _diagnosed(talk, notes))


def _drugs_taken(talk: Talk, notes: Sequence[Note], findings: dict[str, tuple[Evidence, ...]]) -> None:
    """Add the drugs that the patient takes, wherever they were told: 鼻出血 is graver under 华法林."""
    for note in notes:
        if note.denial or note.field not in (FieldKey.PRESENT_ILLNESS, FieldKey.PAST_HISTORY):
            continue
        for part in note.parts:
            lasting = [item for item in part.named(Kind.DIAGNOSIS) if item.standard in _RISKS]
            for mention in [*part.named(Kind.DRUG), *lasting]:
                if (
                    mention.polarity is Polarity.AFFIRMED
                    and part.subject.patient
                    and not part.clause.question
                ):
                    findings.setdefault(mention.standard, evidence_of(talk, [part.clause]))


def _diagnosed(talk: Talk, notes: Sequence[Note]) -> dict[str, tuple[Evidence, ...]]:
    """Return the diagnoses, as written and in their standard names, each with where it was said."""
    found: dict[str, tuple[Evidence, ...]] = {}
    for note in notes:
        if note.field is not FieldKey.DIAGNOSIS or note.denial:
            continue
        where = evidence_of(talk, [clause for part in note.parts for clause in part.clauses])
        found[note.text] = where
        for part in note.parts:
            for mention in part.named(Kind.DIAGNOSIS):
                if mention.polarity is Polarity.AFFIRMED:
                    found.setdefault(mention.standard, where)
    return found


def _from_parts(
    talk: Talk, notes: Sequence[Note], findings: dict[str, tuple[Evidence, ...]], denied: set[str]
) -> None:
    used: dict[tuple[int, int], Part] = {
        part.key: part for note in notes if note.field in _NOW and not note.denial for part in note.parts
    }
    for part in talk.parts:
        if part.retracted or not part.subject.patient or part.clause.question:
            continue
        for mention in part.named(Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.EXAM):
            if mention.polarity is Polarity.DENIED or _NOT_FOUND.match(part.text, mention.end):
                denied.add(mention.standard)
            elif part.key in used:
                findings.setdefault(mention.standard, evidence_of(talk, [part.clause]))


def _vitals(notes: Sequence[Note]) -> dict[str, float]:
    values: dict[str, float] = {}
    measured = [note for note in notes if note.field in (FieldKey.PHYSICAL_EXAM, FieldKey.AUXILIARY_EXAM)]
    told = [note for note in notes if note.field is FieldKey.PRESENT_ILLNESS]
    for note in [*told, *measured]:
        for name, pattern in _VITALS.items():
            match = pattern.search(note.text)
            if match and not (note in told and name != "temp"):
                below = "<" in match[0]  # 血氧<90%
                values[name] = float(match[match.lastindex or 0]) - (_LESS if below else 0.0)
    return values
