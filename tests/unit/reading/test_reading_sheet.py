from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheet_boxes import HEAD, TOP, page, text_box

from desktop_app.core.messages import LANGUAGES, Catalogue
from desktop_app.core.records.people import Age, Sex
from desktop_app.core.records.sheets import Flag, LabResult, Page, TextBox
from desktop_app.reading import REMARKS, Reason, read_sheet

ROWS = (
    ("1", "白细胞计数", "11.62", "↑", "10^9/L", "3.5-9.5"),
    ("2", "血红蛋白", "98", "↓", "g/L", "115-150"),
    ("3", "红细胞压积", "31.5", "↓", "%", "35-45"),
    ("4", "血小板计数", "286", "", "10^9/L", "125-350"),
    ("5", "C反应蛋白", "32.60", "↑", "mg/L", "0-10"),
)


def only(*cells: str, sex: Sex = Sex.UNKNOWN, confidence: float = 0.99) -> LabResult:
    """Return the first of a row and two ordinary ones."""
    sheet = read_sheet(page([cells, *ROWS[2:4]], confidence=confidence), sex)
    return sheet.rows[0]


@pytest.mark.parametrize("tilt", [0.0, 3.0, -5.0])
def test_a_plain_sheet_is_accepted_whole(tilt: float) -> None:
    sheet = read_sheet(page(ROWS, tilt=tilt))
    assert sheet.kind == "lab"
    assert (sheet.patient_name, sheet.patient_sex, sheet.patient_age, sheet.date) == (
        "王桂芳", "女", "46岁", "2026-03-02",
    )  # fmt: skip
    assert [(row.analyte, row.value, row.unit, row.low, row.high, row.flag.value) for row in sheet.rows] == [
        ("white_blood_cell", 11.62, "10*9/L", 3.5, 9.5, "high"),
        ("hemoglobin", 98.0, "g/L", 115.0, 150.0, "low"),
        ("hematocrit", 31.5, "%", 35.0, 45.0, "low"),
        ("platelet", 286.0, "10*9/L", 125.0, 350.0, "normal"),
        ("c_reactive_protein", 32.6, "mg/L", 0.0, 10.0, "high"),
    ]
    assert [row.review for row in sheet.rows] == [False] * 5
    assert [row.row for row in sheet.rows] == [1, 2, 3, 4, 5]
    assert all(len(row.box) == 4 and row.confidence == 0.99 for row in sheet.rows)
    hemoglobin = sheet.rows[1]
    assert (hemoglobin.loinc, hemoglobin.range_from, hemoglobin.flag_printed) == ("718-7", "sheet", "low")


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        ("98", "↑"),  # the arrow turned over
        ("86", "↑"),  # the cell read upside down, as the engine's line classifier once did
        ("126", "↓"),  # normal, marked low
        ("98", ""),  # low, unmarked on a sheet that marks
        ("151", "L"),
        ("126", "*"),
    ],
)
def test_a_mark_that_contradicts_the_value_is_never_accepted(value: str, mark: str) -> None:
    row = only("1", "血红蛋白", value, mark, "g/L", "115-150")
    assert row.review
    assert Reason.FLAG_DISAGREES in row.reasons


def test_upside_down_cell_with_its_arrow_is_caught() -> None:
    row = only("1", "血红蛋白", "↑86", "", "g/L", "115-150")
    assert row.review
    assert Reason.FLAG_DISAGREES in row.reasons


