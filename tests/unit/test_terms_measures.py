"""Spoken quantities to record notation, and what looks like a quantity and is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.terms.lexicon import shipped_lexicon
from desktop_app.terms.measures import MeasureWriter, plausible_pressure, read_pressures

_QUANTITIES = "咳嗽头疼了天次片克度点半几把个月年血压体温零一二三四五六七八九十百千两0189./，。 ℃"
WRITER = MeasureWriter(shipped_lexicon().names)

PRESSURES = [
    ("血压一百三八十五", "血压130/85mmHg"),
    ("血压量着一百五十六，九十八", "血压量着156/98mmHg"),
    ("血压是一百六，一百", "血压是160/100mmHg"),
    ("血压一百二十八/七十六", "血压128/76mmHg"),
    ("血压130比85", "血压130/85mmHg"),
]
TEMPERATURES = [
    ("烧到三十八度五", "烧到38.5℃"),
    ("三十九度", "39℃"),
    ("三十九度多", "39℃余"),
    ("三十八度五六", "38.5~38.6℃"),
    ("体温三十八点六度", "体温38.6℃"),
    ("烧到三十九四", "烧到39.4℃"),
    ("体温36.8度", "体温36.8℃"),
]
TIMES = [
    ("咳了十来天", "咳了10余天"),
    ("有七八天了", "有7~8天了"),
    ("四五个月", "4~5个月"),
    ("两个多月", "2个多月"),
    ("一年半", "1年半"),
    ("半个月", "半个月"),
    ("十几年", "10余年"),
    ("几天了", "数天了"),
    ("疼了两个钟头", "疼了2小时"),
    ("歇三个礼拜", "歇3周"),
    ("十分钟", "10分钟"),
    ("零九年做的手术", "2009年做的手术"),
    ("个把月", "约1个月"),
    ("三十二岁", "32岁"),
]
COUNTS = [
    ("拉了四五趟", "拉了4~5次"),
    ("吐了两回", "吐了2次"),
    ("三四摆", "3~4次"),
    ("一天三道", "每日3次"),
    ("一日两次", "每日2次"),
    ("每天吃三回", "每日3次"),
    ("一天喝两道", "每日2次"),
    ("三次一天", "每日3次"),
]
DOSES = [
    ("吃半颗", "吃半颗"),
    ("两三粒", "2~3粒"),
    ("每次两颗一天三次", "每次2颗每日3次"),
    ("零点五克", "0.5g"),
    ("零点二五毫克", "0.25mg"),
    ("五百毫克", "500mg"),
    ("十毫升", "10ml"),
    ("八十公斤", "80kg"),
    ("一米六八", "1.68m"),
    ("二两酒", "2两酒"),
    ("每天半两白酒", "每天半两白酒"),
]
VALUES = [
    ("百分之九十八", "98%"),
    ("尿蛋白两个加号", "尿蛋白2+"),
    ("血糖十一点二", "血糖11.2"),
    ("心率一百零二", "心率102"),
    ("呼吸二十二次", "呼吸22次"),
    ("一千二百块", "1200块"),
]


@pytest.mark.parametrize(("spoken", "written"), PRESSURES + TEMPERATURES + TIMES + COUNTS + DOSES + VALUES)
def test_quantities(spoken: str, written: str) -> None:
    assert WRITER.rewrite(spoken) == written


NAMES = "十二指肠溃疡 二甲双胍 三七粉 百日咳疫苗 四环素 六味地黄丸 三叉神经痛 甘油三酯 万古霉素 二尖瓣"
WORDS = (
    "一直疼 周三来的 星期二开始 初三那天 十分难受 第一次 一点都不疼 万一发烧 三角区 四肢无力 五官科 三天两头 "
    "七上八下 一边咳一边喘 一下子 一样 两侧都疼 半天不得好 一会儿 零食吃多了 半夜 一阵一阵 统一"
)


@pytest.mark.parametrize("text", [*NAMES.split(), *WORDS.split()])
def test_no_quantities(text: str) -> None:
    assert WRITER.rewrite(text) == text


@pytest.mark.parametrize("text", ["高压一百四五十", "血压一百四五十", "每天三十二片", "十二天", "没量过血压"])
def test_one_number_is_no_pressure(text: str) -> None:
    assert read_pressures(text) == []


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("一百三八十五", (130, 85)),
        ("一百五十六，九十八", (156, 98)),
        ("128/76", (128, 76)),
        ("一百六 一百", (160, 100)),
    ],
)
def test_pressures_are_found_with_their_place(text: str, pair: tuple[int, int]) -> None:
    ((systolic, diastolic, start, end),) = read_pressures(f"刚才量的{text}哈")
    assert (systolic, diastolic) == pair
    assert f"刚才量的{text}哈"[start:end] == text


@pytest.mark.parametrize(
    ("systolic", "diastolic", "can_be"),
    [(120, 80, True), (280, 180, True), (80, 120, False), (300, 90, False), (90, 10, False), (90, 90, False)],
)
def test_what_a_cuff_can_show(systolic: float, diastolic: float, can_be: bool) -> None:
    assert plausible_pressure(systolic, diastolic) is can_be


@given(st.integers(50, 280), st.integers(20, 180))
def test_written_pressures_keep_their_numbers(systolic: int, diastolic: int) -> None:
    found = [(high, low) for high, low, _, _ in read_pressures(f"{systolic}/{diastolic}")]
    possible = systolic >= 60 and plausible_pressure(systolic, diastolic)
    assert found == ([(systolic, diastolic)] if possible else [])


@given(
    st.text(
        alphabet="咳嗽头疼了天次片克度点半几把个月年血压体温零一二三四五六七八九十百千两0189./，。 ℃",
        max_size=24,
    )
)
def test_any_text_is_rewritten_without_private_characters(text: str) -> None:
    written = WRITER.rewrite(text)
    assert not any("\ue000" <= char <= "\uf8ff" for char in written)
    assert bool(written) == bool(text)


@given(st.text(alphabet="咳嗽头疼发烧拉肚子没有不了的，。abcXYZ", max_size=24))
def test_text_without_quantities_stays(text: str) -> None:
    assert WRITER.rewrite(text) == text


def test_only_the_given_names_are_protected() -> None:
    assert MeasureWriter(["三片散"]).rewrite("三片散吃三片") == "三片散吃3片"
    assert MeasureWriter().rewrite("三片散吃三片") == "3片散吃3片"
