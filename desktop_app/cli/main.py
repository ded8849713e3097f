"""The console script `jiceng`: builds the commands in the person's language and runs one.

Files that register commands do without postponed annotations: the help texts in `Annotated` are local to
`register`.
"""

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer._click import exceptions as faults  # the only place that names them; typer is pinned

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

_ONE_OF = re.compile(r"is not one of (?P<known>.+?)\.?$")
INTERRUPTED = 130  # what shells expect after Ctrl-C
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
    language = language_of(arguments)
    command = typer.main.get_command(build(language))
    try:
        sys.exit(command.main(args=arguments, prog_name="jiceng", standalone_mode=False))
    except faults.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except faults.UsageError as error:
        sys.stderr.write(usage_sentence(error, Catalogue(language)) + "\n")
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(INTERRUPTED)


def usage_sentence(error: faults.UsageError, messages: Catalogue) -> str:
    """Return what is wrong with the words of a command, and where to read how it is written."""
    name, why = "", error.format_message()
    if isinstance(error, faults.NoSuchOption):
        key, name = "usage.option", error.option_name
    elif isinstance(error, faults.MissingParameter):
        key, name = "usage.missing", _name_of(error)
    elif isinstance(error, faults.BadParameter):
        key, name, why = "usage.value", _name_of(error), _why(error, messages)
    else:
        key = "usage.other"
    command = error.ctx.command_path if error.ctx is not None else "jiceng"
    return f"{messages.text(key, name=name, why=why)} {messages.text('usage.next', command=command)}"


def _name_of(error: faults.BadParameter) -> str:
    """Return a parameter as its help names it: --age, INPUT...."""
    if error.param is None:
        return str(error.param_hint or "")
    if error.param.param_type_name == "argument":
        return str(getattr(error.param, "metavar", None) or error.param.name)
    return error.param.opts[0]


def _why(error: faults.BadParameter, messages: Catalogue) -> str:
    """Return what a value should be, in the person's language where it is one of a few."""
    listed = _ONE_OF.search(error.message)
    if listed is not None:
        return messages.text("usage.choices", known=listed["known"].replace("'", "").replace(",", ""))
    return error.message.removeprefix("Value error, ")
