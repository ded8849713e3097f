"""What must never be lost or turned round: allergies, dangers, stop orders, values, open diagnoses."""

from __future__ import annotations

import pytest
from spoken import ALLERGY, COMPLAINT, PLAN, PRESENT, text, visit, written

from desktop_app.core.records.drafts import FieldKey
from desktop_app.core.records.people import Region, Sex

EXAM, DIAGNOSIS = FieldKey.PHYSICAL_EXAM, FieldKey.DIAGNOSIS
ILL = "患：咳嗽三天。 / 医：哪里难受？什么时候开始的？ / 患：胸口。 / "


@pytest.mark.parametrize(
    ("talk", "record"),
    [
        ("有没有药过敏？ / 患：青霉素过敏，头孢吃过没事。", "青霉素过敏，曾用头孢菌素类无异常。"),
        ("药过敏有没有？ / 患：阿莫西林过敏。头孢吃了没事。", "阿莫西林过敏，曾用头孢菌素类无异常。"),
        ("青霉素过敏吗？ / 患：过敏，头孢吃过没事。", "青霉素过敏，曾用头孢菌素类无异常。"),
        (
            "药过敏吗？ / 患：去痛片吃了脸肿过一回，头孢吃过没事。",
            "去痛片吃了颜面水肿过1次，曾用头孢菌素类无异常。",
        ),
        ("药过敏吗？ / 患：青霉素打过，没事。", "曾用青霉素无异常。"),
    ],
)
def test_an_allergy_stays_one_beside_a_drug_that_did_no_harm(talk: str, record: str) -> None:
    assert text(f"{ILL}医：{talk}", ALLERGY) == record


@pytest.mark.parametrize(
    ("talk", "region"),
    [
        ("患：老伴走了以后不想活了，前几天把安眠药拿出来看了。", Region.MANDARIN),
        ("患：儿子走了之后我就不想活了。", Region.MANDARIN),
        ("患：心里闷，老是想唔开。", Region.HAKKA),
        ("患：伊话弗想活了。", Region.WU),
    ],
)
def test_suicidal_thoughts_alert_whoever_is_named_beside(talk: str, region: Region) -> None:
    draft = written(visit(f"医：怎么了？ / {talk}", region, age="60y"))
    assert "suicide" in {item.rule for item in draft.alerts}


@pytest.mark.parametrize(
    "said", ["吞了纽扣电池", "吞了个纽扣电池，流口水", "吞了一个纽扣电池", "吞了颗纽扣电池"]
)
def test_a_measure_word_hides_no_danger(said: str) -> None:
    draft = written(visit(f"医：怎么了？ / 患：孩子{said}。", age="3y"))
    assert "误吞纽扣电池" in draft.field(COMPLAINT).text
    assert "esophageal_foreign_body" in {item.rule for item in draft.alerts}


def test_each_drug_that_is_stopped_is_written() -> None:
    plan = text(f"{ILL}医：氢氯噻嗪停了，换氯沙坦五十毫克，卡托普利也停。", PLAN)
    assert plan == "停用氢氯噻嗪，换氯沙坦50mg，停用卡托普利。"


def test_what_is_not_used_was_said_before() -> None:
    plan = text(f"{ILL}医：青霉素类你过敏，不用，用头孢氨苄，一天三次。", PLAN)
    assert plan == "用头孢氨苄，每日3次。"


@pytest.mark.parametrize(
    ("said", "record"),
    [
        ("肺炎不能除外。", "肺炎待排除。"),
        ("心梗还不能除外。", "心梗待排除。"),
        ("肿瘤待排除。", "肿瘤待排除。"),
        ("先按肋间神经痛治。", "肋间神经痛。"),
        ("那就算过敏，去痛片以后别碰。", ""),
    ],
)
def test_an_open_diagnosis_stays_open(said: str, record: str) -> None:
    assert text(f"{ILL}医：体温三十七度，血压一百二、八十。{said}", DIAGNOSIS) == record


@pytest.mark.parametrize(
    ("said", "record"),
    [
        ("血压一百七八，九十八。", "血压170~180/98mmHg。"),
        ("血氧不到九十。", "血氧<90%。"),
        ("体温三十八度，左腿抬到四十度就疼。", "体温38℃，左下肢抬到40°就疼。"),
    ],
)
def test_values_keep_their_meaning(said: str, record: str) -> None:
    assert text(f"{ILL}医：{said}", EXAM) == record


def test_less_than_ninety_per_cent_alerts() -> None:
    draft = written(visit(f"{ILL}医：血氧不到九十。"))
    assert "dyspnea_spo2" in {item.rule for item in draft.alerts}


def test_not_beyond_the_knee_is_no_finding_of_the_knee() -> None:
    assert "不过膝" in text("患：腰痛三天，窜到大腿后头，不过膝盖。", PRESENT)


def test_a_childs_age_dates_no_complaint() -> None:
    talk = "患：奶疼，发烧，昨晚开始的。 / 医：侬小囡几个号头啦？ / 患：还有三日天满月，二十七日天了。"
    assert "27" not in text(talk, COMPLAINT, Region.WU, age="28y")


@pytest.mark.parametrize(
    ("said", "record"),
    [
        ("大脚趾疼了两天。", "足趾疼痛2天。"),
        ("半边头痛三天。", "一侧头痛3天。"),
        ("嗓子不舒服三天。", "咽部不适3天。"),
    ],
)
def test_a_record_says_no_more_than_was_said(said: str, record: str) -> None:
    assert text(f"医：怎么了？ / 患：{said}", COMPLAINT) == record


