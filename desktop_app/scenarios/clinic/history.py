"""The patient's side of the talk: present illness, past, allergy, personal and family history."""

from __future__ import annotations

import re
from dataclasses import replace

from desktop_app.core.records.drafts import FieldKey, Reason
from desktop_app.scenarios.clinic.answers import Verdict, decide, is_bare_no, is_bare_yes
from desktop_app.scenarios.clinic.asked import (
    asks_disease,
    asks_family,
    ends_past,
    field_of_question,
    field_of_told,
    field_of_topic,
    starts_past,
    tolerated,
)
from desktop_app.scenarios.clinic.chatter import NOT_DONE, drop_calls, drop_refused, is_chatter
from desktop_app.scenarios.clinic.notes import Note
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.record_language import written
from desktop_app.writing.talk import Exchange, Part, Talk

_REFUSED = re.compile(
    r"(?:没有?|没敢|不敢|呒没|冇|唔敢|勿敢|毋敢|未|不想|没让|没得|没舍得)(?:去|敢|让|再|咁|按|照)?(?:吃|用|打|喝|服|食|做|搽|擦|涂|抹|整|割|点|滴|查|看|去|弄|管|咁做|让)"
)
_DENIAL_REST = re.compile(
    r"没有|没得|呒没|莫得|冇|没|不是|不|无|未|唔|勿|毋|袂|弗|都|也|就|侪|有|的|了|过|个|是|系|会|这些|那些|怎么|啥|什么|咩|也|得|啊|呀|嘞|哈|啦|嘛|哦|倒|、|和|跟|、|矣|啲|伐|我|药|觉得|出现|俺|还|这|那|大|事|一直|从来|以前"
)
_TAKEN = re.compile(r"吃|服|用|喝|食|打|搽|擦|涂|抹|贴|滴|点|冲|敷|吊|输|挂|倒|灌|含|喷|包|扎")
_UNKNOWN = re.compile(r"不晓得|不清楚|不知道|不记得|记不得|唔记得|唔知|记不清|说不清|讲不清|勿晓得|毋知|不太清楚|没注意|没留意")
_SHORT = 2
_TOLD_AT_MOST = 5  # clauses of one answer that are kept without any word that the tables know
_ONLY_COUNTED = re.compile(r"(?:有|都|也|差不多|大概)?[零一二两三四五六七八九十百半几来多\d]+个?(?:天|日|年|月|礼拜|星期|周|小时|钟头)(?:多|了|啦|矣|哉|的)*")
_NOT_I = re.compile(r"^(?:我|俺|阮|涯|他|她|佢|伊|渠|我自己|娃儿|孩子)(?:倒|就|可|自己)?(?:没有|没得|冇|无|呒没|没)(?:的|得|个|啊|嘞|了|过)?$")
_ASKS_KIN = re.compile(r"家里|家头|屋里|屋头|屋企|厝里|家族|父母|爸妈")
_HAPPENED = re.compile(r"^(?:有过?|[^，]{0,4}(?:年前|去年|前年|旧年|小时候|上个?月))[^，]{0,3}(?:有|得|发|犯|做|打)?过?(?:一|两|几)?[次回趟摆]?$")
_HABIT_ASKED = re.compile(r"烟酒|抽烟|吸烟|食烟|喝酒|饮酒|香烟")
_AS_FOR = re.compile(r"^(.)[唔不](?:\1)$")  # 咳唔咳: "as for coughing", an idiom that neither affirms nor denies
_NOT_TESTED = re.compile(r"(?:没有?|无|冇|呒没|未|毋捌)(?:去)?(?:验|查|量|测)过?")
_VAGUE = ("痛", "疼", "疼痛", "不适", "肿", "难受")
_MISSED_PERIOD = re.compile(r"(?:就|还|都|一直)?(?:没有?来|未来|冇来|呒没来|无来|没见|停经|停了)")
_DAILY_LIFE = re.compile(r"镇上|街上|城里|看了手机|衣裳|本子|买的|我女|我儿|厂里|学校|作业|上学|放学|做饭|带娃|庄稼|收完|不听|哪个会|数不清|说不好|你看|别提|没法说|陪[^，]{1,4}来")
_ASKED_OF = re.compile(
    r"狗[^，？]{0,3}疫苗|大小便|大便|小便|尿量|胃口|饭量|睡眠|精神|白带|月经|胎动|产检|尿蛋白|视力|疫苗|破伤风针|狂犬疫苗|体重|血糖|血压(?=哪能|怎么样|咋样|多少|控制|量)|痰|伤口|颜色"
)


