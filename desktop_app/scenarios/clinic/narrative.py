"""What a clause of the patient's party tells about the patient: a statement, or a denial in its own words."""

from __future__ import annotations

import re

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.scenarios.clinic.answers import decide, is_bare_no
from desktop_app.scenarios.clinic.asked import field_of_topic
from desktop_app.scenarios.clinic.chatter import says_useless
from desktop_app.scenarios.clinic.naming import VAGUE, denial_of, list_of, name_of
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.spans import only_time
from desktop_app.writing.talk import Exchange, Part, Talk

_REFUSED = re.compile(
    r"(?:没有?|没敢|不敢|呒没|冇|唔敢|勿敢|毋敢|未|不想|没让|没得|没舍得)(?:去|敢|让|再|咁|按|照)?(?:吃|用|打|喝|"
    r"服|食|做|搽|擦|涂|抹|整|割|点|滴|查|看|去|弄|管|咁做|让)"
)
_DENIAL_REST = re.compile(
    r"没有|没得|呒没|莫得|冇|没|不是|不|无|未|唔|勿|毋|袂|弗|都|也|就|侪|有|的|了|过|个|是|系|会|这些|那些|怎么|啥|"
    r"什么|咩|也|得|啊|呀|嘞|哈|啦|嘛|哦|倒|、|和|跟|、|矣|啲|伐|我|药|觉得|出现|俺|还|这|那|大|事|一直|从来|以前"
)
_DAILY_LIFE = re.compile(
    r"镇上|街上|城里|看了手机|衣裳|本子|买的|我女|我儿|厂里|学校|作业|上学|放学|做饭|带娃|庄稼|收完|不听|"
    r"哪个会|数不清|说不好|你看|别提|没法说|陪[^，]{1,4}来"
)
_ASKED_OF = re.compile(
    r"狗[^，？]{0,3}疫苗|大小便|大便|小便|尿量|胃口|饭量|睡眠|精神|白带|月经|胎动|产检|尿蛋白|视力|疫苗|破伤风针|"
    r"狂犬疫苗|体重|血糖|血压(?=哪能|怎么样|咋样|多少|控制|量)|痰|伤口|颜色"
)
_HABIT_ASKED = re.compile(
    r"烟酒|薰酒|抽烟|吸烟|食烟|喝酒|饮酒|香烟|烟(?=呢|[？?]|不|没|还|仲|抽|戒|有|$)|酒(?=呢|[？?]|不|没|还|$)|薰"
)
_HABITS = {"烟": "吸烟", "香烟": "吸烟", "薰": "吸烟", "酒": "饮酒", "薰酒": "烟酒"}
_HAPPENED = re.compile(
    r"^(?:有过?|[^，]{0,4}(?:年前|去年|前年|旧年|小时候|上个?月))[^，]{0,3}(?:有|得|发|犯|做|打)?过?(?:一|"
    r"两|几)?[次回趟摆]?$"
)
_NOT_TESTED = re.compile(r"(?:没有?|无|冇|呒没|未|毋捌)(?:去)?(?:验|查|量|测)过?")
_QUANTITY = re.compile(
    r"[零一二三四五六七八九十两半几\d]+(?:个|多|来)?(?:天|日|周|礼拜|星期|月|年|小时|钟|次|道|回|趟|摆|粒|片|颗|度|岁|遍)"
)
_ENDED = re.compile(
    r"后头|后来|之后|后面|到现在|现在|今[天日早朝]|昨天到今天|而家|这阵"
)  # over now, not never there
_OPERATED = re.compile(
    r"割(?:了|掉|脱|过|[^，]{1,3}[割的])|开过刀|做过手术|摘(?:了|掉)|停(?:了|掉|脱|药)|[不没勿唔冇]吃了"
)
_SHORT = 2
_TOLD_AT_MOST = 5  # clauses of one answer that are kept without any word that the tables know


