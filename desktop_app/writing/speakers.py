"""Who speaks, where the transcript doesn't say: by what is asked, ordered and told.

A guess only: whatever rests on it stays `uncertain` in examination, diagnosis and plan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop_app.core.records.speech import Speaker, Utterance
from desktop_app.writing.clauses import is_question

_DOCTOR = re.compile(
    r"哪[里点儿]|(?:几|好多)(?:天|日)|好久|几耐|几时|多久|吃(?:过|了)?(?:啥|什么)?药(?:没|吗|未)|过敏(?:不|没|吗|伐|冇)|以前有|嘴张开|张嘴|听一|我看(?:一?下|看|哈)|"
    r"畀我睇|我来看|量(?:一?下|个)|躺(?:下|倒)|一天[一两二三四]?[次道回]|一日[一两二三]|毫克|开点|给你开|拿一盒|多喝水|"
    r"复查|回来(?:看|查)|打120|转[院到县市]|啰音|压痛|心率|血压[一二\d]|体温[三\d]|考虑|诊断|我写|化验|验个|别吃|莫吃|勿好吃|注意"
)
_PATIENT = re.compile(
    r"医生|大夫|我(?:这|就是|昨|前|以前|屋头|妈|爸|老公|老婆|自己|怕|吃了|在|也)|俺|涯|阿拉|谢谢|多谢|唔该|要得|要不要|用不用|使唔使|严重吗|"
    r"要紧[伐吗不]|怎么办|点算|咋办|要打针|会不会|能不能|得唔得|好不好啊|好伐"
)


def infer_speakers(utterances: Sequence[Utterance]) -> dict[int, Speaker]:
    """Return who speaks each utterance; labels stand, the rest is guessed from wording and turn.

    Returns:
        Speaker by utterance id; never `unknown`.
    """
    speakers: dict[int, Speaker] = {}
    previous: Speaker | None = None
    for item in utterances:
        speaker = item.speaker
        if speaker is Speaker.UNKNOWN:
            speaker = _guess(item.text, previous)
        speakers[item.id] = speaker
        previous = speaker
    return speakers


def _guess(text: str, previous: Speaker | None) -> Speaker:
    doctor = 2 * len(_DOCTOR.findall(text)) + (1 if is_question(text) else 0)
    patient = 2 * len(_PATIENT.findall(text))
    if previous is Speaker.DOCTOR:
        patient += 1
    elif previous is not None:
        doctor += 1
    else:
        doctor += 1 if is_question(text) else 0
    return Speaker.DOCTOR if doctor > patient else Speaker.PATIENT
