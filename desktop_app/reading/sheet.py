"""A page's boxes to a lab sheet: header, rows, checks between rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from desktop_app.core.records.people import Age, Sex
from desktop_app.core.records.sheets import LabResult, LabSheet, Page
from desktop_app.reading.columns import Heading, Record, heading_of, records_of
from desktop_app.reading.geometry import Row, cells_of, rows_of
from desktop_app.reading.header import SheetHeader, header_of
from desktop_app.reading.judging import Circumstances, judge
from desktop_app.reading.reasons import Reason
from desktop_app.reading.roles import Role
from desktop_app.reading.values import range_of, split_mark
from desktop_app.terms.labs import LabTable, shipped_labs

LEAST_ROWS = 2  # known analytes with values that make a page a lab sheet
_AROUND = re.compile(
    r"姓\s*名|性\s*别|年\s*龄|科\s*别|门诊号|住院号|样本号|标本|送检|检验者|检验医?师|审核|报告时间|报告日期|采样|打印|备\s*注|注:|本报告|"
    r"仅对|声明|地\s*址|电\s*话|医院|报告单|诊\s*断|床\s*号|条码|仪器型号|第\s*\d+\s*页"
)


def read_sheet(
    page: Page,
    sex: Sex = Sex.UNKNOWN,
    age: Age | None = None,
    *,
    kind: str = "auto",
    labs: LabTable | None = None,
) -> LabSheet:
    """Read a page as a lab sheet; a page that is none comes back as `text`.

    Args:
        page: what an engine read.
        sex: the patient's; unknown takes the sheet's own.
        age: likewise.
        kind: `lab` or `text` where somebody knows; `auto` decides.
        labs: the laboratory tables; those that ship by default.

    Returns:
        The sheet. Every row that isn't beyond doubt has `review` and its `reasons` (`reading.reasons`).
    """
    labs = labs or shipped_labs()
    rows = rows_of(cells_of(page.boxes))
    lines = tuple(" ".join(cell.text for cell in row) for row in rows)
    sheet = LabSheet(
        image=page.image,
        sha256=page.sha256,
        kind="text",
        rotated=page.rotated,
        perspective=page.perspective,
        text=lines,
    )
    if kind == "text":
        return sheet
    heading = heading_of(rows)
    header = header_of(lines, "\n".join(lines[: max(heading.row if heading else 0, 6)]))
    results = _results(rows, heading, header, (sex, age), labs)
    if kind == "auto" and not _is_lab_sheet(results, heading):
        return sheet
    return replace(
        sheet,
        kind="lab",
        patient_name=header.name,
        patient_sex=header.sex,
        patient_age=header.age,
        date=header.date,
        rows=_numbered(_without_duplicates(results)),
    )


def _results(
    rows: Sequence[Row],
    heading: Heading | None,
    header: SheetHeader,
    patient: tuple[Sex, Age | None],
    labs: LabTable,
) -> list[LabResult]:
    body = [row for row in rows[heading.row + 1 if heading else 0 :] if not _belongs_around(row)]
    records = _with_split_ranges(records_of(body, heading, labs))
    marked = bool(heading and heading.has_marks) or any(_has_mark(record) for record in records)
    around = _circumstances(header, *patient, marked)
    in_table = heading is not None
    results = [judge(record, 0, around, labs) for record in records if _is_result(record, in_table)]
    return [result for result in results if _worth_keeping(result, in_table)]


def _is_lab_sheet(results: Sequence[LabResult], heading: Heading | None) -> bool:
    known = [result for result in results if result.analyte is not None]
    measured = [result for result in known if result.value is not None]
    whole = any(result.unit_raw and result.range_from == "sheet" for result in measured)
    return len(measured) >= LEAST_ROWS or whole or (heading is not None and bool(known))


def _belongs_around(row: Row) -> bool:
    """Tell whether a row is part of header or footer."""
    return bool(_AROUND.search(" ".join(cell.text for cell in row)))


def _circumstances(header: SheetHeader, sex: Sex, age: Age | None, marks: bool) -> Circumstances:
    printed = header.sex_code
    return Circumstances(
        sex=printed if sex is Sex.UNKNOWN else sex,
        age=age or header.age_value,
        specimen=header.specimen,
        marks=marks,
        sex_differs=Sex.UNKNOWN not in (sex, printed) and sex is not printed,
    )


def _has_mark(record: Record) -> bool:
    return Role.MARK in record.cells or split_mark(record.text(Role.VALUE))[1] is not None


def _with_split_ranges(rows: Sequence[Sequence[Record]]) -> list[Record]:
    """Join a range's second line (女 115-150 under 男 130-175) to its row; return all records."""
    records: list[Record] = []
    last: dict[int, Record] = {}
    for row in rows:
        for record in row:
            owner = last.get(record.side)
            if owner is not None and _continues_range(record, owner):
                for cell in record.cells[Role.RANGE]:
                    owner.put(Role.RANGE, cell)
                continue
            records.append(record)
            last[record.side] = record
    return records


def _continues_range(record: Record, owner: Record) -> bool:
    if set(record.cells) != {Role.RANGE}:
        return False
    found = range_of(record.text(Role.RANGE), Sex.UNKNOWN)
    above = range_of(owner.text(Role.RANGE), Sex.UNKNOWN) if Role.RANGE in owner.cells else None
    return found is not None and found.sexed and (above is None or above.sexed)


def _is_result(record: Record, in_table: bool) -> bool:
    measured = bool(record.cells.keys() & {Role.VALUE, Role.RANGE, Role.UNIT})
    if Role.NAME in record.cells:
        return measured or in_table
    return in_table and Role.VALUE in record.cells and bool(record.cells.keys() & {Role.RANGE, Role.UNIT})


def _worth_keeping(result: LabResult, in_table: bool) -> bool:
    """Keep what is, or might be, a result: no row of a table vanishes, no sentence becomes one."""
    if result.analyte is not None:
        return result.value is not None or bool(result.unit_raw) or result.range_from == "sheet" or in_table
    if result.value is None or result.confidence < 0.3:
        return result.range_from == "sheet" and (in_table or bool(result.name_raw))
    return bool(result.unit) or result.range_from == "sheet"


def _without_duplicates(results: Sequence[LabResult]) -> list[LabResult]:
    """Mark rows that give one analyte different values."""
    values: dict[str, set[object]] = {}
    for result in results:
        if result.analyte:
            values.setdefault(result.analyte, set()).add(result.value)
    return [
        replace(result, review=True, reasons=(*result.reasons, Reason.DUPLICATE.value))
        if result.analyte and len(values[result.analyte]) > 1
        else result
        for result in results
    ]


def _numbered(results: Sequence[LabResult]) -> tuple[LabResult, ...]:
    return tuple(replace(result, row=number) for number, result in enumerate(results, 1))
