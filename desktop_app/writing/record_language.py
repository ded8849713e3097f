"""From what was said to what a record says: dialect to standard, fillers out, quantities in notation."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from desktop_app.core.records.people import Region
from desktop_app.terms.lexicon import MISHEARD, Entry, Hit, Kind, Lexicon, shipped_lexicon
from desktop_app.terms.measures import MeasureWriter
from desktop_app.terms.tables import shipped_table

# standards that name less than what was said: the spoken form says more
_GENERIC = frozenset(
    "面色萎黄 肌肉痉挛 血压升高 多汗 过敏性鼻炎样症状 结膜炎样症状 疼痛 肿胀 瘙痒 麻木 手痛 足痛 腿痛 上肢痛 下肢痛 "
    "肢体麻木 肢体痛 四肢痛 关节痛 手臂痛 无力 出血 不适 外伤 肢体无力 皮肤破损".split()
)
# standards that say more than the spoken form; what a record may say instead, nothing: the form itself
_OVERSTATED = {"体温恢复正常": "热退", "暴饮暴食": "", "服用有效": "", "剧烈疼痛": "疼痛明显", "痊愈": "好转"}
# an examination is written in standard words only where they add no finding and no place
_EXAM_CHARACTERS = frozenset("部无有未肿大充血红啰哮鸣音咽扁桃体软压痛")
_QUALIFIER = re.compile(r"^(?:[12]型|慢性|急性|原发性|继发性|单纯性)+")
_LEAD = re.compile(
    r"^(?:医生|大夫|先生|哎呀|哎哟|哎|唉|诶|嗯+|呃|啊|哦|噢|喏|呀|喔|哇|那个|这个|就是说|就是讲|就是|反正|其实|"
    r"然后|而且|不过(?!中线|关|夜|瘾|量|膝|肘|肩|腰|脐|踝)|但是|但|可是|只是|倒是|"
    r"还有|还|也|又|就|都|再|那(?![年次回天边时种个])|是(?!否)|系|我觉得|我感觉|觉得|感觉|我看|我想|估计|"
    r"我自己|我各人|我们|我|俺们|俺|涯|阮|阿拉|吾|咱们|咱|伲|你|您|他|她|伊|佢|渠|娃儿|自己|各人|自家|对(?!侧)|，)+"
)
_TAIL = re.compile(
    r"(?:的嘛|了嘛|的呢|的啦|嘛|呀|啊|哈儿|哈|咯|嘞|㗎|噶|啦|吧|呢|喔|哩|咧|哇|嗬|噻|哟|哦|啰|囉|咩|嘅|哉|唻|咋|添|"
    r"先|喽|撒|呗|欸|了|的|个(?!月)|得来|来的|样子|(?<=[钟天日年])度)+$"
)
_DEGREE = (
    (
        re.compile(
            r"(?<=[痛疼痒肿胀酸麻晕昏难重累慌闷热冷烧咳喘渴])得(?:很|凶|要命|要死|不得了|厉害|恼火|遭不住|不行|"
            r"受不了|飞起|惨)|煞(?:哉|脱)?$|死(?:我)?了|得慌|得来$"
        ),
        "明显",
    ),
    (re.compile(r"得(?:很|来|要命|要死|不得了)$"), ""),
    (re.compile(r"(?:有一?点儿?|有些|有啲|有滴|有一眼|稍微|少少|些许|略微)"), "轻度"),
    (re.compile(r"(?:老|可|贼|忒|恁|蛮|好|真|特别|非常|十分|太|很|几)(?=[痛疼痒肿胀酸麻晕昏难重累])"), ""),
)
_PRONOUN = re.compile(r"(?<![自本])(?:我自己|我的|我们|我|俺|涯|阮|阿拉|您|你)(?![^，]{0,1}(?:公司|厂))")
_EMPTY = re.compile(r"(?:的话|那种|这种|那样|这样|什么的|啥的|之类的|一下子?|一哈儿?|个人|那里|这里|这边儿)")


@functools.cache
def measure_writer() -> MeasureWriter:
    """Return the quantity writer that knows the names of the tables that ship."""
    return MeasureWriter(shipped_lexicon().names)


@functools.cache
def _plain_words() -> Mapping[str, str]:
    """Return the forms that say less than the standard term under which they are looked for."""
    return {row["form"]: row["written"] for row in shipped_table("plain_wording")}


def written(entry: Entry) -> str:
    """Return how a record writes a spoken form, never more than was said.

    胃病 stays 胃病 (not 慢性胃炎), 糖尿 becomes 糖尿病 (not 2型糖尿病), 脑壳昏 becomes 头晕.
    """
    if entry.candidates:
        return entry.form
    if entry.kind is Kind.SYMPTOM and entry.form in _plain_words():
        return _plain_words()[entry.form]  # 脚趾头疼 says nothing of the redness of 足趾红肿疼痛
    if entry.kind is Kind.DIAGNOSIS:
        plain = _QUALIFIER.sub("", entry.standard)
        same = set(plain) == set(entry.form) or entry.form in plain
        return plain if same or entry.region is not None else entry.form
    if entry.kind is Kind.LAB:
        return entry.form  # 血糖 is what was said, not 葡萄糖
    if entry.kind is Kind.DRUG:
        return entry.standard if entry.detail == MISHEARD else entry.form
    if entry.kind is Kind.EXAM:
        return entry.standard if set(entry.standard) <= set(entry.form) | _EXAM_CHARACTERS else entry.form
    if entry.standard in _OVERSTATED:
        return _OVERSTATED[entry.standard] or entry.form
    if entry.region is None and (entry.standard in _GENERIC or entry.detail == "event"):
        return entry.form
    return entry.standard


_REPLACED = (
    Kind.SYMPTOM,
    Kind.DIAGNOSIS,
    Kind.BODY_PART,
    Kind.TIME,
    Kind.WORD,
    Kind.DRUG,
    Kind.EXAM,
    Kind.DRUG_GROUP,
)


def _keeps_meaning(hit: Hit) -> bool:
    """Whether a doctor's word may be put in its standard form: dialect, or the same word in record spelling."""
    entry = hit.of(*_REPLACED)
    if entry is not None and entry.detail == "composed":
        return False
    if entry is None or entry.kind is not Kind.SYMPTOM or entry.region not in (None, Region.MANDARIN):
        return True
    return len(entry.standard) <= len(entry.form) and bool(set(entry.standard) & set(entry.form))


