"""Which findings a clause names, and whether it affirms or denies them.

Chinese denies in three places: before the finding (没有咳嗽), inside it (头不痛, 咳不出来 is none) and after it
(糖尿病没得). A negation character inside a longer word (不舒服, 睡不着) denies nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.core.records.people import Region
from desktop_app.terms.lexicon import Entry, Hit, Kind, Lexicon
from desktop_app.terms.tables import shipped_table


class Polarity(StrEnum):
    """What a clause says of a finding."""

    AFFIRMED = "affirmed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Mention:
    """A finding that a clause names; `start`/`end` are code points of the clause."""

    start: int
    end: int
    standard: str
    kind: Kind
    polarity: Polarity
    entry: Entry

    @property
    def ambiguous(self) -> bool:
        """Whether the form has other meanings as well."""
        return bool(self.entry.candidates)


FINDINGS = (Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.DRUG, Kind.DRUG_GROUP, Kind.EXAM, Kind.LAB)


def _cues(direction: str, *kinds: str) -> str:
    """Return the shipped negation cues of a direction as alternatives, longest first."""
    cues = {
        row["cue"]
        for row in shipped_table("negation_cue")
        if row["direction"] == direction and row["kind"] in kinds
    }
    return "|".join(re.escape(cue) for cue in sorted(cues, key=lambda cue: (-len(cue), cue)))


_CUE = _cues("before", "absent", "deny", "never")
_BEFORE = re.compile(_CUE)
_INSIDE = re.compile(
    r"(?:倒是?|都|侪|拢|并|可)?(?:没有|没得|木有|冒得|呒没|呒不|莫得|不会(?=[痛疼痒麻肿])|不太|不怎么|不|没|冇|唔|勿|弗|毋|袂|未|"
    r"无|否(?=[痛疼痒烧咳胀]))"
)
# what may stand between a negation and the finding that it denies
_GAP = re.compile(
    r"(?:有|再|怎么|咋|太|很|特别|啥子?|什么|乜|咩|过|出现|感觉|觉得|得|明显|发|也|都|大|到|咁|么|个|啲|滴|点儿?|"
    r"、|和|及|跟|或者?|同|搭|还是|了|嘅|的|去|见|"
    r"任何|其他|其它|别的|这些|那些|这种|那种|这个|那个|患|诊断|查出|发现|吃|服|用|打|做|药物?|向|事)*"
)
_AFTER = re.compile(
    r"(?:伊|他|她|我|佢|渠|阮|俺|涯|史|征|症状|这些|那些|啥的|什么的|的话|倒是|倒|呢|啊|都|也|就|侪|嘅|个|是|过|药|"
    r"一直|从来|向来|目前|暂时|完全|，)*"
    rf"(?:{_cues('after', 'absent', 'deny', 'never')}|没(?!的$)|(?:不|唔|勿|毋)(?:是|会|得|明显|存在)?)"
    r"(?:过|个|的|啊|呀|嘞|哈|了|啦|嘛|哦|噻|嘅|发现|出现|有)*$"
)
# a body part with one of these is a finding even where no table lists the pair
_PREDICATES = {
    said: written
    for written, forms in (
        ("痛", "疼 痛 疼痛 赤 赤痛"),
        ("麻木", "麻 痹 发麻 发木 木"),
        ("肿胀", "肿"),
        ("瘙痒", "痒 痕"),
        ("胀", "胀 发胀"),
        ("酸痛", "酸 酸痛"),
        ("无力", "无力 没力 没劲 冇力 发软 软"),
        ("僵硬", "僵 硬"),
        ("出血", "出血 流血"),
        ("抖", "抖 震"),
        ("痉挛", "抽筋"),
        ("发热感", "发烫"),
        *((same, same) for same in ("胀痛", "红肿", "发红", "流脓", "闷", "干", "苦", "绞痛", "刺痛")),
    )
    for said in forms.split()
}
_PREDICATE = re.compile(
    r"(?:有点儿?|有些|有啲|有滴|有少少|还|也|都|就|很|好|特别|老|一直|侪|真|个|哪|会|发|隐隐|阵阵|一阵一阵|"
    r"绞到绞到|绞到|绞绞|扯到|热辣辣|火辣辣|针扎样|刀割样|突突|的|咁|地)*(?P<what>"
    + "|".join(sorted(_PREDICATES, key=len, reverse=True))
    + ")"
)
_MEASURE_NEGATED = re.compile(
    r"(?P<what>血压|血糖|血脂|尿酸)(?=(?:和|跟|、|血压|血糖|血脂|尿酸)*(?:都|也|侪|拢|一直|从来|倒|是|并|还)*"
    r"(?:(?:不|没有?|呒[不没]|冇|无|唔|勿|毋|袂|否)(?:怎么|太)?(?:高|悬)|正常|好好|蛮?好个?$))"
)
# 血压不高 is how a high blood pressure is denied; a sugar that is not high denies no more than that
MEASURES = {"血压": "高血压", "血糖": "血糖升高", "血脂": "血脂升高", "尿酸": "尿酸升高"}


# one-character verbs are findings only where they are all that is said: 咳, 没有拉, 不烧
_VERBS = {
    said: standard
    for standard, forms in (
        ("咳嗽", "咳嗽"),
        ("呕吐", "吐呕"),
        ("发热", "烧"),
        ("腹泻", "拉泻屙"),
        ("瘙痒", "痒痕"),
        ("气喘", "喘"),
        ("头晕", "晕昏"),
        ("抽搐", "掣"),
        ("体重下降", "瘦"),
        ("麻木", "麻"),
    )
    for said in forms
}
_BARE_VERB = re.compile(
    rf"^(?:他|她|伊|佢|我|娃儿?|就是|就|还|也|又|都|老是|一个劲儿?地?|一劲|净|光|老|有点儿?|有滴|有啲|一直|干|哪会|今天|昨晚|晚上|人|"
    rf"倒)*(?P<no>{_CUE})?(?:再|过|怎么|发|有|得)*"
    rf"(?P<verb>[{''.join(_VERBS)}])(?:了|过|的|个|啊|呀|嘛|嘞|得|矣|哦|嘅|咗|呗|哩)*$"
)


def collapse(text: str) -> str:
    """Return a question with its choice taken out: 痛不痛 → 痛, 有没有咳嗽 → 咳嗽, 发唔发烧 → 发烧."""
    text = re.sub(r"^[^，]{0,2}(?:这个|那个)", "", text) if len(text) > 12 else text
    text = re.sub(r"有没有|有冇得?|有无(?!力)|有没得|有呒没|阿有|敢有|有毋", "", text)
    text = re.sub(r"(?<=.)阿(?=[有是痛疼泻咳吐烧麻肿痒高睏闷])", "", text)  # 肚皮阿泻
    text = re.sub(r"^(.)(.{2,8})[不没唔勿冇毋弗袂]\1$", r"\1\2", text)  # 戴隐形眼镜不戴
    text = re.sub(r"(..)[不没唔勿冇毋弗袂](?=\1)\1", r"\1", text)
    return re.sub(r"(.)[不没唔勿冇毋弗袂](?=\1)\1", r"\1", text)


def mentions(text: str, lexicon: Lexicon, region: Region | None) -> list[Mention]:
    """Return what a clause names, in order, each affirmed or denied."""
    hits = all_hits(text, lexicon, region)
    shielded = [(hit.start, hit.end) for hit in hits]
    found: list[Mention] = [*_measures(text), *_bare_verb(text)]
    for item in _inner_denials(text, hits, lexicon, region):
        if not any(other.start < item.end and item.start < other.end for other in found):
            found.append(item)
    taken = [(item.start, item.end) for item in found]
    for hit in hits:
        entry = _meaning(hit)
        if (
            entry is None
            or _likened(text, hit, entry)
            or any(start < hit.end and hit.start < end for start, end in taken)
        ):
            continue
        denied = _denied(text, hit, hits, shielded)
        polarity = Polarity.DENIED if denied else Polarity.AFFIRMED
        found.append(Mention(hit.start, hit.end, entry.standard, entry.kind, polarity, entry))
        taken.append((hit.start, hit.end))
    denied_too = {item.standard for item in found if item.polarity is Polarity.DENIED}
    kept = (item for item in found if item.polarity is Polarity.DENIED or item.standard not in denied_too)
    return sorted(kept, key=lambda item: item.start)


def without_drugs(text: str, named: Iterable[Mention], becomes: str = "") -> str:
    """Return a text without its drug names, which may hold a negation's characters (阿莫西林, 免疫球蛋白)."""
    for mention in named:
        if mention.kind in (Kind.DRUG, Kind.DRUG_GROUP):
            text = text.replace(mention.entry.form, becomes)
    return text


