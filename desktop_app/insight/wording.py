"""Wordings of a case found in a draft: both brought to one spelling, each hit affirmed, denied or unasked."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.terms.numbers import NUMERALS, read_run

_NUMERAL_RUN = re.compile(f"[{NUMERALS.replace('俩', '').replace('幺', '')}]+")
_RANGE = r"\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?"
_LATIN = {"qd": 1, "bid": 2, "tid": 3, "qid": 4}

# before numerals become digits
_SPELLING: tuple[tuple[str, str], ...] = (
    ("毫克", "mg"),
    ("毫升", "ml"),
    ("微克|μg|µg", "ug"),
    ("公斤|千克", "kg"),
    ("厘米|公分", "cm"),
    ("毫米", "mm"),
    ("疼痛|痛疼|疼", "痛"),
    ("罗音", "啰音"),
    ("脑梗塞", "脑梗死"),
    ("百分之", "pct"),
    ("半个(?=小时|钟头|月)", "半"),
)
# after; order matters
_QUANTITIES: tuple[tuple[str, str], ...] = (
    (r"(?<=\d)克(?!龄)", "g"),
    (r"(?<=\d)(?:~|～|—|–|−|至|到)(?=\d)", "-"),
    (rf"pct({_RANGE})", r"\1%"),
    (r"℃|摄氏度|°c?", "度"),
    (r"(\d+)分之(\d+)", r"\2/\1"),
    (r"(?<![\d.])(\d+)点(\d)(?![分刻钟])", r"\1.\2"),
    (r"(\d+)度(\d)(?!\d*[天日周月年次个片粒颗支包级型度])", r"\1.\2度"),
    (r"(\.\d*?)0+(?=\D|$)", r"\1"),
    (r"\.(?=\D|$)", ""),
    (r"(\d)个?加号", r"\1+"),
    (rf"({_RANGE})(?:次|道|回)/(?:日|天|d(?![a-z]))", r"日\1次"),
    (
        rf"(?:每|(?<![\d.])1|(?<![\d]))[日天](?:要|各|口服|内服|外用|[吃服用喷搽擦涂抹滴])?({_RANGE})(?:次|道|回|遍|顿|餐|摆|趟)",
        r"日\1次",
    ),
    (r"(?<=\d)(?:道|回|遍|摆|趟)(?!府)", "次"),
    (r"(\d)个?(?:星期|礼拜|周)", r"\1周"),
    (r"(\d)个?(?:小时|钟头)", r"\1小时"),
    (r"(\d)个月", r"\1月"),
    (r"(?<=\d)日(?!\d)", "天"),
    (r"([左右])(?:边|面|爿)", r"\1侧"),
)
_BEFORE = tuple((re.compile(pattern), becomes) for pattern, becomes in _SPELLING)
_AFTER_DIGITS = tuple((re.compile(pattern), becomes) for pattern, becomes in _QUANTITIES)


@functools.lru_cache(maxsize=8192)
def spelled(text: str) -> str:
    """Return a text in the one spelling that wordings and drafts are compared in."""
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2044", "/")
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r"(?<![a-z0-9]) | (?![a-z0-9])|(?<=\d) (?=[a-z])", "", text)
    for pattern, becomes in _BEFORE:
        text = pattern.sub(becomes, text)
    text = _NUMERAL_RUN.sub(_digits, text)
    text = re.sub(r"\+{2,}", lambda match: f"{len(match[0])}+", text)
    text = re.sub(r"(?<![a-z])(qd|bid|tid|qid)(?![a-z])", lambda match: f"日{_LATIN[match[1]]}次", text)
    for pattern, becomes in _AFTER_DIGITS:
        text = pattern.sub(becomes, text)
    return text


def _digits(match: re.Match[str]) -> str:
    run = match[0]
    before = match.string[match.start() - 1 : match.start()]
    if run == "两" and before and (before.isdigit() or before in "几半斤"):
        return run  # the weight
    return "/".join(str(number) for number in read_run(run)).replace("~", "-")


@functools.lru_cache(maxsize=8192)
def _wording(text: str) -> re.Pattern[str]:
    plain = spelled(text)
    pressure = re.fullmatch(r"(\d{2,3})/(\d{2,3})", plain)
    if pressure:
        body = f"{pressure[1]}[/,、-]{pressure[2]}"
    else:
        body = r"[^,，;；:：。!！?？\n]{0,8}?".join(re.escape(piece) for piece in plain.split("*"))
    head = r"(?<![\d.])(?<!\d-)" if plain[:1].isdigit() else ""
    tail = r"(?!\.?\d)" if plain[-1:].isdigit() else ""
    return re.compile(head + body + tail)


class Said(StrEnum):
    """What a record says of a thing that it names."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    UNASKED = "unasked"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a wording stands in a spelled text."""

    wording: str
    start: int
    end: int


