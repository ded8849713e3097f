"""本机签名: a person's own key over a reviewed record. Not a CA's reliable electronic signature."""

from __future__ import annotations

import dataclasses

from desktop_app.accounts.people import Account, Accounts
from desktop_app.accounts.roles import Right, Role, require
from desktop_app.core.errors import PolicyError, StoreError
from desktop_app.core.records.visits import Signature, Visit, VisitState
from desktop_app.store.signatures import content_sha256, countersignature_message, signature_message
from desktop_app.store.store import Store


def require_signable(visit: Visit) -> None:
    """Go on only with a record that a person has reviewed and in which nothing is open.

    Raises:
        PolicyError: `policy.signed` (it is already), `policy.empty` (nothing is written), `policy.review`
            (no person reviewed it), `policy.unresolved` (statements that aren't verified, or are stale).
    """
    if visit.state is VisitState.SIGNED:
        raise PolicyError("policy.signed")
    if visit.draft is None:
        raise PolicyError("policy.empty")
    if visit.review is None or not visit.review.reviewer.strip():
        raise PolicyError("policy.review")
    stale = sum(item.stale for field in visit.draft.fields for item in field.statements)
    unresolved = max(visit.draft.unresolved, stale)
    if unresolved:
        raise PolicyError("policy.unresolved", count=unresolved)


def sign_visit(store: Store, visit: Visit, account: Account, pin: str) -> Visit:
    """Sign a reviewed record and save it as its next version, with audit and outbox rows.

    A doctor's signature makes it final; a trainee's leaves it `reviewed` until `countersign_visit`.

    Args:
        store: open.
        visit: the newest saved version, or one that is to be saved as the next.
        account: who signs.
        pin: the account's PIN.

    Returns:
        The saved version, with its signature.

    Raises:
        PolicyError: as for `require_signable`; `policy.role` (this role never signs), `policy.pin`,
            `policy.pin_wait`.
        StoreError: somebody saved another version meanwhile (`store.conflict`), or the disk failed.
    """
    role = Accounts(store).get(account.name).role  # as it is now, not as the caller remembers it
    require(role, Right.SIGN)
    require_signable(visit)
    key = Accounts(store).signing_key(account.name, pin)
    now = store.clock.now()
    bare = dataclasses.replace(visit, signature=None)
    content = content_sha256(bare)
    signature = Signature(
        signer=account.name,
        role=role.value,
        at=now,
        content_sha256=content,
        public_key=key.public_key().public_bytes_raw().hex(),
        signature=key.sign(signature_message(content, account.name, role.value, now)).hex(),
    )
    final = role is Role.DOCTOR
    state = VisitState.SIGNED if final else VisitState.REVIEWED
    return _save(store, bare, signature, state, account, "visit.sign" if final else "visit.sign_trainee")


def countersign_visit(store: Store, visit: Visit, account: Account, pin: str) -> Visit:
    """Make a trainee's signed record final: a registered doctor signs the trainee's signature.

    Args:
        store: open.
        visit: the newest saved version, signed by a trainee.
        account: the doctor.
        pin: the doctor's PIN.

    Returns:
        The saved version, signed by both.

    Raises:
        PolicyError: `policy.role`, `policy.not_trainee` (nothing to countersign), `policy.pin`,
            `policy.pin_wait`, or what `require_signable` says.
        StoreError: `store.signature` (changed since the trainee signed), `store.conflict`, or the disk.
    """
    require(Accounts(store).get(account.name).role, Right.COUNTERSIGN)
    first = visit.signature
    if first is None or first.role != Role.TRAINEE or first.countersigner is not None:
        raise PolicyError("policy.not_trainee")
    require_signable(visit)
    if first.content_sha256 != content_sha256(visit):
        raise StoreError("store.signature")
    key = Accounts(store).signing_key(account.name, pin)
    now = store.clock.now()
    both = dataclasses.replace(
        first,
        countersigner=account.name,
        countersigned_at=now,
        counter_public_key=key.public_key().public_bytes_raw().hex(),
        countersignature=key.sign(countersignature_message(first, account.name, now)).hex(),
    )
    return _save(store, visit, both, VisitState.SIGNED, account, "visit.countersign")


def _save(
    store: Store, visit: Visit, signature: Signature, state: VisitState, account: Account, action: str
) -> Visit:
    with store.writing():
        following = store.visits.next_version(visit.id)
        if visit.version not in (following - 1, following):
            raise StoreError("store.conflict", version=visit.version)
        signed = dataclasses.replace(visit, version=following, state=state, signature=signature)
        store.save_visit(signed, account.actor, action)
    return signed


def begin_correction(store: Store, visit_id: str) -> Visit:
    """Return a signed record as the start of its correction: to be changed, reviewed and signed again.

    Raises:
        PolicyError: it hasn't been signed (`policy.not_signed`).
    """
    newest = store.visits.get(visit_id)
    number = newest.version if newest and newest.state is VisitState.SIGNED else newest and newest.corrects
    if newest is None or not number:
        raise PolicyError("policy.not_signed")
    return dataclasses.replace(
        newest,
        version=newest.version + 1,
        state=VisitState.DRAFTED,
        review=None,
        signature=None,
        corrects=number,
    )
