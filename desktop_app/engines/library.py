"""The models that are installed: one folder each under the data folder's `models/`, with a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import DeviceError, InputError, ModelMissingError
from desktop_app.core.records.codec import from_json, to_json
from desktop_app.engines.catalogue import ModelFile, Offer
from desktop_app.engines.models import LANGUAGE, SPEECH, ModelRef
from desktop_app.engines.protocols import Progress

MANIFEST = "manifest.json"
ENGINES = {SPEECH: "faster-whisper", LANGUAGE: "llama.cpp"}
SPEECH_REQUIRED = ("model.bin", "config.json", "tokenizer.json")
SPEECH_FILES = (*SPEECH_REQUIRED, "vocabulary.json", "vocabulary.txt", "preprocessor_config.json")
SPARE_BYTES = 200_000_000  # stays free on the disk for the store and its journal
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CHUNK = 1 << 20
_UNFINISHED = ".incoming-"
_LEFT_S = 86_400.0  # an import that is older than a day is no longer under way


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A model on this machine.

    Attributes:
        sha256: of all files' names and hashes together; what results name.
        sample: ships for the demonstration only and is not used elsewhere.
        source: where it came from: `import`, or repository and revision.
    """

    id: str
    kind: str
    engine: str
    sha256: str
    files: tuple[ModelFile, ...]
    licence: str = ""
    source: str = "import"
    sample: bool = False

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(item.size for item in self.files)


def _ignore(_share: float) -> None:
    """Be the progress of a caller who doesn't ask for it."""


def describe(folder: Path, *, model_id: str, kind: str, sample: bool = False, licence: str = "") -> Installed:
    """Hash a model folder and write its manifest; for models that are made or shipped, not imported.

    Raises:
        InputError: the id or the kind can't be, or the folder has no files.
    """
    names = sorted(item.name for item in folder.iterdir() if item.is_file() and item.name != MANIFEST)
    files = tuple(hashed(folder / name, CancelToken()) for name in names)
    if kind not in ENGINES or not files:
        raise InputError("model.unknown_format", name=model_id)
    return _write_manifest(
        folder,
        Installed(
            id=checked_id(model_id),
            kind=kind,
            engine=ENGINES[kind],
            sha256=combined(files),
            files=files,
            licence=licence,
            sample=sample,
        ),
    )


def checked_id(text: str) -> str:
    """Return an id that is a plain folder name.

    Raises:
        InputError: `model.bad_id`.
    """
    if not _ID.fullmatch(text):
        raise InputError("model.bad_id", name=text[:64])
    return text


