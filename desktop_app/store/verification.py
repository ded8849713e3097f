"""Walking the audit chain: the first broken link, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from desktop_app.core.errors import StoreError
from desktop_app.store.anchors import AnchorFile, head_message
from desktop_app.store.audit_rows import GENESIS, ROW_COLUMNS, AuditRow
from desktop_app.store.canonical import sha256

HEAD_DIGITS = 16  # a kept head needs so many of its hash's 64 digits, as many as a print shows

Opens = Callable[[str, bytes], bool | None]  # key id, sealed payload -> opens, doesn't, shredded


@dataclass(frozen=True, slots=True)
class Break:
    """The first link that doesn't hold.

    Attributes:
        seq: number of the row.
        reason: `missing` (a number is skipped), `link` (does not follow its predecessor), `content` (the row
            was changed), `signature` (not signed by this store), `payload` (missing, changed or unreadable),
            `truncated` (an anchored row is gone), `anchor` (another row stands where a head was anchored),
            `anchor_signature`, `anchor_missing` (the file of heads is forged or gone).
    """

    seq: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a walk along the chain found.

    Attributes:
        rows: how many rows there are.
        broken: the first broken link, None if the chain holds.
        anchored: the highest number that is anchored outside; rows after it could be cut off unnoticed.
        shredded: payloads that can't be read any more because their key is gone.
    """

    rows: int
    broken: Break | None
    anchored: int
    shredded: int

    @property
    def ok(self) -> bool:
        """Whether every link holds."""
        return self.broken is None


def verify_chain(
    database: Database,
    public_key: Ed25519PublicKey,
    anchors: AnchorFile,
    heads: tuple[tuple[int, str], ...],
    opens: Opens,
) -> Verification:
    """Walk the whole chain once.

    Args:
        database: open.
        public_key: the store's, from its wrapped private key and never from a plain table.
        anchors: the file beside the database.
        heads: heads that were kept elsewhere: number, and the hash or at least its first 16 digits.
        opens: tells whether a payload can be decrypted.
    """
    walk = _Walk(public_key, opens)
    hashes: dict[int, str] = {}
    rows = 0
    for row, digest, signature, key_id, sealed in _read(database):
        rows += 1
        hashes[row.seq] = digest
        walk.step(row, digest, signature, key_id, sealed)
    breaks = [walk.broken, _anchored(hashes, anchors, public_key.public_bytes_raw()), _kept(hashes, heads)]
    found = sorted((item for item in breaks if item), key=lambda item: item.seq)
    known = [head.seq for head in anchors.heads() if hashes.get(head.seq) == head.hash]
    return Verification(
        rows=rows, broken=found[0] if found else None, anchored=max(known, default=0), shredded=walk.shredded
    )


def _read(database: Database) -> Iterator[tuple[AuditRow, str, str, str | None, bytes | None]]:
    columns = ", ".join(f"a.{name}" for name in ROW_COLUMNS)
    cursor = database.execute(
        f"SELECT {columns}, a.hash, a.head_signature, p.key_id, p.sealed "  # noqa: S608  our own names
        "FROM audit a LEFT JOIN audit_payload p ON p.seq = a.seq ORDER BY a.seq"
    )
    for values in cursor:
        row = AuditRow(**dict(zip(ROW_COLUMNS, values, strict=False)))
        yield row, *values[len(ROW_COLUMNS) :]


class _Walk:
    def __init__(self, public_key: Ed25519PublicKey, opens: Opens) -> None:
        self._public_key = public_key
        self._opens = opens
        self._seq = 0
        self._previous = GENESIS
        self.broken: Break | None = None
        self.shredded = 0

    def step(
        self, row: AuditRow, digest: str, signature: str, key_id: str | None, sealed: bytes | None
    ) -> None:
        reason = self._reason(row, digest, signature) or self._payload(row, key_id, sealed)
        if reason and self.broken is None:
            self.broken = Break(self._seq + 1 if reason == "missing" else row.seq, reason)
        self._seq, self._previous = row.seq, digest

    def _reason(self, row: AuditRow, digest: str, signature: str) -> str:
        if row.seq != self._seq + 1:
            return "missing"
        if _hash(row) != digest:
            return "content"
        if row.previous != self._previous:
            return "link"
        try:
            self._public_key.verify(bytes.fromhex(signature), head_message(row.seq, digest, row.at))
        except (InvalidSignature, ValueError, TypeError):
            return "signature"
        return ""

    def _payload(self, row: AuditRow, key_id: str | None, sealed: bytes | None) -> str:
        if key_id is None or sealed is None:
            return "payload" if row.payload_hash else ""
        if not isinstance(sealed, bytes) or sha256(sealed) != row.payload_hash:
            return "payload"
        try:
            readable = self._opens(key_id, sealed)
        except StoreError:
            return "payload"
        self.shredded += readable is None
        return "payload" if readable is False else ""


def _hash(row: AuditRow) -> str:
    try:
        return row.hash
    except TypeError:  # bytes where text belongs: nothing that this program wrote
        return ""


def _anchored(hashes: dict[int, str], anchors: AnchorFile, public_key: bytes) -> Break | None:
    if not anchors.exists:
        return Break(max(hashes, default=0), "anchor_missing")
    heads = anchors.heads()
    forged = [head.seq for head in heads if not head.signed_by(public_key)]
    if forged:
        return Break(min(forged), "anchor_signature")
    return _kept(hashes, [(head.seq, head.hash) for head in heads if head.seq])


def _kept(hashes: dict[int, str], heads: Iterable[tuple[int, str]]) -> Break | None:
    last = max(hashes, default=0)
    for seq, digest in sorted(heads):
        if seq > last:
            return Break(last + 1, "truncated")
        if len(digest) < HEAD_DIGITS or not hashes.get(seq, "").startswith(digest):
            return Break(seq, "anchor")
    return None
