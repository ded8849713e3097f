"""What every command shares: options, output, and errors as one sentence with a next step."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from desktop_app.core.errors import AppError, Cancelled, PolicyError
from desktop_app.core.messages import Catalogue

EXIT_FAULT = 1
EXIT_POLICY = 3


class Session:
    """One command's run: its data folder, its language, its output.

    Args:
        language: of messages, `zh` or `en`.
        data_dir: the data folder that was asked for, if any.
        user: the account that acts; without it the role is `machine`.
        passphrase_file: where the store's passphrase is, instead of `JICENG_PASSPHRASE`.
        recovery_file: where a new store's recovery code goes, instead of the terminal.
    """

    def __init__(
        self,
        *,
        language: str,
        data_dir: Path | None = None,
        user: str | None = None,
        passphrase_file: Path | None = None,
        recovery_file: Path | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.user = user
        self.passphrase_file = passphrase_file
        self.recovery_file = recovery_file
        self.messages = Catalogue(language)

    def print_json(self, data: Any) -> None:
        """Print the one JSON object of a command on standard output."""
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def print_text(self, text: str) -> None:
        """Print for a person on standard output."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def remark(self, key: str, **values: object) -> None:
        """Print a progress line or a warning on standard error."""
        sys.stderr.write(self.messages.text(key, **values) + "\n")
        sys.stderr.flush()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn an `AppError` into its sentence, next step and exit code."""
        try:
            yield
        except PolicyError as error:
            self._explain(error)
            raise typer.Exit(EXIT_POLICY) from None
        except AppError as error:
            self._explain(error)
            raise typer.Exit(EXIT_FAULT) from None
        except Cancelled:
            raise typer.Exit(EXIT_FAULT) from None

    def _explain(self, error: AppError) -> None:
        text, step = self.messages.error(error)
        sys.stderr.write(f"[{error.code}] {text} {step}\n")
        sys.stderr.flush()


def session_of(context: typer.Context) -> Session:
    """Return the session that the main callback made."""
    session = context.find_root().obj
    assert isinstance(session, Session)
    return session
