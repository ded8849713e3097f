"""`keys.json` beside the database: the data key, wrapped once for each way to it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.accounts import keyslots, recovery
from desktop_app.accounts.derivation import PASSPHRASE_COST, Cost
from desktop_app.accounts.devices import SecretKeeper
from desktop_app.accounts.keyslots import DEVICE, ESCROW, PASSPHRASE, RECOVERY, KeySlot
from desktop_app.core.clock import SystemClock, new_id
from desktop_app.core.errors import InputError, PolicyError, StoreError
from desktop_app.core.records.codec import from_json, to_json
from desktop_app.core.settings import Policy
from desktop_app.store.faults import edge
from desktop_app.store.files import write_atomic
from desktop_app.store.keys import new_key
from desktop_app.store.lock import FileLock

FILE_NAME = "keys.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    id: str
    format: int = 1
    slots: tuple[KeySlot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeys:
    """A key file that hasn't been written yet: first let the recovery code reach a person.

    Attributes:
        file: call `save` on it.
        data_key: 32 bytes, for `Store.open`.
        recovery_code: shown once, stored nowhere.
    """

    file: KeyFile
    data_key: bytes
    recovery_code: str


class KeyFile:
    """The ways to the data key. Every change is written at once and lasts when the call returns.

    Args:
        folder: the store's folder.
        contents: what the file says.
        cost: how slow new passphrases are made.
    """

    def __init__(self, folder: Path, contents: _Contents, cost: Cost = PASSPHRASE_COST) -> None:
        self._folder = folder
        self._contents = contents
        self._cost = cost

    @staticmethod
    def exists(folder: Path) -> bool:
        """Tell whether a folder has a key file."""
        return (folder / FILE_NAME).exists()

    @classmethod
    def create(cls, folder: Path, passphrase: str, *, cost: Cost = PASSPHRASE_COST) -> NewKeys:
        """Make a data key, wrapped by the store's passphrase and by a recovery code; nothing is written yet.

        Raises:
            PolicyError: the passphrase is too short (`account.passphrase_short`).
        """
        _check_length(passphrase)
        keys = cls(folder, _Contents(id=new_id()), cost)
        data_key, code = new_key(), recovery.new_code()
        keys._contents = replace(
            keys._contents,
            slots=(
                keys._slow(PASSPHRASE, data_key, passphrase, ""),
                keyslots.recovery_slot(
                    file_id=keys._contents.id,
                    data_key=data_key,
                    symbols=recovery.parse_code(code),
                    created_at=_now(),
                ),
            ),
        )
        return NewKeys(file=keys, data_key=data_key, recovery_code=code)

    @classmethod
    def load(cls, folder: Path, *, cost: Cost = PASSPHRASE_COST) -> KeyFile:
        """Read a folder's key file.

        Raises:
            StoreError: there is none (`account.no_key_file`), or it is damaged (`account.key_file`).
        """
        return cls(folder, _read(folder), cost)

    def save(self) -> None:
        """Write the file.

        Raises:
            StoreError: the disk refused.
        """
        text = json.dumps(to_json(self._contents), indent=1)
        with edge():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomic(self._folder / FILE_NAME, text.encode())

    @property
    def slots(self) -> tuple[KeySlot, ...]:
        """Every way to the data key."""
        return self._contents.slots

    def has(self, kind: str, account: str = "") -> bool:
        """Tell whether there is a way of a kind for an account."""
        return any(slot.kind == kind and slot.account == account for slot in self.slots)

    def unlock(self, passphrase: str, account: str = "") -> bytes:
        """Return the data key; the account's own passphrase is tried first.

        Raises:
            StoreError: no passphrase of this store (`account.passphrase`).
        """
        ordered = sorted(self.slots, key=lambda slot: (slot.account != account, slot.account != ""))
        return self._first(PASSPHRASE, ordered, lambda slot: slot.stretched(passphrase), "account.passphrase")

    def unlock_recovery(self, code: str) -> bytes:
        """Return the data key for a recovery code.

        Raises:
            InputError: the code was misread (`account.recovery_code`).
            StoreError: it is another store's, or an older one (`account.recovery_other`).
        """
        key = keyslots.recovery_key(recovery.parse_code(code))
        return self._first(RECOVERY, self.slots, lambda slot: key, "account.recovery_other")

    def unlock_device(self, pin: str, account: str, keeper: SecretKeeper) -> bytes:
        """Return the data key for a PIN on a device that keeps its other half.

        Raises:
            StoreError: a wrong PIN, or another device (`account.device`).
            DeviceError: the device keeps no secrets.
        """
        mine = [slot for slot in self.slots if slot.account == account]

        def wrapping_key(slot: KeySlot) -> bytes:
            secret = keeper.get(f"{self._contents.id}/{slot.id}") or ""
            return keyslots.with_device(slot.stretched(pin), bytes.fromhex(secret) or b"\0")

        return self._first(DEVICE, mine, wrapping_key, "account.device")

    def unlock_escrow(self, private_key: bytes) -> bytes:
        """Return the data key for the holder of the escrow key (X25519, 32 bytes).

        Raises:
            StoreError: it isn't the holder's (`account.escrow`).
        """
        return self._first(
            ESCROW, self.slots, lambda slot: keyslots.escrow_key(slot, private_key), "account.escrow"
        )

    def _first(
        self,
        kind: str,
        slots: list[KeySlot] | tuple[KeySlot, ...],
        wrapping_key: Callable[[KeySlot], bytes],
        code: str,
    ) -> bytes:
        for slot in slots:
            if slot.kind != kind:
                continue
            try:
                return slot.open(self._contents.id, wrapping_key(slot))
            except StoreError:
                continue  # another person's slot
        raise StoreError(code)

    def set_passphrase(self, data_key: bytes, passphrase: str, account: str = "") -> None:
        """Let a passphrase open the store, in place of that account's older one.

        Raises:
            PolicyError: it is too short (`account.passphrase_short`).
            StoreError: the disk refused.
        """
        _check_length(passphrase)
        slot = self._slow(PASSPHRASE, data_key, passphrase, account)
        with self._changing():
            self._replace(lambda old: old.kind == PASSPHRASE and old.account == account, slot)

    def set_device(self, data_key: bytes, pin: str, account: str, keeper: SecretKeeper) -> None:
        """Let a PIN open the store on this device.

        Raises:
            DeviceError: the device keeps no secrets.
            StoreError: the disk refused.
        """
        secret = os.urandom(32)
        slot = self._slow(DEVICE, data_key, pin, account, secret)
        keeper.put(f"{self._contents.id}/{slot.id}", secret.hex())
        with self._changing():
            self._replace(lambda old: old.kind == DEVICE and old.account == account, slot)

    def set_escrow(self, data_key: bytes, holder: bytes, label: str) -> None:
        """Let the holder of an X25519 key open the store; say so on screen.

        Raises:
            InputError: it is no such key (`account.escrow_key`).
            StoreError: the disk refused.
        """
        try:
            slot = keyslots.escrow_slot(
                file_id=self._contents.id, data_key=data_key, holder=holder, label=label, created_at=_now()
            )
        except ValueError as error:
            raise InputError("account.escrow_key") from error
        with self._changing():
            self._replace(lambda old: old.kind == ESCROW, slot)

    def new_recovery_code(self, data_key: bytes, deliver: Callable[[str], None]) -> None:
        """Make a new recovery code; the older one opens nothing any more.

        Args:
            data_key: the store's.
            deliver: brings the code to a person; if it raises, the older code stays.

        Raises:
            StoreError: the disk refused.
        """
        code = recovery.new_code()
        slot = keyslots.recovery_slot(
            file_id=self._contents.id,
            data_key=data_key,
            symbols=recovery.parse_code(code),
            created_at=_now(),
        )
        deliver(code)
        with self._changing():
            self._replace(lambda old: old.kind == RECOVERY, slot)

    def remove_account(self, account: str) -> None:
        """Take an account's ways away; the store's own passphrase and recovery code stay.

        Raises:
            StoreError: the disk refused.
        """
        with self._changing():
            mine = (PASSPHRASE, DEVICE)
            self._replace(lambda old: bool(account) and old.account == account and old.kind in mine, None)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change what the file says now, which another process may have changed meanwhile."""
        with edge(), FileLock(self._folder / f"{FILE_NAME}.lock") as lock:
            if not lock.acquire(exclusive=True, wait_s=5.0):
                raise StoreError("store.busy", FILE_NAME)
            self._contents = _read(self._folder)
            yield
            self.save()

    def _replace(self, old: Callable[[KeySlot], bool], new: KeySlot | None) -> None:
        kept = tuple(slot for slot in self.slots if not old(slot))
        self._contents = replace(self._contents, slots=kept + ((new,) if new else ()))

    def _slow(
        self, kind: str, data_key: bytes, secret: str, account: str, device_secret: bytes = b""
    ) -> KeySlot:
        return keyslots.slow_slot(
            kind,
            file_id=self._contents.id,
            data_key=data_key,
            secret=secret,
            cost=self._cost,
            account=account,
            created_at=_now(),
            device_secret=device_secret,
        )


def _now() -> str:
    return SystemClock().now().isoformat()


def _check_length(passphrase: str) -> None:
    least = Policy().passphrase_min_chars
    if len(passphrase) < least:
        raise PolicyError("account.passphrase_short", least=least)


def _read(folder: Path) -> _Contents:
    path = folder / FILE_NAME
    if not path.exists():
        raise StoreError("account.no_key_file")
    try:
        with edge():
            return from_json(_Contents, json.loads(path.read_bytes()))
    except (ValueError, InputError) as error:
        raise StoreError("account.key_file") from error
