"""Wordings that nobody thought of at first: whose, since when, denied how, and by whom."""

from __future__ import annotations

import pytest
from spoken import ALLERGY, COMPLAINT, FAMILY, PAST, PLAN, PRESENT, text, visit, written

from desktop_app.core.records.drafts import FieldKey
from desktop_app.core.records.people import Region, Sex

M, S, C, W = Region.MANDARIN, Region.SICHUAN, Region.CANTONESE, Region.WU
N, K, H, E = Region.MIN, Region.HAKKA, Region.HENAN, Region.NORTHEAST
ILL = "患：头疼三天。 / "
EXAM, DIAGNOSIS = FieldKey.PHYSICAL_EXAM, FieldKey.DIAGNOSIS


@pytest.mark.parametrize(
    ("asked", "told", "region", "record"),
    [
        ("有糖尿病、心脏病无？", "拢无。", N, "否认糖尿病、心脏病史。"),
        ("血压、血糖高不高？", "血压血糖都不高。", H, "否认高血压、血糖升高史。"),
        ("细时出过水痘冇？", "出过个。", K, "水痘。"),
        ("血压高几年啊？", "八年啊。", N, "高血压：8年。"),
    ],
)
def test_past_history(asked: str, told: str, region: Region, record: str) -> None:
    assert text(f"{ILL}医：{asked} / 患：{told}", PAST, region) == record


@pytest.mark.parametrize(
    ("asked", "told", "region", "record"),
    [
        ("家里有得心脏病的没？", "我爹五十四岁心梗没的。", E, "父亲因心梗去世。"),
        ("家里有甲状腺病的吗？", "我妈是心梗走的。", M, "母亲因心梗去世。"),
        ("烟还抽呢？", "抽，一天一盒半，二十五年了。", E, "吸烟：1天1盒半，25年。"),
        ("薰酒咧？", "我拢无。", N, "否认吸烟、饮酒。"),
        ("生过几多个？", "大仔自己生，细女系开刀生嘅。", C, "大仔顺产，细女系剖宫产。"),
        ("月经正常吗？", "正常。", M, "月经正常。"),
        ("恁家里人咋样？", "我哥有脉管炎。", H, "哥哥：有脉管炎。"),
    ],
)
def test_personal_and_family(asked: str, told: str, region: Region, record: str) -> None:
    assert text(f"{ILL}医：{asked} / 患：{told}", FAMILY, region) == record


def test_when_the_period_ended() -> None:
    context = visit(f"{ILL}医：月经还来不来？ / 患：四十九绝的经，三年了。", H, age="52y", sex=Sex.FEMALE)
    assert "49岁绝经" in written(context).field(FAMILY).text


def test_a_disease_of_the_spouse_is_not_the_patients() -> None:
    talk = "医：这药是谁的？ / 患：那是我老伴儿的，她血脂高，我不吃那个。"
    assert "血脂" not in text(ILL + talk, PAST)


@pytest.mark.parametrize(
    ("told", "region", "holds", "lacks"),
    [
        ("青霉素打过，没事。", M, "曾用青霉素无异常", "过敏"),
        ("吃土霉素起过一身疙瘩。", H, "土霉素", "异食癖"),
        ("药没过敏过。就是吃蒸蛋，嘴巴边边要起红点点。", S, "吃蒸蛋", "蒸蛋过敏史"),
        ("年轻时候打链霉素，耳朵嗡嗡响了半个月。", M, "链霉素", "链霉素过敏"),
    ],
)
def test_allergies(told: str, region: Region, holds: str, lacks: str) -> None:
    record = text(f"{ILL}医：药过敏不？ / 患：{told}", ALLERGY, region)
    assert holds in record
    assert lacks not in record


def test_a_reaction_counts_whatever_was_asked() -> None:
    told = "阿莫西林，吃一顿，胳膊上起疹子，停了。"
    assert "阿莫西林" in text(f"{ILL}医：消炎药吃了没有？ / 患：{told}", ALLERGY)


def test_the_last_of_several_questions_answers_for_the_diseases_too() -> None:
    talk = f"{ILL}医：高血压？糖尿病？药过敏？ / 患：没有。"
    assert text(talk, PAST) == "否认高血压、糖尿病史。"
    assert "否认" in text(talk, ALLERGY)


def test_a_bare_no_says_that_nothing_is_wrong() -> None:
    present = text(f"{ILL}医：嘴张得开不？脖子发硬不？ / 患：没那事儿。", PRESENT)
    assert "张得开" not in present
    assert "否认颈部僵硬" in present


@pytest.mark.parametrize(
    ("talk", "region", "complaint"),
    [
        ("患：心口窝。疼。 / 医：多长时间了？ / 患：八点扫完雪的，俩点儿。", E, "心口窝痛2小时。"),
        ("患：肚子痛了个把星期……也不止。 / 医：到底好多天？ / 患：十天。", M, "腹痛10天。"),
        ("家：娃儿发烧。 / 医：哪天开始的？ / 家：礼拜二夜里开始的，今天礼拜五了。", M, "发热3天。"),
        ("患：肚子疼。 / 医：几点开始的？ / 患：十二点四十。 / 医：现在两点四十。", M, "腹痛2小时。"),
    ],
)
def test_since_when(talk: str, region: Region, complaint: str) -> None:
    found = text(talk, COMPLAINT, region)
    assert found == complaint


