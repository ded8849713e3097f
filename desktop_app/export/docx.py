"""The outpatient record as an editable DOCX."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from desktop_app.core.errors import InputError
from desktop_app.core.records.drafts import FieldKey
from desktop_app.core.records.visits import Visit
from desktop_app.export import content, marking, wording
from desktop_app.export.content import LabTable, PrintedRecord, Section
from desktop_app.export.pages import INK, MUTED, PAPERS, WARN, Color, Paper

LATIN_FONT = "Arial"
CHINESE_FONT = "微软雅黑"  # on every Windows; Linux substitutes its own Chinese sans
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_CUSTOM_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # user-defined properties, ECMA-376 part 1, 22.3
_CUSTOM_TYPE = (
    '<Override PartName="/docProps/custom.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>'
)
_CUSTOM_RELATION = (
    f'<Relationship Id="rIdMarks" Type="{_OFFICE}/relationships/custom-properties"'
    ' Target="docProps/custom.xml"/>'
)
COPY_NOTE = "本文件为可编辑副本，以签名版为准"


def render(visit: Visit, *, audit_head: str | None, paper: str = "A5") -> bytes:
    """Return the record as DOCX; the AI marks stand in its text and its core properties.

    Raises:
        InputError: `export.paper`, or the visit can't be exported.
    """
    if paper not in PAPERS:
        raise InputError("export.paper", paper=paper[:20])
    record = content.printed(visit, audit_head)
    document = Document()
    _page(document, PAPERS[paper])
    _header_footer(document, record)
    _head(document, record)
    for section in record.sections:
        _section(document, section)
        if section.key is FieldKey.AUXILIARY_EXAM:
            for table in record.tables:
                _lab_table(document, table)
    _signature(document, record)
    _properties(document, visit)
    buffer = io.BytesIO()
    document.save(buffer)
    marks = {"AIGC": marking.aigc(visit)} | {
        f"jiceng.{name}": value
        for name, value in marking.facts(visit, content.exportable(visit), audit_head).items()
    }
    return _marked(buffer.getvalue(), marks)


def _marked(data: bytes, marks: dict[str, str]) -> bytes:
    """Return the archive with the marks as custom properties, which python-docx doesn't write.

    All entries get one fixed time, so that the same record gives the same bytes.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {item.filename: old.read(item) for item in old.infolist()}
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            b"</Types>", _CUSTOM_TYPE.encode() + b"</Types>"
        )
        parts["_rels/.rels"] = parts["_rels/.rels"].replace(
            b"</Relationships>", _CUSTOM_RELATION.encode() + b"</Relationships>"
        )
        parts["docProps/custom.xml"] = _custom_properties(marks).encode()
        for name, content_bytes in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content_bytes)
    return out.getvalue()


def _custom_properties(marks: dict[str, str]) -> str:
    rows = "".join(
        f'<property fmtid="{_CUSTOM_FORMAT}" pid="{index}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for index, (name, value) in enumerate(marks.items(), 2)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
        f"{rows}</Properties>"
    )


