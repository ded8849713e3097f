"""How a record names what was mentioned, asked or denied."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.core.records.drafts import FieldKey
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.record_language import written

# findings that say nothing without a place
VAGUE = ("痛", "疼", "疼痛", "不适", "肿", "肿胀", "难受")


def name_of(mention: Mention) -> str:
    """Return a mention as a record writes it; a denied injury in the words of the talk (否认磕着)."""
    if mention.entry.detail == "injury" and mention.polarity is Polarity.DENIED:
        return mention.entry.form
    return mention.standard if mention.kind is Kind.DRUG else written(mention.entry)


def list_of(names: Iterable[str]) -> str:
    """Return names as one list, each once."""
    return "、".join(dict.fromkeys(names))


def denial_of(field: FieldKey, names: Iterable[str]) -> str:
    """Return a denial: 否认高血压、糖尿病史 in the past history, 否认咳嗽 elsewhere."""
    return f"否认{list_of(names)}{'史' if field is FieldKey.PAST_HISTORY else ''}"
