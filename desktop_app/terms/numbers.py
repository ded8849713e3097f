"""Spoken Chinese numbers: reading one run of numeral characters as the numbers it stands for.

Colloquial habits that a plain parser misses: a dropped last unit (一百四 is 140, 一千二 is 1200), neighbours for
"about" (七八天 is 7 to 8, 一百四五十 is 140 to 150), two numbers without a pause (一百三八十五 is 130 and 85), digits
one by one (一二零 is 120).
"""

from __future__ import annotations

from dataclasses import dataclass

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
    "幺": 1,
}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
TENS = {"廿": "二十", "卅": "三十"}  # one character for two
NUMERALS = "".join(DIGITS) + "".join(UNITS) + "".join(TENS)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number as spoken: `low` alone, or from `low` to `high`."""

    low: int
    high: int | None = None

    def __str__(self) -> str:
        return str(self.low) if self.high is None else f"{self.low}~{self.high}"


def read_run(run: str) -> list[Spoken]:
    """Return the numbers that one run of numeral characters stands for, in order.

    Args:
        run: characters of `NUMERALS` only.
    """
    for one, two in TENS.items():
        run = run.replace(one, two)
    if not any(char in UNITS for char in run):
        return _digit_string(run)
    numbers: list[Spoken] = []
    position = 0
    while position < len(run):
        number, position = _read_one(run, position)
        numbers.append(number)
    return numbers


def _digit_string(run: str) -> list[Spoken]:
    values = [DIGITS[char] for char in run]
    if len(values) == 2 and values[0] > 0 and (values[1] == values[0] + 1 or values == [3, 5]):
        return [Spoken(values[0], values[1])]
    return [Spoken(int("".join(map(str, values))))]


def _read_one(run: str, position: int) -> tuple[Spoken, int]:
    """Read the longest well-formed number that starts at a position."""
    total, last_unit, skipped = 0, 0, False
    index = position
    while index < len(run):
        char = run[index]
        following = run[index + 1] if index + 1 < len(run) else ""
        if char in UNITS:
            if char == "十" and (last_unit == 0 or last_unit > 10) and index >= position:
                total, last_unit, index = total + 10, 10, index + 1
                continue
            if index == position:  # 百 or 千 alone is no number that anybody speaks
                return Spoken(UNITS[char]), index + 1
            if char == "万" and total:
                total, last_unit, index = total * 10000, 10000, index + 1
                continue
            break
        digit = DIGITS[char]
        if digit == 0:
            if index == position:
                return Spoken(0), index + 1
            skipped, index = True, index + 1
            continue
        if following in UNITS:
            unit = UNITS[following]
            if last_unit and unit >= last_unit:
                break  # 一百三 | 八十五
            total, last_unit, skipped, index = total + digit * unit, unit, False, index + 2
            continue
        return _read_tail(run, index, total, last_unit, skipped)
    return Spoken(total), index


def _read_tail(run: str, index: int, total: int, last_unit: int, skipped: bool) -> tuple[Spoken, int]:
    """Read a last digit without its unit, perhaps with its neighbour (四五 in 一百四五十)."""
    digit = DIGITS[run[index]]
    scale = 1 if skipped or last_unit in (0, 10) else last_unit // 10
    neighbour = DIGITS.get(run[index + 1]) if index + 1 < len(run) else None
    if neighbour == digit + 1:
        after = run[index + 2] if index + 2 < len(run) else ""
        unit = UNITS.get(after)
        if unit is None:
            return Spoken(total + digit * scale, total + neighbour * scale), index + 2
        if last_unit == 0 or unit * 10 == last_unit:
            return Spoken(total + digit * unit, total + neighbour * unit), index + 3
    return Spoken(total + digit * scale), index + 1
