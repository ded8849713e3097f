"""One way to the data key: a passphrase, a device with a PIN, a recovery code, or an escrow key."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from desktop_app.accounts.derivation import SALT_BYTES, Cost, stretch
from desktop_app.core.clock import new_id
from desktop_app.store.keys import KEY_BYTES, derive, seal, unseal

PASSPHRASE, DEVICE, RECOVERY, ESCROW = "passphrase", "device", "recovery", "escrow"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySlot:
    """The data key, wrapped once; nothing in it is secret.

    Attributes:
        id: of the slot.
        kind: `passphrase`, `device`, `recovery` or `escrow`.
        account: whose, '' for the store's own passphrase.
        wrapped: nonce and AES-256-GCM ciphertext of the data key, hexadecimal.
        salt: of argon2id, hexadecimal; '' where the secret is random.
        cost: of argon2id.
        public_key: escrow: the ephemeral X25519 key, hexadecimal.
        created_at: when.
    """

    id: str
    kind: str
    account: str
    wrapped: str
    salt: str = ""
    cost: Cost | None = None
    public_key: str = ""
    created_at: str = ""

    def open(self, file_id: str, wrapping_key: bytes) -> bytes:
        """Return the data key.

        Raises:
            StoreError: not with this wrapping key (`store.sealed`).
        """
        return unseal(wrapping_key, bytes.fromhex(self.wrapped), _bound(file_id, self.kind, self.id))

    def stretched(self, secret: str) -> bytes:
        """Return the wrapping key that a passphrase or PIN gives with this slot's salt."""
        assert self.cost is not None
        return stretch(secret, bytes.fromhex(self.salt), self.cost, KEY_BYTES)


def _bound(file_id: str, kind: str, slot_id: str) -> str:
    return f"data key/{file_id}/{kind}/{slot_id}"


def slow_slot(
    kind: str,
    *,
    file_id: str,
    data_key: bytes,
    secret: str,
    cost: Cost,
    account: str,
    created_at: str,
    device_secret: bytes = b"",
) -> KeySlot:
    """Wrap the data key by a passphrase, or by a PIN together with a device's secret."""
    slot_id, salt = new_id(), os.urandom(SALT_BYTES)
    wrapping_key = with_device(stretch(secret, salt, cost, KEY_BYTES), device_secret)
    return KeySlot(
        id=slot_id,
        kind=kind,
        account=account,
        wrapped=seal(wrapping_key, data_key, _bound(file_id, kind, slot_id)).hex(),
        salt=salt.hex(),
        cost=cost,
        created_at=created_at,
    )


def with_device(stretched: bytes, device_secret: bytes) -> bytes:
    """Return the wrapping key that needs both the PIN and the device."""
    return derive(stretched + device_secret, "device and pin") if device_secret else stretched


def recovery_slot(*, file_id: str, data_key: bytes, symbols: str, created_at: str) -> KeySlot:
    """Wrap the data key by a recovery code: random already, so it needs no slow function."""
    slot_id = new_id()
    wrapped = seal(recovery_key(symbols), data_key, _bound(file_id, RECOVERY, slot_id)).hex()
    return KeySlot(id=slot_id, kind=RECOVERY, account="", wrapped=wrapped, created_at=created_at)


def recovery_key(symbols: str) -> bytes:
    """Return the wrapping key of a recovery code."""
    return derive(symbols.encode(), "recovery code")


def escrow_slot(*, file_id: str, data_key: bytes, holder: bytes, label: str, created_at: str) -> KeySlot:
    """Wrap the data key for the holder of an X25519 key (32 bytes, public): the hospital's IT."""
    slot_id, ephemeral = new_id(), X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(holder))
    wrapping_key = derive(shared + public + holder, "escrow")
    return KeySlot(
        id=slot_id,
        kind=ESCROW,
        account=label,
        wrapped=seal(wrapping_key, data_key, _bound(file_id, ESCROW, slot_id)).hex(),
        public_key=public.hex(),
        created_at=created_at,
    )


def escrow_key(slot: KeySlot, private_key: bytes) -> bytes:
    """Return the wrapping key of an escrow slot from the holder's private key."""
    key = X25519PrivateKey.from_private_bytes(private_key)
    public = bytes.fromhex(slot.public_key)
    shared = key.exchange(X25519PublicKey.from_public_bytes(public))
    return derive(shared + public + key.public_key().public_bytes_raw(), "escrow")
