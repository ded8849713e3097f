"""The outpatient record on paper, A5 or A4, without Qt."""

from __future__ import annotations

import dataclasses
import logging
from datetime import UTC

from fpdf import FPDF

from desktop_app.core.errors import InputError
from desktop_app.core.records.visits import Visit
from desktop_app.export import content, marking, wording
from desktop_app.export.content import PrintedRecord
from desktop_app.export.layout import Layout
from desktop_app.export.pages import PAPERS, Book, Paper, Rule, Text
from desktop_app.export.typeface import FAMILY, font_file

# fontTools reports each table that it drops while fpdf2 makes the embedded subset.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)


def render(visit: Visit, *, audit_head: str | None, paper: str = "A5") -> tuple[bytes, str]:
    """Return the PDF and the characters that had to be replaced (`U+1F600 ×2、…`; empty for none).

    The same visit gives the same bytes. A signed record needs the audit chain's head, which is printed on it.

    Raises:
        InputError: `export.paper`, `export.audit_head`, `export.font_missing`, or the visit can't be
            exported.
    """
    if paper not in PAPERS:
        raise InputError("export.paper", paper=paper[:20])
    record = content.printed(visit, audit_head)
    draft = content.exportable(visit)
    if record.signed and not audit_head:
        raise InputError("export.audit_head")
    pdf = _document(visit, PAPERS[paper])
    layout = _fitted(record, PAPERS[paper], pdf)
    pdf.set_xmp_metadata(marking.xmp(visit, draft, audit_head, content.TITLE))
    _draw(pdf, layout.book)
    return bytes(pdf.output()), layout.fitter.listing()


def _fitted(record: PrintedRecord, paper: Paper, pdf: FPDF) -> Layout:
    """Lay out the record; set it a little tighter where that saves the page that only the signature is on."""

    def letter_width(letter: str, bold: bool) -> float:
        pdf.set_font(FAMILY, "B" if bold else "", 100)
        return float(pdf.get_string_width(letter)) / 100

    layouts = []
    for tightness in (1.0, 0.94, 0.88):
        layout = Layout(record, dataclasses.replace(paper, leading=paper.leading * tightness), letter_width)
        layout.compose()
        layouts.append(layout)
        if len(layout.book.pages) == 1 or len(layout.book.pages) > 4:
            break
    return min(layouts, key=lambda item: len(item.book.pages))


def _document(visit: Visit, paper: Paper) -> FPDF:
    pdf = FPDF(unit="mm", format=(paper.width, paper.height))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    for style, bold in (("", False), ("B", True)):
        pdf.add_font(FAMILY, style, str(font_file(bold=bold)))
    pdf.set_lang("zh-CN")
    pdf.set_title(content.TITLE)
    pdf.set_creator(marking.PROGRAM)
    pdf.set_keywords(marking.KEYWORDS)
    signature = visit.signature
    pdf.set_subject(content.FOOTER_SIGNED if signature else content.BANNER)
    pdf.set_author(wording.xml_safe(signature.signer) if signature else marking.PROGRAM)
    # The record's own time, not the clock's: a record exported twice is the same file twice.
    moment = signature.at if signature else visit.started
    pdf.set_creation_date(wording.aware(moment).astimezone(UTC))
    return pdf


def _draw(pdf: FPDF, book: Book) -> None:
    for page in book.pages:
        pdf.add_page()
        for mark in page:
            if isinstance(mark, Text):
                pdf.set_font(FAMILY, "B" if mark.bold else "", mark.size)
                pdf.set_text_color(*mark.color)
                pdf.text(mark.x, mark.y, mark.text)
            elif isinstance(mark, Rule):
                pdf.set_draw_color(*mark.color)
                pdf.set_line_width(mark.width)
                pdf.line(mark.x1, mark.y1, mark.x2, mark.y2)
            else:
                pdf.set_fill_color(*mark.fill)
                pdf.set_draw_color(*mark.outline)
                pdf.set_line_width(0.3)
                place = (mark.x, mark.y, mark.width, mark.height)
                pdf.rect(*place, style="DF", round_corners=True, corner_radius=1)
