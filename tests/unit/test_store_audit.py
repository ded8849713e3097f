"""The audit chain: whatever is changed, `verify` names the row; whatever is shredded, the chain holds."""

import dataclasses
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from store_builder import new_store

from desktop_app.core.errors import StoreError
from desktop_app.store.anchors import FILE_NAME, head_message
from desktop_app.store.audit_rows import ROW_COLUMNS, Actor, AuditPayload, AuditRow
from desktop_app.store.connection import connect
from desktop_app.store.keys import derive
from desktop_app.store.store import DATABASE, Store

COLUMNS = (*ROW_COLUMNS, "hash", "head_signature")
PAYLOADS = st.builds(
    AuditPayload,
    input=st.none() | st.text(max_size=30),
    output=st.none() | st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    engine=st.sampled_from(["", "rules", "llama.cpp"]),
    model_sha256=st.sampled_from(["", "ab" * 32]),
    signature=st.sampled_from(["", "cd" * 64]),
)


def intruder(folder: Path, key: bytes):
    """Somebody with the database's key and SQL, but not with the signing key."""
    database = connect(folder / DATABASE, derive(key, "database"))
    database.execute("PRAGMA foreign_keys = OFF")
    for trigger in ("audit_keeps", "audit_stays", "audit_payload_keeps", "audit_payload_stays"):
        database.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    return database


class Chain(RuleBasedStateMachine):
    @initialize()
    def make(self):
        self.home = tempfile.TemporaryDirectory()
        self.folder = Path(self.home.name) / "store"
        self.store, self.key = new_store(self.folder)
        self.intruder = intruder(self.folder, self.key)
        self.rows = 0
        self.with_payload: set[int] = set()
        self.shredded: set[int] = set()

    @rule(payload=PAYLOADS, action=st.sampled_from(["visit.review", "consent", "shred"]))
    def append(self, payload, action):
        seq = self.store.audit.append(Actor("li", "doctor"), action, f"visit-{self.rows}", 1, payload)
        self.rows += 1
        assert seq == self.rows
        if payload.contents:
            self.with_payload.add(seq)
            assert self.store.audit.contents(seq) == payload.contents

    @precondition(lambda self: self.with_payload - self.shredded)
    @rule(data=st.data())
    def shred(self, data):
        seq = data.draw(st.sampled_from(sorted(self.with_payload - self.shredded)))
        (key_id,) = self.intruder.execute("SELECT key_id FROM audit_payload WHERE seq = ?", (seq,)).fetchone()
        assert self.store.sealed_keys.shred([key_id], "retention") == 1
        self.shredded.add(seq)
        assert self.store.audit.contents(seq) is None

    @rule()
    def reopen(self):
        self.store.close()
        self.store = Store.open(self.folder, self.key)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), column=st.sampled_from(COLUMNS))
    def tamper(self, data, column):
        seq = data.draw(st.integers(1, self.rows))
        (old,) = self.intruder.execute(f"SELECT {column} FROM audit WHERE seq = ?", (seq,)).fetchone()
        new = old + 1000 if isinstance(old, int) else old[1:] + "x"
        sql = f"UPDATE audit SET {column} = ? WHERE seq = ?"
        self.intruder.execute(sql, (new, seq))
        self.expect(seq)
        self.intruder.execute(sql, (old, new if column == "seq" else seq))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def delete(self, data):
        seq = data.draw(st.integers(1, self.rows))
        row = self.intruder.execute("SELECT * FROM audit WHERE seq = ?", (seq,)).fetchone()
        self.intruder.execute("DELETE FROM audit WHERE seq = ?", (seq,))
        self.expect(seq)
        self.intruder.execute(f"INSERT INTO audit VALUES ({', '.join('?' * len(row))})", row)

    @precondition(lambda self: self.with_payload)
    @rule(data=st.data(), flip=st.integers(1, 255))
    def tamper_payload(self, data, flip):
        seq = data.draw(st.sampled_from(sorted(self.with_payload)))
        (old,) = self.intruder.execute("SELECT sealed FROM audit_payload WHERE seq = ?", (seq,)).fetchone()
        sql = "UPDATE audit_payload SET sealed = ? WHERE seq = ?"
        self.intruder.execute(sql, (bytes([old[0] ^ flip]) + old[1:], seq))
        self.expect(seq)
        self.intruder.execute(sql, (old, seq))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def rewrite_history(self, data):
        """A whole new ending with right hashes, by somebody who can't sign it."""
        start = data.draw(st.integers(1, self.rows))
        saved = self.intruder.execute("SELECT * FROM audit WHERE seq >= ?", (start,)).fetchall()
        previous = saved[0][1]
        for values in saved:
            row = AuditRow(**dict(zip(ROW_COLUMNS, values, strict=False)))
            row = dataclasses.replace(row, actor="nobody", previous=previous)
            sql = "UPDATE audit SET actor = ?, previous = ?, hash = ? WHERE seq = ?"
            self.intruder.execute(sql, (row.actor, row.previous, row.hash, row.seq))
            previous = row.hash
        self.expect(start)
        for values in saved:
            sql = "UPDATE audit SET actor = ?, previous = ?, hash = ? WHERE seq = ?"
            self.intruder.execute(sql, (values[3], values[1], values[16], values[0]))

    def expect(self, seq):
        broken = self.store.audit.verify().broken
        assert broken is not None
        assert broken.seq == seq

    @invariant()
    def holds(self):
        if hasattr(self, "store"):
            result = self.store.audit.verify()
            assert result.broken is None
            assert (result.rows, result.anchored) == (self.rows, self.rows)
            assert result.shredded == len(self.shredded)

    def teardown(self):
        if hasattr(self, "store"):
            self.intruder.close()
            self.store.close()
            self.home.cleanup()


