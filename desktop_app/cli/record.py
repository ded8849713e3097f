"""`jiceng record list|show|add|resume|review|sign|countersign|export`: the outpatient records of a store."""

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_app import wiring
from desktop_app.accounts.people import Account
from desktop_app.accounts.roles import Right, require
from desktop_app.accounts.signing import countersign_visit, sign_visit
from desktop_app.cli.decisions import changes_of, read_decisions
from desktop_app.cli.draft import standard_input, warn_if_empty
from desktop_app.cli.opening import PIN, Opened, open_store, secret
from desktop_app.cli.rendering import draft_text
from desktop_app.cli.session import Session, session_of
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import new_id
from desktop_app.core.errors import InputError, PolicyError
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.codec import to_json
from desktop_app.core.records.contract import draft_json, sheet_json
from desktop_app.core.records.people import Age, Patient, Region, Sex, VisitKind
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.pipeline.capture import Captured, capture
from desktop_app.pipeline.handover import hand_over
from desktop_app.pipeline.review import review
from desktop_app.pipeline.run import Parts, VisitRun, new_visit, run_visit
from desktop_app.pipeline.saving import newest, save_review, to_resume, to_review
from desktop_app.store.audit_rows import AuditPayload
from desktop_app.store.store import Store
from desktop_app.wiring import WriterChoice


class Paper(StrEnum):
    """Sizes that prints come in."""

    A5 = "A5"
    A4 = "A4"


def register(app: typer.Typer, messages: Catalogue) -> None:
    """Add the group to the command tree."""
    group = typer.Typer(name="record", help=messages.text("help.record.group"), no_args_is_help=True)
    _register_reading(group, messages)
    _register_add(group, messages)
    _register_resume(group, messages)
    _register_review(group, messages)
    _register_signing(group, messages)
    _register_export(group, messages)
    app.add_typer(group)


