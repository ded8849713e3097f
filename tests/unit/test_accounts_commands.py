"""The commands for IT staff: users, audit, backup, restore, recovery-code."""

import json
import re
from pathlib import Path

import pytest
import typer
from store_builder import visit
from typer.testing import CliRunner

from desktop_app.cli import audit, backup, users
from desktop_app.cli.opening import open_store
from desktop_app.cli.session import Session
from desktop_app.core.messages import Catalogue
from desktop_app.store.audit_rows import Actor

PHRASE = "correct horse battery"


class Desk:
    """A data folder and the commands on it."""

    def __init__(self, home, monkeypatch, language="en"):
        self.home = home
        self.language = language
        self.patch = monkeypatch
        self.user = None
        messages = Catalogue(language)
        self.app = typer.Typer()
        for room in (audit, backup, users):
            room.register(self.app, messages)

    def session(self, **more):
        return Session(language=self.language, data_dir=self.home / "data", user=self.user, **more)

    def run(self, *arguments, code=0, **more):
        result = CliRunner().invoke(self.app, [str(item) for item in arguments], obj=self.session(**more))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    def json(self, *arguments, code=0, **more):
        return json.loads(self.run(*arguments, "--json", code=code, **more).stdout)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    for name in ("JICENG_PIN", "JICENG_NEW_PIN", "JICENG_NEW_PASSPHRASE", "JICENG_RECOVERY_CODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JICENG_PASSPHRASE", PHRASE)
    return Desk(tmp_path, monkeypatch)


@pytest.fixture
def clinic(desk, tmp_path):
    """A store with the doctor li, who acts."""
    desk.patch.setenv("JICENG_NEW_PIN", "2468")
    code_file = tmp_path / "code"
    desk.json("users", "add", "li", "--role", "doctor", "--display", "李医生", recovery_file=code_file)
    desk.user = "li"
    desk.patch.setenv("JICENG_PIN", "2468")
    return desk


def test_a_new_store_needs_a_passphrase_and_somebody_for_its_recovery_code(desk, tmp_path):
    result = desk.run("users", "list", code=3)  # no terminal here, and no file named
    assert "[account.recovery_needed]" in result.stderr
    desk.patch.delenv("JICENG_PASSPHRASE")
    assert "[account.passphrase_needed]" in desk.run("users", "list", code=3).stderr
    assert not (tmp_path / "data" / "store").exists()
    desk.patch.setenv("JICENG_PASSPHRASE", "too short")
    result = desk.run("users", "list", code=3, recovery_file=tmp_path / "code")
    assert "[account.passphrase_short]" in result.stderr
    assert not (tmp_path / "code").exists()


def test_the_recovery_code_goes_to_its_file_and_nowhere_else(desk, tmp_path):
    code_file = tmp_path / "code"
    result = desk.run("users", "list", "--json", recovery_file=code_file)
    code = code_file.read_text().strip()
    assert len(code) == 34
    assert code not in result.output
    assert code_file.stat().st_mode & 0o077 == 0
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or code.encode() not in path.read_bytes()


def test_the_passphrase_may_come_from_a_file(clinic, tmp_path):
    clinic.patch.delenv("JICENG_PASSPHRASE")
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE + "\n")
    assert clinic.json("users", "list", passphrase_file=phrase)["users"][0]["display"] == "李医生"
    assert "[account.secret_file]" in clinic.run("users", "list", code=1, passphrase_file=tmp_path).stderr
    phrase.write_text("another passphrase")
    assert "[account.passphrase]" in clinic.run("users", "list", code=1, passphrase_file=phrase).stderr


def test_who_acts_is_proved_by_the_pin(clinic):
    clinic.patch.setenv("JICENG_PIN", "1111")
    assert "[policy.pin]" in clinic.run("users", "list", code=3).stderr
    clinic.patch.delenv("JICENG_PIN")
    assert "[policy.pin_missing]" in clinic.run("users", "list", code=3).stderr
    clinic.user = None
    assert "[policy.accounts]" in clinic.run("users", "add", "x", "--role", "clerk", code=3).stderr


