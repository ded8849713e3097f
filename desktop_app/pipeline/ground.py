"""Sixth arrow: every statement judged against its sources, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.records.drafts import Draft
from desktop_app.core.records.visits import VisitContext

Ground = Callable[[Draft, VisitContext], Draft]


def ground(draft: Draft, context: VisitContext, judge: Ground, cancel: CancelToken) -> Draft:
    """Return the draft with every statement's support, evidence and reasons.

    Raises:
        Cancelled: the person stopped it.
    """
    cancel.check()
    return judge(draft, context)
