"""`jiceng eval draft`: the writer on dialogues with truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.visits import VisitContext
from desktop_app.engines.protocols import Writer
from desktop_app.insight.dialogue_cases import DialogueCase, load_cases, split_name
from desktop_app.insight.draft_scoring import DraftScore, score_draft
from desktop_app.insight.intervals import Figure, mean_figure, ratio_figure

Judge = Callable[[Draft, VisitContext], Draft]


@dataclass(frozen=True, slots=True)
class DraftEvaluation:
    """All cases of one run."""

    split: str
    cases: tuple[DialogueCase, ...]
    drafts: tuple[Draft, ...]
    scores: tuple[DraftScore, ...]

    @property
    def figures(self) -> list[Figure]:
        """The figures of the run with their intervals."""
        return draft_figures(self.scores)

    @property
    def worst(self) -> list[str]:
        """The ids of at most ten cases with misses, the worst first."""
        bad = sorted((item for item in self.scores if item.badness), key=lambda item: -item.badness)
        return [item.case for item in bad[:10]]

    def as_json(self) -> dict[str, Any]:
        """Return what `jiceng eval draft --json` prints."""
        return evaluation_json("draft", self.split, len(self.cases), self.figures, self.worst)


def evaluation_json(
    suite: str, split: str, cases: int, figures: Sequence[Figure], worst: Sequence[str]
) -> dict[str, Any]:
    """Return the fixed shape of `jiceng eval`."""
    shown = [{"key": item.key, "value": item.value, "low": item.low, "high": item.high} for item in figures]
    return {"suite": suite, "split": split, "cases": cases, "figures": shown, "worst": list(worst)}


def evaluate_drafts(
    path: Path,
    writer: Writer,
    judge: Judge,
    *,
    strip_labels: bool = False,
    cancel: CancelToken | None = None,
) -> DraftEvaluation:
    """Draft every dialogue of a folder, judge the drafts, and score them.

    Args:
        path: a folder of cases, or one.
        writer: makes the drafts.
        judge: grounds them.
        strip_labels: forget who speaks.
        cancel: stops between two cases.

    Raises:
        InputError: there is no case, or one is not of the format.
        Cancelled: the person stopped it.
    """
    cancel = cancel or CancelToken()
    cases = load_cases(path, strip_labels=strip_labels)
    drafts = []
    for case in cases:
        cancel.check()
        drafts.append(judge(writer.draft(case.context, cancel), case.context))
    scores = tuple(score_draft(case, draft) for case, draft in zip(cases, drafts, strict=True))
    return DraftEvaluation(split_name(path), tuple(cases), tuple(drafts), scores)


def draft_figures(scores: Sequence[DraftScore]) -> list[Figure]:
    """Return the figures of scored drafts, intervals over cases."""
    facts = [float(len(item.facts)) for item in scores]
    negatives = [[fact for fact in item.facts if fact.fact.polarity == "neg"] for item in scores]
    flagged = [item for item in scores if item.flags_expected]
    clean = [item for item in scores if item.flag_clean]
    return [
        ratio_figure("recall", [sum(fact.found for fact in item.facts) for item in scores], facts),
        ratio_figure(
            "recall_any_field", [sum(fact.anywhere for fact in item.facts) for item in scores], facts
        ),
        ratio_figure(
            "recall_negatives",
            [sum(fact.found for fact in item) for item in negatives],
            [len(item) for item in negatives],
        ),
        mean_figure("forbidden_per_visit", [len(item.violations) for item in scores]),
        mean_figure("cases_with_forbidden", [bool(item.violations) for item in scores]),
        ratio_figure(
            "red_flag_sensitivity",
            [item.flags_named for item in flagged],
            [item.flags_expected for item in flagged],
        ),
        mean_figure("red_flag_any", [item.flag_raised for item in flagged]),
        mean_figure("red_flag_false_cases", [item.flag_false for item in clean]),
        ratio_figure(
            "alert_recall", [item.alerts_found for item in scores], [item.alerts_expected for item in scores]
        ),
        ratio_figure(
            "standard_terms", [item.terms_found for item in scores], [item.terms_expected for item in scores]
        ),
        ratio_figure(
            "evidence_literal", [item.literal for item in scores], [item.verified for item in scores]
        ),
        ratio_figure(
            "no_evidence", [item.no_evidence for item in scores], [item.statements for item in scores]
        ),
        mean_figure("unresolved_per_visit", [item.unresolved for item in scores]),
        mean_figure("length_ratio", [item.length_ratio for item in scores]),
    ]
