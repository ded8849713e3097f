"""What each of the doctor's clauses does: examine, read a result, diagnose, order, refer, or only talk."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from desktop_app.core.records.speech import Speaker
from desktop_app.scenarios.clinic import doctor_cues as cues
from desktop_app.scenarios.clinic.doctor_cues import N
from desktop_app.scenarios.clinic.exam_turns import settle_examination, settle_turn
from desktop_app.scenarios.clinic.roles import Role, Said
from desktop_app.terms.lexicon import Kind
from desktop_app.terms.measures import read_pressures
from desktop_app.writing.polarity import Polarity, without_drugs
from desktop_app.writing.spans import only_time
from desktop_app.writing.talk import Part, Talk

_LAST_TIME = re.compile(r"上[次回趟摆]|那[天次回]验")


def classify(talk: Talk) -> list[Said]:
    """Return the doctor's declarative clauses with what each does, in order."""
    found: list[Said] = []
    told = [part for part in talk.of(Speaker.DOCTOR) if not part.clause.question]
    aside = _to_the_parent(talk, told)
    told = [part for part in told if part.key not in aside]
    for _, sentence in itertools.groupby(
        told, key=lambda part: (part.clause.utterance.id, part.clause.sentence)
    ):
        found += _sentence(list(sentence), found)
    found = [
        item
        for _, turn in itertools.groupby(found, key=lambda item: item.turn)
        for item in settle_turn(list(turn))
    ]
    return settle_examination(found)


_CHILD = 14  # years; with a younger patient the doctor speaks to whoever came along
_PARENT = re.compile(r"^(?:那|还有)?(?:你|恁|侬|汝)(?:也|自己|各人|自家)|^大人")
_YOU = re.compile(r"^(?:你|恁|侬|汝)")


def _to_the_parent(talk: Talk, told: list[Part]) -> set[tuple[int, int]]:
    """Return what a doctor orders for the parent of a small patient: 你也抹，你用百分之十的."""
    age = talk.context.patient.age
    if age is None or age.years >= _CHILD:
        return set()
    aside: set[tuple[int, int]] = set()
    sentence: tuple[int, int] | None = None
    for part in told:
        here = (part.clause.utterance.id, part.clause.sentence)
        if _PARENT.match(part.text) or (here == sentence and _YOU.match(part.text)):
            aside.add(part.key)
            sentence = here
    return aside


# --- one sentence ---


def _sentence(parts: list[Part], before: list[Said]) -> Iterator[Said]:
    """Yield the clauses of one sentence: what comes after its condition is advice for that case."""
    start = _condition(parts)
    plain, conditional = parts[:start], parts[start:]
    dismissed = max(
        (index for index, part in enumerate(parts) if cues.DISMISSES.search(part.text)), default=-1
    )
    looking = any(cues.FOR_LOOKING.search(part.text) for part in plain)
    reading = False
    found: list[Said] = []
    for index, part in enumerate(plain):
        previous = found[-1] if found else None
        opens = bool(cues.READS_REPORT.match(part.text)) and not _ordered(part)
        reading = (reading or opens) and not cues.ORDER.search(part.text)
        role = Role.TEST if reading else _role(part, previous.role if previous else None)
        aside = (role is Role.DIAGNOSIS and index < dismissed) or (role is Role.ORDER and looking)
        if aside or (role is Role.TEST and not reading and _LAST_TIME.search(part.text)):
            role = Role.TALK  # 上次验的 is no result of today
        elif (
            cues.BARE_RESULT.search(part.text) and role is not Role.TEST and not cues.VITAL.search(part.text)
        ):
            role = _test_result(before, found, part) or role
        found.append(Said(part, role))
    found = _dosed(_conditions_of_orders(found))
    yield from _vaccinated(_allergy_noted(found))
    firm = [
        part
        for part in conditional
        if not cues.SUSPENDED.search(part.text) and not cues.DISMISSES.search(part.text)
    ]
    advice = any(cues.ORDER.search(part.text) or cues.OUTCOME.search(part.text) for part in firm[-3:])
    for part in conditional:
        yield Said(part, Role.ORDER if advice and part in firm else Role.TALK, conditional=True)


