"""Units as laboratories print them to UCUM: ×10⁹/L, G/L and 10E9/L are all `10*9/L`."""

from __future__ import annotations

import re
import unicodedata

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))

# folded print form -> UCUM; folding: no blanks, lower case, μ as u
_FIXED = {
    "%": "%", "o/o": "%", "/100wbc": "%", "l/l": "L/L", "fl": "fL", "pg": "pg", "fmol": "fmol",
    "s": "s", "sec": "s", "秒": "s", "second": "s", "seconds": "s",
    "mm/h": "mm/h", "mm/1h": "mm/h", "mm/hr": "mm/h", "mm/小时": "mm/h", "mm/60min": "mm/h",
    "/hp": "/[HPF]", "/hpf": "/[HPF]", "个/hp": "/[HPF]",
    "个/hpf": "/[HPF]", "hp": "/[HPF]", "/高倍": "/[HPF]",
    "/lp": "/[LPF]", "/lpf": "/[LPF]", "个/lp": "/[LPF]",
    "/ul": "/uL", "个/ul": "/uL", "cells/ul": "/uL", "p/ul": "/uL", "/mm3": "/mm3", "/mm^3": "/mm3",
    "/nl": "/nL", "/pl": "/pL", "t/l": "10*12/L",
    "k/ul": "10*3/uL", "m/ul": "10*6/uL",
    "g/24h": "g/(24.h)", "g/24小时": "g/(24.h)",
    "g/d": "g/(24.h)", "mg/24h": "mg/(24.h)", "mg/d": "mg/(24.h)",
    "mg/gcr": "mg/g", "mg/g.cr": "mg/g", "mg/mmolcr": "mg/mmol",
    "mgfeu/l": "mg/L", "mg/lfeu": "mg/L", "mg/l(feu)": "mg/L", "ugfeu/ml": "ug/mL", "ug/mlfeu": "ug/mL",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m^2": "mL/min/{1.73_m2}", "ml/min*1.73m2": "mL/min/{1.73_m2}",
    "ml/(min.1.73m2)": "mL/min/{1.73_m2}", "ml/(min.1.73m^2)": "mL/min/{1.73_m2}", "ml/min": "mL/min",
    "ukat/l": "ukat/L", "mosm/kg": "mosm/kg", "mmhg": "mm[Hg]", "kpa": "kPa", "℃": "Cel",
    "s/co": "{S_CO}", "coi": "{COI}", "pei u/ml": "[PEI_U]/mL", "copies/ml": "{copies}/mL",
}  # fmt: skip
_PREFIX = {"": "", "m": "m", "u": "u", "n": "n", "p": "p", "f": "f", "k": "k", "d": "d", "c": "c"}
_TOP = {"g": "g", "mol": "mol", "iu": "[IU]", "u": "U", "eq": "eq", "l": "L"}
_BOTTOM = {"l": "L", "g": "g", "mol": "mol", "kg": "kg"}
_AMOUNT = re.compile(r"(m|u|n|p|f|k)?(g|mol|iu|u|eq|l)/(d|m|u|n|p)?(l|g|mol|kg)")
# a power of ten whose caret a reader may have lost: 109/L is 10^9/L; other exponents aren't printed on sheets
_POWER = re.compile(r"[x×*·.]?10[-\^*e'’\"”°~∧]*\+?0?(12|[3469])(?:个)?/(l|ul|ml|nl)")


def plain(text: str) -> str:
    """Return text with full-width forms, dashes and raised digits made plain (⁹ becomes ^9); blanks stay."""
    text = _RAISED.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    return unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).replace("^^", "^")


def fold(text: str) -> str:
    """Return a unit's comparison form."""
    folded = re.sub(r"\s+", "", plain(text)).strip(".,;:()[]|_'`")
    folded = folded.lower().replace("μ", "u").replace("µ", "u")
    folded = re.sub(r"^(?:\[|\()|(?:\]|\))$", "", folded)
    folded = re.sub(r"/?儿l?$|/[1|i]$", "/l", folded)  # a slash and an l read as one
    return re.sub(r"mo[1i|]", "mol", folded)


def canonical(text: str) -> str | None:
    """Return a printed unit in UCUM, or None where it is none that sheets use.

    `G/L` (giga per litre) and `g/L` differ only in case; this keeps the case's meaning.
    """
    if re.sub(r"\s+", "", plain(text)).strip("()") in ("G/L", "G/1"):
        return "10*9/L"
    folded = fold(text)
    if not folded:
        return None
    if folded in _FIXED:
        return _FIXED[folded]
    power = _POWER.fullmatch(folded)
    if power:
        return f"10*{power[1]}/{power[2][:-1]}L"
    amount = _AMOUNT.fullmatch(folded)
    if amount:
        top = _PREFIX[amount[1] or ""] + _TOP[amount[2]]
        return f"{top}/{_PREFIX[amount[3] or '']}{_BOTTOM[amount[4]]}"
    return None


def for_item(text: str, expected: str) -> str | None:
    """Return a printed unit in UCUM, letting the item's own unit settle what print leaves open.

    Only the case of g/L and G/L is left open: gram and giga never both measure one analyte.
    """
    unit = canonical(text)
    pair = {"g/L", "10*9/L"}
    if unit in pair and expected in pair and fold(text) == "g/l":
        return expected
    return unit
