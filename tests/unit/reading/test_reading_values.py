from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.records.people import Sex
from desktop_app.core.records.sheets import Flag
from desktop_app.reading.values import flag_of, range_of, split_mark, value_of
from desktop_app.terms.lab_units import canonical, for_item, plain
from desktop_app.terms.labs import shipped_labs

TEXTS = st.text(alphabet="0123456789.,-~+<>≤≥↑↓HL*()[]:^×xe/ %阴阳性男女偏高低abglmouUOoIl¹²⁹μ", max_size=24)


@pytest.mark.parametrize(
    ("printed", "number", "mark"),
    [
        ("98↓", 98.0, "low"),
        ("98 ↓", 98.0, "low"),
        ("↓98", 98.0, "low"),
        ("11.62", 11.62, None),
        ("11.62 H", 11.62, "high"),
        ("11.62L", 11.62, "low"),
        ("*3.2", 3.2, "abnormal"),
        ("5.1偏高", 5.1, "high"),
        ("1,234", 1234.0, None),
        ("2.5×10^3", 2500.0, None),
        ("-2.5", -2.5, None),
    ],
)
def test_numbers_and_their_marks(printed: str, number: float, mark: str | None) -> None:
    value = value_of(printed)
    assert (value.number, value.mark, value.suspect) == (number, mark, False)


@pytest.mark.parametrize(
    ("printed", "word"),
    [
        ("阴性", "阴性"),
        ("阴性(-)", "阴性"),
        ("-", "阴性"),
        ("Negative", "阴性"),
        ("阳性(+)", "阳性"),
        ("+", "1+"),
        ("1+", "1+"),
        ("++", "2+"),
        ("+-", "+-"),
        ("±", "+-"),
        ("<1.005", "<1.005"),
        ("＜0.5", "<0.5"),
        ("3-5", "3-5"),
        ("淡黄色", "淡黄色"),
        (">1000", ">1000"),
    ],
)
def test_words(printed: str, word: str) -> None:
    value = value_of(plain(printed))
    assert (value.word, value.number) == (word, None)


@pytest.mark.parametrize("printed", ["9O", "l2.5", "4,2", "042", "3。5", "1 2"])
def test_doubtful_digits_are_never_quietly_right(printed: str) -> None:
    value = value_of(printed)
    assert value.suspect or value.empty


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("115-150", 115, 150),
        ("3.5~9.5", 3.5, 9.5),
        ("3.5～9.5", 3.5, 9.5),
        ("0.4--8.0", 0.4, 8.0),
        ("115—150", 115, 150),
        ("<5.0", None, 5.0),
        ("≤5.2", None, 5.2),
        ("0-5", 0, 5),
        (">1.0", 1.0, None),
        ("(3.5-5.5)", 3.5, 5.5),
        ("-3-3", -3, 3),
    ],
)
def test_ranges(printed: str, low: float | None, high: float | None) -> None:
    found = range_of(plain(printed), Sex.UNKNOWN)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("printed", ["150-115", "115150", "3.5", "参考", "--", "3.5-"])
def test_what_is_no_range(printed: str) -> None:
    assert range_of(printed, Sex.UNKNOWN) is None


@pytest.mark.parametrize("printed", ["男130-175 女115-150", "男:130-175;女:115-150", "M 130-175 F 115-150"])
def test_a_pair_is_chosen_by_sex(printed: str) -> None:
    female, male, unknown = (range_of(printed, sex) for sex in (Sex.FEMALE, Sex.MALE, Sex.UNKNOWN))
    assert female is not None
    assert male is not None
    assert unknown is not None
    assert (female.low, female.high, male.low, male.high) == (115, 150, 130, 175)
    assert unknown.needs_sex
    assert (unknown.low, unknown.high) == (None, None)


