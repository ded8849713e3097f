"""What the children of the fault tests do: write visits, and say over a pipe what has been committed."""

import dataclasses
import random
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from desktop_app.accounts.derivation import Cost
from desktop_app.accounts.people import Account, Accounts
from desktop_app.accounts.roles import Role
from desktop_app.accounts.signing import sign_visit
from desktop_app.core.clock import new_id
from desktop_app.core.errors import StoreError
from desktop_app.core.records.drafts import Draft, DraftField, EngineUse, FieldKey, Review, Statement
from desktop_app.core.records.people import Patient, VisitKind
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.store import Store

CHEAP = Cost(time=1, memory=8, lanes=1)
PIN = "2468"
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
ACTOR = Actor("li", "doctor")

Acknowledge = Callable[[str, Visit], None]  # what was committed: stage, saved or signed


def record(rng: random.Random) -> Visit:
    text = "".join(rng.choice("咳嗽发热头痛腹泻三天不伴") for _ in range(rng.randrange(5, 4000)))
    statement = Statement(id=new_id(), text=text)
    field = DraftField(key=FieldKey.PRESENT_ILLNESS, text=text, statements=(statement,))
    return Visit(
        id=new_id(),
        version=1,
        state=VisitState.REVIEWED,
        patient=Patient(id=new_id(), name=rng.choice(["张晓兰", "曾小明", "王芳"]), number=str(rng.random())),
        kind=VisitKind.FIRST,
        started=START,
        draft=Draft(scenario="clinic", engine=EngineUse(writer="rules"), fields=(field,)),
        review=Review(reviewer="li", role="doctor", at=START),
    )


def doctor(store: Store) -> Account:
    accounts = Accounts(store, cost=CHEAP)
    with store.writing():  # two processes may come here at once
        if not accounts.everyone():
            accounts.add(Actor.machine(), "li", Role.DOCTOR, PIN)
    return accounts.get("li")


def write_one(store: Store, signer: Account, rng: random.Random, acknowledge: Acknowledge) -> None:
    """Take one visit from its draft to its signature, acknowledging each commit."""
    visit = record(rng)
    drafted = dataclasses.replace(visit, state=VisitState.DRAFTED, review=None)
    store.save_stage(drafted, payload=AuditPayload(input=["说的话"], output=drafted.draft, engine="rules"))
    acknowledge("stage", drafted)
    store.save_visit(visit, ACTOR, "visit.review")
    acknowledge("saved", visit)
    acknowledge("signed", sign_visit(store, visit, signer, PIN))


def endless(folder: Path, key: bytes, seed: int, pipe: Connection) -> None:
    """Write until killed."""
    rng = random.Random(seed)
    with Store.open(folder, key) as store:
        signer = doctor(store)
        while True:
            write_one(store, signer, rng, lambda what, visit: pipe.send((what, visit)))


def some(folder: Path, key: bytes, seed: int, pipe: Connection, count: int) -> None:
    """Write so many visits, then say that all is well."""
    rng = random.Random(seed)
    with Store.open(folder, key) as store:
        signer = doctor(store)
        for _ in range(count):
            write_one(store, signer, rng, lambda what, visit: pipe.send((what, visit)))
    pipe.send(("done", None))


def failing_disk(folder: Path, key: bytes, seed: int, pipe: Connection, points: int) -> None:
    """Let the operating system refuse writes beyond seeded sizes; write before, during and after."""
    rng = random.Random(seed)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    store = Store.open(folder, key)
    signer = doctor(store)
    for point in range(points):
        largest = max(path.stat().st_size for path in folder.iterdir())
        limit = rng.randrange(largest // 2, largest + 40_000)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            while True:
                write_one(store, signer, rng, lambda what, visit: pipe.send((what, visit)))
        except StoreError as error:
            pipe.send(("refused", error.code))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        if point % 5 == 0:  # the others go on with the connection that has seen the fault
            store.close()
            store = Store.open(folder, key)
        write_one(store, signer, rng, lambda what, visit: pipe.send((what, visit)))
    store.close()
    pipe.send(("done", None))
    sys.stdout.flush()
