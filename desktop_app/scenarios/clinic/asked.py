"""Which field a question asks for, and which field a told clause belongs to."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.talk import Exchange, Part

_ALLERGY_ASKED = re.compile(
    r"过敏|敏感|(?:药|针)[^，？]{0,10}(?:不合适|不对头|不对劲|不服|不舒服|唔舒服|勿适意|唔好|毋好|勿对|难受|反应|不能[吃打用]|"
    r"吃不得|打不得|出过?事|疙瘩|[起出][^，]{0,2}疹|肿)|(?:不能|吃不得|打不得|唔食得|食不得)[^，]{0,6}(?:药|针)"
)
_FAMILY_ASKED = re.compile(
    r"(?:家里|家头|屋里向?|屋头|屋企|厝里|恁厝|家族|父母|爸妈|爹妈|遗传)[^，量测备剩药]{0,8}(?:人|病|得过|血压|"
    r"糖尿|癌|肿瘤)|你(?:爸|妈|爹)"
)
_BIRTHS_ASKED = re.compile(
    r"生过(?=几|[一二两三四]|孩|娃|囡|囝|仔|小|BB|胎)|怀过|供过|养几个|生几个|子女几多|生孩子|生了几|几个(?:孩子|娃|小囡|细人)|几胎|头胎|第几胎|顺产|剖"
)
_MEASURED_ASKED = re.compile(r"量|测|多少|几多|哪能|怎么样|咋样|偌")
_NOW_ASKED = re.compile(r"现在|而家|这阵|这会|今[天早日晚]|最近|这几天")
_VALUE_TOLD = re.compile(
    r"空腹|餐后|饭后|食饱|量着|[零一二三四五六七八九十\d]+点[零一二三四五六七八九\d](?!十|钟|多|几)|扎了"
)
_PERSONAL_ASKED = re.compile(
    r"抽烟|吸烟|食烟|食薰|薰|烟|喝酒|饮酒|啉酒|酒|月经|例假|大姨妈|身上[来干]|停经|怀孕|怀上|有喜|有身|结婚|头胎|"
    r"几胎|第几胎|生过(?=几|[一二两三四]|孩|娃|囡|囝|仔|小|BB|胎)|怀过|供过|养几个|生几个|子女几多|生孩子|生了几|预防针|足月|早产|生下来[好怎咋样]|绝经|流过产?|喂奶|哺乳|职业|做什么(?:工作|的|活|工)|做乜嘢?|做边行|做哪行|做啥(?:工作|活|的|嘞|生意)|干啥(?:活|工作|的|嘞)|平常时做啥|做脉个(?:工|事)|哪行|工种|讨海|"
    r"打工|上班|烟|谈朋友|结婚|成家"
)
_PAST_ASKED = re.compile(
    r"以前|既往|老早|从前|平常有|平时有|平素|老毛病|基础病|啥子?病|咩病|什么病|啥毛病|有没有[^，]{0,4}病|得过|"
    r"高血压|血压|血糖|糖尿|心脏病|手术|开刀|开过刀|住过?院|病史|肝炎|结核|身体(?:怎么样|好)"
)
_ALLERGY_TOLD = re.compile(
    r"过敏|敏感|皮试[^，]{0,4}(?:阳性|红|肿|过不了)|药疹|起(?:过)?(?:风团|疹|红疹|疙瘩|坨坨|块)"
)
_REACTION = re.compile(
    r"过敏|起块|敏感|皮试|疹|肿|痒|红|包|疙瘩|坨|心跳|心慌|晕|不舒服|唔舒服|勿适意|休克|喘|呕|吐|刺挠|不行|不得|"
    r"唔得|不晓得|不清楚|不知道|唔知|毋知|没注意|没发现"
)
_LASTING_REACTION = re.compile(
    r"(?:[吃打用挂]|输)[^。]{0,20}(?:疹|疙瘩|坨|肿|痒|休克|风团|发红)[^。]{0,24}(?:再没|再也|不敢|没敢|"
    r"住院|住了|抢救|急诊|没命|停了|停脱|停掉)"
)
# a drug, once, and what the body did: an allergy history whatever was asked
_ONCE = re.compile(r"有一?[次回]|那年|那回|小时候|细个|以前|后来再|再没")
_REACTED = re.compile(
    r"(?:[吃打用挂食抹]|输)(?:了|过|的|个|那个|这个|咗)?[^，。]{2,8}(?:，[^，。]{0,10}){0,2}[^，。]{0,8}(?:疹|疙瘩|"
    r"坨坨|肿|风团|休克)"
)
_TESTED_FINE = re.compile(
    r"(?<!不)(?<!唔)(?<!勿)(?:行|可以|能[吃用打]|打得|食得|吃得|用得|使得)(?:的|个|嘅|啊|了|哩)*$|"
    r"没事|呒没啥|没啥事|没得事|冇事|冇问题|没问题|无代志|呒没啥"
)
_PAST_TOLD = re.compile(
    r"以前|从前|老早|老底子|过去|年前|[个两几]月前|去年|旧年|前年|大前年|[一二三四五六七八九十两几半\d]+年|从小|"
    r"小时候|细个|后生|年轻|老毛病|天生|出生|"
    r"血压高|血糖高|降压药|降糖药|血压药|[地]平|沙坦|普利|洛尔|双胍|他汀|阿司匹林|胰岛素|手术|开过?刀|住过?院|"
    r"那年|岁(?:多|半)?(?:那年|那阵|[的个]?时|[的个]?辰光|嗰阵|彼年)|剖宫产|割(?:过|了|脱)|支架|输过血|做过|得过|患过|长期|一直(?:吃|服|用)|天天吃|每天吃|天天食|常年|平时(?:吃|"
    r"就|有)|平常(?:吃|有)|体检"
)
_PERSONAL_TOLD = re.compile(
    r"^(?:香)?烟|^酒|安了?环|上环|避孕|节育|抽烟|吸烟|食烟|食薰|薰一|包烟|戒烟|喝酒|饮酒|啉酒|[两斤]酒|"
    r"酒[改戒]|白酒|烟酒|月经|例假|大姨妈|末次|停经|头胎|二胎|[一二三]胎|流过|流产|顺产|哺乳|喂奶|吃奶|"
    r"人流|刮宫|剖的|剖宫产|生过(?=几|[一二两三四]|孩|娃|囡|囝|仔|小|BB|胎)|[生养降](?:了|过)[一二两三四五六七八]个?|剖$|剖(?=了)|刮(?:了|过)|流脱|落过|自[己家][生养]|开刀[生养]|一仔一女|绝的?经|足月|早产|预防针|"
    r"离婚|离了|前妻|前夫|丧偶|守寡|未婚|没结婚|单身|咂(?:了|烟)|^(?:抽|戒|吃|食|吸|咂|哈|嗍)(?:了|咗|仔|哩|爻)?(?:有)?[一二两三四五六七八九十几来多]+年(?!前)"
)
_WOUND_ALCOHOL = re.compile(r"[倒淋冲洗擦抹].{0,4}(?:白酒|酒)")


def field_of_question(exchange: Exchange) -> FieldKey:
    """Return the field that the last questions of an exchange ask for."""
    for part in reversed(exchange.questions):
        field = _asked_by(part.text)
        if field is not None:
            return field
    return FieldKey.PRESENT_ILLNESS


def _asked_by(text: str) -> FieldKey | None:
    if _ALLERGY_ASKED.search(text):
        return FieldKey.ALLERGY
    if _FAMILY_ASKED.search(text):
        return FieldKey.PERSONAL_FAMILY
    if _PERSONAL_ASKED.search(text):
        return FieldKey.PERSONAL_FAMILY
    if _NOW_ASKED.search(text):
        return FieldKey.PRESENT_ILLNESS
    if _PAST_ASKED.search(text):
        if re.search(r"血压|血糖", text) and _MEASURED_ASKED.search(text):
            return FieldKey.PRESENT_ILLNESS
        return FieldKey.PAST_HISTORY
    return None


def asks_allergy(exchange: Exchange) -> bool:
    """Whether allergies were among what was asked."""
    return any(_ALLERGY_ASKED.search(part.text) for part in exchange.questions)


def asks_births(exchange: Exchange) -> bool:
    """Whether children, births or the monthly period were asked for."""
    return any(_BIRTHS_ASKED.search(part.text) for part in exchange.questions)


def asks_family(exchange: Exchange) -> bool:
    """Whether the relatives' health was asked for."""
    return any(_FAMILY_ASKED.search(part.text) for part in exchange.questions)


