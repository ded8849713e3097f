"""What exactly a person signs, and whether a signature holds."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from desktop_app.core.records.visits import Signature, Visit, VisitState
from desktop_app.store.canonical import canonical, sha256


def content_sha256(visit: Visit) -> str:
    """Return the SHA-256 over a record's canonical JSON.

    Its signature, its state and its version number are left out: they change by signing itself.
    """
    bare = dataclasses.replace(visit, signature=None, state=VisitState.SIGNED, version=0)
    return sha256(canonical(bare))


def signature_message(content: str, signer: str, role: str, at: datetime) -> bytes:
    """Return the bytes that a person's key signs: the content's hash with who and when."""
    return canonical({"content_sha256": content, "signer": signer, "role": role, "at": at})


def _holds(public_key: str, signature: str, message: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signature_holds(visit: Visit) -> bool:
    """Tell whether a record's signature, and countersignature where there is one, fit its content.

    Whose keys these are is for the accounts to say.
    """
    found = visit.signature
    if found is None or found.content_sha256 != content_sha256(visit):
        return False
    message = signature_message(found.content_sha256, found.signer, found.role, found.at)
    return _holds(found.public_key, found.signature, message) and _counter_holds(found)


def _counter_holds(found: Signature) -> bool:
    if found.countersigner is None:
        return True
    if found.countersigned_at is None:
        return False
    message = countersignature_message(found, found.countersigner, found.countersigned_at)
    return _holds(found.counter_public_key or "", found.countersignature or "", message)


def countersignature_message(first: Signature, countersigner: str, at: datetime) -> bytes:
    """Return the bytes that a countersigning doctor's key signs: the first signature with who and when."""
    return canonical({"countersigns": first.signature, "countersigner": countersigner, "at": at})
