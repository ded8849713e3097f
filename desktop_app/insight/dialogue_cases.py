"""Dialogues with what a right draft must and must not hold: the input of `jiceng eval draft`.

One JSON file a case: `id, region, sex, age, visit, transcript: [{speaker, text}], expect: {facts, forbidden,
red_flags, red_flag_ok, alerts, standard_terms}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InputError
from desktop_app.core.records.codec import from_json
from desktop_app.core.records.people import Age, Patient, Region, Sex, VisitKind
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import VisitContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What the record must say.

    Attributes:
        any_of: wordings, one of which must stand in the field.
        and_any_of: wordings, one of which must stand close by.
        also_fields: fields that are equally right.
        polarity: pos (affirmed), neg (denied) or any.
        state: a state of the field that says the same.
    """

    field: str
    any_of: tuple[str, ...]
    and_any_of: tuple[str, ...] = ()
    also_fields: tuple[str, ...] = ()
    polarity: str = "pos"
    state: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """What the record must not say.

    Attributes:
        mention: naming it is wrong even where it is denied.
        neg_of: wordings that must not be denied.
        state: states that the field must not have.
        unless: words close by that excuse it.
    """

    field: str
    any_of: tuple[str, ...]
    why: str = ""
    also_fields: tuple[str, ...] = ()
    mention: bool = False
    neg_of: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAlert:
    """An alert of a kind that names one of some words."""

    kind: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A spoken form and the standard words for it."""

    surface: str
    standard: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Everything that a case expects; each red flag lists its words with `|`."""

    facts: tuple[Fact, ...]
    forbidden: tuple[Forbidden, ...] = ()
    red_flags: tuple[str, ...] = ()
    red_flag_ok: bool = False
    alerts: tuple[ExpectedAlert, ...] = ()
    standard_terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueCase:
    """One dialogue and its truth."""

    id: str
    context: VisitContext
    expect: Expectation


def load_cases(path: Path, *, strip_labels: bool = False) -> list[DialogueCase]:
    """Return the cases of a file or of a folder's `*.json`, by name.

    Args:
        path: the file or folder.
        strip_labels: forget who speaks, as a recorder without speaker separation would.

    Raises:
        InputError: there is none, or one is not of the format.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise InputError("eval.no_cases", path=path.name)
    return [_case(file, strip_labels) for file in files]


def split_name(path: Path) -> str:
    """Return the split that a folder's name tells: `dev`, `test`, or `all`."""
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    return next((name for name in (folder.name, folder.parent.name) if name in ("dev", "test")), "all")


def _case(file: Path, strip_labels: bool) -> DialogueCase:
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("eval.case_unreadable", type(error).__name__, file=file.name) from error
    try:
        return _from(data, file.stem, strip_labels)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError("eval.case_shape", type(error).__name__, file=file.name) from error


def _from(data: Mapping[str, Any], name: str, strip_labels: bool) -> DialogueCase:
    utterances = tuple(
        Utterance(id=number, speaker=Speaker(turn["speaker"]), text=turn["text"], standard=turn["text"])
        for number, turn in enumerate(data["transcript"], 1)
    )
    if strip_labels:
        utterances = tuple(replace(item, speaker=Speaker.UNKNOWN) for item in utterances)
    region = None if strip_labels else Region(data.get("region", "mandarin"))
    case = str(data.get("id", name))
    context = VisitContext(
        patient=Patient(id=case, sex=Sex(data.get("sex", "unknown")), age=_age(data.get("age"))),
        kind=VisitKind(data.get("visit", "first")),
        transcript=Transcript(id=case, region=region, utterances=utterances),
    )
    return DialogueCase(case, context, from_json(Expectation, data["expect"]))


def _age(text: str | None) -> Age | None:
    return Age.parse(text) if text else None
