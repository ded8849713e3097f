"""Bytes of tokens to pieces of text: whole characters only, and nothing from a stop sequence on."""

from __future__ import annotations

import codecs


class PieceStream:
    """Joins bytes to characters and holds back what may be the start of a stop sequence.

    Args:
        stop: sequences at which the text ends; they are not part of it.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._stop = tuple(item for item in stop if item)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._held = ""
        self.stopped = False

    def feed(self, data: bytes) -> str:
        """Return the text that is certain now, empty while a character or a stop sequence is incomplete."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(data)
        cut = min((at for at in map(self._held.find, self._stop) if at >= 0), default=-1)
        if cut >= 0:
            self.stopped = True
            text, self._held = self._held[:cut], ""
            return text
        keep = self._possible()
        text, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return text

    def end(self) -> str:
        """Return what was held back when no more comes; half a character is dropped."""
        text, self._held = self._held, ""
        return text

    def _possible(self) -> int:
        """Return how many characters at the end may begin a stop sequence."""
        longest = max((len(item) for item in self._stop), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            if any(item.startswith(self._held[-length:]) for item in self._stop):
                return length
        return 0
