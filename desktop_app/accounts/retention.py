"""When kept sound and audit payloads must go, and letting them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop_app.accounts.roles import Right, require
from desktop_app.core.settings import Policy
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A key whose time is over.

    Attributes:
        kind: `sound` or `payload`.
        key_id: the key to forget.
        subject: the visit, '' without one.
        since: when its time was over.
        signed: False for sound of a visit that nobody signed: a person decides on that.
    """

    kind: str
    key_id: str
    subject: str
    since: datetime
    signed: bool = True


def retention_due(store: Store, now: datetime, policy: Policy) -> list[Due]:
    """Return what has outlived its period (decisions.md), oldest first.

    Sound counts from its visit's first signature, or from the last change of a visit that was never signed;
    audit payloads from their row. Records themselves stay for their legal period and are not listed.
    """
    sound_age, log_age = timedelta(policy.audio_retention_days), timedelta(policy.log_retention_days)
    sounds = store.lane.rows(
        "SELECT k.id, k.subject, v.signed_at IS NOT NULL AS signed, coalesce((SELECT min(saved_at) FROM "
        "visit_version w WHERE w.visit_id = v.id AND w.state = 'signed'), v.updated_at) AS began "
        "FROM sealed_key k JOIN visit v ON v.id = k.subject WHERE k.kind = 'sound' "
        "AND k.wrapped IS NOT NULL AND began <= ? ORDER BY began",
        ((now - sound_age).isoformat(),),
    )
    payloads = store.lane.rows(
        "SELECT id, subject, created_at AS began FROM sealed_key WHERE kind = 'payload' "
        "AND wrapped IS NOT NULL AND created_at <= ? ORDER BY created_at",
        ((now - log_age).isoformat(),),
    )
    due = [
        Due(
            kind=kind,
            key_id=row["id"],
            subject=row["subject"],
            since=datetime.fromisoformat(row["began"]) + age,
            signed=bool(row.get("signed", True)),
        )
        for kind, rows, age in (("sound", sounds, sound_age), ("payload", payloads, log_age))
        for row in rows
    ]
    return sorted(due, key=lambda item: item.since)


def shred(store: Store, actor: Actor, due: Sequence[Due], reason: str = "retention") -> int:
    """Forget the keys of what is due; return how many were forgotten. The chain still verifies.

    Raises:
        PolicyError: the role may not (`policy.role`).
        StoreError: the database failed.
    """
    require(actor.role, Right.SHRED)
    with store.writing():
        count = store.sealed_keys.shred([item.key_id for item in due], reason)
        note = {"keys": count, "reason": reason}
        store.audit.append(actor, "shred", "", payload=AuditPayload(note=note))
    store.sounds.remove_shredded()
    return count
