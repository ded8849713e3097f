"""Bare answers: which of the asked things 没得, 冇, 都没有, 有, 痛 or 还好 denies or affirms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.talk import Exchange, Part

_PARTICLES = r"[的了过啊呀嘞哈啦嘛哦噢个噻咯呢吧喔㗎嘅哩唉欸矣咧，]*"
_LEAD_IN = (
    r"(?:这个|那个|这些|那些|药仔?|我|俺|涯|阮|伊|他|她|佢|倒|那|都|也|就|侪|全|拢总?|统统|样样|真|好像|暂时|目前|从来|一直|晚上|夜里|夜晚|夜晡|暝时|白天|现在|"
    r"向来|老早|以前|从前|平时|平常|一向|啥|咩|乜|哦|嗯|啊|唉)*"
)
_NO = re.compile(
    rf"^{_LEAD_IN}(?:没有|没得|木有|冒得|莫得|呒没|呒不|呒拨|冇得|冇啊|冇|无得|无矣|无啦|无|没|毋捌|未曾|未|不|没觉得|"
    rf"没感觉|没注意到|冇留意|没啥|没啥子|没什么|呒啥|冇咩|冇乜|"
    rf"没毛病|没问题|没[那这]回?事儿?|没事|冇事|呒事|无代志|袂|毋|唔会|不会|唔|勿|弗|都好|好好|好着|正常|都正常|还好|还行|还可以|可以|行|好个|"
    rf"好的|好|一样)(?:这些|那些|嗰啲|呢啲|啥的){{0,1}}{_PARTICLES}"
    rf"(?:没有|没得|冇|呒没|无|没)?{_PARTICLES}$"
)
_NOT_NO = re.compile(r"^(?:好|行|可以|好的|好个)[的个嘛啊]?$")
_YES = re.compile(
    rf"^(?:(?:有){{1,4}}|有的|有个|有啊|嗯|对|是|是的|系|系系系|是嘞|中|会|会个|要|着|嘿啊|是啊|对对|对啊|可不|"
    rf"那可不|[出得有生打做患犯种]过个?|有哦|有呢|都有|侪有|有点儿?|有滴|有啲|有一点儿?|有些|有一眼){_PARTICLES}$"
)
_VERB = re.compile(r"[痛疼咳吐烧肿麻痒晕泻拉喘动花胀酸怕呕流烂窜木恶渴睡抽饮食喝抽戴冲](?:吐|心|嗽|慌)?")
_NEGATED_VERB = re.compile(
    rf"^{_LEAD_IN}(?:没有|没得|莫得|呒没|呒不|没|不|勿|唔|冇|毋|袂|弗|未|莫|无)(?P<verb>[^有]{{1,3}}?){_PARTICLES}$"
)
_ECHOED = "淌流咳吐呕喘抖麻痒肿痛疼怕晕昏拉泻渗烂裂"  # verbs whose repetition affirms; 量少 affirms no 量多
_UNSURE = re.compile(r"不晓得|不清楚|不知道|唔知|毋知|勿晓得|不记得|唔记得|记不得|没注意|没留意|冇留意")
_DENIED_AFTER = re.compile(
    rf"^(?P<verb>(?!别|其他|这|那).{{1,2}}?)(?:倒是|倒|是|就|都|也|侪)*(?:没得|没有|木有|冇|无|呒没|莫得|没){_PARTICLES}$"
)
_CONTRAST = re.compile(
    rf"^(?P<verb>.{{1,2}}?)(?:倒|是|就|也|都|侪)+(?:是)?(?:没有|没|不|勿|唔|冇|毋|袂|弗)(?P=verb){_PARTICLES}$"
)
_PLAIN_VERB = re.compile(
    rf"^(?:也|还|就|就是|有点|有滴|有啲|又|真|老|好|特别)*(?P<verb>.{{1,2}}?){_PARTICLES}$"
)
_STILL_FINE = re.compile(
    r"(?:还好|还行|正常|没事|冇事|好的|好个|可以|没问题|没毛病|清爽|顺|通)" + _PARTICLES + "$"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer does to what was asked.

    Attributes:
        topics: the asked things it decides.
        polarity: whether they are there.
        part: the answering clause.
        unclear: several things were asked and a bare yes answered.
    """

    topics: tuple[Mention, ...]
    polarity: Polarity
    part: Part
    unclear: bool = False


def is_bare_no(text: str) -> bool:
    """Whether a whole clause only denies."""
    return bool(_NO.match(text)) and not _NOT_NO.match(text)


def is_bare_yes(text: str) -> bool:
    """Whether a whole clause only affirms."""
    return bool(_YES.match(text))


