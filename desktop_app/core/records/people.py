"""Patients, and who is meant when somebody speaks or acts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from desktop_app.core.clock import new_id
from desktop_app.core.errors import InputError


class Sex(StrEnum):
    """Administrative sex (GB/T 2261.1 codes 1 and 2; unknown is 0)."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class VisitKind(StrEnum):
    """Whether the patient comes with this complaint for the first time (初诊/复诊)."""

    FIRST = "first"
    RETURN = "return"


class Region(StrEnum):
    """Dialect regions, everywhere the same words."""

    MANDARIN = "mandarin"
    SICHUAN = "sichuan"
    CANTONESE = "cantonese"
    HENAN = "henan"
    NORTHEAST = "northeast"
    WU = "wu"
    HAKKA = "hakka"
    MIN = "min"


_AGE = re.compile(r"(\d{1,4})([ymd]?)")
_DAYS = {"y": 365.25, "m": 30.44, "d": 1.0}


@dataclass(frozen=True, slots=True)
class Age:
    """An age as it is said: years for most, months and days for the small.

    Attributes:
        value: how many.
        unit: `y` years, `m` months, `d` days.
    """

    value: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Age:
        """Read `34y`, `8m` or `20d`; a bare number is years.

        Raises:
            InputError: it is none of these, or older than 130 years.
        """
        match = _AGE.fullmatch(text.strip().lower())
        if match is None:
            raise InputError("input.age", value=text[:20])
        age = cls(int(match[1]), match[2] or "y")
        if age.days > 130 * 366:
            raise InputError("input.age", value=text[:20])
        return age

    @property
    def days(self) -> int:
        """The age in days, rounded down."""
        return int(self.value * _DAYS[self.unit])

    @property
    def years(self) -> float:
        """The age in years."""
        return self.value * _DAYS[self.unit] / 365.25

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A person who is treated; everything but the identifier may be unknown."""

    id: str
    name: str = ""
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    age: Age | None = None
    number: str = ""  # 门诊号

    @classmethod
    def unnamed(cls, sex: Sex = Sex.UNKNOWN, age: Age | None = None) -> Patient:
        """Make a patient of whom only sex and age are known."""
        return cls(id=new_id(), sex=sex, age=age)
