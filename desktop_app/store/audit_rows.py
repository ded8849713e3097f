"""What one row of the audit chain holds, and how it is hashed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from desktop_app.store.canonical import canonical, sha256

GENESIS = "0" * 64  # what the first row follows


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: the account's name and its role at that moment."""

    account: str
    role: str

    @classmethod
    def machine(cls) -> Actor:
        """Return the program itself, which may read and import but never sign."""
        return cls("machine", "machine")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPayload:
    """What an action worked on.

    Contents (`input`, `output`, `changes`, `note`) are records or JSON values. They are stored encrypted with
    a random key of their own, beside the chain; the chain holds keyed hashes of them, so that nothing can be
    guessed from it once the key is shredded. The other members are names, stored in the chain as they are.

    Attributes:
        input: what went in: a transcript, a sheet, a request.
        output: what came out: a draft, a record's SHA-256.
        changes: what a person changed (`Review.changes`).
        note: anything else worth keeping, such as the whole prompt.
        engine: the engine's name and version, as in `llama.cpp 0.3.36` or `rules`.
        model_sha256: of the weights, '' without.
        prompt_sha256: of the prompt's template, '' without.
        signature: the person's signature, hexadecimal, '' without.
    """

    input: object = None
    output: object = None
    changes: object = None
    note: object = None
    engine: str = ""
    model_sha256: str = ""
    prompt_sha256: str = ""
    signature: str = ""

    @property
    def contents(self) -> dict[str, Any]:
        """The members that are encrypted, without the empty ones."""
        named = {"input": self.input, "output": self.output, "changes": self.changes, "note": self.note}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row of the chain, in the order in which it is hashed."""

    seq: int
    previous: str
    at: str
    actor: str
    role: str
    action: str
    subject: str
    subject_version: int
    input_hash: str
    engine: str
    model_hash: str
    prompt_hash: str
    output_hash: str
    changes_hash: str
    signature: str
    payload_hash: str

    @property
    def hash(self) -> str:
        """SHA-256 over every member, the previous row's hash among them."""
        return sha256(canonical([getattr(self, item.name) for item in fields(self)]))


ROW_COLUMNS = tuple(item.name for item in fields(AuditRow))


def build_row(
    *,
    seq: int,
    previous: str,
    at: datetime,
    actor: Actor,
    action: str,
    subject: str,
    subject_version: int,
    payload: AuditPayload,
    payload_key: bytes,
    payload_hash: str,
) -> AuditRow:
    """Return the next row of a chain."""

    def keyed(name: str, value: object) -> str:
        if value is None:
            return ""
        return hmac.new(payload_key, name.encode() + b"\0" + canonical(value), hashlib.sha256).hexdigest()

    return AuditRow(
        seq=seq,
        previous=previous,
        at=at.isoformat(),
        actor=actor.account,
        role=actor.role,
        action=action,
        subject=subject,
        subject_version=subject_version,
        input_hash=keyed("input", payload.input),
        engine=payload.engine,
        model_hash=payload.model_sha256,
        prompt_hash=payload.prompt_sha256,
        output_hash=keyed("output", payload.output),
        changes_hash=keyed("changes", payload.changes),
        signature=payload.signature,
        payload_hash=payload_hash,
    )
