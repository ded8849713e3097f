"""Backups: what is written verifies, what doesn't verify is never used, what was there is kept."""

import json
import os
import random
import threading
import zipfile
from pathlib import Path

import pytest
from store_builder import CHEAP, PIN, account, new_store, visit

from desktop_app.accounts.keyfile import KeyFile
from desktop_app.accounts.signing import sign_visit
from desktop_app.core.errors import AppError, InputError, StoreError
from desktop_app.store.archive import MANIFEST
from desktop_app.store.audit_rows import Actor
from desktop_app.store.backup import backup
from desktop_app.store.restore import rehearse, restore
from desktop_app.store.store import DATABASE, Store

PHRASE = "correct horse battery"


def unlock(folder: Path) -> bytes:
    return KeyFile.load(folder).unlock(PHRASE)


@pytest.fixture
def made(tmp_path):
    """A store with a signed visit and its sound, open, and its backup."""
    folder = tmp_path / "data" / "store"
    new = KeyFile.create(folder, PHRASE, cost=CHEAP)
    new.file.save()
    source = tmp_path / "talk.wav"
    source.write_bytes(os.urandom(5000))
    with Store.open(folder, new.data_key) as store:
        record = visit()
        store.save_stage(record)
        sound = store.sounds.keep(record.id, source)
        signed = sign_visit(store, record, account(store), PIN)
        file = tmp_path / "backups" / "day.jcbak"
        report = backup(store, file)
        yield store, file, report, signed, sound


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_one_verified_file(made):
    store, file, report, _, _ = made
    assert names(file.parent) == ["day.jcbak"]
    assert report.counts["visit_version"] == 1
    assert report.counts["sound"] == 1
    assert report.head == store.audit.head().short
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        assert set(archive.namelist()) == {MANIFEST, *manifest["files"]}
    assert {"store.db", "store.json", "keys.json", "anchors.jsonl"} < set(manifest["files"])
    assert "咳嗽".encode() not in file.read_bytes()
    with pytest.raises(InputError, match=r"backup\.exists"):
        backup(store, file)


def test_a_rehearsal_restores_completely_and_leaves_nothing(made):
    _, file, report, _, _ = made
    rehearsed = rehearse(file, unlock)
    assert rehearsed.counts == report.counts
    assert rehearsed.head == report.head
    assert names(file.parent) == ["day.jcbak"]


@pytest.mark.parametrize("exists", [False, True])
def test_a_restore_into_a_new_or_empty_folder(made, tmp_path, exists):
    store, file, _, signed, sound = made
    target = tmp_path / "elsewhere" / "store"
    if exists:
        target.mkdir(parents=True)
    report = restore(file, target, unlock)
    assert report.kept is None
    with Store.open(target, unlock(target)) as restored:
        assert restored.visits.get(signed.id) == signed
        assert restored.sounds.read(sound) == store.sounds.read(sound)
        assert restored.audit.rows()[-1]["action"] == "restore"
        assert restored.audit.verify().ok
    assert names(tmp_path / "elsewhere") == ["store"]


def test_a_restore_keeps_the_old_folder(made):
    store, file, _, signed, _ = made
    later = visit()
    store.save_visit(later, Actor("li", "doctor"), "visit.review")
    with pytest.raises(StoreError, match=r"store\.in_use"):
        restore(file, store.folder, unlock)
    assert store.visits.get(later.id) == later
    store.close()
    report = restore(file, store.folder, unlock)
    with Store.open(store.folder, unlock(store.folder)) as restored:
        assert restored.visits.get(signed.id) == signed
        assert restored.visits.get(later.id) is None
    with Store.open(report.kept, unlock(report.kept)) as old:
        assert old.visits.get(later.id) == later


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_backup_is_refused_and_nothing_is_touched(made, tmp_path, seed):
    store, file, _, signed, _ = made
    rng = random.Random(seed)
    whole = file.read_bytes()
    damaged = tmp_path / "damaged.jcbak"
    if seed % 2:
        damaged.write_bytes(whole[: rng.randrange(len(whole) - 1)])
    else:
        start = rng.randrange(200, len(whole) - 2000)
        damaged.write_bytes(whole[:start] + rng.randbytes(50) + whole[start + 50 :])
    store.close()
    before = names(store.folder.parent)
    with pytest.raises(AppError, match=r"backup\.(broken|not_one)"):
        restore(damaged, store.folder, unlock)
    assert names(store.folder.parent) == before
    with Store.open(store.folder, unlock(store.folder)) as same:
        assert same.visits.get(signed.id) == signed


