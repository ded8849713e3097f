"""An order of what the patient is allergic to, or of its kin: an alert with its basis, never a veto."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desktop_app.core.records.drafts import Alert, FieldKey
from desktop_app.scenarios.clinic.notes import Note, evidence_of
from desktop_app.scenarios.clinic.order_wording import stops_or_refuses
from desktop_app.terms.lexicon import Kind
from desktop_app.terms.tables import cells, shipped_table
from desktop_app.writing.polarity import Polarity, without_drugs
from desktop_app.writing.talk import Talk

_HARMLESS = re.compile(r"无异常|不详|不确定|否认")
_REACTS = re.compile(r"过敏|敏感|[肿疹痒晕憋喘吐]|风团|疙瘩|休克|不能")
_REFUSES = re.compile(r"不[予中行能可宜]|勿|毋|唔")
_SAME = "药品说明书禁忌：对本品过敏者禁用"


def allergy_alerts(talk: Talk, notes: Sequence[Note]) -> tuple[Alert, ...]:
    """Return an alert for each ordered drug to which, or to whose group, an allergy was told."""
    alerts: dict[tuple[str, str], Alert] = {}
    for allergy, told in _drugs(notes, FieldKey.ALLERGY):
        for ordered, order in _drugs(notes, FieldKey.PLAN):
            basis = _conflict(allergy, ordered)
            if basis is None or (allergy, ordered) in alerts:
                continue
            clauses = [clause for note in (told, order) for part in note.parts for clause in part.clauses]
            alerts[allergy, ordered] = Alert(
                kind="allergy",
                severity="high",
                text=f"记有{allergy}过敏，处理意见里有{ordered}，请核对",
                basis=basis,
                rule="allergy_order",
                action="与患者核实过敏史，必要时换药",
                evidence=evidence_of(talk, clauses),
            )
    return tuple(alerts.values())


def _drugs(notes: Sequence[Note], field: FieldKey) -> Iterator[tuple[str, Note]]:
    """Yield the drugs that the notes of a field say the patient doesn't tolerate, or is to have."""
    for note in notes:
        passed = note.denial or _HARMLESS.search(note.text) if field is FieldKey.ALLERGY else False
        if note.field is not field or passed:
            continue
        if field is FieldKey.PLAN and _refused(note):
            continue
        for part in note.parts:
            for mention in part.named(Kind.DRUG, Kind.DRUG_GROUP):
                form = mention.entry.form
                meant = field is FieldKey.PLAN or f"{form}过敏" in note.text or _REACTS.search(part.text)
                if meant and mention.polarity is Polarity.AFFIRMED and form in note.text:
                    yield mention.standard, note


def _refused(note: Note) -> bool:
    text = without_drugs(note.text, [mention for part in note.parts for mention in part.mentions])
    return stops_or_refuses(text) or bool(_REFUSES.search(text))


def _conflict(allergy: str, ordered: str) -> str | None:
    """Return why a drug isn't for a patient with an allergy; None where the tables know no reason."""
    for row in shipped_table("allergen_group"):
        stems = cells(row["stems"])
        of_group = allergy == row["group"] or any(stem in allergy for stem in stems)
        if of_group and any(stem in ordered for stem in stems):
            return str(row["basis"])
    return _SAME if allergy == ordered else None
