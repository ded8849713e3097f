"""What is said at a desk and belongs in no record: greetings, thanks, phone calls, wishes, worries."""

from __future__ import annotations

import re

from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import without_drugs
from desktop_app.writing.talk import Part

_POLITE = re.compile(
    r"^(?:医生|大夫|哦|嗯|啊|好|噢|那|行|要|对|哎)*(?:谢谢|多谢|唔该|谢了|感谢|辛苦|麻烦[你您]|要得|好的?|好嘞|"
    r"好勒|中|行|妥|晓得|知道|明白|清楚|记住|记下|记得|得令|可不是?|那是|没办法|"
    r"好个|好咧|好呀|好啊|得|可以|放心|不好意思|对不起|哎哟|哎呀妈呀|哎呀|妈呀|我的妈|天啊|系|是|嗯|喏|给你|来了|"
    r"坐|在这|拿去)[了的哈啊呀嘛哦嘞啦呢咧个晒矣医生大夫您你，]*$"
)
_PHONE = re.compile(
    r"^喂(?![得奶了不过着养食药])|打电话|接电话|电话|我在看病|在卫生[所室站院]|等[哈下会歇一]|一会儿的|回头(?:再)?(?:说|讲|打)|"
    r"先这样|挂了"
)
_DESK = re.compile(
    r"多少钱|贵不|报销|医保|身份证|排队|停车|泊|架车|电动车|摩托|下雨|天气|赶集|赶车|收据|开票|借|凳子|坐(?:下|这)|"
    r"门口|吵|别闹|别提|没法说|害怕|好惊|惊到死|[你您](?:刚|头先|刚才)[^，]{0,3}问|刚才没说|刚问|乖|听话|叫爷爷|"
    r"叫人|"
    r"笑人|问(?:你|他|她)|替[他她伊佢]说|替[他她伊佢]讲|丢人|遭罪|倒霉|老天|咋个办|怎么办|点算|咋办|怎么得了|吓死|吓(?:到|着)|怕得|担心|我想着|我以为|我估|我当|"
    r"寻思|估计|怕是|心想|当伊|硬撑|忍(?:着|到)|扛到|拖到"
)
_WISH = re.compile(
    r"(?:给|畀|拨|俾)我(?:开|挂|打|输|拿|来|吃|配)|想(?:开|打|输|挂|拿|要|做|查|拍|照)(?!不)|要(?:打针|输液|吊|挂)|"
    r"开点|开些|能不能|可不可以|得唔得|使唔使|用不用|需不需要|惊(?:注射|打针)|怕(?:打针|输液|伤|烫|痛|花)"
)
_GUESS = re.compile(
    r"^(?:我|还|就|也|都|当时)*(?:寻思|以为|还当|当是|估摸|疑心)(?!.*[零一二两三四五六七八九十半\d])"
)  # what one took it for
_PROPOSED = re.compile(
    r"^(?:我|俺|涯|阮)(?:就|还)?(?:说|讲|话|想)(?:给|喂|拿|畀|分|要给|买|弄)"
)  # meant, not done
_CALL_STARTS = re.compile(r"^喂(?![得奶了不过着养食药])")
_CALL_ENDS = re.compile(r"医生|大夫|不好意思|对不起|刚才|刚刚说")


def is_chatter(part: Part) -> bool:
    """Whether a clause of the patient's party tells nothing for the record."""
    text = part.text.strip("“”\"' 　")
    if (
        _GUESS.match(text)
        or _PROPOSED.match(text)
        or _POLITE.match(text)
        or _PHONE.search(text)
        or _WISH.search(text)
    ):
        return True
    return bool(_DESK.search(text)) and not part.mentions


