"""What a clause of the doctor does, and the clause that does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.writing.talk import Part


class Role(StrEnum):
    """What a clause of the doctor does."""

    EXAM = "exam"
    TEST = "test"
    DIAGNOSIS = "diagnosis"
    CONSIDERED = "considered"  # a diagnosis thought aloud, neither dismissed nor made
    ORDER = "order"
    REFERRAL = "referral"
    ALLERGY = "allergy"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Said:
    """A clause of the doctor, what it does, and whether it only holds under a condition (要是…就…)."""

    part: Part
    role: Role
    conditional: bool = False

    @property
    def turn(self) -> int:
        """The utterance it stands in."""
        return self.part.clause.utterance.id
