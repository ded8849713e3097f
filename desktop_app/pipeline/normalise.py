"""Fourth arrow: where the talk is from, and which standard terms its words stand for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Term, Transcript, Utterance
from desktop_app.terms.lexicon import Hit, Kind, Lexicon
from desktop_app.writing.talk import detect_region

# whose meaning a record rests on: an ambiguous time or pronoun changes no finding
_MATTERS = (Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.DRUG, Kind.BODY_PART)
_SILENT = (Kind.PSEUDO,)  # known so that they are not mistaken for something else


def normalise(transcript: Transcript, lexicon: Lexicon) -> Transcript:
    """Return the transcript with its region, and with the terms in every utterance; no word is changed.

    The version stays: evidence that points into an utterance's text holds as before.

    Args:
        transcript: as it was heard or typed. Terms that it brings along are kept.
        lexicon: the known forms.
    """
    region = transcript.region or detect_region(transcript.utterances, lexicon)
    utterances = tuple(_with_terms(item, lexicon, region) for item in transcript.utterances)
    return dataclasses.replace(transcript, region=region, utterances=utterances)


def _with_terms(utterance: Utterance, lexicon: Lexicon, region: Region | None) -> Utterance:
    if utterance.terms:
        return utterance
    hits = [hit for hit in lexicon.find(utterance.text, region) if hit.entries[0].kind not in _SILENT]
    terms = tuple(_term(hit) for hit in hits)
    return dataclasses.replace(utterance, terms=terms, standard=_standard(utterance.text, terms))


def _term(hit: Hit) -> Term:
    entry = hit.entries[0]  # the region's own meaning comes first
    candidates = entry.candidates if entry.kind in _MATTERS else ()
    return Term(
        start=hit.start,
        end=hit.end,
        surface=entry.form,
        standard=entry.standard,
        kind=entry.kind.value,
        region=entry.region.value if entry.region else None,
        ambiguous=bool(candidates),
        candidates=candidates,
    )


def _standard(text: str, terms: Iterable[Term]) -> str:
    """Return the text with dialect words replaced; ambiguous ones stay as they were said."""
    for term in reversed(list(terms)):
        if term.region is not None and not term.ambiguous:
            text = text[: term.start] + term.standard + text[term.end :]
    return text
