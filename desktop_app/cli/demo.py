"""`jiceng demo`: the main job on the bundled sample, from words and a photo to a signed, exported record."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app.cli.rendering import MARKS, draft_text
from desktop_app.cli.sample_visit import SampleVisit, sample_visit
from desktop_app.cli.session import session_of
from desktop_app.core.errors import InputError, StoreError
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.codec import to_json
from desktop_app.core.records.contract import draft_json, sheet_json
from desktop_app.core.records.drafts import Draft


class Scenario(StrEnum):
    """Which desk is shown."""

    CLINIC = "clinic"
    RETAIL = "retail"


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the command to the command tree."""

    @app.command("demo", help=messages.text("help.demo.command"))
    def demo(
        context: typer.Context,
        scenario: Annotated[
            Scenario, typer.Option(help=messages.text("help.demo.scenario"))
        ] = Scenario.CLINIC,
        keep: Annotated[Path | None, typer.Option(help=messages.text("help.demo.keep"))] = None,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            if scenario is not Scenario.CLINIC:
                raise InputError("demo.scenario", name=scenario.value)
            if keep is not None and keep.exists() and not keep.is_dir():
                raise InputError("demo.keep", name=keep.name)
            session.remark("demo.starts")
            try:
                with tempfile.TemporaryDirectory(prefix="jiceng-demo-") as folder:
                    result = sample_visit(Path(folder), keep, session.data_dir)
            except OSError as error:
                raise StoreError("demo.folder", type(error).__name__) from error
            if json_:
                session.print_json(_json(result))
            else:
                session.print_text(_text(result, session.messages))


def _json(result: SampleVisit) -> dict[str, Any]:
    visit, run = result.signed, result.run
    assert visit.draft is not None
    assert visit.review is not None
    transcript = run.visit.transcript
    assert transcript is not None
    total, supported = _counts(run.draft)
    return {
        "scenario": "clinic",
        "engines": run.engines,
        "speech": run.engines["speech"],
        "transcript": to_json(transcript),
        "sheets": [sheet_json(sheet) for sheet in visit.sheets],
        "draft": draft_json(run.draft),
        "statements": {"total": total, "with_evidence": supported, "unresolved": run.draft.unresolved},
        "review": to_json(visit.review),
        "record": draft_json(visit.draft)
        | {"id": visit.id, "version": visit.version, "state": visit.state.value},
        "signature": to_json(visit.signature),
        "audit": {
            "ok": result.audit.ok,
            "rows": result.audit.rows,
            "anchored": result.audit.anchored,
            "broken": to_json(result.audit.broken),
            "head": result.head,
        },
        "outbox": result.waiting,
        "exports": [
            {
                "format": item.kind,
                "file": str(item.path) if item.path else None,
                "bytes": item.size,
                "sha256": item.sha256,
            }
            for item in result.exports
        ],
        "timings_ms": result.timings_ms,
    }


def _counts(draft: Draft) -> tuple[int, int]:
    """Return how many statements there are, and how many of them name their evidence."""
    statements = [item for field in draft.fields for item in field.statements]
    return len(statements), sum(bool(item.evidence) for item in statements)


def _text(result: SampleVisit, messages: Catalogue) -> str:
    visit, run = result.signed, result.run
    assert visit.draft is not None
    transcript = run.visit.transcript
    assert transcript is not None
    rows = [row for sheet in visit.sheets for row in sheet.rows]
    total, supported = _counts(run.draft)
    region = messages.text(f"region.{transcript.region.value}") if transcript.region else "—"
    lines = [
        messages.text("demo.heard", count=len(transcript.utterances), region=region),
        messages.text(
            "demo.read",
            rows=len(rows),
            doubtful=sum(row.review for row in rows),
            engine=run.engines["reading"],
            ms=run.timings_ms["reading"],
        ),
        messages.text(
            "demo.written",
            engine=run.engines["writer"],
            total=total,
            supported=supported,
            ms=run.timings_ms["writer"],
        ),
        messages.text("demo.grounded", unresolved=run.draft.unresolved, ms=run.timings_ms["grounding"]),
        *_review_lines(result, messages),
        messages.text("demo.signed", ms=result.timings_ms["sign"]),
        messages.text(
            "demo.stored" if result.audit.ok else "demo.audit_broken",
            rows=result.audit.rows,
            head=result.head,
            waiting=result.waiting,
        ),
        *(_export_line(result, messages)),
        "",
        draft_text(visit.draft, messages, signed=True),
        "",
        messages.text("demo.total", seconds=f"{result.timings_ms['total'] / 1000:.1f}"),
    ]
    return "\n".join(lines)


def _review_lines(result: SampleVisit, messages: Catalogue) -> list[str]:
    assert result.signed.review is not None
    texts = {item.id: item for field in result.run.draft.fields for item in field.statements}
    lines = [messages.text("demo.reviewed", count=len(result.signed.review.changes))]
    for change in result.signed.review.changes:
        decision = messages.text(f"demo.decision.{change.decision.value}")
        lines.append(f"      {MARKS[texts[change.statement].support]} {change.before} → {decision}")
    return lines


def _export_line(result: SampleVisit, messages: Catalogue) -> list[str]:
    lines = [messages.text("demo.exported")]
    for item in result.exports:
        where = str(item.path) if item.path else messages.text("demo.thrown_away")
        lines.append(f"      {item.kind:<5} {item.size:>8} B  {where}")
    return lines
