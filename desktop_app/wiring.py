"""The composition root: the only file that chooses concrete parts. It loads neither Qt nor anything heavy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop_app.accounts.keyfile import KeyFile
from desktop_app.core import paths
from desktop_app.core.clock import SystemClock
from desktop_app.core.errors import InputError
from desktop_app.core.records.drafts import Statement
from desktop_app.core.records.visits import Visit
from desktop_app.engines import catalogue
from desktop_app.engines.host import EngineHost
from desktop_app.engines.hosted import HostedLanguageModel, HostedPageReader, HostedTranscriber
from desktop_app.engines.library import ModelLibrary
from desktop_app.engines.models import LANGUAGE, SPEECH
from desktop_app.engines.protocols import LanguageModel, PageReader, Transcriber, Writer
from desktop_app.export import export_visit
from desktop_app.pipeline.run import Parts
from desktop_app.scenarios.clinic.writer import RulesWriter, join
from desktop_app.store.store import Store
from desktop_app.terms.lexicon import shipped_lexicon
from desktop_app.writing.grounding import ground


class WriterChoice(StrEnum):
    """Who drafts."""

    AUTO = "auto"  # the best that is here: the rules, until a model writer is measured to be better
    RULES = "rules"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """What the engine process offers; it starts with the first request, and weights load with it."""

    transcriber: Transcriber
    page_reader: PageReader
    language_model: LanguageModel


def library(data_folder: Path | None = None) -> ModelLibrary:
    """Return the installed models of a data folder."""
    return ModelLibrary(
        (data_folder or paths.user_data()) / "models", catalogue.load(), paths.models() / "shipped"
    )


@contextmanager
def engines(data_folder: Path | None = None) -> Iterator[Engines]:
    """Lend the engines of this machine; their process ends with the block.

    Args:
        data_folder: whose models count; the user's own by default.
    """
    models = library(data_folder)
    with EngineHost() as host:
        yield Engines(
            transcriber=HostedTranscriber(host, lambda: models.find(SPEECH)),
            page_reader=HostedPageReader(host),
            language_model=HostedLanguageModel(host, lambda: models.find(LANGUAGE)),
        )


def page_reader() -> PageReader:
    """Return the engine that reads pages; its process ends with this one."""
    return HostedPageReader(EngineHost())


def writer(choice: WriterChoice, language_model: LanguageModel) -> Writer:
    """Return who drafts.

    Raises:
        ModelMissingError: the model was asked for and none is installed.
        InputError: one is installed, but this version has no prompts for it yet (`draft.no_model_writer`).
    """
    if choice is WriterChoice.MODEL:
        raise InputError("draft.no_model_writer", name=language_model.info.model)
    return RulesWriter()


def join_statements(statements: Iterable[Statement]) -> str:
    """Return a field's text, as the clinic's records are written."""
    return join(statements)


def render(visit: Visit, kind: str, audit_head: str | None, paper: str) -> bytes:
    """Return a record as a file of a kind (`fhir`, `pdf`, `docx`); see `export.export_visit`."""
    return export_visit(visit, kind, audit_head=audit_head, paper=paper)


def make_store(folder: Path, passphrase: str) -> tuple[Store, str]:
    """Make a store in an empty folder; return it open, with its recovery code.

    Raises:
        PolicyError: the passphrase is too short.
        StoreError: the disk refused.
    """
    new = KeyFile.create(folder, passphrase)
    new.file.save()
    return Store.open(folder, new.data_key), new.recovery_code


def clinic_parts(lent: Engines, choice: WriterChoice = WriterChoice.AUTO) -> Parts:
    """Return what a clinic visit's walk uses.

    Raises:
        ModelMissingError, InputError: as for `writer`.
    """
    return Parts(
        transcriber=lent.transcriber,
        reader=lent.page_reader,
        lexicon=shipped_lexicon(),
        writer=writer(choice, lent.language_model),
        judge=ground,
        clock=SystemClock(),
    )
