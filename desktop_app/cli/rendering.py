"""A drafted record for a person to read at a terminal: marks with words, sources, alerts."""

from __future__ import annotations

from collections.abc import Iterator

from desktop_app.core.messages import Catalogue
from desktop_app.core.records.drafts import (
    Alert,
    Draft,
    DraftField,
    Evidence,
    FieldState,
    Source,
    Statement,
    Support,
)

MARKS = {Support.VERIFIED: "✓", Support.UNCERTAIN: "?", Support.UNSUPPORTED: "✗", Support.CONFLICT: "≠"}


def draft_text(draft: Draft, messages: Catalogue, *, ids: bool = False, signed: bool = False) -> str:
    """Return a draft as lines: alerts first, then the fields that say something.

    Args:
        draft: judged.
        messages: of the person's language; the record itself stays in its own.
        ids: whether each statement shows its id, for `record review`.
        signed: whether a person has signed it.
    """
    lines = [alert_line(item, messages) for item in draft.alerts] or [messages.text("draft.no_alerts")]
    lines.append("")
    for field in draft.fields:
        lines += _field_lines(field, messages, ids)
    last = messages.text("draft.signed" if signed else "draft.unresolved", count=draft.unresolved)
    lines += ["", messages.text("draft.legend"), last]
    return "\n".join(lines)


def alert_line(alert: Alert, messages: Catalogue) -> str:
    """Return an alert with its basis, its action and the department."""
    severity = messages.text(f"draft.severity.{alert.severity}")
    parts = [f"【{severity}】{alert.text}", messages.text("draft.basis", basis=alert.basis)]
    parts += [item for item in (alert.action, alert.department) if item]
    return "  ".join(parts)


def _field_lines(field: DraftField, messages: Catalogue, ids: bool) -> Iterator[str]:
    if not field.statements:
        if field.state is FieldState.NOT_ASKED:
            yield f"{field.label}：{messages.text('draft.not_asked')}"
        return
    yield f"{field.label}："
    for statement in field.statements:
        yield _statement_line(statement, messages, ids)
    for finding in field.findings:
        yield f"    {messages.text(f'draft.finding.{finding}')}"


def _statement_line(statement: Statement, messages: Catalogue, ids: bool) -> str:
    line = f"  {MARKS[statement.support]} {statement.text}"
    source = "、".join(dict.fromkeys(_place(item, messages) for item in statement.evidence))
    line += f"  〔{source}〕" if source else ""
    if statement.derivation:
        line += f"  ({statement.derivation})"
    if statement.reasons:
        why = "、".join(messages.text(f"draft.reason.{item.value}") for item in statement.reasons)
        line += "  " + messages.text("draft.because", why=why)
    return f"{line}  #{statement.id}" if ids else line


def _place(evidence: Evidence, messages: Catalogue) -> str:
    if evidence.source is Source.UTTERANCE:
        return messages.text("draft.source.utterance", id=evidence.id)
    if evidence.source is Source.ENTERED:
        return messages.text("draft.source.entered", by=evidence.by or "")
    return messages.text("draft.source.row", row=evidence.row or "")
