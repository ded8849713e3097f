"""Whose history a clause tells: the patient's, a relative's, or somebody who only gave advice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.core.records.people import Patient, Sex
from desktop_app.core.records.speech import Speaker
from desktop_app.terms.lexicon import Hit, Kind
from desktop_app.writing.clauses import Clause

SELF = "self"
NOBODY = "nobody"  # advice, hearsay, a wish

_SELF = re.compile(
    r"^(?:但是?|不过|就是|那|而|反正|可|旧年|去年|前年|以前|那年|后来|后头|上个?月|[一二两三四五六七八九十几]+年前)*(?:我自己|我各人|我本人|我个人|自己|各人|自家|我|俺|涯|阮|阿拉|吾|"
    r"伲)(?!们?(?:家|屋|厝)|妈|爸|爹|娘|哥|姐|弟|妹|爷|奶|公|婆|舅|姑|姨|叔|伯|儿|女|老|阿|细|兄|娃)"
)
_THIRD = re.compile(r"^(?:他|她|伊|佢|渠|人家)")
_GAVE = re.compile(
    r"^(?:又|就|都|也|先|硬|还|昨天|昨晚|今早|在镇上|在街上|去|从)*(?:给|畀|俾|拨|帮|替|同|搭|拿|买|带|送|"
    r"陪|扶|背|抱|打电话|来|发现|看到|见|喊我来|叫我来)"
)
_SAID = re.compile(
    r"^(?:都|也|就|老|一直|还|老是|又|总|非)*(?:说|讲|话|[让叫喊](?=我|俺|涯|阮|他|她|伊|佢|你|吃|用|去|给|"
    r"来|喝|抹|莫|别)|劝|教|要我|建议|介绍|推荐|听)"
)
_HEARSAY = re.compile(r"听(?:说|讲|人|闻)|网上|手机上|抖音|电视|都说|人家(?:说|讲)|有人(?:说|讲)")
_SAID_OF_ME = re.compile(r"^(?:说|讲|话)(?:我|俺|阮|涯|他|她|伊|佢)(?!要|去|吃|用|该|得|冇|没)")
_OWN_DENIAL = re.compile(
    r"(?:他|她|佢|伊|渠|我|俺|阮|涯|孩子|娃儿)(?:自己|倒|就)?(?:没有|没得|冇|无|呒没|没)(?:的|得|个|啊|嘞|了|过)?"
)
_OTHERS = re.compile(
    r"(?<![我俺阮涯])(?:隔壁(?!村[寻找请搵揾])|邻居|邻舍|厝边|对门|村里|同学|同事|工友|工地上|人家|别人|老板|店员|药店|阿婆|阿伯|"
    r"阿公|大爷|大妈|阿姨|亲戚|朋友|王孃|老师)(?!家的|屋头的|给|送|帮|来|打边炉|一起|吃饭)[^，]{0,6}?"
    r"(?:也|就|去年|以前|前年)?(?:有|得|说|讲|叫|喊|让|劝|要|教|吃|打|用|喝|做|是|才)"
)
_NEW_TOPIC = re.compile(
    r"(?:我|俺|阮|涯|香?烟|酒|糖尿|血压|血糖|手术|过敏|药|流感针|预防针|疫苗|大便|小便|别的|其他|就是|现在|这次|今)(?!妈|爸|"
    r"爹|娘|哥|姐|弟|妹|爷|奶|公|婆|屋|家|老)"
)
_GIVEN = re.compile(
    r"(?:拨|给|畀|俾|送|借|分|乞|予)(?:我|阮|涯|俺|伲)(?!说|讲|打电话|看)(?![^，]{0,4}(?:说|讲))"
    r"|(?:拨|给|畀|俾|分|乞|予)(?:佢|伊|他|她|娃儿?|孩子)(?:食|吃|喝|搽|抹|喂|用|灌|量)"
    r"|(?:同|共|替|帮|搭|给|跟)(?:我|涯|阮|俺|佢|伊|他|她)[^，]{0,3}(?:揉|拨|搽|抹|刮|拔|按|推|擦|敷|贴|挑|洗|灌|喂|量|打针)"
    r"|(?:妈|爸|爹|娘|姨|婆|老伴|媳妇|婆娘)[^，]{0,2}[用使拿][^，]{1,6}(?:量|测|打|搽|抹|擦|揉|敷|洗|刮)"
)
_CONTACT = re.compile(r"同班|班上|班里|托班|托儿所|幼儿园|学校里")
_ABOUT_ANIMAL = re.compile(r"[狗猫犬]|打过疫苗|本子")
_SURNAME = (
    "张王李赵陈刘黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅"
    "钟姜崔谭廖范汪陆石戴贾韦夏邱方侯邹熊孟秦江薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武莫孔向汤"
)
_NEIGHBOUR = re.compile(
    rf"(?:老|小|阿)?[{_SURNAME}](?:太|姐|叔|伯|婶|嫂|哥|姨|师傅|大爷|大妈|阿姨|嬢|孃|幺|婆|老三|"
    rf"家)[^，]{{0,4}}?(?:有|得|是|系|话|说|讲|叫|喊|吃|食|也)"
)
# 老伴走了以后不想活了: only since when
_SINCE_GONE = re.compile(r"(?:走|去世|过世|过身|死|没|离开?|离婚)(?:了|咗|仔|掉|矣|脱)*(?:以后|之后|后|过后)")
_URGED = re.compile(r"^(?:又|就|还|硬|非|老|一直|先)?(?:要给|非要|硬要|想给|要带|要拿)")
_OWNED = re.compile(r"^(?:剩|开|留|吃剩|屋头|家里|家|那里|那边|那儿|嗰度|兜)?(?:的|下的|嘅|个|剩)")
_RELATIVE_OF = re.compile(
    r"(?:家里|家头|屋里|屋头|屋企|厝内)(?:有人|人|也有人|没有?人|冇人|呒没人|无人)|家族|上辈|祖上"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a clause is about.

    Attributes:
        who: `self`, `nobody`, or the relation as a record names it (母亲).
        blood: yes, no, spouse or unknown, for relatives.
    """

    who: str
    blood: str = ""

    @property
    def patient(self) -> bool:
        """Whether it is the patient."""
        return self.who == SELF


