"""`jiceng eval`: figures with intervals on cases with truth."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app import wiring
from desktop_app.cli.session import Session, session_of
from desktop_app.core.errors import InputError
from desktop_app.core.messages import Catalogue
from desktop_app.insight import eval_read
from desktop_app.insight.eval_draft import evaluate_drafts
from desktop_app.insight.eval_ground import evaluate_grounding, ground_report
from desktop_app.insight.report import draft_report
from desktop_app.scenarios.clinic.writer import RulesWriter
from desktop_app.writing.grounding import ground


class Suite(StrEnum):
    """What is measured."""

    DRAFT = "draft"
    GROUND = "ground"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A suite's printed object and its page, if it has one."""

    data: dict[str, Any]
    report: str | None


def _draft(path: Path, strip_labels: bool, messages: Catalogue) -> Outcome:
    result = evaluate_drafts(path, RulesWriter(), ground, strip_labels=strip_labels)
    return Outcome(result.as_json(), draft_report(result, messages))


def _ground(path: Path, strip_labels: bool, messages: Catalogue) -> Outcome:
    result = evaluate_grounding(path, RulesWriter(), ground)
    return Outcome(result.as_json(), ground_report(result, messages))


def _read(path: Path, strip_labels: bool, messages: Catalogue) -> Outcome:
    with wiring.engines() as lent:
        return Outcome(eval_read.evaluate(path, lent.page_reader), None)


_SUITES: dict[Suite, Callable[[Path, bool, Catalogue], Outcome]] = {
    Suite.DRAFT: _draft,
    Suite.GROUND: _ground,
    Suite.READ: _read,
}


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the command to the command tree."""

    @app.command("eval", help=messages.text("help.eval.command"))
    def command(
        context: typer.Context,
        suite: Annotated[Suite, typer.Argument(help=messages.text("help.eval.suite"))],
        path: Annotated[Path, typer.Argument(help=messages.text("help.eval.path"))],
        as_json: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
        report: Annotated[Path | None, typer.Option(help=messages.text("help.eval.report"))] = None,
        strip_labels: Annotated[
            bool, typer.Option("--strip-labels", help=messages.text("help.eval.strip_labels"))
        ] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            if not (path.is_dir() or (path.is_file() and suite is not Suite.READ)):
                raise InputError("eval.no_cases", path=path.name)
            outcome = _SUITES[suite](path, strip_labels, session.messages)
            if report is not None:
                _write(report, outcome, session.messages)
            _print(session, outcome.data, as_json)


def _write(path: Path, outcome: Outcome, messages: Catalogue) -> None:
    if outcome.report is None:
        raise InputError("eval.no_report", suite=str(outcome.data["suite"]))
    try:
        path.write_text(outcome.report, encoding="utf-8")
    except OSError as error:
        raise InputError("eval.report_unwritable", type(error).__name__, path=path.name) from error


def _print(session: Session, data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        session.print_json(data)
        return
    session.print_text(
        session.messages.text("eval.head", suite=data["suite"], split=data["split"], cases=data["cases"])
    )
    for item in data["figures"]:
        if item["value"] is not None:
            session.print_text(
                f"{item['key']:<28} {item['value']:.3f}  [{item['low']:.3f}, {item['high']:.3f}]"
            )
    if data["worst"]:
        session.print_text(session.messages.text("eval.worst", cases=", ".join(data["worst"])))
