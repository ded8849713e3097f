"""Fits the weights by which `desktop_app.writing.questions` tells a question that no mark shows.

`python -m models.recipes.question_cues tests/data/dialogues/dev resources/language/question_cues.csv` takes the
question marks of labelled dialogues for the truth and prints how often a sentence without its mark is told rightly
on dialogues of other authors (leave one hundred of case numbers out), which is the figure to believe.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.writing import questions
from desktop_app.writing.cue_weights import log_odds
from models.recipes import logistic


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a labelled dialogue, without its mark."""

    case: str
    doctor: bool
    text: str
    asks: bool


def read(folder: Path) -> list[Sentence]:
    """Return the sentences of every dialogue in a folder."""
    found = []
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        for turn in case["transcript"]:
            for match in questions.SENTENCE.finditer(turn["text"]):
                if match[0].strip():
                    text = questions.MARK.sub("。", match[0])
                    found.append(Sentence(case["id"], turn["speaker"] == "doctor", text, text != match[0]))
    return found


def fit(sentences: Sequence[Sentence]) -> dict[str, int]:
    """Return the weight of each feature in hundredths of log odds for a question."""
    return logistic.fit(
        [(questions.features(item.text, doctor=item.doctor), item.asks) for item in sentences]
    )


def right(sentences: Sequence[Sentence], weights: dict[str, int]) -> int:
    """Return how many sentences are told rightly."""
    return sum(
        (log_odds(weights, questions.features(item.text, doctor=item.doctor)) > 0) == item.asks
        for item in sentences
    )


def main(folder: Path, target: Path) -> None:
    """Fit, print the share that is right on other authors' dialogues, and write the table."""
    sentences = read(folder)
    for who, doctor in (("doctor", True), ("patient and family", False)):
        correct = total = 0
        for author in sorted({item.case[0] for item in sentences}):
            weights = fit([item for item in sentences if item.case[0] != author])
            own = [item for item in sentences if item.case[0] == author and item.doctor is doctor]
            correct, total = correct + right(own, weights), total + len(own)
        print(
            f"{who}: {correct}/{total} = {100 * correct / max(1, total):.1f} % of other authors' sentences right"
        )
    logistic.write(fit(sentences), target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