@pytest.mark.parametrize(
    ("printed", "low", "high", "flag"),
    [
        ("98", 115, 150, Flag.LOW),
        ("151", 115, 150, Flag.HIGH),
        ("115", 115, 150, Flag.NORMAL),
        ("<0.5", 0, 10, Flag.NORMAL),
        ("<1.005", 1.003, 1.03, Flag.UNKNOWN),
        (">1000", None, 400, Flag.HIGH),
        ("3-5", 0, 5, Flag.NORMAL),
        ("8-10", 0, 5, Flag.HIGH),
        ("4-8", 0, 5, Flag.UNKNOWN),
        ("5", None, None, Flag.UNKNOWN),
    ],
)
def test_flags(printed: str, low: float | None, high: float | None, flag: Flag) -> None:
    assert flag_of(value_of(printed), low, high) is flag


@pytest.mark.parametrize(
    ("printed", "ucum"),
    [
        ("10^9/L", "10*9/L"),
        ("×10⁹/L", "10*9/L"),
        ("10*9/L", "10*9/L"),
        ("G/L", "10*9/L"),
        ("10E9/L", "10*9/L"),
        ("109/L", "10*9/L"),
        ("x10^12/L", "10*12/L"),
        ("T/L", "10*12/L"),
        ("g/L", "g/L"),
        ("μmol/L", "umol/L"),
        ("umol/L", "umol/L"),
        ("umo1/L", "umol/L"),
        ("IU/L", "[IU]/L"),
        ("U/L", "U/L"),
        ("mm/h", "mm/h"),
        ("％", "%"),
        ("mIU/mL", "m[IU]/mL"),
        ("/HP", "/[HPF]"),
        ("个/μL", "/uL"),
        ("ng/ml", "ng/mL"),
        ("fL", "fL"),
        ("秒", "s"),
    ],
)
def test_units_are_canonical(printed: str, ucum: str) -> None:
    assert canonical(printed) == ucum


def test_only_the_analyte_settles_gram_and_giga() -> None:
    assert (canonical("g/L"), canonical("G/L")) == ("g/L", "10*9/L")
    assert for_item("g/L", "10*9/L") == "10*9/L"
    assert for_item("G/L", "g/L") == "g/L"
    assert for_item("mg/L", "g/L") == "mg/L"


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("血红蛋白", "hemoglobin"),
        ("HGB", "hemoglobin"),
        ("Hb", "hemoglobin"),
        ("血红蛋白(HGB)", "hemoglobin"),
        ("血江蛋白", "hemoglobin"),
        ("红细胞压积", "hematocrit"),
        ("HCT", "hematocrit"),
        ("K+", "potassium"),
        ("总胆红索", "total_bilirubin"),
    ],
)
def test_names(printed: str, code: str) -> None:
    match = shipped_labs().match(printed)
    assert (match.codes, match.sure) == ((code,), True)


@pytest.mark.parametrize("printed", ["免疫球蛋白G", "天", "项目", "", "载脂蛋白E", "大血小板计数计数"])
def test_unknown_names_stay_unknown(printed: str) -> None:
    assert shipped_labs().match(printed).codes == ()


def test_a_near_name_is_only_a_guess() -> None:
    """One character away from a known name lies another disease."""
    assert not shipped_labs().match("戊型肝炎抗体").sure


@given(TEXTS)
def test_no_text_breaks_the_parsers(text: str) -> None:
    value = value_of(plain(text))
    assert value.number is None or value.word is None
    for sex in Sex:
        found = range_of(plain(text), sex)
        assert found is None or found.low is None or found.high is None or found.low <= found.high
    bare, _ = split_mark(text)
    assert len(bare) <= len(text)
    assert canonical(text) is None or canonical(text) != ""


@given(st.decimals(min_value=0, max_value=9999, places=2), st.sampled_from(["", " "]), st.sampled_from("↑↓"))
def test_a_mark_never_changes_the_number(number: object, blank: str, mark: str) -> None:
    assert (
        value_of(f"{number}{blank}{mark}").number == value_of(f"{mark}{number}").number == float(str(number))
    )
