"""Allergies: asked and denied, told with their reaction, tolerated, unknown; never asked stays never asked."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.scenarios.clinic.answers import is_bare_no, is_bare_yes
from desktop_app.scenarios.clinic.asked import tolerated
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.talk import Exchange, Part, Talk

_UNKNOWN = re.compile(
    r"不晓得|不清楚|不知道|不记得|记不得|唔记得|唔知|记不清|说不清|讲不清|勿晓得|毋知|不太清楚|没注意|"
    r"没留意|说不准|讲不准|拿不准"
)
_DENIES = re.compile(r"没有?|没得|冇|呒没|无|不|唔|毋|勿|未")
_SHORT = 2
_ALLERGEN_CHARS = 8  # a longer clause tells what happened, it doesn't name the allergen


def bare_denial(exchange: Exchange, decided: set[tuple[int, int]]) -> list[Note]:
    """Return the denial where the first answer to the question for allergies is a bare no."""
    first = next((part for part in exchange.answers if not part.retracted and part.subject.patient), None)
    if first is None or _UNKNOWN.search(first.text):
        return []
    drugs = [topic for topic in exchange.topics if topic.kind is Kind.DRUG]
    general = re.search(r"其他|其它|别的|除了", exchange.asked)
    if drugs and not general and len(drugs) == len(exchange.topics):  # 青霉素过敏吗？不过敏
        no = is_bare_no(first.text) or re.match(r"不过敏|没(?:有)?过敏|唔敏感|冇敏感", first.text)
        names = "、".join(dict.fromkeys(item.standard for item in drugs))
        parts = (*exchange.questions, first)
        return [Note(FieldKey.ALLERGY, f"否认{names}过敏", parts, denial=True)] if no else []
    verb_denied = first.key in decided and re.match(r"没|无|冇|呒|不|唔|勿|毋|袂|否", first.text)
    return [_denial(exchange, first)] if is_bare_no(first.text) or verb_denied else []


def bare_allergy(exchange: Exchange) -> list[Note]:
    """Return the allergy that a bare yes affirms without naming it; a person has to ask for what."""
    first = next((part for part in exchange.answers if not part.retracted and part.subject.patient), None)
    if first is None or not (is_bare_yes(first.text) or first.text.startswith("过敏")):
        return []
    asked = [part.text for part in exchange.questions if part.has(Kind.DRUG, Kind.DRUG_GROUP)]
    if asked and not re.search("过敏|敏感", "".join(asked)):
        return []  # 青霉素打过冇？ – 打过，冇事
    drugs = "、".join(item.standard for item in exchange.topics if item.kind in (Kind.DRUG, Kind.DRUG_GROUP))
    rest = [part for part in exchange.answers if part is not first]
    if not drugs and any(part.mentions or len(part.text) > _SHORT for part in rest):
        return []  # the answer goes on to say to what
    text = f"{drugs}过敏" if drugs else "有过敏史（未说明过敏原）"
    reasons = () if drugs else (Reason.ALLERGY,)
    return [Note(FieldKey.ALLERGY, text, (*exchange.questions, first), reasons=reasons)]


def _denial(exchange: Exchange, part: Part) -> Note:
    other = re.search(r"其他|其它|别的|还有", exchange.asked + part.text)
    what = "其他药物过敏史" if other else "药物过敏史" if "药" in exchange.asked + part.text else "过敏史"
    return Note(FieldKey.ALLERGY, f"否认{what}", (*exchange.questions, part), denial=True)


def allergy_notes(talk: Talk, exchange: Exchange, part: Part) -> list[Note]:
    """Return what a clause tells of allergies."""
    text = part.text
    if _UNKNOWN.search(text):
        return [Note(FieldKey.ALLERGY, "过敏史不详", (*exchange.questions, part))]
    drugs = part.named(Kind.DRUG, Kind.DRUG_GROUP)
    if drugs and (tolerated(text) or _borne(exchange, part)):
        return [Note(FieldKey.ALLERGY, f"曾用{drugs[0].standard}无异常", (part,))]
    if _denied(text):
        return [_denial(exchange, part)]
    said = talk.language.rewrite(text)
    if len(said) < _SHORT or said == "过敏":
        return []
    if _names_allergen(exchange, part):
        said += "过敏"
    return [Note(FieldKey.ALLERGY, said, (*exchange.questions[-1:], part))]


def _borne(exchange: Exchange, part: Part) -> bool:
    """Whether the next clause says that a drug taken before did no harm: 青霉素打过，没事."""
    taken = re.search(r"[过了](?!敏)|个$", part.text)
    if not taken or part.has(Kind.SYMPTOM) or re.search(_REACTION, part.text):
        return False
    following = [item for item in exchange.answers if item.key > part.key][:1]
    return any(
        item.clause.utterance is part.clause.utterance
        and len(item.text) <= _BORNE_CHARS
        and not item.has(Kind.DRUG, Kind.DRUG_GROUP)
        and tolerated(item.text)
        for item in following
    )


_BORNE_CHARS = 6
_REACTION = r"过敏|敏感|[肿疹疙痒晕憋喘吐]|休克"


def _denied(text: str) -> bool:
    if not _DENIES.search(text):
        return False
    general = re.search(r"过敏|敏感|事", text) or re.search(r"^药|别的|其他", text)
    return bool(general) or is_bare_no(text[-2:])


def _names_allergen(exchange: Exchange, part: Part) -> bool:
    """Whether an answer only names what the patient doesn't tolerate (头孢。)."""
    if part.clause.abrupt or len(part.text) > _ALLERGEN_CHARS:
        return False
    if re.search(r"过敏|敏感|皮试|[吃食打射注用服喝起没无不未冇唔勿毋袂过了试行能]|可以", part.text):
        return False
    return part is exchange.answers[0] or part.has(Kind.DRUG, Kind.DRUG_GROUP)


def without_contradiction(notes: list[Note]) -> list[Note]:
    """Return the notes, a general denial of drug allergies narrowed where one allergy to a drug was told."""
    told = [note for note in notes if _tells_allergy(note)]
    if not told:
        return notes
    drug = any(_to_drug(note) for note in told)
    narrowed = {"否认过敏史": "否认其他药物过敏史" if drug else "否认其他过敏史"}
    if drug:
        narrowed["否认药物过敏史"] = "否认其他药物过敏史"
    return [
        replace(note, text=narrowed.get(note.text, note.text)) if note.field is FieldKey.ALLERGY else note
        for note in notes
    ]


def _tells_allergy(note: Note) -> bool:
    known = note.field is FieldKey.ALLERGY and not note.denial
    return known and not re.search(r"无异常|不详", note.text)


def _to_drug(note: Note) -> bool:
    return any(part.has(Kind.DRUG, Kind.DRUG_GROUP) or re.search("皮试|针", part.text) for part in note.parts)
