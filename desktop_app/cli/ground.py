"""`jiceng ground`: judges a draft that anybody wrote against its transcript and sheets."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app.cli.rendering import draft_text
from desktop_app.cli.session import Session, session_of
from desktop_app.core.errors import InputError
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.contract import draft_from_json, draft_json, sheet_from_json
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.people import Age, Patient, Sex
from desktop_app.core.records.sheets import LabSheet
from desktop_app.core.records.visits import VisitContext
from desktop_app.pipeline.transcripts import LIMITS, parse_transcript
from desktop_app.writing.grounding import ground


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the command to the command tree."""

    @app.command("ground", help=messages.text("help.ground.command"))
    def command(
        context: typer.Context,
        draft: Annotated[Path, typer.Argument(metavar="DRAFT.json", help=messages.text("help.ground.draft"))],
        transcript: Annotated[Path, typer.Option(help=messages.text("help.ground.transcript"))],
        sheet: Annotated[list[Path] | None, typer.Option(help=messages.text("help.ground.sheet"))] = None,
        sex: Annotated[Sex, typer.Option(help=messages.text("help.draft.sex"))] = Sex.UNKNOWN,
        age: Annotated[str | None, typer.Option(help=messages.text("help.draft.age"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            patient = Patient.unnamed(sex, Age.parse(age) if age else None)
            judged = judge_files(draft, transcript, sheet or [], patient)
            _print(session, judged, as_json)


def judge_files(draft: Path, transcript: Path, sheets: list[Path], patient: Patient) -> Draft:
    """Return a draft file judged against a transcript file and what `jiceng read` printed.

    Raises:
        InputError: a file can't be read or is of another shape.
    """
    written = draft_from_json(_json(draft))
    context = VisitContext(
        patient=patient,
        transcript=parse_transcript(_bytes(transcript), transcript.name),
        sheets=tuple(page for path in sheets for page in _pages(_json(path))),
    )
    return ground(written, context)


def _pages(data: Any) -> list[LabSheet]:
    pages = data.get("pages", [data]) if isinstance(data, dict) else None
    if not isinstance(pages, list):
        raise InputError("input.sheet_shape")
    return [sheet_from_json(page) for page in pages]


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            data = handle.read(LIMITS.file_bytes + 1)
    except OSError as error:
        raise InputError("ground.unreadable", type(error).__name__, file=path.name) from error
    if len(data) > LIMITS.file_bytes:
        raise InputError("ground.too_large", file=path.name, megabytes=LIMITS.file_bytes // 1_000_000)
    return data


def _json(path: Path) -> Any:
    try:
        return json.loads(_bytes(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError("ground.json", type(error).__name__, file=path.name) from error


def _print(session: Session, draft: Draft, as_json: bool) -> None:
    if as_json:
        session.print_json(draft_json(draft))
    else:
        session.print_text(draft_text(draft, session.messages))
