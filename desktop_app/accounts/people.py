"""Accounts: names, roles, PINs with few attempts, and each signer's own key."""

from __future__ import annotations

import hmac
import json
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop_app.accounts.derivation import PIN_COST, SALT_BYTES, Cost, stretch
from desktop_app.accounts.roles import Right, Role, may
from desktop_app.core.errors import InputError, PolicyError
from desktop_app.core.records.codec import from_json, to_json
from desktop_app.core.settings import Policy
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.keys import derive, seal, unseal
from desktop_app.store.lane import Row
from desktop_app.store.store import Store

_NAME = re.compile(r"[\w.@-]{1,40}")
_WAIT_S, _LONGEST_WAIT_S = 60, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What everybody may know of an account."""

    name: str
    display: str
    role: Role
    registration: str
    active: bool
    public_key: str  # Ed25519, hexadecimal; '' for those who never sign
    created_at: datetime

    @property
    def actor(self) -> Actor:
        """This account as the audit trail names it."""
        return Actor(self.name, self.role.value)


class Accounts:
    """The people of a store.

    Args:
        store: open.
        policy: attempts, shortest PIN.
        cost: how slow new PINs are made.
    """

    def __init__(self, store: Store, policy: Policy | None = None, cost: Cost = PIN_COST) -> None:
        self._store = store
        self._policy = policy or Policy()
        self._cost = cost

    def everyone(self, *, inactive: bool = False) -> list[Account]:
        """Return the accounts by name; removed ones only if asked for."""
        sql = "SELECT * FROM account WHERE active OR ? ORDER BY name"
        return [_account(row) for row in self._store.lane.rows(sql, (inactive,))]

    def get(self, name: str) -> Account:
        """Return an account that isn't removed.

        Raises:
            PolicyError: there is none of that name (`account.unknown`).
        """
        return _account(self._row(name))

    def _row(self, name: str) -> Row:
        row = self._store.lane.row("SELECT * FROM account WHERE name = ? AND active", (name,))
        if row is None:
            raise PolicyError("account.unknown", name=name)
        return row

    def add(
        self, actor: Actor, name: str, role: Role, pin: str, *, display: str = "", registration: str = ""
    ) -> Account:
        """Make an account; whoever may sign gets an Ed25519 key of their own, wrapped by PIN and data key.

        Raises:
            PolicyError: the actor may not (`policy.accounts`), the PIN is too short (`account.pin_short`), or
                the first account could not manage the others (`account.last`).
            InputError: the name is taken or unusable (`account.taken`, `account.name`).
        """
        if not _NAME.fullmatch(name) or name == Role.MACHINE or role is Role.MACHINE:
            raise InputError("account.name", name=name[:40])
        self._check_pin(pin)
        with self._store.writing() as database:
            self.require_manager(actor)
            if database.execute("SELECT 1 FROM account WHERE name = ?", (name,)).fetchone():
                raise InputError("account.taken", name=name)
            check, pin_key = self._new_pin(pin)
            public, wrapped = self._new_signing_key(name, pin_key) if may(role, Right.SIGN) else ("", None)
            database.execute(
                "INSERT INTO account(name, display, role, registration, active, created_at, created_by, pin, "
                "public_key, signing_key) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)",
                (
                    name,
                    display or name,
                    role.value,
                    registration,
                    self._store.clock.now().isoformat(),
                    actor.account,
                    check,
                    public,
                    wrapped,
                ),
            )
            self._require_somebody()
            note = AuditPayload(note={"role": role.value, "public_key": public})
            self._store.audit.append(actor, "account.add", name, payload=note)
        return self.get(name)

    def remove(self, actor: Actor, name: str) -> None:
        """Close an account: its signing key is destroyed, its name stays on what it signed.

        Raises:
            PolicyError: the actor may not, or it is the last one that manages accounts (`account.last`).
        """
        with self._store.writing() as database:
            self.require_manager(actor)
            self._row(name)
            sql = "UPDATE account SET active = 0, signing_key = NULL, pin = '{}' WHERE name = ?"
            database.execute(sql, (name,))
            self._require_somebody()
            self._store.audit.append(actor, "account.remove", name)

    def set_role(self, actor: Actor, name: str, role: Role, pin: str = "") -> Account:
        """Give an account another role.

        Args:
            actor: who changes it.
            name: whose.
            role: the new one.
            pin: the account's PIN; needed only when it becomes one that signs and has no key yet.

        Raises:
            PolicyError: the actor may not, the PIN is wrong, or nobody would manage accounts any more.
        """
        key = None
        if may(role, Right.SIGN) and not self._row(name)["signing_key"]:
            key = self._new_signing_key(name, self._try_pin(name, pin))
        with self._store.writing() as database:
            self.require_manager(actor)
            before = self.get(name).role
            database.execute("UPDATE account SET role = ? WHERE name = ?", (role.value, name))
            if key:
                sql = "UPDATE account SET public_key = ?, signing_key = ? WHERE name = ?"
                database.execute(sql, (*key, name))
            self._require_somebody()
            change = AuditPayload(changes={"before": before.value, "after": role.value})
            self._store.audit.append(actor, "account.role", name, payload=change)
        return self.get(name)

    def change_pin(self, name: str, old: str, new: str) -> None:
        """Change one's own PIN; the signing key stays.

        Raises:
            PolicyError: the old PIN is wrong (`policy.pin`), or the new one too short (`account.pin_short`).
        """
        self._check_pin(new)
        old_key = self._try_pin(name, old)
        with self._store.writing() as database:
            row = self._row(name)
            check, new_key = self._new_pin(new)
            wrapped = row["signing_key"]
            if wrapped is not None:
                secret = unseal(self._wrapping(old_key), wrapped, f"signing key/{name}")
                wrapped = seal(self._wrapping(new_key), secret, f"signing key/{name}")
            sql = "UPDATE account SET pin = ?, signing_key = ? WHERE name = ?"
            database.execute(sql, (check, wrapped, name))
            self._store.audit.append(_account(row).actor, "account.pin", name)

    def reset_pin(self, actor: Actor, name: str, new: str) -> Account:
        """Give somebody who forgot it a new PIN, and with it a new signing key: the old one can't be opened.

        Raises:
            PolicyError: the actor may not, or the PIN is too short.
        """
        self._check_pin(new)
        with self._store.writing() as database:
            self.require_manager(actor)
            row = self._row(name)
            check, pin_key = self._new_pin(new)
            public, wrapped = "", None
            if row["signing_key"] is not None:
                public, wrapped = self._new_signing_key(name, pin_key)
            database.execute(
                "UPDATE account SET pin = ?, public_key = ?, signing_key = ?, failures = 0, "
                "wait_until = NULL WHERE name = ?",
                (check, public, wrapped, name),
            )
            note = AuditPayload(note={"public_key": public})
            self._store.audit.append(actor, "account.pin_reset", name, payload=note)
        return self.get(name)

    def authenticate(self, name: str, pin: str) -> Account:
        """Return the account that a PIN proves.

        Raises:
            PolicyError: unknown (`account.unknown`), wrong PIN (`policy.pin`), or too many wrong ones and the
                wait isn't over (`policy.pin_wait`).
        """
        self._try_pin(name, pin)
        return self.get(name)

    def signing_key(self, name: str, pin: str) -> Ed25519PrivateKey:
        """Return a person's signing key.

        Raises:
            PolicyError: as for `authenticate`; or the account has no key (`policy.signer`).
        """
        pin_key = self._try_pin(name, pin)
        wrapped = self._row(name)["signing_key"]
        if wrapped is None:
            raise PolicyError("policy.signer", name=name)
        secret = unseal(self._wrapping(pin_key), wrapped, f"signing key/{name}")
        return Ed25519PrivateKey.from_private_bytes(secret)

    def _try_pin(self, name: str, pin: str) -> bytes:
        """Return the half of the PIN's hash that wraps keys; attempts are counted before they are checked."""
        with self._store.writing() as database:
            row = self._row(name)
            now = self._store.clock.now()
            if row["wait_until"] and now < datetime.fromisoformat(row["wait_until"]):
                left = datetime.fromisoformat(row["wait_until"]) - now
                raise PolicyError("policy.pin_wait", seconds=int(left.total_seconds()) + 1)
            failures = row["failures"] + 1
            over = failures - self._policy.pin_attempts
            wait = min(_WAIT_S * 2 ** min(over, 10), _LONGEST_WAIT_S) if over >= 0 else 0
            until = (now + timedelta(seconds=wait)).isoformat() if wait else None
            sql = "UPDATE account SET failures = ?, wait_until = ? WHERE name = ?"
            database.execute(sql, (failures, until, name))
        stored = json.loads(row["pin"])
        cost = from_json(Cost, stored["cost"])
        stretched = stretch(pin, bytes.fromhex(stored["salt"]), cost, 64)
        if not hmac.compare_digest(sha256(stretched[:32]).hexdigest(), stored["check"]):
            if until:
                self._store.audit.append(Actor.machine(), "account.pin_blocked", name)
            raise PolicyError("policy.pin", left=max(-over, 0))
        with self._store.writing() as database:
            database.execute("UPDATE account SET failures = 0, wait_until = NULL WHERE name = ?", (name,))
        return stretched[32:]

    def _check_pin(self, pin: str) -> None:
        if not pin.isdecimal() or len(pin) < self._policy.pin_min_digits:
            raise PolicyError("account.pin_short", least=self._policy.pin_min_digits)

    def _new_pin(self, pin: str) -> tuple[str, bytes]:
        salt = os.urandom(SALT_BYTES)
        stretched = stretch(pin, salt, self._cost, 64)
        check = sha256(stretched[:32]).hexdigest()
        data = {"salt": salt.hex(), "cost": to_json(self._cost), "check": check}
        return json.dumps(data), stretched[32:]

    def _new_signing_key(self, name: str, pin_key: bytes) -> tuple[str, bytes]:
        key = Ed25519PrivateKey.generate()
        wrapped = seal(self._wrapping(pin_key), key.private_bytes_raw(), f"signing key/{name}")
        return key.public_key().public_bytes_raw().hex(), wrapped

    def _wrapping(self, pin_key: bytes) -> bytes:
        return derive(pin_key + derive(self._store.key, "person signing"), "pin and data key")

    def _managers(self) -> list[str]:
        """Return who manages accounts: IT; where there is none, the doctors."""
        people = self.everyone()
        it = [item.name for item in people if item.role is Role.ADMIN]
        return it or [item.name for item in people if may(item.role, Right.ACCOUNTS)]

    def require_manager(self, actor: Actor) -> None:
        """Go on only with somebody who manages accounts; while there are none, anybody does.

        Raises:
            PolicyError: another does (`policy.accounts`).
        """
        if self.everyone() and actor.account not in self._managers():
            raise PolicyError("policy.accounts")

    def _require_somebody(self) -> None:
        if not self._managers():
            raise PolicyError("account.last")


def _account(row: Row) -> Account:
    return Account(
        name=row["name"],
        display=row["display"],
        role=Role(row["role"]),
        registration=row["registration"],
        active=bool(row["active"]),
        public_key=row["public_key"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )
