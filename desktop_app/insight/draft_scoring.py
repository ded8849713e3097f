"""One draft against its case: recall, what must not be there, red flags, literal evidence, length."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.core.records.drafts import Alert, Draft, Evidence, Source, Statement, Support
from desktop_app.core.records.speech import Transcript
from desktop_app.insight.dialogue_cases import DialogueCase, Fact, Forbidden
from desktop_app.insight.wording import Said, holds_negation, near_text, places, plain_none, said, spelled

TOGETHER = 60  # spelled characters within which a fact's two wordings must stand
EXCUSE = 16  # within which an excusing word must stand
RED_FLAG = "red_flag"


@dataclass(frozen=True, slots=True)
class FactResult:
    """Whether a fact was found in its field, and anywhere at all."""

    fact: Fact
    found: bool
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Violation:
    """A forbidden thing and the words that say it."""

    rule: Forbidden
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftScore:
    """One case's counts."""

    case: str
    facts: tuple[FactResult, ...]
    violations: tuple[Violation, ...]
    flags_expected: int
    flags_named: int
    flag_raised: bool
    flag_false: bool
    flag_clean: bool
    alerts_expected: int
    alerts_found: int
    terms_expected: int
    terms_found: int
    statements: int
    verified: int
    literal: int
    no_evidence: int
    unresolved: int
    length_ratio: float

    @property
    def missed(self) -> list[Fact]:
        """Facts that don't stand where they belong."""
        return [item.fact for item in self.facts if not item.found]

    @property
    def badness(self) -> float:
        """How bad the case is: a violation weighs as five missed facts."""
        missed_flags = self.flags_expected - self.flags_named
        return len(self.missed) + 5 * len(self.violations) + 5 * missed_flags + 3 * self.flag_false


def score_draft(case: DialogueCase, draft: Draft) -> DraftScore:
    """Return the counts of one draft."""
    texts = {item.key.value: _field_text(item.text, item.statements) for item in draft.fields}
    states = {item.key.value: item.state.value for item in draft.fields}
    expect = case.expect
    whole = "\n".join(texts.values())
    flags = [item for item in draft.alerts if item.kind == RED_FLAG]
    clean = not expect.red_flags and not expect.red_flag_ok
    statements = [item for part in draft.fields for item in part.statements]
    verified = [item for item in statements if item.support is Support.VERIFIED]
    transcript = case.context.transcript
    return DraftScore(
        case=case.id,
        facts=tuple(_fact(item, texts, states, whole) for item in expect.facts),
        violations=tuple(found for item in expect.forbidden if (found := _violation(item, texts, states))),
        flags_expected=len(expect.red_flags),
        flags_named=sum(_names(flags, item.split("|")) for item in expect.red_flags),
        flag_raised=bool(flags),
        flag_false=clean and bool(flags),
        flag_clean=clean,
        alerts_expected=len(expect.alerts),
        alerts_found=sum(
            _names([alert for alert in draft.alerts if alert.kind == item.kind], item.any_of)
            for item in expect.alerts
        ),
        terms_expected=len(expect.standard_terms),
        terms_found=sum(
            any(spelled(word) in whole for word in (item.standard, *item.also))
            for item in expect.standard_terms
        ),
        statements=len(statements),
        verified=len(verified),
        literal=sum(_literal(item, transcript) for item in verified),
        no_evidence=sum(not item.evidence for item in statements),
        unresolved=draft.unresolved,
        length_ratio=sum(len(item.text) for item in draft.fields)
        / max(1, sum(len(item.text) for item in transcript.utterances)),
    )


def _field_text(text: str, statements: Iterable[Statement]) -> str:
    pieces = [text, *(item.text for item in statements)]
    return spelled("\n".join(piece for piece in pieces if piece))


def _fact(fact: Fact, texts: dict[str, str], states: dict[str, str], whole: str) -> FactResult:
    found = any(_holds(texts.get(key, ""), fact) for key in (fact.field, *fact.also_fields))
    found = found or states.get(fact.field) in fact.state
    return FactResult(fact, found, found or _holds(whole, fact))


def _holds(text: str, fact: Fact) -> bool:
    if not text:
        return False
    denied = fact.polarity == "neg"
    if denied and fact.field == "allergy" and plain_none(text):
        return True
    for place in places(text, fact.any_of):
        status = said(text, place)
        if status is Said.UNASKED or (fact.polarity == "pos" and status is Said.DENIED):
            continue
        literal = place.wording.startswith("=") or holds_negation(place.wording)
        if denied and status is Said.AFFIRMED and not literal:
            continue
        if not fact.and_any_of or any(
            other.start - place.end <= TOGETHER and place.start - other.end <= TOGETHER
            for other in places(text, fact.and_any_of)
        ):
            return True
    return False


def _violation(rule: Forbidden, texts: dict[str, str], states: dict[str, str]) -> Violation | None:
    for key in (rule.field, *rule.also_fields):
        text = texts.get(key, "")
        words = _asserted(text, rule) or _wrongly_denied(text, rule)
        if words:
            return Violation(rule, f"{key}: {words}")
    state = states.get(rule.field)
    if state in rule.state:
        return Violation(rule, f"{rule.field}: state {state}")
    return None


def _asserted(text: str, rule: Forbidden) -> str:
    for place in places(text, rule.any_of):
        status = said(text, place)
        if status is Said.UNASKED or (status is Said.DENIED and not rule.mention):
            continue
        around = near_text(text, place, EXCUSE)
        if not any(spelled(word) in around for word in rule.unless):
            return text[max(0, place.start - 10) : place.end + 10].replace("\n", " ")
    return ""


def _wrongly_denied(text: str, rule: Forbidden) -> str:
    for place in places(text, rule.neg_of):
        around = near_text(text, place, EXCUSE)
        if said(text, place) is Said.DENIED and not any(spelled(word) in around for word in rule.unless):
            return text[max(0, place.start - 10) : place.end + 10].replace("\n", " ")
    return text if rule.neg_of and plain_none(text) else ""


def _names(alerts: Iterable[Alert], words: Iterable[str]) -> bool:
    texts = [spelled(f"{item.text} {item.basis} {item.rule} {item.department}") for item in alerts]
    return any(spelled(word) in text for word in words for text in texts)


def _literal(statement: Statement, transcript: Transcript) -> bool:
    return bool(statement.evidence) and all(is_literal(item, transcript) for item in statement.evidence)


def is_literal(evidence: Evidence, transcript: Transcript) -> bool:
    """Whether an utterance's evidence is exactly the slice that it names."""
    if evidence.source is not Source.UTTERANCE or evidence.id is None or not evidence.quote:
        return False
    utterance = transcript.utterance(evidence.id)
    return utterance is not None and utterance.text[evidence.start : evidence.end] == evidence.quote
