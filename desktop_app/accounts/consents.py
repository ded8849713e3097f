"""Consents: given, refused, withdrawn; noted before the microphone, remembered per patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop_app.accounts.roles import Right, require
from desktop_app.core.clock import new_id
from desktop_app.core.errors import PolicyError
from desktop_app.core.records.people import Patient
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.lane import Row
from desktop_app.store.store import Store


class ConsentKind(StrEnum):
    """What is consented to; each needs its own."""

    RECORDING = "recording"
    FACE_PHOTO = "face_photo"
    VOICE = "voice"  # an enrolled voice
    REFERRAL = "referral"


class Answer(StrEnum):
    """What the patient said."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One answer of one patient."""

    id: str
    patient_id: str
    visit_id: str | None
    kind: ConsentKind
    answer: Answer
    by_account: str  # who noted it
    at: datetime
    note: str = ""


class Consents:
    """The consents of a store.

    Args:
        store: open.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(
        self,
        actor: Actor,
        patient: Patient,
        kind: ConsentKind,
        answer: Answer,
        *,
        visit_id: str | None = None,
        note: str = "",
    ) -> Consent:
        """Note an answer. A withdrawn consent to recording shreds the patient's kept sound at once.

        Raises:
            PolicyError: the role may not (`policy.role`).
            StoreError: the database failed.
        """
        require(actor.role, Right.RECORD)
        consent = Consent(
            id=new_id(),
            patient_id=patient.id,
            visit_id=visit_id,
            kind=kind,
            answer=answer,
            by_account=actor.account,
            at=self._store.clock.now(),
            note=note,
        )
        with self._store.writing() as database:
            self._store.patients.save(patient)
            database.execute(
                "INSERT INTO consent VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    consent.id,
                    patient.id,
                    visit_id,
                    kind.value,
                    answer.value,
                    actor.account,
                    consent.at.isoformat(),
                    note,
                ),
            )
            if answer is Answer.WITHDRAWN and kind in (ConsentKind.RECORDING, ConsentKind.VOICE):
                self._withdraw(actor, patient.id)
            payload = AuditPayload(note={"kind": kind.value, "answer": answer.value, "patient": patient.id})
            self._store.audit.append(actor, "consent", visit_id or "", payload=payload)
        if answer is Answer.WITHDRAWN:
            self._store.sounds.remove_shredded()
        return consent

    def _withdraw(self, actor: Actor, patient_id: str) -> None:
        """Forget the keys of the patient's sound and of what engines made of it; records stay."""
        visits = self._store.lane.rows("SELECT id FROM visit WHERE patient_id = ?", (patient_id,))
        ids = [row["id"] for row in visits]
        sealed = self._store.sealed_keys
        keys = sealed.living("sound", ids) + sealed.living("payload", ids)
        count = sealed.shred(keys, "consent withdrawn")
        self._store.audit.append(actor, "shred", "", payload=AuditPayload(note={"keys": count}))

    def latest(self, patient_id: str, kind: ConsentKind) -> Consent | None:
        """Return a patient's last answer, None if never asked."""
        sql = "SELECT * FROM consent WHERE patient_id = ? AND kind = ? ORDER BY at DESC, id DESC LIMIT 1"
        row = self._store.lane.row(sql, (patient_id, kind.value))
        return _consent(row) if row else None

    def history(self, patient_id: str) -> list[Consent]:
        """Return all answers of a patient, oldest first."""
        sql = "SELECT * FROM consent WHERE patient_id = ? ORDER BY at, id"
        return [_consent(row) for row in self._store.lane.rows(sql, (patient_id,))]

    def require(self, patient_id: str, kind: ConsentKind) -> None:
        """Go on only with a consent that was given and not withdrawn.

        Raises:
            PolicyError: never asked, refused or withdrawn (`policy.consent`).
        """
        latest = self.latest(patient_id, kind)
        if latest is None or latest.answer is not Answer.GIVEN:
            raise PolicyError("policy.consent", kind=kind.value)


def _consent(row: Row) -> Consent:
    return Consent(
        id=row["id"],
        patient_id=row["patient_id"],
        visit_id=row["visit_id"],
        kind=ConsentKind(row["kind"]),
        answer=Answer(row["answer"]),
        by_account=row["by_account"],
        at=datetime.fromisoformat(row["at"]),
        note=row["note"],
    )