def test_an_errand_names_the_lasting_disease() -> None:
    talk = "患：药快没了，来开点儿药。 / 医：什么病？ / 患：高血压十二年了。"
    assert text(talk, COMPLAINT) == "高血压取药。"


@pytest.mark.parametrize(
    ("said", "region", "diagnosis"),
    [
        ("该个是血栓性外痔。", W, "血栓性外痔。"),
        ("怕系宫外孕。", K, "宫外孕。"),
        ("左眼角膜擦伤。", H, "左眼角膜擦伤。"),
        ("带状疱疹，就是你讲个生蛇。", K, "带状疱疹。"),
        ("感冒。", M, "感冒。"),
    ],
)
def test_diagnoses(said: str, region: Region, diagnosis: str) -> None:
    assert text(f"{ILL}医：体温三十七度。{said}", DIAGNOSIS, region) == diagnosis


@pytest.mark.parametrize("said", ["食利尿的会冲较悬，会痛风。", "去镇卫生院拍个片子排除骨折。"])
def test_what_may_come_is_no_diagnosis(said: str) -> None:
    assert text(f"{ILL}医：体温三十七度。{said}", DIAGNOSIS, N) == ""


def test_what_was_not_measured_is_no_finding() -> None:
    assert "体温" not in text(f"{ILL}医：血压一百二十六，七十八，体温就不量了。", EXAM)


def test_signs_to_come_back_for_are_no_findings() -> None:
    talk = f"{ILL}医：体温三十七度。多喝水。发烧、尿少了，赶紧来。"
    assert "尿" not in text(talk, EXAM)
    assert written(visit(talk)).alerts == ()


def test_asking_whether_to_stop_and_the_answer_no() -> None:
    talk = f"{ILL}医：体温三十七度。 / 患：那降压药停不停？ / 医：不停，照吃。"
    assert "不予降压药" not in text(talk, PLAN)


def test_a_turn_of_speech_is_no_fever() -> None:
    assert "发热" not in text("患：背上起泡，又痛又辣，像火烧样。", PRESENT)


def test_a_limping_patient_is_not_yet_examined() -> None:
    talk = (
        "医：脚咋啦？一瘸一拐的。 / 患：让耙子扎了，铁齿儿进去了。 / 医：自个儿咋弄的？ / 患：自来水冲了冲。 / "
        "医：我看看脚。右脚底红了一圈，按着疼。 / 患：疼。 / 医：体温三十七度三。"
    )
    assert "自来水冲了冲" in text(talk, PRESENT)


@pytest.mark.parametrize(
    ("diagnosis", "rule"),
    [("硬膜下血肿", "ich_named"), ("脾破裂", "fracture_named"), ("有机磷中毒", "pesticide_named")],
)
def test_a_danger_that_the_doctor_names_alerts(diagnosis: str, rule: str) -> None:
    draft = written(visit(f"{ILL}医：体温三十七度。考虑{diagnosis}。"))
    named = {alert.rule: alert for alert in draft.alerts}
    assert rule in named
    assert diagnosis in named[rule].text


def test_a_relatives_disease_alerts_nobody() -> None:
    talk = f"{ILL}医：家里有心脏病的吗？ / 患：我妈是心梗走的。 / 医：体温三十七度。考虑感冒。"
    assert written(visit(talk)).alerts == ()


def test_a_refused_treatment_is_written_once() -> None:
    talk = f"{ILL}医：体温三十七度。 / 患：要不要打吊针？ / 医：不用打吊针。多喝水。"
    plan = text(talk, PLAN)
    assert "不予点滴" not in plan
    assert "不用" in plan


def test_what_the_ear_heard_is_in_record_words() -> None:
    assert "右下肺闻及湿啰音" in text(f"{ILL}医：体温三十七度，右下肺听到点湿啰音。", EXAM)


@pytest.mark.parametrize(
    ("talk", "region", "complaint"),
    [
        ("患：胸口疼两个钟头。 / 医：往哪儿蹿不？ / 患：左胳膊，发沉。", E, "胸痛2小时。"),
        ("患：腰疼三天。 / 医：哪边？ / 患：右边。手不麻。", M, "右侧腰痛3天。"),
        ("患：踝子骨疼两天。 / 医：哪只？ / 患：右脚。", M, "右踝痛2天。"),
    ],
)
def test_a_side_goes_with_its_own_part(talk: str, region: Region, complaint: str) -> None:
    assert text(talk, COMPLAINT, region) == complaint


def test_an_exercise_keeps_its_name_before_its_frequency() -> None:
    plan = text(f"{ILL}医：体温三十七度。爬墙锻炼，一天三回，一回十下。", PLAN)
    assert plan == "爬墙锻炼，每日3次，1次10下。"


def test_an_unknown_drug_is_no_other_drugs_dose() -> None:
    plan = text(f"{ILL}医：体温三十七度。口服补液盐，喝两天。锌颗粒，一天二十毫克。", PLAN)
    assert "锌颗粒，1天20mg" in plan
    assert "补液盐，锌" not in plan