class Narrative:
    """Writes what clauses tell.

    Args:
        talk: the analysed talk.
    """

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._told_of: set[int] = set()  # utterances whose topic was written already

    def notes(self, exchange: Exchange, part: Part, field: FieldKey) -> list[Note]:
        """Return the notes of one clause that is about the patient.

        Args:
            exchange: in which it answers.
            part: the clause.
            field: where it belongs.
        """
        denied = [item for item in part.mentions if item.polarity is Polarity.DENIED]
        if denied and _only_denies(part, denied) and not _ENDED.match(part.text):
            return _denials(exchange, part, denied, field)
        refused = self._refused(exchange, part, field)
        if refused is not None:
            return refused
        return self._statement(exchange, part, field) if _informative(exchange, part) else []

    def usual(self, exchange: Exchange, part: Part, field: FieldKey) -> list[Note]:
        """Return that what was asked about is as usual: 月经正常吗？正常."""
        noun = _asked_of(exchange)
        if not noun or not _USUAL.match(part.text):
            return []
        return [Note(field, f"{noun}正常", (*exchange.questions, part))]

    def topic_name(self, topic: Mention, polarity: Polarity) -> str:
        """Return what was asked as a record names it; in a denial without 有, which would affirm what follows it."""
        if topic.entry.detail != "unlisted":
            return name_of(topic)
        name = self._talk.language.rewrite(topic.standard)
        return name.replace("有", "") if polarity is Polarity.DENIED else name

    def _refused(self, exchange: Exchange, part: Part, field: FieldKey) -> list[Note] | None:
        """Return what was not taken, not done or not tested; None where the clause tells something else."""
        tested = part.named(Kind.DIAGNOSIS)
        if tested and _NOT_TESTED.search(part.text):
            return [Note(field, f"未查{list_of(name_of(item) for item in tested)}", (part,), denial=True)]
        if not _REFUSED.search(part.text) or says_useless(part.text):
            return None
        drugs = part.named(Kind.DRUG, Kind.DRUG_GROUP)
        if drugs or "药" in part.text:
            names = list_of(name_of(item) for item in drugs) or "药"
            return [Note(field, f"未用{names}", (part,), denial=True)]
        if part.mentions:
            return None
        said = self._talk.language.rewrite(part.text)
        kept = exchange.questions and len(said) > _SHORT
        return [Note(field, said, (part,), denial=True)] if kept else []

    def _statement(self, exchange: Exchange, part: Part, field: FieldKey) -> list[Note]:
        said = self._talk.of_patient(self._talk.language.write(part.text, part.amended, list(part.hits)))
        if len(said) < _SHORT:
            return []
        if field is FieldKey.PAST_HISTORY:
            said = said.replace("血压高", "高血压")
        said = said.replace("饭食欲", "食欲")
        reasons = (Reason.AMBIGUOUS,) if any(item.ambiguous for item in part.mentions) else ()
        drug = _drug_taken(exchange, part)
        if drug is not None:
            return [Note(field, f"{drug[0]}，{said}", (drug[1], part), reasons=reasons)]
        topic = self._since_when(exchange, part) or self._topic(exchange, part)
        if topic and topic not in said:
            return [Note(field, f"{topic}：{said}", (*exchange.questions, part), reasons=reasons)]
        return [Note(field, said, (part,), reasons=reasons)]

    def _since_when(self, exchange: Exchange, part: Part) -> str:
        """Return the disease or finding that a bare time answers for: 血压高几年啊？八年 is 高血压：8年."""
        if not only_time(part.text) or not any(_HOW_LONG.search(item.text) for item in exchange.questions):
            return ""
        before = [item for item in exchange.answers if item.key < part.key and item.named(Kind.DIAGNOSIS)]
        asked = [item for item in exchange.topics if item.kind is Kind.DIAGNOSIS] or [
            item for item in exchange.topics if item.kind is Kind.SYMPTOM
        ]
        names = [name_of(item) for item in asked]
        return names[0] if len(set(names)) == 1 and not before else ""

    def _topic(self, exchange: Exchange, part: Part) -> str:
        """Return what a question was about where the answer alone doesn't say: 胎动：这2天好像少一点."""
        turn = part.clause.utterance.id
        if part.mentions or turn in self._told_of:
            return ""
        self._told_of.add(turn)
        before = [
            item for item in exchange.answers if item.clause.utterance.id == turn and item.key < part.key
        ]
        if any(_settles(item) for item in before):
            return ""
        if _HAPPENED.search(part.text) and len(exchange.topics) == 1:
            return self.topic_name(exchange.topics[0], Polarity.AFFIRMED)
        asked = _asked_of(exchange)
        if asked and all(len(item.text) <= _SHORT for item in before):
            return asked
        topics = _affirmed_topics(exchange)
        return name_of(topics[0]) if len(topics) == 1 else ""


_TAKES = re.compile(
    r"(?:吃|食|喝|服|打|搽|抹|含|点|贴|用|搨)(?:了|哩|咗|过|仔|着|爻)?[一二两三四五六七八九十半几]+(?:个|多)?(?:粒|片|颗|支|包|袋|次|回|"
    r"道|摆|趟|丸|勺|口|天|日|支|顿|剂|板)"
)
_HOW_LONG = re.compile(r"几[年天日个]|多少年|多久|好久|几耐|好多年|偌久|多长")


