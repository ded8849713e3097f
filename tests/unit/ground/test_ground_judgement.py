"""Grounding: each sort of error is found with its reason, and right statements pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core.records.contract import draft_from_json
from desktop_app.core.records.drafts import Draft, Evidence, FieldKey, Reason, Source, Statement, Support
from desktop_app.core.records.people import Patient, Sex
from desktop_app.core.records.sheets import Flag, LabResult, LabSheet
from desktop_app.core.records.speech import Speaker, Transcript, Utterance, Word
from desktop_app.core.records.visits import VisitContext
from desktop_app.pipeline.transcripts import parse_transcript
from desktop_app.writing.grounding import ground

TALK = """医生：哪点不好？
患者：咳嗽，左边胸口痛，三天……不对，五天了。
医生：发烧没得？
患者：烧了的，大前天屋头量的三十八度五。
医生：拉肚子没得？
患者：没得。
医生：以前有啥子病？
患者：糖尿病没得，我妈有高血压。
医生：药过敏不？
患者：青霉素过敏，打了起一身疹子。
医生：血压一百三八十五，心率七十六。体温三十七度二。左肺底听到点湿啰音。
医生：考虑社区获得性肺炎。
患者：隔壁王孃说吃阿莫西林好得快，要不要吃？
医生：不能吃，你青霉素过敏。吃左氧氟沙星，零点五克，一天一次，吃七天。
医生：三天不退烧就回来。
"""


def visit(text: str = TALK, **changes: object) -> VisitContext:
    context = VisitContext(
        patient=Patient(id="p", sex=Sex.FEMALE), transcript=parse_transcript(text.encode(), "a.txt")
    )
    return replace(context, **changes)  # type: ignore[arg-type]


def judged(key: str, text: str, context: VisitContext | None = None, **members: object) -> Statement:
    draft = draft_from_json({"fields": {key: {"text": text, "statements": [{"text": text, **members}]}}})
    return ground(draft, context or visit()).field(FieldKey(key)).statements[0]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("chief_complaint", "咳嗽、左侧胸痛5天"),
        ("present_illness", "3天前自测体温38.5℃"),
        ("present_illness", "无腹泻"),
        ("past_history", "否认糖尿病"),
        ("personal_family", "母亲患高血压"),
        ("allergy", "青霉素过敏"),
        ("physical_exam", "血压130/85mmHg"),
        ("physical_exam", "心率76次/分"),
        ("physical_exam", "左下肺可闻及湿啰音"),
        ("diagnosis", "社区获得性肺炎"),
        ("plan", "左氧氟沙星0.5g qd，疗程7天"),
        ("plan", "不用阿莫西林"),
    ],
)
def test_right_statements_pass_with_evidence(key: str, text: str) -> None:
    context = visit()
    statement = judged(key, text, context)
    assert (statement.support, statement.reasons) == (Support.VERIFIED, ())
    assert statement.evidence
    for item in statement.evidence:
        utterance = context.transcript.utterance(item.id or 0)
        assert utterance is not None
        assert utterance.text[item.start : item.end] == item.quote != ""


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("physical_exam", "血压150/95mmHg", Reason.NUMBER),
        ("physical_exam", "血压130/85kPa", Reason.UNIT),
        ("physical_exam", "体温37.2℉", Reason.UNIT),
        ("plan", "左氧氟沙星0.5mg，每日1次", Reason.UNIT),
        ("plan", "头孢克肟0.5g，每日1次", Reason.DRUG),
        ("plan", "阿莫西林口服", Reason.NEGATION),
        ("plan", "左氧氟沙星0.25g，每日1次", Reason.DOSE),
        ("plan", "左氧氟沙星0.5g，每日2次", Reason.DOSE),
        ("plan", "左氧氟沙星0.5g，每日1次，疗程14天", Reason.DURATION),
        ("present_illness", "咳嗽5周", Reason.DURATION),
        ("present_illness", "右侧胸痛", Reason.SIDE),
        ("present_illness", "腹泻", Reason.NEGATION),
        ("present_illness", "无发热", Reason.NEGATION),
        ("present_illness", "否认咯血", Reason.NEGATION),
        ("past_history", "高血压病史", Reason.SUBJECT),
        ("personal_family", "父亲患高血压", Reason.SUBJECT),
        ("allergy", "磺胺过敏", Reason.ALLERGY),
        ("allergy", "否认药物过敏史", Reason.ALLERGY),
        ("present_illness", "咳嗽3天", Reason.CORRECTED_AWAY),
        ("present_illness", "伴耳鸣", Reason.NOT_SAID),
        ("physical_exam", "体温38.5℃", Reason.SPEAKER),
    ],
)
def test_errors_are_found(key: str, text: str, reason: Reason) -> None:
    statement = judged(key, text)
    assert statement.support is not Support.VERIFIED
    assert reason in statement.reasons


def test_an_allergy_that_nobody_asked_after() -> None:
    statement = judged("allergy", "否认药物过敏史", visit("医生：哪里痛？\n患者：头痛两天。\n"))
    assert statement.reasons == (Reason.ALLERGY,)


def test_derivations_are_recomputed() -> None:
    statement = judged("physical_exam", "血压130/85mmHg", derivation="invented")
    assert statement.derivation is not None
    assert "一百三八十五" in statement.derivation


def test_a_derivation_comes_from_the_turn_that_the_statement_is_about() -> None:
    talk = "医生：开阿奇霉素，一天一道，吃三天。\n医生：多喝水，三天后来复查。\n"
    statement = judged("plan", "多喝水，3天后复查", visit(talk))
    assert statement.derivation == "三天后来复查 → 3天"


def test_a_false_quote_is_replaced() -> None:
    quote = {"source": "utterance", "id": 2, "quote": "咳嗽九天", "start": 0, "end": 4}
    statement = judged("present_illness", "咳嗽", evidence=[quote])
    assert [item.quote for item in statement.evidence] == ["咳嗽"]


def test_without_labels_examination_and_orders_stay_uncertain() -> None:
    context = visit("\n".join(line.partition("：")[2] for line in TALK.splitlines()))
    for key, text in (
        ("physical_exam", "血压130/85mmHg"),
        ("diagnosis", "社区获得性肺炎"),
        ("plan", "左氧氟沙星0.5g，每日1次"),
    ):
        statement = judged(key, text, context)
        assert statement.support is Support.UNCERTAIN
        assert statement.reasons == (Reason.SPEAKER,)


@pytest.mark.parametrize(("confidence", "support"), [(0.9, Support.VERIFIED), (0.3, Support.UNCERTAIN)])
def test_a_number_that_was_heard_badly(confidence: float, support: Support) -> None:
    words = (Word(text="体温", start_s=0, end_s=1, confidence=0.9),)
    words += (Word(text="三十八度五", start_s=1, end_s=2, confidence=confidence),)
    said = Utterance(id=1, speaker=Speaker.DOCTOR, text="体温三十八度五", words=words)
    context = VisitContext(patient=Patient(id="p"), transcript=Transcript(id="t", utterances=(said,)))
    statement = judged("physical_exam", "体温38.5℃", context)
    assert statement.support is support
    assert statement.reasons == ((Reason.LOW_CONFIDENCE,) if confidence < 0.6 else ())


def entered(quote: str, text: str) -> Statement:
    typed = Evidence(source=Source.ENTERED, quote=quote, by="li", at=datetime(2026, 3, 2, tzinfo=UTC))
    draft = draft_from_json({"fields": {"physical_exam": {"text": text}}})
    field = draft.fields[0]
    written = replace(field.statements[0], evidence=(typed,))
    draft = replace(draft, fields=(replace(field, statements=(written,)),))
    return ground(draft, visit()).fields[0].statements[0]


def test_what_a_person_entered_stands_with_its_own_numbers() -> None:
    assert entered("血氧96%", "血氧96%").support is Support.VERIFIED
    assert entered("", "血氧96%").support is Support.VERIFIED
    assert entered("血氧96%", "血氧69%").reasons == (Reason.NUMBER,)


SHEET = LabSheet(
    image="a.jpg",
    rows=(
        LabResult(
            row=1, name_raw="血红蛋白", name="血红蛋白", value_raw="98", value=98.0, unit_raw="g/L",
            unit="g/L", low=115.0, high=150.0, flag=Flag.LOW,
        ),
        LabResult(
            row=2, name_raw="血小板计数", name="血小板计数", value_raw="80", value=80.0, unit="10*9/L",
            review=True,
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "support", "reasons"),
    [
        ("血红蛋白98g/L↓（参考115-150）", Support.VERIFIED, ()),
        ("血红蛋白89g/L", Support.CONFLICT, (Reason.NUMBER,)),
        ("血红蛋白98mg/L", Support.CONFLICT, (Reason.UNIT,)),
        ("血红蛋白98g/L偏高", Support.CONFLICT, (Reason.NUMBER,)),
        ("血红蛋白98g/L（参考110-150）", Support.CONFLICT, (Reason.NUMBER,)),
        ("血小板计数80×10^9/L", Support.UNCERTAIN, (Reason.REVIEW_ROW,)),
    ],
)
def test_rows_of_a_sheet(text: str, support: Support, reasons: tuple[Reason, ...]) -> None:
    statement = judged("auxiliary_exam", text, visit(sheets=(SHEET,)))
    assert (statement.support, statement.reasons) == (support, reasons)
    assert statement.evidence[0].source is Source.LAB


@given(
    st.lists(
        st.text(alphabet="无否认左右痛咳嗽发热三天5.0/℃mg阿莫西林过敏患者，、。0 ", max_size=16), max_size=5
    ),
    st.sampled_from(list(FieldKey)),
)
@settings(max_examples=80, deadline=None)
def test_any_text_is_judged(texts: list[str], key: FieldKey) -> None:
    field = {"text": "x", "statements": [{"text": text} for text in texts]}
    draft = draft_from_json({"fields": {key.value: field}})
    result: Draft = ground(draft, visit())
    assert [item.text for item in result.field(key).statements] == (texts or ["x"])
    for item in result.field(key).statements:
        assert (item.support is Support.VERIFIED) == (not item.reasons)
