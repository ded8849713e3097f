"""What a printed record says, before any paper: the same words for PDF and DOCX."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.errors import InputError
from desktop_app.core.records.drafts import Draft, DraftField, FieldKey, FieldState, Statement, Support
from desktop_app.core.records.sheets import LabResult, LabSheet
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.export import wording

TITLE = "门诊病历"
BANNER = "AI生成 · 未签名"
BANNER_NOTE = "内容未经医师核对签名，不作为正式病历"
FOOTER_SIGNED = "AI 辅助生成，医师已核对"
SIGNATURE_NOTE = "本机签名，非 CA 可靠电子签名"
PLACEHOLDER = {FieldState.NOT_ASKED: "未询问", FieldState.DENIED: "否认"}
NO_CONTENT = "无内容"
SUPPORT = {
    Support.UNCERTAIN: "不确定",
    Support.UNSUPPORTED: "无依据",
    Support.CONFLICT: "依据相互矛盾",
}
# Fields that a record has only where there is something to say (record.md): silence about them is no finding.
OPTIONAL = frozenset({FieldKey.TCM, FieldKey.REFERRAL})
MAX_CHARACTERS = 200_000  # texts and statements together, about 150 A5 pages; more is a fault upstream

HEAD_DIGITS = (
    16  # of the audit head's hash: short enough to copy by hand, and 64 bits that nobody hits by chance
)
UNRESOLVED_SHOWN = 40  # characters: enough to find the statement, which stands in full above


@dataclass(frozen=True, slots=True)
class Section:
    """One field as printed; `placeholder` says that the text stands for an absence."""

    key: FieldKey
    label: str
    paragraphs: tuple[str, ...]
    placeholder: bool
    unresolved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabRow:
    """One row of a lab table as printed; `out` asks for bold."""

    name: str
    value: str
    mark: str
    unit: str
    reference: str
    out: bool


@dataclass(frozen=True, slots=True)
class LabTable:
    """One lab sheet as printed."""

    title: str
    rows: tuple[LabRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Who signed and what ties the paper to the audit trail."""

    signer: str
    at: str
    countersigner: str | None
    content_hash: str
    audit_head: str | None


@dataclass(frozen=True, slots=True)
class PrintedRecord:
    """A record in the order of the paper."""

    organization: str
    identity: tuple[tuple[str, str], ...]
    name: str
    number: str
    started: str
    correction: str | None
    sections: tuple[Section, ...]
    tables: tuple[LabTable, ...]
    signature: SignatureBlock | None

    @property
    def signed(self) -> bool:
        """Whether a person has signed this version."""
        return self.signature is not None


def printed_head(audit_head: str) -> str:
    """Return `seq:hash` with the hash's first 16 digits, which `audit verify --head` takes."""
    seq, _, digest = audit_head.partition(":")
    return f"{seq}:{digest[:HEAD_DIGITS]}"


def exportable(visit: Visit) -> Draft:
    """Return the visit's record if it can leave the program.

    Raises:
        InputError: `export.no_draft`, `export.signature_state` (signed without a signature or the reverse),
            `export.too_long`.
    """
    draft = visit.draft
    if draft is None:
        raise InputError("export.no_draft")
    if (visit.state is VisitState.SIGNED) != (visit.signature is not None):
        raise InputError("export.signature_state", state=visit.state.value)
    length = sum(
        len(item.text) + sum(len(statement.text) for statement in item.statements) for item in draft.fields
    )
    length += sum(len(row.name) + len(row.value_raw) for sheet in visit.sheets for row in sheet.rows)
    header = (visit.organization, visit.department, visit.patient.name, visit.patient.number)
    if length > MAX_CHARACTERS or any(len(item) > 200 for item in header):
        raise InputError("export.too_long", limit=MAX_CHARACTERS)
    return draft


def field_text(field: DraftField) -> str:
    """Return what a field says: its text, else its statements."""
    return field.text if field.text.strip() else "；".join(item.text for item in field.statements)


def placeholder_text(field: DraftField) -> str:
    """Return the words for a field without text; not asked is not denied."""
    return PLACEHOLDER.get(field.state, NO_CONTENT)