@pytest.mark.parametrize(
    ("name", "value", "unit", "limits"),
    [
        ("钾", "42", "mmol/L", "3.5-5.5"),
        ("钾", "42", "mmol/L", "3-6"),
        ("白细胞计数", "620", "10^9/L", "3.5-9.5"),
        ("葡萄糖", "52", "mmol/L", "3.9-6.1"),
        ("血红蛋白", "1260", "g/L", "115-150"),
        ("白细胞计数", "062", "10^9/L", "3.5-9.5"),
        ("尿酸", "31", "umol/L", "155-357"),
    ],
)
def test_a_lost_point_is_caught_without_marks(name: str, value: str, unit: str, limits: str) -> None:
    head = ("序号", "检验项目", "结果", "", "单位", "参考区间")
    rows = [("1", name, value, "", unit, limits), ("2", "钠", "140.0", "", "mmol/L", "137-147")]
    sheet = read_sheet(page(rows, head=head, top=("标本：血清",)))
    assert sheet.rows[0].review, sheet.rows[0]
    assert set(sheet.rows[0].reasons) & {Reason.DIGITS_SUSPECT, Reason.VALUE_IMPLAUSIBLE}
    assert not sheet.rows[1].review


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (("1", "血红蛋白", "126", "", "mmol/mol", "115-150"), Reason.UNIT_IMPLAUSIBLE),
        (("1", "血红蛋白", "126", "", "", ""), Reason.UNIT_MISSING),
        (("1", "血红蛋白", "126", "", "克口", "115-150"), Reason.UNIT_UNREADABLE),
        (("1", "血红蛋白", "126", "", "g/L", "150-115"), Reason.RANGE_UNREADABLE),
        (("1", "血红蛋白", "126", "", "g/L", "11.5-15.0"), Reason.RANGE_IMPLAUSIBLE),
        (("1", "血红蛋白", "", "", "g/L", "115-150"), Reason.VALUE_UNREADABLE),
        (("1", "某某新指标", "1.26", "", "g/L", "1.15-1.50"), Reason.ANALYTE_UNKNOWN),
        (("1", "戊型肝炎抗体", "阴性", "", "", "阴性"), Reason.NAME_GUESSED),
        (("1", "血红蛋白(HCT)", "126", "", "g/L", "115-150"), Reason.NAME_CONFLICT),
        (("1", "血红蛋白", "12O", "", "g/L", "115-150"), Reason.DIGITS_SUSPECT),
    ],
)
def test_each_doubt_has_its_reason(cells: tuple[str, ...], reason: Reason) -> None:
    row = only(*cells)
    assert row.review
    assert reason in row.reasons


def test_a_hazy_value_is_for_review() -> None:
    assert Reason.LOW_CONFIDENCE in only(*ROWS[1], confidence=0.6).reasons


def test_own_factor_scales_value_and_range() -> None:
    row = only("1", "血红蛋白", "9.8", "↓", "g/dL", "11.5-15.0")
    assert (row.value, row.unit, row.low, row.high, row.flag) == (98.0, "g/L", 115.0, 150.0, Flag.LOW)
    assert row.reasons == ("scaled",)
    assert not row.review
    assert (row.value_raw, row.unit_raw) == ("9.8", "g/dL")


def test_a_missing_unit_is_assumed_only_where_the_range_tells() -> None:
    row = only("1", "血红蛋白", "126", "", "", "115-150")
    assert (row.unit, row.reasons, row.review) == ("g/L", ("unit_assumed",), False)
    foreign = only("1", "葡萄糖", "90", "", "", "70-110")  # mg/dL
    assert foreign.review
    assert Reason.UNIT_MISSING in foreign.reasons


@pytest.mark.parametrize(("sex", "low"), [(Sex.MALE, 130.0), (Sex.FEMALE, 115.0)])
def test_the_tables_range_is_the_patients(sex: Sex, low: float) -> None:
    rows = [("1", "血红蛋白", "126", "", "g/L", ""), *ROWS[3:]]
    row = read_sheet(page(rows, top=("标本：全血",)), sex, Age(46, "y")).rows[0]
    assert (row.low, row.range_from) == (low, "table")
    unknown = read_sheet(page(rows, top=("标本：全血",))).rows[0]
    assert (unknown.low, unknown.range_from, unknown.flag) == (None, None, Flag.UNKNOWN)


def test_the_sheets_range_wins_over_the_table() -> None:
    row = only("1", "血红蛋白", "118", "", "g/L", "120-160")
    assert (row.low, row.range_from, row.flag) == (120.0, "sheet", Flag.LOW)


def test_a_pair_of_ranges_takes_the_patients_sex() -> None:
    pair = ("1", "血红蛋白", "126", "", "g/L", "男130-175 女115-150")
    assert only(*pair).flag is Flag.NORMAL  # the sheet says 女
    conflict = only(*pair, sex=Sex.MALE)
    assert Reason.PATIENT_DISAGREES in conflict.reasons
    sheet = read_sheet(page([pair, *ROWS[2:4]], top=("标本：全血",)))
    assert Reason.RANGE_NEEDS_SEX in sheet.rows[0].reasons


def test_the_second_line_of_a_pair_belongs_to_its_row() -> None:
    rows = [("1", "血红蛋白", "126", "", "g/L", "男130-175"), ("", "", "", "", "", "女115-150"), *ROWS[2:4]]
    sheet = read_sheet(page(rows))
    assert [row.analyte for row in sheet.rows] == ["hemoglobin", "hematocrit", "platelet"]
    assert (sheet.rows[0].low, sheet.rows[0].high, sheet.rows[0].review) == (115.0, 150.0, False)