def test_accounts_come_change_and_go(clinic):
    clinic.patch.setenv("JICENG_NEW_PIN", "1357")
    clinic.patch.setenv("JICENG_NEW_PASSPHRASE", "the nurse's own phrase")
    added = clinic.json("users", "add", "wang", "--role", "nurse", "--own-passphrase")
    assert (added["role"], added["public_key"]) == ("nurse", None)
    assert "[account.role]" in clinic.run("users", "role", "wang", "surgeon", code=1).stderr
    assert clinic.json("users", "role", "wang", "trainee")["public_key"] is not None
    clinic.patch.setenv("JICENG_PASSPHRASE", "the nurse's own phrase")
    assert len(clinic.json("users", "list")["users"]) == 2
    assert clinic.json("users", "pin", "wang")["name"] == "wang"
    assert clinic.json("users", "remove", "wang") == {"removed": "wang"}
    assert "[account.passphrase]" in clinic.run("users", "list", code=1).stderr
    clinic.patch.setenv("JICENG_PASSPHRASE", PHRASE)
    assert [item["name"] for item in clinic.json("users", "list")["users"]] == ["li"]
    assert len(clinic.json("users", "list", "--all")["users"]) == 2
    clinic.run("users", "pin")
    clinic.patch.setenv("JICENG_PIN", "1357")
    assert "李医生" in clinic.run("users", "list").stdout


def test_the_trail_is_verified_shown_and_exported(clinic, tmp_path):
    with open_store(clinic.session()) as opened:
        opened.store.save_visit(visit(), Actor("li", "doctor"), "visit.review")
    verified = clinic.json("audit", "verify")
    assert (verified["ok"], verified["rows"], verified["broken"]) == (True, 2, None)
    assert clinic.json("audit", "verify", "--head", verified["head"])["ok"]
    gone = f"9:{'0' * 64}"
    result = clinic.run("audit", "verify", "--head", gone, "--json", code=1)
    assert json.loads(result.stdout)["broken"] == {"seq": 3, "reason": "truncated"}
    assert "[store.audit_broken]" in result.stderr
    printed = verified["head"][: len("2:") + 16]
    assert clinic.json("audit", "verify", "--head", printed)["ok"]
    assert clinic.json("audit", "verify", "--head", printed.upper())["ok"]
    changed = "2:" + printed[2:][::-1]
    result = clinic.run("audit", "verify", "--head", changed, "--json", code=1)
    assert json.loads(result.stdout)["broken"] == {"seq": 2, "reason": "anchor"}
    for no_head in (
        "9",
        printed[:-1],
        "2:",
        f"2:{'g' * 16}",
        f":{'0' * 64}",
        f"2:{'0' * 65}",
        "9" * 5000 + ":",
    ):
        assert "[store.audit_head]" in clinic.run("audit", "verify", "--head", no_head, code=1).stderr
    (row,) = clinic.json("audit", "show", "--since", "1", "--contents")["rows"]
    assert (row["action"], list(row["contents"])) == ("visit.review", ["changes", "output"])
    assert "visit.review" in clinic.run("audit", "show").stdout
    file = tmp_path / "trail.jsonl"
    assert clinic.json("audit", "export", file)["rows"] == 2
    first, *rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert (first["verified"], len(rows), first["head"]["hash"]) == (True, 2, rows[-1]["hash"])
    assert "[backup.exists]" in clinic.run("audit", "export", file, code=1).stderr


