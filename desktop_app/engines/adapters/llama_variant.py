"""Chooses llama.cpp's library for this processor and registers it before the first model.

The package carries one library for each instruction set (built with GGML_BACKEND_DL and
GGML_CPU_ALL_VARIANTS); each says through `ggml_backend_score` how well it suits the processor, 0 if it
can't run there.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from dataclasses import dataclass
from pathlib import Path

import llama_cpp

from desktop_app.core.errors import EngineError

# the AMX kernels of this one end in a segmentation fault at the first prompt (measured with 0.3.36)
LEFT_OUT = frozenset({"sapphirerapids"})

_PACKAGE = Path(str(llama_cpp.__file__)).resolve().parent


@dataclass(frozen=True, slots=True)
class Variant:
    """One instruction set's library; a score of 0 means that this processor can't run it."""

    name: str
    path: Path
    score: int


def variants() -> tuple[Variant, ...]:
    """Return the package's libraries, best first; none if it was built for one processor only."""
    suffix = {"win32": ".dll", "darwin": ".so"}.get(sys.platform, ".so")
    found: dict[str, Variant] = {}
    for folder in (_PACKAGE.parent / "bin", _PACKAGE / "lib"):
        for path in sorted(folder.glob(f"*ggml-cpu-*{suffix}")):
            name = path.stem.rpartition("ggml-cpu-")[2]
            if name not in found and name not in LEFT_OUT:
                found[name] = Variant(name, path, _score(path))
    return tuple(sorted(found.values(), key=lambda item: item.score, reverse=True))


def _score(path: Path) -> int:
    try:
        return int(ctypes.CDLL(str(path)).ggml_backend_score())
    except (OSError, AttributeError):
        return 0


def _registry() -> ctypes.CDLL:
    """Return the libggml that libllama itself uses.

    On Linux that is `libggml.so.0`: the plain `libggml.so` is a second copy with a registry of its own.
    """
    names = {"win32": ("ggml.dll", "libggml.dll"), "darwin": ("libggml.0.dylib", "libggml.dylib")}
    for name in names.get(sys.platform, ("libggml.so.0", "libggml.so")):
        if (_PACKAGE / "lib" / name).exists():
            return ctypes.CDLL(str(_PACKAGE / "lib" / name))
    raise EngineError("engine.start_failed", "no libggml in the package")


@functools.cache
def register() -> str:
    """Load the best library once for this process and return its name, `built-in` if there is no choice.

    Raises:
        EngineError: `engine.unsupported_processor`, none of the libraries runs here.
    """
    choice = variants()
    if not choice:
        return "built-in"
    registry = _registry()
    registry.ggml_backend_load.restype = ctypes.c_void_p
    registry.ggml_backend_load.argtypes = [ctypes.c_char_p]
    for variant in choice:
        if variant.score > 0 and registry.ggml_backend_load(str(variant.path).encode()):
            return variant.name
    raise EngineError("engine.unsupported_processor", hint="no usable ggml-cpu library")