@functools.cache
def function_words(region: Region | None) -> tuple[tuple[str, str], ...]:
    """Return a region's grammar words and their standard ones, the longest first."""
    rows = [
        row
        for row in shipped_table("dialect_function")
        if region is not None and row["region"] == region.value
    ]
    return tuple(sorted(((row["form"], row["standard"]) for row in rows), key=lambda pair: -len(pair[0])))


class RecordLanguage:
    """Rewrites clauses of one talk.

    Args:
        lexicon: the spoken forms.
        region: where the speakers are from, if known.
    """

    def __init__(self, lexicon: Lexicon, region: Region | None) -> None:
        self._lexicon = lexicon
        self._region = region

    def standard(self, text: str, hits: list[Hit] | None = None) -> str:
        """Return a text with every known form in its standard words."""
        parts: list[str] = []
        position = 0
        for hit in self._lexicon.find(text, self._region) if hits is None else hits:
            entry = hit.of(*_REPLACED)
            if entry is None and hit.of(Kind.PSEUDO) is None:
                continue
            if entry is None:
                parts += [self._functions(text[position : hit.start]), text[hit.start : hit.end]]
                position = hit.end  # 企图, 食欲: no grammar word stands in them
                continue
            replaced = self._replacement(entry)
            if position == hit.start and parts and parts[-1] == replaced:
                position = hit.end  # 起坨坨起疹子: two forms of one finding in a row
                continue
            parts += [self._functions(text[position : hit.start]), replaced]
            position = hit.end
        return "".join(parts) + self._functions(text[position:])

    def _functions(self, text: str) -> str:
        for form, standard in function_words(self._region):
            text = text.replace(form, standard)
        return text

    def _replacement(self, entry: Entry) -> str:
        if entry.kind is Kind.WORD and (
            entry.candidates or (self._region is None and entry.region is not Region.MANDARIN)
        ):
            return entry.form
        if entry.kind is Kind.DRUG_GROUP:
            return entry.form
        return written(entry)

    def rewrite(self, text: str, hits: list[Hit] | None = None) -> str:
        """Return one clause as a record writes it; empty where nothing but fillers was said."""
        said = self.standard(text, hits)
        said = _TAIL.sub("", _LEAD.sub("", said.strip()))
        for pattern, becomes in _DEGREE:
            said = pattern.sub(becomes, said)
        said = _PRONOUN.sub("", _EMPTY.sub("", said)).replace("没有", "无").replace("没得", "无")
        said = _TAIL.sub("", _LEAD.sub("", said))
        said = measure_writer().rewrite(said)
        said = re.sub(r"(mg|ml|μg|\dg)(?=\d)", r"\1 ", said)
        return said.strip(" ，。、")

    def hits(self, text: str) -> list[Hit]:
        """Return the known forms in a text."""
        return self._lexicon.find(text, self._region)

    def plain(self, text: str, hits: list[Hit]) -> str:
        """Return a doctor's clause: dialect to standard, but no finding put for another's words."""
        kept = [hit for hit in hits if _keeps_meaning(hit)]
        return self.rewrite(text, kept)

    def write(self, said: str, amended: str, hits: list[Hit]) -> str:
        """Return a clause as a record writes it, from its amended text where a number was put right."""
        return self.rewrite(amended) if amended else self.rewrite(said, hits)

    def quantities(self, text: str) -> str:
        """Return a text with its quantities in notation and its words as they are."""
        return measure_writer().rewrite(text)
