"""From a page's words and boxes to checked records. Pure Python; images stay in the engine's room."""

from desktop_app.reading.reasons import REMARKS, Reason
from desktop_app.reading.sheet import read_sheet

__all__ = ["REMARKS", "Reason", "read_sheet"]
