"""Eighth arrow: what has been reached is kept, stage by stage, and a reviewed record becomes a version."""

from __future__ import annotations

import dataclasses
from typing import Protocol

from desktop_app.accounts.people import Account
from desktop_app.accounts.roles import Right, require
from desktop_app.accounts.signing import begin_correction
from desktop_app.core.errors import InputError, PolicyError
from desktop_app.core.records.drafts import Draft, Review
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.store import Store


class StageSaver(Protocol):
    """Keeps a visit as far as it has come; an open `Store` is one."""

    def save_stage(
        self, visit: Visit, actor: Actor | None = None, payload: AuditPayload | None = None
    ) -> None:
        """Keep the visit in place of its stage before.

        Raises:
            StoreError: the disk or the database failed.
        """
        ...


class Unsaved:
    """Keeps nothing: for commands that need no store. Implements `StageSaver`."""

    def save_stage(
        self, visit: Visit, actor: Actor | None = None, payload: AuditPayload | None = None
    ) -> None:
        """Do nothing."""


def newest(store: Store, visit_id: str) -> Visit:
    """Return a visit as far as it has come: its stage if one is newer than its versions.

    Raises:
        InputError: there is no such visit (`record.unknown`).
        StoreError: the database failed.
    """
    visit = store.visits.stage(visit_id) or store.visits.get(visit_id)
    if visit is None:
        raise InputError("record.unknown", id=visit_id[:40])
    return visit


def to_resume(store: Store, visit_id: str) -> Visit:
    """Return a visit whose way to a draft was cut short, as far as it has come.

    Raises:
        InputError: there is no such visit, or it has come all the way (`record.complete`).
    """
    visit = newest(store, visit_id)
    if visit.state in (VisitState.REVIEWED, VisitState.SIGNED):
        raise InputError("record.complete")
    return visit


def to_review(store: Store, visit_id: str, *, correct: bool = False) -> Visit:
    """Return a visit that a person may review now.

    Args:
        store: open.
        visit_id: whose.
        correct: whether a signed record may be opened again, as the start of its correction.

    Raises:
        InputError: there is no such visit, or nothing has been drafted yet (`record.no_draft`).
        PolicyError: it is signed and no correction was asked for (`policy.signed`).
    """
    visit = newest(store, visit_id)
    if visit.draft is None:
        raise InputError("record.no_draft")
    if visit.state is not VisitState.SIGNED:
        return visit
    if not correct:
        raise PolicyError("policy.signed")
    return begin_correction(store, visit_id)


def save_review(store: Store, visit: Visit, draft: Draft, review: Review, account: Account) -> Visit:
    """Save a reviewed record as its next version, with its audit and outbox rows.

    Raises:
        PolicyError: the account's role doesn't review (`policy.role`).
        StoreError: somebody saved another version meanwhile (`store.conflict`), or the disk failed.
    """
    require(account.role, Right.REVIEW)
    with store.writing():
        reviewed = dataclasses.replace(
            visit,
            version=store.visits.next_version(visit.id),
            state=VisitState.REVIEWED,
            draft=draft,
            review=review,
            signature=None,
        )
        store.save_visit(reviewed, account.actor, "visit.review")
    return reviewed
