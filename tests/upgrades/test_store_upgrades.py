"""Stores that older programs made, kept as they were, open today with everything in them.

`store_0001` was made by migration `0001_foundation` alone; the key of all of them is the bytes 0 to 31.
"""

import shutil
from pathlib import Path

import pytest

from desktop_app.accounts.derivation import Cost
from desktop_app.accounts.people import Accounts
from desktop_app.accounts.roles import Role
from desktop_app.accounts.signing import sign_visit
from desktop_app.store.audit_rows import Actor
from desktop_app.store.migrations import MIGRATIONS, applied
from desktop_app.store.store import Store

KEY = bytes(range(32))
HERE = Path(__file__).parent
KEPT = sorted(path.name for path in HERE.glob("store_*"))


def test_an_old_store_is_kept():
    assert "store_0001" in KEPT


@pytest.fixture(params=KEPT)
def upgraded(request, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(HERE / request.param, folder)
    with Store.open(folder, KEY) as store:
        yield store


def test_every_migration_has_been_applied(upgraded):
    with upgraded.lane.reading() as database:
        assert applied(database) == [item.name for item in MIGRATIONS]
    assert upgraded.lane.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert upgraded.lane.rows("PRAGMA foreign_key_check") == []


def test_the_chain_holds_across_the_upgrade(upgraded):
    result = upgraded.audit.verify()
    assert (result.ok, result.rows, result.anchored) == (True, 2, 2)
    assert upgraded.audit.contents(1)["changes"][0]["decision"] == "keep"


def test_patients_are_found_in_the_index_that_did_not_exist_then(upgraded):
    assert [patient.name for patient in upgraded.patients.search("cxm")] == ["曾小明"]
    assert [patient.name for patient in upgraded.patients.search("1002")] == ["王芳"]


def test_records_come_back_and_go_on(upgraded):
    (summary,) = upgraded.visit_list.search("王芳")
    record = upgraded.visits.get(summary.id)
    assert record.draft.fields[0].text == "咳嗽、发热3天"
    doctor = Accounts(upgraded, cost=Cost(time=1, memory=8, lanes=1)).add(
        Actor.machine(), "li", Role.DOCTOR, "2468"
    )
    signed = sign_visit(upgraded, record, doctor, "2468")
    assert upgraded.visits.history(record.patient.id) == [signed]
    assert upgraded.outbox.count_waiting() == 3
    assert upgraded.audit.verify().ok
