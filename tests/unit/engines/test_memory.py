import pytest

from desktop_app.core.errors import EngineError
from desktop_app.engines import memory

SMALL, LARGE = 4_000_000_000, 16_000_000_000


def test_on_a_small_machine_language_stands_alone() -> None:
    assert set(memory.evictions(["speech", "reading"], "language", SMALL)) == {"speech", "reading"}
    assert memory.evictions(["language"], "speech", SMALL) == ("language",)


def test_speech_and_reading_stand_together() -> None:
    assert memory.evictions(["speech"], "reading", SMALL) == ()
    assert memory.evictions(["reading"], "speech", SMALL) == ()


def test_a_large_machine_keeps_all() -> None:
    assert memory.evictions(["speech", "reading"], "language", LARGE) == ()


def test_free_memory_is_no_more_than_all() -> None:
    assert 0 < memory.available_bytes() <= memory.total_bytes()


def test_what_fits_is_let_in() -> None:
    memory.require(1, "tiny")


def test_what_does_not_fit_is_refused_with_both_numbers() -> None:
    with pytest.raises(EngineError) as caught:
        memory.require(memory.total_bytes() * 2, "huge")
    assert caught.value.code == "engine.no_memory"
    assert caught.value.details["needed_gb"] > caught.value.details["free_gb"]
