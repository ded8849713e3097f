import dataclasses

import export_visit_builder as build
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.records.drafts import (
    DraftField,
    Evidence,
    FieldKey,
    FieldState,
    Source,
    Statement,
    Support,
)
from desktop_app.core.records.speech import Transcript
from desktop_app.export import claims


def field(
    *texts: str, key: FieldKey = FieldKey.PHYSICAL_EXAM, state: FieldState = FieldState.STATED
) -> DraftField:
    return build.field(key, state, texts, Support.VERIFIED)


def measured(*texts: str) -> dict[str, tuple[float, ...]]:
    return {vital.loinc: vital.values for vital in claims.vitals(field(*texts))}


def test_vital_signs_that_stand_plainly_are_taken() -> None:
    assert measured("T 38.5℃，P 96次/分，R 20次/分，BP 138/86mmHg") == {
        "8310-5": (38.5,),
        "8867-4": (96.0,),
        "9279-1": (20.0,),
        "85354-9": (138.0, 86.0),
    }
    assert measured("体温：36.8℃", "体重 60 kg", "血氧饱和度98%", "咽部充血") == {
        "8310-5": (36.8,),
        "29463-7": (60.0,),
        "59408-5": (98.0,),
    }


@pytest.mark.parametrize(
    "text",
    [
        "昨日血压150/90mmHg",
        "血压150/90mmHg，为昨日家中自测",
        "最高体温39.0℃",
        "父亲血压150/90mmHg",
        "血压控制在130/80mmHg左右",
        "体温38.5",
        "血压90/150mmHg",
        "血压138/86",
        "体温385℃",
        "血压未测",
        "心率约80次/分",
        "咽部充血，T 38.5℃",
        "T 38.5-39℃",
    ],
)
def test_a_doubtful_vital_sign_is_left_to_the_text(text: str) -> None:
    assert measured(text) == {}


def test_two_values_of_a_kind_give_none() -> None:
    assert measured("BP 138/86mmHg", "BP 150/90mmHg") == {}
    assert measured("BP 138/86mmHg", "血压138/86mmHg") == {"85354-9": (138.0, 86.0)}


def test_only_verified_and_current_statements_count() -> None:
    stated = field("T 38.5℃")
    for change in ({"support": Support.UNCERTAIN}, {"stale": True}):
        changed = tuple(dataclasses.replace(item, **change) for item in stated.statements)
        assert claims.vitals(dataclasses.replace(stated, statements=changed)) == ()


@given(st.text(max_size=40))
def test_no_text_breaks_the_rules(text: str) -> None:
    for state in FieldState:
        item = field(text, state=state, key=FieldKey.ALLERGY)
        for found in (claims.stated_allergies(item), claims.diagnoses(item)):
            assert all(statement.text == text for statement in found)
        assert claims.denied_allergy(item) is None or state is FieldState.DENIED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", claims.NoAllergy.ANY),
        ("否认药物、食物过敏史", claims.NoAllergy.ANY),
        ("否认过敏史", claims.NoAllergy.ANY),
        ("无药物过敏史。", claims.NoAllergy.DRUG),
        ("否认食物过敏", claims.NoAllergy.FOOD),
        ("否认青霉素过敏", None),
        ("否认药物过敏，海鲜过敏", None),
        ("不清楚", None),
    ],
)
def test_a_denial_goes_as_far_as_it_says(text: str, found: claims.NoAllergy | None) -> None:
    texts = (text,) if text else ()
    assert claims.denied_allergy(field(*texts, key=FieldKey.ALLERGY, state=FieldState.DENIED)) is found


def test_silence_about_allergies_claims_nothing() -> None:
    for state in (FieldState.NOT_ASKED, FieldState.EMPTY):
        item = field(key=FieldKey.ALLERGY, state=state)
        assert claims.denied_allergy(item) is None
        assert claims.stated_allergies(item) == ()


def test_a_denied_substance_is_no_allergy_and_an_excluded_disease_no_diagnosis() -> None:
    stated = claims.stated_allergies(field("青霉素过敏（皮疹）", "否认食物过敏", key=FieldKey.ALLERGY))
    assert [item.text for item in stated] == ["青霉素过敏（皮疹）"]
    texts = ("急性上呼吸道感染", "贫血待查", "排除肺炎", "不考虑结核", "无肺炎依据")
    assert [item.text for item in claims.diagnoses(field(*texts, key=FieldKey.DIAGNOSIS))] == list(texts[:2])


def plan(text: str, *evidence: Evidence) -> DraftField:
    statement = Statement(id="1", text=text, evidence=evidence)
    return DraftField(key=FieldKey.PLAN, text=text, state=FieldState.STATED, statements=(statement,))


def said(number: int, version: int = 1) -> Evidence:
    return Evidence(source=Source.UTTERANCE, id=number, transcript_version=version)


def test_a_drug_needs_the_doctors_word() -> None:
    transcript = build.visit().transcript
    drug = "布洛芬片0.2g，口服，每日3次"
    entered = Evidence(source=Source.ENTERED, by="李建国")
    for evidence in ((said(4),), (entered,), (said(4), entered)):
        assert claims.medications(plan(drug, *evidence), transcript)
    nobody = Evidence(source=Source.ENTERED)
    for evidence in ((), (said(1),), (said(4), said(1)), (said(9),), (said(4, version=2),), (nobody,)):
        assert not claims.medications(plan(drug, *evidence), transcript)
    assert not claims.medications(plan(drug, said(4)), None)
    assert not claims.medications(plan(drug, said(4)), Transcript(id="t"))


@pytest.mark.parametrize(
    "text",
    ["停用阿莫西林0.5g，口服", "每天饮水2000ml", "多饮水", "3天后复查", "勿服布洛芬0.2g，每日3次", "布洛芬"],
)
def test_what_is_no_order_of_a_drug_stays_text(text: str) -> None:
    assert not claims.medications(plan(text, said(4)), build.visit().transcript)
