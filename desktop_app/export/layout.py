"""Sets the words of a record on pages: heading, fields, lab tables, signature, footers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop_app.core.records.drafts import FieldKey
from desktop_app.export import content
from desktop_app.export.content import LabRow, LabTable, PrintedRecord, Section, SignatureBlock
from desktop_app.export.lines import break_lines
from desktop_app.export.pages import INK, LINE, MUTED, WARN, WARN_SOFT, Book, Fill, Paper, Rule, Text
from desktop_app.export.typeface import Fitter, characters

LetterWidth = Callable[[str, bool], float]  # a character, bold → millimetres at one point

_COLUMNS = (0.40, 0.20, 0.19, 0.21)  # item, result, unit, reference range: shares of a lab table's width
_POINT = 25.4 / 72


class Layout:
    """Sets a record's words on pages."""

    def __init__(self, record: PrintedRecord, paper: Paper, letter_width: LetterWidth) -> None:
        self.record, self.paper, self._letter_width = record, paper, letter_width
        self.fitter = Fitter()
        self.book = Book(paper, self._opening)
        self._widths: dict[tuple[str, bool], float] = {}

    # -- measuring

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Return a text's width in millimetres."""
        return sum(self._letter(letter, bold) for letter in text) * size

    def _letter(self, letter: str, bold: bool) -> float:
        key = (letter, bold)
        if key not in self._widths:
            self._widths[key] = self._letter_width(letter, bold)
        return self._widths[key]

    def _bold(self, text: str) -> bool:
        """Bold has fewer characters: a text that has others is set in regular."""
        return all(letter in characters(bold=True) for letter in text)

    def _broken(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        fitted = self.fitter.fit(text)
        return break_lines(fitted, width, lambda piece: self.width(piece, size, bold))

    def _shortened(self, text: str, width: float, size: float, bold: bool = False) -> str:
        """Return a header's text cut to its place, with an ellipsis that shows the cut."""
        fitted = " ".join(self.fitter.fit(text).split())
        if self.width(fitted, size, bold) <= width:
            return fitted
        while fitted and self.width(fitted + "…", size, bold) > width:
            fitted = fitted[:-1]
        return fitted + "…"

    # -- the parts, from the top of the first page to the end

    def compose(self) -> None:
        """Lay out every page, then number them."""
        self.book.turn()
        for section in self.record.sections:
            self._section(section)
            if section.key is FieldKey.AUXILIARY_EXAM:
                for table in self.record.tables:
                    self._table(table)
        self._signature(self.record.signature)
        self._replaced()
        self._footers()

    def _opening(self, book: Book) -> None:
        if not self.record.signed:
            self._banner()
        if len(book.pages) == 1:
            self._heading()
        else:
            self._running_head()

    def _banner(self) -> None:
        paper, book = self.paper, self.book
        height = paper.leading * 1.35
        book.put(Fill(paper.margin, book.y, paper.inner, height, WARN_SOFT, WARN))
        base = book.y + height / 2 + paper.body * _POINT * 0.36
        book.put(Text(paper.margin + 3, base, content.BANNER, paper.body, True, WARN))
        wide = self.width(content.BANNER_NOTE, paper.small)
        book.put(Text(paper.right - 3 - wide, base, content.BANNER_NOTE, paper.small, False, WARN))
        book.y += height + paper.leading * 0.6

    def _heading(self) -> None:
        paper, book, record = self.paper, self.book, self.record
        name = self._shortened(record.organization, paper.inner, paper.title, True)
        book.y += paper.title * _POINT
        book.put(self._centred(name, book.y, paper.title))
        book.y += paper.leading * 1.25
        book.put(self._centred("门 诊 病 历", book.y, paper.body + 1.5))
        book.y += paper.leading * 0.75
        book.put(Rule(paper.margin, book.y, paper.right, book.y, INK, 0.35))
        book.y += paper.leading * 0.95
        shares = (0.36, 0.30, 0.34)
        for start in range(0, len(record.identity), 3):
            x = paper.margin
            for share, (label, value) in zip(shares, record.identity[start : start + 3], strict=False):
                self._pair(x, label, value, paper.inner * share - 2)
                x += paper.inner * share
            book.y += paper.leading * 1.02
        book.y -= paper.leading * 0.5
        book.put(Rule(paper.margin, book.y, paper.right, book.y, INK, 0.35))
        book.y += paper.leading * 0.35
        if record.correction:
            book.y += paper.leading * 0.8
            book.put(Text(paper.margin, book.y, record.correction, paper.small, False, MUTED))
            book.y += paper.leading * 0.1

    def _centred(self, text: str, y: float, size: float) -> Text:
        bold = self._bold(text)
        return Text((self.paper.width - self.width(text, size, bold)) / 2, y, text, size, bold)

    def _pair(self, x: float, label: str, value: str, width: float) -> None:
        paper, y = self.paper, self.book.y
        wide = self.width(label, paper.small) + 2
        self.book.put(Text(x, y, label, paper.small, False, MUTED))
        self.book.put(Text(x + wide, y, self._shortened(value, width - wide, paper.body), paper.body))

    def _running_head(self) -> None:
        paper, book, record = self.paper, self.book, self.record
        book.y += paper.small * _POINT
        left = self._shortened(f"{record.organization} · {content.TITLE}", paper.inner * 0.66, paper.small)
        wide = self.width(record.started, paper.small)
        book.put(Text(paper.margin, book.y, left, paper.small, False, MUTED))
        book.put(Text(paper.right - wide, book.y, record.started, paper.small, False, MUTED))
        book.y += paper.leading * 0.4
        book.put(Rule(paper.margin, book.y, paper.right, book.y))
        book.y += paper.leading * 0.35

    def _section(self, section: Section) -> None:
        paper = self.paper
        column = paper.inner - paper.label
        rows: list[tuple[str, float, bool]] = []
        for paragraph in section.paragraphs:
            broken = self._broken(paragraph, column, paper.body)
            rows += [(line, paper.body, section.placeholder) for line in broken]
        for item in section.unresolved:
            broken = self._broken(f"待核对：{item}", column, paper.small)
            rows += [(line, paper.small, True) for line in broken]
        if not rows:
            rows = [(content.NO_CONTENT, paper.body, True)]
        self._flow(section.label.replace("、", "\n"), rows)

    def _flow(self, label: str, rows: list[tuple[str, float, bool]]) -> None:
        """Set rows beside their label; at least two lines stay with it, and none is left alone overleaf."""
        paper, book = self.paper, self.book
        first = min(len(rows), 2, max(label.count("\n") + 1, 2))
        book.y += paper.leading * 0.28
        book.need(paper.leading * max(first, label.count("\n") + 1))
        self._label(label)
        for index, (text, size, muted) in enumerate(rows):
            left = len(rows) - index
            if book.room < paper.leading or (left == 2 and index > 0 and book.room < 2 * paper.leading):
                book.turn()
                self._label(label.split("\n")[0] + "\n（续）", again=True)
            book.y += paper.leading
            book.put(Text(paper.margin + paper.label, book.y, text, size, False, MUTED if muted else INK))
        extra = label.count("\n") + 1 - len(rows)
        book.y += max(extra, 0) * paper.leading * 0.92

    def _label(self, label: str, *, again: bool = False) -> None:
        paper, y = self.paper, self.book.y + self.paper.leading
        for index, line in enumerate(label.split("\n")):
            small = again and index > 0
            size = paper.small if small else paper.body
            color = MUTED if again else INK
            self.book.put(Text(paper.margin, y, line, size, not small, color))
            y += paper.leading * 0.92

    # -- lab tables

    def _table(self, table: LabTable) -> None:
        paper, book = self.paper, self.book
        row, size = paper.leading * 0.98, paper.body - 0.5
        book.y += paper.leading * 0.5
        book.need(row * 4)
        self._table_head(self.fitter.fit(table.title))
        for index, item in enumerate(table.rows):
            names = self._broken(item.name, paper.inner * _COLUMNS[0] - 2, size) or [""]
            values = self._broken(item.value, paper.inner * _COLUMNS[1] - 6, size, item.out) or [""]
            height = row * max(len(names), len(values)) + 0.6
            following = row if index == len(table.rows) - 2 else 0.0  # the last row isn't left alone overleaf
            if book.need(height + following):
                self._table_head(self.fitter.fit(f"{table.title}（续）"))
            self._table_row(item, names, values, row)
            book.y += height
            book.put(Rule(paper.margin, book.y, paper.right, book.y, LINE, 0.12))
        book.put(Rule(paper.margin, book.y, paper.right, book.y, MUTED, 0.25))
        for note in table.notes:
            for line in self._broken(note, paper.inner, paper.small):
                book.need(paper.leading)
                book.y += paper.leading * 0.85
                book.put(Text(paper.margin, book.y, line, paper.small, False, MUTED))
        book.y += paper.leading * 0.2

    def _edges(self) -> list[float]:
        edges = [self.paper.margin]
        for share in _COLUMNS:
            edges.append(edges[-1] + self.paper.inner * share)
        return edges

    def _table_head(self, title: str) -> None:
        paper, book, edges = self.paper, self.book, self._edges()
        book.y += paper.leading * 0.8
        book.put(Text(paper.margin, book.y, title, paper.small, False, MUTED))
        book.y += paper.leading * 0.35
        book.put(Rule(paper.margin, book.y, paper.right, book.y, MUTED, 0.25))
        base = book.y + paper.leading * 0.72
        for edge, name in zip(edges, ("项目", "结果", "单位", "参考区间"), strict=False):
            if name == "结果":
                edge = edges[2] - 6 - self.width(name, paper.small)
            book.put(Text(edge, base, name, paper.small, False, MUTED))
        book.y += paper.leading
        book.put(Rule(paper.margin, book.y, paper.right, book.y, LINE, 0.2))

    def _table_row(self, item: LabRow, names: list[str], values: list[str], row: float) -> None:
        paper, edges = self.paper, self._edges()
        size, base = paper.body - 0.5, self.book.y + row * 0.76
        bold = item.out and self._bold("".join(values))
        self._stack(names, edges[0], base, size, row)
        for index, line in enumerate(values):
            x = edges[2] - 6 - self.width(line, size, bold)
            self.book.put(Text(x, base + index * row, line, size, bold))
        if item.mark:
            self.book.put(Text(edges[2] - 5.4, base, item.mark, size, True))
        for edge, text, share in ((edges[2], item.unit, 2), (edges[3], item.reference, 3)):
            shown = self._shortened(text, paper.inner * _COLUMNS[share] - 1, size)
            self.book.put(Text(edge, base, shown, size, False, MUTED if share == 2 else INK))

    def _stack(self, texts: Sequence[str], x: float, base: float, size: float, row: float) -> None:
        for index, text in enumerate(texts):
            self.book.put(Text(x, base + index * row, text, size))

    # -- the end

    def _signature(self, block: SignatureBlock | None) -> None:
        paper, book = self.paper, self.book
        lead = paper.leading
        lines = self._signature_lines(block)
        book.y += lead * 0.6
        book.need(lead * (len(lines) * 0.9 + 3))
        book.y += lead * 0.4
        book.put(Rule(paper.margin, book.y, paper.right, book.y))
        book.y += lead * 1.6
        name = f"{block.signer}" if block else "（未签名）"
        self._pair(paper.margin, "医师", name, paper.inner * 0.45)
        ink = "手写签名"
        start = paper.margin + paper.inner * 0.5
        book.put(Text(start, book.y, ink, paper.small, False, MUTED))
        ruled = start + self.width(ink, paper.small) + 2
        book.put(Rule(ruled, book.y + 0.8, paper.right, book.y + 0.8, INK, 0.25))
        book.y += lead * 0.3
        for line in lines:
            book.y += lead * 0.9
            shown = self._shortened(line, paper.inner, paper.small)
            book.put(Text(paper.margin, book.y, shown, paper.small, False, MUTED))

    def _signature_lines(self, block: SignatureBlock | None) -> list[str]:
        if block is None:
            return ["尚未签名。签名后方可作为病历。"]
        lines = [f"{content.SIGNATURE_NOTE} · 签名时间 {block.at}"]
        if block.countersigner:
            lines.append(f"复核医师 {block.countersigner}")
        lines.append(f"内容摘要 {block.content_hash} · 审计链头 {block.audit_head}")
        return lines

    def _replaced(self) -> None:
        if not self.fitter.missing:
            return
        paper, book = self.paper, self.book
        note = f"〓 或缺字处为字库没有的字符：{self.fitter.listing()}"
        for line in break_lines(note, paper.inner, lambda piece: self.width(piece, paper.small)):
            book.need(paper.leading)
            book.y += paper.leading * 0.9
            book.put(Text(paper.margin, book.y, line, paper.small, False, WARN))

    def _footers(self) -> None:
        paper, record, total = self.paper, self.record, len(self.book.pages)
        base = paper.height - paper.bottom + paper.leading * 1.5
        left = self._shortened(f"{record.name} · 门诊号 {record.number}", paper.inner * 0.45, paper.small)
        middle = content.FOOTER_SIGNED if record.signed else content.BANNER
        for index, page in enumerate(self.book.pages, 1):
            right = f"第 {index} / {total} 页"
            spot = (paper.width - self.width(middle, paper.small)) / 2 + paper.inner * 0.08
            page += [
                Rule(paper.margin, base - paper.leading * 0.85, paper.right, base - paper.leading * 0.85),
                Text(paper.margin, base, left, paper.small, False, MUTED),
                Text(spot, base, middle, paper.small, False, MUTED),
                Text(paper.right - self.width(right, paper.small), base, right, paper.small, False, MUTED),
            ]
