import dataclasses
import io
import re

import export_visit_builder as build
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from desktop_app.core.errors import InputError
from desktop_app.core.records.drafts import FieldKey, FieldState, Support
from desktop_app.core.records.people import Age, Patient
from desktop_app.core.records.visits import Visit, VisitState
from desktop_app.export import content, export_file, export_visit
from desktop_app.export.layout import Layout
from desktop_app.export.lines import break_lines
from desktop_app.export.pages import PAPERS, Text
from desktop_app.export.typeface import Fitter, characters

LONG = "患者诉上腹部隐痛，餐后加重，伴反酸、嗳气；口服奥美拉唑20mg bid后稍缓解。"


def pages(visit: Visit, paper: str = "A5") -> list[str]:
    head = build.AUDIT_HEAD if visit.signature else None
    reader = PdfReader(io.BytesIO(export_visit(visit, "pdf", audit_head=head, paper=paper)))
    return [page.extract_text() for page in reader.pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("paper", ["A5", "A4"])
@pytest.mark.parametrize("signed", [False, True])
def test_paper_says_what_the_record_says(paper: str, signed: bool) -> None:
    visit = build.visit(signed=signed)
    text = squeezed("".join(pages(visit, paper)))
    assert visit.draft is not None
    for field in visit.draft.fields:
        assert squeezed(field.text) in text
    header = ("石板乡中心卫生院", "全科", "张秀兰", "女", "57岁", "M20260302-017", "初诊", "1968-05-04")
    for word in (*header, "12.60↑", "98↓", "×10⁹/L", "115–150", "≤10※", "210", "1+*"):
        assert word in text


@pytest.mark.parametrize("paper", ["A5", "A4"])
def test_a_usual_record_takes_one_page(paper: str) -> None:
    assert len(pages(build.visit(signed=True), paper)) == 1


def test_not_asked_is_neither_denied_nor_empty() -> None:
    changed = {
        FieldKey.ALLERGY: (FieldState.NOT_ASKED, ()),
        FieldKey.PAST_HISTORY: (FieldState.DENIED, ()),
        FieldKey.PERSONAL_FAMILY: (FieldState.EMPTY, ()),
    }
    text = squeezed("".join(pages(build.visit(changed))))
    assert "过敏史未询问" in text
    assert "既往史否认" in text
    assert re.search(r"个人史(无内容家族史|家族史无内容)", text)
    assert "中医" not in text


def test_marks_before_and_after_signing() -> None:
    before, after = "".join(pages(build.visit())), "".join(pages(build.visit(signed=True)))
    assert before.count(content.BANNER) == 2
    assert content.FOOTER_SIGNED not in before
    assert content.BANNER not in after
    for words in (content.FOOTER_SIGNED, content.SIGNATURE_NOTE, "手写签名", "李建国"):
        assert words in after
    assert squeezed(f"审计链头 {content.printed_head(build.AUDIT_HEAD)}") in squeezed(after)
    assert build.AUDIT_HEAD not in squeezed(after)


def test_a_printed_head_is_its_number_and_sixteen_digits() -> None:
    assert content.printed_head("1234567:" + "0123456789abcdef" * 4) == "1234567:0123456789abcdef"


def test_countersigner_and_correction_are_printed() -> None:
    visit = build.visit(signed=True, version=2, corrects=1)
    visit = dataclasses.replace(visit, signature=build.signature("王主任"))
    text = "".join(pages(visit))
    assert "复核医师 王主任" in text
    assert "第 2 版）更正第 1 版" in text


def test_unresolved_statements_are_named_until_signing() -> None:
    assert "待核对：青霉素过敏（皮疹）（无依据）" in "".join(pages(build.visit(support=Support.UNSUPPORTED)))
    assert "待核对" not in "".join(pages(build.visit(signed=True)))


@pytest.mark.parametrize("signed", [False, True])
def test_metadata_carries_the_mark(signed: bool) -> None:
    data = export_visit(build.visit(signed=signed), "pdf", audit_head=build.AUDIT_HEAD)
    reader = PdfReader(io.BytesIO(data))
    assert reader.metadata is not None
    assert "AI生成" in reader.metadata["/Keywords"]
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert '<TC260:AIGC>{"Label": "1", "ContentProducer": "Jiceng"' in xmp
    assert f"<jiceng:modelSha256>{'ab' * 32}</jiceng:modelSha256>" in xmp
    assert f"<jiceng:signed>{str(signed).lower()}</jiceng:signed>" in xmp
    assert (build.AUDIT_HEAD in xmp) is signed


def test_fonts_are_embedded() -> None:
    reader = PdfReader(io.BytesIO(export_visit(build.visit(signed=True), "pdf", audit_head=build.AUDIT_HEAD)))
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert len(fonts) == 2
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "JicengSans" in descriptor["/FontName"]
        assert len(descriptor["/FontFile2"].get_object().get_data()) > 1000


def test_the_same_record_is_the_same_file() -> None:
    for kind in ("pdf", "docx", "fhir"):
        made = {export_visit(build.visit(signed=True), kind, audit_head=build.AUDIT_HEAD) for _ in range(2)}
        assert len(made) == 1


@pytest.mark.parametrize("paper", ["A5", "A4"])
def test_long_text_flows_with_its_label_and_every_page_is_identified(paper: str) -> None:
    visit = build.visit({FieldKey.PRESENT_ILLNESS: (FieldState.STATED, (LONG * 90,))})
    found = pages(visit, paper)
    assert len(found) >= 3
    for index, page in enumerate(found, 1):
        assert f"第 {index} / {len(found)} 页" in page
        assert "张秀兰 · 门诊号 M20260302-017" in page
        assert page.count(content.BANNER) == 2
    assert "（续）" in found[1]
    text = squeezed("".join(found))
    assert text.count("患者诉上腹部隐痛") >= 85  # some are broken by a page's head and foot


def laid_out(visit: Visit) -> list[list[Text]]:
    layout = Layout(
        content.printed(visit, None), PAPERS["A5"], lambda letter, _: 0.35 if letter > "\u2000" else 0.19
    )
    layout.compose()
    return [[mark for mark in page if isinstance(mark, Text)] for page in layout.book.pages]


def test_no_label_and_no_single_line_is_left_alone() -> None:
    paper = PAPERS["A5"]
    for count in range(1, 45):
        changed = {
            FieldKey.CHIEF_COMPLAINT: (FieldState.STATED, ("\n".join(["咳嗽"] * count),)),
            FieldKey.PRESENT_ILLNESS: (FieldState.STATED, ("\n".join(f"甲{index}" for index in range(6)),)),
        }
        for page in laid_out(build.visit(changed)):
            told = [mark for mark in page if mark.text.startswith("甲")]
            label = [mark for mark in page if mark.text == "现病史"]
            assert bool(told) == bool(label)
            assert len(told) != 1
            assert all(mark.y <= paper.height - paper.bottom + 0.01 for mark in told)
            if label:
                assert label[0].y == pytest.approx(told[0].y)


def test_a_long_lab_table_repeats_its_head() -> None:
    sheet = build.sheet()
    rows = tuple(dataclasses.replace(row, row=index) for index, row in enumerate(sheet.rows * 12, 1))
    visit = build.visit(sheets=(dataclasses.replace(sheet, rows=rows),))
    found = pages(visit)
    assert sum("参考区间" in page and "白细胞计数" in page for page in found) >= 2
    assert "".join(found).count("血小板计数") == 12


def test_the_original_of_a_scaled_value_stands_beside_it() -> None:
    row = dataclasses.replace(build.sheet().rows[1], value_raw="9.8", unit_raw="g/dL")
    text = "".join(pages(build.visit(sheets=(dataclasses.replace(build.sheet(), rows=(row,)),))))
    assert "血红蛋白：单上原文 9.8 g/dL" in text


def test_characters_outside_the_font_are_replaced_and_listed() -> None:
    changed = {FieldKey.PLAN: (FieldState.STATED, ("多饮水😀，休\u202e息\u0007",))}
    made = export_file(build.visit(changed), "pdf", audit_head=None)
    assert [item.code for item in made.warnings] == ["export.warning.characters"]
    text = PdfReader(io.BytesIO(made.data)).pages[0].extract_text()
    assert "多饮水〓，休息" in text
    for code in ("U+1F600", "U+202E", "U+0007"):
        assert code in text
        assert code in str(made.warnings[0].details["characters"])


def test_the_font_has_what_records_need() -> None:
    assert set("↑↓℃μ×⁹¹²≥≤±·–°Ⅱ①嗜酐嘅咗喆堃䶮") <= characters()
    assert set("嗜酸性粒细胞↑↓0123456789.×⁹%") <= characters(bold=True)
    fitter = Fitter()
    assert fitter.fit("血压 130/85 mmHg") == "血压 130/85 mmHg"
    assert not fitter.missing


@given(st.text(alphabet="患者诉，。（）“”0123456789.mgab /", max_size=80), st.integers(3, 30))
def test_lines_keep_the_text(text: str, width: int) -> None:
    lines = break_lines(text, width, lambda piece: float(len(piece)))
    assert squeezed("".join(lines)) == squeezed(text)
    assert all(line.strip() for line in lines)


SENTENCES = st.lists(st.tuples(st.integers(1, 9), st.sampled_from("，。、；：）％")), min_size=1, max_size=12)


@given(SENTENCES, st.integers(4, 30))
def test_no_closing_mark_begins_a_line(sentences: list[tuple[int, str]], width: int) -> None:
    text = "".join("咳" * length + mark for length, mark in sentences)
    lines = break_lines(text, width, lambda piece: float(len(piece)))
    assert all(line[0] == "咳" for line in lines)
    assert all(len(line) <= width for line in lines)


def test_a_number_stays_in_one_piece() -> None:
    lines = break_lines("血压控制在130/80左右，无头晕", 11, lambda piece: float(len(piece)))
    assert any("130/80" in line for line in lines)


TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "\x00\x1f\x7f",
            "😀👨‍👩‍👧",
            "\u202eאבג مرحبا",
            "<b>&amp;</b>]]>",
            "**粗** __下__",
            "\ud800",
            "\u2028\u3000",
        ]
    ),
    st.builds(lambda piece: piece * (10_000 // len(piece)), st.text(min_size=1, max_size=5)),
)


@settings(max_examples=15, deadline=None)
@given(TEXTS, TEXTS, st.booleans())
def test_any_text_gives_a_file_that_opens(text: str, name: str, signed: bool) -> None:
    changed = {FieldKey.PLAN: (FieldState.STATED, (text,)), FieldKey.DIAGNOSIS: (FieldState.STATED, (name,))}
    visit = build.visit(changed, signed=signed)
    data = export_visit(visit, "pdf", audit_head=build.AUDIT_HEAD)
    reader = PdfReader(io.BytesIO(data))
    assert "处理意见" in "".join(page.extract_text() for page in reader.pages)


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=60), st.text(max_size=300), st.text(max_size=20))
def test_any_header_gives_a_file_or_a_clear_error(name: str, place: str, number: str) -> None:
    visit = build.visit(
        patient=Patient(id="p", name=name, number=number, age=Age(8, "m")), organization=place
    )
    if len(place) > 200:
        with pytest.raises(InputError, match=r"export\.too_long"):
            export_visit(visit, "pdf", audit_head=None)
    else:
        data = export_visit(visit, "pdf", audit_head=None)
        assert "8月" in PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_errors_say_what_is_wrong() -> None:
    signed = build.visit(signed=True)
    cases = (
        (build.visit(draft=None), "pdf", "A5", "export.no_draft"),
        (dataclasses.replace(signed, signature=None), "pdf", "A5", "export.signature_state"),
        (dataclasses.replace(signed, state=VisitState.REVIEWED), "docx", "A5", "export.signature_state"),
        (signed, "pdf", "A5", "export.audit_head"),
        (build.visit(), "pdf", "A3", "export.paper"),
        (build.visit(), "docx", "A3", "export.paper"),
        (build.visit(), "xlsx", "A5", "export.format"),
        (
            build.visit({FieldKey.PLAN: (FieldState.STATED, ("水" * 100_001,))}),
            "fhir",
            "A5",
            "export.too_long",
        ),
    )
    for visit, kind, paper, code in cases:
        with pytest.raises(InputError) as caught:
            export_visit(visit, kind, audit_head=None, paper=paper)
        assert caught.value.code == code
