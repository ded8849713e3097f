import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import Cancelled, DeviceError, InputError, ModelMissingError
from desktop_app.core.messages import LANGUAGES, Catalogue
from desktop_app.engines import catalogue
from desktop_app.engines.catalogue import ModelFile, Offer
from desktop_app.engines.library import MANIFEST, ModelLibrary, describe, hashed


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "data" / "models")


def offer(files: tuple[ModelFile, ...], model_id: str = "known") -> Offer:
    return Offer(
        id=model_id,
        kind="language",
        engine="llama.cpp",
        title="",
        repo="org/repo",
        revision="0" * 40,
        licence="MIT",
        memory_mb=1,
        files=files,
    )


def test_an_imported_file_is_found_verified_and_removed(library: ModelLibrary, gguf: Path) -> None:
    shares: list[float] = []
    model = library.import_from(gguf, progress=shares.append)
    assert (model.id, model.kind, model.size) == ("tiny", "language", gguf.stat().st_size)
    assert model.files == (hashed(gguf, CancelToken()),)
    assert shares[-1] == 1.0
    ref = library.find("language")
    assert Path(ref.path).read_bytes() == gguf.read_bytes()
    assert ref.sha256 == model.sha256
    assert library.verify("tiny") == ()
    library.remove("tiny")
    assert library.installed() == ()
    assert list(library.folder.iterdir()) == []


def test_a_whisper_folder_is_imported_without_strangers(
    library: ModelLibrary, whisper: Path, tmp_path: Path
) -> None:
    source = Path(shutil.copytree(whisper, tmp_path / "USB 盘"))
    (source / "autorun.inf").write_text("x")
    model = library.import_from(source, "mine")
    assert model.kind == "speech"
    assert "autorun.inf" not in {item.name for item in model.files}
    assert library.find("speech").path == str(library.folder / "mine")


def test_a_folder_with_one_gguf_is_imported(library: ModelLibrary, gguf: Path) -> None:
    assert library.import_from(gguf.parent, "x").kind == "language"


def test_a_missing_model_names_the_next_step(library: ModelLibrary) -> None:
    for kind in ("speech", "language"):
        with pytest.raises(ModelMissingError) as caught:
            library.find(kind)
        for language in LANGUAGES:
            text, step = Catalogue(language).error(caught.value)
            assert text != f"error.model.{kind}_missing.text"
            assert "jiceng models import" in step
            assert "jiceng models pull" in step


def test_known_hashes_give_the_catalogue_name(tmp_path: Path, gguf: Path) -> None:
    library = ModelLibrary(tmp_path / "m", [offer((hashed(gguf, CancelToken()),))])
    model = library.import_from(gguf)
    assert (model.id, model.licence, model.source) == ("known", "MIT", "org/repo@" + "0" * 40)


def test_the_catalogue_order_decides_which_is_used(tmp_path: Path, gguf: Path) -> None:
    library = ModelLibrary(tmp_path / "m", [offer((), "zebra"), offer((), "ant")])
    for name in ("ant", "bee", "zebra"):
        library.import_from(gguf, name)
    assert library.find("language").name == "zebra"
    assert library.find("language", "bee").name == "bee"


def test_a_changed_or_lost_file_is_named(library: ModelLibrary, whisper: Path) -> None:
    library.import_from(whisper, "w")
    data = bytearray((library.folder / "w" / "model.bin").read_bytes())
    data[1000] ^= 1
    (library.folder / "w" / "model.bin").write_bytes(data)
    (library.folder / "w" / "tokenizer.json").unlink()
    assert set(library.verify("w")) == {"model.bin", "tokenizer.json"}


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".", "..", "A", "x" * 65, "-x", "a\\b", "名"])
def test_an_id_is_a_plain_folder_name(library: ModelLibrary, gguf: Path, name: str) -> None:
    with pytest.raises(InputError):
        library.import_from(gguf, name or "/")
    with pytest.raises((InputError, ModelMissingError)):
        library.remove(name)


def test_what_is_no_model_is_refused(library: ModelLibrary, tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"no")
    (tmp_path / "empty").mkdir()
    for source, code in [("x.gguf", "unknown_format"), ("empty", "unknown_format"), ("no", "source_missing")]:
        with pytest.raises(InputError) as caught:
            library.import_from(tmp_path / source)
        assert caught.value.code == f"model.{code}"


def test_a_cancelled_import_leaves_nothing(library: ModelLibrary, gguf: Path) -> None:
    library.import_from(gguf, "first")
    stopped = CancelToken()
    stopped.cancel()
    with pytest.raises(Cancelled):
        library.import_from(gguf, "second", stopped)
    assert {item.id for item in library.installed()} == {"first"}
    assert not [item for item in library.folder.iterdir() if item.name.startswith(".")]


def test_a_full_disk_is_seen_before_a_byte_is_copied(
    library: ModelLibrary, gguf: Path, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.gguf"
    huge.write_bytes(gguf.read_bytes())
    os.truncate(huge, psutil.disk_usage(str(tmp_path)).free * 2)  # a hole, not bytes
    with pytest.raises(DeviceError) as caught:
        library.import_from(huge)
    assert caught.value.code == "model.no_space"


def test_a_second_import_replaces_the_first(library: ModelLibrary, gguf: Path, endless_gguf: Path) -> None:
    first = library.import_from(gguf, "x")
    second = library.import_from(endless_gguf, "x")
    assert first.sha256 != second.sha256
    assert library.installed() == (second,)
    assert library.verify("x") == ()


def test_samples_are_used_only_where_asked(tmp_path: Path, whisper: Path, gguf: Path) -> None:
    folder = Path(shutil.copytree(whisper, tmp_path / "shipped" / "voice"))
    describe(folder, model_id="voice", kind="speech", sample=True)
    library = ModelLibrary(tmp_path / "models", shipped=tmp_path / "shipped")
    with pytest.raises(ModelMissingError):
        library.find("speech")
    assert library.find("speech", sample=True).path == str(folder)
    assert library.verify("voice") == ()
    library.import_from(whisper, "own")
    assert library.find("speech", sample=True).name == "own"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"kind": "vision"},
        {"files": []},
        {"files": [{"name": "../x", "size": 1, "sha256": ""}]},
    ],
)
def test_a_manifest_that_lies_is_left_out(
    library: ModelLibrary, gguf: Path, change: dict[str, object]
) -> None:
    library.import_from(gguf, "x")
    path = library.folder / "x" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert library.installed() == ()


def test_the_shipped_catalogue_is_whole() -> None:
    offers = catalogue.load()
    assert {item.kind for item in offers} == {"speech", "language"}
    assert len({item.id for item in offers}) == len(offers)
    for item in offers:
        assert item.licence
        assert item.memory_mb * 1e6 > item.size / 2
        assert all(file.size > 0 for file in item.files)


def test_an_offer_without_every_hash_is_not_pinned() -> None:
    file = ModelFile(name="a", size=1, sha256="f" * 64)
    whole = offer((file,))
    assert whole.pinned
    assert not replace(whole, revision="main").pinned
    assert not replace(whole, files=(file, replace(file, sha256=""))).pinned
    assert not replace(whole, files=()).pinned


@pytest.mark.parametrize("text", ["[[model]]\nid = 3", "model = 1 2"])
def test_a_wrong_catalogue_is_said_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(InputError):
        catalogue.load(tmp_path / "c.toml")