def field_of_topic(kind: Kind, standard: str, asked: FieldKey) -> FieldKey:
    """Return the field for something that was asked and answered barely."""
    if asked is FieldKey.ALLERGY:
        return FieldKey.ALLERGY
    if _PERSONAL_ASKED.search(standard):
        return FieldKey.PERSONAL_FAMILY
    if kind is Kind.DIAGNOSIS:
        return FieldKey.PAST_HISTORY
    if kind is Kind.SYMPTOM:
        return FieldKey.PRESENT_ILLNESS
    return asked


def field_of_told(part: Part, asked: FieldKey) -> FieldKey:
    """Return the field for a clause of the patient's party that is about the patient."""
    text = part.text
    named = "过敏" in text or "皮试" in text
    if _ALLERGY_TOLD.search(text) and (
        asked is FieldKey.ALLERGY or (named and not part.named(Kind.DIAGNOSIS))
    ):
        return FieldKey.ALLERGY
    if _told_unasked(part):
        return FieldKey.ALLERGY
    if _PERSONAL_TOLD.search(text) and not _WOUND_ALCOHOL.search(text):
        return FieldKey.PERSONAL_FAMILY
    if _ONCE.search(part.clause.utterance.text) and _REACTED.search(part.clause.utterance.text):
        return FieldKey.ALLERGY
    lasting = _LASTING_REACTION.search(part.clause.utterance.text)
    if lasting and (part.has(Kind.DRUG) or re.search(r"疹|疙瘩|坨|风团|休克", text)):
        return FieldKey.ALLERGY
    if asked is FieldKey.ALLERGY and (_answers_allergy(part) or _before_reaction(part)):
        return FieldKey.ALLERGY
    if asked is FieldKey.ALLERGY:
        asked = FieldKey.PRESENT_ILLNESS
    if _VALUE_TOLD.search(text) and not re.search(r"年|体检", text):
        return FieldKey.PRESENT_ILLNESS
    if _past(part):
        works = asked is FieldKey.PERSONAL_FAMILY and not part.mentions and not _ILLNESS.search(text)
        return asked if works else FieldKey.PAST_HISTORY
    return asked


