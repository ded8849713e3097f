"""A whole visit for the tests of exports: signed or not, with talk, sheet and every field."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, date, datetime

from desktop_app.core.records.drafts import (
    Draft,
    DraftField,
    EngineUse,
    Evidence,
    FieldKey,
    FieldState,
    Review,
    Source,
    Statement,
    Support,
)
from desktop_app.core.records.people import Age, Patient, Sex, VisitKind
from desktop_app.core.records.sheets import Flag, LabResult, LabSheet
from desktop_app.core.records.speech import Speaker, Transcript, Utterance
from desktop_app.core.records.visits import Signature, Visit, VisitState

AUDIT_HEAD = "1234567:" + hashlib.sha256(b"head").hexdigest()
STARTED = datetime(2026, 3, 2, 1, 25, tzinfo=UTC)
TALK = (
    (Speaker.PATIENT, "咳嗽，发烧三天了，昨天烧到三十九度，浑身没得劲"),
    (Speaker.DOCTOR, "有没有吐？青霉素过敏过没得"),
    (Speaker.PATIENT, "没吐。青霉素打了起过疹子"),
    (Speaker.DOCTOR, "阿莫西林就不用了，开布洛芬，0.2克，一天三次，口服，烧起来再吃，三天后来复查血常规"),
)
TEXTS: dict[FieldKey, tuple[FieldState, tuple[str, ...]]] = {
    FieldKey.CHIEF_COMPLAINT: (FieldState.STATED, ("咳嗽、发热3天",)),
    FieldKey.PRESENT_ILLNESS: (
        FieldState.STATED,
        (
            "患者3天前受凉后出现咳嗽，咳少量白痰，伴发热，最高体温39.0℃，伴乏力、畏寒",
            "无恶心、呕吐，无胸痛、咯血，无呼吸困难",
            "自服“感冒药”（具体不详）后体温可下降，4～6小时后复升",
        ),
    ),
    FieldKey.PAST_HISTORY: (FieldState.STATED, ("高血压病史10年，规律服药，血压控制在130/80mmHg左右",)),
    FieldKey.ALLERGY: (FieldState.STATED, ("青霉素过敏（皮疹）",)),
    FieldKey.PERSONAL_FAMILY: (FieldState.NOT_ASKED, ()),
    FieldKey.PHYSICAL_EXAM: (
        FieldState.STATED,
        (
            "T 38.5℃，P 96次/分，R 20次/分，BP 138/86mmHg",
            "咽部充血，双侧扁桃体Ⅰ°肿大",
            "双肺呼吸音粗，未闻及干湿性啰音",
        ),
    ),
    FieldKey.AUXILIARY_EXAM: (FieldState.STATED, ("血常规：白细胞12.6×10⁹/L↑，血红蛋白98g/L↓",)),
    FieldKey.TCM: (FieldState.EMPTY, ()),
    FieldKey.DIAGNOSIS: (FieldState.STATED, ("急性上呼吸道感染", "贫血待查")),
    FieldKey.PLAN: (
        FieldState.STATED,
        ("布洛芬片0.2g，口服，每日3次，发热时服用", "多饮水，注意休息", "3天后复查血常规"),
    ),
    FieldKey.REFERRAL: (FieldState.STATED, ("贫血原因不明，建议1周内至县医院血液科就诊",)),
}
ROWS = (
    (
        "白细胞计数(WBC)",
        "white_blood_cell",
        "白细胞计数",
        "6690-2",
        "12.60↑",
        12.6,
        "10*9/L",
        3.5,
        9.5,
        Flag.HIGH,
    ),
    ("血红蛋白(HGB)", "hemoglobin", "血红蛋白", "718-7", "98↓", 98.0, "g/L", 115.0, 150.0, Flag.LOW),
    ("血小板计数(PLT)", "platelet", "血小板计数", "777-3", "210", 210.0, "10*9/L", 125.0, 350.0, Flag.NORMAL),
    ("C反应蛋白", "crp", "C反应蛋白", "1988-5", "26.3↑", 26.3, "mg/L", None, 10.0, Flag.HIGH),
    ("尿蛋白", "urine_protein", "尿蛋白", "", "1+", "1+", "", None, None, Flag.ABNORMAL),
)


def sheet() -> LabSheet:
    """Return a lab sheet with numbers, a qualitative row and a range from a table."""
    rows = tuple(
        LabResult(
            row=index,
            name_raw=raw,
            analyte=code,
            name=name,
            loinc=loinc,
            value_raw=text,
            value=value,
            unit_raw=unit,
            unit=unit,
            low=low,
            high=high,
            range_from=None if low is None and high is None else "table" if code == "crp" else "sheet",
            flag=flag,
            confidence=0.97,
        )
        for index, (raw, code, name, loinc, text, value, unit, low, high, flag) in enumerate(ROWS, 1)
    )
    return LabSheet(image="sheet.png", sha256="0" * 64, date="2026-03-02", rows=rows)


def field(key: FieldKey, state: FieldState, texts: tuple[str, ...], support: Support) -> DraftField:
    """Return one field; plan statements rest on what the doctor said, the others on the patient's words."""
    said = 4 if key is FieldKey.PLAN else 1
    quote = TALK[said - 1][1]
    evidence = Evidence(
        source=Source.UTTERANCE, id=said, quote=quote, start=0, end=len(quote), transcript_version=1
    )
    statements = tuple(
        Statement(id=f"{key.value}-{index}", text=text, support=support, evidence=(evidence,))
        for index, text in enumerate(texts, 1)
    )
    return DraftField(key=key, text="；".join(texts), state=state, statements=statements)


