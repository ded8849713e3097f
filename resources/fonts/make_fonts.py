"""Make the two shipped fonts from Noto Sans CJK SC: fewer characters, TrueType outlines, a name of their own.

Run by a maintainer, never by the program. It needs fontTools and three inputs (README.md says where from):
the Regular and the Bold collection and Unicode's `Unihan_OtherMappings.txt.bz2`.
"""

from __future__ import annotations

import argparse
import bz2
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

FAMILY = "Jiceng Sans"
FACE = "Noto Sans CJK SC"
CURVE_ERROR = 1.0  # thousandths of an em between the cubic outline and its quadratic stand-in
MADE = 3_846_700_800  # the same in each run: 2025-11-23, in seconds since 1904

LATIN = "".join(chr(code) for code in (*range(0x20, 0x7F), *range(0xA1, 0x100)))
SIGNS = (
    "–—―‘’“”†‡•…‰′″‹›※€℃℉℅№℡™ΩÅ←↑→↓↔↖↗↘↙⇧⇩⇒∂∆∏∑−∕√∝∞∠∣∥∧∨∩∪∫∴∵∶∷∽≈≌≠≡≤≥≦≧≪≫≮≯⊕⊙⊥⌒"
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋½¼¾×÷±·µμ°§¶"
    "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹ"
    "■□▲△▼▽◆◇○◎●★☆✓♀♂〇〒〓〔〕〖〗【】「」『』《》〈〉、。々㎎㎏㎜㎝㎞㎡㏄㎎㎍㎕㎖㎗㎘㎰㎱㎲㎳㎾㏎㏑㏒㏕"
)
# Written in records and names, but neither in GB 2312 nor among the general standard characters: dialect
# words, old forms of surnames and given names, older medical usage.
SPOKEN = (
    "嘅咗喺冇啲嗰唔哋咩嘢佢啱嚟瞓攞揾搵嘥乜咁噉喎囉㗎嘞嘚瞓攰痾痺癦疴孭冚唞瘌癐啫嘔嗮晒俾畀諗睇揸咳歎唥哣啖"
    "侬伐阿伊覅勿箇搿辰哪囡囝偌渠匼恁俺倷肏焐齁嗞瘆嗯啥咯嗲嘎睏醃眩矇"
    "濛囍淼堃喆昇珺琎赟翀玥煊曌頔祎旸翯垚犇骉皛赑焱燚鱻靐龘犟瑄晞琇栞婠婳弢彧懋槑邨峯堺甯姍"
    "嫲踭曱嬢倈睭嫑捾佮齆㜷娭脷攑怹癎喛髙晩餔"
    "癀痠痲痹瘺疎綫鷄嚏癥瘜臒"
)


def wanted_characters(unihan: Path) -> tuple[set[int], set[int]]:
    """Return the code points of the Regular and of the Bold font.

    Regular: Latin, signs, all of GB 2312, the table of general standard characters (kTGH), the common
    traditional characters (Big5 level 1) and `SPOKEN`. Bold: Latin, signs and GB 2312.
    """
    extra = {ord(letter) for letter in LATIN + SIGNS}
    level1 = _gb2312(range(0xA1, 0xAA)) | _gb2312(range(0xB0, 0xD8))
    level2 = _gb2312(range(0xD8, 0xF8))
    regular = extra | level1 | level2 | {ord(letter) for letter in SPOKEN}
    regular |= set(range(0x3000, 0x3020)) | set(range(0xFF01, 0xFF5F)) | {0xFFE5, 0xFFE1, 0x30FB, 0x33A1}
    with bz2.open(unihan, "rt", encoding="utf-8") as handle:
        for line in handle:
            if line.startswith("#") or not line.strip():
                continue
            code, key, value = line.rstrip("\n").split("\t")
            if key == "kTGH" or (key == "kBigFive" and "A440" <= value <= "C67E"):
                regular.add(int(code[2:], 16))
    return regular, extra | level1 | level2


