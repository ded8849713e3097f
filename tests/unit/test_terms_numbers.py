"""Spoken numbers: dropped units, neighbours, two numbers without a pause, digits one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.terms.numbers import DIGITS, NUMERALS, Spoken, read_run

_DIGIT = "零一二三四五六七八九"


def said(run: str) -> str:
    return " ".join(str(number) for number in read_run(run))


def spell(value: int) -> str:
    """Return a number from 1 to 9999 with every unit spoken."""
    text, pause = "", False
    for unit, char in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += ("零" if pause and text else "") + _DIGIT[digit] + char
            pause = False
        else:
            pause = True
    return text.removeprefix("一") if text.startswith("一十") else text


@pytest.mark.parametrize(
    ("run", "value"),
    [
        ("零", "0"),
        ("九", "9"),
        ("两", "2"),
        ("十", "10"),
        ("十六", "16"),
        ("二十", "20"),
        ("八十三", "83"),
        ("一百", "100"),
        ("一百零七", "107"),
        ("一百一十二", "112"),
        ("两千零五十", "2050"),
        ("三万", "30000"),
        ("十万", "100000"),
    ],
)
def test_whole_numbers(run: str, value: str) -> None:
    assert said(run) == value


@pytest.mark.parametrize(
    ("run", "value"),
    [("一百四", "140"), ("两百六", "260"), ("一千二", "1200"), ("三千八", "3800"), ("一万六", "16000")],
)
def test_a_dropped_last_unit(run: str, value: str) -> None:
    assert said(run) == value


@pytest.mark.parametrize(
    ("run", "low", "high"),
    [
        ("七八", 7, 8),
        ("两三", 2, 3),
        ("三五", 3, 5),
        ("四五十", 40, 50),
        ("三四百", 300, 400),
        ("二十五六", 25, 26),
        ("一百四五十", 140, 150),
        ("一百二三", 120, 130),
    ],
)
def test_neighbours_are_a_range(run: str, low: int, high: int) -> None:
    assert read_run(run) == [Spoken(low, high)]


@pytest.mark.parametrize(
    ("run", "value"),
    [
        ("一百三八十五", "130 85"),
        ("一百六一百", "160 100"),
        ("一百二十八七十六", "128 76"),
        ("一百一七十", "110 70"),
    ],
)
def test_two_numbers_without_a_pause(run: str, value: str) -> None:
    assert said(run) == value


@pytest.mark.parametrize(("run", "value"), [("一二零", "120"), ("幺三九", "139"), ("九八", "98")])
def test_digits_one_by_one(run: str, value: str) -> None:
    assert said(run) == value


@given(st.integers(min_value=1, max_value=9999))
def test_every_fully_spoken_number_is_read_back(value: int) -> None:
    spoken = spell(value)
    assert said(spoken) == str(value)


@given(st.text(alphabet=NUMERALS, min_size=1, max_size=12))
def test_any_run_of_numerals_is_read(run: str) -> None:
    numbers = read_run(run)
    assert numbers
    assert all(number.high is None or number.high > number.low for number in numbers)


@given(st.text(alphabet="".join(DIGITS), min_size=3, max_size=10))
def test_a_run_of_digits_is_one_number(run: str) -> None:
    assert read_run(run) == [Spoken(int("".join(str(DIGITS[char]) for char in run)))]
