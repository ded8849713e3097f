"""Judging a draft against its sources: every number, drug, side and denial must rest on something certain."""

from __future__ import annotations

from desktop_app.writing.grounding.judgement import ground

__all__ = ["ground"]
