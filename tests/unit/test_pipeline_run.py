"""The walk: every stage is saved before the next starts, and a stop or a fault loses one stage at most."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import SystemClock
from desktop_app.core.errors import AppError, Cancelled, EngineError, InputError, ModelMissingError
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.people import Patient, Region
from desktop_app.core.records.sheets import Page, TextBox
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import Visit, VisitContext, VisitState
from desktop_app.engines.protocols import EngineInfo, Progress
from desktop_app.pipeline.capture import Captured
from desktop_app.pipeline.handover import hand_over
from desktop_app.pipeline.normalise import normalise
from desktop_app.pipeline.run import NOT_RUN, Parts, VisitRun, new_visit, run_visit
from desktop_app.scenarios.clinic.writer import RulesWriter
from desktop_app.store.audit_rows import Actor, AuditPayload
from desktop_app.terms.lexicon import shipped_lexicon
from desktop_app.writing.grounding import ground

TALK = Transcript(
    id="t",
    utterances=(
        Utterance(id=1, speaker=Speaker.DOCTOR, text="哪点不好？"),
        Utterance(id=2, speaker=Speaker.PATIENT, text="脑壳昏，咳了三天了，昨晚黑打摆子。"),
    ),
)


class FakeTranscriber:
    """Implements `Transcriber`: says one known talk, or that no model is there."""

    def __init__(self, talk: Transcript | None) -> None:
        self._talk = talk

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(engine="fake", model="talk", sha256="0" * 64)

    def transcribe(
        self, path: str, region: Region | None, cancel: CancelToken, progress: Progress | None = None
    ) -> Transcript:
        if self._talk is None:
            raise ModelMissingError("model.speech_missing")
        return replace(self._talk, region=region)


class FakePageReader:
    """Implements `PageReader`: reads a page without words, or fails."""

    def __init__(self, fault: AppError | None = None) -> None:
        self._fault = fault

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(engine="fake", model="", sha256="")

    def read(self, path: str, cancel: CancelToken) -> Page:
        if self._fault is not None:
            raise self._fault
        box = TextBox(text="检验报告", confidence=0.9, box=((0, 0), (80, 0), (80, 20), (0, 20)))
        return Page(image=path, sha256="1" * 64, width=100, height=100, boxes=(box,))


class CancellingWriter:
    """Implements `Writer`: a person stops while it writes."""

    def draft(self, context: VisitContext, cancel: CancelToken) -> Draft:
        cancel.cancel()
        cancel.check()
        raise AssertionError("it went on after it was stopped")


class Kept:
    """Implements `StageSaver`: remembers what it was given."""

    def __init__(self) -> None:
        self.stages: list[Visit] = []
        self.payloads: list[AuditPayload] = []

    def save_stage(
        self, visit: Visit, actor: Actor | None = None, payload: AuditPayload | None = None
    ) -> None:
        self.stages.append(visit)
        if payload is not None:
            self.payloads.append(payload)

    @property
    def states(self) -> list[VisitState]:
        return list(dict.fromkeys(item.state for item in self.stages))


def _parts(**changed: object) -> Parts:
    standard = Parts(
        transcriber=FakeTranscriber(TALK),
        reader=FakePageReader(),
        lexicon=shipped_lexicon(),
        writer=RulesWriter(),
        judge=ground,
        clock=SystemClock(),
    )
    return replace(standard, **changed)


def _walk(captured: Captured, parts: Parts, kept: Kept, region: Region | None = None) -> VisitRun:
    visit = new_visit(parts.clock, Patient.unnamed())
    return run_visit(visit, captured, parts, kept, cancel=CancelToken(), region=region)


def test_every_stage_is_saved_in_the_order_of_the_flow() -> None:
    kept = Kept()
    result = _walk(Captured(transcript=TALK, images=("a.jpg",)), _parts(), kept)
    assert kept.states == [VisitState.OPEN, VisitState.HEARD, VisitState.READ, VisitState.DRAFTED]
    assert kept.stages[-1] == result.visit
    assert len({item.id for item in kept.stages}) == 1


def test_it_says_what_ran_and_what_did_not() -> None:
    typed = _walk(Captured(transcript=TALK), _parts(), Kept())
    assert typed.engines == {"speech": NOT_RUN, "reading": NOT_RUN, "writer": "rules", "grounding": "code"}
    heard = _walk(Captured(sound="a.wav", images=("a.jpg",)), _parts(), Kept())
    assert heard.engines["speech"] == "fake:talk"
    assert heard.engines["reading"] == "fake"


def test_the_audit_gets_engine_and_hash_of_what_engines_made() -> None:
    kept = Kept()
    _walk(Captured(sound="a.wav"), _parts(), kept)
    assert (kept.payloads[0].engine, kept.payloads[0].model_sha256) == ("fake:talk", "0" * 64)
    assert "rules" in [item.engine for item in kept.payloads]


def test_a_missing_model_leaves_the_visit_open() -> None:
    kept = Kept()
    with pytest.raises(ModelMissingError):
        _walk(Captured(sound="a.wav"), _parts(transcriber=FakeTranscriber(None)), kept)
    assert kept.states == [VisitState.OPEN]


def test_a_page_that_cannot_be_read_keeps_the_talk() -> None:
    kept = Kept()
    reader = FakePageReader(EngineError("engine.page_reader"))
    with pytest.raises(EngineError):
        _walk(Captured(transcript=TALK, images=("a.jpg",)), _parts(reader=reader), kept)
    assert kept.states == [VisitState.OPEN, VisitState.HEARD]
    assert kept.stages[-1].transcript is not None


def test_what_a_fault_left_is_gone_on_with_and_not_done_again() -> None:
    kept = Kept()
    reader = FakePageReader(EngineError("engine.page_reader"))
    with pytest.raises(EngineError):
        _walk(Captured(sound="a.wav", images=("a.jpg",)), _parts(reader=reader), kept)
    left = kept.stages[-1]
    silent = _parts(transcriber=FakeTranscriber(None))  # would fail if it were asked again
    result = run_visit(left, Captured(images=("a.jpg",)), silent, Kept(), cancel=CancelToken())
    assert result.visit.id == left.id
    assert result.visit.transcript == left.transcript
    assert len(result.visit.sheets) == 1
    assert result.engines["speech"] == NOT_RUN


def test_a_stop_while_writing_keeps_what_was_heard() -> None:
    kept = Kept()
    with pytest.raises(Cancelled):
        _walk(Captured(transcript=TALK), _parts(writer=CancellingWriter()), kept)
    assert kept.states == [VisitState.OPEN, VisitState.HEARD]


def test_a_given_region_wins() -> None:
    result = _walk(Captured(transcript=replace(TALK, region=Region.WU)), _parts(), Kept(), Region.SICHUAN)
    assert result.visit.transcript is not None
    assert result.visit.transcript.region is Region.SICHUAN


def test_normalising_adds_terms_and_changes_no_word() -> None:
    marked = normalise(replace(TALK, region=Region.SICHUAN), shipped_lexicon())
    assert [item.text for item in marked.utterances] == [item.text for item in TALK.utterances]
    terms = {term.surface: term for term in marked.utterances[1].terms}
    assert "打摆子" in terms
    for utterance in marked.utterances:
        for term in utterance.terms:
            assert utterance.text[term.start : term.end] == term.surface
    assert normalise(marked, shipped_lexicon()) == marked


def test_a_handed_over_file_is_whole_or_not_there(tmp_path: Path) -> None:
    visit = new_visit(SystemClock(), Patient.unnamed())

    def render(given: Visit, kind: str, head: str | None, paper: str) -> bytes:
        if kind != "pdf":
            raise InputError("export.format", format=kind, known="pdf")
        return f"{given.id} {head} {paper}".encode()

    path = hand_over(visit, tmp_path, "pdf", render, audit_head="1:ab", paper="A4")
    assert path.name == f"{visit.id}-v1.pdf"
    assert path.read_bytes() == f"{visit.id} 1:ab A4".encode()
    with pytest.raises(InputError):
        hand_over(visit, tmp_path, "xlsx", render, audit_head=None)
    with pytest.raises(AppError) as caught:
        hand_over(visit, tmp_path / "gone" / "a.pdf", "pdf", render, audit_head=None)
    assert caught.value.code == "export.write"
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
