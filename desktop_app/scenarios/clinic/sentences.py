"""What each of the doctor's declarative clauses is: examination, test result, diagnosis, order, referral, or talk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.core.records.speech import Speaker
from desktop_app.terms.lexicon import Kind
from desktop_app.terms.measures import read_pressures
from desktop_app.terms.numbers import NUMERALS
from desktop_app.writing.polarity import Polarity
from desktop_app.writing.talk import Part, Talk

_N = rf"[{NUMERALS}\d]"


class Role(StrEnum):
    """What a clause of the doctor does."""

    EXAM = "exam"
    TEST = "test"
    DIAGNOSIS = "diagnosis"
    ORDER = "order"
    REFERRAL = "referral"
    ALLERGY = "allergy"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Said:
    """A clause of the doctor and what it does."""

    part: Part
    role: Role
    conditional: bool = False


_VITAL = re.compile(
    rf"(?:体温|T|脉搏?|心率|心跳|呼吸|血氧|氧饱和度?|氧饱|体重|身高|血压|胎心|宫高|腹围|视力)[^，。]{{0,8}}?{_N}|{_N}+(?:度[{NUMERALS}\d]|点[{NUMERALS}\d]+度)"
)
_LETTER_VITAL = re.compile(r"(?:T|P|R|BP|HR|SpO2|体温|脉搏)\s*[:：]?\d", re.IGNORECASE)
_EXAM_WORD = re.compile(
    r"(?:压痛|反跳痛|叩痛|啰音|杂音|充血|渗出|化脓|肿大|水肿|红肿|渗血|破溃|瞳孔|对光|颈软|律齐|清楚|对称|伸舌|肌力|反射|皮疹|风团|丘疹|水疱|疱疹|牙印|牙痕|伤口|口子|"
    r"阳性|阴性|粗糙|湿啰|干啰|哮鸣|喘鸣|三凹|软的|硬的|退色|压之|揿|摁|按(?:着|下|落)|扪|触|叩|听(?:到|着|落|诊)|摸(?:到|着|不)|看不见|没见|未见|瞳仁|冰冷|绷|脸色|嘴皮|蜡黄|出汗|汗出|没看着|呈|可见|红(?:点|的|了|肿)?|白(?:苔|膜)|黄染|苍白|发绀|"
    r"舌(?:苔|质|红|淡)|苔[黄白腻]|脉[沉细弦滑数浮]|查体|精神(?:好|差|可)|神志|清醒|囟门|干燥|脱水|回血|渗液|肿胀|肿块|包块|淋巴结|扁桃体|咽|鼓膜|外耳道|结膜|角膜|巩膜|甲状腺|肾区|肝脾|腹部?软|肠鸣|得有劲|勾得|等大)"
)
_TEST_RESULT = re.compile(
    rf"阳性|阴性|加号|正常|偏高|偏低|[高低]了?|升高|降低|{_N}+点{_N}|\d+\.\d|{_N}{{2,}}|\+|提示|显示|窦性|抬高|压低|没(?:有|见)?(?:事|骨折|异常)"
)
_TEST = re.compile(
    r"试纸|扎手指|血常规|尿常规|大便常规|心电图|B超|彩超|胸片|拍片|片子|CT|化验|血糖|指尖|随机|空腹|餐后|糖化|尿蛋白|尿糖|酮体|潜血|隐血|白细胞|亚硝酸|抗原|抗体|HCG|验孕|早孕|荧光素|量表|评分|PHQ|GAD|肌钙|胆红素|黄疸仪|经皮"
)
_DIAGNOSED = re.compile(
    r"(?P<cue>(?:我|就)?(?:写|考虑|诊断|估计|看|断)(?:为|是|系|成|着|个|上)*|就是|这是|这个是|这系|这就是|是个|系|像是|像|属于|算是?|应该是|应该|可能是|可能系|可能|怕是|多半是|八成是|大概是|得的是|是|按)"
    r"(?:一个|个|点儿?|一点|普通的?|典型的?|有点)*"
)
_NAMED_DISEASE = re.compile(
    r"(?:炎|症|感染|损伤|扭伤|挫伤|咬伤|割伤|裂伤|烫伤|烧伤|中毒|综合征|骨折|溃疡|结石|血压|感冒|疱疹|子痫前期|待查|出血|梗死|梗塞|卒中|中风|皮炎|湿疹|癣|哮喘|贫血|脱位|脱臼|"
    r"青光眼|妊娠|怀孕|流产|宫外孕|暴露|疹|疮|疖|痈|疣|痔|疝|瘤|糖尿病|冠心病|心绞痛|心衰|肺病|高血压|低血糖|中暑|失眠|抑郁|焦虑|眩晕|偏头痛|带状|荨麻疹|甲亢|甲减|痛风|病变|黄疸|脱水|惊厥|过敏|[^毛]病|破裂|休克|状态|风险|发作|障碍|不全|紊乱|失调|衰竭|水肿|积液|尿路感染)"
    r"(?:破了|了)?"
    r"(?:[，。可能待查型期度级性\dⅠⅡⅢ一二三轻中重]*)$"
)
_BEFORE_ORDER = (
    rf"^(?:你|您|恁|侬|汝|那|就|先|再|又|都|也|还|要|得|可以|最好|一定|赶紧|赶快|马上|即刻|现在|而家|今[天日早晚]|明[天早日]|回去|回家|每天|天天|平时|这[几两]天|给你|畀你|我给你|"
    rf"我|咱|娃儿?|孩子|让他|晚上|早上|睡前|饭[前后]|空腹|然后|另外|还有|千万|记得|记到|尽量|自己|多|少|慢慢|好生|好好|外头|伤口|{_N}+(?:天|日|周|个月|个?礼拜|个?星期)(?:后|之后|以后)?|"
    r"头[一二两三]天|等[^，]{0,4}(?:了|后)|不过|反正|呢|嘛|来|把[^，]{1,6}|用[^，]{1,8}|拿[^，]{1,6}|搞[^，]{1,4}|同[^，]{1,3})*"
)
_ORDER_VERB = (
    r"(?:开|吃|服|喝|饮|食|打|注射|注|输|挂|吊|滴|点(?!点)|抹|搽|擦|涂|敷|贴|含|漱|洗|泡|冲|清创|缝|包扎|换药|换|拆线|拔|缠|固定|制动|休息|歇|躺|卧床|抬高|垫|忌|戒|清淡|注意|观察|"
    r"复查|复诊|再来|回来|转来|来看|来量|来查|来换|监测|测|量|停|减|加|改|继续|接到|接着|照|按时|坚持|隔离|消毒|热敷|冰敷|冷敷|拿|留|查(?!体|出)|做个|做|拍|照|抽|去|转|打120|住院|补|控制|护|抱|朝|侧|睡|穿|晒|避|防)"
)
_FORBID = r"(?:别|莫|不要|勿(?!晓|是|像|会|系|菌)|唔好|嫑|甭|毋通|毋好|不能|不可以?|不准|免(?=[注打吃食输])|先不|暂时?不|不用|不消|不慌|唔使|勿用|用不着|不得)"
_ORDER = re.compile(rf"{_BEFORE_ORDER}{_ORDER_VERB}|{_FORBID}|^[^，]{{1,8}}(?:不吃|不喝|停了|停掉|停到|即刻停|莫吃|照吃|照食|照旧)")
_DOSE = re.compile(
    rf"(?:一天|一日|每天|每日|一回|一次|一道|一摆|一遍|每次|饭[前后]|空腹|睡前|早晚|早上|晚上|连|共)[^，]{{0,6}}{_N}|{_N}+(?:毫克|克|片|粒|颗|包|袋|支|瓶|毫升|单位|滴|丸|天|日|次|遍|道|回|针|疗程|喷)"
)
_BARE_DOSE = re.compile(rf"{_N}+(?:毫克|克|片|粒|单位|支|毫升)$")
_RESULT = re.compile(
    rf"^(?:是|都是|出来|有)?(?:阳性|阴性|弱阳性|正常|两条?杠)|[{NUMERALS}\d]个加号$|(?:阳性|阴性)$|^[{NUMERALS}\d]+点[{NUMERALS}\d]+$|^[{NUMERALS}\d]+分$"
)
_REFERRAL = re.compile(
    r"(?:转|去|上|到|往|送)(?:诊|院|[^，。]{0,6}(?:医院|卫生院|妇幼|上级|大医院|县里|市里|城里|镇上|急诊|专科|[内外妇儿眼口腔皮肤神经产骨耳鼻]科))|120|救护车|住院|上级医院"
)
_CONDITION = re.compile(r"(?:超过|高过|烧过|高于)[^，]{0,8}(?:度|℃)|度以上|如果|要是|若|万一|一旦|假如|再不|不好(?:再|就|的话)|还不|仍不|不退|的话|一有|要系|如(?=[出发有])|真(?:的|要)|越来越|(?:日|天|周|礼拜|星期)(?:还|仍|都|要是)?(?:冇|没|不|唔|勿|毋|未)(?:见)?(?:好|退|消)|^或者|恶化了|加重了?[，就]|(?:发|起)[^，]{0,6}(?:就|马上|赶快|赶紧)(?:过来|回来|去)")
_SUSPECTED = re.compile(r"可能(?:是|系)|大概(?:是|系)|弄出来|怀疑|估计是|会不会是|引起")
_LOOKS = re.compile(r"我(?:来|先)?(?:看|听|摸|瞧|瞅|睇|检查|按|敲)|畀我睇|来看|量一?下|称一?下|涯看|我瞅")
_FOUND = re.compile(rf"{_N}+(?:厘米|毫米|公分|个|处|块|度|公斤|斤)|感觉|正常|活动|一样|发黑|发红|差一?点|减退|[左右]边|[左右]侧|[左右]手|[左右]脚")
_TALK = re.compile(
    r"^(?:(?:趴|躺|坐)(?:这|那|下|好)[^，]{0,6}|我(?:来|先)?(?:看|听|摸|瞧|瞅)[^，]{0,4}|我(?:来|先|给你|帮你)?(?:看|听|摸|量|查|瞧|瞅|睇|检查|按|敲)(?:一?下|看|哈|一哈|下子|个|血压|体温|一歇|睇|瞅|瞅瞅|你)*|来(?:看|量|听|坐|躺|张|趴)?.{0,4}|张嘴|嘴张开|啊|好|嗯|哦|对|行|坐|躺(?:下|好|倒|平)?|趴.{0,3}|抬头.{0,4}|伸.{0,4}|"
    r"要得|没得事|不怕|放松|深呼吸|吸气|莫动|别动|等一?[下哈歇].{0,3}|量(?:一?下|血压|体温|个体温|个血压)|畀我睇下|看下|验个?.{0,3}|隔一歇.{0,6}|这里|这儿|疼就说|我记上|记住|听我说)$"
)
_ALLERGY = re.compile(r"(?:记上|记下|记住|那就?|就)?[^，。？]{1,12}过敏(?:，|$|的|史)")


def classify(talk: Talk) -> list[Said]:
    """Return the doctor's declarative clauses with what each does, in order."""
    found: list[Said] = []
    for part in talk.of(Speaker.DOCTOR):
        if part.clause.question:
            continue
        previous = found[-1] if found else None
        same = previous is not None and _same_sentence(previous.part, part)
        conditional = bool(_CONDITION.search(part.text)) or (same and previous is not None and previous.conditional)
        role = _role(part, previous.role if same and previous else None, conditional)
        if _RESULT.search(part.text) and role is not Role.TEST and not _VITAL.search(part.text):
            role = _test_result(found, part) or role
        found.append(Said(part, role, conditional))
    return _examined(found)