NOT_DONE = re.compile(
    r"^(?:我|他|她|伊|佢|阮|涯|俺|那个|这个|那只|嗰只|就|也|可|都|但)*(?:没有?|冇|呒没|冒|不|唔|毋|勿|未|无)(?:让|敢|肯|吃|喝|饮|种|用|听|要|"
    r"咁做|整|食|去|点|抹|滴|同意|理|信|搽|擦|涂|打|拆|开|动|沾|上|贴|戴|含|塞|撒|喷|敷|熬|拔|给|画|揉|灌|刮|扎|烧|熏|吸|喂|试|饮|睬){1,2}(?:成|他|她|它|佢|伊|去|抹|搽|擦|涂|喝|喂|"
    r"药|食|吃|用){0,2}(?:了|着|啦|哦|嘞|过|那玩意儿?)*$"
)
_TREATS = re.compile(r"吃|喝|抹|割|拿|买|给|搽|擦|涂|打|用|滴|点|敷|药|针|食|罐|水")


def drop_refused(parts: list[Part]) -> list[Part]:
    """Return the parts without what was offered, bought or advised and then not done (叫我吃去痛片，我没吃)."""
    gone: set[tuple[int, int]] = set()
    for index, part in enumerate(parts):
        if not NOT_DONE.match(part.text) or _no_effect(parts[:index], part):
            continue
        before = [
            item
            for item in parts[max(0, index - 4) : index]
            if item.clause.utterance is part.clause.utterance
        ]
        given = [item for item in before if _offers(item) and _OFFERED.search(item.text)]
        named = [item for item in given if item.named(Kind.DRUG, Kind.DRUG_GROUP)]
        offered = next(iter(named[-1:] or given), None) or next(
            (item for item in reversed(before) if _offers(item)), None
        )
        harmed = any(_harmed(item) for item in before if offered and item.key >= offered.key)
        if offered is not None and not harmed:
            gone.update(item.key for item in [*before, part] if item.key >= offered.key)
    return [part for part in parts if part.key not in gone]


_HARMED = re.compile(
    r"皮试|过敏|疹|红|肿|痒|疙瘩|坨|吐|晕|喘"
)  # taken once, with a reaction, and never again
_SMELT = re.compile(r"闻|看到|看见|一想")


def _harmed(part: Part) -> bool:
    """Whether a clause tells of a reaction: not the 红 of 罗红霉素, nor a smell that repelled."""
    text = without_drugs(part.text, part.mentions)
    return bool(_HARMED.search(text)) and not _SMELT.search(text)


_USELESS = re.compile(
    r"^(?:也|都|就)?(?:没有?|冇|呒没|无|没啥|没得|莫得|不)(?:得|啥)?用(?:处)?(?:了|的|个|嘞|哩)?$"
)


def says_useless(text: str) -> bool:
    """Whether a clause says 没有用: without effect, or not used; the clauses before it tell which."""
    return bool(_USELESS.match(text))


def _no_effect(before: list[Part], part: Part) -> bool:
    """Whether 没有用 says that what was taken didn't help, not that it wasn't used."""
    turn = [item for item in before if item.clause.utterance is part.clause.utterance]
    return says_useless(part.text) and any(_TAKEN.search(item.text) for item in turn)


def _offers(part: Part) -> bool:
    """Whether a clause tells what another gave, advised or sold, not what was taken."""
    text = part.text
    if _TAKEN.search(text) or re.search(r"没|冇|呒|毋|勿|未|不", text):
        return False
    if _OFFERED.search(text):
        return True
    if part.mentions and not part.named(Kind.DRUG, Kind.DRUG_GROUP):
        return False
    return bool(_TREATS.search(text)) and not text.startswith(("我", "俺", "自己"))


_OFFERED = re.compile(
    r"买|送|提(?=[一两了])|乎(?=我|阮)|拿(?:嘞|了|来|的|个)|给|畀|俾|拨|开了|配|叫|喊|让|劝|说去|攞"
)
_TAKEN = re.compile(
    r"(?:吃|喝|用|食|搽|擦|涂|抹|打|滴|点|贴|敷|搨|含|服|整|喂|灌)(?:了|过|咗|仔|着|矣|哩|爻)"
)


def drop_calls(parts: list[Part]) -> list[Part]:
    """Return the parts without what was said into a telephone in the middle of a turn."""
    kept: list[Part] = []
    calling = -1
    for part in parts:
        utterance = part.clause.utterance.id
        if calling == utterance and not _CALL_ENDS.search(part.text):
            continue
        if _CALL_STARTS.match(part.text):
            calling = utterance
            continue
        calling = -1
        kept.append(part)
    return kept
