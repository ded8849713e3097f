"""Opening the store for one command: its passphrase, its recovery code, and who acts (cli.md)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.accounts.devices import SystemKeyring
from desktop_app.accounts.keyfile import KeyFile
from desktop_app.accounts.keyslots import DEVICE
from desktop_app.accounts.people import Account, Accounts
from desktop_app.cli.session import Session
from desktop_app.core import paths
from desktop_app.core.errors import InputError, PolicyError, StoreError
from desktop_app.store.audit_rows import Actor
from desktop_app.store.faults import edge
from desktop_app.store.files import sync_file
from desktop_app.store.store import Store

PASSPHRASE = "JICENG_PASSPHRASE"  # noqa: S105  a variable's name
PIN = "JICENG_PIN"
NEW_PIN = "JICENG_NEW_PIN"
NEW_PASSPHRASE = "JICENG_NEW_PASSPHRASE"  # noqa: S105  a variable's name
RECOVERY_CODE = "JICENG_RECOVERY_CODE"
STORE_FOLDER = "store"  # inside the data folder, so that a restore leaves a clinic's tables and models alone


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened store and who acts on it; `account` is None for the machine."""

    store: Store
    keys: KeyFile
    actor: Actor
    account: Account | None

    @property
    def accounts(self) -> Accounts:
        """The people of the store."""
        return Accounts(self.store)


def store_folder(session: Session) -> Path:
    """Return where the store of a command's data folder lives."""
    return (session.data_dir or paths.user_data()) / STORE_FOLDER


@contextmanager
def open_store(session: Session) -> Iterator[Opened]:
    """Open the store with `JICENG_PASSPHRASE`, `--passphrase-file` or the OS keyring; make it if it's new.

    Raises:
        PolicyError: no passphrase was given (`account.passphrase_needed`), a new store's recovery code could
            reach nobody (`account.recovery_needed`), or `--user` without a right `JICENG_PIN`.
        StoreError: a wrong passphrase (`account.passphrase`), or what `Store.open` says.
        InputError: the passphrase's file can't be read.
    """
    folder = store_folder(session)
    key = _existing_key(session, folder) if KeyFile.exists(folder) else _create(session, folder)
    with Store.open(folder, key) as store:
        account = _acting(session, store)
        actor = account.actor if account else Actor.machine()
        yield Opened(store, KeyFile.load(folder), actor, account)


def passphrase(session: Session) -> str | None:
    """Return the passphrase that was given, if one was."""
    return secret(PASSPHRASE, session.passphrase_file)


def secret(variable: str, file: Path | None = None) -> str | None:
    """Return a secret from a file's first line, or from the environment.

    Raises:
        InputError: the file can't be read (`account.secret_file`) or is empty (`account.secret_empty`).
    """
    if file is None:
        return os.environ.get(variable) or None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("account.secret_file", file=file.name) from error
    if not lines or not lines[0]:
        raise InputError("account.secret_empty", file=file.name)
    return lines[0]


def unlock(session: Session, folder: Path) -> bytes:
    """Return the data key of a folder with a key file; also for an unpacked backup."""
    return _existing_key(session, folder)


def _existing_key(session: Session, folder: Path) -> bytes:
    keys, user, given = KeyFile.load(folder), session.user or "", passphrase(session)
    if given is not None:
        return keys.unlock(given, user)
    if keys.has(DEVICE, user):
        return keys.unlock_device(os.environ.get(PIN, ""), user, SystemKeyring())
    raise PolicyError("account.passphrase_needed")


def _create(session: Session, folder: Path) -> bytes:
    with edge():
        if folder.exists() and any(folder.iterdir()):
            raise StoreError("account.no_key_file")
    given = passphrase(session)
    if given is None:
        raise PolicyError("account.passphrase_needed")
    if session.user is not None:
        raise PolicyError("account.no_store", name=session.user)  # nobody can act in a store that isn't there
    require_way_out(session)
    new = KeyFile.create(folder, given)
    hand_over(session, new.recovery_code)
    try:
        new.file.save()
    except BaseException:
        if session.recovery_file is not None:
            session.recovery_file.unlink(missing_ok=True)  # the code of a store that was never made
        raise
    return new.data_key


def require_way_out(session: Session) -> None:
    """Go on only if a recovery code can reach a person: a terminal, or a file that isn't there yet.

    Raises:
        PolicyError: it could not (`account.recovery_needed`).
        InputError: the file exists (`account.recovery_exists`).
    """
    if session.recovery_file is not None:
        if session.recovery_file.exists():
            raise InputError("account.recovery_exists", file=session.recovery_file.name)
    elif not sys.stderr.isatty():
        raise PolicyError("account.recovery_needed")


def hand_over(session: Session, code: str) -> None:
    """Give a recovery code to a person: to the file that was asked for, or to the terminal, never to a log.

    Raises:
        StoreError: the file can't be written.
    """
    if session.recovery_file is None:
        session.remark("recovery.shown", code=code)
        return
    with edge():
        session.recovery_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(session.recovery_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(code + "\n")
        sync_file(session.recovery_file)


def _acting(session: Session, store: Store) -> Account | None:
    if session.user is None:
        return None
    pin = os.environ.get(PIN)
    if not pin:
        raise PolicyError("policy.pin_missing")
    return Accounts(store).authenticate(session.user, pin)