def _condition(parts: list[Part]) -> int:
    """Return the index of the clause that opens conditional advice; the number of clauses where none does.

    又发烧，或者喘得厉害，马上来 begins with 又发烧: an alternative (或者) belongs to what stands before it.
    When to take a drug (布洛芬，烧到三十八度五才吃) is part of its order.
    """
    taken_if = any(cues.ONLY_THEN.search(part.text) for part in parts) and any(
        part.has(Kind.DRUG) for part in parts
    )
    for index, part in enumerate(parts):
        if taken_if or not cues.CONDITION.search(part.text) or cues.LEFT_OPEN.match(part.text):
            continue
        alternative = part.text.startswith(("或者", "或", "抑是", "要么"))
        if alternative and not any(cues.OUTCOME.search(later.text) for later in parts[index:]):
            continue
        return max(index - 1, 0) if alternative else index
    return len(parts) if taken_if else _warned(parts)


def _warned(parts: list[Part]) -> int:
    """Return where the signs begin for which the patient is to come back at once: 发烧、尿少了，赶紧来."""
    last = len(parts) - 1
    if last < 1 or not cues.COMES_BACK.match(parts[last].text):
        return len(parts)
    start = last
    while start > 0 and not is_order(parts[start - 1].text) and not parts[start - 1].has(Kind.DRUG):
        start -= 1
    return start if start < last else len(parts)


def _allergy_noted(found: list[Said]) -> list[Said]:
    """Take a disease that the doctor writes down as the patient's allergy (药疹，记上) for one."""
    noted = any(re.search(r"^(?:我)?记(?:上|下|住|到)", item.part.text) for item in found)
    return [
        replace(item, role=Role.ALLERGY)
        if noted and item.role is Role.DIAGNOSIS and "药" in item.part.text
        else item
        for item in found
    ]


def _conditions_of_orders(found: list[Said]) -> list[Said]:
    """Take when to take a drug for part of its order: 寒热超过三十八度五，再吃美林."""
    first = next(
        (index for index, item in enumerate(found) if cues.CONDITION.search(item.part.text)), len(found)
    )
    order = next(
        (index for index in range(first, len(found)) if cues.ONLY_THEN.search(found[index].part.text)), None
    )
    if order is None:
        return found
    loose = (Role.EXAM, Role.TALK)
    return [
        replace(item, role=Role.ORDER) if first <= index < order and item.role in loose else item
        for index, item in enumerate(found)
    ]


_EXERCISE_CHARS = 8


def _dosed(found: list[Said]) -> list[Said]:
    """Take what a frequency follows for the order that it belongs to: 爬墙锻炼，一天三回."""
    settled = list(found)
    for index, (item, following) in enumerate(itertools.pairwise(found)):
        named = any(other.part.has(Kind.DRUG, Kind.DRUG_GROUP) for other in found[: index + 2])
        frequency = following.role is Role.ORDER and cues.DOSE.match(following.part.text)
        if item.role is Role.TALK and len(item.part.text) <= _EXERCISE_CHARS and frequency and not named:
            settled[index] = replace(item, role=Role.ORDER)
    return settled


def _vaccinated(found: list[Said]) -> list[Said]:
    """Take a disease that the same sentence vaccinates against (破伤风，先做个皮试) for no diagnosis."""
    given = any(re.search(r"皮试|疫苗|抗毒素|球蛋白|打一?针", item.part.text) for item in found)
    return [
        replace(item, role=Role.TALK)
        if given and item.role is Role.DIAGNOSIS and re.match(r"破伤风|狂犬", item.part.text)
        else item
        for item in found
    ]


def _test_result(before: list[Said], found: list[Said], part: Part) -> Role | None:
    """Return TEST for a result whose test was named just before in the same turn (扎手指头。九点一)."""
    for items in (found, before):
        for index in range(len(items) - 1, max(-1, len(items) - 5), -1):
            earlier = items[index].part
            if earlier.clause.utterance is not part.clause.utterance:
                return None
            if cues.TEST.search(earlier.text) and not read_pressures(earlier.text):
                if index == len(items) - 1 and not cues.RESULT_WORD.search(earlier.text):
                    items[index] = Said(earlier, Role.TEST)
                return Role.TEST
    return None


