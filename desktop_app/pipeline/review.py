"""Seventh arrow: a person's decisions on what was drafted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from desktop_app.core.clock import new_id
from desktop_app.core.errors import InputError
from desktop_app.core.records.drafts import (
    Change,
    Decision,
    Draft,
    DraftField,
    Evidence,
    FieldState,
    Review,
    Source,
    Statement,
    Support,
)

Join = Callable[[Iterable[Statement]], str]  # statements as one line of record prose


def review(
    draft: Draft, changes: Sequence[Change], *, reviewer: str, role: str, at: datetime, join: Join
) -> tuple[Draft, Review]:
    """Return the draft with a person's decisions carried out, and the review that names them.

    What is kept or edited keeps its evidence and gains an `entered` one with the person's name and the time:
    the person vouches for it. What nobody decided on stays as it is, unresolved or not.

    Args:
        draft: as it was grounded.
        changes: decisions; of each only field, statement, decision, after and reason are used.
        reviewer: who decides.
        role: as which.
        at: when.
        join: makes a field's text from its statements.

    Raises:
        InputError: a statement doesn't exist (`review.statement`), is decided on twice (`review.twice`), or a
            new text is empty (`review.text`).
    """
    entered = Evidence(source=Source.ENTERED, by=reviewer, at=at)
    done: list[Change] = []
    fields = {field.key: field for field in draft.fields}
    seen: set[tuple[str, str]] = set()
    for change in changes:
        place = (change.field.value, change.statement)
        if change.decision is not Decision.ADD and place in seen:
            raise InputError("review.twice", statement=change.statement[:60])
        seen.add(place)
        field = fields.get(change.field, DraftField(key=change.field))
        statements, noted = _carry_out(field, change, entered)
        fields[change.field] = _rejoined(field, statements, join)
        done.append(noted)
    changed = dataclasses.replace(draft, fields=tuple(fields.values()))
    return changed, Review(reviewer=reviewer, role=role, at=at, changes=tuple(done))


def _carry_out(field: DraftField, change: Change, entered: Evidence) -> tuple[tuple[Statement, ...], Change]:
    after = change.after.strip()
    if change.decision in (Decision.EDIT, Decision.ADD) and not after:
        raise InputError("review.text")
    if change.decision is Decision.ADD:
        added = Statement(id=change.statement or new_id(), text=after, evidence=(entered,))
        noted = dataclasses.replace(change, statement=added.id, before="", after=after)
        return (*field.statements, added), noted
    found = next((item for item in field.statements if item.id == change.statement), None)
    if found is None:
        raise InputError("review.statement", statement=change.statement[:60])
    if change.decision is Decision.DROP:
        rest = tuple(item for item in field.statements if item is not found)
        return rest, dataclasses.replace(change, before=found.text, after="")
    text = after if change.decision is Decision.EDIT else found.text
    vouched = dataclasses.replace(
        found,
        text=text,
        support=Support.VERIFIED,
        reasons=(),
        stale=False,
        evidence=(*found.evidence, entered),
    )
    replaced = tuple(vouched if item is found else item for item in field.statements)
    return replaced, dataclasses.replace(change, before=found.text, after=text)


def _rejoined(field: DraftField, statements: tuple[Statement, ...], join: Join) -> DraftField:
    if not statements:
        state = FieldState.EMPTY
    elif field.state in (FieldState.EMPTY, FieldState.NOT_ASKED):
        state = FieldState.STATED
    else:
        state = field.state
    return dataclasses.replace(field, statements=statements, text=join(statements), state=state)
