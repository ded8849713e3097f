"""Third arrow: photographed pages to checked sheets."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.people import Patient
from desktop_app.core.records.sheets import LabSheet
from desktop_app.engines.protocols import PageReader
from desktop_app.reading.sheet import read_sheet


def read(
    images: Sequence[str], reader: PageReader, patient: Patient, cancel: CancelToken
) -> tuple[LabSheet, ...]:
    """Return a sheet for each image, in their order.

    Args:
        images: paths of image files.
        reader: finds words and boxes on a page.
        patient: whose ranges count where a sheet prints none.
        cancel: asked before each page.

    Raises:
        InputError: a file is not a readable image, or too large.
        EngineError: the engine failed.
        Cancelled: the person stopped it.
    """
    sheets: list[LabSheet] = []
    for image in images:
        cancel.check()
        sheets.append(read_sheet(reader.read(image, cancel), patient.sex, patient.age))
    return tuple(sheets)