@pytest.mark.parametrize(
    "cells",
    [
        ("1", "血红蛋白(HGB)", "98↓", "", "g/L", "115-150"),
        ("1 血红蛋白", "", "98 ↓ g/L", "", "", "115-150"),
        ("1", "HGB血红蛋白", "98↓", "", "g/L 115-150", ""),
        ("", "1 HGB 血红蛋白", "98 ↓", "", "g/L115~150", ""),
        ("", "★血红蛋白", "↓98", "", "g/L", "115～150"),
    ],
)
def test_merged_cells_are_taken_apart(cells: tuple[str, ...]) -> None:
    row = only(*cells)
    assert (row.analyte, row.value, row.unit, row.low, row.high) == ("hemoglobin", 98.0, "g/L", 115.0, 150.0)
    assert (row.flag_printed, row.review) == ("low", False)


def test_digits_that_ran_together_are_not_guessed() -> None:
    row = only("1", "红细胞计数", "3.923.8-5.1", "", "10^12/L", "")
    assert row.review
    assert row.value is None


def test_two_columns_of_results() -> None:
    head = ("检验项目", "结果", "参考区间", "单位") * 2
    columns = (40.0, 300.0, 420.0, 540.0, 700.0, 960.0, 1080.0, 1200.0)
    rows = [
        ("白细胞计数", "5.62", "3.5-9.5", "10^9/L", "血红蛋白", "126", "115-150", "g/L"),
        ("红细胞计数", "4.12", "3.8-5.1", "10^12/L", "血小板计数", "286", "125-350", "10^9/L"),
        ("C反应蛋白", "3.20", "0-10", "mg/L"),
    ]
    sheet = read_sheet(page(rows, head=head, columns=columns))
    assert {row.analyte for row in sheet.rows if not row.review} == {
        "white_blood_cell", "red_blood_cell", "c_reactive_protein", "hemoglobin", "platelet",
    }  # fmt: skip
    assert len(sheet.rows) == 5


def test_without_a_heading_the_rows_explain_themselves() -> None:
    sheet = read_sheet(page(ROWS, head=("",) * 6))
    assert [row.value for row in sheet.rows] == [11.62, 98.0, 31.5, 286.0, 32.6]
    assert not any(row.review for row in sheet.rows)


def test_last_times_result_is_not_this_times() -> None:
    head = ("检验项目", "结果", "上次结果", "单位", "参考区间")
    columns = (40.0, 300.0, 440.0, 600.0, 760.0)
    rows = [
        ("血红蛋白", "126", "98", "g/L", "115-150"),
        ("血小板计数", "286", "120", "10^9/L", "125-350"),
        ("白细胞计数", "", "5.10", "10^9/L", "3.5-9.5"),
    ]
    sheet = read_sheet(page(rows, head=head, columns=columns))
    assert [row.value for row in sheet.rows[:2]] == [126.0, 286.0]
    assert sheet.rows[2].value is None
    assert sheet.rows[2].review


def test_one_name_in_blood_and_urine() -> None:
    head, columns = ("检验项目", "结果", "参考区间", "单位"), (40.0, 300.0, 440.0, 600.0)
    urine = [("葡萄糖", "阴性", "阴性", ""), ("尿蛋白", "2+", "阴性", ""), ("白细胞", "12", "0-5", "/HP")]
    sheet = read_sheet(page(urine, head=head, columns=columns, top=("标本：尿液",)))
    assert [(row.analyte, row.value, row.flag.value) for row in sheet.rows] == [
        ("urine_glucose", "阴性", "normal"),
        ("urine_protein", "2+", "abnormal"),
        ("urine_wbc_hpf", 12.0, "high"),
    ]  # fmt: skip
    blood = [("葡萄糖", "5.10", "3.9-6.1", "mmol/L"), ("白细胞", "5.62", "3.5-9.5", "10^9/L")]
    sheet = read_sheet(page(blood, head=head, columns=columns, top=("标本：血清",)))
    assert [row.analyte for row in sheet.rows] == ["glucose", "white_blood_cell"]


