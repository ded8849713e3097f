"""Keys that are made from the data key, and the wrapping of keys in keys."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop_app.core.errors import StoreError

KEY_BYTES = 32
_NONCE_BYTES = 12  # the size that GCM is specified for


def new_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_BYTES)


def derive(key: bytes, purpose: str) -> bytes:
    """Return a 32-byte key for one purpose (HKDF-SHA256, RFC 5869): who has it cannot reach its siblings."""
    name = f"jiceng/1/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=name).derive(key)


def seal(key: bytes, plain: bytes, bound_to: str) -> bytes:
    """Return nonce + AES-256-GCM ciphertext, bound to a name that must be repeated to open it."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def unseal(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    """Open what `seal` made.

    Raises:
        StoreError: another key or name, or changed bytes (`store.sealed`).
    """
    nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, text, bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise StoreError("store.sealed") from error