_BARRED = re.compile(r"过敏|敏感|(?:不能|不敢|不让|没敢再|唔敢|勿敢|毋敢)[吃打用食]|[吃打用食]不得|说是反应")
_GIVEN_DRUG = re.compile(r"[吃打用挂食输搽抹点]")


def _told_unasked(part: Part) -> bool:
    """Whether a sentence tells of a drug and of what the body did: 打过一回青霉素，头晕想吐，不知算不算过敏."""
    sentence = part.clause.whole_sentence
    told = (
        _BARRED.search(sentence)
        and _GIVEN_DRUG.search(sentence)
        and (_BODY_REACTED.search(sentence) or _UPSET.search(sentence))
    )
    if not told or part.named(Kind.DIAGNOSIS):
        return False
    drug = part.has(Kind.DRUG, Kind.DRUG_GROUP) or "针" in part.text
    return drug or bool(_BODY_REACTED.search(part.text) or _UPSET.search(part.text))


_UPSET = re.compile(r"起泡|起块|心慌|手抖|想吐|头晕|头昏|泼")


def _answers_allergy(part: Part) -> bool:
    """Whether a clause after the question for allergies tells a reaction, a tolerance or an allergen."""
    text = part.text
    if _REACTION.search(text) or tolerated(text):
        return True
    if _EXPOSED.search(text) and part.named(Kind.SYMPTOM):
        return True
    if part.named(Kind.DIAGNOSIS):
        return False
    known = part.has(Kind.DRUG, Kind.DRUG_GROUP) or part.opens_sentence
    return (
        known
        and len(text) <= 8
        and not re.search(r"量|[零一二两三四五六七八九十]{2}", text)
        and not _PAST_TOLD.search(text)
        and not re.search(r"[烟酒]|停|有时", text)
    )


_ILLNESS = re.compile(r"手术|割|住院|开刀|病|药|疼|痛|出血|骨折|断骨")
_ALLERGEN_CHARS = 5
_EXPOSED = re.compile(r"吃|食|喝|饮|打|贴|用|碰|闻|搽|抹|涂|点|吊|输|挂|做|染|戴|射|注")
_BODY_REACTED = re.compile(r"疹|疙瘩|坨|包|肿|痒|红|风团|休克|喘|晕|起泡|起块|嗡|不得|脱皮|烂|咳|清膜|粒")


def _before_reaction(part: Part) -> bool:
    """Whether a clause names what the next ones of its sentence say the body reacted to: 吃蒸蛋，嘴边起红点."""
    rest = re.split(r"[。！？!?；]", part.clause.utterance.text[part.clause.end :])[0]
    names = (
        len(part.text) <= _ALLERGEN_CHARS and part.opens_sentence is False and not part.named(Kind.SYMPTOM)
    )
    return (bool(_EXPOSED.search(part.text)) or names) and bool(_BODY_REACTED.search(rest))


def reacts_to_contact(text: str) -> bool:
    """Whether a clause tells by itself what the skin doesn't bear: 贴伤膏要发痒发红."""
    return bool(
        re.search(
            r"(?:贴|搽|抹|戴|碰|染|吃|食|打)[^，]{1,8}(?:要|就|会|起|发)[^，]{0,4}(?:痒|红|疹|肿|疙瘩|坨)",
            text,
        )
    )


def _past(part: Part) -> bool:
    return bool(_PAST_TOLD.search(part.text)) or any(
        item.entry.detail == "yes" for item in part.named(Kind.DIAGNOSIS)
    )


def starts_past(text: str) -> bool:
    """Whether a clause sets a time long before this illness, so that what follows in the turn is past too."""
    return bool(
        re.search(r"年前|去年|旧年|前年|大前年|以前|从前|小时候|细个|后生|年轻|老早|老底子|往摆|头胎", text)
    )


def ends_past(text: str) -> bool:
    """Whether a clause comes back to now."""
    return bool(
        re.search(
            r"现在|而家|这次|这回|今[天日早朝]|昨|寻[日晚]|刚才|前[天日]|最近|平时|天天|每天|一直", text
        )
    )


def asks_disease(text: str) -> bool:
    """Whether a question asks for any disease at all."""
    return bool(
        re.search(
            r"(?:什么|啥子?|咩|啥物|脉个|哪样|乜)(?:大|老|别的|其他)?(?:毛?病)|老毛病|基础病|慢性病", text
        )
    )


def tolerated(text: str) -> bool:
    """Whether a clause says that a drug was taken without harm."""
    return bool(_TESTED_FINE.search(text))
