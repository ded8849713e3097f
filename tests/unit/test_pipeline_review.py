"""A person's decisions: what they change, what they leave, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.errors import InputError
from desktop_app.core.records.drafts import (
    Change,
    Decision,
    Draft,
    DraftField,
    EngineUse,
    Evidence,
    FieldKey,
    FieldState,
    Reason,
    Review,
    Source,
    Statement,
    Support,
)
from desktop_app.pipeline.review import review


def join(statements: Iterable[Statement]) -> str:
    return "；".join(item.text for item in statements)


AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SAID = Evidence(source=Source.UTTERANCE, id=1, quote="咳嗽三天", start=0, end=4)


def _draft() -> Draft:
    statements = (
        Statement(id="p-1", text="咳嗽3天", evidence=(SAID,)),
        Statement(
            id="p-2", text="发热", support=Support.UNCERTAIN, reasons=(Reason.SPEAKER,), evidence=(SAID,)
        ),
        Statement(id="p-3", text="左侧胸痛", support=Support.CONFLICT, reasons=(Reason.SIDE,), stale=True),
    )
    field = DraftField(
        key=FieldKey.PRESENT_ILLNESS, text=join(statements), state=FieldState.STATED, statements=statements
    )
    empty = DraftField(key=FieldKey.ALLERGY, state=FieldState.NOT_ASKED)
    return Draft(scenario="clinic", engine=EngineUse(writer="rules"), fields=(field, empty))


def _decide(*changes: Change) -> tuple[Draft, Review]:
    return review(_draft(), changes, reviewer="li", role="doctor", at=AT, join=join)


def _change(statement: str, decision: Decision, after: str = "") -> Change:
    return Change(field=FieldKey.PRESENT_ILLNESS, statement=statement, decision=decision, after=after)


def test_keeping_vouches_with_name_and_time_and_keeps_the_old_evidence() -> None:
    draft, checked = _decide(_change("p-2", Decision.KEEP))
    kept = draft.field(FieldKey.PRESENT_ILLNESS).statements[1]
    assert (kept.support, kept.reasons) == (Support.VERIFIED, ())
    assert kept.evidence == (SAID, Evidence(source=Source.ENTERED, by="li", at=AT))
    assert checked.changes[0].before == checked.changes[0].after == "发热"


def test_editing_changes_statement_and_field_and_notes_both_texts() -> None:
    draft, checked = _decide(_change("p-3", Decision.EDIT, " 右侧胸痛 "))
    field = draft.field(FieldKey.PRESENT_ILLNESS)
    assert field.statements[2].text == "右侧胸痛"
    assert not field.statements[2].stale
    assert field.text == "咳嗽3天；发热；右侧胸痛"
    assert (checked.changes[0].before, checked.changes[0].after) == ("左侧胸痛", "右侧胸痛")


def test_dropping_leaves_no_trace_in_the_record_but_one_in_the_review() -> None:
    draft, checked = _decide(*(_change(f"p-{number}", Decision.DROP) for number in (1, 2, 3)))
    field = draft.field(FieldKey.PRESENT_ILLNESS)
    assert (field.statements, field.text, field.state) == ((), "", FieldState.EMPTY)
    assert [item.before for item in checked.changes] == ["咳嗽3天", "发热", "左侧胸痛"]


def test_adding_fills_a_field_that_was_not_asked() -> None:
    change = Change(field=FieldKey.ALLERGY, statement="", decision=Decision.ADD, after="青霉素过敏")
    draft, checked = _decide(change)
    field = draft.field(FieldKey.ALLERGY)
    assert (field.text, field.state) == ("青霉素过敏", FieldState.STATED)
    assert checked.changes[0].statement == field.statements[0].id != ""


def test_what_nobody_decided_on_stays_open() -> None:
    draft, checked = _decide()
    assert draft.unresolved == 2
    assert checked.changes == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([_change("p-9", Decision.KEEP)], "review.statement"),
        ([_change("p-1", Decision.KEEP), _change("p-1", Decision.DROP)], "review.twice"),
        ([_change("p-1", Decision.EDIT, "  ")], "review.text"),
        ([_change("", Decision.ADD, "")], "review.text"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(changes: list[Change], code: str) -> None:
    with pytest.raises(InputError) as caught:
        _decide(*changes)
    assert caught.value.code == code


@given(st.lists(st.sampled_from(["p-1", "p-2", "p-3"]), unique=True), st.data())
def test_every_decided_statement_is_resolved_and_no_other_is_touched(
    names: list[str], data: st.DataObject
) -> None:
    decisions = st.sampled_from([Decision.KEEP, Decision.DROP, Decision.EDIT])
    changes = [_change(name, data.draw(decisions), "改写") for name in names]
    draft, checked = _decide(*changes)
    left = {item.id: item for item in draft.field(FieldKey.PRESENT_ILLNESS).statements}
    before = {item.id: item for item in _draft().field(FieldKey.PRESENT_ILLNESS).statements}
    assert [item.statement for item in checked.changes] == names
    for name, statement in before.items():
        if name not in names:
            assert left[name] == statement
        elif name in left:
            assert left[name].support is Support.VERIFIED