def places(text: str, wordings: Iterable[str]) -> Iterator[Place]:
    """Yield every place where one of the wordings stands; `text` is spelled already."""
    for wording in wordings:
        for match in _wording(wording.removeprefix("=")).finditer(text):
            yield Place(wording, match.start(), match.end())


_CLAUSE_END = re.compile(r"[,;:。!?()\n]")
_SENTENCE_END = re.compile(r"[;。!?\n]")
# words that hold a negation character and deny nothing that follows
_HOLDERS = """
未愈 未婚 未育 未孕 未经 未治 未处理 未缓解 未好转 未减轻 未退 未重视 未在意
未就诊 未控制 未监测 未规律 未规范 未按时 未坚持 未成年 无力 无效 无名指 无菌
无缓解 无好转 无改善 无法 无意 无规律 无诱因 无明显诱因 无明确诱因 无特殊诱因
无明显原因 无原因 没精神 没力 没劲 没胃口 没睡 没好 没缓解 没用 没效 没退 没事
没法 没停 没控制 没注意 不慎 不小心 不适 不舒 不详 不清 不足 不佳 不全 不良 不稳
不规则 不规律 不明 不停 不止 不仅 不但 不断 不久 不均 不齐 不等 不畅 不振 不同
不当 不洁 不利 不灵 不遂 不爽 不动 不着 不下 不到 不出 不了 不上 不住 不起 不过
不消化 不典型 不好 不定 不受 不耐 不思 不欲 不知 不便 不正 不太好 不成 不行 不开
睡不 吃不
"""
_NO_CUES = re.compile("|".join(sorted(_HOLDERS.split(), key=len, reverse=True)))
_CUES = re.compile("没[有得见]?|莫得|呒没|冇|未|无|不|否认|并非|排除|停[用服]|禁[用止服]|勿|唔|袂")
_ENDS_SCOPE = re.compile("但|却|出现|伴|诱因|仍|有|可[见闻触及]|呈|予|建议|改|继续|加用|转|需|注意|多")
_UNASKED = re.compile("未[询问提述记录采测查量涉说做]|待[询问核补]|没有?问(?!题)|未检查")
_DENIED_AFTER = re.compile(r"(?:史|征|症状|体征|试验|感)?均?(?:\(-\)|阴性|:?(?:\(-\)|无|否认|未|没有|阴性))")
_NEGATIVE = re.compile("[无未没不否冇勿唔袂]")


def said(text: str, place: Place) -> Said:
    """Return what a spelled text says of the thing at a place, judged in its clause."""
    before = _CLAUSE_END.split(text[max(0, place.start - 30) : place.start])[-1]
    after = re.split(r"[,;。\n]", text[place.end : place.end + 10])[0]
    if _UNASKED.search(before) or _UNASKED.search(after):
        return Said.UNASKED
    open_text = _NO_CUES.sub(lambda match: "＿" * len(match[0]), before)
    if any(not _ENDS_SCOPE.search(before[cue.end() :]) for cue in _CUES.finditer(open_text)):
        return Said.DENIED
    direct = _DENIED_AFTER.match(after)
    if direct and (":" in direct[0] or "阴性" in direct[0] or "(-)" in direct[0]):
        return Said.DENIED
    return Said.AFFIRMED


def plain_none(text: str) -> bool:
    """Whether a field says nothing but that there is none."""
    lines = {re.sub(r"[\W_]", "", line) for line in text.split("\n")} - {""}
    return bool(lines) and lines <= {"无", "否认", "没有", "无特殊", "过敏史无", "过敏史否认"}


def holds_negation(wording: str) -> bool:
    """Whether a wording is a denial by itself (腰不痛)."""
    return bool(_NEGATIVE.search(wording))


def near_text(text: str, place: Place, reach: int) -> str:
    """Return what stands around a place within its sentence."""
    before = _SENTENCE_END.split(text[max(0, place.start - reach) : place.start])[-1]
    after = _SENTENCE_END.split(text[place.end : place.end + reach])[0]
    return f"{before}|{after}"