_LIKE = re.compile(r"(?:像|若|似|跟|如同|亲像)[^，]{0,5}$")
_LIKENED = ("发热", "动物咬伤", "犬咬伤", "烧伤", "烫伤", "电击伤")


def _likened(text: str, hit: Hit, entry: Entry) -> bool:
    """Whether a finding only says what a pain is like: 像火烧样 is no fever."""
    return entry.standard in _LIKENED and bool(_LIKE.search(text[: hit.start]))


def _meaning(hit: Hit) -> Entry | None:
    """Return the finding that a form names; a disease's name is the disease, not the sign that it may stand for."""
    entry = hit.of(*FINDINGS)
    disease = hit.of(Kind.DIAGNOSIS)
    if entry is not None and disease is not None and entry.kind is Kind.SYMPTOM:
        return entry if set(entry.standard) & set(entry.form) else disease
    return entry


def _bare_verb(text: str) -> Iterator[Mention]:
    match = _BARE_VERB.match(text)
    if match is None:
        return
    entry = Entry(match["verb"], _VERBS[match["verb"]], Kind.SYMPTOM, detail="verb")
    polarity = Polarity.DENIED if match["no"] else Polarity.AFFIRMED
    yield Mention(match.start("verb"), match.end("verb"), entry.standard, Kind.SYMPTOM, polarity, entry)


