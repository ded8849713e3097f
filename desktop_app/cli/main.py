"""The console script `jiceng`: builds the commands in the person's language and runs one.

Files that register commands do without postponed annotations: the help texts in `Annotated` are local to
`register`.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli import (
    audit,
    backup,
    bench,
    demo,
    doctor,
    draft,
    evaluate,
    ground,
    models,
    read,
    record,
    users,
)
from desktop_app.cli.session import Session
from desktop_app.core.messages import LANGUAGES, Catalogue

Register = Callable[[typer.Typer, Catalogue], None]

# these may stand before or after the command's name; each takes one value
SHARED_OPTIONS = ("--data-dir", "--lang", "--user", "--passphrase-file", "--recovery-file")


def hoist(arguments: Sequence[str]) -> list[str]:
    """Move the options that every command shares in front of the command's name."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in SHARED_OPTIONS:
            value = next(waiting, None)
            front += [argument] if value is None else [argument, value]
        elif argument.split("=", 1)[0] in SHARED_OPTIONS:
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


def language_of(arguments: Sequence[str]) -> str:
    """Return the language that the arguments or the environment ask for; Chinese first."""
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    asked = os.environ.get("JICENG_LANG", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


def build(language: str) -> typer.Typer:
    """Return the command tree with its help in a language."""
    messages = Catalogue(language)
    app = typer.Typer(
        name="jiceng",
        help=messages.text("help.jiceng"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def shared(
        context: typer.Context,
        data_dir: Annotated[Path | None, typer.Option(help=messages.text("help.option.data_dir"))] = None,
        lang: Annotated[str, typer.Option(help=messages.text("help.option.lang"))] = language,
        user: Annotated[str | None, typer.Option(help=messages.text("help.option.user"))] = None,
        passphrase_file: Annotated[
            Path | None, typer.Option(help=messages.text("help.option.passphrase_file"))
        ] = None,
        recovery_file: Annotated[
            Path | None, typer.Option(help=messages.text("help.option.recovery_file"))
        ] = None,
    ) -> None:
        context.obj = Session(
            language=lang,
            data_dir=data_dir,
            user=user,
            passphrase_file=passphrase_file,
            recovery_file=recovery_file,
        )

    for register in _groups():
        register(app, messages)
    return app


def _groups() -> list[Register]:
    return [
        demo.register,
        draft.register,
        ground.register,
        read.register,
        record.register,
        audit.register,
        backup.register,
        users.register,
        doctor.register,
        models.register,
        evaluate.register,
        bench.register,
    ]


def run() -> None:
    """Run the command that the process was started with."""
    arguments = hoist(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    build(language_of(arguments))(args=arguments)
