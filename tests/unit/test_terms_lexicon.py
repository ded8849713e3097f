"""Longest match of spoken forms: which meaning counts where, and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.records.people import Region
from desktop_app.terms.lexicon import MISHEARD, Entry, Kind, Lexicon, shipped_lexicon

SMALL = Lexicon(
    [
        Entry("头", "头", Kind.BODY_PART),
        Entry("头昏", "头晕", Kind.SYMPTOM),
        Entry("头昏眼花", "头晕眼花", Kind.SYMPTOM),
        Entry("眼花", "视物模糊", Kind.SYMPTOM),
        Entry("恶", "恶心", Kind.SYMPTOM, Region.CANTONESE),
        Entry("恶", "凶", Kind.WORD, Region.MANDARIN),
        Entry("发冷", "疟疾", Kind.SYMPTOM, Region.HAKKA, candidates=("畏寒",)),
        Entry("发冷", "畏寒", Kind.SYMPTOM),
    ]
)


def forms(text: str, region: Region | None = None) -> list[str]:
    return [hit.form for hit in SMALL.find(text, region)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("头昏眼花", ["头昏眼花"]),
        ("头昏，眼花", ["头昏", "眼花"]),
        ("头昏眼", ["头昏"]),
        ("头头昏", ["头", "头昏"]),
        ("", []),
        ("没有", []),
    ],
)
def test_leftmost_and_longest(text: str, found: list[str]) -> None:
    assert forms(text) == found


def test_a_region_counts_its_own_words_and_mandarin() -> None:
    assert [entry.standard for entry in SMALL.find("恶", Region.SICHUAN)[0].entries] == ["凶"]
    assert {entry.standard for entry in SMALL.find("恶", Region.CANTONESE)[0].entries} == {"恶心", "凶"}
    assert {entry.standard for entry in SMALL.find("恶")[0].entries} == {"恶心", "凶"}


def test_the_regions_own_meaning_comes_first() -> None:
    hakka = SMALL.find("发冷", Region.HAKKA)[0].of(Kind.SYMPTOM)
    plain = SMALL.find("发冷", Region.WU)[0].of(Kind.SYMPTOM)
    assert hakka is not None
    assert plain is not None
    assert (hakka.standard, plain.standard) == ("疟疾", "畏寒")


def test_a_hit_gives_its_meaning_of_a_kind() -> None:
    (hit,) = SMALL.find("头昏")
    assert hit.of(Kind.DRUG) is None
    symptom = hit.of(Kind.DRUG, Kind.SYMPTOM)
    assert symptom is not None
    assert symptom.standard == "头晕"


def test_names_are_of_drugs_diseases_and_tests() -> None:
    lexicon = Lexicon([Entry("二甲双胍", "二甲双胍", Kind.DRUG), Entry("头昏", "头晕", Kind.SYMPTOM)])
    assert lexicon.names == ["二甲双胍"]


def test_a_form_that_everyday_words_hold_is_left_out() -> None:
    assert Lexicon([Entry("年前", "春节前", Kind.TIME)]).names == []
    assert "春节前" not in [hit.entries[0].standard for hit in shipped_lexicon().find("七年前做的手术")]


@given(st.text(alphabet="头昏眼花恶发冷，没", max_size=20))
def test_hits_stand_in_order_and_never_overlap(text: str) -> None:
    end = 0
    for hit in SMALL.find(text):
        assert hit.start >= end
        assert text[hit.start : hit.end] == hit.form
        end = hit.end


@pytest.mark.parametrize(
    ("form", "standard", "kind", "region"),
    [
        ("发烧", "发热", Kind.SYMPTOM, Region.MANDARIN),
        ("拉肚子", "腹泻", Kind.SYMPTOM, Region.MANDARIN),
        ("脑壳昏", "头晕", Kind.SYMPTOM, Region.SICHUAN),
        ("打摆子", "寒战", Kind.SYMPTOM, Region.SICHUAN),
        ("我妈", "母亲", Kind.KIN, Region.MANDARIN),
        ("高血压", "高血压", Kind.DIAGNOSIS, Region.MANDARIN),
        ("阿莫西林", "阿莫西林", Kind.DRUG, Region.MANDARIN),
        ("睡不着", "失眠", Kind.SYMPTOM, Region.MANDARIN),
    ],
)
def test_shipped_words(form: str, standard: str, kind: Kind, region: Region) -> None:
    entry = shipped_lexicon().find(form, region)[0].of(kind)
    assert entry is not None
    assert entry.standard == standard


def test_a_misheard_drug_name_says_so() -> None:
    entry = shipped_lexicon().find("阿魔西林")[0].of(Kind.DRUG)
    assert entry is not None
    assert (entry.standard, entry.detail) == ("阿莫西林", MISHEARD)


def test_regions_are_counted_by_their_own_words() -> None:
    counts = shipped_lexicon().regions("脑壳昏，肚皮遭不住，打摆子")
    assert counts[Region.SICHUAN] > 0
    assert shipped_lexicon().regions("咳嗽发烧").total() == 0


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("三日头痛", ["头痛"]),
        ("早上头痛", ["头痛"]),
        ("从小腿肿到大腿", ["小腿肿", "大腿"]),
        ("手骨折了", ["手", "骨折"]),
        ("复查尿酸", ["尿酸"]),
        ("拉下黑便", ["黑便"]),
        ("之前儿子也发烧", ["儿子", "发烧"]),
        ("先头痛后发烧", ["头痛", "发烧"]),
    ],
)
def test_a_word_of_time_takes_no_edge_off_a_finding(text: str, forms: list[str]) -> None:
    assert [hit.form for hit in shipped_lexicon().find(text)] == forms


def test_a_form_goes_before_what_it_holds() -> None:
    assert [hit.form for hit in shipped_lexicon().find("哪里不舒服")] == ["哪里不舒服"]
