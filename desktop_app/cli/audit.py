"""`jiceng audit verify|show|export`."""

# annotations are evaluated at once here: their help texts are local to `register`

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app.accounts.roles import Right, require
from desktop_app.cli.opening import Opened, open_store
from desktop_app.cli.session import session_of
from desktop_app.core.errors import InputError, StoreError
from desktop_app.core.messages import Catalogue
from desktop_app.store.canonical import sha256
from desktop_app.store.faults import edge
from desktop_app.store.files import write_atomic
from desktop_app.store.verification import HEAD_DIGITS

_PAGE = 1000
_HEAD = re.compile(rf"(?P<seq>[0-9]{{1,18}}):(?P<digest>[0-9a-fA-F]{{{HEAD_DIGITS},64}})")


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the group to the command tree."""
    group = typer.Typer(name="audit", help=messages.text("help.audit.group"), no_args_is_help=True)
    _register_verify(group, messages)
    _register_reading(group, messages)
    app.add_typer(group)


def _register_verify(group: typer.Typer, messages: Catalogue) -> None:
    as_json = Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))]

    @group.command("verify", help=messages.text("help.audit.verify"))
    def verify(
        context: typer.Context,
        head: Annotated[list[str] | None, typer.Option(help=messages.text("help.audit.head"))] = None,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            heads = [_head(text) for text in head or []]
            with open_store(session) as opened:
                result = opened.store.audit.verify(heads)
                last = opened.store.audit.head()
            data = {
                "ok": result.ok,
                "rows": result.rows,
                "broken": asdict(result.broken) if result.broken else None,
                "anchored": result.anchored,
                "shredded": result.shredded,
                "head": last.short if last else None,
            }
            if json_:
                session.print_json(data)
            elif result.ok:
                session.print_text(messages.text("audit.holds", **data))
            if result.broken:
                raise StoreError(
                    "store.audit_broken",
                    seq=result.broken.seq,
                    reason=messages.text(f"audit.reason.{result.broken.reason}"),
                )


def _register_reading(group: typer.Typer, messages: Catalogue) -> None:
    as_json = Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))]
    with_contents = Annotated[bool, typer.Option("--contents", help=messages.text("help.audit.contents"))]

    @group.command("show", help=messages.text("help.audit.show"))
    def show(
        context: typer.Context,
        subject: Annotated[str | None, typer.Option(help=messages.text("help.audit.subject"))] = None,
        since: Annotated[int, typer.Option(help=messages.text("help.audit.since"))] = 0,
        limit: Annotated[int, typer.Option(min=1, help=messages.text("help.audit.limit"))] = 100,
        contents: with_contents = False,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            rows = opened.store.audit.rows(subject=subject, since=since, limit=limit)
            shown = [_row(opened, row, contents) for row in rows]
            if json_:
                session.print_json({"rows": shown})
                return
            for row in shown:
                line = "{seq}  {at}  {actor} ({role})  {action}  {subject} {subject_version}".format(**row)
                session.print_text(line)

    @group.command("export", help=messages.text("help.audit.export"))
    def export(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(help=messages.text("help.audit.file"))],
        contents: with_contents = False,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            if file.exists():
                raise InputError("backup.exists", file=file.name)
            data = _export(opened, contents)
            with edge():
                file.parent.mkdir(parents=True, exist_ok=True)
                write_atomic(file, data)
            report = {"file": str(file), "rows": data.count(b"\n") - 1, "sha256": sha256(data)}
            if json_:
                session.print_json(report)
            else:
                session.print_text(messages.text("audit.exported", **report))


def _head(text: str) -> tuple[int, str]:
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise InputError("store.audit_head", value=text[:80])
    return int(found["seq"]), found["digest"].lower()


def _row(opened: Opened, row: dict[str, Any], contents: bool) -> dict[str, Any]:
    if not contents:
        return row
    require(opened.actor.role, Right.READ)
    return {**row, "contents": opened.store.audit.contents(row["seq"])}


def _export(opened: Opened, contents: bool) -> bytes:
    """Return the chain as JSON lines: first the store's public key and head, then every row."""
    audit = opened.store.audit
    head = audit.head()
    first = {
        "store": opened.store.id,
        "public_key": audit.public_key.hex(),
        "head": asdict(head) if head else None,
        "verified": audit.verify().ok,
    }
    lines = [first]
    since = 0
    while rows := audit.rows(since=since, limit=_PAGE):
        lines += [_row(opened, row, contents) for row in rows]
        since = rows[-1]["seq"]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
