"""What may be taken from a statement's words with certainty: vital signs, allergies, drugs, diagnoses.

A structured resource is read by machines that don't read the text beside it. So each rule here takes only
what the words say outright and leaves the rest to the narrative.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.core.records.drafts import DraftField, FieldState, Source, Statement, Support
from desktop_app.core.records.speech import Speaker, Transcript


@dataclass(frozen=True, slots=True)
class Vital:
    """One measured vital sign: LOINC, name, UCUM unit, value; a blood pressure has two components."""

    loinc: str
    name: str
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _VitalRule:
    pattern: re.Pattern[str]
    loinc: str
    name: str
    unit: str
    low: (
        float  # outside of these a reading is a slip of the pen, not a measurement of a living adult or child
    )
    high: float


def _rule(words: str, unit: str, loinc: str, name: str, ucum: str, low: float, high: float) -> _VitalRule:
    pattern = re.compile(rf"(?:{words})[：:]?(\d{{1,3}}(?:\.\d{{1,2}})?)(?:{unit})", re.IGNORECASE)
    return _VitalRule(pattern, loinc, name, ucum, low, high)


_PER_MINUTE = r"次/分钟?|次每分钟?|bpm|/min"
_RULES = (
    _rule("T|体温|腋温", "℃|°C|度", "8310-5", "体温", "Cel", 30, 43),
    _rule("P|脉搏|HR|心率", _PER_MINUTE, "8867-4", "心率/脉搏", "/min", 20, 250),
    _rule("R|RR|呼吸|呼吸频率", _PER_MINUTE, "9279-1", "呼吸", "/min", 5, 90),
    _rule("SpO2|SpO₂|血氧饱和度|指脉氧|指氧", "%|％", "59408-5", "血氧饱和度", "%", 40, 100),
    _rule("身高", "cm|厘米", "8302-2", "身高", "cm", 30, 230),
    _rule("体重", "kg|公斤|千克", "29463-7", "体重", "kg", 1, 300),
)
_PRESSURE = re.compile(r"(?:BP|血压)[：:]?(\d{2,3})/(\d{2,3})mmHg", re.IGNORECASE)
PRESSURE = ("85354-9", "血压", "mm[Hg]")
PRESSURE_PARTS = (("8480-6", "收缩压"), ("8462-4", "舒张压"))
# Words by which a value beside them is not, or not surely, this patient's at this visit.
_ELSEWHERE = re.compile(
    r"昨|前天|日前|上次|曾|既往|最高|最低|自测|家中|在家|外院|复测|父|母|左右|约|范围|波动|控制"
)


def vitals(field: DraftField) -> tuple[Vital, ...]:
    """Return the vital signs that an examination states with certainty; a kind with two values gives none."""
    found: dict[str, list[Vital]] = {}
    for statement in field.statements:
        if (
            statement.support is Support.VERIFIED
            and not statement.stale
            and not _ELSEWHERE.search(statement.text)
        ):
            for vital in _leading_vitals(statement.text):
                found.setdefault(vital.loinc, []).append(vital)
    return tuple(items[0] for items in found.values() if len({item.values for item in items}) == 1)


def _leading_vitals(text: str) -> list[Vital]:
    """Return the vital signs with which a statement begins; the first other words end the run."""
    found = []
    for part in re.split(r"[，,；;、。\n]", text):
        vital = _vital("".join(part.split()))
        if vital is None:
            break
        found.append(vital)
    return found


def _vital(part: str) -> Vital | None:
    pressure = _PRESSURE.fullmatch(part)
    if pressure:
        upper, lower = float(pressure[1]), float(pressure[2])
        plausible = 50 <= upper <= 300 and 20 <= lower <= 200 and lower < upper
        return Vital(*PRESSURE, (upper, lower)) if plausible else None
    for rule in _RULES:
        match = rule.pattern.fullmatch(part)
        if match and rule.low <= float(match[1]) <= rule.high:
            return Vital(rule.loinc, rule.name, rule.unit, (float(match[1]),))
    return None


class NoAllergy(StrEnum):
    """SNOMED CT situations that stand for a denied allergy, by how far the denial goes."""

    ANY = "716186003"
    DRUG = "409137002"
    FOOD = "429625007"


_DENIED = re.compile(
    r"(?:患者|患儿|本人|家属|家长)?(?:否认|无|没有|未诉|不知|未发现)(?:有|已知|明确|明显)*的?"
    r"(?P<what>(?:药物|药品|食物|花粉|其他物质|[、及和与或/，])*)(?:等)?(?:过敏)(?:史|病史|情况)?[。.]?"
)
_NEGATIVE = re.compile(r"否认|无|没有|未|不过敏|不会过敏|非|除外|不确定|不详|不清")


def denied_allergy(field: DraftField) -> NoAllergy | None:
    """Return what an allergy field denies; nothing where it names a substance or isn't a denial."""
    if field.state is not FieldState.DENIED:
        return None
    text = (field.text or "；".join(item.text for item in field.statements)).strip()
    if any(not certain(item) for item in field.statements):
        return None
    if not text:
        return NoAllergy.ANY
    match = _DENIED.fullmatch(text)
    if match is None:
        return None
    drug, food = "药" in match["what"], "食物" in match["what"]
    if drug == food:
        return NoAllergy.ANY
    return NoAllergy.DRUG if drug else NoAllergy.FOOD