class History:
    """Reads the answers of one talk.

    Args:
        talk: the analysed talk.
        exam_from: utterance id from which on the doctor examines and orders; what the patient then says counts only as an
            answer.
    """

    def __init__(self, talk: Talk, exam_from: int) -> None:
        self._talk = talk
        self._exam_from = exam_from
        self._last = (0, FieldKey.PRESENT_ILLNESS)  # the turn and field of the clause before
        self._past_turn = 0  # utterance that tells of long ago
        self._told_of: set[int] = set()  # utterances whose topic was written already

    def notes(self) -> list[Note]:
        """Return notes in the order of the talk."""
        found: list[Note] = []
        opened = False
        for exchange in self._talk.exchanges:
            asked = field_of_question(exchange) if opened else FieldKey.PRESENT_ILLNESS
            found += self._exchange(exchange, asked)
            opened = opened or bool(found)
        return _without_contradiction(found)

    def _exchange(self, exchange: Exchange, asked: FieldKey) -> list[Note]:
        verdicts = decide(exchange)
        decided = {verdict.part.key for verdict in verdicts}
        found = [note for verdict in verdicts for note in self._verdict(exchange, verdict, asked)]
        found += self._not_taken(exchange)
        if asked is FieldKey.ALLERGY:
            found += self._bare_allergy(exchange, decided)
        for part in drop_refused(drop_calls(list(exchange.answers))):
            if part.key in decided or part.retracted or part.clause.question:
                continue
            found += self._told(exchange, part, asked)
        return found

    # --- bare answers -------------------------------------------------------------------------------------------

    def _verdict(self, exchange: Exchange, verdict: Verdict, asked: FieldKey) -> list[Note]:
        if asked is FieldKey.ALLERGY or all(_ASKS_KIN.search(part.text) for part in exchange.questions):
            return []
        by_field: dict[FieldKey, list[str]] = {}
        asked_in: dict[FieldKey, list[Part]] = {}
        for topic in verdict.topics:
            field = field_of_topic(topic.kind, topic.standard, asked)
            if topic.kind in (Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.DRUG, Kind.DRUG_GROUP):
                by_field.setdefault(field, []).append(self._topic_name(topic, verdict.polarity))
                asked_in.setdefault(field, []).extend(exchange.asking(topic))
        notes = []
        for field, names in by_field.items():
            names = [name for name in names if len(name) > 1]
            joined = "、".join(dict.fromkeys(names))
            if not joined:
                continue
            parts = (*dict.fromkeys(asked_in[field]), verdict.part)
            if verdict.polarity is Polarity.DENIED:
                suffix = "史" if field is FieldKey.PAST_HISTORY else ""
                notes.append(Note(field, f"否认{joined}{suffix}", parts, denial=True))
            else:
                reasons = (Reason.AMBIGUOUS,) if verdict.unclear else ()
                notes.append(Note(field, joined, parts, reasons=reasons))
        return notes

    def _topic_name(self, topic: Mention, polarity: Polarity) -> str:
        """Return what was asked as a record names it; in a denial without 有, which would affirm what follows it."""
        if topic.entry.detail != "unlisted":
            return _name(topic)
        name = self._talk.language.rewrite(topic.standard)
        return name.replace("有", "") if polarity is Polarity.DENIED else name

    def _not_taken(self, exchange: Exchange) -> list[Note]:
        """Return that a drug that was asked about by name was not taken."""
        drugs = [topic for topic in exchange.topics if topic.kind is Kind.DRUG]
        refused = next((part for part in exchange.answers if NOT_DONE.match(part.text) and not part.retracted), None)
        if not drugs or refused is None:
            return []
        names = "、".join(dict.fromkeys(item.standard for item in drugs))
        return [Note(FieldKey.PRESENT_ILLNESS, f"未用{names}", (*exchange.questions[-1:], refused), denial=True)]

    def _bare_allergy(self, exchange: Exchange, decided: set[tuple[int, int]]) -> list[Note]:
        for part in exchange.answers:
            if part.retracted or not part.subject.patient:
                continue
            if is_bare_no(part.text) or (part.key in decided and re.match(r"没|无|冇|呒|不|唔|勿|毋|袂|否", part.text)):
                return [self._no_allergy(exchange, part)]
            return []
        return []

    def _no_allergy(self, exchange: Exchange, part: Part) -> Note:
        other = re.search(r"其他|其它|别的|还有", exchange.asked + part.text)
        what = "其他药物过敏史" if other else "药物过敏史" if "药" in exchange.asked else "过敏史"
        return Note(FieldKey.ALLERGY, f"否认{what}", (*exchange.questions, part), denial=True)

    # --- what was told ------------------------------------------------------------------------------------------

    def _told(self, exchange: Exchange, part: Part, asked: FieldKey) -> list[Note]:
        if part.subject.who == "nobody" or is_chatter(part):
            return []
        if not part.subject.patient:
            return self._relative(exchange, part)
        if _AS_FOR.match(part.text):
            return []
        denial = self._not_the_patient(exchange, part)
        if denial is not None:
            return [denial]
        if is_bare_no(part.text) or is_bare_yes(part.text):
            if asked is FieldKey.PAST_HISTORY and not exchange.topics and is_bare_no(part.text):
                if any(asks_disease(item.text) for item in exchange.questions):
                    return [Note(asked, "否认既往慢性病史", (*exchange.questions, part), denial=True)]
            return []
        field = self._home(part, field_of_told(part, asked))
        if _ONLY_COUNTED.fullmatch(part.text) and self._last[0] == part.clause.utterance.id:
            field = self._last[1]
        self._last = (part.clause.utterance.id, field)
        if _MISSED_PERIOD.search(part.text) and re.search(r"月经|例假|大姨妈|身上", exchange.asked + part.text):
            return [self._missed_period(exchange, part)]
        if field is FieldKey.ALLERGY:
            return self._allergy(exchange, part)
        if part.clause.utterance.id > self._exam_from and not self._late(exchange, part):
            return []
        denied = [item for item in part.mentions if item.polarity is Polarity.DENIED]
        if denied and self._only_denies(part, denied):
            return self._denials(exchange, part, denied, field)
        return self._statement(exchange, part, field)

    def _home(self, part: Part, field: FieldKey) -> FieldKey:
        """Return the field, past history for what follows 七年前 in the same turn."""
        turn = part.clause.utterance.id
        if starts_past(part.text):
            self._past_turn = turn
        elif ends_past(part.text):
            self._last = (0, FieldKey.PRESENT_ILLNESS)  # the turn and field of the clause before
        self._past_turn = 0
        if field is FieldKey.PRESENT_ILLNESS and self._past_turn == turn:
            return FieldKey.PAST_HISTORY
        return field

    def _not_the_patient(self, exchange: Exchange, part: Part) -> Note | None:
        """Return the denial in 高血压是我妈有，他没有: what the clause before said of a relative."""
        if not _NOT_I.match(part.text):
            return None
        earlier = [item for item in exchange.answers if item.key < part.key and not item.subject.patient]
        names = [_name(item) for other in earlier[-2:] for item in other.named(Kind.DIAGNOSIS)]
        if not names:
            return None
        joined = "、".join(dict.fromkeys(names))
        return Note(FieldKey.PAST_HISTORY, f"否认{joined}史", (*earlier[-2:], part), denial=True)

    def _missed_period(self, exchange: Exchange, part: Part) -> Note:
        """Return 停经 with how long, from the same turn."""
        for other in reversed(exchange.answers):
            match = re.search(r"\d+(?:余|多)?(?:天|周|个月)", self._talk.language.quantities(other.text))
            if match and other.clause.utterance is part.clause.utterance:
                return Note(FieldKey.PRESENT_ILLNESS, f"停经{match[0]}", (*exchange.questions[-1:], part, other))
        return Note(FieldKey.PRESENT_ILLNESS, self._talk.language.rewrite(part.text), (*exchange.questions[-1:], part))

    def _late(self, exchange: Exchange, part: Part) -> bool:
        """Whether something told after the examination began still counts: it answers a question, with a finding."""
        told = bool(part.mentions) or bool(re.search(r"[一二两三四五六七八九十半\d]+(?:个月|年|次|回|包|两|天|日)", part.text))
        return bool(exchange.questions) and told

    def _relative(self, exchange: Exchange, part: Part) -> list[Note]:
        if part.subject.blood == "no":
            return []
        disease = [item for item in part.named(Kind.DIAGNOSIS, Kind.SYMPTOM, Kind.DRUG) if item.polarity is Polarity.AFFIRMED]
        family = asks_family(exchange)
        if not family:
            disease = [item for item in disease if item.kind is not Kind.SYMPTOM or "也" in part.text]
        if not disease and not family:
            return []
        if not disease and (is_bare_no(part.text) or re.search(r"没|无|冇|呒|毋", part.text)):
            return []
        names = "、".join(dict.fromkeys(_name(item) for item in disease))
        who = part.subject.who
        if not names and family and exchange.questions and not exchange.topics:
            said = self._talk.language.write(part.text, part.amended, list(part.hits))
            return [Note(FieldKey.PERSONAL_FAMILY, f"{who}：{said}", (part,))] if len(said) > _SHORT else []
        if not names:
            if not re.search(r"有|也|得|患|高", part.text):
                return []
            topics = [item for item in exchange.topics if item.kind is Kind.DIAGNOSIS]
            names = "、".join(dict.fromkeys(_name(item) for item in topics))
            if not names:
                return []
            return [Note(FieldKey.PERSONAL_FAMILY, f"{who}有{names}", (*exchange.questions, part))]
        if "过敏" in part.text:
            return [Note(FieldKey.PERSONAL_FAMILY, f"{who}{names}过敏", (part,))]
        if part.named(Kind.DRUG) and not part.named(Kind.DIAGNOSIS):
            return [Note(FieldKey.PERSONAL_FAMILY, f"{who}服用{names}", (part,))]
        return [Note(FieldKey.PERSONAL_FAMILY, f"{who}有{names}", (part,))]

    def _allergy(self, exchange: Exchange, part: Part) -> list[Note]:
        text = part.text
        if _UNKNOWN.search(text):
            return [Note(FieldKey.ALLERGY, "过敏史不详", (*exchange.questions, part))]
        said = self._talk.language.rewrite(text)
        denied = re.search(r"没有?|没得|冇|呒没|无|不|唔|毋|勿|未", text)
        drugs = part.named(Kind.DRUG, Kind.DRUG_GROUP)
        if tolerated(text) and drugs:
            return [Note(FieldKey.ALLERGY, f"曾用{drugs[0].standard}无异常", (part,))]
        if denied and (re.search(r"过敏|敏感|事", text) or is_bare_no(text[-2:]) or re.search(r"^药|别的|其他", text)):
            return [self._no_allergy(exchange, part)]
        if not said or len(said) < _SHORT:
            return []
        allergen = re.search(r"过敏|敏感|皮试", text)
        if not allergen and len(part.text) <= 8 and (drugs or part is exchange.answers[0]) and not re.search(r"[吃打起没无不未冇唔勿毋袂]", part.text):
            said += "过敏"
        return [Note(FieldKey.ALLERGY, said, (*exchange.questions[-1:], part))]

    def _only_denies(self, part: Part, denied: list[Mention]) -> bool:
        rest = part.text
        for item in sorted(part.mentions, key=lambda mention: -mention.start):
            if item in denied or item.standard in {other.standard for other in denied}:
                rest = rest[: item.start] + rest[item.end :]
        return len(_DENIAL_REST.sub("", rest)) <= _SHORT

    def _denials(self, exchange: Exchange, part: Part, denied: list[Mention], field: FieldKey) -> list[Note]:
        notes = []
        groups: dict[FieldKey, list[str]] = {}
        for item in denied:
            home = field_of_topic(item.kind, item.standard, field)
            if item.kind in (Kind.DRUG, Kind.DRUG_GROUP):
                notes.append(Note(field, f"未用{_name(item)}", (part,), denial=True))
                continue
            groups.setdefault(home, []).append(_name(item))
        for home, names in groups.items():
            names = [name for name in names if name not in _VAGUE]
            if not names:
                continue
            suffix = "史" if home is FieldKey.PAST_HISTORY else ""
            joined = "、".join(dict.fromkeys(names))
            notes.append(Note(home, f"否认{joined}{suffix}", (*exchange.questions[-1:], part), denial=True))
        return notes

    def _statement(self, exchange: Exchange, part: Part, field: FieldKey) -> list[Note]:
        drugs = part.named(Kind.DRUG, Kind.DRUG_GROUP)
        if _REFUSED.search(part.text):
            if drugs or re.search(r"药", part.text):
                names = "、".join(_name(item) for item in drugs) or "药"
                return [Note(field, f"未用{names}", (part,), denial=True)]
            if not part.mentions:
                said = self._talk.language.rewrite(part.text)
                return [Note(field, said, (part,), denial=True)] if exchange.questions and len(said) > _SHORT else []
        tested = part.named(Kind.DIAGNOSIS)
        if tested and _NOT_TESTED.search(part.text):
            names = "、".join(_name(item) for item in tested)
            return [Note(field, f"未查{names}", (part,), denial=True)]
        if not self._informative(exchange, part):
            return []
        said = self._talk.of_patient(self._talk.language.write(part.text, part.amended, list(part.hits)))
        if len(said) < _SHORT:
            return []
        reasons = (Reason.AMBIGUOUS,) if any(item.ambiguous for item in part.mentions) else ()
        if field is FieldKey.PAST_HISTORY:
            said = said.replace("血压高", "高血压")
        said = said.replace("饭食欲", "食欲")
        topic = self._topic(exchange, part)
        if topic and topic not in said:
            return [Note(field, f"{topic}：{said}", (*exchange.questions, part), reasons=reasons)]
        return [Note(field, said, (part,), reasons=reasons)]

    def _topic(self, exchange: Exchange, part: Part) -> str:
        """Return what a question was about where the answer alone doesn't say: 胎动：这2天好像少一点."""
        turn = [item for item in exchange.answers if item.clause.utterance is part.clause.utterance]
        before = turn[: turn.index(part)]
        if part.mentions or part.clause.utterance.id in self._told_of:
            return ""
        self._told_of.add(part.clause.utterance.id)
        if any(item.mentions or is_bare_no(item.text) or re.match(r"[不没冇唔勿毋袂呒无]", item.text) for item in before):
            return ""
        once = _HAPPENED.search(part.text) and len(exchange.topics) == 1
        if once:
            return self._topic_name(exchange.topics[0], Polarity.AFFIRMED)
        affirmed = {topic.standard for item in decide(exchange) if item.polarity is Polarity.AFFIRMED for topic in item.topics}
        topics = [item for item in exchange.topics if item.standard in affirmed and _worth_naming(item)]
        named = _ASKED_OF.findall(exchange.asked) or _HABIT_ASKED.findall(exchange.asked)
        nouns = [name for name in named if name != "颜色"] or named
        if len(set(nouns)) == 1 and not before:
            return str(nouns[0])
        return _name(topics[0]) if len(topics) == 1 else ""

    def _informative(self, exchange: Exchange, part: Part) -> bool:
        if part.mentions or part.has(Kind.BODY_PART):
            return True
        if _DAILY_LIFE.search(part.text) and not re.search(r"[药针片粒]", part.text):
            return False
        if re.search(r"[零一二三四五六七八九十两半几\d]+(?:个|多|来)?(?:天|日|周|礼拜|星期|月|年|小时|钟|次|道|回|趟|摆|粒|片|颗|度|岁|遍)", part.text):
            return True
        turn = [item for item in exchange.answers if item.clause.utterance is part.clause.utterance and not item.retracted]
        return bool(exchange.questions) and turn.index(part) < _TOLD_AT_MOST


def _without_contradiction(notes: list[Note]) -> list[Note]:
    """Return the notes, a general denial of drug allergies narrowed where one allergy to a drug was told."""
    told = any(
        note.field is FieldKey.ALLERGY and not note.denial and "无异常" not in note.text and "不详" not in note.text
        and any(part.has(Kind.DRUG, Kind.DRUG_GROUP) or "皮试" in part.text for part in note.parts)
        for note in notes
    )
    if not told:
        return notes
    return [
        replace(note, text="否认其他药物过敏史")
        if note.field is FieldKey.ALLERGY and note.denial and note.text in ("否认药物过敏史", "否认过敏史")
        else note
        for note in notes
    ]


def _worth_naming(topic: Mention) -> bool:
    """Whether a topic says more than that something hurts."""
    return topic.standard not in ("疼痛", "不适", "肿胀", "难受") and topic.entry.detail not in ("verb", "unlisted")


def _name(mention: Mention) -> str:
    if mention.entry.detail == "injury" and mention.polarity is Polarity.DENIED:
        return mention.entry.form
    if mention.kind in (Kind.DRUG, Kind.SYMPTOM):
        return written(mention.entry) if mention.kind is Kind.SYMPTOM else mention.standard
    return written(mention.entry)
