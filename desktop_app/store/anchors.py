"""Signed heads of the audit chain, kept outside of it: what was cut off its end is missed here."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop_app.store.canonical import canonical
from desktop_app.store.files import write_atomic
from desktop_app.store.lock import FileLock

FILE_NAME = "anchors.jsonl"
_MOST_LINES = 4096  # about 1.3 MB; then the older half is thinned
_LINE_BYTES = 330


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain at some moment; a signed print carries the beginning of `short`."""

    seq: int
    hash: str
    at: str
    public_key: str  # Ed25519, hexadecimal
    signature: str  # over seq, hash and at

    @property
    def short(self) -> str:
        """Return `seq:hash`, the form that exports and `audit verify --head` take."""
        return f"{self.seq}:{self.hash}"

    def signed_by(self, public_key: bytes) -> bool:
        """Tell whether that key signed this head."""
        message = head_message(self.seq, self.hash, self.at)
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(self.signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True


def head_message(seq: int, digest: str, at: str) -> bytes:
    """Return the bytes that are signed for a head."""
    return canonical({"anchor": 1, "seq": seq, "hash": digest, "at": at})


def sign_head(key: Ed25519PrivateKey, seq: int, digest: str, at: str) -> Head:
    """Return a head signed with the store's key."""
    signature = key.sign(head_message(seq, digest, at)).hex()
    public = key.public_key().public_bytes_raw().hex()
    return Head(seq=seq, hash=digest, at=at, public_key=public, signature=signature)


class AnchorFile:
    """The signed heads beside the database, one a line.

    Args:
        folder: the store's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lock_path = folder / f"{FILE_NAME}.lock"

    @property
    def exists(self) -> bool:
        """Whether there is such a file."""
        return self._path.exists()

    def heads(self) -> list[Head]:
        """Return every head that can be read; a line torn by a crash is none."""
        if not self.exists:
            return []
        found = []
        for line in self._path.read_bytes().split(b"\n"):
            try:
                found.append(Head(**json.loads(line)))
            except (ValueError, TypeError):
                continue
        return found

    def add(self, head: Head, *, lasting: bool) -> None:
        """Append a head; `lasting` waits for the disk.

        Raises:
            OSError: the disk refused.
        """
        line = b"\n" + canonical(head)  # a line feed first: a torn line before it stays alone
        with FileLock(self._lock_path) as lock:
            lock.acquire(exclusive=True, wait_s=5.0)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(handle, line)
                if lasting:
                    os.fsync(handle)
                size = os.fstat(handle).st_size
            finally:
                os.close(handle)
            if size > _MOST_LINES * _LINE_BYTES:
                self._thin()

    def _thin(self) -> None:
        """Keep every eighth of the older half: a cut is still missed, only named less finely."""
        heads = self.heads()
        half = len(heads) // 2
        kept = heads[:half:8] + heads[half:]
        write_atomic(self._path, b"".join(b"\n" + canonical(head) for head in kept))
