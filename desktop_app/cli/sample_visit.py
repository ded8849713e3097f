"""The main job on the bundled sample, in a store that is thrown away afterwards."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from desktop_app import wiring
from desktop_app.accounts.people import Account, Accounts
from desktop_app.accounts.roles import Role
from desktop_app.accounts.signing import sign_visit
from desktop_app.core import paths
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import new_id
from desktop_app.core.records.drafts import Change, Decision, Draft, Support
from desktop_app.core.records.people import Age, Patient, Sex
from desktop_app.core.records.visits import Visit
from desktop_app.pipeline.capture import capture
from desktop_app.pipeline.handover import SUFFIXES, hand_over
from desktop_app.pipeline.review import review
from desktop_app.pipeline.run import VisitRun, new_visit, run_visit
from desktop_app.pipeline.saving import save_review
from desktop_app.store.audit_rows import Actor
from desktop_app.store.store import Store
from desktop_app.store.verification import Verification

T = TypeVar("T")

TRANSCRIPT = "consultation.txt"
SHEET = "lab_sheet.jpg"
ORGANIZATION = "示范卫生室（样本，非真实就诊）"
DOCTOR = "demo-doctor"
# what the demonstration's doctor does with statements that are not verified; a real one looks at each
DECISIONS = {
    Support.UNCERTAIN: Decision.KEEP,
    Support.UNSUPPORTED: Decision.DROP,
    Support.CONFLICT: Decision.DROP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file that was handed over; `path` is None where it has been thrown away."""

    kind: str
    path: Path | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleVisit:
    """What came of the sample, from the words to the files."""

    run: VisitRun
    signed: Visit
    audit: Verification
    head: str
    waiting: int  # rows in the outbox
    exports: tuple[ExportedFile, ...]
    timings_ms: dict[str, int]


def sample_visit(folder: Path, keep: Path | None, data_folder: Path | None) -> SampleVisit:
    """Run the sample from its transcript and photo to signed, stored and exported.

    Args:
        folder: empty; the store and, without `keep`, the exports live in it.
        keep: where the exports stay.
        data_folder: whose models count.

    Raises:
        AppError: a step failed.
    """
    samples = paths.resources() / "samples"
    captured = capture([str(samples / TRANSCRIPT), str(samples / SHEET)], bytes)
    patient = Patient(id=new_id(), name="王桂芳", sex=Sex.FEMALE, age=Age(46, "y"), number="样本-001")
    timings: dict[str, int] = {}
    started = time.perf_counter()
    store, _code = _timed(
        timings, "store_new", lambda: wiring.make_store(folder / "store", secrets.token_hex(16))
    )
    with store:
        pin = f"{secrets.randbelow(10**6):06d}"
        doctor = Accounts(store).add(Actor.machine(), DOCTOR, Role.DOCTOR, pin, display="示范医生")
        with wiring.engines(data_folder) as lent:
            parts = wiring.clinic_parts(lent)
            visit = new_visit(parts.clock, patient, organization=ORGANIZATION, department="全科")
            run = run_visit(visit, captured, parts, store, cancel=CancelToken(), actor=doctor.actor)
        reviewed = _timed(timings, "review", lambda: _reviewed(store, run, doctor))
        signed = _timed(timings, "sign", lambda: sign_visit(store, reviewed, doctor, pin))
        audit = _timed(timings, "audit", store.audit.verify)
        last = store.audit.head()
        head = last.short if last else ""
        target = keep or folder / "exports"
        exports = _timed(timings, "export", lambda: _exports(signed, target, head, kept=keep is not None))
        waiting = store.outbox.count_waiting()
    timings["total"] = round((time.perf_counter() - started) * 1000)
    return SampleVisit(
        run=run,
        signed=signed,
        audit=audit,
        head=head,
        waiting=waiting,
        exports=exports,
        timings_ms=run.timings_ms | timings,
    )


def _timed(timings: dict[str, int], name: str, work: Callable[[], T]) -> T:
    start = time.perf_counter()
    result = work()
    timings[name] = round((time.perf_counter() - start) * 1000)
    return result


def decisions(draft: Draft) -> tuple[Change, ...]:
    """Return what the demonstration's doctor decides; verified statements are accepted by signing."""
    return tuple(
        Change(
            field=field.key,
            statement=statement.id,
            decision=DECISIONS[statement.support],
            reason="、".join(item.value for item in statement.reasons),
        )
        for field in draft.fields
        for statement in field.statements
        if statement.support is not Support.VERIFIED
    )


def _reviewed(store: Store, run: VisitRun, doctor: Account) -> Visit:
    draft, checked = review(
        run.draft,
        decisions(run.draft),
        reviewer=doctor.name,
        role=doctor.role.value,
        at=store.clock.now(),
        join=wiring.join_statements,
    )
    return save_review(store, run.visit, draft, checked, doctor)


def _exports(visit: Visit, target: Path, head: str, *, kept: bool) -> tuple[ExportedFile, ...]:
    target.mkdir(parents=True, exist_ok=True)
    made: list[ExportedFile] = []
    for kind in SUFFIXES:
        path = hand_over(visit, target, kind, wiring.render, audit_head=head)
        data = path.read_bytes()
        made.append(
            ExportedFile(
                kind=kind,
                path=path if kept else None,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    return tuple(made)
