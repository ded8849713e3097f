"""The rules writer as a whole: empty talk stays empty, every statement has evidence, no text breaks it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken import ALLERGY, COMPLAINT, PAST, PRESENT, visit, written

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import Cancelled
from desktop_app.core.records.drafts import Draft, FieldKey, FieldState, Reason, Source, Statement, Support
from desktop_app.core.records.people import Patient, Region, VisitKind
from desktop_app.core.records.sheets import Flag, LabResult, LabSheet
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import VisitContext
from desktop_app.scenarios.clinic.lab_rows import lab_statements, result_text
from desktop_app.scenarios.clinic.writer import RulesWriter, join


def supported(draft: Draft, context: VisitContext) -> bool:
    """Whether every statement has evidence, and every quote stands where it says."""
    for field in draft.fields:
        for statement in field.statements:
            if not statement.evidence:
                return False
            for item in statement.evidence:
                said = context.transcript.utterance(item.id or 0)
                if said is None or said.text[item.start : item.end] != item.quote:
                    return False
    return True


@pytest.mark.parametrize(
    "lines",
    [
        "医：你好。 / 患：医生好。",
        "？：你好 / ？：你好 / ？：再见",
        "患：多少钱？ / 医：十五块。 / 患：能报销吗？ / 医：能。",
        "患：喂，我在卫生所呢，一会儿打给你。 / 医：没事，你先接。 / 患：好了，不好意思。",
        "患：谢谢医生。 / 医：慢走。",
        "患：嗯。",
        "患：…… / 医：？",
    ],
)
def test_talk_without_medical_content_leaves_every_field_empty(lines: str) -> None:
    draft = written(visit(lines))
    assert [(field.key, field.text) for field in draft.fields if field.text] == []
    assert draft.alerts == ()


def test_no_talk_at_all() -> None:
    context = VisitContext(patient=Patient.unnamed(), transcript=Transcript(id="t"))
    draft = written(context)
    assert [field.key for field in draft.fields] == list(FieldKey)
    assert not any(field.statements for field in draft.fields)
    assert draft.field(ALLERGY).state is FieldState.NOT_ASKED
    assert draft.field(PAST).state is FieldState.NOT_ASKED
    assert draft.field(COMPLAINT).state is FieldState.EMPTY


def test_a_whole_talk() -> None:
    context = visit(
        "医：哪点不安逸？ / 患：脑壳昏，咳了三天了。 / 医：发烧没得？ / 患：没得。 / 医：以前有啥子病？ / "
        "患：高血压八年了。 / 医：药过敏不？ / 患：没得。",
        Region.SICHUAN,
    )
    draft = written(context)
    assert draft.field(COMPLAINT).text == "头晕、咳嗽3天。"
    assert "否认发热" in draft.field(PRESENT).text
    assert draft.field(PAST).text == "高血压8年。"
    assert draft.field(ALLERGY).state is FieldState.DENIED
    assert draft.engine.writer == "rules"
    assert supported(draft, context)


def test_guessed_speakers_leave_the_doctors_fields_uncertain() -> None:
    context = visit(
        "？：咳嗽三天了 / ？：发烧吗 / ？：没有 / ？：给你开点止咳糖浆，一天三次，多喝水，三天不好再来"
    )
    orders = written(context).field(FieldKey.PLAN).statements
    assert orders
    assert all(item.support is Support.UNCERTAIN and Reason.SPEAKER in item.reasons for item in orders)


def test_a_long_chief_complaint_is_a_finding_and_no_fault() -> None:
    lines = "医：怎么了？ / 患：右边小腿肚子疼，左边耳朵疼，右边膝盖疼两个月了。"
    field = written(visit(lines)).field(COMPLAINT)
    assert field.findings == (("too_long",) if len(field.text.rstrip("。")) > 20 else ())


def test_it_stops_when_asked_to() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        RulesWriter().draft(visit("患：头痛"), token)


# what people say, what recognisers make of it, and what nobody says
WORDS = (
    "头疼 咳嗽 发烧 肚子 没有 没得 冇 呒没 不 有 过敏 青霉素 血压 一百三八十五 三天 昨天 左边 右边 不是 我妈 他哥 "
    "吃了 两片 医生 以前 高血压 吗 ？ ， 。 …… ： “ ” 一天三次 脑壳 考虑 转院 阿莫西林 半 几 说错了 月经 喂 皮试 "
    "36.5℃ 多久"
).split()
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Co")), max_size=4),
    st.text(alphabet="😀🤒\u0000\u0007\u200b\u202e\ufffd\n\t aZ9%+~-", max_size=4),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@st.composite
def contexts(draw: st.DrawFn) -> VisitContext:
    """Draw visits with any text."""
    turns = draw(st.lists(st.tuples(st.sampled_from(Speaker), TEXTS), max_size=7))
    said = tuple(Utterance(id=n, speaker=who, text=what) for n, (who, what) in enumerate(turns, 1))
    return VisitContext(
        patient=Patient.unnamed(),
        kind=draw(st.sampled_from(VisitKind)),
        transcript=Transcript(id="t", region=draw(st.none() | st.sampled_from(Region)), utterances=said),
    )


@settings(max_examples=120, deadline=None)
@given(contexts())
def test_any_talk_is_drafted_with_evidence_for_every_statement(context: VisitContext) -> None:
    draft = written(context)
    assert [field.key for field in draft.fields] == list(FieldKey)
    assert supported(draft, context)
    assert all(statement.text for field in draft.fields for statement in field.statements)
    ids = [statement.id for field in draft.fields for statement in field.statements]
    assert len(ids) == len(set(ids))


@settings(max_examples=40, deadline=None)
@given(contexts())
def test_without_the_word_nobody_denies_an_allergy(context: VisitContext) -> None:
    spoken = "".join(item.text for item in context.transcript.utterances)
    field = written(context).field(ALLERGY)
    if not any(word in spoken for word in ("过敏", "敏感", "皮试", "疹", "痒", "反应")):
        assert (field.text, field.state) == ("", FieldState.NOT_ASKED)


def said(text: str, turn: int = 1) -> Statement:
    draft = written(visit("医：怎么了？ / 患：头痛"))
    (evidence,) = draft.field(COMPLAINT).statements[0].evidence[:1]
    return Statement(id=text, text=text, evidence=(type(evidence)(source=Source.UTTERANCE, id=turn),))


@pytest.mark.parametrize(
    ("statements", "prose"),
    [
        ([], ""),
        ([said("头痛2天")], "头痛2天。"),
        ([said("头痛2天", 1), said("夜间加重", 1)], "头痛2天，夜间加重。"),
        ([said("头痛2天", 1), said("恶心", 3)], "头痛2天；恶心。"),
        ([said("否认发热", 1), said("否认咳嗽", 3)], "否认发热、咳嗽。"),
        ([said("否认高血压史", 1), said("否认糖尿病史", 3)], "否认高血压、糖尿病史。"),
        ([said("否认高血压史", 1), said("否认发热", 3)], "否认高血压史；否认发热。"),
    ],
)
def test_statements_read_as_prose(statements: list[Statement], prose: str) -> None:
    assert join(statements) == prose


HIGH = LabResult(
    row=2,
    name_raw="WBC",
    name="白细胞计数",
    value_raw="12.4",
    value=12.4,
    unit="10*9/L",
    low=3.5,
    high=9.5,
    flag=Flag.HIGH,
)


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (HIGH, "白细胞计数 12.4 10*9/L↑（3.5~9.5）"),
        (
            LabResult(row=1, name_raw="尿蛋白", value_raw="2+", value="2+", flag=Flag.ABNORMAL),
            "尿蛋白 2+（异常）",
        ),
        (
            LabResult(row=1, name_raw="CRP", value_raw="4", value=4.0, unit="mg/L", high=10.0),
            "CRP 4 mg/L（<10）",
        ),
        (LabResult(row=1, name_raw="HDL", value_raw="1.2", value=1.2, low=1.0), "HDL 1.2（>1）"),
    ],
)
def test_a_row_as_the_record_writes_it(result: LabResult, line: str) -> None:
    assert result_text(result) == line


def test_rows_of_a_sheet_are_statements_with_their_place() -> None:
    unsure = LabResult(row=3, name_raw="PLT", value_raw="2l0", value="2l0", review=True)
    empty = LabResult(row=4, name_raw="RBC", value_raw="", value=None)
    sheet = LabSheet(image="blood.jpg", rows=(HIGH, unsure, empty))
    first, second = lab_statements([sheet], before=1)
    assert (first.id, first.support) == ("auxiliary_exam-2", Support.VERIFIED)
    assert (second.id, second.support, second.reasons) == (
        "auxiliary_exam-3",
        Support.UNCERTAIN,
        (Reason.REVIEW_ROW,),
    )
    (evidence,) = first.evidence
    assert (evidence.source, evidence.image, evidence.row, evidence.quote) == (
        Source.LAB,
        "blood.jpg",
        2,
        "12.4",
    )
