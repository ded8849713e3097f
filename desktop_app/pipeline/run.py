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
        visit: just begun, or as a crash left it: stages that it has are not done again.
        captured: what came in; to go on after a crash, the images that were not read yet.
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
    walk = _Walk(visit, captured, parts, saver, cancel, actor)
    if visit.transcript is None:
        saver.save_stage(visit, actor)
        walk.hear(region)
    if captured.images:
        walk.read()
    walk.write(history)
    spoken = captured.sound is not None and visit.transcript is None
    made = walk.visit.draft
    assert made is not None
    engines = {
        "speech": _name(parts.transcriber.info) if spoken else NOT_RUN,
        "reading": _name(parts.reader.info) if captured.images else NOT_RUN,
        "writer": made.engine.model or made.engine.writer,
        "grounding": "code",
    }
    return VisitRun(visit=walk.visit, engines=engines, timings_ms=walk.watch.taken)


@dataclass(slots=True)
class _Walk:
    """One visit on its way; `visit` is what has been saved last."""

    visit: Visit
    captured: Captured
    parts: Parts
    saver: StageSaver
    cancel: CancelToken
    actor: Actor | None
    watch: _Watch = field(default_factory=_Watch)

    def _keep(self, visit: Visit, payload: AuditPayload | None) -> None:
        self.saver.save_stage(visit, self.actor, payload)
        self.visit = visit

    def hear(self, region: Region | None) -> None:
        """Do the arrows of the talk: transcribe, normalise."""
        engine = self.parts.transcriber
        heard = self.watch.step("speech", lambda: transcribe(self.captured, engine, region, self.cancel))
        payload = None if self.captured.sound is None else _payload(engine.info, output=heard)
        self._keep(dataclasses.replace(self.visit, state=VisitState.HEARD, transcript=heard), payload)
        transcript = self.watch.step("normalise", lambda: normalise(heard, self.parts.lexicon))
        payload = AuditPayload(output=transcript, engine=heard.engine)
        self._keep(dataclasses.replace(self.visit, transcript=transcript), payload)

    def read(self) -> None:
        """Do the arrow of the images; sheets that were read before stay."""
        images, engine, patient = self.captured.images, self.parts.reader, self.visit.patient
        sheets = self.watch.step("reading", lambda: read(images, engine, patient, self.cancel))
        hashes = {sheet.image: sheet.sha256 for sheet in sheets}
        read_now = dataclasses.replace(
            self.visit, state=VisitState.READ, sheets=(*self.visit.sheets, *sheets)
        )
        self._keep(read_now, _payload(engine.info, input=hashes, output=sheets))

    def write(self, history: tuple[Draft, ...]) -> None:
        """Do the arrows of the record: draft, ground."""
        context = context_of(self.visit, history)
        drafted = self.watch.step("writer", lambda: draft(context, self.parts.writer, self.cancel))
        self.watch.mark("first_field")
        visit = dataclasses.replace(self.visit, state=VisitState.DRAFTED, draft=drafted)
        self._keep(visit, _draft_payload(visit, drafted))
        judged = self.watch.step("grounding", lambda: ground(drafted, context, self.parts.judge, self.cancel))
        self._keep(
            dataclasses.replace(self.visit, draft=judged), AuditPayload(output=judged, engine="grounding")
        )
        self.watch.mark("total")


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