def test_backup_rehearsal_and_restore(clinic, tmp_path):
    file = tmp_path / "day.jcbak"
    made = clinic.json("backup", file)
    assert made["verified"]
    assert clinic.json("restore", file, "--rehearse")["head"] == made["head"]
    clinic.patch.setenv("JICENG_NEW_PIN", "1357")
    clinic.run("users", "add", "wang", "--role", "clerk")
    restored = clinic.json("restore", file)
    assert restored["kept"] is not None
    assert [item["name"] for item in clinic.json("users", "list")["users"]] == ["li"]
    assert "[backup.missing]" in clinic.run("restore", tmp_path / "none", code=1).stderr
    clinic.patch.setenv("JICENG_PASSPHRASE", "another passphrase")
    assert "[account.passphrase]" in clinic.run("restore", file, code=1).stderr


def test_a_recovery_code_sets_a_new_passphrase(clinic, tmp_path):
    code_file, next_file = tmp_path / "code", tmp_path / "next"
    assert "[account.recovery_exists]" in clinic.run("recovery-code", code=1, recovery_file=code_file).stderr
    assert "[account.recovery_needed]" in clinic.run("recovery-code", code=3).stderr
    assert clinic.json("recovery-code", recovery_file=next_file) == {"done": True}
    clinic.patch.setenv("JICENG_PASSPHRASE", "quite another passphrase")
    result = clinic.run("recovery-code", "use", "--code-file", code_file, code=1)
    assert "[account.recovery_other]" in result.stderr
    assert "[account.code_and_passphrase]" in clinic.run("recovery-code", "use", code=3).stderr
    clinic.patch.setenv("JICENG_RECOVERY_CODE", next_file.read_text())
    clinic.run("recovery-code", "use")
    assert clinic.json("audit", "verify")["ok"]
    clinic.patch.setenv("JICENG_PASSPHRASE", PHRASE)
    assert "[account.passphrase]" in clinic.run("users", "list", code=1).stderr


def test_escrow_is_registered_by_those_who_manage_accounts(clinic):
    key = "11" * 32
    assert clinic.json("recovery-code", "escrow", key, "--label", "县医院信息科") == {"done": True}
    assert clinic.json("audit", "show")["rows"][-1]["action"] == "keys.escrow"
    result = clinic.run("recovery-code", "escrow", "xy", "--label", "x", code=1)
    assert "[account.escrow_key]" in result.stderr
    clinic.user = None
    assert "[policy.accounts]" in clinic.run("recovery-code", "escrow", key, "--label", "x", code=3).stderr


def test_every_command_has_help_in_both_languages(tmp_path, monkeypatch):
    commands = (
        ["audit", "verify"],
        ["audit", "show"],
        ["audit", "export"],
        ["backup"],
        ["restore"],
        ["recovery-code"],
        ["recovery-code", "use"],
        ["recovery-code", "escrow"],
        ["users", "add"],
        ["users", "list"],
        ["users", "remove"],
        ["users", "pin"],
        ["users", "role"],
        ["users", "device"],
    )
    for language in ("zh", "en"):
        desk = Desk(tmp_path, monkeypatch, language)
        for command in commands:
            text = desk.run(*command, "--help").stdout
            assert "help." not in text
            assert "--json" in text


def test_every_code_has_its_sentence_and_next_step_in_both_languages():
    root = Path(__file__).parents[2] / "desktop_app"
    files = [*(root / "store").glob("*.py"), *(root / "accounts").glob("*.py")]
    files += [root / "cli" / f"{name}.py" for name in ("opening", "audit", "backup", "users")]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    room = r"(?:store|account|policy|backup|device)"
    codes = set(re.findall(rf"(?:Error|ABORT)[(,]\s*[\"']({room}\.[a-z_]+)", text))
    codes |= set(re.findall(rf'\d: "({room}\.[a-z_]+)"', text))  # the database's own codes
    codes |= set(re.findall(r", \"(account\.[a-z_]+)\"\n?\s*\)\n", text))  # ways to the data key
    codes -= {"account.remove", "account.pin"}  # actions of the trail
    assert len(codes) > 55
    for language in ("zh", "en"):
        keys = Catalogue(language).keys
        wanted = {f"error.{code}.{end}" for code in codes for end in ("text", "next")}
        assert wanted - keys == set()
