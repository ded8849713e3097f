"""`jiceng bench`: how fast this machine does it."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from desktop_app.cli.session import Session, session_of
from desktop_app.core import paths
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.people import Patient
from desktop_app.core.records.speech import Transcript
from desktop_app.core.records.visits import VisitContext
from desktop_app.insight.bench import BenchFigure, bench_draft, bench_json, bench_store
from desktop_app.pipeline.transcripts import parse_transcript
from desktop_app.scenarios.clinic.writer import RulesWriter
from desktop_app.writing.grounding import ground


class Bench(StrEnum):
    """What is timed."""

    DRAFT = "draft"
    STORE = "store"


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the command to the command tree."""

    @app.command("bench", help=messages.text("help.bench.command"))
    def command(
        context: typer.Context,
        name: Annotated[Bench, typer.Argument(help=messages.text("help.bench.name"))],
        as_json: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            data = bench_json(name.value, _figures(name))
            _print(session, data, as_json)


def sample_talk() -> Transcript:
    """Return the bundled sample consultation."""
    path = paths.resources() / "samples" / "consultation.txt"
    return parse_transcript(path.read_bytes(), path.name)


def _figures(name: Bench) -> list[BenchFigure]:
    talk = sample_talk()
    if name is Bench.DRAFT:
        return bench_draft(RulesWriter(), ground, talk.utterances)
    visit = VisitContext(patient=Patient.unnamed(), transcript=talk)
    return bench_store(RulesWriter().draft(visit, CancelToken()))


def _print(session: Session, data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        session.print_json(data)
        return
    for item in data["figures"]:
        mark = session.messages.text("bench.met" if item["met"] else "bench.missed")
        low, high = item["spread"]
        spread = f"({low} – {high}, n={item['runs']})"
        session.print_text(f"{item['key']}  {item['ours']} {item['unit']}  {spread}  {item['goal']}  {mark}")
