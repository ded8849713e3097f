"""The backup's file format: a zip that holds a manifest with hashes, and exactly the files it names."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InputError, StoreError
from desktop_app.store.faults import edge
from desktop_app.store.files import sync_file, sync_folder

MANIFEST = "manifest.json"
FORMAT = 1
_MANIFEST_BYTES = 64_000_000  # a hundred thousand sounds
_CHUNK = 1 << 20
_MEMBER = re.compile(r"(store\.db|store\.json|keys\.json|anchors\.jsonl|sound/[0-9a-f-]{36}\.sealed)")


def digest_of(path: Path) -> dict[str, str | int]:
    """Return a file's SHA-256 and size."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return {"sha256": digest.hexdigest(), "bytes": path.stat().st_size}


def read_manifest(file: Path) -> dict[str, Any]:
    """Return a backup's manifest.

    Raises:
        InputError: it is missing (`backup.missing`), no backup (`backup.not_one`), or of a newer format
            (`backup.newer`).
    """
    if not file.is_file():
        raise InputError("backup.missing", file=file.name)
    try:
        with edge(), zipfile.ZipFile(file) as archive:
            if archive.getinfo(MANIFEST).file_size > _MANIFEST_BYTES:
                raise InputError("backup.not_one", file=file.name)
            data = json.loads(archive.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, EOFError) as error:
        raise InputError("backup.not_one", file=file.name) from error
    if not isinstance(data, dict) or not isinstance(data.get("format"), int):
        raise InputError("backup.not_one", file=file.name)
    if data["format"] > FORMAT:
        raise InputError("backup.newer", file=file.name)
    wanted = {"made_at": str, "counts": dict, "head": str, "files": dict, "signature": str}
    if not all(isinstance(data.get(name), kind) for name, kind in wanted.items()):
        raise InputError("backup.not_one", file=file.name)
    return data


def unpack(file: Path, manifest: dict[str, Any], folder: Path) -> None:
    """Write a backup's files into a new folder and make them last.

    Raises:
        StoreError: a file is missing, unexpected, or not the one that was packed (`backup.broken`); or the
            disk failed.
    """
    try:
        with edge(), zipfile.ZipFile(file) as archive:
            folder.mkdir(parents=True, mode=0o700)
            for name, known in manifest["files"].items():
                if not _MEMBER.fullmatch(name) or archive.getinfo(name).file_size != known["bytes"]:
                    raise StoreError("backup.broken", "member")
                _unpack_one(archive, name, known["sha256"], folder / name)
            sync_folder(folder)
    except (zipfile.BadZipFile, KeyError, TypeError, NotImplementedError, EOFError) as error:
        raise StoreError("backup.broken", "archive") from error


def _unpack_one(archive: zipfile.ZipFile, name: str, sha256: str, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    with archive.open(name) as packed, target.open("xb") as handle:
        while chunk := packed.read(_CHUNK):
            digest.update(chunk)
            handle.write(chunk)
    target.chmod(0o600)
    sync_file(target)
    if digest.hexdigest() != sha256:
        raise StoreError("backup.broken", "sha256")
