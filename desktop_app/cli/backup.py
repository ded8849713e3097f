"""`jiceng backup|restore|recovery-code`."""

# annotations are evaluated at once here: their help texts are local to `register`

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app.accounts.keyfile import KeyFile
from desktop_app.accounts.roles import Right, require
from desktop_app.cli.opening import (
    RECOVERY_CODE,
    Opened,
    hand_over,
    open_store,
    passphrase,
    require_way_out,
    secret,
    store_folder,
    unlock,
)
from desktop_app.cli.session import Session, session_of
from desktop_app.core.errors import InputError, PolicyError
from desktop_app.core.messages import Catalogue
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.backup import BackupReport, backup
from desktop_app.store.restore import rehearse, restore
from desktop_app.store.store import Store


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the commands to the command tree."""
    _register_backup(app, messages)
    _register_restore(app, messages)
    _register_recovery(app, messages)


def _report(report: BackupReport) -> dict[str, Any]:
    return {
        "file": str(report.file),
        "made_at": report.made_at,
        "bytes": report.bytes,
        "counts": report.counts,
        "head": report.head or None,
        "verified": True,
    }


def _register_backup(app: typer.Typer, messages: Catalogue) -> None:
    @app.command("backup", help=messages.text("help.backup.backup"))
    def backup_(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(help=messages.text("help.backup.file"))],
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            require(opened.actor.role, Right.BACKUP)
            report = backup(opened.store, file)
            note = AuditPayload(note={"head": report.head})
            opened.store.audit.append(opened.actor, "backup", opened.store.id, payload=note)
            if json_:
                session.print_json(_report(report))
            else:
                session.print_text(messages.text("backup.made", **_report(report)))


def _register_restore(app: typer.Typer, messages: Catalogue) -> None:
    @app.command("restore", help=messages.text("help.backup.restore"))
    def restore_(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(help=messages.text("help.backup.file"))],
        rehearse_: Annotated[
            bool, typer.Option("--rehearse", help=messages.text("help.backup.rehearse"))
        ] = False,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            if rehearse_:
                data = {**_report(rehearse(file, lambda folder: unlock(session, folder))), "rehearsed": True}
                text = messages.text("backup.rehearsed", **data)
            else:
                done = restore(file, store_folder(session), lambda folder: unlock(session, folder))
                kept = str(done.kept) if done.kept else None
                data = {**_report(done.backup), "folder": str(done.folder), "kept": kept, "rehearsed": False}
                text = messages.text("backup.restored", **data)
            if json_:
                session.print_json(data)
            else:
                session.print_text(text)


def _register_recovery(app: typer.Typer, messages: Catalogue) -> None:
    group = typer.Typer(
        name="recovery-code", help=messages.text("help.recovery.group"), invoke_without_command=True
    )
    as_json = Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))]

    @group.callback()
    def new(context: typer.Context, json_: as_json = False) -> None:
        if context.invoked_subcommand is not None:
            return
        session = session_of(context)
        with session.errors():
            require_way_out(session)
            with open_store(session) as opened:
                opened.accounts.require_manager(opened.actor)
                _new_code(session, opened)
            _print(session, messages, json_, "recovery.made")

    @group.command("use", help=messages.text("help.recovery.use"))
    def use(
        context: typer.Context,
        code_file: Annotated[Path | None, typer.Option(help=messages.text("help.recovery.code_file"))] = None,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            _use_code(session, messages, code_file)
            _print(session, messages, json_, "recovery.used")

    @group.command("escrow", help=messages.text("help.recovery.escrow"))
    def escrow(
        context: typer.Context,
        public_key: Annotated[str, typer.Argument(help=messages.text("help.recovery.public_key"))],
        label: Annotated[str, typer.Option(help=messages.text("help.recovery.label"))],
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            try:
                holder = bytes.fromhex(public_key)
            except ValueError as error:
                raise InputError("account.escrow_key") from error
            with open_store(session) as opened:
                opened.accounts.require_manager(opened.actor)
                opened.keys.set_escrow(opened.store.key, holder, label)
                note = AuditPayload(note={"label": label, "public_key": public_key})
                opened.store.audit.append(opened.actor, "keys.escrow", payload=note)
            _print(session, messages, json_, "recovery.escrowed")

    app.add_typer(group)


def _new_code(session: Session, opened: Opened) -> None:
    opened.keys.new_recovery_code(opened.store.key, lambda code: hand_over(session, code))
    opened.store.audit.append(opened.actor, "keys.recovery_code")


def _use_code(session: Session, messages: Catalogue, code_file: Path | None) -> None:
    code = secret(RECOVERY_CODE, code_file)
    if code is None and sys.stdin.isatty():
        code = typer.prompt(messages.text("recovery.ask"), hide_input=True, err=True)
    fresh = passphrase(session)
    if not code or fresh is None:
        raise PolicyError("account.code_and_passphrase")
    folder = store_folder(session)
    keys = KeyFile.load(folder)
    data_key = keys.unlock_recovery(code)
    with Store.open(folder, data_key) as store:
        keys.set_passphrase(data_key, fresh)
        store.audit.append(Actor.machine(), "keys.recovered")


def _print(session: Session, messages: Catalogue, json_: bool, key: str) -> None:
    if json_:
        session.print_json({"done": True})
    else:
        session.print_text(messages.text(key))