def all_hits(text: str, lexicon: Lexicon, region: Region | None) -> list[Hit]:
    """Return the forms in a text, body part and predicate (手杆有点麻) taken together as one finding."""
    hits = lexicon.find(text, region)
    pairs = list(_bridged(text, hits, lexicon, region))
    pairs += [
        pair
        for pair in _composed(text, hits)
        if not any(other.start < pair.end and pair.start < other.end for other in pairs)
    ]
    kept = [hit for hit in hits if not any(pair.start < hit.end and hit.start < pair.end for pair in pairs)]
    return sorted([*pairs, *kept], key=lambda hit: hit.start)


# what may stand inside a finding's form: an adverb, or the measure word of its object (吞了个硬币)
_ADVERB = re.compile(
    r"也|都|还|老是|老|一直|有点儿?|有些|有少少|少少|有啲|有滴|侪|又|(?<=[了过到着])一?[个颗粒只块枚条根](?!月)"
)


def _bridged(text: str, hits: list[Hit], lexicon: Lexicon, region: Region | None) -> Iterator[Hit]:
    """Yield findings with another word in their middle: 鼻子也不通 is 鼻子不通, 肚有少少痛 is 肚痛."""
    end = 0
    for adverb in _ADVERB.finditer(text):
        at = adverb.start()
        if at < end or any(hit.start < at and adverb.end() < hit.end for hit in hits):
            continue
        for hit in lexicon.find(text[:at] + text[adverb.end() :], region):
            if hit.of(Kind.SYMPTOM) and hit.start < at < hit.end:
                end = hit.end + len(adverb[0])
                yield Hit(hit.start, end, hit.entries)


def _composed(text: str, hits: list[Hit]) -> Iterator[Hit]:
    """Yield body part + predicate pairs as findings of their own: 手杆麻 → 手臂麻木."""
    for hit in hits:
        part = hit.of(Kind.BODY_PART)
        if part is None:
            continue
        match = _PREDICATE.match(text, hit.end)
        if match is None:
            continue
        side = re.search(r"(?:左|右|双|两)(?:边|侧|面|爿|只|个)?$", text[: hit.start])
        start = side.start() if side else hit.start
        mild = "轻度" if re.search(r"有点|有些|有啲|有滴|有少少|少少", match[0]) else ""
        place = part.standard.removesuffix("部") or part.standard
        name = mild + (_side(side[0]) if side else "") + place + _PREDICATES[match["what"]]
        form = text[start : match.end()]
        yield Hit(start, match.end(), (Entry(form, name, Kind.SYMPTOM, detail="composed"),))


def _side(said: str) -> str:
    return {"左": "左侧", "右": "右侧"}.get(said[0], "双侧")


def _inner_denials(text: str, hits: list[Hit], lexicon: Lexicon, region: Region | None) -> Iterator[Mention]:
    """Yield findings that a negation inside them denies: 腰不疼 → 腰痛 denied."""
    for cue in _INSIDE.finditer(text):
        if any(hit.start <= cue.start() and cue.end() <= hit.end for hit in hits if _shields(hit, cue)):
            continue
        joined = text[: cue.start()] + text[cue.end() :]
        at = cue.start()
        inner = lexicon.find(joined, region)
        for hit in [*_composed(joined, inner), *inner]:
            entry = hit.of(Kind.SYMPTOM, Kind.DIAGNOSIS)
            if entry is not None and hit.start < at < hit.end:
                yield Mention(
                    hit.start, hit.end + len(cue[0]), entry.standard, entry.kind, Polarity.DENIED, entry
                )
                break


def _measures(text: str) -> Iterator[Mention]:
    for match in _MEASURE_NEGATED.finditer(text):
        standard = MEASURES[match["what"]]
        yield Mention(
            match.start(),
            match.end(),
            standard,
            Kind.DIAGNOSIS,
            Polarity.DENIED,
            Entry(standard, standard, Kind.DIAGNOSIS),
        )


def _shields(hit: Hit, cue: re.Match[str]) -> bool:
    """Whether a longer word holds the negation character: 睡不着, 不舒服."""
    return hit.end - hit.start > len(cue[0])


# two negations affirm (没有一天不头疼), and a drug that was not taken is no denial of a finding
_DOUBLE = re.compile(r"(?:没有?|冇|无)[^，]{0,4}(?:不|没|唔|勿)$|没有?(?:吃|用|打)药$|^(?:没有?|冇)不$")


def _denied(text: str, hit: Hit, hits: list[Hit], shielded: list[tuple[int, int]]) -> bool:
    if _AFTER.match(text, hit.end):
        return True
    for cue in _BEFORE.finditer(text, 0, hit.start):
        if any(
            (start <= cue.start() and cue.end() < end) or start < cue.start() < end for start, end in shielded
        ):
            continue
        if _DOUBLE.search(text[: hit.start]):
            continue
        between = text[cue.end() : hit.start]
        for other in hits:
            if other.of(Kind.PSEUDO):
                continue
            if cue.end() <= other.start and other.end <= hit.start and other.of(*FINDINGS, Kind.BODY_PART):
                between = between.replace(other.form, "")
        if _GAP.fullmatch(between):
            return True
    return False
