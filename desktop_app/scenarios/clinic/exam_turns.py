"""What a clause of the doctor alone leaves open: settled by its turn, and by the examination it stands beside."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop_app.scenarios.clinic import doctor_cues as cues
from desktop_app.scenarios.clinic.doctor_cues import N
from desktop_app.scenarios.clinic.roles import Role, Said
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.spans import only_time
from desktop_app.writing.talk import Part


def settle_turn(items: list[Said]) -> list[Said]:
    """Settle what a clause alone leaves open: orders to who is being examined, dismissed thoughts."""
    if any(cues.DISMISSES.search(item.part.text) for item in items):
        items = [replace(item, role=Role.TALK) if item.role is Role.CONSIDERED else item for item in items]
    roles = {item.role for item in items}
    given = any(item.role is Role.ORDER and _gives(item.part) for item in items)
    if Role.EXAM not in roles or Role.DIAGNOSIS in roles or Role.REFERRAL in roles or given:
        return items
    return [
        replace(item, role=Role.EXAM if _shows(item.part) else Role.TALK)
        if item.role is Role.ORDER and not item.conditional
        else item
        for item in items
    ]


def _gives(part: Part) -> bool:
    """Whether an order names what is given, how often, or forbids something: no mere 躺下, 转过去."""
    named = part.has(Kind.DRUG, Kind.DRUG_GROUP) or bool(cues.DOSE.match(part.text))
    return named or bool(re.search(cues.FORBID, part.text))


def _shows(part: Part) -> bool:
    """Whether a clause tells what an examination showed, not what the patient should do for it."""
    if cues.POSITION.match(part.text) or re.search(r"再[量测看试]", part.text):
        return False
    named = part.has(Kind.BODY_PART, Kind.SYMPTOM, Kind.EXAM)
    return (
        named
        or any(pattern.search(part.text) for pattern in (cues.FOUND, cues.SIGN))
        or bool(re.search(N, part.text))
    )


def settle_examination(found: list[Said]) -> list[Said]:
    """Take what names a body part or a sign beside examination findings in one turn as examination too."""
    turns = {
        item.turn
        for item in found
        if item.role is Role.EXAM or (item.role is Role.TALK and cues.LOOKS.search(item.part.text))
    }
    dictated = _dictated(found)
    decided: set[int] = set()  # turns in which the doctor went on to name or treat what was found
    settled: list[Said] = []
    for item in found:
        beside = item.role is Role.TALK and not _only_talk(item) and _beside_findings(item, turns, dictated)
        exam = beside and item.turn not in decided
        settled.append(replace(item, role=Role.EXAM) if exam else item)
        if item.role in (Role.DIAGNOSIS, Role.REFERRAL) or (item.role is Role.ORDER and _gives(item.part)):
            decided.add(item.turn)
    return settled


def _only_talk(item: Said) -> bool:
    text = item.part.text
    opinions = (cues.DISMISSES, cues.CONSEQUENCE, cues.RHETORICAL, cues.SUSPENDED, cues.EXPLAINS)
    talk = (cues.TALK, cues.FOR_LOOKING, cues.POSITION, cues.NOT_MEASURED, *opinions)
    return item.conditional or any(pattern.search(text) for pattern in talk)


def _beside_findings(item: Said, turns: set[int], dictated: set[int]) -> bool:
    if only_time(item.part.text):
        return False
    if item.turn in dictated:
        return True
    named = item.part.has(Kind.BODY_PART, Kind.SYMPTOM, Kind.EXAM)
    return item.turn in turns and (named or bool(cues.FOUND.search(item.part.text)))


def _dictated(found: list[Said]) -> set[int]:
    """Return turns between examination and diagnosis that only describe (人瘦，讲话慢，声细)."""
    exams = [item.turn for item in found if item.role is Role.EXAM]
    if not exams:
        return set()
    diagnoses = (item.turn for item in found if item.role is Role.DIAGNOSIS and item.turn > exams[0])
    last = next(diagnoses, exams[-1])
    turns: dict[int, list[Said]] = {}
    for item in found:
        if exams[0] < item.turn <= last:
            turns.setdefault(item.turn, []).append(item)
    done = (Role.ORDER, Role.DIAGNOSIS, Role.REFERRAL)
    return {
        number
        for number, items in turns.items()
        if sum(item.role is Role.TALK for item in items) >= 3 and not any(item.role in done for item in items)
    }
