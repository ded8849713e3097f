"""What the program imports is declared, and the lock holds a version of everything that is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from source_tree import ROOT, trees

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = [Requirement(line) for line in PROJECT["dependencies"]]
LOCKED = re.findall(
    r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
)
# part of what the exactly pinned package on the right takes and returns: its pin says which version
COMES_WITH = {
    "av": "faster-whisper",
    "ctranslate2": "faster-whisper",
    "fonttools": "fpdf2",
    "pydantic": "fhir-resources",
}


def imported() -> set[str]:
    """Return the distributions whose modules the program imports by name."""
    modules: set[str] = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    known = packages_distributions()
    outside = modules - set(sys.stdlib_module_names) - {"desktop_app"}
    return {canonicalize_name(known.get(module, [module])[0]) for module in outside}


def test_what_is_imported_is_declared() -> None:
    names = {canonicalize_name(item.name) for item in DECLARED}
    found = imported()
    assert {"httpx", "pillow"} <= found
    assert found - names - set(COMES_WITH) == set()


@pytest.mark.parametrize("name", sorted(set(COMES_WITH.values())))
def test_what_brings_another_along_is_pinned_exactly(name: str) -> None:
    (declared,) = (item for item in DECLARED if canonicalize_name(item.name) == name)
    assert [part.operator for part in declared.specifier] == ["=="]


@pytest.mark.parametrize("declared", DECLARED, ids=str)
def test_the_lock_fits_what_is_declared(declared: Requirement) -> None:
    versions = [
        version for name, version in LOCKED if canonicalize_name(name) == canonicalize_name(declared.name)
    ]
    assert any(declared.specifier.contains(version) for version in versions)