PATIENT = Subject(SELF)
HEARSAY = Subject(NOBODY)


def patient_forms(
    clauses: list[Clause], hits: dict[tuple[int, int], list[Hit]], patient: Patient
) -> set[str]:
    """Return the kinship words by which a relative who speaks means the patient.

    A mother says 娃 of the child, a son 我妈 of the old woman: the first such word that fits age and sex.
    """
    years = patient.age.years if patient.age else None
    spoken_of = any(
        clause.speaker is Speaker.DOCTOR and clause.utterance.id <= _OPENING and _OF_THIRD.search(clause.text)
        for clause in clauses
    )
    for clause in clauses:
        child = speaks_through_another(patient)
        if clause.speaker is Speaker.DOCTOR or clause.question:
            continue
        if clause.speaker is not Speaker.FAMILY and not child and not spoken_of:
            continue
        for hit in hits[clause.utterance.id, clause.start]:
            kin = hit.of(Kind.KIN)
            if clause.text[: hit.start].endswith(("他", "她", "伊", "佢", "渠", "娃儿", "孩子")):
                continue  # 他哥: a relative of the patient
            if (
                kin is not None
                and _fits(kin.standard, years, patient.sex)
                and not _SAID.match(clause.text[hit.end :])
            ):
                return {kin.standard, kin.form}
    return set()


_OPENING = 3  # utterances in which the doctor turns to whoever brings the patient
_OF_THIRD = re.compile(r"(?:扶|让|叫|把|给|抱)(?:他|她|佢|伊|渠)(?!们)|你是(?:他|她|佢|伊)")  # 扶他躺那床上
_SPEAKS_FOR_ITSELF = 8  # years; whoever speaks for a younger patient is a relative, labelled or not


def speaks_through_another(patient: Patient) -> bool:
    """Whether the patient is a small child, so that a relative tells everything."""
    return patient.age is not None and patient.age.years < _SPEAKS_FOR_ITSELF


_CHILDREN = ("儿子", "女儿", "子女", "孩子", "小孩", "孙", "外孙")
_ELDERS = ("父亲", "母亲", "祖父", "祖母", "外祖", "公公", "婆婆", "岳父", "岳母")
_FEMALE = ("女儿", "母亲", "祖母", "婆婆", "岳母", "妻子", "姐", "妹", "孙女", "姑", "姨", "婶")
_MALE = ("儿子", "父亲", "祖父", "公公", "岳父", "丈夫", "哥", "弟", "孙子", "叔", "伯", "舅")


def _fits(relation: str, years: float | None, sex: Sex) -> bool:
    if sex is Sex.MALE and any(word in relation for word in _FEMALE):
        return False
    if sex is Sex.FEMALE and any(word in relation for word in _MALE):
        return False
    if years is None:
        return True
    if any(word in relation for word in _CHILDREN):
        return years < 40
    if any(word in relation for word in _ELDERS):
        return years >= 35
    return years >= 15


