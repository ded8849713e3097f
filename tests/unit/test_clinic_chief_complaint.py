"""The chief complaint: what brought the patient, where, and since when with its derivation."""

from __future__ import annotations

import pytest
from spoken import COMPLAINT, text, visit, written

from desktop_app.core.records.people import Region, VisitKind

M, S, C, W = Region.MANDARIN, Region.SICHUAN, Region.CANTONESE, Region.WU
N, K, H, E = Region.MIN, Region.HAKKA, Region.HENAN, Region.NORTHEAST
ASKED = "医：哪里不舒服？ / 患："


@pytest.mark.parametrize(
    ("said", "region", "complaint"),
    [
        ("咳嗽三天了。", M, "咳嗽3天。"),
        ("牙疼，五天了。", M, "牙痛5天。"),
        ("咳了十来天。", M, "咳嗽10余天。"),
        ("耳朵响半个月了。", M, "耳鸣半个月。"),
        ("脑壳昏，昏了四天。", S, "头晕4天。"),
        ("头晕两日。", C, "头晕2天。"),
        ("肚皮痛，两天了。", W, "腹痛2天。"),
        ("头晕，三工矣。", N, "头晕3天。"),
        ("肚屎痛，两日了。", K, "腹痛2天。"),
        ("脑瓜子疼，得有七八天。", E, "头痛7~8天。"),
    ],
)
def test_complaint_and_duration(said: str, region: Region, complaint: str) -> None:
    assert text(ASKED + said, COMPLAINT, region) == complaint


@pytest.mark.parametrize(
    ("said", "region", "complaint", "word"),
    [
        ("昨晚肚子疼。", M, "腹痛1天。", "昨晚"),
        ("前天晚上开始发烧的。", M, "发热2天。", "前天"),
        ("大前天开始牙疼。", M, "牙痛3天。", "大前天"),
        ("上个礼拜开始咳嗽。", M, "咳嗽1周。", "上个礼拜"),
        ("头痛，昨日夜里开始个。", W, "头痛1天。", "昨日"),
        ("腹肚疼，昨昏开始。", N, "腹痛1天。", "昨昏"),
    ],
)
def test_relative_days_say_how_they_were_derived(
    said: str, region: Region, complaint: str, word: str
) -> None:
    field = written(visit(ASKED + said, region)).field(COMPLAINT)
    assert field.text == complaint
    (statement,) = field.statements
    if statement.derivation is None:  # the record's own words for the day, or a computed span
        pytest.fail("a computed duration says nothing of its origin")
    assert word in statement.derivation


def test_a_told_duration_needs_no_derivation() -> None:
    (statement,) = written(visit(f"{ASKED}咳嗽三天了。")).field(COMPLAINT).statements
    assert statement.derivation is None


def test_the_duration_may_be_the_answer_to_a_later_question() -> None:
    assert text(f"{ASKED}牙疼。 / 医：几天了？ / 患：昨天开始的。", COMPLAINT) == "牙痛1天。"
    assert text(f"{ASKED}手麻。 / 医：多久了？ / 患：两个月了。", COMPLAINT) == "手麻2个月。"


@pytest.mark.parametrize("said", ["肚子疼，吃了三天药。", "每天头疼一个小时。", "头晕，我七十岁了。"])
def test_other_times_are_no_duration(said: str) -> None:
    assert not any(char.isdigit() for char in text(ASKED + said, COMPLAINT))


def test_a_side_that_is_told_later() -> None:
    assert "右" in text(f"{ASKED}眼睛痒。 / 医：哪只眼？ / 患：右边。", COMPLAINT)


def test_at_most_three_complaints() -> None:
    said = text(f"{ASKED}头疼、恶心、发烧、咳嗽、肚子疼三天了。", COMPLAINT)
    assert said == "头痛、恶心、发热3天。"


def test_a_return_visit_says_so() -> None:
    said = text("医：好点没？ / 患：咳嗽好多了，昨天还发烧。", COMPLAINT, kind=VisitKind.RETURN)
    assert said.endswith("复诊。")
    assert not any(char.isdigit() for char in said)


def test_denied_findings_are_no_complaint() -> None:
    assert text(f"{ASKED}不咳嗽，就是头疼两天。", COMPLAINT) == "头痛2天。"


def test_how_an_injury_came_stands_for_the_complaint() -> None:
    assert "伤" in text(f"{ASKED}切菜切到手了。", COMPLAINT)


def test_the_complaint_rests_on_what_was_said() -> None:
    lines = f"{ASKED}牙疼。 / 医：几天了？ / 患：五天。"
    (statement,) = written(visit(lines)).field(COMPLAINT).statements
    assert [(item.id, item.quote) for item in statement.evidence] == [(2, "牙疼"), (4, "五天")]
