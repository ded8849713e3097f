"""Scoring of drafts against dialogues with truth."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import InputError
from desktop_app.core.records.contract import draft_from_json, draft_json
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.visits import VisitContext
from desktop_app.insight.dialogue_cases import DialogueCase, load_cases, split_name
from desktop_app.insight.draft_scoring import DraftScore, score_draft
from desktop_app.insight.eval_draft import draft_figures, evaluate_drafts
from desktop_app.insight.intervals import ratio_figure
from desktop_app.insight.wording import Said, places, said, spelled
from desktop_app.scenarios.clinic.writer import RulesWriter

ROOT = Path(__file__).resolve().parents[3]
DEV = ROOT / "tests/data/dialogues/dev"
RECORDS = ROOT / "tests/data/records"
SHARED = ROOT / "../shared/data/dialogues"


def record(name: str) -> Draft:
    data = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    fields = {
        key: {"text": "；".join(texts), "statements": [{"text": text} for text in texts]}
        for key, texts in data["fields"].items()
    }
    return draft_from_json({"fields": fields})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三十八度五", "38.5℃"),
        ("一百四九十", "140/90"),
        ("一天三道", "每日3次"),
        ("tid", "3次/日"),
        ("零点五克", "0.5 g"),
        ("两个礼拜", "2周"),
        ("七八天", "7～8天"),
        ("三个加号", "+++"),
        ("左边", "左侧"),
        ("百分之九十六", "96%"),
        ("半个小时", "半小时"),
    ],
)
def test_one_spelling(one: str, other: str) -> None:
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(
    ("text", "wording", "expected"),
    [
        ("无咳嗽、发热", "发热", Said.DENIED),
        ("无咳嗽，伴发热", "发热", Said.AFFIRMED),
        ("否认高血压病史", "高血压", Said.DENIED),
        ("乏力，睡眠不好", "睡眠", Said.AFFIRMED),
        ("无明显诱因出现咳嗽", "咳嗽", Said.AFFIRMED),
        ("过敏史未询问", "过敏", Said.UNASKED),
        ("墨菲征阴性", "墨菲征", Said.DENIED),
    ],
)
def test_affirmed_or_denied(text: str, wording: str, expected: Said) -> None:
    text = spelled(text)
    assert [said(text, place) for place in places(text, [wording])] == [expected]


def test_numbers_match_whole() -> None:
    assert not list(places(spelled("体温138.5℃"), ["38.5"]))
    assert list(places(spelled("体温38.5℃"), ["38.5"]))


def test_hand_written_records_score_high_and_break_nothing() -> None:
    scores = [score_draft(case, record(case.id)) for case in load_cases(DEV) if has_record(case.id)]
    figures = {item.key: item.value for item in draft_figures(scores)}
    assert figures["recall"] is not None
    assert figures["recall"] > 0.85
    assert figures["forbidden_per_visit"] == 0


def has_record(name: str) -> bool:
    return (RECORDS / f"{name}.json").is_file()


def poured(case: DialogueCase) -> Draft:
    """The whole talk in every field: high recall, many violations."""
    text = "。".join(item.text for item in case.context.transcript.utterances)
    keys = ("chief_complaint", "present_illness", "past_history", "allergy", "physical_exam", "plan")
    return draft_from_json({"fields": {key: {"text": text} for key in keys}})


def test_a_poured_talk_breaks_rules() -> None:
    scores = [score_draft(case, poured(case)) for case in load_cases(DEV)]
    figures = {item.key: item.value for item in draft_figures(scores)}
    assert figures["forbidden_per_visit"] is not None
    assert figures["length_ratio"] is not None
    assert figures["forbidden_per_visit"] > 1
    assert figures["length_ratio"] > 5
    assert figures["evidence_literal"] == 0


class PouringWriter:
    def draft(self, context: VisitContext, cancel: object) -> Draft:
        return draft_from_json(
            {"fields": {"present_illness": {"text": context.transcript.utterances[0].text}}}
        )


def test_evaluation_prints_the_contract(tmp_path: Path) -> None:
    result = evaluate_drafts(DEV, PouringWriter(), lambda draft, context: draft).as_json()
    assert set(result) == {"suite", "split", "cases", "figures", "worst"}
    assert result["split"] == "dev"
    assert result["cases"] == len(list(DEV.glob("*.json")))
    assert all(set(item) == {"key", "value", "low", "high"} for item in result["figures"])
    recall = result["figures"][0]
    assert recall["low"] <= recall["value"] <= recall["high"]
    assert split_name(tmp_path) == "all"


def test_stripped_labels() -> None:
    case = load_cases(DEV, strip_labels=True)[0]
    assert not case.context.transcript.labelled


@pytest.mark.parametrize(
    "text", ["", "[]", '{"id": "1"}', '{"transcript": [], "expect": {"facts": [{}]}}', "{" * 9999]
)
def test_bad_cases_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.json").write_text(text)
    with pytest.raises(InputError):
        load_cases(tmp_path)


def test_no_cases(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_cases(tmp_path)
    assert caught.value.code == "eval.no_cases"


def test_intervals() -> None:
    figure = ratio_figure("x", [1, 0, 1, 1], [1, 1, 1, 1])
    assert figure.value == 0.75
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0.75 < figure.high <= 1
    assert ratio_figure("x", [], []).value is None


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    script = SHARED / "score.py"
    if not script.is_file():
        pytest.skip("the shared dialogues are not here")
    spec = importlib.util.spec_from_file_location("reference_score", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agreement(reference: ModuleType, pairs: list[tuple[DialogueCase, dict[str, Any], Draft]]) -> None:
    """Both scorers see the same outputs: recall within 0.02, the same red flags."""
    own: list[DraftScore] = [score_draft(case, draft) for case, _, draft in pairs]
    theirs = [reference.score(raw, draft_json(draft)) for _, raw, draft in pairs]
    facts = sum(len(item.facts) for item in own)
    found = sum(fact.found for item in own for fact in item.facts) / facts
    anywhere = sum(fact.anywhere for item in own for fact in item.facts) / facts
    assert abs(found - sum(fact["hit"] for item in theirs for fact in item["facts"]) / facts) <= 0.02
    assert abs(anywhere - sum(fact["anywhere"] for item in theirs for fact in item["facts"]) / facts) <= 0.02
    broken = sum(len(item.violations) for item in own)
    assert abs(broken - sum(len(item["forbidden"]) for item in theirs)) <= max(1, 0.06 * broken)
    assert [item.flags_named for item in own] == [item["red_named"] for item in theirs]


def raw(folder: Path, case: DialogueCase) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / f"{case.id}.json").read_text(encoding="utf-8"))
    return data


def test_agrees_with_the_reference_on_poured_talks(reference: ModuleType) -> None:
    cases = [(folder, case) for folder in (SHARED, DEV) for case in load_cases(folder)]
    agreement(reference, [(case, raw(folder, case), poured(case)) for folder, case in cases])


def test_agrees_with_the_reference_on_records(reference: ModuleType) -> None:
    cases = [case for case in load_cases(DEV) if has_record(case.id)]
    agreement(reference, [(case, raw(DEV, case), record(case.id)) for case in cases])


def test_agrees_with_the_reference_on_the_writer(reference: ModuleType) -> None:
    cases = [(folder, case) for folder in (SHARED, DEV) for case in load_cases(folder)]
    made = [
        (case, raw(folder, case), RulesWriter().draft(case.context, CancelToken())) for folder, case in cases
    ]
    agreement(reference, made)


def test_agrees_with_the_reference_on_ideal_drafts(reference: ModuleType) -> None:
    cases = [(folder, case) for folder in (SHARED, DEV) for case in load_cases(folder)]
    made = [(case, raw(folder, case)) for folder, case in cases]
    agreement(reference, [(case, data, draft_from_json(_ideal(reference, data))) for case, data in made])


def _ideal(reference: ModuleType, data: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = reference.ideal(data)
    plain = {"severity": "high", "basis": "", "rule": "x"}
    return {"fields": made["fields"], "alerts": [{**plain, **item} for item in made["alerts"]]}
