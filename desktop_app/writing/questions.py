"""Whether a sentence asks, where no mark says so: recognised speech and hasty typing have few question marks.

A log-linear model over a sentence's wording (weights in `resources/language/question_cues.csv`, fitted by
`models/recipes/question_cues.py` on the development dialogues, whose questions are marked).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from desktop_app.core.records.speech import Speaker, Utterance
from desktop_app.writing.cue_weights import log_odds, shipped_weights

MARK = re.compile(r"[？?]")
SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]*")
_TAIL = " 　。！!，,？?…—；;"
_FORM = re.compile(
    r"(.)[不没唔勿冇毋弗袂](?:\1)|有没有|有冇|有无|有没得|是不是|系唔系|系咪|阿[是有]|要不要|吗$|伐$|未$|没得$|"
    r"没有$(?<=过没有)"
    r"|几[天日久多时个次]|多久|好久|几耐|几时|好多[天次久]|多少|哪[里点儿个只边能]|哪样|(?:啥[子时地样个]|什么|咩|脉个|乜)(?![都也])|"
    r"样般|怎[么样]|咋|谁|呢$"
)
_DOSED = re.compile(r"(?:一[天日次回]|每[天日次])[^，。]{0,6}[一二三四两半]|毫克|毫升|零点[一-九]克")
_CHOICE = re.compile(r"(.{1,2})[不没唔勿冇毋弗袂未]\1")
_LONGEST = 24  # characters at a sentence's end that tell whether it asks


def is_question(text: str) -> bool:
    """Whether a clause asks by its mark or by a form that always asks, whoever speaks."""
    return bool(MARK.search(text) or _FORM.search(text.rstrip("。！!，, ")))


def features(sentence: str, *, doctor: bool) -> set[str]:
    """Return the features of a sentence: how it begins and ends, the last clause's n-grams, forms of asking."""
    text = sentence.strip(_TAIL)
    ends = f"^{text[-_LONGEST:]}$"
    last = re.split(r"[，,、]", text)[-1]
    found = {f"end:{ends[-size:]}" for size in (2, 3, 4)} | {f"begin:{ends[:size]}" for size in (2, 3)}
    found |= {f"last:{last[:size]}" for size in (1, 2)}
    found |= {
        f"gram:{last[start : start + size]}" for size in (1, 2) for start in range(len(last) - size + 1)
    }
    found |= {
        name for name, pattern in (("form", _FORM), ("choice", _CHOICE)) if pattern.search(text) is not None
    }
    who = "doctor" if doctor else "party"
    return found | {f"{who}/{name}" for name in found}


def asks(sentence: str, *, doctor: bool) -> bool:
    """Whether a sentence without a question mark asks.

    Raises:
        InputError: the table of weights can't be read.
    """
    if doctor and _DOSED.search(sentence) and not _FORM.search(sentence.strip(_TAIL)):
        return False  # 一天三回吧 orders, whatever its last word
    return log_odds(shipped_weights("question_cues"), features(sentence, doctor=doctor)) > 0


def marks_questions(utterances: Sequence[Utterance], speakers: Mapping[int, Speaker]) -> bool:
    """Whether a transcript marks its questions: most of what the doctor asks bears a mark."""
    marked = unmarked = 0
    for sentence in _of_doctor(utterances, speakers):
        if MARK.search(sentence):
            marked += 1
        elif asks(sentence, doctor=True):
            unmarked += 1
    return marked > 0 and marked >= unmarked


def _of_doctor(utterances: Sequence[Utterance], speakers: Mapping[int, Speaker]) -> Iterator[str]:
    for item in utterances:
        if speakers[item.id] is Speaker.DOCTOR:
            yield from (match[0] for match in SENTENCE.finditer(item.text) if match[0].strip(_TAIL))
