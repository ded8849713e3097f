"""Who may do what."""

from __future__ import annotations

from enum import StrEnum

from desktop_app.core.errors import PolicyError


class Role(StrEnum):
    """What an account is for."""

    DOCTOR = "doctor"  # registered: signs and countersigns
    TRAINEE = "trainee"  # signs, but is final only with a doctor's countersignature
    NURSE = "nurse"
    CLERK = "clerk"
    ADMIN = "admin"  # IT: accounts, backups, audit; no records
    MACHINE = "machine"  # commands without a user: reads and imports, never signs


class Right(StrEnum):
    """What a role may or may not do."""

    READ = "read"
    IMPORT = "import"
    RECORD = "record"  # start recordings, note consents
    REVIEW = "review"
    SIGN = "sign"
    COUNTERSIGN = "countersign"
    ACCOUNTS = "accounts"
    BACKUP = "backup"
    SHRED = "shred"


_DESK = {Right.READ, Right.IMPORT, Right.RECORD}
_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.DOCTOR: frozenset(
        _DESK | {Right.REVIEW, Right.SIGN, Right.COUNTERSIGN, Right.BACKUP, Right.SHRED, Right.ACCOUNTS}
    ),
    Role.TRAINEE: frozenset(_DESK | {Right.REVIEW, Right.SIGN}),
    Role.NURSE: frozenset(_DESK | {Right.REVIEW}),
    Role.CLERK: frozenset(_DESK),
    Role.ADMIN: frozenset({Right.IMPORT, Right.ACCOUNTS, Right.BACKUP, Right.SHRED}),
    Role.MACHINE: frozenset({Right.READ, Right.IMPORT, Right.BACKUP}),
}


def may(role: str, right: Right) -> bool:
    """Tell whether a role has a right; an unknown role has none."""
    return role in set(Role) and right in _RIGHTS[Role(role)]


def require(role: str, right: Right) -> None:
    """Go on only with that right.

    Raises:
        PolicyError: the role lacks it (`policy.role`).
    """
    if not may(role, right):
        raise PolicyError("policy.role", role=role, right=right.value)
