"""Walks the arrows of one visit; each result is saved before the next arrow starts."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import Clock, new_id
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.people import Patient, Region, VisitKind
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.engines.protocols import EngineInfo, PageReader, Transcriber, Writer
from desktop_app.pipeline.capture import Captured
from desktop_app.pipeline.draft import context_of, draft
from desktop_app.pipeline.ground import Ground, ground
from desktop_app.pipeline.normalise import normalise
from desktop_app.pipeline.read import read
from desktop_app.pipeline.saving import StageSaver
from desktop_app.pipeline.transcribe import transcribe
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.terms.lexicon import Lexicon

T = TypeVar("T")
NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The concrete parts that a walk uses; `wiring` chooses them."""

    transcriber: Transcriber
    reader: PageReader
    lexicon: Lexicon
    writer: Writer
    judge: Ground
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRun:
    """A walk that came to its end: the drafted visit, which engine did each step, and how long it took.

    Attributes:
        engines: by step (`speech`, `reading`, `writer`, `grounding`); `not run` where nothing came in.
        timings_ms: by step, with `first_field` (the chief complaint stands) and `total` from the start.
    """

    visit: Visit
    engines: dict[str, str]
    timings_ms: dict[str, int]

    @property
    def draft(self) -> Draft:
        """What was drafted and judged."""
        assert self.visit.draft is not None
        return self.visit.draft


@dataclass(slots=True)
class _Watch:
    """Takes the time of each step."""

    started: float = field(default_factory=time.perf_counter)
    taken: dict[str, int] = field(default_factory=dict)

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do one step and note its milliseconds."""
        start = time.perf_counter()
        result = work()
        self.taken[name] = round((time.perf_counter() - start) * 1000)
        return result

    def mark(self, name: str) -> None:
        """Note the milliseconds since the start."""
        self.taken[name] = round((time.perf_counter() - self.started) * 1000)


def new_visit(
    clock: Clock,
    patient: Patient,
    kind: VisitKind = VisitKind.FIRST,
    *,
    organization: str = "",
    department: str = "",
) -> Visit:
    """Return a visit that has just begun."""
    return Visit(
        id=new_id(),
        version=1,
        state=VisitState.OPEN,
        patient=patient,
        kind=kind,
        started=clock.now(),
        organization=organization,
        department=department,
    )


def run_visit(
    visit: Visit,
    captured: Captured,
    parts: Parts,
    saver: StageSaver,
    *,
    cancel: CancelToken,
    actor: Actor | None = None,
    region: Region | None = None,
    history: tuple[Draft, ...] = (),
) -> VisitRun:
    """Take a visit from what was captured to a judged draft.

    Args:
        visit: just begun.
        captured: what came in.
        parts: who does the work.
        saver: keeps each stage.
        cancel: asked between the steps and inside the long ones.
        actor: who runs it, for the audit trail.
        region: whose words are expected; found out if not given.
        history: the patient's earlier signed records.

    Raises:
        AppError: a step's input or engine failed; the stages before it are saved.
        Cancelled: the person stopped it; likewise.
    """
    watch = _Watch()
    saver.save_stage(visit, actor)

    heard = watch.step("speech", lambda: transcribe(captured, parts.transcriber, region, cancel))
    visit = dataclasses.replace(visit, state=VisitState.HEARD, transcript=heard)
    spoken = captured.sound is not None
    saver.save_stage(visit, actor, _payload(parts.transcriber.info, output=heard) if spoken else None)

    transcript = watch.step("normalise", lambda: normalise(heard, parts.lexicon))
    visit = dataclasses.replace(visit, transcript=transcript)
    saver.save_stage(visit, actor, AuditPayload(output=transcript, engine=heard.engine))

    if captured.images:
        sheets = watch.step("reading", lambda: read(captured.images, parts.reader, visit.patient, cancel))
        visit = dataclasses.replace(visit, state=VisitState.READ, sheets=sheets)
        images = {sheet.image: sheet.sha256 for sheet in sheets}
        saver.save_stage(visit, actor, _payload(parts.reader.info, input=images, output=sheets))

    context = context_of(visit, history)
    drafted = watch.step("writer", lambda: draft(context, parts.writer, cancel))
    watch.mark("first_field")
    visit = dataclasses.replace(visit, state=VisitState.DRAFTED, draft=drafted)
    saver.save_stage(visit, actor, _draft_payload(visit, drafted))

    judged = watch.step("grounding", lambda: ground(drafted, context, parts.judge, cancel))
    visit = dataclasses.replace(visit, draft=judged)
    saver.save_stage(visit, actor, AuditPayload(output=judged, engine="grounding"))
    watch.mark("total")
    engines = {
        "speech": _name(parts.transcriber.info) if spoken else NOT_RUN,
        "reading": _name(parts.reader.info) if captured.images else NOT_RUN,
        "writer": drafted.engine.model or drafted.engine.writer,
        "grounding": "code",
    }
    return VisitRun(visit=visit, engines=engines, timings_ms=watch.taken)


def _name(info: EngineInfo) -> str:
    return f"{info.engine}:{info.model}" if info.model else info.engine


def _payload(info: EngineInfo, *, input: object = None, output: object = None) -> AuditPayload:  # noqa: A002
    return AuditPayload(input=input, output=output, engine=_name(info), model_sha256=info.sha256)


def _draft_payload(visit: Visit, made: Draft) -> AuditPayload:
    used = made.engine
    return AuditPayload(
        input={"transcript": visit.transcript, "sheets": visit.sheets},
        output=made,
        engine=used.writer if used.model is None else f"{used.writer}:{used.model}",
        model_sha256=used.model_sha256 or "",
        prompt_sha256=used.prompt_sha256 or "",
    )
