"""Visits: stages while they are made, versions once they are records."""

from __future__ import annotations

import json

from sqlite_utils import Database

from desktop_app.core.clock import Clock
from desktop_app.core.errors import PolicyError, StoreError
from desktop_app.core.records.codec import from_json
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.store.audit import AuditTrail
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.canonical import canonical, sha256
from desktop_app.store.lane import Lane
from desktop_app.store.outbox import Outbox
from desktop_app.store.patients import Patients
from desktop_app.store.signatures import signature_holds

_QUEUED = (VisitState.REVIEWED, VisitState.SIGNED)


class Visits:
    """The outpatient records of this desk.

    Args:
        lane: the store's connection.
        clock: where the time comes from.
        patients: where the visit's patient is written.
        audit: the trail that every version enters.
        outbox: the queue that every reviewed version enters.
    """

    def __init__(
        self, lane: Lane, clock: Clock, patients: Patients, audit: AuditTrail, outbox: Outbox
    ) -> None:
        self._lane = lane
        self._clock = clock
        self._patients = patients
        self._audit = audit
        self._outbox = outbox

    def save_stage(
        self, visit: Visit, actor: Actor | None = None, payload: AuditPayload | None = None
    ) -> None:
        """Keep a visit as far as it has come, in place of its stage before; no version, no outbox.

        Args:
            visit: as the stage left it.
            actor: who or what did the stage (default: the machine).
            payload: what an engine was given and made; with it the stage enters the audit trail as
                `stage.<state>`.

        Raises:
            StoreError: the database failed; or this version has already been saved (`store.conflict`).
        """
        with self._lane.writing() as database:
            if visit.version <= self._newest(database, visit.id):
                raise StoreError("store.conflict", version=visit.version)
            self._patients.save(visit.patient)
            self._write_visit(database, visit)
            database.execute(
                "INSERT INTO stage VALUES (:id, :state, :version, :record, :now) ON CONFLICT(visit_id) "
                "DO UPDATE SET state = :state, version = :version, record = :record, saved_at = :now",
                {
                    "id": visit.id,
                    "state": visit.state.value,
                    "version": visit.version,
                    "record": canonical(visit).decode(),
                    "now": self._clock.now().isoformat(),
                },
            )
            if payload is not None:
                who = actor or Actor.machine()
                self._audit.append(who, f"stage.{visit.state.value}", visit.id, visit.version, payload)

    def save_visit(
        self, visit: Visit, actor: Actor, action: str, payload: AuditPayload | None = None
    ) -> None:
        """Write a version, its audit row and, once a person reviewed it, its outbox row: all or none.

        Args:
            visit: with `version` one above the newest saved one (see `next_version`); after a signed version
                it must name that one in `corrects`.
            actor: who saves it.
            action: for the trail, as in `visit.review`, `visit.sign`, `visit.correct`.
            payload: for the trail; without one the review's changes are noted.

        Raises:
            StoreError: the version exists or one is missing (`store.conflict`), a signed version would be
                replaced (`store.signed`), the signature doesn't fit (`store.signature`), or the disk failed.
            PolicyError: reviewed or signed without a review that names a person (`policy.review`), or signed
                by somebody who is no registered doctor here (`policy.signer`).
        """
        reviewer = visit.review.reviewer.strip() if visit.review else ""
        if visit.state in _QUEUED and not reviewer:
            raise PolicyError("policy.review")
        signed = visit.state is VisitState.SIGNED
        if (signed or visit.signature) and not signature_holds(visit):
            raise StoreError("store.signature")
        record = canonical(visit)
        digest = sha256(record)
        with self._lane.writing() as database:
            self._check_version(database, visit)
            if signed:
                _check_signer(database, visit)
            self._patients.save(visit.patient)
            self._write_visit(database, visit)
            self._write_version(database, visit, actor, reviewer, record, digest)
            database.execute("DELETE FROM stage WHERE visit_id = ?", (visit.id,))
            self._audit.append(
                actor, action, visit.id, visit.version, payload or _payload(visit, digest), lasting=signed
            )
            if visit.state in _QUEUED:
                self._outbox.add(
                    kind="visit", item=visit.id, version=visit.version, sha256=digest, reviewer=reviewer
                )

    def _newest(self, database: Database, visit_id: str) -> int:
        sql = "SELECT coalesce(max(version), 0) FROM visit_version WHERE visit_id = ?"
        return int(database.execute(sql, (visit_id,)).fetchone()[0])

    def _check_version(self, database: Database, visit: Visit) -> None:
        if visit.version != self._newest(database, visit.id) + 1:
            raise StoreError("store.conflict", version=visit.version)
        sql = "SELECT max(version) FROM visit_version WHERE visit_id = ? AND state = 'signed'"
        if visit.corrects != database.execute(sql, (visit.id,)).fetchone()[0]:
            raise StoreError("store.signed")

    def _write_visit(self, database: Database, visit: Visit) -> None:
        database.execute(
            "INSERT INTO visit(id, patient_id, started, kind, organization, department, state, version, "
            "updated_at) "
            "VALUES (:id, :patient, :started, :kind, :organization, :department, :state, 0, :now) "
            "ON CONFLICT(id) DO UPDATE SET patient_id = :patient, started = :started, kind = :kind, "
            "organization = :organization, department = :department, state = :state, updated_at = :now",
            {
                "id": visit.id,
                "patient": visit.patient.id,
                "started": visit.started.isoformat(),
                "kind": visit.kind.value,
                "organization": visit.organization,
                "department": visit.department,
                "state": visit.state.value,
                "now": self._clock.now().isoformat(),
            },
        )

    def _write_version(
        self, database: Database, visit: Visit, actor: Actor, reviewer: str, record: bytes, digest: str
    ) -> None:
        now = self._clock.now().isoformat()
        signature = visit.signature
        database.execute(
            "INSERT INTO visit_version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                visit.id,
                visit.version,
                visit.state.value,
                visit.corrects,
                reviewer,
                signature.signer if signature else "",
                record.decode(),
                digest,
                now,
                actor.account,
            ),
        )
        database.execute("UPDATE visit SET version = ? WHERE id = ?", (visit.version, visit.id))
        if visit.state is VisitState.SIGNED:
            sql = "UPDATE visit SET signed_version = ?, signed_at = ? WHERE id = ?"
            database.execute(sql, (visit.version, now, visit.id))

    def next_version(self, visit_id: str) -> int:
        """Return the number that the next saved version must have."""
        with self._lane.reading() as database:
            return self._newest(database, visit_id) + 1

    def get(self, visit_id: str, version: int | None = None) -> Visit | None:
        """Return a version of a record, or the newest one; None where there is none.

        Raises:
            StoreError: its text is not the one that was saved (`store.corrupt`).
        """
        row = self._lane.row(
            "SELECT record, record_sha256 FROM visit_version "
            "WHERE visit_id = ? AND (? IS NULL OR version = ?) "
            "ORDER BY version DESC LIMIT 1",
            (visit_id, version, version),
        )
        if row is None:
            return None
        if sha256(row["record"].encode()) != row["record_sha256"]:
            raise StoreError("store.corrupt", "record_sha256")
        return from_json(Visit, json.loads(row["record"]))

    def stage(self, visit_id: str) -> Visit | None:
        """Return a visit's saved stage, if it is newer than its versions: where to go on after a crash."""
        row = self._lane.row("SELECT record FROM stage WHERE visit_id = ?", (visit_id,))
        return from_json(Visit, json.loads(row["record"])) if row else None

    def versions(self, visit_id: str) -> list[Visit]:
        """Return all versions of a record, oldest first."""
        sql = "SELECT record FROM visit_version WHERE visit_id = ? ORDER BY version"
        return [from_json(Visit, json.loads(row["record"])) for row in self._lane.rows(sql, (visit_id,))]

    def history(self, patient_id: str, *, limit: int = 20, before: str | None = None) -> list[Visit]:
        """Return the newest signed version of each of a patient's visits, newest visit first.

        Args:
            patient_id: whose.
            limit: at most so many.
            before: id of the visit that is being made; it and later ones are left out.
        """
        rows = self._lane.rows(
            "SELECT v.record FROM visit t JOIN visit_version v ON v.visit_id = t.id "
            "AND v.version = t.signed_version WHERE t.patient_id = ? "
            "AND (? IS NULL OR t.started < (SELECT started FROM visit WHERE id = ?)) "
            "ORDER BY t.started DESC LIMIT ?",
            (patient_id, before, before, limit),
        )
        return [from_json(Visit, json.loads(row["record"])) for row in rows]


def _check_signer(database: Database, visit: Visit) -> None:
    """Final is what a registered doctor of this store signed, or countersigned, with the key noted here."""
    found = visit.signature
    assert found is not None  # a signed visit without one has been refused
    name, key = found.signer, found.public_key
    if found.countersigner:
        name, key = found.countersigner, found.counter_public_key or ""
    sql = "SELECT 1 FROM account WHERE name = ? AND public_key = ? AND role = 'doctor' AND active"
    if not database.execute(sql, (name, key)).fetchone():
        raise PolicyError("policy.signer", name=name)


def _payload(visit: Visit, digest: str) -> AuditPayload:
    engine = visit.draft.engine if visit.draft else None
    return AuditPayload(
        output={"record_sha256": digest},
        changes=visit.review.changes if visit.review else None,
        engine=engine.writer if engine else "",
        model_sha256=(engine.model_sha256 or "") if engine else "",
        prompt_sha256=(engine.prompt_sha256 or "") if engine else "",
        signature=visit.signature.signature if visit.signature else "",
    )
