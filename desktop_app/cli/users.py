"""`jiceng users add|list|remove|pin|role|device`."""

# annotations are evaluated at once here: their help texts are local to `register`

import sys
from typing import Annotated, Any

import typer

from desktop_app.accounts.devices import SystemKeyring
from desktop_app.accounts.people import Account
from desktop_app.accounts.roles import Role
from desktop_app.cli.opening import NEW_PASSPHRASE, NEW_PIN, PIN, Opened, open_store, secret
from desktop_app.cli.session import Session, session_of
from desktop_app.core.errors import InputError, PolicyError
from desktop_app.core.messages import Catalogue


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the group to the command tree."""
    group = typer.Typer(name="users", help=messages.text("help.users.group"), no_args_is_help=True)
    _register_list(group, messages)
    _register_changes(group, messages)
    _register_pin(group, messages)
    app.add_typer(group)


def _shown(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "display": account.display,
        "role": account.role.value,
        "registration": account.registration,
        "active": account.active,
        "public_key": account.public_key or None,
        "created_at": account.created_at.isoformat(),
    }


def _print(session: Session, json_: bool, account: Account) -> None:
    if json_:
        session.print_json(_shown(account))
    else:
        session.print_text(f"{account.name}  {account.role.value}  {account.display}")


def _role(text: str) -> Role:
    known = [item.value for item in Role if item is not Role.MACHINE]
    if text not in known:
        raise InputError("account.role", role=text[:20], known=", ".join(known))
    return Role(text)


def _ask(session: Session, variable: str, key: str) -> str:
    """Return a secret from the environment or, at a terminal, from a person."""
    found = secret(variable)
    if found is None and sys.stdin.isatty():
        found = str(
            typer.prompt(session.messages.text(key), hide_input=True, confirmation_prompt=True, err=True)
        )
    if not found:
        raise PolicyError("account.secret_missing", variable=variable)
    return found


def _register_list(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("list", help=messages.text("help.users.list"))
    def list_(
        context: typer.Context,
        everyone: Annotated[bool, typer.Option("--all", help=messages.text("help.users.all"))] = False,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            people = opened.accounts.everyone(inactive=everyone)
            if json_:
                session.print_json({"users": [_shown(item) for item in people]})
                return
            for item in people:
                _print(session, False, item)


def _register_changes(group: typer.Typer, messages: Catalogue) -> None:
    name_ = Annotated[str, typer.Argument(help=messages.text("help.users.name"))]
    as_json = Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))]

    @group.command("add", help=messages.text("help.users.add"))
    def add(
        context: typer.Context,
        name: name_,
        role: Annotated[str, typer.Option(help=messages.text("help.users.role_option"))],
        display: Annotated[str, typer.Option(help=messages.text("help.users.display"))] = "",
        registration: Annotated[str, typer.Option(help=messages.text("help.users.registration"))] = "",
        own_passphrase: Annotated[
            bool, typer.Option("--own-passphrase", help=messages.text("help.users.own_passphrase"))
        ] = False,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            wanted = _role(role)
            with open_store(session) as opened:
                pin = _ask(session, NEW_PIN, "users.ask_pin")
                phrase = _ask(session, NEW_PASSPHRASE, "users.ask_passphrase") if own_passphrase else None
                account = opened.accounts.add(
                    opened.actor, name, wanted, pin, display=display, registration=registration
                )
                if phrase is not None:
                    opened.keys.set_passphrase(opened.store.key, phrase, name)
                _print(session, json_, account)

    @group.command("remove", help=messages.text("help.users.remove"))
    def remove(context: typer.Context, name: name_, json_: as_json = False) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            opened.accounts.remove(opened.actor, name)
            opened.keys.remove_account(name)
            if json_:
                session.print_json({"removed": name})
            else:
                session.print_text(messages.text("users.removed", name=name))

    @group.command("role", help=messages.text("help.users.role"))
    def role_(
        context: typer.Context,
        name: name_,
        role: Annotated[str, typer.Argument(help=messages.text("help.users.role_option"))],
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            wanted = _role(role)
            with open_store(session) as opened:
                pin = secret(NEW_PIN) or ""
                _print(session, json_, opened.accounts.set_role(opened.actor, name, wanted, pin))


def _register_pin(group: typer.Typer, messages: Catalogue) -> None:
    as_json = Annotated[bool, typer.Option("--json", help=messages.text("help.audit.json"))]

    @group.command("pin", help=messages.text("help.users.pin"))
    def pin(
        context: typer.Context,
        name: Annotated[str | None, typer.Argument(help=messages.text("help.users.name"))] = None,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            fresh = _ask(session, NEW_PIN, "users.ask_pin")
            _print(session, json_, _change_pin(opened, name, fresh))

    @group.command("device", help=messages.text("help.users.device"))
    def device(context: typer.Context, json_: as_json = False) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            if opened.account is None:
                raise PolicyError("policy.pin_missing")
            opened.keys.set_device(opened.store.key, secret(PIN) or "", opened.account.name, SystemKeyring())
            opened.store.audit.append(opened.actor, "keys.device", opened.account.name)
            _print(session, json_, opened.account)


def _change_pin(opened: Opened, name: str | None, fresh: str) -> Account:
    """Change one's own PIN, keeping the signing key; or give another person a new one."""
    own = opened.account.name if opened.account else None
    if name is None and own is None:
        raise PolicyError("policy.pin_missing")
    if name is None or name == own:
        opened.accounts.change_pin(str(own), secret(PIN) or "", fresh)
        return opened.accounts.get(str(own))
    return opened.accounts.reset_pin(opened.actor, name, fresh)
