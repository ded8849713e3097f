"""Terminology: content tables, term matching, spoken numbers and times, dialect regions."""