def _page(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(paper.width), Mm(paper.height)
    section.left_margin = section.right_margin = Mm(paper.margin)
    section.top_margin = section.bottom_margin = Mm(paper.margin + 4)
    section.header_distance = section.footer_distance = Mm(paper.margin * 0.6)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = LATIN_FONT, Pt(paper.body)
    _east_asian(normal.element.get_or_add_rPr())
    normal.paragraph_format.space_after = Pt(3)
    normal.paragraph_format.line_spacing = 1.15


def _east_asian(properties: Any) -> None:
    """Name the fonts for Latin and Chinese letters: python-docx sets the Latin one only."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for kind, name in (("ascii", LATIN_FONT), ("hAnsi", LATIN_FONT), ("eastAsia", CHINESE_FONT)):
        fonts.set(qn(f"w:{kind}"), name)


def _run(
    paragraph: Any, text: str, *, bold: bool = False, color: Color = INK, size: float | None = None
) -> None:
    run = paragraph.add_run(wording.xml_safe(text))
    run.bold = bold
    run.font.color.rgb = RGBColor(*color)
    if size is not None:
        run.font.size = Pt(size)
    _east_asian(run._element.get_or_add_rPr())


def _header_footer(document: Any, record: PrintedRecord) -> None:
    section = document.sections[0]
    if not record.signed:
        banner = section.header.paragraphs[0]
        _run(banner, content.BANNER, bold=True, color=WARN)
        _run(banner, f"　{content.BANNER_NOTE}", color=WARN, size=7.5)
    footer = section.footer.paragraphs[0]
    mark = content.FOOTER_SIGNED if record.signed else content.BANNER
    _run(footer, f"{record.name}　门诊号 {record.number}　　{mark}　　第 ", color=MUTED, size=7.5)
    _page_field(footer, "PAGE")
    _run(footer, " / ", color=MUTED, size=7.5)
    _page_field(footer, "NUMPAGES")
    _run(footer, " 页", color=MUTED, size=7.5)


def _page_field(paragraph: Any, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = paragraph.add_run("1")
    run.font.size, run.font.color.rgb = Pt(7.5), RGBColor(*MUTED)
    field.append(run._element)
    paragraph._p.append(field)


def _head(document: Any, record: PrintedRecord) -> None:
    for text, size in ((record.organization, 14.0), ("门 诊 病 历", 11.0)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, text, bold=True, size=size)
    table = document.add_table(rows=0, cols=3)
    for start in range(0, len(record.identity), 3):
        cells = table.add_row().cells
        for cell, (label, value) in zip(cells, record.identity[start : start + 3], strict=False):
            _run(cell.paragraphs[0], f"{label}　", color=MUTED, size=8)
            _run(cell.paragraphs[0], value)
    if record.correction:
        _run(document.add_paragraph(), record.correction, color=MUTED, size=8)
    _line_above(document.add_paragraph())


def _line_above(paragraph: Any) -> None:
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "1C2420")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(borders)
    paragraph.paragraph_format.space_after = Pt(2)


def _section(document: Any, section: Section) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.widow_control = True
    _run(paragraph, f"{section.label}　", bold=True)
    paragraphs = section.paragraphs or (content.NO_CONTENT,)
    for index, text in enumerate(paragraphs):
        if index:
            paragraph = document.add_paragraph()
        _run(paragraph, text, color=MUTED if section.placeholder else INK)
    for item in section.unresolved:
        _run(document.add_paragraph(), f"待核对：{item}", color=WARN, size=8)


def _lab_table(document: Any, table: LabTable) -> None:
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    _run(title, table.title, color=MUTED, size=8)
    grid = document.add_table(rows=1, cols=4)
    grid.style = "Table Grid"
    for cell, name in zip(grid.rows[0].cells, ("项目", "结果", "单位", "参考区间"), strict=True):
        _run(cell.paragraphs[0], name, color=MUTED, size=8)
    _repeat_header(grid.rows[0])
    for row in table.rows:
        cells = grid.add_row().cells
        texts = (row.name, f"{row.value} {row.mark}".rstrip(), row.unit, row.reference)
        for index, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
            _run(cell.paragraphs[0], text, bold=row.out and index == 1)
    for note in table.notes:
        _run(document.add_paragraph(), note, color=MUTED, size=8)


def _repeat_header(row: Any) -> None:
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(header)


def _signature(document: Any, record: PrintedRecord) -> None:
    paragraph = document.add_paragraph()
    _line_above(paragraph)
    block = record.signature
    _run(paragraph, "医师　", color=MUTED, size=8)
    _run(paragraph, block.signer if block else "（未签名）")
    _run(paragraph, "　　　手写签名 ________________", color=MUTED, size=8)
    if block is None:
        _run(document.add_paragraph(), "尚未签名。签名后方可作为病历。", color=MUTED, size=8)
        return
    lines = [f"{content.SIGNATURE_NOTE}　　签名时间 {block.at}"]
    if block.countersigner:
        lines.append(f"复核医师 {block.countersigner}")
    head = f"　　审计链头 {block.audit_head}" if block.audit_head else ""
    lines += [f"内容摘要 {block.content_hash}{head}", COPY_NOTE]
    for line in lines:
        _run(document.add_paragraph(), line, color=MUTED, size=8)


def _properties(document: Any, visit: Visit) -> None:
    properties = document.core_properties
    signature = visit.signature
    moment = wording.aware(signature.at if signature else visit.started).astimezone(UTC).replace(tzinfo=None)
    mark = content.FOOTER_SIGNED if signature else content.BANNER
    properties.title = content.TITLE
    properties.author = wording.xml_safe(signature.signer)[:255] if signature else marking.PROGRAM
    properties.last_modified_by = marking.PROGRAM
    properties.subject = mark
    properties.keywords = marking.KEYWORDS
    properties.category = "AI生成"
    properties.comments = f"{mark}; {marking.KEYWORDS}"
    properties.language = "zh-CN"
    properties.created = properties.modified = moment
