"""The one writer lane: threads of this process queue here, other processes at `BEGIN IMMEDIATE`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from desktop_app.store.faults import edge

Row = dict[str, Any]


class Lane:
    """The store's connection, lent to one thread at a time.

    Args:
        database: open, keyed, migrated.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._depth = 0
        self._afterwards: list[Callable[[], None]] = []

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """Lend the connection for queries.

        Raises:
            StoreError: the database failed.
        """
        with self._lock, edge():
            yield self._database

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """Lend the connection for one transaction; inside another one, join it.

        All of it is on the disk when the block ends; none of it if anything is raised.

        Raises:
            StoreError: the database failed, or another process kept it busy.
        """
        with self._lock:
            if self._depth:
                with edge():
                    yield self._database
                return
            with edge():
                self._database.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                with edge():
                    yield self._database
                    self._database.execute("COMMIT")
            except BaseException:
                self._undo()
                raise
            finally:
                self._depth = 0
            afterwards, self._afterwards = self._afterwards, []
            for action in afterwards:
                action()

    def _undo(self) -> None:
        self._afterwards = []
        connection: Any = self._database.conn
        if connection.in_transaction:  # a full disk may already have rolled back
            try:
                connection.execute("ROLLBACK")
            except dbapi2.Error:
                return  # the fault that brought us here is the one to report

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once the transaction that is open now has been committed."""
        self._afterwards.append(action)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query as dictionaries."""
        with self.reading() as database:
            cursor = database.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, if there is one."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def data_version(self) -> int:
        """Return a number that changes when another process commits (`PRAGMA data_version`)."""
        with self.reading() as database:
            return int(database.execute("PRAGMA data_version").fetchone()[0])

    def forget_log(self) -> None:
        """Fold the write-ahead log into the database and empty it: shredded keys must not linger there."""
        with self.reading() as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the connection."""
        with self._lock, edge():
            self._database.close()
