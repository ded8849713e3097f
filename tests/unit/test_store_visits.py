from datetime import timedelta
from pathlib import Path

import pytest
from store_builder import NOW, PIN, StillClock, account, new_store, next_of, visit

from desktop_app.accounts.signing import sign_visit
from desktop_app.core.clock import new_id
from desktop_app.core.errors import PolicyError, StoreError
from desktop_app.core.records.people import Age, Patient, Sex
from desktop_app.core.records.visits import Signature, VisitState
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.store import Store

DOCTOR = Actor("li", "doctor")


@pytest.fixture
def store(tmp_path):
    opened, _ = new_store(tmp_path / "store")
    yield opened
    opened.close()


def test_a_version_comes_back_as_it_was_saved(store):
    record = visit()
    store.save_visit(record, DOCTOR, "visit.review")
    assert store.visits.get(record.id) == record
    assert store.visits.get(record.id, 1) == record
    assert store.visits.get(record.id, 2) is None
    assert store.visits.get(new_id()) is None


def test_a_version_its_audit_row_and_its_outbox_row_come_together(store):
    record = visit()
    store.save_visit(record, DOCTOR, "visit.review")
    (row,) = store.audit.rows(subject=record.id)
    assert (row["actor"], row["role"]) == ("li", "doctor")
    assert (row["action"], row["subject_version"]) == ("visit.review", 1)
    assert row["changes_hash"] != ""
    (item,) = store.outbox.waiting()
    assert (item.kind, item.item, item.version, item.reviewer) == ("visit", record.id, 1, "li")


def test_a_failing_outbox_row_takes_version_and_audit_row_with_it(store):
    record = visit()
    store.save_stage(record)
    with store.writing() as database:
        sql = "CREATE TRIGGER t BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'store.io'); END"
        database.execute(sql)
    with pytest.raises(StoreError, match=r"store\.io"):
        store.save_visit(record, DOCTOR, "visit.review")
    assert store.visits.get(record.id) is None
    assert store.visits.stage(record.id) == record
    assert store.audit.rows() == []
    assert store.audit.verify().ok


def test_nothing_reaches_the_outbox_without_a_person(store):
    drafted = visit(state=VisitState.DRAFTED)
    store.save_visit(drafted, Actor.machine(), "visit.save")
    assert store.outbox.waiting() == []
    for reviewer in ("", "  "):
        with pytest.raises(PolicyError, match=r"policy\.review"):
            store.save_visit(visit(reviewer=reviewer), DOCTOR, "visit.review")
    with pytest.raises(PolicyError, match=r"policy\.review"):  # the database itself refuses, too
        store.outbox.add(kind="visit", item=drafted.id, version=1, sha256="0" * 64, reviewer="li")
    with pytest.raises(StoreError, match=r"store\.constraint"):
        store.outbox.add(kind="referral", item=new_id(), version=1, sha256="0" * 64, reviewer="")
    assert store.outbox.count_waiting() == 0


def test_versions_follow_each_other_without_gaps(store):
    record = visit()
    store.save_visit(record, DOCTOR, "visit.review")
    for wrong in (record, next_of(next_of(record))):
        with pytest.raises(StoreError, match=r"store\.conflict"):
            store.save_visit(wrong, DOCTOR, "visit.review")
    assert store.visits.next_version(record.id) == 2
    store.save_visit(next_of(record), DOCTOR, "visit.review")
    assert [item.version for item in store.visits.versions(record.id)] == [1, 2]


@pytest.mark.parametrize("sql", ["UPDATE visit_version SET record = '{}'", "DELETE FROM visit_version"])
def test_saved_versions_can_neither_be_changed_nor_deleted(store, sql):
    record = visit()
    store.save_visit(record, DOCTOR, "visit.review")
    with pytest.raises(StoreError, match=r"store\.immutable"), store.writing() as database:
        database.execute(sql)
    assert store.visits.get(record.id) == record


