"""How much two wordings have in common, character by character, where no table knows them."""

from __future__ import annotations

import functools
import re

# characters that say nothing of what a clause is about
_COMMON = frozenset(
    "亲的了过是有无不没未否认患者病史性症状部位处约近余后前时许及和与或并伴也又都就还再已可能予在至到从给对把被其该此本这那个些"
    "一二两三四五六七八九十零百千万半几多少次每日天周月年岁小分钟出现发生进行使用服药用治疗建议注意情况明显轻度稍略较"
    "，。、；：:,.;（）()？?！! \n\t～~/-0123456789+%℃"
    "嘛啊呀哦呢吧啦嘅咗咩嘢乜哉伐仔啥子得很好会要能上下里我你他她它伊佢俺涯阮侬恁唔冇勿毋呒莫"
)
# one meaning, several characters: dialect, everyday and record language
_GROUP_WORDS = """
痛疼 热烧 泻拉屙 呕吐 眼目睛睑 脚足跤 头脑 晕昏 喉咽 腹肚 鼻涕 嗽咳 嗜困瞓睡眠
食吃纳 饮喝啉 尿溲 粪便屎 肿胀 痒痕刺挠 红赤充 麻痹木 喘促 父爸爹豆 母妈娘 妻婆某媳 夫公
寒冷 清晰楚 视看睇见 听闻 口嘴喙 胸心 皮肤 腿髀 牙齿 烟薰 糊雾花 涎水 流淌滴 颤抖掣
缓解松减 止停歇 洗冲清 查验检测量 妊孕胎 经例
"""
_GROUPS = _GROUP_WORDS.split()
_GROUP = {char: group[0] for group in _GROUPS for char in group}
# phrases that say one thing in several words
_PHRASES = (
    (re.compile(r"呼吸音"), "肺音"),
    (re.compile(r"瘦(?!肉)"), "体重降"),
    (re.compile(r"两个影|重影|双影"), "复视"),
    (re.compile(r"出气|抖气|透气|喘气|呼吸"), "息"),
    (re.compile(r"困难|障碍|加重|减退|异常|不适"), ""),
    (re.compile(r"放射|牵涉"), "窜"),
    (re.compile(r"撞|跌|摔|磕|弹着|掼|外伤"), "伤"),
    (re.compile(r"捶|敲"), "叩"),
    (re.compile(r"下肢"), "腿"),
    (re.compile(r"上肢"), "手"),
    (re.compile(r"牙肉"), "牙龈"),
    (re.compile(r"瞳仁|瞳人|乌珠"), "瞳"),
    (re.compile(r"麻药"), "局醉"),
    (re.compile(r"头孢"), "孢"),
)
# characters that stand in too many words to mean one thing alone
_WEAK = frozenset(
    "重体痛眼头口水血手腿脚足药身心热气吃食饮红肿胀院大腰背胸腹皮伤压糖止查洗晕病人嗜感觉医去停物流炎耳视中喘牙鼻多"
)
_NEGATIVE = re.compile(
    r"木有|还要得|还可以|没事|冇事|都?顺(?!便)|清爽|[无未没不否冇勿唔袂毋莫弗别免]|呒|停|禁|阴性|\(-\)|正常|还好|还行"
)
# a negation character in these denies nothing
_SHIELDED = re.compile(
    r"差点没|差不多|不对|停经|无力|不适|不舒服|不得劲|不清|不规则|不佳|不好|不全|不足|无效|不着|不到|不了|不住|不出|不下|不透|不上|不停|不断|"
    r"没精神|没劲|没胃口|冇力|冇胃口|勿适意|勿清|唔清|唔着|唔得|袂着|无爽快|无好|睡不|困勿着|不痛快|不利|不稳|不明|没用|冇用|不管用"
)


@functools.lru_cache(maxsize=8192)
def content(text: str) -> frozenset[str]:
    """Return the characters that a text is about, one for each group of equal meaning."""
    for pattern, becomes in _PHRASES:
        text = pattern.sub(becomes, text)
    return frozenset(_GROUP.get(char, char) for char in text if char not in _COMMON)


def close(wanted: frozenset[str], given: frozenset[str]) -> bool:
    """Whether a clause speaks of the same thing: all of it, or half of it with a telling character."""
    shared = wanted & given
    if len(wanted) == 1 and wanted <= _WEAK:
        return False
    return bool(shared) and (shared == wanted or (2 * len(shared) >= len(wanted) and bool(shared - _WEAK)))


def share(wanted: frozenset[str], given: frozenset[str]) -> float:
    """Return which share of the wanted characters is given; 0 where nothing is wanted."""
    return len(wanted & given) / len(wanted) if wanted else 0.0


@functools.lru_cache(maxsize=8192)
def negative(text: str) -> bool:
    """Whether a clause holds a denial of any kind."""
    return bool(_NEGATIVE.search(_SHIELDED.sub("", text)))