def test_a_lone_expectation_is_not_taken_for_the_result() -> None:
    """A faint `-` in the result column goes unseen; the 阴性 beside it is what is expected."""
    head, columns = ("检验项目", "结果", "参考区间"), (40.0, 300.0, 440.0)
    rows = [
        ("尿糖", "", "阴性"),
        ("尿蛋白", "阴性", "阴性"),
        ("尿酮体", "1+", "阴性"),
        ("尿胆红素", "阴性", "阴性"),
    ]
    sheet = read_sheet(page(rows, head=head, columns=columns, top=("标本：尿液",)))
    assert sheet.rows[0].value is None
    assert Reason.VALUE_UNREADABLE in sheet.rows[0].reasons


def test_a_row_whose_name_got_lost_stays_visible() -> None:
    sheet = read_sheet(page([("1", "", "98", "↓", "g/L", "115-150"), *ROWS[2:4]]))
    assert sheet.rows[0].analyte is None
    assert sheet.rows[0].review


def test_a_name_that_ran_over_its_value_stays_visible() -> None:
    head, columns = ("检验项目", "结果", "单位", "参考范围"), (40.0, 300.0, 400.0, 560.0)
    rows = [
        ("低密度脂蛋白胆固醇(LDL73)", "", "mmol/L", "<3.4"),
        ("钠(Na)", "144.2", "mmol/L", "137-147"),
        ("钙(Ca)", "2.39", "mmol/L", "2.11-2.52"),
    ]
    sheet = read_sheet(page(rows, head=head, columns=columns, top=("标本：血清",)))
    assert [(row.analyte, row.value, row.review) for row in sheet.rows] == [
        ("ldl_cholesterol", None, True),
        ("sodium", 144.2, False),
        ("calcium", 2.39, False),
    ]


def test_one_analyte_with_two_values_is_for_review() -> None:
    twice = ("9", "血红蛋白", "126", "", "g/L", "115-150")
    sheet = read_sheet(page([*ROWS, twice]))
    assert [row.row for row in sheet.rows if Reason.DUPLICATE in row.reasons] == [2, 6]


def test_a_letter_is_text() -> None:
    lines = ("关于举办秋季健康讲座的通知", "时间：2026年3月2日", "血红蛋白等项目免费检查", "欢迎参加")
    boxes = tuple(text_box(60, 60 + 50 * index, line) for index, line in enumerate(lines))
    sheet = read_sheet(Page(image="a.png", sha256="", width=800, height=600, boxes=boxes))
    assert (sheet.kind, sheet.rows, len(sheet.text)) == ("text", (), 4)


def test_the_kind_can_be_said() -> None:
    assert read_sheet(page(ROWS), kind="text").rows == ()
    assert read_sheet(page(()), kind="lab").kind == "lab"
    assert read_sheet(page(())).kind == "text"


def test_every_reason_has_its_sentence() -> None:
    for language in LANGUAGES:
        messages = Catalogue(language)
        assert {f"read.reason.{reason.value}" for reason in Reason} <= messages.keys


NUMBERS = st.floats(-50, 3000, allow_nan=False) | st.sampled_from([float("nan"), float("inf"), -1e300, 0.0])
POINTS = st.tuples(NUMBERS, NUMBERS)
CORNERS = st.tuples(POINTS, POINTS, POINTS, POINTS) | st.lists(POINTS, max_size=3).map(tuple)
WORDS = st.sampled_from(
    [
        *HEAD,
        *TOP,
        *(cell for row in ROWS for cell in row),
        "男130-175",
        "阴性",
        "-",
        "98↓115-150",
        "3.923.8-5.1",
    ]
) | st.text(max_size=12)
BOXES = st.builds(TextBox, text=WORDS, confidence=st.floats(0, 1), box=CORNERS)


@settings(max_examples=150, deadline=None)
@given(st.lists(BOXES, max_size=25), st.sampled_from(list(Sex)))
def test_no_boxes_break_the_reader(boxes: list[TextBox], sex: Sex) -> None:
    sheet = read_sheet(Page(image="", sha256="", width=800, height=600, boxes=tuple(boxes)), sex)
    for row in sheet.rows:
        assert row.review == any(Reason(reason) not in REMARKS for reason in row.reasons)
        assert row.review or (row.analyte is not None and row.value is not None)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(len(page(ROWS).boxes))), st.integers(-4, 4))
def test_the_order_of_boxes_does_not_matter(order: list[int], tilt: int) -> None:
    whole = page(ROWS, tilt=float(tilt))
    shuffled = dataclasses.replace(whole, boxes=tuple(whole.boxes[index] for index in order))
    assert read_sheet(shuffled).rows == read_sheet(whole).rows
