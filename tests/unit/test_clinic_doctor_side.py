"""The doctor's side of invented talks: what each mechanism puts into which field, and what it keeps out."""

from __future__ import annotations

import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import Draft, FieldKey, Support
from desktop_app.core.records.people import Age, Patient, Sex, VisitKind
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import VisitContext
from desktop_app.scenarios.clinic.writer import RulesWriter

_SPEAKERS = {"医": Speaker.DOCTOR, "患": Speaker.PATIENT, "？": Speaker.UNKNOWN}
PE, AX, DX = FieldKey.PHYSICAL_EXAM, FieldKey.AUXILIARY_EXAM, FieldKey.DIAGNOSIS
PL, RF, AL = FieldKey.PLAN, FieldKey.REFERRAL, FieldKey.ALLERGY


def draft(*lines: str) -> Draft:
    """Write a draft of lines such as 医：体温三十八度."""
    utterances = tuple(
        Utterance(id=number, speaker=_SPEAKERS[line[0]], text=line[2:])
        for number, line in enumerate(lines, 1)
    )
    context = VisitContext(
        patient=Patient.unnamed(Sex.FEMALE, Age.parse("50y")),
        kind=VisitKind.FIRST,
        transcript=Transcript(id="talk", utterances=utterances),
    )
    return RulesWriter().draft(context, CancelToken())


OPENING = ("医：怎么了？", "患：嗓子疼三天了。", "医：体温三十七度二，咽部充血。")


@pytest.mark.parametrize(
    ("said", "field", "text"),
    [
        ("医：血压一百三八十五，心率八十八。", PE, "血压130/85mmHg，心率88次/分"),
        ("医：腰这儿敲着不疼。", PE, "无叩痛"),
        ("医：随机血糖十一点二。", AX, "血糖11.2"),
        ("医：这片子写的，右下肺纹理增多，肋膈角变钝。", AX, "肋膈角变钝"),
        ("医：彩超上说，胆囊结石，一点二厘米。", AX, "1.2cm"),
        ("医：我考虑急性扁桃体炎。", DX, "急性扁桃体炎"),
        ("医：不像肺炎，是急性支气管炎。", DX, "急性支气管炎"),
        ("医：我写焦虑状态。", DX, "焦虑状态"),
        ("医：先用生理盐水冲十分钟。", PL, "生理盐水冲10分钟"),
        ("医：碗筷分开，口罩戴好，莫去幼儿园。", PL, "碗筷分开"),
        ("医：布洛芬零点二克，烧过三十八度五才吃。", PL, "38.5℃才吃"),
        ("医：啥都别吃，水也别喝。", PL, "禁食，禁水"),
        ("医：换成氯沙坦，科素亚，五十毫克，一天一片。", PL, "氯沙坦，科素亚，50mg"),
        ("医：查血脂，再做个心电图。", PL, "查血脂"),
        ("医：我给市疾控打电话，你明天过去。", RF, "市疾控"),
        ("医：马上转县医院心内科。", RF, "县医院心内科"),
    ],
)
def test_writes(said: str, field: FieldKey, text: str) -> None:
    assert text in draft(*OPENING, said).field(field).text


@pytest.mark.parametrize(
    ("said", "field", "kept_out"),
    [
        ("医：会不会是肺炎？肺里没啰音，不像。就是感冒。", DX, "肺炎"),
        ("医：会不会是脑梗，手脚都有劲，也不像。这是偏头痛。", DX, "脑梗"),
        ("医：鼻窦炎多流黄涕，你这是感冒。", DX, "鼻窦炎"),
        ("医：先滴一滴丁卡因，我好看。眼睑红肿。", PL, "丁卡因"),
        ("医：打什么头孢，感冒不用消炎。", PL, "头孢"),
        ("医：消渴丸里头就有西药成分。", PL, "消渴丸"),
        ("医：多半是卡托普利闹的。", PL, "卡托普利"),
        ("医：吃了十几天阿莫西林了，这是感冒。", PL, "阿莫西林"),
        ("医：要是胸口疼，就去县医院。", RF, "县医院"),
        ("医：要是发到脸上，马上回来。", PE, "脸"),
        ("医：多饮水，过两天再看。", PE, "水"),
        ("医：肚子软，侧过去躺着。", PL, "侧"),
        ("医：血压高的话，硝苯地平我再看血压说。", PL, "硝苯地平"),
        ("医：到医院里从静脉用。", RF, "医院"),
    ],
)
def test_keeps_out(said: str, field: FieldKey, kept_out: str) -> None:
    assert kept_out not in draft(*OPENING, said).field(field).text


