"""People, PINs, signatures, consents, retention."""

import dataclasses
from datetime import timedelta

import pytest
from store_builder import CHEAP, PIN, StillClock, account, new_store, next_of, visit

from desktop_app.accounts.consents import Answer, ConsentKind, Consents
from desktop_app.accounts.people import Accounts
from desktop_app.accounts.retention import retention_due, shred
from desktop_app.accounts.roles import Right, Role, may, require
from desktop_app.accounts.signing import begin_correction, countersign_visit, sign_visit
from desktop_app.core.errors import InputError, PolicyError, StoreError
from desktop_app.core.records.drafts import Support
from desktop_app.core.records.visits import VisitState
from desktop_app.core.settings import Policy
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.store.signatures import signature_holds


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(tmp_path, clock):
    opened, _ = new_store(tmp_path / "store", clock)
    yield opened
    opened.close()


@pytest.fixture
def doctor(store):
    return account(store)


def people(store):
    return Accounts(store, cost=CHEAP)


def test_a_doctors_signature_makes_a_record_final(store, doctor):
    reviewed = visit()
    store.save_visit(reviewed, doctor.actor, "visit.review")
    signed = sign_visit(store, reviewed, doctor, PIN)
    assert (signed.state, signed.version, signed.signature.signer) == (VisitState.SIGNED, 2, "li")
    assert signed.signature.public_key == doctor.public_key
    assert store.visits.get(signed.id) == signed
    assert signature_holds(signed)
    row = store.audit.rows(subject=signed.id)[-1]
    assert (row["action"], row["signature"]) == ("visit.sign", signed.signature.signature)


@pytest.mark.parametrize(
    "change",
    [
        {"department": "儿科"},
        {"corrects": 1},
        {"organization": ""},
        {"draft": None},
        {"review": None},
    ],
)
def test_a_signature_fits_one_content_only(store, doctor, change):
    signed = sign_visit(store, visit(), doctor, PIN)
    assert not signature_holds(dataclasses.replace(signed, **change))
    later = dataclasses.replace(signed.signature, at=signed.signature.at + timedelta(seconds=1))
    assert not signature_holds(dataclasses.replace(signed, signature=later))
    other = dataclasses.replace(signed.signature, signer="wang")
    assert not signature_holds(dataclasses.replace(signed, signature=other))


@pytest.mark.parametrize("support", [Support.UNCERTAIN, Support.UNSUPPORTED, Support.CONFLICT])
def test_unresolved_statements_block_signing(store, doctor, support):
    with pytest.raises(PolicyError) as caught:
        sign_visit(store, visit(support=support), doctor, PIN)
    assert (caught.value.code, caught.value.details) == ("policy.unresolved", {"count": 1})


def test_stale_statements_block_signing(store, doctor):
    record = visit()
    field = record.draft.fields[0]
    stale = dataclasses.replace(field.statements[0], stale=True)
    fields = (dataclasses.replace(field, statements=(stale,)),)
    record = dataclasses.replace(record, draft=dataclasses.replace(record.draft, fields=fields))
    with pytest.raises(PolicyError, match=r"policy\.unresolved"):
        sign_visit(store, record, doctor, PIN)


def test_what_cannot_be_signed(store, doctor):
    signed = sign_visit(store, visit(), doctor, PIN)
    cases = {
        "policy.signed": signed,
        "policy.empty": dataclasses.replace(visit(), draft=None),
        "policy.review": dataclasses.replace(visit(), review=None),
        "policy.pin": visit(),
    }
    for code, record in cases.items():
        with pytest.raises(PolicyError) as caught:
            sign_visit(store, record, doctor, "0000")
        assert caught.value.code == code
    with pytest.raises(StoreError, match=r"store\.conflict"):
        sign_visit(store, dataclasses.replace(visit(), version=7), doctor, PIN)


@pytest.mark.parametrize("role", [Role.NURSE, Role.CLERK, Role.ADMIN])
def test_other_roles_never_sign(store, doctor, role):
    other = account(store, "other", role, doctor.actor)
    assert other.public_key == ""
    for act in (sign_visit, countersign_visit):
        with pytest.raises(PolicyError, match=r"policy\.role"):
            act(store, visit(), other, PIN)
    # the account's role counts, not the one that somebody wrote on it
    with pytest.raises(PolicyError, match=r"policy\.role"):
        sign_visit(store, visit(), dataclasses.replace(other, role=Role.DOCTOR), PIN)


def test_the_machine_reads_and_imports_but_never_signs():
    assert [right for right in Right if may("machine", right)] == [Right.READ, Right.IMPORT, Right.BACKUP]
    assert not any(may("nobody", right) for right in Right)
    with pytest.raises(PolicyError, match=r"policy\.role"):
        require("machine", Right.SIGN)