def _test_result(found: list[Said], part: Part) -> Role | None:
    """Return TEST for a result whose test was named just before in the same turn (扎手指头。九点一), and mark that too."""
    for index in range(len(found) - 1, max(-1, len(found) - 5), -1):
        earlier = found[index].part
        if earlier.clause.utterance is not part.clause.utterance:
            return None
        if _TEST.search(earlier.text) and not read_pressures(earlier.text):
            if index == len(found) - 1 and not _TEST_RESULT.search(earlier.text):
                found[index] = Said(earlier, Role.TEST)
            return Role.TEST
    return None


def _examined(found: list[Said]) -> list[Said]:
    """Take what stands beside examination findings in one turn, and names a body part or a sign, as examination too."""
    turns = {
        item.part.clause.utterance.id
        for item in found
        if item.role is Role.EXAM or (item.role is Role.TALK and _LOOKS.search(item.part.text))
    }
    dictated = _dictated(found)
    return [
        Said(item.part, Role.EXAM)
        if item.role is Role.TALK
        and not _TALK.match(item.part.text)
        and (
            item.part.clause.utterance.id in dictated
            or (
                item.part.clause.utterance.id in turns
                and (
                    item.part.has(Kind.BODY_PART, Kind.SYMPTOM, Kind.EXAM, Kind.DIAGNOSIS)
                    or _FOUND.search(item.part.text)
                )
            )
        )
        else item
        for item in found
    ]


