"""Last arrow on this machine: a record as files for others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop_app.core.errors import StoreError
from desktop_app.core.records.visits import Visit

SUFFIXES = {"fhir": ".json", "pdf": ".pdf", "docx": ".docx"}

Render = Callable[[Visit, str, str | None, str], bytes]  # visit, format, audit head, paper


def hand_over(
    visit: Visit, target: Path, kind: str, render: Render, *, audit_head: str | None, paper: str = "A5"
) -> Path:
    """Write a record as one file and return where it is.

    Args:
        visit: signed or not; until it is signed the file says so.
        target: a file, or a folder in which the file gets the visit's id and version as its name.
        kind: `fhir`, `pdf` or `docx`.
        render: makes the file's bytes.
        audit_head: printed on what is signed.
        paper: `A5` or `A4`.

    Raises:
        InputError: the format or the paper is unknown, or the visit can't be exported.
        EngineError: the file didn't pass its own validation.
        StoreError: the file can't be written (`export.write`).
    """
    data = render(visit, kind, audit_head, paper)
    path = target / f"{visit.id}-v{visit.version}{SUFFIXES.get(kind, '')}" if target.is_dir() else target
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StoreError("export.write", type(error).__name__, name=path.name) from error
    return path
