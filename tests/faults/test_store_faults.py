"""The store under kill, beside another process, on full and on failing disks."""

import multiprocessing
import os
import random
import subprocess
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

import pytest
import storm
from store_checks import Acknowledged, assert_consistent, assert_whole

from desktop_app.core.errors import StoreError
from desktop_app.store.backup import backup
from desktop_app.store.restore import restore
from desktop_app.store.store import Store

KILLS_EACH = 20


@pytest.fixture(scope="module")
def spawner():
    """Children start from a process that has imported everything: milliseconds instead of a second."""
    context = multiprocessing.get_context("forkserver")
    # its process takes neither our sys.path nor, without being told, our main module
    context.set_forkserver_preload(["__main__", "storm", "test_store_faults"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    forkserver.ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    return context


def start(spawner, target, *arguments):
    ours, theirs = spawner.Pipe(duplex=False)
    folder, key, seed, *more = arguments
    child = spawner.Process(target=target, args=(folder, key, seed, theirs, *more))
    child.start()
    theirs.close()
    return child, ours


def drain(pipe) -> list:
    """Return what a child that has ended still said."""
    said = []
    while True:
        try:
            said.append(pipe.recv())
        except EOFError:
            return said


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_kill_minus_nine_loses_nothing_acknowledged(spawner, tmp_path, seed):
    """Ten stores, twenty kills each: during opening, migrating, saving and signing."""
    rng = random.Random(seed)
    folder, key = tmp_path / "store", os.urandom(32)
    acknowledged: Acknowledged = []
    for turn in range(KILLS_EACH):
        child, pipe = start(spawner, storm.endless, folder, key, rng.random())
        for _ in range(rng.randrange(7) if turn else 0):
            acknowledged.append(pipe.recv())
        time.sleep(rng.uniform(0, 0.012))
        child.kill()
        child.join()
        assert child.exitcode == -9
        acknowledged += drain(pipe)
        assert_whole(folder, key, acknowledged)
    assert len(acknowledged) > KILLS_EACH


def test_processes_on_one_store_neither_lose_nor_fork_the_chain(spawner, tmp_path):
    folder, key = tmp_path / "store", os.urandom(32)
    children = [start(spawner, storm.some, folder, key, seed, 25) for seed in range(3)]
    acknowledged: Acknowledged = []
    for child, pipe in children:
        said = drain(pipe)
        child.join()
        assert child.exitcode == 0
        assert said[-1] == ("done", None)
        acknowledged += said[:-1]
    assert len(acknowledged) == 3 * 25 * 3
    assert_whole(folder, key, acknowledged)
    with Store.open(folder, key) as store:
        assert store.audit.verify().rows == 1 + 3 * 25 * 3


def test_a_disk_that_refuses_writes_at_fifty_points_loses_nothing_acknowledged(spawner, tmp_path):
    folder, key = tmp_path / "store", os.urandom(32)
    child, pipe = start(spawner, storm.failing_disk, folder, key, 7, 50)
    said = drain(pipe)
    child.join()
    assert child.exitcode == 0
    assert said[-1] == ("done", None)
    refused = [code for what, code in said if what == "refused"]
    assert len(refused) == 50
    assert set(refused) <= {"store.io", "store.disk_full"}
    assert_whole(folder, key, [item for item in said if item[0] in ("stage", "saved", "signed")])


def noting(acknowledged: Acknowledged) -> storm.Acknowledge:
    return lambda what, visit: acknowledged.append((what, visit))


def write_until_refused(store: Store, signer, rng: random.Random) -> tuple[Acknowledged, str]:
    acknowledged: Acknowledged = []
    while True:
        try:
            storm.write_one(store, signer, rng, noting(acknowledged))
        except StoreError as error:
            return acknowledged, error.code


@pytest.fixture
def small_disk(tmp_path):
    """A real disk of 3 MB where the user may mount one; else an ordinary folder, and None."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "jiceng-test", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield folder, mounted
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing_acknowledged_and_room_heals_it(small_disk):
    disk, mounted = small_disk
    folder, key = disk / "store", os.urandom(32)
    ballast = disk / "ballast"
    with Store.open(folder, key) as store:
        signer = storm.doctor(store)
        if mounted:
            ballast.write_bytes(bytes(1_000_000))
        else:
            store.lane.rows("PRAGMA max_page_count = 300")
        acknowledged, code = write_until_refused(store, signer, random.Random(3))
        assert code == "store.disk_full"
        assert len(acknowledged) > 10
        again, code = write_until_refused(store, signer, random.Random(4))
        assert code == "store.disk_full"
        acknowledged += again
        ballast.unlink(missing_ok=True)
        if not mounted:
            store.lane.rows("PRAGMA max_page_count = 100000")
        storm.write_one(store, signer, random.Random(5), noting(acknowledged))
        assert_consistent(store)
    assert_whole(folder, key, acknowledged)


def test_a_backup_that_does_not_fit_leaves_no_file(small_disk):
    disk, mounted = small_disk
    folder, key = disk / "store", os.urandom(32)
    with Store.open(folder, key) as store:
        signer = storm.doctor(store)
        rng = random.Random(1)
        for _ in range(8):
            storm.write_one(store, signer, rng, noting([]))
        target = disk / "day.jcbak"
        if mounted:
            with pytest.raises(StoreError, match=r"store\.disk_full"):
                backup(store, target)
            assert sorted(path.name for path in disk.iterdir()) == ["store"]
        else:
            backup(store, target)
            assert target.exists()


def test_restoring_under_kill_leaves_one_whole_store(spawner, tmp_path):
    """Killed anywhere, the folder holds the old store or the backup, never neither."""
    folder, key = tmp_path / "store", os.urandom(32)
    file = tmp_path / "old.jcbak"
    with Store.open(folder, key) as store:
        signer = storm.doctor(store)
        storm.write_one(store, signer, random.Random(1), noting([]))
        backup(store, file)
    rng = random.Random(11)
    for _ in range(12):
        before: Acknowledged = []
        with Store.open(folder, key) as store:
            signer = storm.doctor(store)
            storm.write_one(store, signer, rng, noting(before))
        child = spawner.Process(target=restore_once, args=(file, folder, key))
        child.start()
        time.sleep(rng.uniform(0.03, 0.16))
        child.kill()
        child.join()
        with Store.open(folder, key) as store:
            assert_consistent(store)
            restored = any(row["action"] == "restore" for row in store.audit.rows(since=0)[-1:])
            assert restored or store.visits.get(before[-1][1].id, 2) == before[-1][1]


def restore_once(file: Path, folder: Path, key: bytes) -> None:
    restore(file, folder, lambda unpacked: key)