def _dictated(found: list[Said]) -> set[int]:
    """Return turns between examination and diagnosis that only describe (人瘦，讲话慢，声细): three clauses or more."""
    exams = [item.part.clause.utterance.id for item in found if item.role is Role.EXAM]
    if not exams:
        return set()
    last = next(
        (item.part.clause.utterance.id for item in found if item.role is Role.DIAGNOSIS and item.part.clause.utterance.id > exams[0]),
        exams[-1],
    )
    turns: dict[int, list[Said]] = {}
    for item in found:
        if exams[0] < item.part.clause.utterance.id <= last:
            turns.setdefault(item.part.clause.utterance.id, []).append(item)
    return {
        number
        for number, items in turns.items()
        if sum(item.role is Role.TALK for item in items) >= 3
        and not any(item.role in (Role.ORDER, Role.DIAGNOSIS, Role.REFERRAL) for item in items)
    }


def _same_sentence(first: Part, second: Part) -> bool:
    return first.clause.utterance is second.clause.utterance and first.clause.sentence == second.clause.sentence


def _role(part: Part, before: Role | None, conditional: bool) -> Role:
    text = part.text
    if _TALK.match(text):
        return Role.TALK
    if conditional:
        return Role.ORDER if _ORDER.search(text) or before is Role.ORDER or part.mentions else Role.TALK
    if _ALLERGY.match(text) and not _ORDER.search(text) and part.has(Kind.DRUG, Kind.DRUG_GROUP) and "可能" not in text:
        return Role.ALLERGY
    seen = _seen(part, text)
    if seen is not None:
        return seen
    if diagnosis_text(part) is not None:
        return Role.DIAGNOSIS
    if _REFERRAL.search(text) or (before is Role.REFERRAL and _BARE_DOSE.match(text)):
        return Role.REFERRAL
    if _SUSPECTED.search(text) and not _DOSE.search(text):
        return Role.TALK
    if part.has(Kind.DRUG) or _DOSE.search(text) or _ORDER.search(text):
        return Role.ORDER
    if before in (Role.ORDER, Role.EXAM, Role.TEST) and (before is not Role.ORDER or len(text) <= 8):
        return before
    return Role.EXAM if _EXAM_WORD.search(text) or part.has(Kind.EXAM) else Role.TALK