def _register_reading(group: typer.Typer, messages: Catalogue) -> None:
    as_json = Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))]

    @group.command("list", help=messages.text("help.record.list"))
    def list_(
        context: typer.Context,
        text: Annotated[str, typer.Argument(help=messages.text("help.record.text"))] = "",
        state: Annotated[VisitState | None, typer.Option(help=messages.text("help.record.state"))] = None,
        limit: Annotated[int, typer.Option(min=1, help=messages.text("help.record.limit"))] = 50,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            require(opened.actor.role, Right.READ)
            found = opened.store.visit_list.search(text, state=state, limit=limit)
            if json_:
                session.print_json({"visits": [to_json(item) for item in found]})
                return
            for item in found:
                when = f"{item.started.astimezone():%Y-%m-%d %H:%M}"
                line = f"{item.id}  {when}  {item.state.value:<8} v{item.version}  {item.patient_name}"
                session.print_text(f"{line} {item.number}".rstrip())

    @group.command("show", help=messages.text("help.record.show"))
    def show(
        context: typer.Context,
        visit_id: Annotated[str, typer.Argument(metavar="ID", help=messages.text("help.record.id"))],
        version: Annotated[int | None, typer.Option(help=messages.text("help.record.version"))] = None,
        json_: as_json = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            require(opened.actor.role, Right.READ)
            _print(session, _version(opened.store, visit_id, version), json_=json_)


def _register_add(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("add", help=messages.text("help.record.add"))
    def add(
        context: typer.Context,
        inputs: Annotated[
            list[str], typer.Argument(metavar="INPUT...", help=messages.text("help.draft.inputs"))
        ],
        name: Annotated[str, typer.Option(help=messages.text("help.record.name"))] = "",
        number: Annotated[str, typer.Option(help=messages.text("help.record.number"))] = "",
        sex: Annotated[Sex, typer.Option(help=messages.text("help.draft.sex"))] = Sex.UNKNOWN,
        age: Annotated[str | None, typer.Option(help=messages.text("help.draft.age"))] = None,
        visit: Annotated[VisitKind, typer.Option(help=messages.text("help.draft.visit"))] = VisitKind.FIRST,
        region: Annotated[Region | None, typer.Option(help=messages.text("help.draft.region"))] = None,
        writer: Annotated[
            WriterChoice, typer.Option(help=messages.text("help.draft.writer"))
        ] = WriterChoice.AUTO,
        organization: Annotated[str, typer.Option(help=messages.text("help.record.organization"))] = "",
        department: Annotated[str, typer.Option(help=messages.text("help.record.department"))] = "",
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            read_age = Age.parse(age) if age else None
            captured = capture(inputs, standard_input)
            with open_store(session) as opened, wiring.engines(session.data_dir) as lent:
                require(opened.actor.role, Right.IMPORT)
                known = opened.store.patients.by_number(number) if number else None
                patient = Patient(
                    id=known.id if known else new_id(), name=name, sex=sex, age=read_age, number=number
                )
                parts = wiring.clinic_parts(lent, writer)
                begun = new_visit(
                    parts.clock, patient, visit, organization=organization, department=department
                )
                result = _drafted(opened, begun, captured, parts, region)
            warn_if_empty(session, result)
            _print(session, result.visit, json_=json_)


def _register_resume(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("resume", help=messages.text("help.record.resume"))
    def resume(
        context: typer.Context,
        visit_id: Annotated[str, typer.Argument(metavar="ID", help=messages.text("help.record.id"))],
        inputs: Annotated[
            list[str] | None, typer.Argument(metavar="[INPUT]...", help=messages.text("help.record.missing"))
        ] = None,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            captured = capture(inputs, standard_input) if inputs else Captured()
            with open_store(session) as opened, wiring.engines(session.data_dir) as lent:
                require(opened.actor.role, Right.IMPORT)
                left = to_resume(opened.store, visit_id)
                if left.transcript is None and not inputs:
                    raise InputError("input.none")
                result = _drafted(opened, left, captured, wiring.clinic_parts(lent))
            _print(session, result.visit, json_=json_)


def _register_review(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("review", help=messages.text("help.record.review"))
    def review_(
        context: typer.Context,
        visit_id: Annotated[str, typer.Argument(metavar="ID", help=messages.text("help.record.id"))],
        keep: Annotated[list[str] | None, typer.Option(help=messages.text("help.record.keep"))] = None,
        drop: Annotated[list[str] | None, typer.Option(help=messages.text("help.record.drop"))] = None,
        edit: Annotated[list[str] | None, typer.Option(help=messages.text("help.record.edit"))] = None,
        new: Annotated[list[str] | None, typer.Option("--add", help=messages.text("help.record.new"))] = None,
        decisions: Annotated[Path | None, typer.Option(help=messages.text("help.record.decisions"))] = None,
        correct: Annotated[
            bool, typer.Option("--correct", help=messages.text("help.record.correct"))
        ] = False,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors():
            given = read_decisions(decisions) if decisions else ()
            with open_store(session) as opened:
                person = _person(opened)
                require(person.role, Right.REVIEW)
                visit = to_review(opened.store, visit_id, correct=correct)
                assert visit.draft is not None
                changes = (*given, *changes_of(visit.draft, keep or (), drop or (), edit or (), new or ()))
                draft, checked = review(
                    visit.draft,
                    changes,
                    reviewer=person.name,
                    role=person.role.value,
                    at=opened.store.clock.now(),
                    join=wiring.join_statements,
                )
                saved = save_review(opened.store, visit, draft, checked, person)
            _print(session, saved, json_=json_)


def _register_signing(group: typer.Typer, messages: Catalogue) -> None:
    as_json = Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))]
    id_ = Annotated[str, typer.Argument(metavar="ID", help=messages.text("help.record.id"))]

    @group.command("sign", help=messages.text("help.record.sign"))
    def sign(context: typer.Context, visit_id: id_, json_: as_json = False) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            person = _person(opened)
            visit = newest(opened.store, visit_id)
            _signed(session, opened, sign_visit(opened.store, visit, person, secret(PIN) or ""), json_)

    @group.command("countersign", help=messages.text("help.record.countersign"))
    def countersign(context: typer.Context, visit_id: id_, json_: as_json = False) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            person = _person(opened)
            visit = newest(opened.store, visit_id)
            _signed(session, opened, countersign_visit(opened.store, visit, person, secret(PIN) or ""), json_)


def _register_export(group: typer.Typer, messages: Catalogue) -> None:
    @group.command("export", help=messages.text("help.record.export"))
    def export(
        context: typer.Context,
        visit_id: Annotated[str, typer.Argument(metavar="ID", help=messages.text("help.record.id"))],
        kind: Annotated[str, typer.Option("--format", help=messages.text("help.record.format"))],
        output: Annotated[Path, typer.Option(help=messages.text("help.record.output"))] = Path(),
        version: Annotated[int | None, typer.Option(help=messages.text("help.record.version"))] = None,
        paper: Annotated[Paper, typer.Option(help=messages.text("help.record.paper"))] = Paper.A5,
        json_: Annotated[bool, typer.Option("--json", help=messages.text("help.option.json"))] = False,
    ) -> None:
        session = session_of(context)
        with session.errors(), open_store(session) as opened:
            require(opened.actor.role, Right.READ)
            visit = _version(opened.store, visit_id, version)
            head = opened.store.audit.head()
            path = hand_over(
                visit,
                output,
                kind,
                wiring.render,
                audit_head=head.short if head else None,
                paper=paper.value,
            )
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            note = AuditPayload(note={"format": kind, "sha256": digest})
            opened.store.audit.append(opened.actor, "visit.export", visit.id, visit.version, note)
            report = {
                "id": visit.id,
                "version": visit.version,
                "format": kind,
                "file": str(path),
                "sha256": digest,
            }
            if json_:
                session.print_json(report)
            else:
                session.print_text(str(path))


def _drafted(
    opened: Opened, visit: Visit, captured: Captured, parts: Parts, region: Region | None = None
) -> VisitRun:
    """Walk a visit to its draft, with what the store knows of the patient."""
    earlier = opened.store.visits.history(visit.patient.id)
    return run_visit(
        visit,
        captured,
        parts,
        opened.store,
        cancel=CancelToken(),
        actor=opened.actor,
        region=region,
        history=tuple(item.draft for item in earlier if item.draft),
    )


def _person(opened: Opened) -> Account:
    """Return who acts.

    Raises:
        PolicyError: nobody does (`record.no_person`).
    """
    if opened.account is None:
        raise PolicyError("record.no_person")
    return opened.account


def _version(store: Store, visit_id: str, version: int | None) -> Visit:
    if version is None:
        return newest(store, visit_id)
    visit = store.visits.get(visit_id, version)
    if visit is None:
        raise InputError("record.unknown", id=f"{visit_id[:40]} v{version}")
    return visit


def _signed(session: Session, opened: Opened, visit: Visit, json_: bool) -> None:
    head = opened.store.audit.head()
    if json_:
        session.print_json(_json(visit) | {"head": head.short if head else None})
        return
    session.print_text(
        session.messages.text(
            "record.signed" if visit.state is VisitState.SIGNED else "record.signed_trainee",
            id=visit.id,
            version=visit.version,
            head=head.short if head else "",
        )
    )


def _json(visit: Visit) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": visit.id,
        "version": visit.version,
        "state": visit.state.value,
        "corrects": visit.corrects,
        "started": visit.started.isoformat(),
        "organization": visit.organization,
        "department": visit.department,
        "kind": visit.kind.value,
        "patient": to_json(visit.patient),
        "transcript": to_json(visit.transcript),
        "sheets": [sheet_json(sheet) for sheet in visit.sheets],
        "review": to_json(visit.review),
        "signature": to_json(visit.signature),
    }
    return data | (draft_json(visit.draft) if visit.draft else {"fields": {}, "alerts": [], "unresolved": 0})


def _print(session: Session, visit: Visit, *, json_: bool) -> None:
    if json_:
        session.print_json(_json(visit))
        return
    patient = visit.patient
    header = [
        visit.id,
        f"v{visit.version}",
        visit.state.value,
        f"{visit.started.astimezone():%Y-%m-%d %H:%M}",
    ]
    header += [item for item in (patient.name, str(patient.age or ""), patient.number) if item]
    session.print_text("  ".join(header))
    if visit.draft:
        signed = visit.state is VisitState.SIGNED
        session.print_text(draft_text(visit.draft, session.messages, ids=True, signed=signed))
