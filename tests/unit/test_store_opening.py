"""Opening: keys, damage, the future, the past, and who else has it open."""

import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from store_builder import StillClock, account, new_store, visit

from desktop_app.core.clock import SystemClock
from desktop_app.core.errors import StoreError
from desktop_app.store.audit_rows import Actor
from desktop_app.store.connection import assert_durable, connect
from desktop_app.store.keys import derive
from desktop_app.store.lock import FileLock
from desktop_app.store.migrations import MIGRATIONS, Migration, applied, migrate, pending
from desktop_app.store.store import DATABASE, IDENTITY, LOCK, Store
from desktop_app.store.swap import finish_swap, swap_in

DOCTOR = Actor("li", "doctor")


@pytest.fixture
def closed(tmp_path):
    """A store with thirty visits, closed."""
    folder = tmp_path / "store"
    store, key = new_store(folder)
    records = [visit() for _ in range(30)]
    for record in records:
        store.save_visit(record, DOCTOR, "visit.review")
    store.close()
    return folder, key, records


def read_all(folder, key, records):
    with Store.open(folder, key) as store:
        assert [store.visits.get(record.id) for record in records] == records
        assert store.lane.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert store.audit.verify().ok


def test_the_promises_are_read_back(tmp_path):
    store, _ = new_store(tmp_path / "store")
    with store:
        for name, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert list(store.lane.row(f"PRAGMA {name}").values()) == [value]
        for spoil in ("PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = OFF"):
            with store.lane.reading() as database:
                database.execute(spoil)
                with pytest.raises(StoreError, match=r"store\.not_durable"):
                    assert_durable(database)
                database.execute("PRAGMA synchronous = FULL")


def test_without_the_key_the_files_say_nothing(closed):
    folder, key, records = closed
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert "咳嗽".encode() not in data
        assert records[0].patient.name.encode() not in data
        assert b"SQLite format" not in data
        assert key not in data
        assert key.hex().encode() not in data


def test_a_wrong_key_is_one_error(closed):
    folder, key, _ = closed
    with pytest.raises(StoreError, match=r"store\.wrong_key"):
        Store.open(folder, os.urandom(32))
    (folder / IDENTITY).unlink()  # also where the check value is lost
    with pytest.raises(StoreError, match=r"store\.wrong_key"):
        Store.open(folder, os.urandom(32))
    Store.open(folder, key).close()
    assert (folder / IDENTITY).exists()


def test_a_missing_or_emptied_database_is_never_replaced_by_a_new_one(closed):
    folder, key, _ = closed
    (folder / DATABASE).write_bytes(b"")
    with pytest.raises(StoreError, match=r"store\.(missing|corrupt)"):
        Store.open(folder, key)
    (folder / DATABASE).unlink()
    with pytest.raises(StoreError, match=r"store\.missing"):
        Store.open(folder, key)


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_file_is_one_error_never_another(closed, seed):
    folder, key, records = closed
    rng = random.Random(seed)
    path = folder / DATABASE
    whole = path.read_bytes()
    if seed % 2:
        path.write_bytes(whole[: rng.randrange(1, len(whole) - 1)])
    else:
        start = rng.randrange(len(whole) - 64)
        path.write_bytes(whole[:start] + rng.randbytes(64) + whole[start + 64 :])
    with pytest.raises(StoreError, match=r"store\.(corrupt|io|missing|database)"):
        read_all(folder, key, records)


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_damaged_identity_is_one_error(closed, text):
    folder, key, _ = closed
    (folder / IDENTITY).write_text(text)
    with pytest.raises(StoreError, match=r"store\.(corrupt|wrong_key)"):
        Store.open(folder, key)


@pytest.mark.parametrize(
    "sql",
    ["INSERT INTO migration VALUES (99, '0099_tomorrow', '2031-01-01')", "PRAGMA user_version = 99"],
)
def test_a_database_from_the_future_is_refused_untouched(closed, sql):
    folder, key, records = closed
    database = connect(folder / DATABASE, derive(key, "database"))
    database.execute(sql)
    database.close()
    with pytest.raises(StoreError, match=r"store\.newer"):
        Store.open(folder, key)
    database = connect(folder / DATABASE, derive(key, "database"))
    assert database.execute("SELECT count(*) FROM visit_version").fetchone()[0] == len(records)
    database.close()


def test_a_failing_migration_leaves_no_trace_and_the_ones_before_it_stay(tmp_path):
    database = connect(tmp_path / "x.db", os.urandom(32))

    def breaks(opened):
        opened.execute("CREATE TABLE half (x)")
        raise StoreError("store.io")

    first = Migration("0001_one", lambda opened: opened.execute("CREATE TABLE one (x)") and None)
    with pytest.raises(StoreError, match=r"store\.io"):
        migrate(database, SystemClock(), (first, Migration("0002_two", breaks)))
    assert applied(database) == ["0001_one"]
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"one", "migration"}
    database.close()


