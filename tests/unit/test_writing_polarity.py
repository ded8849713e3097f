"""What a clause affirms and denies: cues before, inside and after a finding, and words that only look like cues."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core.records.people import Region
from desktop_app.terms.lexicon import Kind, shipped_lexicon
from desktop_app.terms.tables import shipped_table
from desktop_app.writing.polarity import Polarity, collapse, mentions

M, S, C, W = Region.MANDARIN, Region.SICHUAN, Region.CANTONESE, Region.WU
N, K, H, E = Region.MIN, Region.HAKKA, Region.HENAN, Region.NORTHEAST


def said(text: str, region: Region = M) -> dict[str, str]:
    return {item.standard: item.polarity.value for item in mentions(text, shipped_lexicon(), region)}


BEFORE = [
    ("没有咳嗽", M, "咳嗽"),
    ("也没发烧", M, "发热"),
    ("不发烧", H, "发热"),
    ("没得咳嗽", S, "咳嗽"),
    ("冇发烧", C, "发热"),
    ("呒没寒热", W, "发热"),
    ("勿咳嗽", W, "咳嗽"),
    ("无咳嗽", N, "咳嗽"),
    ("毋捌高血压", N, "高血压"),
    ("冇发烧", K, "发热"),
    ("没有明显胸痛", M, "胸痛"),
    ("一点也不头晕", M, "头晕"),
    ("没有再吐", M, "呕吐"),
    ("否认高血压", M, "高血压"),
]
INSIDE = [
    ("腰不疼", M, "腰痛"),
    ("头也不晕", M, "头晕"),
    ("头不怎么疼", M, "头痛"),
    ("胸口不闷", M, "胸闷"),
    ("脑壳不昏", S, "头晕"),
    ("头唔痛", C, "头痛"),
    ("肚皮勿痛", W, "腹痛"),
    ("头壳袂疼", N, "头痛"),
    ("腹肚无疼", N, "腹痛"),
    ("肚屎唔痛", K, "腹痛"),
    ("脑瓜子不疼", E, "头痛"),
]
AFTER = [
    ("咳嗽没得", S, "咳嗽"),
    ("高血压倒没有", M, "高血压"),
    ("头晕没有过", M, "头晕"),
    ("高血压呒没个", W, "高血压"),
    ("高血压冇", C, "高血压"),
]
VERBS = [
    ("不咳", M, "咳嗽"),
    ("唔咳", C, "咳嗽"),
    ("没拉", M, "腹泻"),
    ("袂晕", N, "头晕"),
    ("没有吐", M, "呕吐"),
]


@pytest.mark.parametrize(("text", "region", "finding"), BEFORE + INSIDE + AFTER + VERBS)
def test_denied(text: str, region: Region, finding: str) -> None:
    assert said(text, region).get(finding) == "denied"


PSEUDO = [
    ("睡不着", "失眠"),
    ("没精神", "精神差"),
    ("没胃口", "食欲减退"),
    ("浑身不舒服", "不适"),
    ("咳嗽不停", "咳嗽"),
    ("止不住地吐", "呕吐"),
    ("喘不上气", "呼吸困难"),
    ("走路不稳", "步态不稳"),
    ("不光咳嗽", "咳嗽"),
    ("不但发烧", "发热"),
    ("没想到发烧了", "发热"),
    ("忍不住咳嗽", "咳嗽"),
    ("天不亮就咳嗽", "咳嗽"),
    ("不知道咋回事头疼", "头痛"),
    ("不敢咳嗽", "咳嗽"),
]
NOT_OVER = [
    ("咳嗽没好", "咳嗽"),
    ("烧没退", "发热"),
    ("发烧还没退", "发热"),
    ("咳嗽不严重", "咳嗽"),
    ("咳嗽好不了", "咳嗽"),
    ("没吃早饭头晕", "头晕"),
    ("不吃药就头疼", "头痛"),
]


@pytest.mark.parametrize(("text", "finding"), PSEUDO + NOT_OVER)
def test_a_negation_that_denies_no_finding(text: str, finding: str) -> None:
    assert said(text).get(finding) == "affirmed"


@pytest.mark.parametrize(
    ("text", "region", "finding"),
    [
        ("鼻子也不通", M, "鼻塞"),
        ("肚有少少痛", C, "腹痛"),
        ("个头好晕", C, "头晕"),
        ("脑壳昏", S, "头晕"),
        ("咳了", M, "咳嗽"),
        ("吐了", M, "呕吐"),
    ],
)
def test_affirmed_with_words_in_the_middle(text: str, region: Region, finding: str) -> None:
    assert said(text, region).get(finding) == "affirmed"


def test_every_cue_of_the_table_denies() -> None:
    kinds = ("absent", "deny", "never")
    for row in shipped_table("negation_cue"):
        if row["kind"] not in kinds:
            continue
        text = f"{row['cue']}腹泻" if row["direction"] == "before" else f"腹泻{row['cue']}"
        found = [(item.standard, item.polarity) for item in mentions(text, shipped_lexicon(), None)]
        assert ("腹泻", Polarity.DENIED) in found, text


def test_one_negation_denies_a_list() -> None:
    assert said("没有头疼头晕恶心") == {"头痛": "denied", "头晕": "denied", "恶心": "denied"}
    assert said("没有咳嗽和发烧") == {"咳嗽": "denied", "发热": "denied"}


def test_each_finding_has_its_own_polarity() -> None:
    assert said("恶心没吐") == {"恶心": "affirmed", "呕吐": "denied"}
    assert said("没有头疼，就是头晕") == {"头痛": "denied", "头晕": "affirmed"}
    assert said("胸不闷气不短") == {"胸闷": "denied", "气促": "denied"}


@pytest.mark.parametrize(
    ("text", "disease"),
    [("血压不高", "高血压"), ("血压也一直不高", "高血压")],
)
def test_a_measure_that_is_not_high_denies_its_disease(text: str, disease: str) -> None:
    assert said(text).get(disease) == "denied"


@pytest.mark.parametrize(
    ("text", "finding"),
    [("小腿肚子酸", "小腿肚酸痛"), ("左边小腿木", "左侧小腿麻木"), ("右边手杆麻", "右侧上肢麻木")],
)
def test_a_body_part_and_its_complaint_make_a_finding(text: str, finding: str) -> None:
    (found,) = mentions(text, shipped_lexicon(), M)
    assert (found.standard, found.kind, found.polarity) == (finding, Kind.SYMPTOM, Polarity.AFFIRMED)


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("痛不痛", "痛"),
        ("头痛不痛", "头痛"),
        ("有没有咳嗽", "咳嗽"),
        ("发唔发烧", "发烧"),
        ("有冇发烧", "发烧"),
        ("晕勿晕", "晕"),
        ("疼毋疼", "疼"),
        ("阿有咳嗽", "咳嗽"),
        ("有呒没寒热", "寒热"),
        ("敢有头晕", "头晕"),
        ("咳嗽", "咳嗽"),
    ],
)
def test_a_questions_choice_is_taken_out(question: str, core: str) -> None:
    assert collapse(question) == core


@settings(deadline=None)
@given(
    st.text(alphabet="头腰肚子疼痛晕咳嗽发烧没有不无冇唔也了过血压高糖，吐", max_size=16),
    st.sampled_from(Region),
)
def test_mentions_stand_in_order_inside_the_clause(text: str, region: Region) -> None:
    found = mentions(text, shipped_lexicon(), region)
    assert [item.start for item in found] == sorted(item.start for item in found)
    assert all(0 <= item.start < item.end <= len(text) for item in found)
    denied = {item.standard for item in found if item.polarity is Polarity.DENIED}
    assert not denied & {item.standard for item in found if item.polarity is Polarity.AFFIRMED}