def stated_allergies(field: DraftField) -> tuple[Statement, ...]:
    """Return the statements that name an allergy and deny nothing."""
    if field.state is not FieldState.STATED:
        return ()
    return tuple(item for item in field.statements if certain(item) and not _NEGATIVE.search(item.text))


_NO_DIAGNOSIS = re.compile(r"排除|除外|不考虑|不支持|否认|暂无|未见|未发现|无.{0,6}依据|^无|^非|既往|家族")


def diagnoses(field: DraftField) -> tuple[Statement, ...]:
    """Return the statements that name a provisional diagnosis and exclude nothing."""
    if field.state is not FieldState.STATED:
        return ()
    return tuple(item for item in field.statements if certain(item) and not _NO_DIAGNOSIS.search(item.text))


_AMOUNT = re.compile(
    r"\d+(?:\.\d+)?\s*(?:mg|g|μg|ug|ml|mL|毫克|克|微克|毫升|片|粒|丸|袋|支|滴|喷|包|贴|揿|万单位|单位|IU|U)"
)
_ROUTE = re.compile(
    r"口服|外用|静滴|静脉|肌注|肌内|皮下|雾化|吸入|含服|滴眼|滴鼻|舌下|冲服|外涂"
    r"|每日|每天|一日|一天|日\s*\d\s*次|次/日|每晚|每\d+小时|\b(?:qd|bid|tid|qid|qn|q\d+h|prn)\b",
    re.IGNORECASE,
)
_NOT_GIVEN = re.compile(
    r"停用|停服|停药|禁用|禁止|勿|忌|不用|不要|不宜|避免|慎用|减量|未用|曾|既往|已服|自服"
)
_DRINK = re.compile(r"饮水|喝水|温水|饮食|盐")


def medications(field: DraftField, transcript: Transcript | None) -> tuple[Statement, ...]:
    """Return the plan's statements that name a drug's amount and route or frequency, if the doctor spoke."""
    return tuple(
        item
        for item in field.statements
        if certain(item)
        and said_by_doctor(item, transcript)
        and _AMOUNT.search(item.text)
        and _ROUTE.search(item.text)
        and not _NOT_GIVEN.search(item.text)
        and not _DRINK.search(item.text)
    )


def said_by_doctor(statement: Statement, transcript: Transcript | None) -> bool:
    """Say whether all that a statement rests on was spoken by the doctor or entered by a named person."""
    for evidence in statement.evidence:
        if evidence.source is Source.ENTERED and evidence.by:
            continue
        if evidence.source is not Source.UTTERANCE or evidence.id is None or transcript is None:
            return False
        if evidence.transcript_version not in (None, transcript.version):
            return False
        utterance = transcript.utterance(evidence.id)
        if utterance is None or utterance.speaker is not Speaker.DOCTOR:
            return False
    return bool(statement.evidence)


def certain(statement: Statement) -> bool:
    """Say whether a statement is verified against sources that still stand."""
    return statement.support is Support.VERIFIED and not statement.stale and bool(statement.text.strip())
