"""`jiceng models list|pull|import|verify|remove`."""

# annotations are evaluated at once here: their help texts are local to `register`

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app.cli.session import EXIT_FAULT, Session, session_of
from desktop_app.core import paths
from desktop_app.core.errors import EngineError, InputError
from desktop_app.core.messages import Catalogue
from desktop_app.engines import catalogue
from desktop_app.engines.catalogue import Offer
from desktop_app.engines.download import pull
from desktop_app.engines.library import Installed, ModelLibrary


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the group to the command tree."""
    group = typer.Typer(name="models", help=messages.text("help.models.group"), no_args_is_help=True)
    _register_list(group, messages)
    _register_import(group, messages)
    _register_pull(group, messages)
    _register_verify(group, messages)
    _register_remove(group, messages)
    app.add_typer(group)


def open_library(session: Session, offers: tuple[Offer, ...]) -> ModelLibrary:
    """Return the library of the data folder that the command was given."""
    folder = (session.data_dir or paths.user_data()) / "models"
    return ModelLibrary(folder, offers, shipped=paths.models() / "shipped")


def shown(model: Installed) -> dict[str, Any]:
    """Return what `--json` says of an installed model."""
    return {
        "id": model.id,
        "kind": model.kind,
        "engine": model.engine,
        "installed": True,
        "sample": model.sample,
        "size": model.size,
        "sha256": model.sha256,
        "licence": model.licence,
        "source": model.source,
    }


def _offered(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "kind": offer.kind,
        "engine": offer.engine,
        "installed": False,
        "title": offer.title,
        "size": offer.size,
        "memory_mb": offer.memory_mb,
        "licence": offer.licence,
        "source": f"{offer.repo}@{offer.revision}" if offer.revision else offer.repo,
        "pinned": offer.pinned,
    }


def _line(session: Session, row: dict[str, Any]) -> str:
    state = "models.installed" if row["installed"] else "models.offered"
    if not row["installed"] and not row["pinned"]:
        state = "models.unpinned"
    size = f"{row['size'] / 1e6:.0f} MB"
    return f"{row['id']:32} {row['kind']:9} {size:>8}  {session.messages.text(state)}  {row['licence']}"


class _Percent:
    """Progress on standard error, a line for each tenth."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._said = 0

    def __call__(self, share: float) -> None:
        tenth = int(share * 10)
        if tenth > self._said and sys.stderr.isatty():
            self._said = tenth
            self._session.remark("models.progress", percent=tenth * 10)


def _done(session: Session, json_: bool, key: str, model: Installed) -> None:
    if json_:
        session.print_json(shown(model))
    else:
        session.print_text(session.messages.text(key, name=model.id))


def _register_list(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("list", help=messages.text("help.models.list"))
    def list_(
        context: typer.Context,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.models.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            offers = catalogue.load()
            rows = [shown(item) for item in open_library(session, offers).installed()]
            have = {row["id"] for row in rows}
            rows += [_offered(item) for item in offers if item.id not in have]
            if json_:
                session.print_json({"models": rows})
            else:
                session.print_text("\n".join(_line(session, row) for row in rows))


def _register_import(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("import", help=messages.text("help.models.import"))
    def import_(
        context: typer.Context,
        source: Annotated[Path, typer.Argument(help=messages.text("help.models.source"))],
        name: Annotated[str | None, typer.Option("--id", help=messages.text("help.models.id"))] = None,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.models.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            library = open_library(session, catalogue.load())
            model = library.import_from(source, name, progress=_Percent(session))
            _done(session, json_, "models.imported", model)


def _register_pull(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("pull", help=messages.text("help.models.pull"))
    def pull_(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help=messages.text("help.models.name"))],
        endpoint: Annotated[str | None, typer.Option(help=messages.text("help.models.endpoint"))] = None,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.models.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            offers = catalogue.load()
            offer = next((item for item in offers if item.id == name), None)
            if offer is None:
                raise InputError("model.not_offered", name=name[:64])
            library = open_library(session, offers)
            model = pull(offer, library, endpoint=endpoint, progress=_Percent(session))
            _done(session, json_, "models.imported", model)


def _register_verify(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("verify", help=messages.text("help.models.verify"))
    def verify(
        context: typer.Context,
        name: Annotated[str | None, typer.Argument(help=messages.text("help.models.which"))] = None,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.models.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            library = open_library(session, catalogue.load())
            names = [name] if name else [item.id for item in library.installed()]
            results = {item: library.verify(item) for item in names}
            if json_:
                rows = [{"id": key, "ok": not wrong, "wrong": list(wrong)} for key, wrong in results.items()]
                session.print_json({"ok": not any(results.values()), "models": rows})
                if any(results.values()):
                    raise typer.Exit(EXIT_FAULT)
                return
            for key, wrong in results.items():
                if wrong:
                    raise EngineError("model.changed", name=key, files=", ".join(wrong))
                session.print_text(session.messages.text("models.verified", name=key))


def _register_remove(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("remove", help=messages.text("help.models.remove"))
    def remove(
        context: typer.Context,
        name: Annotated[str, typer.Argument(help=messages.text("help.models.name"))],
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.models.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            open_library(session, ()).remove(name)
            if json_:
                session.print_json({"removed": name})
            else:
                session.print_text(session.messages.text("models.removed", name=name))
