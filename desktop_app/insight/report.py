"""One self-contained page that shows a run's figures and every miss."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from desktop_app.core.messages import Catalogue
from desktop_app.insight.dialogue_cases import DialogueCase, Fact
from desktop_app.insight.draft_scoring import DraftScore
from desktop_app.insight.eval_draft import DraftEvaluation
from desktop_app.insight.intervals import Figure

_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}td,th{padding:.2em .8em;border-bottom:1px solid #ccc;text-align:left}"
    ".bad{color:#a00}details{margin:.4em 0}pre{white-space:pre-wrap;background:#f6f6f6;padding:.6em}"
)


def page(title: str, sections: Sequence[str], language: str) -> str:
    """Return a whole HTML page that loads nothing from anywhere."""
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{''.join(sections)}</html>\n"
    )


def figure_table(figures: Sequence[Figure], messages: Catalogue) -> str:
    """Return the figures with their intervals."""
    head = "".join(
        f"<th>{escape(messages.text(f'eval.{key}'))}</th>" for key in ("figure", "value", "interval")
    )
    rows = "".join(
        f"<tr><td>{escape(item.key)}</td><td>{_shown(item.value)}</td>"
        f"<td>{_shown(item.low)} – {_shown(item.high)}</td></tr>"
        for item in figures
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def draft_report(result: DraftEvaluation, messages: Catalogue) -> str:
    """Return the page of `jiceng eval draft`."""
    title = messages.text("eval.draft_title", split=result.split, cases=len(result.cases))
    sections = [figure_table(result.figures, messages)]
    rows = zip(result.cases, result.drafts, result.scores, strict=True)
    for case, draft, score in sorted(rows, key=lambda row: -row[2].badness):
        record = "\n".join(f"{item.label}：{item.text}" for item in draft.fields if item.text)
        sections.append(_case(case, record, score, messages))
    return page(title, sections, messages.language)


def _case(case: DialogueCase, record: str, score: DraftScore, messages: Catalogue) -> str:
    bad = [
        *(f"{messages.text('eval.forbidden')}: {item.words} — {item.rule.why}" for item in score.violations),
        *(f"{messages.text('eval.missed')}: {_fact(item)}" for item in score.missed),
    ]
    if score.flags_named < score.flags_expected:
        bad.append(messages.text("eval.flag_missed"))
    if score.flag_false:
        bad.append(messages.text("eval.flag_false"))
    found = f"{len(score.facts) - len(score.missed)}/{len(score.facts)}"
    talk = "\n".join(
        f"{item.id} {item.speaker.value}: {item.text}" for item in case.context.transcript.utterances
    )
    listed = "".join(f'<li class="bad">{escape(line)}</li>' for line in bad)
    return (
        f"<h2>{escape(case.id)} · {found}</h2><ul>{listed}</ul>"
        f"<details><summary>{escape(messages.text('eval.record'))}</summary><pre>{escape(record)}</pre></details>"
        f"<details><summary>{escape(messages.text('eval.talk'))}</summary><pre>{escape(talk)}</pre></details>"
    )


def _fact(fact: Fact) -> str:
    words = " | ".join(fact.any_of[:3])
    more = f" + {' | '.join(fact.and_any_of[:2])}" if fact.and_any_of else ""
    return f"{fact.field}: {'¬' if fact.polarity == 'neg' else ''}{words}{more}"
