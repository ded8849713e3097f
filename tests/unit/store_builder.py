"""Visits and stores for the tests of the store and the accounts."""

import dataclasses
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_app.accounts.derivation import Cost
from desktop_app.accounts.people import Account, Accounts
from desktop_app.accounts.roles import Role
from desktop_app.core.clock import new_id
from desktop_app.core.records.drafts import (
    Change,
    Decision,
    Draft,
    DraftField,
    EngineUse,
    FieldKey,
    FieldState,
    Review,
    Statement,
    Support,
)
from desktop_app.core.records.people import Patient, Sex, VisitKind
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.store.audit_rows import Actor
from desktop_app.store.store import Store

CHEAP = Cost(time=1, memory=8, lanes=1)
PIN = "2468"
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


class StillClock:
    """A clock that goes only when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time


def new_store(folder: Path, clock: StillClock | None = None) -> tuple[Store, bytes]:
    key = os.urandom(32)
    return Store.open(folder, key, clock=clock), key


def account(store: Store, name: str = "li", role: Role = Role.DOCTOR, by: Actor | None = None) -> Account:
    return Accounts(store, cost=CHEAP).add(by or Actor.machine(), name, role, PIN, display=name)


def statement(text: str, support: Support = Support.VERIFIED) -> Statement:
    return Statement(id=new_id(), text=text, support=support)


def visit(
    *,
    patient: Patient | None = None,
    state: VisitState = VisitState.REVIEWED,
    reviewer: str = "li",
    support: Support = Support.VERIFIED,
    started: datetime = NOW,
) -> Visit:
    """Return version 1 of a record with a chief complaint."""
    complaint = statement("咳嗽、发热3天", support)
    field = DraftField(
        key=FieldKey.CHIEF_COMPLAINT, text=complaint.text, state=FieldState.STATED, statements=(complaint,)
    )
    change = Change(field=field.key, statement=complaint.id, decision=Decision.KEEP)
    review = Review(reviewer=reviewer, role="doctor", at=NOW, changes=(change,))
    return Visit(
        id=new_id(),
        version=1,
        state=state,
        patient=patient or Patient(id=new_id(), name="张晓兰", sex=Sex.FEMALE, number="M2026-0007"),
        kind=VisitKind.FIRST,
        started=started,
        organization="青石村卫生室",
        department="全科",
        draft=Draft(scenario="clinic", engine=EngineUse(writer="rules"), fields=(field,)),
        review=review if state in (VisitState.REVIEWED, VisitState.SIGNED) else None,
    )


def next_of(record: Visit, **changes: object) -> Visit:
    return dataclasses.replace(record, **{"version": record.version + 1, **changes})
