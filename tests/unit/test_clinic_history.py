"""The patient's side: whose illness, when, what was refused or advised, and what was taken back."""

from __future__ import annotations

import pytest
from spoken import COMPLAINT, FAMILY, PAST, PRESENT, text, visit, written

from desktop_app.core.records.people import Region, Sex

OPENED = "医：哪里不舒服？ / 患：咳嗽三天了。 / "


@pytest.mark.parametrize(
    ("said", "region", "relative"),
    [
        ("我妈有高血压，我爸有糖尿病。", Region.MANDARIN, ["母亲有高血压", "父亲有糖尿病"]),
        ("我老汉有高血压。", Region.SICHUAN, ["父亲有高血压"]),
        ("我阿妈有糖尿病。", Region.CANTONESE, ["母亲有糖尿病"]),
        ("阮老母有高血压。", Region.MIN, ["母亲有高血压"]),
        ("我姐也有高血压。", Region.MANDARIN, ["姐姐有高血压"]),
    ],
)
def test_a_relatives_disease(said: str, region: Region, relative: list[str]) -> None:
    draft = written(visit(f"{OPENED}医：家里人有什么病吗？ / 患：{said}", region))
    assert all(item in draft.field(FAMILY).text for item in relative)
    assert "高血压" not in draft.field(PAST).text
    assert "糖尿病" not in draft.field(PAST).text


def test_a_relatives_cough_is_no_complaint_of_the_patient() -> None:
    draft = written(visit("医：怎么了？ / 患：头痛两天，隔壁大妈咳嗽还吐。"))
    assert "咳嗽" not in "".join(field.text for field in draft.fields)
    assert draft.field(COMPLAINT).text == "头痛2天。"


def test_the_patients_own_denial_beside_a_relative() -> None:
    draft = written(visit(f"{OPENED}医：你发烧吗？ / 患：我不发烧，我老公发烧。"))
    assert "否认发热" in draft.field(PRESENT).text


@pytest.mark.parametrize(
    ("lines", "age", "sex", "complaint"),
    [
        ("家：我娃发烧两天了，还拉肚子，他哥上礼拜也发烧。", "3y", Sex.MALE, "发热、腹泻2天。"),
        ("家：我妈咳嗽三天了。", "66y", Sex.FEMALE, "咳嗽3天。"),
        ("家：我爸喘不上气，三天了。", "70y", Sex.MALE, "呼吸困难3天。"),
    ],
)
def test_a_relative_who_speaks_tells_of_the_patient(lines: str, age: str, sex: Sex, complaint: str) -> None:
    assert text(f"医：怎么了？ / {lines}", COMPLAINT, age=age, sex=sex) == complaint


def test_a_relative_who_speaks_has_diseases_of_their_own() -> None:
    lines = "医：怎么了？ / 家：我妈咳嗽三天了，我有高血压。"
    assert "高血压" not in text(lines, PAST, age="66y", sex=Sex.FEMALE)


@pytest.mark.parametrize(
    ("said", "treatment"),
    [
        ("老板叫我吃阿莫西林，我没吃。", "阿莫西林"),
        ("邻居说拔罐好，我没去。", "拔罐"),
        ("网上说喝梨水好。", "梨"),
        ("听人说吃阿莫西林好。", "阿莫西林"),
    ],
)
def test_advice_that_was_not_taken_is_no_treatment(said: str, treatment: str) -> None:
    said_of = text(f"医：怎么了？ / 患：咳嗽三天，{said}", PRESENT)
    assert treatment not in said_of
    assert said_of.startswith("咳嗽3天")


@pytest.mark.parametrize(
    ("said", "treatment"),
    [("吃了两天阿莫西林，没好。", "阿莫西林"), ("吃了半颗布洛芬，烧退了。", "半颗布洛芬")],
)
def test_what_was_taken_is_written(said: str, treatment: str) -> None:
    assert treatment in text(f"{OPENED}医：吃过药没有？ / 患：{said}", PRESENT)


@pytest.mark.parametrize(
    ("said", "region", "right", "wrong"),
    [
        ("医：哪边痛？ / 患：左边……不对，右边。", Region.MANDARIN, "右", "左"),
        ("医：左边右边？ / 患：唔系左边，系右边。", Region.CANTONESE, "右", "左"),
        ("医：哪边痛？ / 患：左边。 / 医：嗯。 / 患：哦不对，说错了，是右边。", Region.MANDARIN, "右", "左"),
    ],
)
def test_only_the_corrected_side_is_written(said: str, region: Region, right: str, wrong: str) -> None:
    draft = written(visit(f"医：怎么了？ / 患：膝盖痛。 / {said}", region))
    whole = "".join(draft.field(key).text for key in (COMPLAINT, PRESENT))
    assert right in whole
    assert wrong not in whole


@pytest.mark.parametrize(
    ("lines", "right", "wrong"),
    [
        ("患：阑尾炎，三年前……不是，七年前做的手术。", "7年前", "3年前"),
        ("患：做过手术，五岁那年。 / 家：妈，是六岁。", "6岁", "5岁"),
    ],
)
def test_only_the_corrected_time_is_written(lines: str, right: str, wrong: str) -> None:
    whole = "".join(field.text for field in written(visit(f"{OPENED}医：以前开过刀没有？ / {lines}")).fields)
    assert wrong not in whole
    assert right in whole


def test_past_and_present_are_told_apart() -> None:
    draft = written(
        visit(f"{OPENED}医：以前得过什么病？ / 患：七年前做过阑尾手术，高血压十年了，天天吃硝苯地平。")
    )
    past = draft.field(PAST).text
    assert "7年前做过阑尾手术" in past
    assert "高血压10年" in past
    assert "硝苯地平" in past
    assert draft.field(PRESENT).text == "咳嗽3天。"


@pytest.mark.parametrize(
    ("question", "answer", "habit"),
    [
        ("抽烟喝酒吗？", "抽烟，一天一包，不喝酒。", ["抽烟", "1包", "否认喝酒"]),
        ("抽烟吗？", "不抽。", ["否认抽烟"]),
    ],
)
def test_habits(question: str, answer: str, habit: list[str]) -> None:
    said = text(f"{OPENED}医：{question} / 患：{answer}", FAMILY)
    assert all(item in said for item in habit)


def test_a_missed_period() -> None:
    lines = "医：怎么了？ / 患：下腹痛两天。 / 医：月经正常吗？ / 患：四十天没来了。"
    assert "停经40天" in text(lines, PRESENT, age="28y", sex=Sex.FEMALE)


def test_a_finding_told_before_a_refusal_stays() -> None:
    told = text("医：以前有啥病？ / 患：去年体检血压高一滴，一百四十二，冇食药。", PAST, Region.HAKKA)
    assert "血压" in told
