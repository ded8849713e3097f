"""Limits and defaults, in one place, with the reason for each number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What the boundaries accept; larger input is refused with a sentence, never cut silently."""

    transcript_bytes: int = 1_000_000  # an hour of fast talk is about 60 kB
    utterances: int = 5_000  # a day of uninterrupted talk
    utterance_chars: int = 2_000  # longer "lines" are pasted documents, not speech
    draft_bytes: int = 4_000_000  # a draft with evidence is about 30 kB
    image_bytes: int = 60_000_000  # a 50-megapixel JPEG at full quality
    image_pixels: int = 60_000_000  # more would not fit beside the reader's models in 4 GB
    image_side: int = 20_000  # long receipts and scrolled screenshots
    audio_seconds: int = 4 * 3600  # a morning left running


@dataclass(frozen=True, slots=True)
class Policy:
    """Periods and lengths that a clinic may change (decisions.md)."""

    audio_retention_days: int = 30  # sound is shredded this long after signing
    record_retention_years: int = 15  # outpatient records, common local rule
    log_retention_days: int = 183  # at least six months
    passphrase_min_chars: int = 12
    pin_min_digits: int = 4
    pin_attempts: int = 5  # then the account waits
    chief_complaint_chars: int = 20  # a quality convention: warn, never block (record.md)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a person or an IT department may set."""

    language: str = "zh"
    region: str = "mandarin"
    limits: Limits = Limits()
    policy: Policy = Policy()
