"""What a speaker puts right, takes back, refuses or was only offered: none of it stays in the record."""

from __future__ import annotations

import pytest
from spoken import COMPLAINT, PLAN, PRESENT, text

from desktop_app.core.records.people import Region

M, W, N, K, H, E = (
    Region.MANDARIN,
    Region.WU,
    Region.MIN,
    Region.HAKKA,
    Region.HENAN,
    Region.NORTHEAST,
)
ILL = "患：头疼三天。 / "


@pytest.mark.parametrize(
    ("talk", "region", "side", "gone"),
    [
        ("患：脚疼两天。 / 医：哪只脚？ / 患：左脚……嗐，疼糊涂了，右脚。", M, "右", "左"),
        ("患：奶疼，三天了。 / 医：哪边？ / 患：右边……说反了，左边。", M, "左", "右"),
        ("患：腰痛五日。 / 医：哪边？ / 患：左边……我讲反哩，右边。", K, "右", "左"),
        ("患：目睭疼两工。 / 医：佗一爿？ / 患：倒爿……呸，讲毋着，是正爿。", N, "右", "左"),
        ("患：眼疼。 / 医：哪只眼？ / 患：左……你看我疼糊涂了，右眼。", H, "右", "左"),
    ],
)
def test_only_the_last_side_stays(talk: str, region: Region, side: str, gone: str) -> None:
    complaint = text(talk, COMPLAINT, region)
    assert side in complaint
    assert gone not in complaint


@pytest.mark.parametrize(
    ("order", "region", "stays", "gone"),
    [
        ("左氧氟沙星眼药水，一天六回……不用恁多，一天四回。", H, "每日4次", "每日6次"),
        ("吃对乙酰氨基酚，零点五克，一天最多四回……三回吧。", H, "1天最多3次", "4次"),
        ("阿昔洛韦，一次四粒，一日三次……讲错哩，一日五次。", K, "每日5次", "每日3次"),
        ("伐昔洛韦，一趟零点三克，一日三趟……讲错脱了，一日两趟。", W, "每日2次", "每日3次"),
    ],
)
def test_only_the_last_dose_stays(order: str, region: Region, stays: str, gone: str) -> None:
    plan = text(f"{ILL}医：体温三十七度。{order}", PLAN, region)
    assert stays in plan
    assert gone not in plan


@pytest.mark.parametrize(
    "told",
    [
        "隔壁给了几粒止痛片，我没吃。",
        "俺闺女拿嘞可的松眼膏，没敢点。",
        "同事送的川贝枇杷膏，我没有喝。",
        "我说喂点止咳糖浆，他爷爷喊莫乱喂。",
    ],
)
def test_what_was_offered_and_not_taken_is_no_treatment(told: str) -> None:
    present = text(f"{ILL}医：用过药没有？ / 患：{told}", PRESENT)
    assert not any(drug in present.replace("未用", "") for drug in ("止痛", "可的松", "川贝", "止咳糖浆"))


def test_a_drug_without_effect_was_taken() -> None:
    present = text(f"{ILL}医：吃过什么药？ / 患：药店买了枣仁安神胶囊，吃了半个月，没有用。", PRESENT)
    assert "枣仁安神胶囊" in present
    assert "吃了半个月" in present


def test_what_was_taken_keeps_its_drug() -> None:
    told = "隔壁给了我几粒安定，她吃了有用。我吃了半粒。"
    assert "地西泮，吃了半粒" in text(f"{ILL}医：吃过什么药没有？ / 患：{told}", PRESENT)


def test_an_order_that_is_declined_and_dropped_is_no_order() -> None:
    talk = (
        "医：体温三十七度。炉甘石洗剂，一日三趟。夜里再加一粒普瑞巴林。 / 患：普瑞巴林吃仔头昏，我勿要。 / "
        "医：格么先勿开。甲钴胺，一趟零点五毫克。"
    )
    plan = text(ILL + talk, PLAN, W)
    assert "普瑞巴林" not in plan
    assert "炉甘石" in plan
    assert "甲钴胺" in plan


def test_another_of_the_party_may_deny_that_a_drug_was_taken() -> None:
    talk = "家：她头疼三天，我给她吃了一粒去痛片。 / 患：我没吃！ / 医：哦。"
    assert "去痛片" not in text(talk, PRESENT)


def test_a_call_begins_with_a_bare_wei_only() -> None:
    talk = "患：奶疼三天。 / 医：咳嗽、拉肚子有没有？ / 患：奶不硬，喂得还行。不咳，也没拉。"
    assert "否认咳嗽、腹泻" in text(talk, PRESENT)


def test_asking_for_something_else_declines_no_order() -> None:
    talk = "医：体温三十七度。双氯芬酸乳膏，一天抹三回。 / 患：要不要打封闭？ / 医：先不打。"
    plan = text(ILL + talk, PLAN)
    assert "双氯芬酸乳膏，每日3次" in plan
    assert "不予封闭治疗" in plan


def test_a_pointing_word_hides_no_correction() -> None:
    talk = "患：膀子疼，右边这个……不是，左边。 / 医：多长时间？ / 患：俩月了。"
    assert text(talk, COMPLAINT) == "左侧肩痛2月。"