class SubjectTracker:
    """Follows who is spoken of through the clauses of one utterance.

    Args:
        own: kinship words that mean the patient (see `patient_forms`), in a relative's mouth.
        child: whether the patient is too small to speak, so that every speaker is a relative.
    """

    def __init__(self, own: set[str], *, child: bool = False) -> None:
        self._own = own
        self._child = child
        self._utterance = -1
        self._sentence = -1
        self._named_in = -1  # sentence in which a relative was named
        self._current = PATIENT
        self._kin: Subject | None = None  # the relative named last in this turn

    def of(self, clause: Clause, hits: list[Hit]) -> Subject:
        """Return who a clause is about; a subject holds until another is named or the turn ends."""
        self._turn_to(clause)
        text = clause.text
        if clause.speaker is Speaker.DOCTOR:
            return PATIENT  # what the doctor says in statements is about the patient; questions are handled apart
        if _GIVEN.search(text) or _CONTACT.search(text) or _OWN_DENIAL.fullmatch(text):
            self._current, self._named_in = PATIENT, -1
            return PATIENT
        others = _OTHERS.search(text) or _NEIGHBOUR.search(text)
        if _HEARSAY.search(text) or (others and not _ABOUT_ANIMAL.search(clause.utterance.text)):
            advised = others is None or re.search(r"[说讲叫喊让劝教话]|要", others[0])
            self._current = HEARSAY if advised else self._current
            return HEARSAY
        named = self._named(clause, hits)
        if named is not None:
            self._current = named
            self._named_in = clause.sentence if not named.patient else -1
        else:
            self._current = self._by_pronoun(clause) or self._current
        return self._current

    def _turn_to(self, clause: Clause) -> None:
        """Forget who was spoken of where a new turn, or a new topic in a new sentence, begins."""
        if clause.utterance.id != self._utterance:
            self._utterance, self._current, self._named_in = clause.utterance.id, PATIENT, -1
            self._kin = None
        if clause.sentence != self._sentence and _NEW_TOPIC.match(clause.text):
            self._current = PATIENT
        self._sentence = clause.sentence

    def _by_pronoun(self, clause: Clause) -> Subject | None:
        """Return whom 我 or 他 at the start of a clause means, if it stands there."""
        if clause.speaker is not Speaker.FAMILY and not self._child:
            spoken_of = _THIRD.match(clause.text) and not _SAID.match(_THIRD.sub("", clause.text))
            if self._kin is not None and spoken_of:
                return self._kin
            return PATIENT if _SELF.match(clause.text) else None
        if _THIRD.match(clause.text) and clause.sentence != self._named_in:
            return PATIENT  # 他 in a relative's sentence is that relative
        if not _SELF.match(clause.text):
            return None
        return Subject("家属", "unknown") if self._own_history(clause.text) else PATIENT

    @staticmethod
    def _own_history(text: str) -> bool:
        """Whether a relative who speaks tells of the own body (我有高血压), not of what was done."""
        return bool(
            re.match(
                r"^我(?:自己|本人|个人)?(?:也|以前|年轻时|从小|就|都)?(?:有|得过|是|患|血压|血糖|对)|^我也",
                text,
            )
        ) or bool(re.match(r"^(?:我|俺|阮|涯|吾)[^，]{0,6}过敏", text))

    def _named(self, clause: Clause, hits: list[Hit]) -> Subject | None:
        text = clause.text
        for hit in hits:
            kin = hit.of(Kind.KIN)
            if kin is None:
                continue
            after = text[hit.end :]
            if self._no_person(text, hit, kin.form) or _SINCE_GONE.match(after):
                continue
            self._kin = Subject(kin.standard, kin.detail or "unknown")
            by_relative = self._child or clause.speaker is Speaker.FAMILY
            spoken = self._spoken_of(text, after, {kin.standard, kin.form} if by_relative else set())
            if spoken is not None:
                return spoken
            if _GAVE.match(after) or _OWNED.match(after) or self._as_object(text, hit):
                return PATIENT if clause.speaker is not Speaker.FAMILY or hit.start < 3 else None
            return Subject(kin.standard, kin.detail or "unknown")
        if _RELATIVE_OF.search(text):
            return Subject("家族", "yes")
        return None

    @staticmethod
    def _no_person(text: str, hit: Hit, form: str) -> bool:
        """Whether a kinship word means nobody here: an exclamation (哎呀妈呀), or 屋头那个 before a thing."""
        after = text[hit.end :]
        if after.startswith("呀") or re.search(r"哎呀$|我的$", text[: hit.start]):
            return True
        pointing = form.endswith(("那个", "里的", "头的"))
        return pointing and not re.match(r"[有也是得在吃患血天一说讲都就]|$", after)

    def _spoken_of(self, text: str, after: str, forms: set[str]) -> Subject | None:
        """Return the patient or nobody, where the relative is the patient or only says or urges something."""
        if _URGED.match(after):
            return HEARSAY
        if forms & self._own:
            return PATIENT
        if not _SAID.match(after):
            return None
        own_past = _SAID_OF_ME.match(after) and re.search(r"小时候|细个|以前|老早|从小", text)
        return PATIENT if own_past else HEARSAY

    @staticmethod
    def _as_object(text: str, hit: Hit) -> bool:
        """Whether the relative is only company: 同朋友打边炉, 跟我妈一起."""
        return bool(
            re.search(
                r"(?:同|跟|和|搭|与|给|帮|被|让|陪|照顾|带|背|抱|送|邻居家|喺|在)(?:我|俺|阮|涯)?$",
                text[: hit.start],
            )
        )
