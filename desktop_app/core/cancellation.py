"""Stopping long work from another thread."""

from __future__ import annotations

import threading

from desktop_app.core.errors import Cancelled


class CancelToken:
    """Set once by the person who waits, asked often by the work."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Stop here if asked to.

        Raises:
            Cancelled: somebody asked the work to stop.
        """
        if self._event.is_set():
            raise Cancelled