def test_after_signing_only_a_correction_that_names_it_is_saved(store):
    doctor = account(store)
    signed = sign_visit(store, visit(), doctor, PIN)
    with pytest.raises(StoreError, match=r"store\.signed"):
        store.save_visit(next_of(signed, state=VisitState.REVIEWED, signature=None), DOCTOR, "visit.review")
    with pytest.raises(StoreError, match=r"store\.signed"), store.writing() as database:
        database.execute(
            "INSERT INTO visit_version SELECT visit_id, 9, state, NULL, reviewer, signer, record, "
            "record_sha256, saved_at, saved_by FROM visit_version"
        )
    correction = next_of(signed, state=VisitState.REVIEWED, signature=None, corrects=signed.version)
    store.save_visit(correction, DOCTOR, "visit.correct")
    assert store.visits.get(signed.id, signed.version) == signed
    assert store.visits.get(signed.id) == correction


def test_a_signed_state_needs_a_signature_that_fits(store):
    doctor = account(store)
    signed = sign_visit(store, visit(), doctor, PIN)
    assert signed.signature is not None
    forged = visit(state=VisitState.SIGNED)
    for signature in (None, signed.signature):
        with pytest.raises(StoreError, match=r"store\.signature"):
            store.save_visit(next_of(forged, version=1, signature=signature), DOCTOR, "visit.sign")


def test_a_stranger_with_a_key_of_his_own_signs_nothing(store, tmp_path):
    with new_store(tmp_path / "other")[0] as elsewhere:
        signed = sign_visit(elsewhere, visit(), account(elsewhere), PIN)
    account(store)  # the same name, another key
    assert isinstance(signed.signature, Signature)
    with pytest.raises(PolicyError, match=r"policy\.signer"):
        store.save_visit(signed, DOCTOR, "visit.sign")


def test_stages_are_replaced_and_go_when_the_version_is_saved(store):
    heard = visit(state=VisitState.HEARD)
    store.save_stage(heard)
    drafted = next_of(heard, version=1, state=VisitState.DRAFTED)
    trace = AuditPayload(input="医生说的话", output=drafted.draft, engine="rules", prompt_sha256="ab")
    store.save_stage(drafted, payload=trace)
    assert store.visits.stage(heard.id) == drafted
    assert [item.id for item in store.visit_list.unfinished()] == [heard.id]
    (row,) = store.audit.rows()
    assert (row["action"], row["engine"], row["prompt_hash"]) == ("stage.drafted", "rules", "ab")
    contents = store.audit.contents(row["seq"])
    assert contents is not None
    assert contents["input"] == "医生说的话"
    store.save_visit(drafted, Actor.machine(), "visit.save")
    assert store.visits.stage(heard.id) is None
    assert store.visit_list.unfinished() == []
    with pytest.raises(StoreError, match=r"store\.conflict"):
        store.save_stage(drafted)


def test_history_has_the_newest_signed_version_of_each_visit_newest_first(store):
    doctor = account(store)
    patient = Patient(id=new_id(), name="王芳")
    started = (NOW, NOW + timedelta(9))
    older, newer = (sign_visit(store, visit(patient=patient, started=at), doctor, PIN) for at in started)
    unsigned = visit(patient=patient, started=NOW + timedelta(10))
    store.save_visit(unsigned, DOCTOR, "visit.review")
    assert store.visits.history(patient.id) == [newer, older]
    assert store.visits.history(patient.id, before=newer.id) == [older]
    assert store.visits.history(patient.id, limit=1) == [newer]


def test_patients_are_found_by_name_initials_and_number(store):
    for name, number in (("曾小明", "A-1001"), ("欧阳晓兰", "A-1002"), ("Anna Li", "B77"), ("曾大山", "")):
        store.patients.save(Patient(id=new_id(), name=name, number=number))

    def found(text):
        return [patient.name for patient in store.patients.search(text)]

    assert found("小明") == ["曾小明"]
    assert found("曾") == ["曾大山", "曾小明"]
    assert found("zxm") == found("CXM") == found("xm") == ["曾小明"]  # 曾 reads zeng and ceng
    assert found("oyx") == ["欧阳晓兰"]
    assert found("1002") == found("A-1002") == ["欧阳晓兰"]
    assert found("anna") == ["Anna Li"]
    assert found("曾 1001") == ["曾小明"]
    assert found("明小") == found('"*') == found("不在") == []
    assert len(found("")) == 4
    assert store.patients.by_number("B77").name == "Anna Li"
    assert store.patients.by_number("") is None


