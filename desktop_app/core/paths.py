"""Where files live, decided once for a checkout, an installed wheel and a frozen program."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent.parent


def _shipped(name: str) -> Path:
    """Return a folder that ships beside the package (checkout), inside it (wheel) or unpacked (frozen)."""
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(frozen) / name] if frozen else [_PACKAGE.parent / name, _PACKAGE / "_shipped" / name]
    return next((place for place in places if place.is_dir()), places[0])


def resources() -> Path:
    """Return the folder of content tables, catalogues, fonts and samples."""
    return _shipped("resources")


def models() -> Path:
    """Return the folder of the model catalogue, the recipes and the small models that ship."""
    return _shipped("models")


def user_data() -> Path:
    """Return the user's data folder of this system; it need not exist yet."""
    return Path(platformdirs.user_data_dir("jiceng", appauthor=False))


def user_cache() -> Path:
    """Return the folder for what can be made again; it need not exist yet."""
    return Path(platformdirs.user_cache_dir("jiceng", appauthor=False))
