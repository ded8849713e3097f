"""Backups: one file, made while the store is in use, verified before it bears its name."""

from __future__ import annotations

import contextlib
import errno
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InputError, StoreError
from desktop_app.store.anchors import FILE_NAME as ANCHORS
from desktop_app.store.anchors import Head, sign_head
from desktop_app.store.archive import FORMAT, MANIFEST, digest_of, read_manifest, unpack
from desktop_app.store.canonical import canonical
from desktop_app.store.connection import connect
from desktop_app.store.faults import edge
from desktop_app.store.files import sync_file, sync_folder
from desktop_app.store.keys import derive
from desktop_app.store.migrations import applied
from desktop_app.store.sounds import FOLDER as SOUND
from desktop_app.store.store import DATABASE, IDENTITY, Store

KEY_FILE = "keys.json"  # the accounts' way to the data key; without it a backup opens nothing
COUNTED = ("patient", "visit", "visit_version", "audit", "audit_payload", "outbox", "consent", "sound")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds, or what a rehearsal found in it.

    Attributes:
        file: where it is.
        made_at: ISO time.
        bytes: its size.
        counts: rows by table.
        head: end of its audit chain, `seq:hash`, '' while the chain is empty.
    """

    file: Path
    made_at: str
    bytes: int
    counts: dict[str, int]
    head: str


def backup(store: Store, target: Path) -> BackupReport:
    """Write a verified backup; the store stays in use.

    Args:
        store: open.
        target: the new file, commonly ending in `.jcbak`; it must not exist yet.

    Raises:
        InputError: the target exists (`backup.exists`), or nothing can be written there (`backup.target`).
        StoreError: the disk failed, or what was written doesn't verify (`backup.broken`); then there is no
            file of that name.
    """
    if target.exists():
        raise InputError("backup.exists", file=target.name)
    _require_place(target)
    with edge(), scratch_folder(target.parent, ".jcbak-") as scratch:
        source, packed = scratch / "source", scratch / "packed"
        source.mkdir()
        _collect(store, source)
        manifest = _manifest(store, source)
        _pack(source, manifest, packed)
        report = verify_file(packed, store.key, scratch / "check")
        packed.rename(target)
        sync_folder(target.parent)
    return BackupReport(
        file=target, made_at=report.made_at, bytes=report.bytes, counts=report.counts, head=report.head
    )


def _require_place(target: Path) -> None:
    """Say at once that nothing can be written there: a wrong place is no failing disk."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreError("store.disk_full") from error
        raise InputError("backup.target", str(error), file=target.name) from error


@contextlib.contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Lend a folder that only its owner can read, and take it away again."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _collect(store: Store, source: Path) -> None:
    """Copy one consistent state: the database in one read transaction, then what lies beside it."""
    with store.lane.reading() as database:
        # VACUUM INTO leaves free pages behind, and with them whatever was deleted or shredded
        database.execute("VACUUM INTO ?", (str(source / DATABASE),))
    for name in (IDENTITY, KEY_FILE, ANCHORS):
        if (store.folder / name).exists():
            shutil.copyfile(store.folder / name, source / name)
    for row in store.lane.rows(
        "SELECT s.file FROM sound s JOIN sealed_key k ON k.id = s.key_id WHERE k.wrapped IS NOT NULL"
    ):
        sealed = store.folder / SOUND / row["file"]
        if sealed.exists():
            (source / SOUND).mkdir(exist_ok=True)
            shutil.copyfile(sealed, source / SOUND / row["file"])


def _manifest(store: Store, source: Path) -> dict[str, Any]:
    database = connect(source / DATABASE, derive(store.key, "database"))
    try:
        with edge():
            last = database.execute("SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
            counts = {name: _count(database, name) for name in COUNTED}
        names = applied(database)
    finally:
        database.close()
    _trim_anchors(source / ANCHORS, last[0] if last else 0)
    files = sorted(path for path in source.rglob("*") if path.is_file())
    body = {
        "format": FORMAT,
        "store": store.id,
        "made_at": store.clock.now().isoformat(),
        "migrations": names,
        "counts": counts,
        "head": sign_head(store.signing_key, *last).short if last else "",
        "files": {path.relative_to(source).as_posix(): digest_of(path) for path in files},
    }
    return {**body, "signature": store.signing_key.sign(canonical(body)).hex()}


def _trim_anchors(path: Path, last: int) -> None:
    """Leave out heads of what was committed after the copy was taken."""
    kept = []
    for line in path.read_bytes().split(b"\n"):
        try:
            head = Head(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if head.seq <= last:
            kept.append(b"\n" + line)
    path.write_bytes(b"".join(kept))


def _count(database: Any, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  our own names


def _pack(source: Path, manifest: dict[str, Any], packed: Path) -> None:
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(MANIFEST, canonical(manifest))
        for name in manifest["files"]:
            archive.write(source / name, name)
    sync_file(packed)


def verify_file(file: Path, key: bytes, folder: Path) -> BackupReport:
    """Unpack a backup into a folder that doesn't exist yet, open it and check all of it.

    Args:
        file: the backup.
        key: its data key.
        folder: where its store is left, closed, if it verifies.

    Raises:
        InputError: it is no backup (`backup.not_one`) or from a newer program (`backup.newer`).
        StoreError: something in it is damaged (`backup.broken`), or the disk failed.
    """
    manifest = read_manifest(file)
    if not (folder / DATABASE).exists():
        unpack(file, manifest, folder)
    with Store.open(folder, key) as store:
        _check_signature(store, manifest)
        with store.lane.reading() as database:
            state = database.execute("PRAGMA integrity_check").fetchone()[0]
            pages = database.execute("PRAGMA cipher_integrity_check").fetchall()
            counts = {name: _count(database, name) for name in COUNTED if name in manifest["counts"]}
        if state != "ok" or pages:
            raise StoreError("backup.broken", "integrity_check")
        if counts != manifest["counts"]:
            raise StoreError("backup.broken", "counts")
        result = store.audit.verify()
        head = store.audit.head()
        if result.broken or (head.short if head else "") != manifest["head"]:
            raise StoreError("backup.broken", f"audit {result.broken}")
    return BackupReport(
        file=file,
        made_at=manifest["made_at"],
        bytes=file.stat().st_size,
        counts=counts,
        head=manifest["head"],
    )


def _check_signature(store: Store, manifest: dict[str, Any]) -> None:
    body = {name: value for name, value in manifest.items() if name != "signature"}
    # the same key, the same bytes, the same signature: Ed25519 is deterministic (RFC 8032)
    if store.signing_key.sign(canonical(body)).hex() != manifest["signature"]:
        raise StoreError("backup.broken", "signature")
