"""Patients: written with each visit, found by name, pinyin initials or number."""

from __future__ import annotations

import dataclasses
import json

from sqlite_utils import Database

from desktop_app.core.clock import Clock
from desktop_app.core.records.codec import from_json
from desktop_app.core.records.people import Patient, Sex
from desktop_app.store.canonical import canonical
from desktop_app.store.initials import index_tokens, initials, query_tokens
from desktop_app.store.lane import Lane


class Patients:
    """The patients of this desk.

    Args:
        lane: the store's connection.
        clock: where the time comes from.
    """

    def __init__(self, lane: Lane, clock: Clock) -> None:
        self._lane = lane
        self._clock = clock

    def save(self, patient: Patient) -> Patient:
        """Store a patient, or what is newly known of one; return what is known now.

        Members that are empty keep what was known before: a visit without a name does not take the name away.
        """
        with self._lane.writing() as database:
            known = self.get(patient.id)
            merged = merge(known, patient) if known else patient
            if merged != known:
                self._write(database, merged)
        return merged

    def _write(self, database: Database, patient: Patient) -> None:
        values = {
            "id": patient.id,
            "name": patient.name,
            "initials": " ".join(initials(patient.name)),
            "number": patient.number,
            "sex": patient.sex.value,
            "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
            "record": canonical(patient).decode(),
            "updated_at": self._clock.now().isoformat(),
        }
        database.execute(
            "INSERT INTO patient(id, name, initials, number, sex, birth_date, record, updated_at) VALUES "
            "(:id, :name, :initials, :number, :sex, :birth_date, :record, :updated_at) "
            "ON CONFLICT(id) DO UPDATE SET name = :name, initials = :initials, number = :number, sex = :sex, "
            "birth_date = :birth_date, record = :record, updated_at = :updated_at",
            values,
        )
        row = database.execute("SELECT row FROM patient WHERE id = ?", (patient.id,)).fetchone()[0]
        database.execute("DELETE FROM patient_search WHERE rowid = ?", (row,))
        tokens = index_tokens(patient.name, patient.number)
        database.execute("INSERT INTO patient_search(rowid, tokens) VALUES (?, ?)", (row, tokens))

    def get(self, patient_id: str) -> Patient | None:
        """Return a patient by id."""
        row = self._lane.row("SELECT record FROM patient WHERE id = ?", (patient_id,))
        return from_json(Patient, json.loads(row["record"])) if row else None

    def search(self, text: str, limit: int = 20) -> list[Patient]:
        """Return the patients that fit what was typed so far, newest first.

        Args:
            text: part of a name, its pinyin initials, part of a number; several words must all fit. Nothing
                returns the newest patients.
            limit: at most so many.
        """
        query = query_tokens(text)
        if query is None and text.strip():
            return []
        if query is None:
            rows = self._lane.rows("SELECT record FROM patient ORDER BY row DESC LIMIT ?", (limit,))
        else:
            rows = self._lane.rows(
                "SELECT p.record FROM patient_search s JOIN patient p ON p.row = s.rowid "
                "WHERE patient_search MATCH ? ORDER BY s.rowid DESC LIMIT ?",
                (query, limit),
            )
        return [from_json(Patient, json.loads(row["record"])) for row in rows]

    def by_number(self, number: str) -> Patient | None:
        """Return the patient with exactly that 门诊号, the newest if there are several."""
        sql = "SELECT record FROM patient WHERE number = ? AND number <> '' ORDER BY row DESC LIMIT 1"
        row = self._lane.row(sql, (number,))
        return from_json(Patient, json.loads(row["record"])) if row else None

    def count(self) -> int:
        """Return how many patients there are."""
        row = self._lane.row("SELECT count(*) AS n FROM patient")
        return int(row["n"]) if row else 0


def merge(known: Patient, newer: Patient) -> Patient:
    """Return what two records of one patient say together; the newer one wins where both speak."""
    return dataclasses.replace(
        newer,
        name=newer.name or known.name,
        sex=newer.sex if newer.sex is not Sex.UNKNOWN else known.sex,
        birth_date=newer.birth_date or known.birth_date,
        age=newer.age or known.age,
        number=newer.number or known.number,
    )