Chain.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestChain = Chain.TestCase


@pytest.fixture
def opened(tmp_path):
    store, key = new_store(tmp_path / "store")
    for number in range(6):
        payload = AuditPayload(input=number)
        store.audit.append(Actor("li", "doctor"), "visit.review", f"visit-{number}", 1, payload)
    yield store, key
    store.close()


def test_a_cut_end_is_found_by_the_anchored_heads(opened):
    store, key = opened
    intruder(store.folder, key).execute("DELETE FROM audit WHERE seq > 4")
    broken = store.audit.verify().broken
    assert (broken.seq, broken.reason) == (5, "truncated")


def test_a_cut_end_is_found_by_a_print_when_the_anchors_were_cut_too(opened):
    store, key = opened
    printed = store.audit.head()
    database = intruder(store.folder, key)
    database.execute("DELETE FROM audit WHERE seq > 4")
    database.execute("DELETE FROM audit_payload WHERE seq > 4")
    lines = (store.folder / FILE_NAME).read_bytes().split(b"\n")
    (store.folder / FILE_NAME).write_bytes(b"\n".join(lines[:-2]))
    assert store.audit.verify().ok  # nothing on this machine remembers
    for digest in (printed.hash, printed.hash[:16]):
        broken = store.audit.verify([(printed.seq, digest)]).broken
        assert (broken.seq, broken.reason) == (5, "truncated")
    store.audit.append(Actor("li", "doctor"), "visit.review")
    store.audit.append(Actor("li", "doctor"), "visit.review")
    for digest in (printed.hash, printed.hash[:16]):
        broken = store.audit.verify([(printed.seq, digest)]).broken
        assert (broken.seq, broken.reason) == (6, "anchor")


def test_the_beginning_of_a_head_is_compared(opened):
    store, _ = opened
    head = store.audit.head()
    assert all(store.audit.verify([(head.seq, head.hash[:digits])]).ok for digits in (16, 17, 63, 64))
    for seq, digest in (
        (head.seq, head.hash[:15]),  # too short to say anything
        (head.seq, ""),
        (head.seq, head.hash[1:17]),
        (head.seq, head.hash + "0"),
        (head.seq - 1, head.hash[:16]),
        (0, head.hash[:16]),
    ):
        broken = store.audit.verify([(seq, digest)]).broken
        assert (broken.seq, broken.reason) == (seq, "anchor")


def test_missing_and_forged_anchors_are_named(opened):
    store, _ = opened
    path = store.folder / FILE_NAME
    whole = path.read_bytes()
    path.unlink()
    assert store.audit.verify().broken.reason == "anchor_missing"
    path.write_bytes(whole.replace(b'"seq":3', b'"seq":9'))
    assert store.audit.verify().broken.reason == "anchor_signature"
    path.write_bytes(whole[:-40])  # torn by a crash: that head is no head, the next one is
    assert store.audit.verify().anchored == 5
    store.audit.append(Actor("li", "doctor"), "visit.review")
    assert store.audit.verify().anchored == 7


def test_anchors_stay_a_small_file(tmp_path, monkeypatch):
    monkeypatch.setattr("desktop_app.store.anchors._MOST_LINES", 40)
    store, key = new_store(tmp_path / "store")
    with store:
        for _ in range(120):
            store.audit.append(Actor("li", "doctor"), "visit.review")
        result = store.audit.verify()
        assert (result.ok, result.anchored) == (True, 120)
        assert (store.folder / FILE_NAME).stat().st_size < 42 * 400
        intruder(store.folder, key).execute("DELETE FROM audit WHERE seq > 100")
        assert store.audit.verify().broken.reason == "truncated"


def test_a_head_can_be_checked_by_somebody_without_the_data_key(opened):
    store, _ = opened
    head = store.audit.head()
    assert head.signed_by(store.audit.public_key)
    assert not dataclasses.replace(head, seq=5).signed_by(store.audit.public_key)
    assert head_message(head.seq, head.hash, head.at).startswith(b'{"anchor":1')
    assert head.short == f"6:{head.hash}"


def test_the_chain_gives_no_hold_for_guessing_contents(opened):
    store, _ = opened
    for _ in range(2):
        store.audit.append(Actor("li", "doctor"), "x", payload=AuditPayload(input="否认过敏"))
    first, second = store.audit.rows(since=6)
    assert first["input_hash"] != second["input_hash"]


def test_a_store_whose_signing_key_was_taken_away_does_not_open(opened):
    store, key = opened
    intruder(store.folder, key).execute("DELETE FROM store_key")
    with pytest.raises(StoreError, match=r"store\.corrupt"):
        Store.open(store.folder, key)


def test_shredded_keys_are_gone_from_every_file(opened):
    store, _ = opened
    row = store.lane.row("SELECT id, wrapped FROM sealed_key LIMIT 1")
    store.sealed_keys.shred([row["id"]], "retention")
    assert store.sealed_keys.find(row["id"]) is None
    assert (store.folder / f"{DATABASE}-wal").stat().st_size == 0
    with pytest.raises(StoreError, match=r"store\.immutable"), store.writing() as database:
        database.execute("UPDATE sealed_key SET wrapped = ? WHERE id = ?", (row["wrapped"], row["id"]))


@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit_payload"]
)
def test_the_database_itself_refuses_to_change_the_trail(opened, sql):
    store, _ = opened
    with pytest.raises(StoreError, match=r"store\.immutable"), store.writing() as database:
        database.execute(sql)
    assert store.audit.verify().ok