def combined(files: Sequence[ModelFile]) -> str:
    """Return one hash for all files, whatever their order."""
    lines = sorted(f"{item.sha256}  {item.name}\n" for item in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class ModelLibrary:
    """Lists, imports, verifies, removes and finds installed models.

    Args:
        folder: the data folder's `models`; made when the first model comes.
        offers: the catalogue: known hashes give an imported model its name, its order decides which is used.
        shipped: folder of models that came with the program, read only.
    """

    def __init__(self, folder: Path, offers: Sequence[Offer] = (), shipped: Path | None = None) -> None:
        self.folder = folder
        self._offers = tuple(offers)
        self._shipped = shipped

    def installed(self) -> tuple[Installed, ...]:
        """Return every readable model, best first; a folder without a readable manifest is left out."""
        places = [place for place in (self.folder, self._shipped) if place is not None and place.is_dir()]
        found = [
            model
            for place in places
            for item in sorted(place.iterdir())
            if (model := _read_manifest(item)) is not None
        ]
        order = {offer.id: rank for rank, offer in enumerate(self._offers)}
        return tuple(sorted(found, key=lambda item: (item.sample, order.get(item.id, len(order)), item.id)))

    def get(self, model_id: str) -> Installed:
        """Return one model.

        Raises:
            ModelMissingError: it isn't installed.
        """
        for model in self.installed():
            if model.id == model_id:
                return model
        raise ModelMissingError("model.not_installed", name=model_id[:64])

    def find(self, kind: str, model_id: str | None = None, *, sample: bool = False) -> ModelRef:
        """Return the model to use for a kind, `speech` or `language`.

        Args:
            kind: of the model.
            model_id: which one; the best by default.
            sample: whether a model that ships for the demonstration may be used.

        Raises:
            ModelMissingError: none is installed, `model.speech_missing` or `model.language_missing`, or not
                this one, `model.not_installed`.
        """
        models = [item for item in self.installed() if item.kind == kind and (sample or not item.sample)]
        if model_id is not None:
            models = [item for item in models if item.id == model_id]
            if not models:
                raise ModelMissingError("model.not_installed", name=model_id[:64])
        if not models:
            raise ModelMissingError(f"model.{kind}_missing")
        best = models[0]
        folder = self.path(best.id)
        path = folder / best.files[0].name if best.kind == LANGUAGE else folder
        return ModelRef(
            kind=best.kind, engine=best.engine, name=best.id, path=os.fspath(path), sha256=best.sha256
        )

    def path(self, model_id: str) -> Path:
        """Return the folder of an installed model."""
        own = self.folder / checked_id(model_id)
        if self._shipped is not None and not own.is_dir():
            return self._shipped / model_id
        return own

    def import_from(
        self,
        source: Path,
        model_id: str | None = None,
        cancel: CancelToken | None = None,
        progress: Progress = _ignore,
    ) -> Installed:
        """Copy a model from a file, a folder or a USB stick; all of it or nothing.

        Args:
            source: a `.gguf` file, a folder with one, or a CTranslate2 Whisper folder.
            model_id: its name here; by default the catalogue's if the hashes are known, else the source's.
            cancel: stops it between two megabytes.
            progress: called with the share of bytes that are copied.

        Raises:
            InputError: the source is no model that this program runs.
            DeviceError: the disk is full or can't be read.
        """
        kind, paths = recognise(source)
        cancel = cancel or CancelToken()
        total = sum(item.stat().st_size for item in paths)
        self.require_space(total)
        with self._incoming() as folder:
            done = 0
            files: list[ModelFile] = []
            for item in paths:
                start = done

                def report(share: float, start: int = start, size: int = item.stat().st_size) -> None:
                    progress((start + share * size) / max(1, total))

                files.append(_copied(item, folder / item.name, cancel, report))
                done += files[-1].size
            name = model_id or self._known(files) or _name_of(source)
            return self.adopt(folder, name, kind, tuple(files))

    def adopt(self, folder: Path, model_id: str, kind: str, files: tuple[ModelFile, ...]) -> Installed:
        """Make a folder of hashed files, on the same disk, an installed model; the last step of an import."""
        offer = next((item for item in self._offers if item.id == model_id), None)
        model = Installed(
            id=checked_id(model_id), kind=kind, engine=ENGINES[kind], sha256=combined(files), files=files
        )
        if offer is not None and combined(offer.files) == model.sha256:
            model = replace(model, licence=offer.licence, source=f"{offer.repo}@{offer.revision}")
        _write_manifest(folder, model)
        target = self.folder / model.id
        if target.exists():
            self.remove(model.id)
        folder.rename(target)
        return model

    def verify(
        self, model_id: str, cancel: CancelToken | None = None, progress: Progress = _ignore
    ) -> tuple[str, ...]:
        """Read every file again and return the names of those that are missing or changed.

        Raises:
            ModelMissingError: it isn't installed.
        """
        model, folder = self.get(model_id), self.path(model_id)
        wrong: list[str] = []
        for number, file in enumerate(model.files, 1):
            path = folder / file.name
            try:
                if path.stat().st_size != file.size or hashed(path, cancel or CancelToken()) != file:
                    wrong.append(file.name)
            except OSError:
                wrong.append(file.name)
            progress(number / len(model.files))
        return tuple(wrong)

    def remove(self, model_id: str) -> None:
        """Delete a model; a shipped one stays.

        Raises:
            ModelMissingError: it isn't installed here.
            DeviceError: the folder can't be deleted.
        """
        folder = self.folder / checked_id(model_id)
        if not folder.is_dir():
            raise ModelMissingError("model.not_installed", name=model_id)
        try:
            doomed = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.folder))
            folder.rename(doomed / model_id)  # gone at once; the deletion may take its time
            shutil.rmtree(doomed)
        except OSError as error:
            raise DeviceError("model.disk", type(error).__name__) from error

    def require_space(self, needed: int) -> None:
        """Refuse what the disk can't hold.

        Raises:
            DeviceError: `model.no_space`, or the folder can't be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise DeviceError("model.disk", type(error).__name__) from error
        if needed + SPARE_BYTES > free:
            raise DeviceError(
                "model.no_space",
                needed_gb=round((needed + SPARE_BYTES) / 1e9, 1),
                free_gb=round(free / 1e9, 1),
            )

    @contextmanager
    def _incoming(self) -> Iterator[Path]:
        """Give a folder that is gone afterwards unless it became a model; clears what a crash left."""
        try:
            self._clear_left()
            folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.folder))
        except OSError as error:
            raise DeviceError("model.disk", type(error).__name__) from error
        try:
            yield folder
        except OSError as error:
            raise DeviceError("model.disk", type(error).__name__) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _clear_left(self) -> None:
        old = time.time() - _LEFT_S
        for left in self.folder.glob(_UNFINISHED + "*"):
            if left.stat().st_mtime < old:
                shutil.rmtree(left, ignore_errors=True)

    def _known(self, files: Sequence[ModelFile]) -> str | None:
        total = combined(files)
        return next((item.id for item in self._offers if combined(item.files) == total), None)


def recognise(source: Path) -> tuple[str, tuple[Path, ...]]:
    """Return a source's kind and the files that belong to the model.

    Raises:
        InputError: `model.source_missing`, or `model.unknown_format` for what this program can't run.
    """
    if not source.exists():
        raise InputError("model.source_missing", name=source.name)
    if source.is_file():
        _check_gguf(source)
        return LANGUAGE, (source,)
    if all((source / name).is_file() for name in SPEECH_REQUIRED):
        return SPEECH, tuple(source / name for name in SPEECH_FILES if (source / name).is_file())
    weights = sorted(source.glob("*.gguf"))
    if len(weights) != 1:
        raise InputError("model.unknown_format", name=source.name)
    _check_gguf(weights[0])
    return LANGUAGE, (weights[0],)


def _check_gguf(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise DeviceError("model.disk", type(error).__name__) from error
    if magic != b"GGUF":
        raise InputError("model.unknown_format", name=path.name)


def _name_of(source: Path) -> str:
    stem = source.stem if source.is_file() else source.resolve().name
    name = re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:64]
    return name or "model"


def hashed(path: Path, cancel: CancelToken) -> ModelFile:
    """Read a file and return its size and hash."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            cancel.check()
            digest.update(data)
            size += len(data)
    return ModelFile(name=path.name, size=size, sha256=digest.hexdigest())


def _copied(source: Path, target: Path, cancel: CancelToken, progress: Progress) -> ModelFile:
    digest, size, total = hashlib.sha256(), 0, max(1, source.stat().st_size)
    with source.open("rb") as reading, target.open("wb") as writing:
        while data := reading.read(_CHUNK):
            cancel.check()
            digest.update(data)
            writing.write(data)
            size += len(data)
            progress(min(1.0, size / total))
        writing.flush()
        os.fsync(writing.fileno())
    return ModelFile(name=target.name, size=size, sha256=digest.hexdigest())


def _write_manifest(folder: Path, model: Installed) -> Installed:
    text = json.dumps(to_json(model), ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return model


def _read_manifest(folder: Path) -> Installed | None:
    """Return the model in a folder, nothing for what is no model or another version's."""
    try:
        model = from_json(Installed, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, InputError):
        return None
    plain = all(Path(item.name).name == item.name for item in model.files)
    return model if model.id == folder.name and model.files and plain and model.kind in ENGINES else None
