"""Benchmarks in the fixed shape of `jiceng bench`."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from desktop_app.accounts.people import Accounts
from desktop_app.accounts.roles import Role
from desktop_app.accounts.signing import sign_visit
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import new_id
from desktop_app.core.records.drafts import Draft, DraftField, Review, Support
from desktop_app.core.records.people import Age, Patient, Sex, VisitKind
from desktop_app.core.records.speech import Transcript, Utterance
from desktop_app.core.records.visits import Visit, VisitContext, VisitState
from desktop_app.engines import machine
from desktop_app.engines.protocols import Writer
from desktop_app.store.audit_rows import Actor
from desktop_app.store.store import Store

RUNS = 50
SIGNATURES = 9
UTTERANCES = 60
_PIN = "824601"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchFigure:
    """One measured figure; `theirs` and `ratio` are None where there is no other side."""

    key: str
    ours: float
    unit: str
    goal: str
    met: bool
    runs: int
    spread: tuple[float, float]
    theirs: float | None = None
    ratio: float | None = None
    against: str | None = None


def bench_json(name: str, figures: Sequence[BenchFigure]) -> dict[str, Any]:
    """Return what `jiceng bench --json` prints."""
    return {
        "bench": name,
        "machine": {
            "cpu": machine.processor(),
            "cores": os.cpu_count() or 1,
            "memory_gb": round(psutil.virtual_memory().total / 2**30),
            "isa": machine.instruction_set(),
        },
        "figures": [asdict(item) | {"spread": list(item.spread)} for item in figures],
    }


def long_talk(utterances: Sequence[Utterance], count: int = UTTERANCES) -> Transcript:
    """Return a talk of so many utterances, the given ones over and over with ids from 1."""
    turns = [utterances[number % len(utterances)] for number in range(count)]
    numbered = tuple(replace(item, id=number) for number, item in enumerate(turns, 1))
    return Transcript(id="bench", utterances=numbered)


def bench_draft(
    writer: Writer,
    judge: Callable[[Draft, VisitContext], Draft],
    utterances: Sequence[Utterance],
    runs: int = RUNS,
) -> list[BenchFigure]:
    """Time drafting and judging a talk of 60 utterances in a warm process.

    Args:
        writer: the rules writer.
        judge: grounds the draft.
        utterances: of the bundled sample.
        runs: at least 50 for a 95th percentile.
    """
    patient = Patient(id="bench", sex=Sex.FEMALE, age=Age(46, "y"))
    context = VisitContext(patient=patient, transcript=long_talk(utterances))
    for _ in range(3):  # tables and caches
        judge(writer.draft(context, CancelToken()), context)
    whole, judging = [], []
    for _ in range(runs):
        started = time.perf_counter()
        draft = writer.draft(context, CancelToken())
        between = time.perf_counter()
        judge(draft, context)
        ended = time.perf_counter()
        whole.append((ended - started) * 1000)
        judging.append((ended - between) * 1000)
    return [
        _p95("draft.rules_p95_ms", whole, 150.0),
        _p95("draft.ground_p95_ms", judging, 60.0),
    ]


def _p95(key: str, times: Sequence[float], goal: float) -> BenchFigure:
    value = statistics.quantiles(times, n=20)[-1]
    return BenchFigure(
        key=key,
        ours=round(value, 1),
        unit="ms",
        goal=f"<= {goal:g}",
        met=value <= goal,
        runs=len(times),
        spread=(round(min(times), 1), round(max(times), 1)),
    )


def bench_store(draft: Draft, runs: int = SIGNATURES) -> list[BenchFigure]:
    """Time a signature in a throw-away store: PIN, key, audit chain, outbox, and the write to disk.

    Args:
        draft: what is signed; its statements count as confirmed.
        runs: at least 5.
    """
    times = []
    with tempfile.TemporaryDirectory(prefix="jiceng-bench-") as folder:
        store = Store.open(Path(folder), os.urandom(32))
        try:
            doctor = Accounts(store).add(Actor.machine(), "bench", Role.DOCTOR, _PIN)
            for number in range(runs):
                visit = _reviewed(draft, number)
                started = time.perf_counter()
                sign_visit(store, visit, doctor, _PIN)
                times.append((time.perf_counter() - started) * 1000)
        finally:
            store.close()
    value = statistics.median(times)
    return [
        BenchFigure(
            key="store.sign_ms",
            ours=round(value, 1),
            unit="ms",
            goal="<= 500",
            met=value <= 500,
            runs=runs,
            spread=(round(min(times), 1), round(max(times), 1)),
        )
    ]


def _reviewed(draft: Draft, number: int) -> Visit:
    now = datetime.now(UTC)
    return Visit(
        id=new_id(),
        version=1,
        state=VisitState.REVIEWED,
        patient=Patient(id=new_id(), name="样本", number=f"BENCH-{number}"),
        kind=VisitKind.FIRST,
        started=now,
        draft=replace(draft, fields=tuple(_confirmed(item) for item in draft.fields)),
        review=Review(reviewer="bench", role="doctor", at=now),
    )


def _confirmed(field: DraftField) -> DraftField:
    statements = tuple(
        replace(item, support=Support.VERIFIED, reasons=(), stale=False) for item in field.statements
    )
    return replace(field, statements=statements)
