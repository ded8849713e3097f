"""Slow keys from what people remember."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """How slow argon2id is made; kept beside each salt, so that it may grow.

    Attributes:
        time: passes.
        memory: KiB.
        lanes: parallel lanes.
    """

    time: int
    memory: int
    lanes: int


# RFC 9106, section 4, second recommended option: what a stolen disk is attacked through
PASSPHRASE_COST = Cost(time=3, memory=65536, lanes=4)
# OWASP's password storage sheet, argon2id: the PIN's check lies inside the encrypted database
PIN_COST = Cost(time=2, memory=19456, lanes=1)


def stretch(secret: str, salt: bytes, cost: Cost, length: int) -> bytes:
    """Return argon2id of a passphrase or PIN; full-width and half-width letters count as the same."""
    data = unicodedata.normalize("NFKC", secret).encode()
    return hash_secret_raw(data, salt, cost.time, cost.memory, cost.lanes, length, Type.ID)