def printed(visit: Visit, audit_head: str | None) -> PrintedRecord:
    """Return the words of a visit's record.

    Args:
        visit: with a draft.
        audit_head: `seq:hash`, whole; the paper shows its beginning.

    Raises:
        InputError: the visit can't be exported (see `exportable`).
    """
    draft = exportable(visit)
    patient = visit.patient
    day = wording.aware(visit.started).astimezone().date()
    identity = (
        ("姓名", patient.name.strip() or "未登记"),
        ("性别", wording.SEX[patient.sex]),
        ("年龄", wording.age_text(patient, day)),
        ("门诊号", patient.number.strip() or wording.ABSENT),
        ("科别", visit.department.strip() or wording.ABSENT),
        ("初/复诊", wording.VISIT_KIND[visit.kind]),
        ("就诊时间", wording.local_minute(visit.started)),
        ("出生日期", patient.birth_date.isoformat() if patient.birth_date else wording.ABSENT),
    )
    return PrintedRecord(
        organization=visit.organization.strip() or "（机构未填写）",
        identity=identity,
        name=identity[0][1],
        number=identity[3][1],
        started=identity[6][1],
        correction=f"本版（第 {visit.version} 版）更正第 {visit.corrects} 版" if visit.corrects else None,
        sections=_sections(draft, signed=visit.signature is not None),
        tables=tuple(_table(sheet, index) for index, sheet in enumerate(visit.sheets, 1) if sheet.rows),
        signature=_signature(visit, audit_head),
    )


def _sections(draft: Draft, *, signed: bool) -> tuple[Section, ...]:
    sections = []
    for key in FieldKey:
        field = draft.field(key)
        text = field_text(field)
        blank = not text.strip()
        if blank and key in OPTIONAL and field.state is FieldState.EMPTY:
            continue
        words = placeholder_text(field) if blank else text
        paragraphs = tuple(line.strip() for line in words.splitlines() if line.strip())
        waiting = () if signed else tuple(_unresolved(item) for item in field.statements if _open(item))
        sections.append(Section(key, field.label, paragraphs, blank, waiting))
    return tuple(sections)


def _open(statement: Statement) -> bool:
    return statement.support is not Support.VERIFIED or statement.stale


def _unresolved(statement: Statement) -> str:
    why = SUPPORT.get(statement.support, "依据已更新")
    text = " ".join(statement.text.split())
    return f"{text if len(text) <= UNRESOLVED_SHOWN else text[:UNRESOLVED_SHOWN] + '…'}（{why}）"


def _table(sheet: LabSheet, index: int) -> LabTable:
    title = " · ".join(part for part in (f"化验单 {index}", sheet.date) if part)
    notes = [_raw_note(row) for row in sheet.rows if row.unit_raw and _scaled(row)]
    if any(row.range_from == "table" for row in sheet.rows):
        notes.append("※ 参考区间取自本机表格，非化验单所印，请本地核实。")
    waiting = [row.name or row.name_raw for row in sheet.rows if row.review]
    if waiting:
        notes.append(f"待核对：{'、'.join(waiting)}")
    return LabTable(title, tuple(_row(row) for row in sheet.rows), tuple(notes))


def _scaled(row: LabResult) -> bool:
    return isinstance(row.value, float) and wording.value_text(row) not in row.value_raw


def _raw_note(row: LabResult) -> str:
    return f"{row.name or row.name_raw}：单上原文 {row.value_raw} {row.unit_raw}"


def _row(row: LabResult) -> LabRow:
    mark = wording.MARK.get(wording.flag_of(row), "")
    return LabRow(
        name=row.name or row.name_raw,
        value=wording.value_text(row),
        mark=mark + ("?" if row.review else ""),
        unit=wording.unit_text(row.unit) if row.unit else row.unit_raw,
        reference=wording.range_text(row),
        out=bool(mark),
    )


def _signature(visit: Visit, audit_head: str | None) -> SignatureBlock | None:
    signature = visit.signature
    if signature is None:
        return None
    return SignatureBlock(
        signer=signature.signer,
        at=wording.local_minute(signature.at),
        countersigner=signature.countersigner,
        content_hash=signature.content_sha256[:16],
        audit_head=printed_head(audit_head) if audit_head else None,
    )
