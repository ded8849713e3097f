"""`jiceng eval ground`: seeded errors that must be flagged, and true statements that must not."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import InputError
from desktop_app.core.messages import Catalogue
from desktop_app.core.records.contract import draft_from_json
from desktop_app.core.records.drafts import Draft, DraftField, FieldKey, Statement, Support
from desktop_app.engines.protocols import Writer
from desktop_app.insight.dialogue_cases import DialogueCase, load_cases, split_name
from desktop_app.insight.eval_draft import Judge, evaluation_json
from desktop_app.insight.intervals import Figure, ratio_figure
from desktop_app.insight.report import figure_table, page
from desktop_app.insight.seeded_errors import SeededError, Seeder

HAND, DRAFTED = "records", "drafted"


@dataclass(frozen=True, slots=True)
class SeedResult:
    """A seeded error and what the judge made of it."""

    error: SeededError
    judged: Statement

    @property
    def flagged(self) -> bool:
        """Whether the judge would not let it pass."""
        return self.judged.support is not Support.VERIFIED

    @property
    def explained(self) -> bool:
        """Whether it gave a reason that names this error."""
        return bool(self.error.accepted & set(self.judged.reasons))


@dataclass(frozen=True, slots=True)
class TrueResult:
    """A true statement and what the judge made of it."""

    case: str
    origin: str
    key: FieldKey
    judged: Statement

    @property
    def flagged(self) -> bool:
        """Whether the judge wrongly stopped it."""
        return self.judged.support is not Support.VERIFIED


@dataclass(frozen=True, slots=True)
class GroundEvaluation:
    """All seeded and true statements of one run."""

    split: str
    cases: tuple[str, ...]
    seeded: tuple[SeedResult, ...]
    true: tuple[TrueResult, ...]

    @property
    def figures(self) -> list[Figure]:
        """Shares flagged and rightly explained, by kind of error, and false flags by who wrote."""
        figures = [
            self._seed_figure("flagged", self.seeded, right=False),
            self._seed_figure("right_reason", self.seeded, right=True),
        ]
        kinds: dict[str, list[SeedResult]] = defaultdict(list)
        for item in self.seeded:
            kinds[item.error.kind.value].append(item)
        for kind, items in sorted(kinds.items()):
            figures.append(self._seed_figure(f"{kind}.flagged", items, right=False))
            figures.append(self._seed_figure(f"{kind}.right_reason", items, right=True))
        for origin in (HAND, DRAFTED):
            items_true = [item for item in self.true if item.origin == origin]
            figures.append(
                ratio_figure(
                    f"false_flags.{origin}",
                    [sum(item.flagged for item in items_true if item.case == case) for case in self.cases],
                    [sum(item.case == case for item in items_true) for case in self.cases],
                )
            )
        return figures

    def _seed_figure(self, key: str, items: Sequence[SeedResult], *, right: bool) -> Figure:
        hit = [item.explained and item.flagged if right else item.flagged for item in items]
        by_case = [item.error.case for item in items]
        pairs = list(zip(by_case, hit, strict=True))
        return ratio_figure(
            key,
            [sum(good for name, good in pairs if name == case) for case in self.cases],
            [sum(name == case for name in by_case) for case in self.cases],
        )

    @property
    def worst(self) -> list[str]:
        """The ids of at most ten cases, most unflagged errors and false flags first."""
        bad: dict[str, int] = defaultdict(int)
        for seed in self.seeded:
            bad[seed.error.case] += not seed.flagged
        for item in self.true:
            bad[item.case] += item.flagged
        return [case for case in sorted(bad, key=lambda name: -bad[name]) if bad[case]][:10]

    def as_json(self) -> dict[str, Any]:
        """Return what `jiceng eval ground --json` prints; `counts` says how many stand behind the figures."""
        data = evaluation_json("ground", self.split, len(self.cases), self.figures, self.worst)
        return data | {"counts": {"seeded": len(self.seeded), "true": len(self.true)}}


def evaluate_grounding(
    path: Path, writer: Writer, judge: Judge, *, seed: int = 7, cancel: CancelToken | None = None
) -> GroundEvaluation:
    """Judge true statements and seeded errors of every dialogue of a folder.

    Args:
        path: a folder of dialogue cases; hand-written records `{case, fields: {key: [text]}}` are taken from
            a folder `records` in it, beside it or one above.
        writer: makes the drafts that are spoilt, beside the hand-written ones.
        judge: what is measured.
        seed: of the errors.
        cancel: stops between two cases.

    Raises:
        InputError: there is no case, or one is not of the format.
        Cancelled: the person stopped it.
    """
    cancel = cancel or CancelToken()
    cases = load_cases(path)
    written = {case.id: read_record(file) for case in cases if (file := _record_file(path, case)) is not None}
    drafted = {case.id: writer.draft(case.context, cancel) for case in cases}
    seeded: list[SeedResult] = []
    true: list[TrueResult] = []
    for case in cases:
        cancel.check()
        donors = _donors(written, case.id) or _donors(drafted, case.id)
        seeder = Seeder(case.context, donors, seed)
        for origin, draft in ((HAND, written.get(case.id)), (DRAFTED, drafted[case.id])):
            if draft is None:
                continue
            judged = judge(draft, case.context)
            true += [
                TrueResult(case.id, origin, part.key, item)
                for part in judged.fields
                for item in part.statements
            ]
            sound = _sound(judged) if origin == DRAFTED else judged
            seeded += _judge_all(seeder.errors(sound), case, judge)
    return GroundEvaluation(split_name(path), tuple(item.id for item in cases), tuple(seeded), tuple(true))


def _sound(draft: Draft) -> Draft:
    """Leave out statements that the judge doubts already: spoiling them would prove nothing."""
    fields = tuple(
        replace(part, statements=tuple(item for item in part.statements if item.support is Support.VERIFIED))
        for part in draft.fields
    )
    return replace(draft, fields=fields)


def _judge_all(errors: Sequence[SeededError], case: DialogueCase, judge: Judge) -> list[SeedResult]:
    """Judge each error alone in its field, as one draft, so that none leans on another."""
    fields = tuple(DraftField(key=item.key, statements=(item.statement,)) for item in errors)
    empty = draft_from_json({"fields": {}})
    judged = judge(replace(empty, fields=fields), case.context)
    return [SeedResult(error, part.statements[0]) for error, part in zip(errors, judged.fields, strict=True)]


def _donors(drafts: dict[str, Draft], case: str) -> list[tuple[FieldKey, str]]:
    return [
        (part.key, item.text)
        for name, draft in drafts.items()
        if name != case
        for part in draft.fields
        for item in part.statements
    ]


def _record_file(path: Path, case: DialogueCase) -> Path | None:
    folder = path if path.is_dir() else path.parent
    places = [folder / "records", folder.parent / "records", folder.parent.parent / "records"]
    return next((file for place in places if (file := place / f"{case.id}.json").is_file()), None)


def read_record(file: Path) -> Draft:
    """Return a hand-written record as a draft without evidence.

    Raises:
        InputError: it is not of the format.
    """
    try:
        fields = json.loads(file.read_text(encoding="utf-8-sig"))["fields"]
        shaped = {
            key: {"text": "；".join(texts), "statements": [{"text": text} for text in texts]}
            for key, texts in fields.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("eval.case_shape", type(error).__name__, file=file.name) from error
    return draft_from_json({"fields": shaped})


def ground_report(result: GroundEvaluation, messages: Catalogue) -> str:
    """Return the page of `jiceng eval ground`: every error that passed, every truth that was stopped."""
    title = messages.text("eval.ground_title", split=result.split, cases=len(result.cases))
    passed = [item for item in result.seeded if not item.flagged]
    misnamed = [item for item in result.seeded if item.flagged and not item.explained]
    stopped = [item for item in result.true if item.flagged]
    lists = [
        ("eval.passed", [_seed_line(item) for item in passed]),
        ("eval.misnamed", [_seed_line(item) for item in misnamed]),
        ("eval.stopped", [_true_line(item) for item in stopped]),
    ]
    sections = [figure_table(result.figures, messages)]
    for key, lines in lists:
        listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
        sections.append(f"<h2>{escape(messages.text(key))} ({len(lines)})</h2><ul>{listed}</ul>")
    return page(title, sections, messages.language)


def _seed_line(item: SeedResult) -> str:
    reasons = "/".join(reason.value for reason in item.judged.reasons)
    error = item.error
    place = f"{error.case} {error.key.value} [{error.kind.value}]"
    return f"{place} {error.before} → {error.statement.text} ({reasons})"


def _true_line(item: TrueResult) -> str:
    reasons = "/".join(reason.value for reason in item.judged.reasons)
    return f"{item.case} {item.origin} {item.key.value}: {item.judged.text} ({reasons})"