def _gb2312(rows: range) -> set[int]:
    codes = set()
    for high in rows:
        for low in range(0xA1, 0xFF):
            try:
                codes.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return codes


def read_face(collection: Path) -> TTFont:
    """Return the simplified Chinese face of a Noto Sans CJK collection."""
    faces = TTCollection(collection).fonts
    return next(face for face in faces if (face["name"].getDebugName(4) or "").startswith(FACE))


def reduce_font(font: TTFont, codes: set[int]) -> None:
    """Drop every other character and all layout tables, which the PDF writer does not read."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=codes)
    worker.subset(font)


def to_truetype(font: TTFont) -> None:
    """Replace the cubic CFF outlines by quadratic ones (`glyf`), which every PDF reader embeds."""
    glyphs, order = {}, font.getGlyphOrder()
    drawn = font.getGlyphSet()
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, CURVE_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    for name in order:
        glyf[name].recalcBounds(glyf)
    font["maxp"] = maxp = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs, maxp.maxZones = 0x00010000, len(order), 1
    for member in (
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
    ):
        setattr(maxp, member, 0)
    del font["CFF "]
    font["head"].glyphDataFormat = 0
    font["post"].formatType, font["post"].extraNames, font["post"].mapping = 3.0, [], {}
    font.sfntVersion = "\x00\x01\x00\x00"


def add_small_digits(font: TTFont) -> None:
    """Draw the raised and lowered figures that the source lacks (10⁹, m₂) as its figures at three fifths."""
    cmap, order = font.getBestCmap(), font.getGlyphOrder()
    drawn = font.getGlyphSet()
    for shift, signs, plain in ((450, "⁰⁴⁵⁶⁷⁸⁹⁺⁻", "0456789+−"), (-150, "₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+−")):
        for sign, figure in zip(signs, plain, strict=True):
            if ord(sign) in cmap:
                continue
            source, name = cmap[ord(figure)], f"uni{ord(sign):04X}"
            pen = TTGlyphPen(None)
            drawn[source].draw(TransformPen(pen, (0.6, 0, 0, 0.6, 12, shift)))
            order = [*order, name]
            font.setGlyphOrder(order)
            font["glyf"].glyphs[name] = glyph = pen.glyph()
            font["glyf"].glyphOrder = order
            glyph.recalcBounds(font["glyf"])
            font["hmtx"][name] = (round(font["hmtx"][source][0] * 0.6) + 24, glyph.xMin)
            for table in font["cmap"].tables:
                if table.isUnicode():
                    table.cmap[ord(sign)] = name
    font["maxp"].numGlyphs = len(order)


def rename(font: TTFont, style: str) -> None:
    """Give the modified font its own name; the licence and the copyright stay in the name table."""
    table = font["name"]
    keep = {0, 13, 14}
    table.names = [record for record in table.names if record.nameID in keep]
    full = FAMILY if style == "Regular" else f"{FAMILY} {style}"
    texts = {
        1: FAMILY,
        2: style,
        3: f"{full};1.0",
        4: full,
        5: "Version 1.0; from Noto Sans CJK SC 2.004",
        6: f"{FAMILY.replace(' ', '')}-{style}",
    }
    for number, text in texts.items():
        table.setName(text, number, 3, 1, 0x409)


def main() -> None:
    """Write `JicengSans-Regular.ttf` and `JicengSans-Bold.ttf` into the folder given last."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("regular", "bold", "unihan", "folder"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    regular, bold = wanted_characters(given.unihan)
    for style, collection, codes in (("Regular", given.regular, regular), ("Bold", given.bold, bold)):
        font = read_face(collection)
        reduce_font(font, codes)
        to_truetype(font)
        add_small_digits(font)
        rename(font, style)
        font["head"].created = font["head"].modified = MADE
        font.recalcTimestamp = False
        font.save(given.folder / f"JicengSans-{style}.ttf")


if __name__ == "__main__":
    main()
