"""Bringing a backup back: verified first, and the old folder is always kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.clock import SystemClock, new_id
from desktop_app.core.errors import StoreError
from desktop_app.store.archive import read_manifest, unpack
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.backup import BackupReport, scratch_folder, verify_file
from desktop_app.store.faults import edge
from desktop_app.store.lock import FileLock
from desktop_app.store.store import LOCK, Store
from desktop_app.store.swap import finish_swap, swap_in

Unlock = Callable[[Path], bytes]  # the unpacked folder, with its keys.json -> the data key


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was restored.

    Attributes:
        backup: what the backup held.
        folder: where it is now.
        kept: where the old folder went, None if there was none.
    """

    backup: BackupReport
    folder: Path
    kept: Path | None


def rehearse(file: Path, unlock: Unlock) -> BackupReport:
    """Restore a backup into a folder that is thrown away, check all of it, and report.

    Raises:
        InputError, StoreError: as for `restore`.
    """
    with edge(), scratch_folder(file.absolute().parent, ".rehearsal-") as scratch:
        return _verified(file, scratch / "store", unlock)[0]


def restore(file: Path, folder: Path, unlock: Unlock, actor: Actor | None = None) -> RestoreReport:
    """Put a backup in a folder's place.

    The backup is unpacked beside the folder and verified there; only then the old folder is renamed (never
    deleted) and the new one takes its name. Killed at any point, one of the two stands there whole.

    Args:
        file: the backup.
        folder: the data folder; it may be missing, empty, or hold a store that nobody has open.
        unlock: gives the backup's data key, commonly by the passphrase and its own key file.
        actor: who restores, for the trail.

    Raises:
        InputError: it is no backup (`backup.not_one`, `backup.newer`, `backup.missing`).
        StoreError: it is damaged (`backup.broken`), doesn't open with that passphrase, the old store is in
            use (`store.in_use`), or the disk failed.
    """
    folder = folder.absolute()
    with edge():
        finish_swap(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(folder.parent, f".{folder.name}.restore-") as scratch:
            fresh = scratch / "store"
            report, key = _verified(file, fresh, unlock)
            with Store.open(fresh, key) as store:
                note = AuditPayload(note={"backup_made_at": report.made_at})
                store.audit.append(actor or Actor.machine(), "restore", store.id, payload=note, lasting=True)
            kept = _put_in_place(fresh, folder)
    return RestoreReport(backup=report, folder=folder, kept=kept)


def _verified(file: Path, folder: Path, unlock: Unlock) -> tuple[BackupReport, bytes]:
    unpack(file, read_manifest(file), folder)
    key = unlock(folder)
    return verify_file(file, key, folder), key


def _put_in_place(fresh: Path, folder: Path) -> Path | None:
    beside = folder.parent / f".{folder.name}.{new_id()}"
    if not folder.exists():
        fresh.rename(folder)
        return None
    if not any(folder.iterdir()):
        folder.rmdir()
        fresh.rename(folder)
        return None
    _require_unused(folder)
    stamp = SystemClock().now().strftime("%Y%m%dT%H%M%S")
    kept = folder.parent / f"{folder.name}.before-restore-{stamp}-{new_id()[-6:]}"
    fresh.rename(beside)  # out of the scratch folder, which is deleted whatever happens
    swap_in(beside, folder, kept)
    return kept


def _require_unused(folder: Path) -> None:
    with FileLock(folder / LOCK) as lock:
        if not lock.acquire(exclusive=True):
            raise StoreError("store.in_use")
