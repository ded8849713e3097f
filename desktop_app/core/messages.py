"""The catalogues `resources/i18n/{zh,en}.toml`: one mechanism for window, commands and errors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop_app.core import paths
from desktop_app.core.errors import AppError

LANGUAGES = ("zh", "en")


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = str(value)
    return flat


class Catalogue:
    """Sentences of one language by dotted key.

    Args:
        language: `zh` or `en`; anything else is read as `zh`.
        folder: where the `.toml` files are; the shipped folder by default.
    """

    def __init__(self, language: str, folder: Path | None = None) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        folder = folder or paths.resources() / "i18n"
        with (folder / f"{self.language}.toml").open("rb") as handle:
            self._texts = _flatten(tomllib.load(handle))

    @property
    def keys(self) -> frozenset[str]:
        """Every key that this language has."""
        return frozenset(self._texts)

    def text(self, key: str, /, **values: object) -> str:
        """Return the sentence for a key, its placeholders filled; the key itself if there is none."""
        template = self._texts.get(key, key)
        return template.format_map(_Blank(values))

    def error(self, error: AppError) -> tuple[str, str]:
        """Return what happened and what to do next, one sentence each."""
        base = f"error.{error.code}"
        return self.text(f"{base}.text", **error.details), self.text(f"{base}.next", **error.details)


class _Blank(dict[str, object]):
    """A placeholder without a value stays visible instead of hiding the whole sentence."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
