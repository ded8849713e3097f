import io
import zipfile

import export_visit_builder as build
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from desktop_app.core.records.drafts import FieldKey, FieldState
from desktop_app.export import content, export_visit
from desktop_app.export.wording import xml_safe


def opened(signed: bool = False, **members: object):
    data = export_visit(build.visit(signed=signed, **members), "docx", audit_head=build.AUDIT_HEAD)
    return Document(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(data))


def words(document) -> str:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("signed", [False, True])
def test_it_says_what_the_record_says(signed: bool) -> None:
    document, _ = opened(signed)
    text = words(document)
    for field in build.draft().fields:
        assert field.text in text
    for word in ("石板乡中心卫生院", "张秀兰", "57岁", "12.60 ↑", "×10⁹/L", "未询问"):
        assert word in text


def test_marks_in_text_and_properties() -> None:
    document, archive = opened()
    section = document.sections[0]
    assert content.BANNER in section.header.paragraphs[0].text
    assert document.core_properties.subject == content.BANNER
    assert "AI-generated" in document.core_properties.keywords
    custom = archive.read("docProps/custom.xml").decode()
    assert 'name="AIGC"' in custom
    assert '"Label": "1"' in etree.fromstring(custom.encode()).xpath("string()")
    signed, archive = opened(signed=True)
    assert content.BANNER not in signed.sections[0].header.paragraphs[0].text
    assert content.FOOTER_SIGNED in signed.sections[0].footer.paragraphs[0].text
    assert content.SIGNATURE_NOTE in words(signed)
    assert f"审计链头 {content.printed_head(build.AUDIT_HEAD)}\n" in words(signed)
    assert build.AUDIT_HEAD in archive.read("docProps/custom.xml").decode()


def test_the_package_lists_its_custom_part() -> None:
    _, archive = opened()
    assert b"/docProps/custom.xml" in archive.read("[Content_Types].xml")
    assert b"docProps/custom.xml" in archive.read("_rels/.rels")
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(archive.read(name))


def test_every_run_names_a_chinese_font() -> None:
    document, _ = opened(signed=True)
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    assert len(runs) > 15
    for run in runs:
        assert run._element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia"))


def test_out_of_range_is_bold() -> None:
    document, _ = opened()
    rows = document.tables[1].rows[1:]
    assert [row.cells[1].paragraphs[0].runs[0].bold for row in rows] == [True, True, False, True, True]


@settings(max_examples=25, deadline=None)
@given(
    st.one_of(st.text(max_size=80), st.sampled_from(["\x00<&>]]>\x1b", "\ud800", "😀" * 10_000, "\u202eאב"]))
)
def test_any_text_gives_a_file_that_opens(text: str) -> None:
    changed = {FieldKey.PLAN: (FieldState.STATED, (text,))}
    data = export_visit(build.visit(changed), "docx", audit_head=None)
    shown = words(Document(io.BytesIO(data)))
    for line in text.splitlines():
        if line.strip():
            assert xml_safe(line.strip()) in shown
