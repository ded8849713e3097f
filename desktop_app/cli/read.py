"""`jiceng read`: photographed sheets to checked rows."""

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desktop_app import wiring
from desktop_app.cli.session import Session, session_of
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import InputError
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.contract import sheet_json
from desktop_app.core.records.people import Age, Sex
from desktop_app.core.records.sheets import LabResult, LabSheet
from desktop_app.engines.protocols import PageReader
from desktop_app.reading import read_sheet


class PageKind(StrEnum):
    """What the images are taken for."""

    AUTO = "auto"
    LAB = "lab"
    LABEL = "label"
    BARCODE = "barcode"
    TEXT = "text"
    SKIN = "skin"


BUILT = (PageKind.AUTO, PageKind.LAB, PageKind.TEXT)


def page_reader() -> PageReader:
    """Return the engine that reads pages."""
    return wiring.page_reader()


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add `read` to the commands, its help in the catalogue's language."""

    @app.command(name="read", help=messages.text("help.read.command"))
    def read(
        context: typer.Context,
        images: Annotated[
            list[Path], typer.Argument(metavar="IMAGE...", help=messages.text("help.read.images"))
        ],
        kind: Annotated[PageKind, typer.Option(help=messages.text("help.read.kind"))] = PageKind.AUTO,
        sex: Annotated[Sex, typer.Option(help=messages.text("help.read.sex"))] = Sex.UNKNOWN,
        age: Annotated[str | None, typer.Option(help=messages.text("help.read.age"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=messages.text("help.read.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            started = time.perf_counter()
            sheets = _sheets(images, kind, sex, Age.parse(age) if age else None)
            total = round((time.perf_counter() - started) * 1000)
            if as_json:
                pages = [sheet_json(sheet) for sheet in sheets]
                session.print_json({"pages": pages, "timings_ms": {"total": total}})
            else:
                for sheet in sheets:
                    session.print_text(_shown(sheet, session))


def _sheets(images: list[Path], kind: PageKind, sex: Sex, age: Age | None) -> list[LabSheet]:
    if kind not in BUILT:
        raise InputError("image.kind_missing", kind=kind.value)
    reader = page_reader()
    cancel = CancelToken()
    sheets = []
    for image in images:
        sheet = read_sheet(reader.read(str(image), cancel), sex, age, kind=kind.value)
        if kind is PageKind.LAB and not sheet.rows:
            raise InputError("image.no_rows", name=image.name)
        sheets.append(sheet)
    return sheets


def _shown(sheet: LabSheet, session: Session) -> str:
    """Return a sheet for a person to read: one line a row, doubts said in words."""
    if sheet.kind != "lab":
        return "\n".join(sheet.text)
    known = (sheet.patient_name, sheet.patient_sex, sheet.patient_age, sheet.date)
    who = " ".join(part for part in known if part)
    return "\n".join([f"{sheet.image}  {who}".rstrip(), *(_line(row, session) for row in sheet.rows)])


def _line(row: LabResult, session: Session) -> str:
    limits = "" if row.low is None and row.high is None else f"[{_plain(row.low)}–{_plain(row.high)}]"
    mark = session.messages.text(f"read.flag.{row.flag.value}")
    value = row.value_raw if row.value is None else _plain(row.value)
    line = f"  {row.row:>2} {row.name or row.name_raw} {value} {row.unit} {limits} {mark}".rstrip()
    if row.reasons:
        says = "; ".join(session.messages.text(f"read.reason.{reason}") for reason in row.reasons)
        line += f"\n     {session.messages.text('read.review' if row.review else 'read.remark')} {says}"
    return line


def _plain(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:g}"