def test_migrations_are_named_numbered_and_never_reordered():
    names = [item.name for item in MIGRATIONS]
    assert names[:4] == ["0001_foundation", "0002_people", "0003_sound", "0004_patient_search"]
    assert names == sorted(names)
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


HOLD = """
import sys
from pathlib import Path
from desktop_app.store.store import Store
store = Store.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(closed):
    """The store, open in another process as well."""
    folder, key, _ = closed
    command = [sys.executable, "-c", HOLD, str(folder), key.hex()]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as other:
        assert other.stdout.readline() == b"open\n"
        yield folder, key
        other.stdin.close()


def test_a_migration_waits_for_nobody_and_refuses_while_another_has_it_open(held):
    folder, key = held
    database = connect(folder / DATABASE, derive(key, "database"))
    database.execute(f"DELETE FROM migration WHERE position = {len(MIGRATIONS)}")  # as if one were new
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS) - 1}")
    assert [item.name for item in pending(database)] == [MIGRATIONS[-1].name]
    database.close()
    with pytest.raises(StoreError, match=r"store\.in_use"):
        Store.open(folder, key, wait_s=0.3)


def test_two_processes_see_each_others_commits(held):
    folder, key = held
    with Store.open(folder, key) as one, Store.open(folder, key) as two:
        before = one.data_version()
        assert one.data_version() == before
        two.save_visit(visit(), DOCTOR, "visit.review")
        assert one.data_version() != before
        one.save_visit(visit(), DOCTOR, "visit.review")
        assert one.audit.verify().rows == two.audit.verify().rows == 32


def test_threads_of_one_process_take_turns(closed):
    folder, key, _ = closed
    with Store.open(folder, key) as store:
        threads = [
            threading.Thread(
                target=lambda: [store.save_visit(visit(), DOCTOR, "visit.review") for _ in range(10)]
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.audit.verify().rows == 70
        assert store.visit_list.count() == 70


def test_a_transaction_around_several_changes_is_all_or_nothing(closed):
    folder, key, _ = closed

    def several(store):
        with store.writing():
            account(store)
            store.save_visit(visit(), DOCTOR, "visit.review")
            raise StoreError("store.io")

    with Store.open(folder, key) as store:
        with pytest.raises(StoreError):
            several(store)
        assert store.visit_list.count() == 30
        assert store.lane.rows("SELECT * FROM account") == []
        assert store.audit.verify().anchored == 30


def test_shared_and_exclusive_locks_exclude_each_other(tmp_path):
    path = tmp_path / LOCK
    with FileLock(path) as one, FileLock(path) as two, FileLock(path) as three:
        assert one.acquire(exclusive=False)
        assert two.acquire(exclusive=False)
        assert not three.acquire(exclusive=True, wait_s=0.05)
        one.release()
        two.close()
        assert three.acquire(exclusive=True)
        assert not one.acquire(exclusive=False)


@pytest.mark.parametrize("step", ["noted", "moved away", "moved in", "no fresh"])
def test_an_interrupted_swap_ends_in_one_whole_state(tmp_path, step):
    folder, fresh, kept = tmp_path / "store", tmp_path / "fresh", tmp_path / "kept"
    for path in (folder, fresh):
        path.mkdir()
        (path / "who").write_text(path.name)
    note = tmp_path / ".store.swap.json"
    note.write_text(json.dumps({"fresh": "fresh", "kept": "kept"}))
    if step != "noted":
        folder.rename(kept)
    if step == "moved in":
        fresh.rename(folder)
    if step == "no fresh":
        (fresh / "who").unlink()
        fresh.rmdir()
    finish_swap(folder)
    assert (folder / "who").read_text() == ("store" if step in ("noted", "no fresh") else "fresh")
    assert not note.exists()
    assert not fresh.exists()
    finish_swap(folder)


def test_two_swaps_do_not_mix(tmp_path):
    (tmp_path / "store").mkdir()
    with FileLock(tmp_path / ".store.swap.lock") as lock:
        assert lock.acquire(exclusive=True)
        with pytest.raises(StoreError, match=r"store\.in_use"):
            swap_in(tmp_path / "fresh", tmp_path / "store", tmp_path / "kept")


def test_the_clock_that_is_given_is_the_one_that_counts(tmp_path):
    clock = StillClock()
    store, _ = new_store(tmp_path / "store", clock)
    with store:
        store.audit.append(DOCTOR, "x")
        assert store.audit.rows()[0]["at"].startswith("2026-03-02T08:30:00")