def _seen(part: Part, text: str) -> Role | None:
    """Whether a clause tells what was found: a test result or an examination."""
    ordered = part.has(Kind.DRUG) or re.search(
        r"吃|服|开|喝|打|别|莫|不要|勿(?!肿|痛|红)|多|再来|复|^(?:去|再|上[^，]{1,4})?[查验抽]|(?:天|周|礼拜|星期|月)(?:后|以后)", text
    )
    if _LETTER_VITAL.match(text):
        return Role.EXAM
    tested = _TEST.search(text) or part.has(Kind.LAB)
    if tested and _TEST_RESULT.search(text) and not ordered:
        return Role.TEST
    if ordered and not re.search(r"阳性|阴性|压痛|啰音", text):
        return None
    if _VITAL.search(text) or read_pressures(text) or part.has(Kind.VITAL) and re.search(_N, text):
        return Role.EXAM
    if any(item.end - item.start >= len(text) * 0.8 for item in part.named(Kind.DIAGNOSIS)):
        return None
    strong = part.has(Kind.EXAM) or _EXAM_WORD.search(text)
    if strong and not _diagnostic(text):
        return Role.EXAM
    return None


def _diagnostic(text: str) -> bool:
    return bool(re.match(r"(?:我写|考虑|诊断|就是|这是|可能|应该|像|怕是|系|是)", text) and _NAMED_DISEASE.search(text))


def is_order(text: str) -> bool:
    """Whether a clause gives, changes or forbids something by its verb or its dose."""
    return bool(_ORDER.search(text) or _DOSE.search(text))


def diagnosis_text(part: Part) -> str | None:
    """Return the words that name a diagnosis, or None where the clause names none."""
    text = part.text
    named = [item for item in part.named(Kind.DIAGNOSIS) if item.polarity is Polarity.AFFIRMED]
    denied = [item for item in part.named(Kind.DIAGNOSIS) if item.polarity is Polarity.DENIED]
    if denied or re.search(r"毋着|无影|乱讲", text) or re.match(r"(?:我看)?(?:不像|不是|唔系|勿是|毋是|不考虑|排除|没有|冇|无)", text):
        return None
    cue = _DIAGNOSED.match(text) or _DIAGNOSED.search(text)
    whole = bool(named) and named[0].start == 0 and len(text) - (named[0].end - named[0].start) <= 6
    disease = _NAMED_DISEASE.search(text)
    if not named and not disease:
        return None
    if re.search(r"吃|喝|打针|预防|会(?:得|成|引起)|引起|怕(?!是)|防|免得|正在|里头在|容易|以前|去年|的药|控制着", text) and not whole:
        return None
    if disease and re.search(r"[有见](?!过)", text[: disease.start()]) and not (cue and cue.start() == 0):
        return None
    if cue is not None and (disease or any(item.start >= cue.end() for item in named)):
        tail = text[cue.end() :]
        maybe = "可能" if "可能" in cue["cue"] else ""
        return maybe + tail if len(tail) >= 2 else None
    if whole or (disease and disease.start() > 0 and len(text) <= 14):
        return text
    return None