_USUAL = re.compile(r"^(?:都|也|还|蛮|一直|很|挺)*(?:正常|准时?|规律)(?:的|个|嘅|啊|呢)?$")


def _drug_taken(exchange: Exchange, part: Part) -> tuple[str, Part] | None:
    """Return the drug that a clause takes without naming it, from the clauses before it in the turn.

    我婆佬有甲钴胺，我偷食两粒: whose drug it was doesn't change what was taken.
    """
    if not _TAKES.search(part.text) or part.has(Kind.DRUG, Kind.DRUG_GROUP) or "药" in part.text:
        return None
    turn = [item for item in exchange.answers if item.clause.utterance is part.clause.utterance]
    for item in reversed([item for item in turn if item.key < part.key]):
        drugs = [mention for mention in item.named(Kind.DRUG) if mention.polarity is Polarity.AFFIRMED]
        if drugs:
            told = item.subject.patient and not item.retracted and not _GIVES.search(item.text)
            return None if told else (name_of(drugs[-1]), item)
    return None


_GIVES = re.compile(r"给|畀|俾|拨|予|分涯|送|剩|叫|喊|让")


def _settles(part: Part) -> bool:
    """Whether a clause already answered what was asked, so that the next tells something else."""
    return bool(part.mentions) or is_bare_no(part.text) or bool(re.match(r"[不没冇唔勿毋袂呒无]", part.text))


def _asked_of(exchange: Exchange) -> str:
    """Return the one noun that a question was about, nothing where it was about several."""
    named = _ASKED_OF.findall(exchange.asked) or _HABIT_ASKED.findall(exchange.asked)
    nouns = {name for name in named if name != "颜色"} or set(named)
    if named and len(exchange.questions) > 1 and only_time(exchange.answers[0].text):
        return ""  # 做裁缝几年了？香烟吃伐？三十年: nobody knows by form which is answered
    noun = next(iter(nouns)) if len(nouns) == 1 else ""
    return _HABITS.get(noun, noun)


def _affirmed_topics(exchange: Exchange) -> list[Mention]:
    affirmed = {
        topic.standard
        for verdict in decide(exchange)
        if verdict.polarity is Polarity.AFFIRMED
        for topic in verdict.topics
    }
    return [
        item
        for item in exchange.topics
        if item.standard in affirmed
        and item.standard not in VAGUE
        and item.entry.detail not in ("verb", "unlisted")
    ]


def _informative(exchange: Exchange, part: Part) -> bool:
    """Whether a clause says something for the record: words or quantities that are known, or an early answer."""
    if part.mentions or part.has(Kind.BODY_PART) or _OPERATED.search(part.text):
        return True
    if _DAILY_LIFE.search(part.text) and not re.search(r"[药针片粒]", part.text):
        return False
    if _QUANTITY.search(part.text):
        return True
    turn = [
        item
        for item in exchange.answers
        if item.clause.utterance is part.clause.utterance and not item.retracted
    ]
    return bool(exchange.questions) and turn.index(part) < _TOLD_AT_MOST


def _only_denies(part: Part, denied: list[Mention]) -> bool:
    """Whether nothing but grammar is left of a clause beside what it denies."""
    standards = {item.standard for item in denied}
    rest = part.text
    for item in sorted(part.mentions, key=lambda mention: -mention.start):
        if item.standard in standards:
            rest = rest[: item.start] + rest[item.end :]
    return len(_DENIAL_REST.sub("", rest)) <= _SHORT


def _denials(exchange: Exchange, part: Part, denied: list[Mention], field: FieldKey) -> list[Note]:
    """Return one denial a field; a drug that was denied was not used."""
    notes = [
        Note(field, f"未用{name_of(item)}", (part,), denial=True)
        for item in denied
        if item.kind in (Kind.DRUG, Kind.DRUG_GROUP)
    ]
    groups: dict[FieldKey, list[str]] = {}
    for item in denied:
        if item.kind not in (Kind.DRUG, Kind.DRUG_GROUP) and name_of(item) not in VAGUE:
            groups.setdefault(field_of_topic(item.kind, item.standard, field), []).append(name_of(item))
    for home, names in groups.items():
        asked = [item for item in exchange.questions if any(name in item.text for name in names)]
        notes.append(Note(home, denial_of(home, names), (*asked, part), denial=True))
    return notes
