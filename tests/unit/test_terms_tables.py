"""Content tables: every shipped one loads, says where its rows come from, and repeats no key."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from desktop_app.core import paths
from desktop_app.core.errors import InputError
from desktop_app.terms.tables import cells, read_table, shipped_table

CONTENT = paths.resources() / "content"
NAMES = sorted(path.stem for path in CONTENT.glob("*.csv"))
PROVENANCE = ("source", "source_version", "licence", "reviewer", "reviewed_on", "status")
KEYS: dict[str, tuple[str, ...]] = {
    "allergen_group": ("group",),
    "body_part": ("standard",),
    "contrast_term": ("class", "member"),
    "danger_term": ("standard",),
    "data_element": ("field", "label", "system", "code"),
    "diagnosis": ("name",),
    "dialect_function": ("region", "form"),
    "dialect_term": ("region", "form"),
    "drug": ("generic",),
    "exam_term": ("form",),
    "kinship": ("region", "form"),
    "lab_item": ("code",),
    "lab_limit": ("item",),
    "lab_range": ("item", "sex", "age_days_low", "age_days_high", "unit", "method"),
    "lab_synonym": ("item", "alias"),
    "negation_cue": ("region", "cue", "direction", "kind"),
    "plain_wording": ("form",),
    "red_flag": ("id",),
    "symptom": ("standard",),
    "unit_conversion": ("item", "from_unit", "to_unit"),
}


def test_every_table_has_a_key() -> None:
    assert set(KEYS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_provenance(name: str) -> None:
    rows = shipped_table(name)
    assert rows
    for row in rows:
        assert set(PROVENANCE) <= set(row)
        assert row["source"]
        assert row["source_version"]
        assert row["licence"]
        assert row["status"] in ("sample", "verified")
        if row["status"] == "verified":
            assert row["reviewer"]
            assert date.fromisoformat(row["reviewed_on"])


@pytest.mark.parametrize("name", NAMES)
def test_no_key_twice(name: str) -> None:
    columns = KEYS[name]
    seen = Counter(tuple(row[column] for column in columns) for row in shipped_table(name))
    assert [key for key, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_lists_have_no_member_twice(name: str) -> None:
    for row in shipped_table(name):
        for column in ("asr_variants", "ambiguous_with"):
            members = cells(row.get(column, ""))
            assert len(members) == len(set(members)), (row, column)


@pytest.mark.parametrize("name", ["lab_range", "lab_limit"])
def test_low_lies_below_high(name: str) -> None:
    for row in shipped_table(name):
        if row["low"] and row["high"]:
            none_allowed = row["low"] == row["high"] == "0"  # counts of which a healthy sample has none
            assert none_allowed or float(row["low"]) < float(row["high"]), row


def test_ages_rise_and_critical_values_lie_outside_the_range() -> None:
    for row in shipped_table("lab_range"):
        assert row["sex"] in ("any", "male", "female")
        if row["age_days_low"] and row["age_days_high"]:
            assert int(row["age_days_low"]) < int(row["age_days_high"])
        if row["critical_low"] and row["low"]:
            assert float(row["critical_low"]) < float(row["low"]), row
        if row["critical_high"] and row["high"]:
            assert float(row["critical_high"]) > float(row["high"]), row


def test_lab_tables_name_known_analytes() -> None:
    codes = {row["code"] for row in shipped_table("lab_item")}
    for name in ("lab_range", "lab_limit", "lab_synonym", "unit_conversion"):
        assert {row["item"] for row in shipped_table(name)} <= codes


def test_factors_are_positive() -> None:
    assert all(float(row["factor"]) > 0 for row in shipped_table("unit_conversion"))


def test_a_table_with_a_mark_and_blanks(tmp_path: Path) -> None:
    path = tmp_path / "word.csv"
    path.write_text("\ufeffform,standard,note\n 脑壳 , 头 \n", encoding="utf-8")
    assert read_table(path) == [{"form": "脑壳", "standard": "头", "note": ""}]


def test_a_row_with_too_many_cells(tmp_path: Path) -> None:
    path = tmp_path / "word.csv"
    path.write_text("form,standard\n脑壳,头\n肚皮,腹,多\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert caught.value.code == "content.cells"
    assert caught.value.details == {"table": "word.csv", "line": 3}


@pytest.mark.parametrize("content", [None, b"form,standard\n\xff\xfe\xfa,\n"])
def test_a_table_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "word.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert caught.value.code == "content.unreadable"


@pytest.mark.parametrize(
    ("value", "members"), [("", []), ("头", ["头"]), (" 头 | 脑壳|", ["头", "脑壳"]), ("||", [])]
)
def test_cells(value: str, members: list[str]) -> None:
    assert cells(value) == members
