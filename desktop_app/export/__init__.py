"""The record as files: PDF, DOCX, FHIR."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.errors import InputError
from desktop_app.core.records.visits import Visit

FORMATS = {
    "pdf": ("application/pdf", ".pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "fhir": ("application/fhir+json", ".json"),
}


@dataclass(frozen=True, slots=True)
class ExportWarning:
    """Something that the person who exports should know: `code` is a key of the catalogues."""

    code: str
    details: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file's bytes, its media type and suffix, and what to know about it."""

    data: bytes
    media_type: str
    suffix: str
    warnings: tuple[ExportWarning, ...] = ()


def export_visit(visit: Visit, format: str, *, audit_head: str | None, paper: str = "A5") -> bytes:  # noqa: A002
    """Return a visit's record as a file.

    Args:
        visit: a visit with a draft, signed or not; until it is signed the file carries a visible AI banner.
        format: `pdf`, `docx` or `fhir`.
        audit_head: head of the audit chain, `seq:hash` as `Head.short`; a signed PDF must print it (the hash's
            first 16 digits), and the metadata hold it whole.
        paper: `A5` or `A4`; FHIR has none.

    Raises:
        InputError: `export.format`, `export.paper`, `export.no_draft`, `export.signature_state`,
            `export.audit_head`, `export.too_long`, `export.font_missing`.
        EngineError: `export.fhir_invalid`.
    """
    return export_file(visit, format, audit_head=audit_head, paper=paper).data


def export_file(visit: Visit, kind: str, *, audit_head: str | None, paper: str = "A5") -> Exported:
    """Return the same as `export_visit`, with the file's type and its warnings."""
    if kind not in FORMATS:
        raise InputError("export.format", format=kind[:20], known="、".join(FORMATS))
    # The writers' libraries load when a file is asked for, not when the window opens.
    if kind == "pdf":
        from desktop_app.export import pdf

        data, missing = pdf.render(visit, audit_head=audit_head, paper=paper)
        warnings = (ExportWarning("export.warning.characters", {"characters": missing}),) if missing else ()
        return Exported(data, *FORMATS[kind], warnings)
    if kind == "docx":
        from desktop_app.export import docx

        return Exported(docx.render(visit, audit_head=audit_head, paper=paper), *FORMATS[kind])
    from desktop_app.export import fhir

    return Exported(fhir.render(visit, audit_head=audit_head), *FORMATS[kind])