# --- one clause ---


def _role(part: Part, before: Role | None) -> Role:
    text = part.text
    if (
        cues.EXPLAINS.search(text)
        or cues.TALK.match(text)
        or cues.RHETORICAL.search(text)
        or cues.SUSPENDED.search(text)
        or cues.NOT_MEASURED.search(text)
    ):
        return Role.TALK
    if cues.MUSES.match(text):
        return Role.CONSIDERED if part.has(Kind.DIAGNOSIS) or cues.DISEASE.search(text) else Role.TALK
    if cues.DISMISSES.search(text) or (cues.CONSEQUENCE.search(text) and not part.has(Kind.DRUG)):
        return Role.TALK
    if _is_allergy(part):
        return Role.ALLERGY
    if before is Role.TEST and cues.RESULT_WORD.search(text) and not _ordered(part) and not _clinical(part):
        return Role.TEST
    seen = _seen(part, before)
    if seen is not None:
        return seen
    if diagnosis_text(part) is not None:
        return Role.DIAGNOSIS
    return _directive(part, before)


def _directive(part: Part, before: Role | None) -> Role:
    """Return the role of a clause that tells no finding and no diagnosis."""
    text = part.text
    if cues.REFERRAL.search(text) and not cues.NO_REFERRAL.search(text):
        return Role.REFERRAL
    if before is Role.REFERRAL and cues.BARE_DOSE.match(text):
        return Role.REFERRAL
    if cues.NO_REFERRAL.search(text) or (cues.SUSPECTED.search(text) and not cues.DOSE.search(text)):
        return Role.TALK
    if cues.TAKEN.search(text) and not re.search(r"[就再]|以后", text):
        return Role.TALK
    goes_on = part.has(Kind.DRUG_GROUP) and re.search(r"照常|照旧|照样|继续|接着|接到", text)
    if part.has(Kind.DRUG) or goes_on or is_order(text):
        return Role.ORDER
    if before is Role.ORDER and cues.ONLY_THEN.search(text):
        return Role.ORDER
    if re.search(r"^(?:表上|还|再|都|先)*(?:要|得|需要?)(?!不)", text) and cues.TEST.search(text):
        return Role.ORDER
    if before is Role.EXAM or (before in (Role.ORDER, Role.TEST) and len(text) <= 8):
        return before
    return Role.EXAM if cues.SIGN.search(text) or part.has(Kind.EXAM) else Role.TALK


def _is_allergy(part: Part) -> bool:
    return (
        cues.ALLERGY.match(part.text) is not None
        and not cues.ORDER.search(without_drugs(part.text, part.mentions, "药"))
        and part.has(Kind.DRUG, Kind.DRUG_GROUP)
        and "可能" not in part.text
    )


_ORDER_SIGN = re.compile(
    r"吃|服|开|喝|打|别|缠上|绷带|每[^，]{1,6}[量测]|来(?:查|抽|验|测|量)|怕(?!痛|光|冷|热)|莫|不要|不能缝|勿(?!肿|痛|红|缩|大|过|硬|破|烂|流)|多|再来|复|^(?:去|再|上[^，]{1,4})?[查验抽]|(?:天|周|"
    r"礼拜|星期|月)(?:后|以后)"
)


def _ordered(part: Part) -> bool:
    return part.has(Kind.DRUG) or bool(_ORDER_SIGN.search(part.text))


def _clinical(part: Part) -> bool:
    """Whether a clause measures or names a disease by itself, so that it doesn't continue a test result."""
    text = part.text
    return bool(cues.VITAL.search(text) or cues.LETTER_VITAL.match(text) or read_pressures(text)) or (
        diagnosis_text(part) is not None
    )


