"""`jiceng draft`: a talk and images to a judged record, without a store."""

import sys
import time
from typing import Annotated

import typer

from desktop_app import wiring
from desktop_app.cli.rendering import draft_text
from desktop_app.cli.session import Session, session_of
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.contract import draft_json
from desktop_app.core.records.people import Age, Patient, Region, Sex, VisitKind
from desktop_app.core.settings import Limits
from desktop_app.pipeline.capture import Captured, capture
from desktop_app.pipeline.run import VisitRun, new_visit, run_visit
from desktop_app.pipeline.saving import Unsaved
from desktop_app.wiring import WriterChoice


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the command to the command tree."""

    @app.command("draft", help=messages.text("help.draft.command"))
    def draft(
        context: typer.Context,
        inputs: Annotated[
            list[str], typer.Argument(metavar="INPUT...", help=messages.text("help.draft.inputs"))
        ],
        sex: Annotated[Sex, typer.Option(help=messages.text("help.draft.sex"))] = Sex.UNKNOWN,
        age: Annotated[str | None, typer.Option(help=messages.text("help.draft.age"))] = None,
        visit: Annotated[VisitKind, typer.Option(help=messages.text("help.draft.visit"))] = VisitKind.FIRST,
        region: Annotated[Region | None, typer.Option(help=messages.text("help.draft.region"))] = None,
        writer: Annotated[
            WriterChoice, typer.Option(help=messages.text("help.draft.writer"))
        ] = WriterChoice.AUTO,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            started = time.perf_counter()
            patient = Patient.unnamed(sex, Age.parse(age) if age else None)
            captured = capture(inputs, standard_input)
            result = _run(session, captured, patient, visit, region, writer)
            warn_if_empty(session, result)
            total = round((time.perf_counter() - started) * 1000)
            waited = total - result.timings_ms["total"]  # tables and engines, before the walk began
            if json_:
                timings = {"first_field": result.timings_ms["first_field"] + waited, "total": total}
                steps = {
                    name: result.timings_ms[name] for name in result.engines if name in result.timings_ms
                }
                session.print_json(
                    draft_json(result.draft) | {"timings_ms": timings | steps, "engines": result.engines}
                )
            else:
                session.print_text(draft_text(result.draft, session.messages))


def warn_if_empty(session: Session, result: VisitRun) -> None:
    """Tell a person that nothing of a visit was found, which a wrong file shows first."""
    if not any(field.statements for field in result.draft.fields):
        session.remark("draft.nothing")


def standard_input() -> bytes:
    """Return standard input, at most one byte more than a transcript may have."""
    return sys.stdin.buffer.read(Limits().transcript_bytes + 1)


def _run(
    session: Session,
    captured: Captured,
    patient: Patient,
    kind: VisitKind,
    region: Region | None,
    choice: WriterChoice,
) -> VisitRun:
    with wiring.engines(session.data_dir) as lent:
        parts = wiring.clinic_parts(lent, choice)
        visit = new_visit(parts.clock, patient, kind)
        return run_visit(visit, captured, parts, Unsaved(), cancel=CancelToken(), region=region)