def test_a_trainees_record_is_final_only_with_a_countersignature(store, doctor):
    trainee = account(store, "wang", Role.TRAINEE, doctor.actor)
    first = sign_visit(store, visit(), trainee, PIN)
    assert (first.state, first.signature.role) == (VisitState.REVIEWED, "trainee")
    assert store.visits.history(first.patient.id) == []
    with pytest.raises(PolicyError, match=r"policy\.role"):
        countersign_visit(store, first, trainee, PIN)
    with pytest.raises(StoreError, match=r"store\.signature"):
        countersign_visit(store, dataclasses.replace(first, department="儿科"), doctor, PIN)
    final = countersign_visit(store, first, doctor, PIN)
    assert (final.state, final.signature.signer, final.signature.countersigner) == (
        VisitState.SIGNED,
        "wang",
        "li",
    )
    assert signature_holds(final)
    swapped = dataclasses.replace(final.signature, countersigner="zhao")
    assert not signature_holds(dataclasses.replace(final, signature=swapped))
    assert store.visits.history(final.patient.id) == [final]
    with pytest.raises(PolicyError, match=r"policy\.not_trainee"):
        countersign_visit(store, final, doctor, PIN)


def test_a_trainee_alone_cannot_make_a_record_final(store, doctor):
    trainee = account(store, "wang", Role.TRAINEE, doctor.actor)
    first = sign_visit(store, visit(), trainee, PIN)
    with pytest.raises(PolicyError, match=r"policy\.signer"):
        store.save_visit(next_of(first, state=VisitState.SIGNED), trainee.actor, "visit.sign")


def test_a_correction_keeps_the_original_and_is_signed_again(store, doctor):
    signed = sign_visit(store, visit(), doctor, PIN)
    with pytest.raises(PolicyError, match=r"policy\.not_signed"):
        begin_correction(store, visit().id)
    start = begin_correction(store, signed.id)
    assert (start.version, start.corrects, start.signature, start.review) == (2, 1, None, None)
    corrected = dataclasses.replace(start, department="儿科", review=signed.review, state=VisitState.REVIEWED)
    store.save_visit(corrected, doctor.actor, "visit.correct")
    final = sign_visit(store, corrected, doctor, PIN)
    assert [item.version for item in store.visits.versions(signed.id)] == [1, 2, 3]
    assert store.visits.get(signed.id, 1) == signed
    assert store.visits.history(signed.patient.id) == [final]
    assert begin_correction(store, signed.id).corrects == 3


def test_wrong_pins_are_counted_and_then_one_waits(store, doctor, clock):
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(PolicyError) as caught:
            people(store).authenticate("li", "9999")
        assert (caught.value.code, caught.value.details) == ("policy.pin", {"left": left})
    with pytest.raises(PolicyError, match=r"policy\.pin_wait"):
        people(store).authenticate("li", PIN)
    assert store.audit.rows()[-1]["action"] == "account.pin_blocked"
    clock.time += timedelta(seconds=61)
    assert people(store).authenticate("li", PIN) == doctor
    with pytest.raises(PolicyError) as caught:
        people(store).authenticate("li", "9999")
    assert caught.value.details == {"left": 4}


def test_the_first_account_must_manage_and_later_ones_need_a_manager(store):
    with pytest.raises(PolicyError, match=r"account\.last"):
        account(store, "clerk", Role.CLERK)
    assert people(store).everyone() == []
    doctor = account(store)
    nurse = account(store, "nurse", Role.NURSE, doctor.actor)
    for actor in (Actor.machine(), nurse.actor, Actor("stranger", "admin")):
        with pytest.raises(PolicyError, match=r"policy\.accounts"):
            account(store, "more", Role.CLERK, actor)
    admin = account(store, "it", Role.ADMIN, doctor.actor)
    with pytest.raises(PolicyError, match=r"policy\.accounts"):  # now there is somebody for that
        account(store, "more", Role.CLERK, doctor.actor)
    with pytest.raises(InputError, match=r"account\.taken"):
        account(store, "li", Role.CLERK, admin.actor)
    for name in ("", "machine", "a b", "x" * 41):
        with pytest.raises(InputError, match=r"account\.name"):
            account(store, name, Role.CLERK, admin.actor)


@pytest.mark.parametrize("pin", ["", "123", "12a4", "abcd"])
def test_pins_are_digits_and_enough_of_them(store, pin):
    with pytest.raises(PolicyError, match=r"account\.pin_short"):
        people(store).add(Actor.machine(), "li", Role.DOCTOR, pin)


def test_a_changed_pin_keeps_the_signing_key_a_reset_one_replaces_it(store, doctor):
    people(store).change_pin("li", PIN, "13579")
    with pytest.raises(PolicyError, match=r"policy\.pin"):
        people(store).authenticate("li", PIN)
    signed = sign_visit(store, visit(), doctor, "13579")
    assert signed.signature.public_key == doctor.public_key
    again = people(store).reset_pin(doctor.actor, "li", "24680")
    assert again.public_key != doctor.public_key
    assert signature_holds(signed)
    assert sign_visit(store, visit(), doctor, "24680").signature.public_key == again.public_key