def _seen(part: Part, before: Role | None) -> Role | None:
    """Whether a clause tells what was found: a test result or an examination."""
    text = part.text
    ordered = _ordered(part)
    if cues.LETTER_VITAL.match(text):
        return Role.EXAM
    if cues.DIAGNOSED.match(text) and diagnosis_text(part) is not None:
        return None  # 八成是低血糖昏迷 reads no blood sugar
    tested = cues.TEST.search(text) or part.has(Kind.LAB)
    if tested and cues.RESULT_WORD.search(text) and not ordered:
        return Role.TEST
    if ordered and not re.search(r"阳性|阴性|压痛|啰音", text):
        return None
    if cues.VITAL.search(text) or read_pressures(text) or (part.has(Kind.VITAL) and re.search(N, text)):
        return Role.EXAM
    if _names_disease(part, before) or only_time(text):
        return None
    strong = part.has(Kind.EXAM) or cues.SIGN.search(text)
    return (
        Role.EXAM
        if strong and not cues.DENIES_DISEASE.match(text[:3] if part.named(Kind.DIAGNOSIS) else "")
        else None
    )


def _names_disease(part: Part, before: Role | None) -> bool:
    """Whether a clause names a disease, in whose words a sign may stand (左眼角膜擦伤)."""
    text = part.text
    if any(item.end - item.start >= len(text) * 0.8 for item in part.named(Kind.DIAGNOSIS)):
        return True
    if cues.DIAGNOSED.match(text) and cues.DISEASE.search(text):
        return True
    ends = part.opens_sentence and bool(_NAMED_DISEASE.search(text))
    return (ends or before is Role.DIAGNOSIS) and diagnosis_text(part) is not None


# words that end a diagnosis and no finding
_NAMED_DISEASE = re.compile(
    r"^[^有无没未见红肿]*(?:[擦刺扭挫割裂咬烫烧扎]伤|骨折|脱位|感染|炎|痔|疝|癣|疣|痛风|梗死|中毒|综合征|血肿|结石|感冒|带状疱疹|"
    r"湿疹|荨麻疹)$"
)


def is_order(text: str) -> bool:
    """Whether a clause gives, changes or forbids something by its verb or its dose."""
    return bool(cues.ORDER.search(text) or cues.DOSE.search(text))


def diagnosis_text(part: Part) -> str | None:
    """Return the words that name a diagnosis, or None where the clause names none."""
    text = part.text
    left_open = cues.LEFT_OPEN.match(text)
    if left_open is not None and cues.DISEASE.search(left_open["what"]):
        return f"{left_open['what']}待排除"
    named = [item for item in part.named(Kind.DIAGNOSIS) if item.polarity is Polarity.AFFIRMED]
    denied = any(item.polarity is Polarity.DENIED for item in part.named(Kind.DIAGNOSIS))
    disease = cues.DISEASE.search(text)
    if denied or cues.DENIES_DISEASE.search(text) or not (named or disease):
        return None
    whole = bool(named) and named[0].start == 0 and bool(cues.TAIL.match(text[named[-1].end :]))
    if cues.ABOUT_DISEASE.search(text) and not whole:
        return None
    cue = cues.DIAGNOSED.match(text) or cues.DIAGNOSED.search(text)
    found = disease and re.search(r"[有见](?!过)", text[: disease.start()]) and not text.endswith("风险")
    if found and not (cue and cue.start() == 0):
        return None  # 有水肿 tells a sign
    if cue is not None and (disease or any(item.start >= cue.end() for item in named)):
        return _after_cue(text, cue, named[0].start if named else len(text))
    if whole or (disease and (disease.start() > 0 or _NAMED_DISEASE.match(text)) and len(text) <= 14):
        return text
    return None


_NO_DISEASE = ("过敏", "发作", "感染", "损伤", "出血", "异物")  # of what, or where, wasn't said


def _after_cue(text: str, cue: re.Match[str], first: int) -> str | None:
    """Return what a cue introduces; a disease before the cue is explained, not made (痔疮是鲜红的血)."""
    if first < cue.start() and cue["cue"] in ("是", "系"):
        return None
    tail = text[cue.end() :]
    if re.match(r"(?:你|恁|侬|汝|人|老人家?|大家|我们?|俗话)?(?:们)?(?:讲|说|叫|喊)(?:的|个|嘅|哩)", tail):
        return None  # 就是你讲的生蛇 says the same thing in the patient's word
    maybe = "可能" if "可能" in cue["cue"] else ""
    tail = tail.removesuffix("治") if "按" in cue["cue"] else tail
    return maybe + tail if len(tail) >= 2 and tail not in _NO_DISEASE else None
