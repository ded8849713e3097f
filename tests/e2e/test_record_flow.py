"""A record's life through the commands: added, reviewed, signed, exported, corrected, verified."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from program import SAMPLES, Outcome, jiceng
from pypdf import PdfReader

SECRETS = {
    "JICENG_PASSPHRASE": "correct horse battery staple",
    "JICENG_PIN": "482915",
    "JICENG_NEW_PIN": "482915",
}


class Desk:
    """A data folder with one doctor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        made = self.run("users", "add", "li", "--role", "doctor", "--recovery-file", folder / "recovery.txt")
        assert made.code == 0, made.err

    def run(self, *arguments: str | Path) -> Outcome:
        return jiceng("--data-dir", self.folder / "data", *arguments, env=SECRETS)

    def doctor(self, *arguments: str | Path) -> Outcome:
        return self.run("--user", "li", *arguments)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def _add(desk: Desk) -> dict[str, Any]:
    added = desk.run(
        "record",
        "add",
        SAMPLES / "consultation.txt",
        "--name",
        "样本",
        "--sex",
        "female",
        "--age",
        "46y",
        "--json",
    )
    assert added.code == 0, added.err
    return added.json


def test_from_words_to_a_signed_corrected_and_verified_record(desk: Desk, tmp_path: Path) -> None:
    added = _add(desk)
    visit = added["id"]
    assert added["state"] == "drafted"

    unreviewed = desk.doctor("record", "sign", visit)
    assert (unreviewed.code, unreviewed.err[:16]) == (3, "[policy.review] ")

    reviewed = desk.doctor(
        "record", "review", visit, "--keep", "unresolved", "--add", "plan=注意休息", "--json"
    )
    assert reviewed.code == 0, reviewed.err
    assert reviewed.json["unresolved"] == 0
    (added_by_hand,) = [
        item for item in reviewed.json["fields"]["plan"]["statements"] if item["text"] == "注意休息"
    ]
    assert added_by_hand["evidence"][0]["source"] == "entered"
    assert added_by_hand["evidence"][0]["by"] == "li"

    signed = desk.doctor("record", "sign", visit, "--json")
    assert signed.code == 0, signed.err
    assert signed.json["state"] == "signed"

    exported = desk.run("record", "export", visit, "--format", "fhir", "--output", tmp_path, "--json")
    assert exported.code == 0, exported.err
    assert Path(exported.json["file"]).parent == tmp_path

    paper = desk.run("record", "export", visit, "--format", "pdf", "--output", tmp_path, "--json").json[
        "file"
    ]
    pages = "".join(page.extract_text() for page in PdfReader(paper).pages)
    (printed,) = re.findall(r"审计链头\s*([0-9]+:[0-9a-f]{16})(?![0-9a-f])", pages)

    again = desk.doctor("record", "review", visit, "--drop", added_by_hand["id"])
    assert (again.code, again.err[:16]) == (3, "[policy.signed] ")
    corrected = desk.doctor("record", "review", visit, "--correct", "--drop", added_by_hand["id"], "--json")
    assert corrected.code == 0, corrected.err
    assert corrected.json["corrects"] == signed.json["version"]
    assert desk.doctor("record", "sign", visit).code == 0

    original = desk.run("record", "show", visit, "--version", str(signed.json["version"]), "--json")
    assert "注意休息" in original.json["fields"]["plan"]["text"]
    newest = desk.run("record", "show", visit, "--json")
    assert "注意休息" not in newest.json["fields"]["plan"]["text"]

    verified = desk.run("audit", "verify", "--head", printed, "--json")
    assert verified.code == 0, verified.err
    assert verified.json["ok"] is True
    seq, digits = printed.split(":")
    other = desk.run("audit", "verify", "--head", f"{seq}:{digits[::-1]}")
    assert (other.code, other.err[:20]) == (1, "[store.audit_broken]")


def test_an_unresolved_statement_blocks_the_signature(desk: Desk, tmp_path: Path) -> None:
    talk = tmp_path / "talk.txt"  # nobody says who speaks: the doctor's own fields stay uncertain
    talk.write_text("咳了三天了。\n体温三十八度二。\n考虑急性支气管炎。\n", encoding="utf-8")
    added = desk.run("record", "add", talk, "--json").json
    assert added["unresolved"] > 0
    reviewed = desk.doctor("record", "review", added["id"])
    assert reviewed.code == 0, reviewed.err
    refused = desk.doctor("record", "sign", added["id"])
    assert (refused.code, refused.err[:20]) == (3, "[policy.unresolved] ")
    assert desk.run("record", "show", added["id"], "--json").json["state"] == "reviewed"


def test_a_machine_neither_reviews_nor_signs(desk: Desk) -> None:
    visit = _add(desk)["id"]
    for arguments in (("review", visit, "--keep", "unresolved"), ("sign", visit)):
        refused = desk.run("record", *arguments)
        assert (refused.code, refused.err[:19]) == (3, "[record.no_person] ")


def test_a_wrong_passphrase_and_an_unknown_record_are_said_in_one_sentence(desk: Desk) -> None:
    data = desk.folder / "data"
    wrong = jiceng(
        "--data-dir", data, "record", "list", env=SECRETS | {"JICENG_PASSPHRASE": "not the right one"}
    )
    assert (wrong.code, wrong.err[:21]) == (1, "[account.passphrase] ")
    unknown = desk.run("record", "show", "no-such-visit")
    assert (unknown.code, unknown.err[:17]) == (1, "[record.unknown] ")