@pytest.mark.parametrize(
    ("said", "text", "gone"),
    [
        ("医：阿莫西林零点五克，一天三次，吃三天，不，五天。", "吃5天", "3天"),
        ("医：罗红霉素先吃一片，慢，不要吃了，等结果。", "等结果", "罗红霉素先吃"),
    ],
)
def test_only_the_last_of_revised_orders_stays(said: str, text: str, gone: str) -> None:
    plan = draft(*OPENING, said).field(PL).text
    assert gone not in plan
    assert text in plan or not plan


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("医：又发烧，或者喘不上气，马上来。", "如发热，或者喘不上气"),
        ("医：路上要是抽筋，侧到起，莫塞东西。", "勿塞东西"),
        ("医：如果三天还不退烧，回来复查。", "如3天还不退"),
    ],
)
def test_conditional_advice_is_whole_and_says_so(said: str, advice: str) -> None:
    plan = draft(*OPENING, said).field(PL)
    assert any(
        advice in item.text or (item.text.startswith("如") and advice in item.text)
        for item in plan.statements
    )


@pytest.mark.parametrize(
    ("question", "reply", "text"),
    [
        ("患：头孢还吃吗？", "医：不吃了。", "停用头孢"),
        ("患：给我挂瓶盐水吧？", "医：不用挂。", "不予输液"),
        ("患：要不要缝针？", "医：不缝。", "不予缝合"),
    ],
)
def test_a_bare_refusal_names_what_was_asked_for(question: str, reply: str, text: str) -> None:
    assert text in draft(*OPENING, question, reply).field(PL).text


def test_a_dose_takes_the_drug_that_was_just_asked_about_and_is_uncertain() -> None:
    plan = draft(*OPENING, "患：氯雷他定能吃吗？", "医：十毫克，一天一次，睡前吃。").field(PL)
    dose = next(item for item in plan.statements if "10mg" in item.text)
    assert dose.text.startswith("氯雷他定")
    assert dose.support is Support.UNCERTAIN


def test_a_thought_that_is_never_dismissed_is_an_uncertain_diagnosis() -> None:
    diagnosis = draft(*OPENING, "医：会不会是消化道出血，得查一查。").field(DX)
    assert [item.support for item in diagnosis.statements] == [Support.UNCERTAIN]
    assert diagnosis.text.rstrip("。").endswith("？")


def test_a_patients_guess_is_no_diagnosis_without_labels() -> None:
    lines = ("？：怎么了？", "？：大便有血，痔疮犯了吧。", "？：几天了？", "？：两天。")
    assert draft(*lines).field(DX).text == ""


def test_an_allergy_that_the_doctor_notes_is_one() -> None:
    made = draft(*OPENING, "医：那是磺胺药疹，记上。")
    assert "药疹" in made.field(AL).text
    assert "药疹" not in made.field(DX).text


def test_spoken_pressures_without_a_unit_say_where_the_unit_comes_from() -> None:
    exam = draft(*OPENING, "医：血压一百二八十。").field(PE)
    reading = next(item for item in exam.statements if "mmHg" in item.text)
    assert reading.derivation is not None
    assert "mmHg" in reading.derivation