def test_removing_and_changing_roles(store, doctor):
    nurse = account(store, "nurse", Role.NURSE, doctor.actor)
    with pytest.raises(PolicyError, match=r"account\.last"):
        people(store).remove(doctor.actor, "li")
    with pytest.raises(PolicyError, match=r"account\.last"):
        people(store).set_role(doctor.actor, "li", Role.CLERK)
    with pytest.raises(PolicyError, match=r"policy\.pin"):
        people(store).set_role(doctor.actor, "nurse", Role.DOCTOR, "0000")
    promoted = people(store).set_role(doctor.actor, "nurse", Role.DOCTOR, PIN)
    assert promoted.public_key != nurse.public_key == ""
    assert sign_visit(store, visit(), promoted, PIN).state is VisitState.SIGNED
    people(store).remove(promoted.actor, "li")
    with pytest.raises(PolicyError, match=r"account\.unknown"):
        sign_visit(store, visit(), doctor, PIN)
    assert [item.name for item in people(store).everyone()] == ["nurse"]
    assert store.lane.row("SELECT signing_key FROM account WHERE name = 'li'") == {"signing_key": None}
    with pytest.raises(InputError, match=r"account\.taken"):
        account(store, "li", Role.DOCTOR, promoted.actor)


def heard(store, tmp_path):
    record = visit()
    source = tmp_path / "talk.wav"
    source.write_bytes(b"RIFF" + bytes(4000))
    heard = dataclasses.replace(record, state=VisitState.HEARD, review=None)
    store.save_stage(heard, payload=AuditPayload(output="我咳嗽三天了"))
    return record, store.sounds.keep(record.id, source)


def test_consent_is_asked_before_and_remembered(store, doctor):
    patient = visit().patient
    consents = Consents(store)
    with pytest.raises(PolicyError, match=r"policy\.consent"):
        consents.require(patient.id, ConsentKind.RECORDING)
    consents.note(doctor.actor, patient, ConsentKind.RECORDING, Answer.REFUSED)
    with pytest.raises(PolicyError, match=r"policy\.consent"):
        consents.require(patient.id, ConsentKind.RECORDING)
    consents.note(doctor.actor, patient, ConsentKind.RECORDING, Answer.GIVEN)
    consents.require(patient.id, ConsentKind.RECORDING)
    with pytest.raises(PolicyError, match=r"policy\.consent"):  # each kind needs its own
        consents.require(patient.id, ConsentKind.FACE_PHOTO)
    assert [item.answer for item in consents.history(patient.id)] == [Answer.REFUSED, Answer.GIVEN]
    assert consents.latest(patient.id, ConsentKind.RECORDING).by_account == "li"
    with pytest.raises(PolicyError, match=r"policy\.role"):
        consents.note(Actor.machine(), patient, ConsentKind.RECORDING, Answer.GIVEN)
    with pytest.raises(StoreError, match=r"store\.immutable"), store.writing() as database:
        database.execute("UPDATE consent SET answer = 'given'")


def test_a_withdrawn_consent_shreds_sound_and_payloads_and_the_record_stays(store, doctor, tmp_path):
    record, sound = heard(store, tmp_path)
    signed = sign_visit(store, record, doctor, PIN)
    Consents(store).note(doctor.actor, record.patient, ConsentKind.RECORDING, Answer.WITHDRAWN)
    with pytest.raises(StoreError, match=r"store\.sound_gone"):
        store.sounds.read(sound)
    assert list((store.folder / "sound").iterdir()) == []
    assert {store.audit.contents(row["seq"]) is None for row in store.audit.rows(subject=record.id)} == {True}
    assert store.visits.get(record.id) == signed
    result = store.audit.verify()
    assert (result.ok, result.shredded) == (True, 2)


def test_sound_is_due_thirty_days_after_signing_and_payloads_later(store, doctor, tmp_path, clock):
    record, sound = heard(store, tmp_path)
    unsigned, _ = heard(store, tmp_path)
    sign_visit(store, record, doctor, PIN)
    policy, start = Policy(), clock.now()

    def due(days):
        return [(item.kind, item.signed) for item in retention_due(store, start + timedelta(days), policy)]

    assert due(29) == []
    assert sorted(due(31)) == [("sound", False), ("sound", True)]
    assert len(due(182)) == 2
    assert len(due(184)) == 2 + len(store.audit.rows())
    signed_only = [item for item in retention_due(store, start + timedelta(31), policy) if item.signed]
    with pytest.raises(PolicyError, match=r"policy\.role"):
        shred(store, Actor.machine(), signed_only)
    assert shred(store, doctor.actor, signed_only) == 1
    with pytest.raises(StoreError, match=r"store\.sound_gone"):
        store.sounds.read(sound)
    assert [row["kept"] for row in store.sounds.of_visit(unsigned.id)] == [1]
    assert shred(store, doctor.actor, signed_only) == 0
    assert store.audit.verify().ok
