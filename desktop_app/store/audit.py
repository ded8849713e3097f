"""The audit trail: a signed hash chain, its encrypted payloads, and shredding."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop_app.core.clock import Clock
from desktop_app.core.errors import StoreError
from desktop_app.store.anchors import AnchorFile, Head, sign_head
from desktop_app.store.audit_rows import GENESIS, ROW_COLUMNS, Actor, AuditPayload, build_row
from desktop_app.store.canonical import canonical, sha256
from desktop_app.store.keys import seal, unseal
from desktop_app.store.lane import Lane, Row
from desktop_app.store.sealed_keys import SealedKeys
from desktop_app.store.verification import Verification, verify_chain

_INSERT = (
    f"INSERT INTO audit ({', '.join(ROW_COLUMNS)}, hash, head_signature) "  # noqa: S608  our own names
    f"VALUES ({', '.join('?' * (len(ROW_COLUMNS) + 2))})"
)


class AuditTrail:
    """Who did what, when, with which engine; nothing in it can be changed without being found.

    Args:
        lane: the store's connection.
        clock: where the time comes from.
        key: the store's signing key.
        sealed: the table of payload keys.
        anchors: the file of signed heads.
    """

    def __init__(
        self, lane: Lane, clock: Clock, key: Ed25519PrivateKey, sealed: SealedKeys, anchors: AnchorFile
    ) -> None:
        self._lane = lane
        self._clock = clock
        self._key = key
        self._sealed = sealed
        self._anchors = anchors

    @property
    def public_key(self) -> bytes:
        """The store's Ed25519 public key (32 bytes): what an auditor without the data key needs."""
        return self._key.public_key().public_bytes_raw()

    def append(
        self,
        actor: Actor,
        action: str,
        subject: str = "",
        subject_version: int = 0,
        payload: AuditPayload | None = None,
        *,
        lasting: bool = False,
    ) -> int:
        """Add a row to the chain, in the open transaction if there is one; return its number.

        Args:
            actor: who does it.
            action: a short word, as in `visit.sign`.
            subject: id of the visit, account, file... it is done to.
            subject_version: the record's version, 0 without one.
            payload: what it worked on.
            lasting: wait until the anchored head is on the disk too, as after a signature.

        Raises:
            StoreError: the database failed.
        """
        payload = payload or AuditPayload()
        with self._lane.writing() as database:
            last = database.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
            key_id, key = self._sealed.make("payload", subject) if payload.contents else ("", b"")
            sealed = seal(key, canonical(payload.contents), f"audit/{key_id}") if key_id else b""
            row = build_row(
                seq=seq,
                previous=previous,
                at=self._clock.now(),
                actor=actor,
                action=action,
                subject=subject,
                subject_version=subject_version,
                payload=payload,
                payload_key=key,
                payload_hash=sha256(sealed) if key_id else "",
            )
            head = sign_head(self._key, seq, row.hash, row.at)
            database.execute(_INSERT, [*asdict(row).values(), row.hash, head.signature])
            if key_id:
                database.execute("INSERT INTO audit_payload VALUES (?, ?, ?)", (seq, key_id, sealed))
            self._lane.after_commit(lambda: self._anchor(head, lasting))
        return seq

    def _anchor(self, head: Head, lasting: bool) -> None:
        """Note a committed head outside. It never fails an action that is already on the disk."""
        try:
            self._anchors.add(head, lasting=lasting)
        except OSError:
            return  # the disk is full: `verify` shows up to where the chain is anchored

    def head(self) -> Head | None:
        """Return the signed end of the chain, for prints and for a hub; None while it is empty."""
        row = self._lane.row("SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1")
        return sign_head(self._key, row["seq"], row["hash"], row["at"]) if row else None

    def verify(self, heads: Iterable[tuple[int, str]] = ()) -> Verification:
        """Check every link, signature, payload and anchored head; name the first that is broken.

        Args:
            heads: further heads that were kept elsewhere, as on a signed print: number, and the hash or at least
                its first 16 digits.

        Raises:
            StoreError: the database can't be read.
        """
        with self._lane.reading() as database:
            return verify_chain(database, self._key.public_key(), self._anchors, tuple(heads), self._opens)

    def _opens(self, key_id: str, sealed: bytes) -> bool | None:
        key = self._sealed.find(key_id)
        if key is None:
            return None
        try:
            unseal(key, sealed, f"audit/{key_id}")
        except StoreError:
            return False
        return True

    def rows(self, *, subject: str | None = None, since: int = 0, limit: int = 1000) -> list[Row]:
        """Return rows of the chain after a number, oldest first, as dictionaries."""
        return self._lane.rows(
            "SELECT * FROM audit WHERE seq > ? AND (? IS NULL OR subject = ?) ORDER BY seq LIMIT ?",
            (since, subject, subject, limit),
        )

    def contents(self, seq: int) -> dict[str, Any] | None:
        """Return a row's payload; None if it had none or its key has been shredded.

        Raises:
            StoreError: the payload has been changed (`store.sealed`).
        """
        found = self._lane.row("SELECT key_id, sealed FROM audit_payload WHERE seq = ?", (seq,))
        key = self._sealed.find(found["key_id"]) if found else None
        if found is None or key is None:
            return None
        data: dict[str, Any] = json.loads(unseal(key, found["sealed"], f"audit/{found['key_id']}"))
        return data
