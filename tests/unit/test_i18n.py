"""Both languages say everything that the program can say."""

from __future__ import annotations

import ast
import string
from fnmatch import fnmatchcase

import pytest
from source_tree import calls, pattern_of

from desktop_app.core import errors
from desktop_app.core.messages import LANGUAGES, Catalogue

CATALOGUES = {language: Catalogue(language) for language in LANGUAGES}
KINDS = tuple(
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.AppError)
)


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _template(language: str, key: str) -> str:
    return CATALOGUES[language]._texts[key]


def _arguments(argument: ast.expr) -> list[ast.expr]:
    if isinstance(argument, ast.IfExp):  # text("a" if signed else "b")
        return [*_arguments(argument.body), *_arguments(argument.orelse)]
    return [argument]


def _asked(*names: str) -> list[tuple[str, str]]:
    found = [(place, pattern_of(item)) for place, argument in calls(*names) for item in _arguments(argument)]
    return [(place, pattern) for place, pattern in found if pattern and "." in pattern and " " not in pattern]


def test_both_languages_have_the_same_keys() -> None:
    assert CATALOGUES["zh"].keys == CATALOGUES["en"].keys


def test_both_sentences_take_the_same_values() -> None:
    for key in CATALOGUES["zh"].keys:
        wanted = [_placeholders(_template(language, key)) for language in LANGUAGES]
        assert wanted[0] == wanted[1], key
        for language in LANGUAGES:
            assert CATALOGUES[language].text(key, **dict.fromkeys(wanted[0], 1)) != key


def test_every_error_that_is_raised_has_a_sentence_and_a_next_step() -> None:
    raised = _asked(*KINDS)
    assert len(raised) > 60
    keys = CATALOGUES["zh"].keys
    missing = [
        f"{place}: {code}"
        for place, code in raised
        for part in ("text", "next")
        if not any(fnmatchcase(key, f"error.{code}.{part}") for key in keys)
    ]
    assert missing == []


def test_every_text_that_is_asked_for_exists() -> None:
    asked = _asked("text", "remark")
    assert len(asked) > 60
    keys = CATALOGUES["zh"].keys
    missing = [
        f"{place}: {key}" for place, key in asked if not any(fnmatchcase(known, key) for known in keys)
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_becomes_two_sentences_with_its_values(language: str) -> None:
    text, step = CATALOGUES[language].error(errors.InputError("input.age", value="3x"))
    assert "3x" in text
    assert "34y" in step


def test_a_sentence_without_its_value_still_stands() -> None:
    text, _ = CATALOGUES["en"].error(errors.InputError("input.age"))
    assert "{value}" in text
