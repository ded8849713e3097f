"""The list of models that may be downloaded: `models/catalogue.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core import paths
from desktop_app.core.errors import InputError
from desktop_app.core.records.codec import from_json

_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model; `size` in bytes, `sha256` in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model that can be fetched; `memory_mb` is what its engine takes at work."""

    id: str
    kind: str
    engine: str
    title: str
    repo: str
    revision: str
    licence: str
    memory_mb: int
    files: tuple[ModelFile, ...]

    @property
    def pinned(self) -> bool:
        """Whether the exact bytes are known: a commit and a hash for every file."""
        hashes = [_SHA256.fullmatch(item.sha256) for item in self.files]
        return bool(_REVISION.fullmatch(self.revision)) and bool(hashes) and all(hashes)

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(item.size for item in self.files)


def load(path: Path | None = None) -> tuple[Offer, ...]:
    """Return the catalogue, best models first.

    Args:
        path: of the TOML file; the shipped one by default.

    Raises:
        InputError: the file is missing or has the wrong shape.
    """
    path = path or paths.models() / "catalogue.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("model.catalogue", type(error).__name__) from error
    return tuple(from_json(Offer, entry) for entry in data.get("model", ()))