def decide(exchange: Exchange) -> list[Verdict]:
    """Return what the answers of an exchange decide about its topics, bare answers only."""
    verdicts: list[Verdict] = []
    named = {item.standard for part in exchange.answers if part.subject.patient for item in part.mentions}
    open_topics = [topic for topic in _unique(exchange.topics) if topic.standard not in named]
    for index, part in enumerate(exchange.answers):
        if part.retracted or part.clause.question or not part.subject.patient:
            continue
        alone = len(exchange.topics) == 1
        verdict = _verdict(part, open_topics, first=index == 0, alone=alone)
        if verdict is not None and verdict.topics:
            verdicts.append(verdict)
            decided = {topic.standard for topic in verdict.topics}
            open_topics = [topic for topic in open_topics if topic.standard not in decided]
    return verdicts


def _unique(topics: tuple[Mention, ...]) -> list[Mention]:
    """Return each topic once; a general word (疼痛) gives way to what it is part of (胸痛)."""
    kept: dict[str, Mention] = {}
    for topic in topics:
        kept.setdefault(topic.standard, topic)
    return [topic for topic in kept.values() if topic.standard not in ("疼痛", "不适", "肿胀")]


def _verdict(part: Part, topics: list[Mention], *, first: bool, alone: bool) -> Verdict | None:
    text = part.text
    if _UNSURE.search(text):
        return None
    if part.clause.abrupt and text in ("嗯", "啊", "哦", "呃", "哎"):
        return None  # a hesitation, no yes
    if is_bare_no(text) and first:
        return Verdict(tuple(topics), Polarity.DENIED, part)
    if is_bare_yes(text) and first:
        return Verdict(tuple(topics), Polarity.AFFIRMED, part, unclear=len(topics) > 1)
    turned = None if part.mentions else _fronted(text, topics)
    if turned is not None:
        return Verdict((turned[0],), turned[1], part)
    denied = _denied_by_verb(text, topics, first=first, alone=alone)
    if denied is not None:
        return Verdict(denied, Polarity.DENIED, part)
    plain = _PLAIN_VERB.match(text)
    if plain is not None and first:
        return Verdict(_by_verb(plain["verb"], topics, alone=False), Polarity.AFFIRMED, part)
    if len(text) <= 5 and not part.mentions and not re.search(r"没|不|冇|无|唔|勿|毋|袂", text):
        return Verdict(_by_first_character(text, topics), Polarity.AFFIRMED, part)
    return None


_FRONTED_CHARS = 7
_NEGATION = re.compile(r"[不没冇无唔勿毋袂弗莫]")
_AFFIRMS = re.compile(r"[有得多重凶]|厉害|常|老")


def _fronted(text: str, topics: list[Mention]) -> tuple[Mention, Polarity] | None:
    """Return the topic whose object an answer puts before its verb, with what it says: 冒酸水？ – 酸水不冒."""
    if len(text) > _FRONTED_CHARS:
        return None
    for topic in topics:
        form = topic.entry.form
        if len(form) < len("打嗝") or form in text or not set(form) <= set(text) or _NEGATION.search(form):
            continue
        if _NEGATION.search(text):
            return topic, Polarity.DENIED
        if _AFFIRMS.search(text):
            return topic, Polarity.AFFIRMED
    return None


def _denied_by_verb(
    text: str, topics: list[Mention], *, first: bool, alone: bool
) -> tuple[Mention, ...] | None:
    """Return the topics that an answer denies by their verb (不痛, 拉倒是没得) or calls fine; None where it doesn't."""
    negated = _NEGATED_VERB.match(text)
    if negated is not None:
        return _by_verb(negated["verb"], topics, first and alone)
    contrast = _DENIED_AFTER.match(text) or _CONTRAST.match(text)
    if contrast is not None:
        return _by_verb(contrast["verb"], topics, alone)
    if _STILL_FINE.search(text) and len(text) <= _FINE_CHARS:
        return _by_words(text, topics)
    return None


_FINE_CHARS = 8  # a longer clause that ends in 还好 tells more than that all is well


def _by_first_character(text: str, topics: list[Mention]) -> tuple[Mention, ...]:
    """Return the topics whose verb the answer repeats: 淌眼泪不 – 哗哗淌."""
    return tuple(
        topic
        for topic in topics
        if topic.entry.form[0] in text and topic.entry.form[0] in _ECHOED and len(topic.entry.form) > 1
    )


def _by_verb(verb: str, topics: list[Mention], alone: bool) -> tuple[Mention, ...]:
    """Return the topics whose spoken form holds the verb of the answer (痛 of 胸口痛不痛)."""
    same = tuple(
        topic for topic in topics if verb and (verb in topic.entry.form or _synonym(verb) in topic.entry.form)
    )
    if same:
        return same
    return tuple(topics) if alone and len(topics) == 1 and topics[0].kind is Kind.SYMPTOM else ()


def _synonym(verb: str) -> str:
    return {"痛": "疼", "疼": "痛", "拉": "泻", "烧": "热", "屙": "泻", "吐": "呕", "呕": "吐"}.get(
        verb, verb
    )


def _by_words(text: str, topics: list[Mention]) -> tuple[Mention, ...]:
    """Return the topics that share a word of two characters with the answer (出气还好)."""
    pairs = {text[index : index + 2] for index in range(len(text) - 1)}
    return tuple(topic for topic in topics if any(pair in topic.entry.form for pair in pairs))