def draft(
    changed: dict[FieldKey, tuple[FieldState, tuple[str, ...]]] | None = None,
    support: Support = Support.VERIFIED,
) -> Draft:
    """Return a draft of every field; `changed` replaces fields."""
    fields = TEXTS | (changed or {})
    return Draft(
        scenario="clinic",
        engine=EngineUse(writer="model", model="tiny.gguf", model_sha256="ab" * 32),
        fields=tuple(field(key, *fields[key], support) for key in FieldKey),
    )


def visit(
    changed: dict[FieldKey, tuple[FieldState, tuple[str, ...]]] | None = None,
    *,
    signed: bool = False,
    support: Support = Support.VERIFIED,
    **members: object,
) -> Visit:
    """Return a visit; keyword arguments replace its members."""
    built = Visit(
        id="01890a5d-ac96-774b-bcce-b302099a8057",
        version=1,
        state=VisitState.SIGNED if signed else VisitState.DRAFTED,
        patient=Patient(
            id="p1",
            name="张秀兰",
            sex=Sex.FEMALE,
            birth_date=date(1968, 5, 4),
            age=Age(57, "y"),
            number="M20260302-017",
        ),
        kind=VisitKind.FIRST,
        started=STARTED,
        organization="石板乡中心卫生院",
        department="全科",
        transcript=Transcript(
            id="t1",
            utterances=tuple(
                Utterance(id=i, speaker=who, text=text) for i, (who, text) in enumerate(TALK, 1)
            ),
        ),
        sheets=(sheet(),),
        draft=draft(changed, support),
        review=Review(reviewer="李建国", role="doctor", at=STARTED) if signed else None,
        signature=signature() if signed else None,
    )
    return dataclasses.replace(built, **members)  # type: ignore[arg-type]


def signature(countersigner: str | None = None) -> Signature:
    """Return a signature twenty minutes after the start."""
    return Signature(
        signer="李建国",
        role="doctor",
        at=datetime(2026, 3, 2, 1, 45, tzinfo=UTC),
        content_sha256=hashlib.sha256(b"content").hexdigest(),
        public_key="00",
        signature="00",
        countersigner=countersigner,
    )
