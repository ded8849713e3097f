"""Ways to the data key: passphrases, recovery codes, devices, escrow."""

import json
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from store_builder import CHEAP

from desktop_app.accounts.keyfile import FILE_NAME, KeyFile
from desktop_app.accounts.recovery import new_code, parse_code
from desktop_app.core.errors import AppError, InputError, PolicyError, StoreError

PHRASE = "青石村 卫生室 今天下雨了"


class FakeKeeper:
    """A device that keeps secrets in memory."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.secrets.get(name)

    def put(self, name: str, secret: str) -> None:
        self.secrets[name] = secret


@pytest.fixture
def new(tmp_path):
    made = KeyFile.create(tmp_path, PHRASE, cost=CHEAP)
    made.file.save()
    return made


def test_nothing_is_written_before_the_code_has_reached_somebody(tmp_path):
    made = KeyFile.create(tmp_path, PHRASE, cost=CHEAP)
    assert not KeyFile.exists(tmp_path)
    made.file.save()
    assert KeyFile.load(tmp_path).unlock(PHRASE) == made.data_key
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


def test_the_file_holds_no_secret(new, tmp_path):
    text = (tmp_path / FILE_NAME).read_text()
    assert new.data_key.hex() not in text
    assert PHRASE not in text
    assert new.recovery_code not in text
    assert parse_code(new.recovery_code) not in text


@pytest.mark.parametrize("wrong", ["", PHRASE[:-1], PHRASE + " ", PHRASE.upper() + "x"])
def test_a_wrong_passphrase_is_one_error(new, tmp_path, wrong):
    with pytest.raises(StoreError, match=r"account\.passphrase"):
        KeyFile.load(tmp_path).unlock(wrong)


def test_full_width_input_is_the_same_passphrase(tmp_path):
    made = KeyFile.create(tmp_path, "correct horse 7", cost=CHEAP)
    assert made.file.unlock("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　７") == made.data_key


def test_short_passphrases_are_refused(new, tmp_path):
    with pytest.raises(PolicyError, match=r"account\.passphrase_short"):
        KeyFile.create(tmp_path, "elevenchars", cost=CHEAP)
    with pytest.raises(PolicyError, match=r"account\.passphrase_short"):
        new.file.set_passphrase(new.data_key, "short", "li")


def test_each_account_may_have_a_passphrase_of_its_own(new, tmp_path):
    new.file.set_passphrase(new.data_key, "the passphrase of li", "li")
    new.file.set_passphrase(new.data_key, "another one of li's", "li")
    keys = KeyFile.load(tmp_path)
    assert keys.unlock("another one of li's", "li") == new.data_key
    assert keys.unlock(PHRASE, "li") == new.data_key
    with pytest.raises(StoreError):
        keys.unlock("the passphrase of li", "li")
    keys.remove_account("li")
    keys.remove_account("")
    with pytest.raises(StoreError):
        keys.unlock("another one of li's", "li")
    assert KeyFile.load(tmp_path).unlock(PHRASE) == new.data_key


def test_two_processes_change_the_file_and_neither_loses(new, tmp_path):
    one, two = KeyFile.load(tmp_path, cost=CHEAP), KeyFile.load(tmp_path, cost=CHEAP)
    one.set_passphrase(new.data_key, "passphrase of one", "one")
    two.set_passphrase(new.data_key, "passphrase of two", "two")
    keys = KeyFile.load(tmp_path)
    assert keys.unlock("passphrase of one", "one") == keys.unlock("passphrase of two", "two") == new.data_key


def test_a_recovery_code_opens_the_store_until_the_next_one_is_made(new, tmp_path):
    keys = KeyFile.load(tmp_path)
    assert keys.unlock_recovery(new.recovery_code.lower().replace("-", " ")) == new.data_key
    given_out: list[str] = []
    keys.new_recovery_code(new.data_key, given_out.append)
    assert KeyFile.load(tmp_path).unlock_recovery(given_out[0]) == new.data_key
    with pytest.raises(StoreError, match=r"account\.recovery_other"):
        KeyFile.load(tmp_path).unlock_recovery(new.recovery_code)


def test_a_code_that_reaches_nobody_replaces_nothing(new, tmp_path):
    def lost(code):
        raise StoreError("store.disk_full")

    with pytest.raises(StoreError, match=r"store\.disk_full"):
        new.file.new_recovery_code(new.data_key, lost)
    assert KeyFile.load(tmp_path).unlock_recovery(new.recovery_code) == new.data_key


@given(st.integers(0, 33), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_misread_symbol_is_noticed_before_it_is_tried(place, symbol):
    code = "EV7C-7DBX-XEYW-0P68-80TV-JZX7-WR06"
    assert parse_code(code) == "EV7C7DBXXEYW0P6880TVJZX7WR"
    if code[place] in ("-", symbol):
        assert parse_code(code.replace("-", "")) == parse_code(code)
        return
    with pytest.raises(InputError, match=r"account\.recovery_code"):
        parse_code(code[:place] + symbol + code[place + 1 :])


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_one_error(text):
    with pytest.raises(InputError, match=r"account\.recovery_code"):
        parse_code(text)


def test_letters_that_look_like_digits_are_read_as_these():
    code = new_code()
    assert set(code) & set("ILOU") == set()
    assert [len(group) for group in code.split("-")] == [4] * 7
    assert parse_code(code.replace("0", "O").replace("1", "l")) == parse_code(code)
    assert len({new_code() for _ in range(50)}) == 50


def test_a_device_opens_the_store_only_with_the_pin(new, tmp_path):
    keeper = FakeKeeper()
    new.file.set_device(new.data_key, "2468", "li", keeper)
    keys = KeyFile.load(tmp_path)
    assert keys.unlock_device("2468", "li", keeper) == new.data_key
    for pin, name, device in (("2469", "li", keeper), ("2468", "li", FakeKeeper()), ("2468", "wang", keeper)):
        with pytest.raises(StoreError, match=r"account\.device"):
            keys.unlock_device(pin, name, device)
    with pytest.raises(StoreError, match=r"account\.passphrase"):
        keys.unlock("2468", "li")  # a bare PIN opens nothing


def test_escrow_opens_the_store_for_its_holder_alone(new, tmp_path):
    holder = X25519PrivateKey.generate()
    new.file.set_escrow(new.data_key, holder.public_key().public_bytes_raw(), "县医院信息科")
    keys = KeyFile.load(tmp_path)
    assert keys.unlock_escrow(holder.private_bytes_raw()) == new.data_key
    assert [slot.account for slot in keys.slots if slot.kind == "escrow"] == ["县医院信息科"]
    with pytest.raises(StoreError, match=r"account\.escrow"):
        keys.unlock_escrow(os.urandom(32))
    with pytest.raises(InputError, match=r"account\.escrow_key"):
        keys.set_escrow(new.data_key, b"short", "x")


def test_a_slot_serves_only_its_own_file(new, tmp_path):
    other = KeyFile.create(tmp_path / "other", PHRASE, cost=CHEAP)
    other.file.save()
    mine, theirs = (json.loads((path / FILE_NAME).read_text()) for path in (tmp_path, tmp_path / "other"))
    (tmp_path / FILE_NAME).write_text(json.dumps({**mine, "slots": theirs["slots"]}))
    with pytest.raises(StoreError, match=r"account\.passphrase"):
        KeyFile.load(tmp_path).unlock(PHRASE)


@given(st.text(max_size=60) | st.sampled_from(['{"id":"a","slots":[{}]}', "[]", "{}", '{"id":1}']))
def test_a_damaged_key_file_is_one_error(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("keys")
    (folder / FILE_NAME).write_text(text)
    with pytest.raises(AppError, match=r"account\.key_file"):
        KeyFile.load(folder)
