"""Allergies: asked and denied, told with their reaction, tolerated, unknown; never asked stays never asked."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop_app.core.records.drafts import FieldKey
from desktop_app.scenarios.clinic.answers import is_bare_no
from desktop_app.scenarios.clinic.asked import tolerated
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.talk import Exchange, Part, Talk

_UNKNOWN = re.compile(
    r"不晓得|不清楚|不知道|不记得|记不得|唔记得|唔知|记不清|说不清|讲不清|勿晓得|毋知|不太清楚|没注意|"
    r"没留意"
)
_DENIES = re.compile(r"没有?|没得|冇|呒没|无|不|唔|毋|勿|未")
_SHORT = 2
_ALLERGEN_CHARS = 8  # a longer clause tells what happened, it doesn't name the allergen


def bare_denial(exchange: Exchange, decided: set[tuple[int, int]]) -> list[Note]:
    """Return the denial where the first answer to the question for allergies is a bare no."""
    first = next((part for part in exchange.answers if not part.retracted and part.subject.patient), None)
    if first is None:
        return []
    verb_denied = first.key in decided and re.match(r"没|无|冇|呒|不|唔|勿|毋|袂|否", first.text)
    return [_denial(exchange, first)] if is_bare_no(first.text) or verb_denied else []


def _denial(exchange: Exchange, part: Part) -> Note:
    other = re.search(r"其他|其它|别的|还有", exchange.asked + part.text)
    what = "其他药物过敏史" if other else "药物过敏史" if "药" in exchange.asked else "过敏史"
    return Note(FieldKey.ALLERGY, f"否认{what}", (*exchange.questions, part), denial=True)


def allergy_notes(talk: Talk, exchange: Exchange, part: Part) -> list[Note]:
    """Return what a clause tells of allergies."""
    text = part.text
    if _UNKNOWN.search(text):
        return [Note(FieldKey.ALLERGY, "过敏史不详", (*exchange.questions, part))]
    drugs = part.named(Kind.DRUG, Kind.DRUG_GROUP)
    if tolerated(text) and drugs:
        return [Note(FieldKey.ALLERGY, f"曾用{drugs[0].standard}无异常", (part,))]
    if _denied(text):
        return [_denial(exchange, part)]
    said = talk.language.rewrite(text)
    if len(said) < _SHORT:
        return []
    if _names_allergen(exchange, part):
        said += "过敏"
    return [Note(FieldKey.ALLERGY, said, (*exchange.questions[-1:], part))]


def _denied(text: str) -> bool:
    if not _DENIES.search(text):
        return False
    general = re.search(r"过敏|敏感|事", text) or re.search(r"^药|别的|其他", text)
    return bool(general) or is_bare_no(text[-2:])


def _names_allergen(exchange: Exchange, part: Part) -> bool:
    """Whether an answer only names what the patient doesn't tolerate (头孢。)."""
    if re.search(r"过敏|敏感|皮试|[吃打起没无不未冇唔勿毋袂]", part.text) or len(part.text) > _ALLERGEN_CHARS:
        return False
    return part is exchange.answers[0] or part.has(Kind.DRUG, Kind.DRUG_GROUP)


def without_contradiction(notes: list[Note]) -> list[Note]:
    """Return the notes, a general denial of drug allergies narrowed where one allergy to a drug was told."""
    if not any(_drug_allergy(note) for note in notes):
        return notes
    return [
        replace(note, text="否认其他药物过敏史")
        if note.field is FieldKey.ALLERGY and note.denial and note.text in ("否认药物过敏史", "否认过敏史")
        else note
        for note in notes
    ]


def _drug_allergy(note: Note) -> bool:
    if note.field is not FieldKey.ALLERGY or note.denial or re.search(r"无异常|不详", note.text):
        return False
    return any(part.has(Kind.DRUG, Kind.DRUG_GROUP) or "皮试" in part.text for part in note.parts)
