"""Fifth arrow: everything that is known of the visit to a drafted record."""

from __future__ import annotations

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.visits import Visit, VisitContext
from desktop_app.engines.protocols import Writer


def context_of(visit: Visit, history: tuple[Draft, ...] = ()) -> VisitContext:
    """Return what a writer may use of a visit that was heard and read.

    Args:
        visit: with its transcript.
        history: earlier signed records of the patient, newest first.
    """
    assert visit.transcript is not None
    return VisitContext(
        patient=visit.patient,
        kind=visit.kind,
        transcript=visit.transcript,
        sheets=visit.sheets,
        history=history,
    )


def draft(context: VisitContext, writer: Writer, cancel: CancelToken) -> Draft:
    """Return what the writer makes of it.

    Raises:
        ModelMissingError: the writer needs a model that is not installed.
        EngineError: the engine failed.
        Cancelled: the person stopped it.
    """
    cancel.check()
    return writer.draft(context, cancel)
