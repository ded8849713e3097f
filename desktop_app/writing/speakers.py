"""Who speaks, where the transcript doesn't say: by the wording, the turns beside it and the place in the visit.

A log-linear model over character n-grams (weights in `resources/language/speaker_cues.csv`, fitted by
`models/recipes/speaker_cues.py` on the development dialogues) and a Viterbi pass over two states, doctor and patient's
party, that take turns. A guess only: whatever rests on it stays `uncertain` in examination, diagnosis and plan.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from desktop_app.core.records.speech import Speaker, Utterance
from desktop_app.writing.cue_weights import log_odds, shipped_weights

_OWN, _BESIDE = 3, 2  # longest n-gram of the turn itself and of the turns beside it
_NEAR = 8  # characters of a neighbouring turn that are looked at
_BINS = 8
_WHOLE = 16  # turns from which on a talk is a whole visit, in which asking comes before ordering
_LONGEST = 400  # characters of one turn; what follows doesn't change who speaks
_SWITCH, _STAY = math.log(0.86), math.log(0.14)
_OPENS = math.log(0.7)  # the doctor usually speaks first


def features(texts: Sequence[str], index: int) -> set[str]:
    """Return the features of one turn: its n-grams, those of its neighbours' near ends, lengths and place."""
    text = texts[index][:_LONGEST]
    place = index / len(texts)
    found = {f"g:{gram}" for gram in _grams(f"^{text}$", _OWN)}
    found.add(f"length:{_size(text)}")
    if len(texts) >= _WHOLE:
        found.add(f"place:{int(_BINS * place)}")
        found |= {f"third{int(3 * place)}:{gram}" for gram in _grams(f"^{text}$", 1)}
    if index == 0:
        found.add("first")
    else:
        before = texts[index - 1]
        found |= {f"before:{gram}" for gram in _grams(f"^{before[-_NEAR:]}$", _BESIDE)}
        found.add(f"before-length:{_size(before)}")
    if index + 1 < len(texts):
        after = texts[index + 1]
        found |= {f"after:{gram}" for gram in _grams(f"^{after[:_NEAR]}$", _BESIDE)}
        found.add(f"after-length:{_size(after)}")
    return found


def infer_speakers(utterances: Sequence[Utterance]) -> dict[int, Speaker]:
    """Return who speaks each utterance; labels stand, the rest is guessed.

    Returns:
        Speaker by utterance id; never `unknown`.

    Raises:
        InputError: the table of weights can't be read.
    """
    if not utterances:
        return {}
    if all(item.speaker is not Speaker.UNKNOWN for item in utterances):
        return {item.id: item.speaker for item in utterances}
    speakers: dict[int, Speaker] = {}
    for item, doctor in zip(utterances, likeliest(_odds(utterances)), strict=True):
        guess = Speaker.DOCTOR if doctor else Speaker.PATIENT
        speakers[item.id] = guess if item.speaker is Speaker.UNKNOWN else item.speaker
    return speakers


def _odds(utterances: Sequence[Utterance]) -> list[float]:
    """Return the log odds of each turn for the doctor; a label leaves no doubt."""
    weights = shipped_weights("speaker_cues")
    texts = [item.text for item in utterances]
    certain = {Speaker.DOCTOR: 1e6, Speaker.PATIENT: -1e6, Speaker.FAMILY: -1e6}
    return [
        certain[item.speaker] if item.speaker in certain else log_odds(weights, features(texts, index))
        for index, item in enumerate(utterances)
    ]


def likeliest(odds: Sequence[float]) -> list[bool]:
    """Return the likeliest sequence (Viterbi), true where the doctor speaks."""
    doctor, party = odds[0] / 2 + _OPENS, -odds[0] / 2 + math.log(1 - math.exp(_OPENS))
    came: list[
        tuple[bool, bool]
    ] = []  # whether the doctor spoke before, if the doctor (the party) speaks now
    for value in odds[1:]:
        came.append((doctor + _STAY >= party + _SWITCH, doctor + _SWITCH > party + _STAY))
        doctor, party = (
            value / 2 + max(doctor + _STAY, party + _SWITCH),
            -value / 2 + max(party + _STAY, doctor + _SWITCH),
        )
    path = [doctor >= party]
    for if_doctor, if_party in reversed(came):
        path.append(if_doctor if path[-1] else if_party)
    return path[::-1]


def _grams(text: str, longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def _size(text: str) -> int:
    return min(6, int(math.log2(len(text) + 1)))
