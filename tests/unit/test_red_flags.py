"""Red flags: criteria over affirmed findings, measured values and record text; denials never count."""

from __future__ import annotations

import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import Evidence, Source
from desktop_app.core.records.people import Age, Patient, Sex, VisitKind
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import VisitContext
from desktop_app.scenarios.clinic.red_flags import Facts, red_flags
from desktop_app.scenarios.clinic.writer import RulesWriter

_HERE = (Evidence(source=Source.UTTERANCE, id=1, quote="x", start=0, end=1),)


def flags(
    *findings: str,
    text: str = "",
    vitals: dict[str, float] | None = None,
    sex: Sex = Sex.FEMALE,
    age: str = "50y",
) -> set[str]:
    """Return the ids of the criteria that some facts meet."""
    facts = Facts(dict.fromkeys(findings, _HERE), frozenset(), vitals or {}, text)
    return {alert.rule for alert in red_flags(facts, Patient.unnamed(sex, Age.parse(age)))}


def talk_flags(*said: str, age: str = "50y") -> set[str]:
    """Return the ids that a talk raises; lines alternate between doctor and patient."""
    speakers = (Speaker.DOCTOR, Speaker.PATIENT)
    utterances = tuple(
        Utterance(id=number, speaker=speakers[(number - 1) % 2], text=text)
        for number, text in enumerate(said, 1)
    )
    context = VisitContext(
        patient=Patient.unnamed(Sex.FEMALE, Age.parse(age)),
        kind=VisitKind.FIRST,
        transcript=Transcript(id="talk", utterances=utterances),
    )
    return {alert.rule for alert in RulesWriter().draft(context, CancelToken()).alerts}


def test_findings_together_meet_a_criterion_and_alone_they_do_not() -> None:
    assert "acs_typical" in flags("胸痛", "冷汗")
    assert "acs_typical" not in flags("胸痛")


@pytest.mark.parametrize("denial", ["否认咯血", "无咯血", "未见咯血", "咯血（-）", "咯血阴性", "咯血已消失"])
def test_record_text_that_denies_a_term_does_not_meet_it(denial: str) -> None:
    assert "hemoptysis_any" not in flags(text=f"咳嗽3天，{denial}")
    assert "hemoptysis_any" in flags(text="咳嗽3天，咯血")


def test_a_finding_whose_name_denies_the_term_does_not_meet_it() -> None:
    assert "asthma_spo2" not in flags("未闻及哮鸣音", vitals={"spo2": 91})
    assert "asthma_spo2" in flags("双肺哮鸣音", vitals={"spo2": 91})


def test_sex_and_age_limit_a_criterion() -> None:
    assert "fetal_heart" not in flags("妊娠", vitals={"fetal_hr": 100}, sex=Sex.MALE)
    assert "fetal_heart" in flags("妊娠", vitals={"fetal_hr": 100}, age="28y")
    assert "intussusception" not in flags("哭闹", "果酱样便", age="20y")
    assert "intussusception" in flags("哭闹", "果酱样便", age="9m")


def test_a_fetal_heart_rate_is_not_the_mothers() -> None:
    said = ("怎么了？", "我怀孕三十周，来产检。", "胎心率一百五十五，血压一百一七十。")
    assert "tachycardia" not in talk_flags(*said, age="28y")


def test_a_pulse_by_its_letter_counts() -> None:
    assert "tachycardia" in talk_flags("怎么了？", "心慌。", "P158，R20。")


def test_a_sign_that_was_looked_for_and_not_found_does_not_count() -> None:
    quiet = talk_flags("怎么了？", "咳嗽两天。", "双肺呼吸音粗，三凹征（-）。", age="3y")
    assert "pneumonia_child" not in quiet
    assert "pneumonia_child" in talk_flags("怎么了？", "咳嗽两天。", "双肺呼吸音粗，三凹征阳性。", age="3y")


def test_conditional_advice_raises_nothing() -> None:
    assert talk_flags("怎么了？", "嗓子疼两天。", "咽部充血。急性咽炎。要是咯血、抽搐，马上去医院。") == set()


def test_a_grave_diagnosis_that_the_doctor_makes_is_named() -> None:
    assert "dissection_named" in talk_flags("怎么了？", "背疼。", "血压一百八一百一。我考虑主动脉夹层。")


def test_emergencies_come_first() -> None:
    facts = Facts(dict.fromkeys(("胸痛", "冷汗", "咯血"), _HERE), frozenset(), {}, "")
    severities = [alert.severity for alert in red_flags(facts, Patient.unnamed(Sex.MALE, Age.parse("60y")))]
    assert severities == sorted(severities, key=lambda severity: severity != "high")
    assert len(set(severities)) == 2
