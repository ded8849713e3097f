"""Statements that keep the words and turn the meaning: contrasts, places, whole names, drugs never taken."""

from __future__ import annotations

import pytest

from desktop_app.core.records.contract import draft_from_json
from desktop_app.core.records.drafts import FieldKey, Reason, Statement, Support
from desktop_app.core.records.people import Patient, Sex
from desktop_app.core.records.visits import VisitContext
from desktop_app.pipeline.transcripts import parse_transcript
from desktop_app.writing.grounding import ground

TALK = """医生：哪里不舒服？
患者：上腹痛，三天了，一天比一天重。
医生：吃过什么药？
患者：老婆给我拿了奥美拉唑，我嫌苦没吃。吃过左氧氟沙星，没啥用。
医生：疼的时候吐不吐？
患者：不吐，昨天拉过一回黑的。
医生：以前有什么病？
患者：二型糖尿病，十二指肠溃疡有过。
医生：抽过血没有？
患者：空腹血糖七点八。
医生：尿蛋白阴性，亚硝酸盐阳性。左手食指近节有个口子，没见到肌腱。肾区没有叩痛。
医生：急性膀胱炎，胃溃疡待查。
医生：卡托普利停了，氯沙坦继续吃。阿托品两毫克静脉推。双氯芬酸钠凝胶一天抹三回。
医生：先冰敷，两天后再热敷。转县医院眼科。
"""


def judged(key: str, text: str) -> Statement:
    context = VisitContext(
        patient=Patient(id="p", sex=Sex.MALE), transcript=parse_transcript(TALK.encode(), "a.txt")
    )
    draft = draft_from_json({"fields": {key: {"text": text, "statements": [{"text": text}]}}})
    return ground(draft, context).field(FieldKey(key)).statements[0]


@pytest.mark.parametrize(
    ("key", "right", "wrong", "reason"),
    [
        ("auxiliary_exam", "尿蛋白阴性", "尿蛋白阳性", Reason.NEGATION),
        ("auxiliary_exam", "亚硝酸盐阳性", "亚硝酸盐阴性", Reason.NEGATION),
        ("chief_complaint", "上腹痛3天", "下腹痛3天", Reason.NEGATION),
        ("present_illness", "左氧氟沙星无效", "左氧氟沙星有效", Reason.NEGATION),
        ("present_illness", "昨日黑便1次", "前天黑便1次", Reason.NEGATION),
        ("past_history", "2型糖尿病", "1型糖尿病", Reason.NEGATION),
        ("plan", "停用卡托普利", "卡托普利继续", Reason.NEGATION),
        ("plan", "阿托品2mg静脉推注", "阿托品2mg肌内注射", Reason.NEGATION),
        ("plan", "双氯芬酸钠凝胶外用，每日3次", "双氯芬酸钠缓释片外用，每日3次", Reason.NEGATION),
        ("physical_exam", "左食指近节裂口", "左食指远节裂口", Reason.NEGATION),
        ("physical_exam", "肾区无叩痛", "肾区有叩痛", Reason.NEGATION),
        ("physical_exam", "左食指近节裂口", "左小腿近节裂口", Reason.NOT_SAID),
        ("physical_exam", "左食指近节裂口", "左中指近节裂口", Reason.NEGATION),
        ("referral", "转县医院眼科", "转市医院眼科", Reason.NEGATION),
        ("referral", "转县医院眼科", "转县医院骨科", Reason.NEGATION),
        ("diagnosis", "急性膀胱炎", "急性肾盂肾炎", Reason.NOT_SAID),
        ("present_illness", "服左氧氟沙星", "服氧氟沙星", Reason.DRUG),
        ("present_illness", "未服奥美拉唑", "服奥美拉唑", Reason.NEGATION),
    ],
)
def test_the_turned_statement_is_found(key: str, right: str, wrong: str, reason: Reason) -> None:
    assert judged(key, right).support is Support.VERIFIED, judged(key, right)
    found = judged(key, wrong)
    assert found.support is not Support.VERIFIED
    assert reason in found.reasons