def repacked(file: Path, target: Path, change) -> Path:
    """Return a backup whose manifest or members somebody changed, hashes and all."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def edit(members, **changes):
    members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()


def escaping(members):
    manifest = json.loads(members[MANIFEST])
    manifest["files"]["../outside"] = {"sha256": "0" * 64, "bytes": 1}
    members["../outside"] = b"x"
    members[MANIFEST] = json.dumps(manifest).encode()


def without_keys(members):
    manifest = json.loads(members[MANIFEST])
    del manifest["files"]["keys.json"]
    del members["keys.json"]
    members[MANIFEST] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda members: edit(members, made_at="2031-01-01"), "backup.broken"),
        (lambda members: edit(members, counts={}), "backup.broken"),
        (lambda members: edit(members, format=2), "backup.newer"),
        (lambda members: edit(members, format="1"), "backup.not_one"),
        (lambda members: edit(members, files=[]), "backup.not_one"),
        (lambda members: members.pop(MANIFEST), "backup.not_one"),
        (lambda members: members.pop(DATABASE), "backup.broken"),
        (escaping, "backup.broken"),
        (without_keys, "account.no_key_file"),
    ],
)
def test_a_forged_backup_is_refused(made, tmp_path, change, code):
    file = repacked(made[1], tmp_path / "forged.jcbak", change)
    with pytest.raises(AppError) as caught:
        rehearse(file, unlock)
    assert caught.value.code == code
    assert not (tmp_path / "outside").exists()


def test_the_wrong_key_opens_no_backup(made):
    with pytest.raises(StoreError, match=r"store\.wrong_key"):
        rehearse(made[1], lambda folder: os.urandom(32))


@pytest.mark.parametrize("text", [b"", b"PK", b"no zip at all"])
def test_other_files_are_no_backups(tmp_path, text):
    file = tmp_path / "x.jcbak"
    file.write_bytes(text)
    with pytest.raises(InputError, match=r"backup\.not_one"):
        rehearse(file, unlock)
    with pytest.raises(InputError, match=r"backup\.missing"):
        rehearse(tmp_path / "none.jcbak", unlock)


def test_shredded_sound_is_not_in_the_next_backup(made, tmp_path):
    store, _, _, signed, sound = made
    keys = store.sealed_keys.living("sound", [signed.id])
    store.sealed_keys.shred(keys, "retention")
    second = tmp_path / "second.jcbak"
    backup(store, second)
    with zipfile.ZipFile(second) as archive:
        assert not [name for name in archive.namelist() if name.startswith("sound/")]
    target = tmp_path / "again"
    restore(second, target, unlock)
    with Store.open(target, unlock(target)) as restored:
        with pytest.raises(StoreError, match=r"store\.sound_gone"):
            restored.sounds.read(sound)
        assert restored.audit.verify().ok


def test_a_store_in_use_is_backed_up_as_of_one_moment(tmp_path):
    store, key = new_store(tmp_path / "store")
    stop = threading.Event()

    def write():
        while not stop.is_set():
            store.save_visit(visit(), Actor("li", "doctor"), "visit.review")

    writer = threading.Thread(target=write)
    with store:
        writer.start()
        reports = [backup(store, tmp_path / f"{number}.jcbak") for number in range(3)]
        stop.set()
        writer.join()
    for report in reports:
        assert report.counts["audit"] == report.counts["outbox"] == report.counts["visit_version"]
        assert rehearse(report.file, lambda folder: key).counts == report.counts
