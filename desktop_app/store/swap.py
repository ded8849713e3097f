"""Putting a restored folder in the old one's place, in steps that an interruption can't spoil."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from desktop_app.core.errors import StoreError
from desktop_app.store.files import sync_folder, write_atomic
from desktop_app.store.lock import FileLock


def _note(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.swap.json"


def _note_lock(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.swap.lock"


def swap_in(fresh: Path, folder: Path, kept: Path) -> None:
    """Let `fresh` take the place of `folder`, which stays as `kept`. All three share a parent.

    Killed at any point, `finish_swap` leads to one of the two whole states.

    Raises:
        StoreError: another process is swapping (`store.in_use`).
        OSError: the disk refused.
    """
    with FileLock(_note_lock(folder)) as lock:
        if not lock.acquire(exclusive=True):
            raise StoreError("store.in_use")
        note = json.dumps({"fresh": fresh.name, "kept": kept.name}).encode()
        write_atomic(_note(folder), note)
        folder.rename(kept)
        fresh.rename(folder)
        sync_folder(folder.parent)
        _note(folder).unlink()


def finish_swap(folder: Path) -> None:
    """Complete or take back a swap that was interrupted.

    Raises:
        StoreError: a swap is going on in another process (`store.in_use`).
        OSError: the disk refused.
    """
    if not _note(folder).exists():
        return
    with FileLock(_note_lock(folder)) as lock:
        if not lock.acquire(exclusive=True, wait_s=2.0):
            raise StoreError("store.in_use")
        if not _note(folder).exists():
            return
        note = json.loads(_note(folder).read_bytes())
        fresh, kept = folder.parent / note["fresh"], folder.parent / note["kept"]
        if not os.path.lexists(folder):
            (fresh if fresh.exists() else kept).rename(folder)
            sync_folder(folder.parent)
        elif fresh.exists():
            shutil.rmtree(fresh)  # the old folder had not been moved yet
        _note(folder).unlink()