def test_an_empty_member_keeps_what_was_known_of_a_patient(store):
    known = Patient(id=new_id(), name="王芳", sex=Sex.FEMALE, number="7", age=Age(34, "y"))
    store.patients.save(known)
    store.patients.save(Patient(id=known.id, name="王方"))
    merged = store.patients.get(known.id)
    assert (merged.name, merged.sex, merged.number, merged.age) == ("王方", Sex.FEMALE, "7", Age(34, "y"))
    assert [item.id for item in store.patients.search("王方")] == [known.id]
    assert store.patients.search("芳") == []


def test_visits_are_listed_by_patient_and_state(store):
    first = visit(patient=Patient(id=new_id(), name="王芳"), started=NOW)
    someone = Patient(id=new_id(), name="李雷")
    second = visit(patient=someone, started=NOW + timedelta(1), state=VisitState.HEARD)
    store.save_visit(first, DOCTOR, "visit.review")
    store.save_stage(second)
    assert [item.id for item in store.visit_list.search()] == [second.id, first.id]
    assert [item.id for item in store.visit_list.search("wf")] == [first.id]
    assert [item.id for item in store.visit_list.search(state=VisitState.HEARD)] == [second.id]
    assert store.visit_list.search("？") == []
    assert store.visit_list.search(limit=1, offset=1)[0].patient_name == "王芳"
    assert store.visit_list.count() == 2


def test_the_outbox_forgets_nothing_that_was_not_acknowledged(tmp_path):
    clock = StillClock()
    store, key = new_store(tmp_path / "store", clock)
    records = [visit() for _ in range(3)]
    for record in records:
        store.save_visit(record, DOCTOR, "visit.review")
    sent, failed, _ = store.outbox.waiting()
    store.outbox.sent([sent.id])
    store.outbox.failed([failed.id], clock.now() + timedelta(hours=1))
    store.close()
    with Store.open(tmp_path / "store", key, clock=clock) as again:
        assert [item.item for item in again.outbox.waiting()] == [records[2].id]
        assert again.outbox.count_waiting() == 2
        clock.time += timedelta(hours=2)
        assert [item.attempts for item in again.outbox.waiting()] == [1, 0]


def test_people_keep_settings_of_their_own(store):
    store.settings.put("li", "region", "sichuan")
    store.settings.put("li", "zoom", 1.25)
    store.settings.put("li", "region", None)
    assert store.settings.get("li", "region", "mandarin") == "mandarin"
    assert store.settings.get("li", "zoom") == 1.25
    assert store.settings.get("wang", "zoom") is None


def test_sound_is_sealed_and_its_changes_are_found(store, tmp_path):
    source = tmp_path / "talk.wav"
    source.write_bytes(bytes(range(256)) * 12_000)  # three chunks
    record = visit(state=VisitState.HEARD)
    store.save_stage(record)
    sound = store.sounds.keep(record.id, source)
    assert store.sounds.read(sound) == source.read_bytes()
    (row,) = store.sounds.of_visit(record.id)
    assert row["kept"] == 1
    sealed: Path = next((store.folder / "sound").iterdir())
    whole = sealed.read_bytes()
    assert source.read_bytes()[:64] not in whole
    flipped = whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]
    for damaged in (whole[:-1], whole[: 8 + (1 << 20) + 16], flipped, b"", whole + b"!"):
        sealed.write_bytes(damaged)
        with pytest.raises(StoreError, match=r"store\.sealed"):
            store.sounds.read(sound)
    sealed.unlink()
    with pytest.raises(StoreError, match=r"store\.sound_gone"):
        store.sounds.read(sound)
    with pytest.raises(StoreError, match=r"store\.constraint"):
        store.sounds.keep(new_id(), source)
    assert list((store.folder / "sound").iterdir()) == []