@pytest.mark.parametrize(
    ("allergy", "order", "alerted"),
    [
        ("青霉素过敏", "开阿莫西林胶囊，一次两粒，一天三次", True),
        ("头孢过敏", "头孢克肟，一次一片", True),
        ("去痛片吃了脸肿", "布洛芬，疼了吃一片", True),
        ("青霉素过敏", "不能吃阿莫西林，吃阿奇霉素", False),
        ("青霉素过敏", "左氧氟沙星，一天一片", False),
        ("没有过敏的", "阿莫西林，一次两粒", False),
    ],
)
def test_an_order_of_what_the_patient_does_not_tolerate_alerts(
    allergy: str, order: str, alerted: bool
) -> None:
    talk = f"{ILL}医：药过敏不？ / 患：{allergy}。 / 医：体温三十七度，血压一百二、八十。{order}。"
    draft = written(visit(talk))
    alerts = [item for item in draft.alerts if item.kind == "allergy"]
    assert bool(alerts) is alerted
    assert all(item.basis and len(item.evidence) >= 2 for item in alerts)


@pytest.mark.parametrize("said", ["头孢行", "头孢可以的", "头孢打得", "头孢能用"])
def test_a_drug_that_will_do_is_no_allergy(said: str) -> None:
    told = text(f"{ILL}医：药过敏不？ / 患：{said}，去年住院点的就是头孢。磺胺没吃过。", ALLERGY)
    assert "头孢行过敏" not in told
    assert "头孢过敏" not in told
    assert "曾用头孢菌素类无异常" in told


@pytest.mark.parametrize(
    ("talk", "region", "record"),
    [
        (
            "医：开点药。 / 患：药我有一样不能吃，磺胺，年轻时候吃了嘴巴起泡，你没问，我先说。",
            Region.SICHUAN,
            "磺胺过敏，年轻时候吃了口部起疱。",
        ),
        (
            "医：量血压。 / 患：俺打过一回青霉素，头晕想吐，不知道算过敏不算。",
            Region.HENAN,
            "打过1次青霉素，头晕恶心。",
        ),
        (
            "医：药过敏吗？ / 患：没有……等下，打破伤风针起过疹子。",
            Region.MANDARIN,
            "否认其他药物过敏史，打破伤风针起过皮疹。",
        ),
        (
            "医：有过敏吗？ / 患：吃芒果嘴会肿。 / 医：药呢？ / 患：没有。",
            Region.MANDARIN,
            "吃芒果口会肿；否认药物过敏史。",
        ),
    ],
)
def test_an_allergy_told_unasked_or_late_is_written(talk: str, region: Region, record: str) -> None:
    assert text(ILL + talk, ALLERGY, region) == record


def test_what_is_asked_of_the_mother_is_not_her_boys() -> None:
    talk = f"{ILL}医：你怀孕了没有？ / 患：没怀孕。"
    assert text(talk, FieldKey.PERSONAL_FAMILY, age="9y", sex=Sex.MALE) == ""
    assert text(talk, FieldKey.PERSONAL_FAMILY, age="29y", sex=Sex.FEMALE) == "否认怀孕。"


def test_a_drug_of_the_past_history_counts_for_an_alert() -> None:
    talk = "患：鼻子淌血止不住，淌了一上午。 / 医：以前有什么病？ / 患：房颤，平时吃华法林。"
    assert "epistaxis" in {item.rule for item in written(visit(talk, age="70y")).alerts}


@pytest.mark.parametrize(
    ("said", "region", "gone"),
    [
        ("我以为是中暑，给他拿了支藿香正气水，他闻到就想吐，没喝。", Region.SICHUAN, "藿香"),
        ("仲有人畀咗我几粒罗红霉素，我冇食。", Region.CANTONESE, "罗红霉素"),
        ("他姑拿了管皮炎平，说是好使，俺怕有激素，没敢给他抹。", Region.HENAN, "皮炎平"),
        ("阮妯娌提一包阿奇霉素乎我，讲伊孙食就好，我无食。", Region.MIN, "阿奇霉素"),
    ],
)
def test_what_was_given_and_not_taken_is_not_written(said: str, region: Region, gone: str) -> None:
    talk = f"患：头痛三天。 / 医：吃过什么药没有？ / 患：{said}"
    assert gone not in text(talk, PRESENT, region)


def test_a_drug_that_was_borne_is_no_allergy() -> None:
    talk = "医：药过敏有没有？青霉素打过没有？ / 患：打过，没事。是我老公对青霉素过敏。"
    told = text(ILL + talk, ALLERGY)
    assert "青霉素过敏" not in told


def test_what_the_parent_is_to_do_is_no_order_for_the_child() -> None:
    talk = "医：体温三十七度。这是疥疮。给他抹硫磺软膏，用百分之五的。你也抹，你用百分之十的。"
    plan = text(ILL + talk, PLAN, age="9y")
    assert "5%" in plan
    assert "10%" not in plan


def test_behind_the_neck_is_no_head() -> None:
    complaint = text("医：哪儿不得劲？ / 患：脖子后头长了个疖子，疼，八天了。", COMPLAINT)
    assert "头痛" not in complaint
    assert "头痛" in text("患：后头痛三天。", COMPLAINT)
