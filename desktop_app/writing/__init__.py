"""Statements with their evidence: analysis of the talk, record language, grounding."""
