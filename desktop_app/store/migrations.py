"""How an older database becomes today's: append-only, named, in order, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from desktop_app.core.clock import Clock
from desktop_app.core.errors import StoreError
from desktop_app.store import schema
from desktop_app.store.faults import edge
from desktop_app.store.initials import index_tokens

_TABLE = (
    "CREATE TABLE IF NOT EXISTS migration "
    "(position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at TEXT NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step; its name is its identity for ever."""

    name: str
    apply: Callable[[Database], None]


def _script(sql: str) -> Callable[[Database], None]:
    def apply(database: Database) -> None:
        database.executescript(sql)

    return apply


def _patient_search(database: Database) -> None:
    database.executescript(schema.PATIENT_SEARCH)
    for row, name, number in database.execute("SELECT row, name, number FROM patient").fetchall():
        values = (row, index_tokens(name, number))
        database.execute("INSERT INTO patient_search(rowid, tokens) VALUES (?, ?)", values)


MIGRATIONS: tuple[Migration, ...] = (
    Migration("0001_foundation", _script(schema.FOUNDATION)),
    Migration("0002_people", _script(schema.PEOPLE)),
    Migration("0003_sound", _script(schema.SOUND)),
    Migration("0004_patient_search", _patient_search),
)


def applied(database: Database) -> list[str]:
    """Return the names of the migrations that a database has had, in order."""
    with edge():
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'migration'").fetchone()
        if not tables[0]:
            return []
        return [row[0] for row in database.execute("SELECT name FROM migration ORDER BY position").fetchall()]


def pending(database: Database, known: Sequence[Migration] = MIGRATIONS) -> list[Migration]:
    """Return the migrations that a database still needs.

    Raises:
        StoreError: a newer program has changed it already (`store.newer`).
    """
    done = applied(database)
    with edge():
        version = int(database.execute("PRAGMA user_version").fetchone()[0])
    names = [item.name for item in known]
    if version > len(known) or done != names[: len(done)]:
        raise StoreError("store.newer", f"user_version={version}")
    return list(known[len(done) :])


def migrate(database: Database, clock: Clock, known: Sequence[Migration] = MIGRATIONS) -> None:
    """Apply what is pending. The caller holds the store's lock alone.

    Raises:
        StoreError: `store.newer`, or the disk's faults; then the failing step has left no trace.
    """
    for migration in pending(database, known):
        with edge(), database.atomic():
            database.execute(_TABLE)
            migration.apply(database)
            position = [item.name for item in known].index(migration.name) + 1
            values = (position, migration.name, clock.now().isoformat())
            database.execute("INSERT INTO migration VALUES (?, ?, ?)", values)
            database.execute(f"PRAGMA user_version = {position}")
