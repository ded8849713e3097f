"""Clauses that say nothing but how long: 有三年多了, 差不多两个礼拜."""

from __future__ import annotations

import re

_ONLY_TIME = re.compile(
    r"(?:那|也?有|就是|就|都|也|得有|快|差不多|大概|整|将近)*"
    r"[零一二两三四五六七八九十百半几来多\d]+个?半?(?:天|日|工|年|月|周|礼拜|星期|小时|钟头)"
    r"(?:多|了|啊|嘛|啦|矣|哉|嘞|的|吧)*"
)


def only_time(text: str) -> bool:
    """Whether a spoken clause is a bare length of time."""
    return _ONLY_TIME.fullmatch(text) is not None
