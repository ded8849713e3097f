"""A person's decisions on a draft, from options or from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from desktop_app.core.clock import new_id
from desktop_app.core.errors import InputError
from desktop_app.core.records.drafts import Change, Decision, Draft, FieldKey
from desktop_app.core.settings import Limits


def changes_of(
    draft: Draft, keep: Sequence[str], drop: Sequence[str], edit: Sequence[str], new: Sequence[str]
) -> tuple[Change, ...]:
    """Return decisions that were given as options.

    Args:
        draft: what they decide on.
        keep: statement ids; `unresolved` stands for every statement that is not verified.
        drop: statement ids.
        edit: `ID=TEXT`.
        new: `FIELD=TEXT`.

    Raises:
        InputError: a statement or field doesn't exist, or there is no text.
    """
    kept = [name for item in keep for name in (_unresolved(draft) if item == "unresolved" else [item])]
    changes = [_change(draft, item, Decision.KEEP) for item in kept]
    changes += [_change(draft, item, Decision.DROP) for item in drop]
    for item in edit:
        statement, text = _pair(item)
        changes.append(_change(draft, statement, Decision.EDIT, text))
    for item in new:
        key, text = _pair(item)
        changes.append(Change(field=_field(key), statement=new_id(), decision=Decision.ADD, after=text))
    return tuple(changes)


def read_decisions(path: Path) -> tuple[Change, ...]:
    """Read `{"decisions": [{"field", "statement", "decision", "text", "reason"}]}`.

    Raises:
        InputError: the file can't be read or is of another shape (`review.file`).
    """
    try:
        with path.open("rb") as handle:
            data = json.loads(handle.read(Limits().draft_bytes))
    except OSError as error:
        raise InputError("input.unreadable", type(error).__name__, name=path.name) from error
    except (ValueError, RecursionError) as error:
        raise InputError("review.file", type(error).__name__, place="JSON") from error
    items = data.get("decisions") if isinstance(data, Mapping) else data
    if not isinstance(items, list):
        raise InputError("review.file", place="decisions")
    return tuple(_read(item, f"decisions[{index}]") for index, item in enumerate(items))


def _read(item: object, place: str) -> Change:
    if not isinstance(item, Mapping) or item.get("decision") not in set(Decision):
        raise InputError("review.file", place=f"{place}.decision")
    decision = Decision(str(item["decision"]))
    statement = item.get("statement", new_id() if decision is Decision.ADD else None)
    words = [item.get("text", ""), item.get("reason", ""), item.get("field"), statement]
    if not all(isinstance(word, str) for word in words):
        raise InputError("review.file", place=place)
    text, reason, field, name = map(str, words)
    return Change(field=_field(field), statement=name, decision=decision, after=text, reason=reason)


def _unresolved(draft: Draft) -> list[str]:
    return [
        item.id
        for field in draft.fields
        for item in field.statements
        if item.support != "verified" or item.stale
    ]


def _change(draft: Draft, statement: str, decision: Decision, after: str = "") -> Change:
    for field in draft.fields:
        if any(item.id == statement for item in field.statements):
            return Change(field=field.key, statement=statement, decision=decision, after=after)
    raise InputError("review.statement", statement=statement[:60])


def _pair(item: str) -> tuple[str, str]:
    name, sign, text = item.partition("=")
    if not sign or not text.strip():
        raise InputError("review.text")
    return name.strip(), text.strip()


def _field(key: str) -> FieldKey:
    if key not in set(FieldKey):
        raise InputError("input.field_key", key=key[:40])
    return FieldKey(key)
