"""Who speaks, where the transcript doesn't say: by what is asked, ordered and told, and by taking turns.

The likeliest sequence of doctor and patient's party, by the weights of the wordings below and the habit of taking
turns (Viterbi over two states). A guess only: whatever rests on it stays `uncertain` in examination, diagnosis and
plan.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from desktop_app.core.records.speech import Speaker, Utterance

# wording and its weight (log odds for the doctor); the weights were set by hand on the development dialogues
_WORDINGS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern), weight)
    for pattern, weight in (
        (r"[？?]\s*$", 1.6),
        (r"^[^，。]{0,10}(?:没得|没有|冇|未|无|伐|吗|勿|嘛)[？?]", 1.2),
        (r"几[天日久多时个]|好久|几耐|几时|多久|哪[里点儿]|哪样|啥子病|咩病|啥病|脉个|样般|几摆", 1.0),
        (r"过敏(?:不|没|吗|伐|冇|无|有)|以前有|家里[^，]{0,4}有|吃(?:过|了)?(?:啥|什么)药", 1.2),
        (
            r"嘴张开|张嘴|听一|我看(?:一?下|看|哈|$)|畀我睇|我来看|涯看|量(?:一?下|个)|躺(?:下|倒|平)|掀|坐[低到]|撩",
            2.0,
        ),
        (
            r"[一二三四五六七八九十百两]+(?:，|比)[一二三四五六七八九十百]+[，。]|体温[三\d]|血压[一二\d]|"
            r"心[率跳][五六七八九一\d]|血氧[八九\d]",
            1.8,
        ),
        (r"啰音|压痛|反跳|充血|肿大|对光|律齐|杂音|阴性|阳性|加号", 1.2),
        (r"毫克|毫升|单位|[一每][天日][吃服食搽抹]?[一两二三四五][次道回摆趟遍]|饭[前后]|疗程", 1.2),
        (
            r"多喝水|复查|复诊|回来|再来|打120|转[院到县市镇]|去[县市镇][^，]{0,4}院|别吃|莫吃|唔好|勿好|勿要|莫再|"
            r"先不|免注",
            1.2,
        ),
        (r"考虑|诊断|我写|八成|多半是|这是|这系|就是个|炎[，。]|待查", 1.0),
        (r"^(?:你|侬|汝|恁|您)|[，。](?:你|侬|汝|恁)(?!说|讲|看|话)", 0.8),
        (r"医生|大夫|谢谢|多谢|唔该|要得|晓得了|知道了|好[的嘞个吧][，。]", -2.2),
        (
            r"^(?:没有|没得|没|冇|呒没|无|不|唔|毋|袂|有|嗯|对|系|是|会|侪呒没|都没有)(?:[，。了的啊呀过个嘞]|$)",
            -2.0,
        ),
        (
            r"要不要|用不用|使唔使|爱唔爱|能不能|可不可以|是不是|系咪|系唔系|会不会|会勿会|严重|要紧|怎么办|点算|咋办|"
            r"得唔得|好伐|要勿要|敢",
            -2.4,
        ),
        (r"给我开|开点|开些|畀我|打针好|输液|挂水|挂瓶|吊针", -1.2),
        (
            r"我(?:妈|爸|爹|娘|爷|奶|哥|姐|弟|妹|老公|老婆|屋头|男人|媳妇|儿|女)|阿拉|阮|俺|涯爸|我老豆|阿妈|佢阿|"
            r"他(?:爸|妈|奶|哥|姐)",
            -1.6,
        ),
        (
            r"^(?:我|俺|涯|吾|阮)(?!看|写|给你|听|摸|量|帮你|畀你|搭)|[，。](?:我|俺|涯)(?!看|写|给|听|摸|量|帮|畀|"
            r"打120)",
            -0.9,
        ),
        (r"昨|前天|前日|寻[日晚]|今早|今朝|上个?礼拜|去年|前年|旧年|以前|小时候", -0.6),
        (r"隔壁|邻居|厝边|人家说|听说|喂[？?，—]|担心|害怕", -1.4),
        (
            r"^[^，。？]{0,3}[一二两三四五六七八九十半几]+个?(?:天|日|年|月|礼拜|钟头|小时|次|摆|"
            r"趟)[了啦矣哉嘛]?[。]?$",
            -1.4,
        ),
        (r"得很|得要命|难受|明显|像[^，]{1,6}(?:一样|样)|痛|疼|咳|胀", -0.3),
    )
)
_SWITCH, _STAY = math.log(0.86), math.log(0.14)
_OPENS = math.log(0.7)  # the doctor usually speaks first


def infer_speakers(utterances: Sequence[Utterance]) -> dict[int, Speaker]:
    """Return who speaks each utterance; labels stand, the rest is guessed from wording and turns.

    Returns:
        Speaker by utterance id; never `unknown`.
    """
    if not utterances:
        return {}
    best: list[tuple[float, float]] = []  # the likeliest path's weight that ends with (doctor, party)
    came: list[tuple[int, int]] = []
    for index, item in enumerate(utterances):
        doctor, party = _weights(item)
        if index == 0:
            best.append((doctor + _OPENS, party + math.log(1 - math.exp(_OPENS))))
            came.append((0, 1))
            continue
        last = best[-1]
        from_doctor = 0 if last[0] + _STAY >= last[1] + _SWITCH else 1
        from_party = 1 if last[1] + _STAY >= last[0] + _SWITCH else 0
        came.append((from_doctor, from_party))
        best.append(
            (
                doctor + max(last[0] + _STAY, last[1] + _SWITCH),
                party + max(last[1] + _STAY, last[0] + _SWITCH),
            )
        )
    state = 0 if best[-1][0] >= best[-1][1] else 1
    speakers: dict[int, Speaker] = {}
    for index in range(len(utterances) - 1, -1, -1):
        item = utterances[index]
        guess = Speaker.DOCTOR if state == 0 else Speaker.PATIENT
        speakers[item.id] = guess if item.speaker is Speaker.UNKNOWN else item.speaker
        state = came[index][state]
    return speakers


def _weights(item: Utterance) -> tuple[float, float]:
    """Return the log weights of an utterance for (doctor, patient's party); a label leaves no doubt."""
    if item.speaker is Speaker.DOCTOR:
        return 0.0, -1e6
    if item.speaker is not Speaker.UNKNOWN:
        return -1e6, 0.0
    odds = sum(weight for pattern, weight in _WORDINGS if pattern.search(item.text))
    return odds / 2, -odds / 2
