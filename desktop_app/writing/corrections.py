"""What a speaker took back: 三年前……不是，七年前; 不是左边，是右边; 右腿，哦对，左腿."""

from __future__ import annotations

import re

from desktop_app.core.records.speech import Speaker
from desktop_app.writing.amendments import (
    COUNTED,
    MARKER,
    NOT_WORD,
    Place,
    amendments,
    place,
    tried_again,
    without_count,
)
from desktop_app.writing.clauses import Clause

_CONTRAST = re.compile(
    r"(?:不是|唔系|勿是|毋是|弗是)(?P<not>[^，。是系]{1,10}?)(?:，|,)?(?:而?是|就?系|是)(?P<but>.+)"
)
_SIDE = re.compile(r"[左右]")
_SWAP = {"左": "右", "右": "左"}
_SLOTS = (
    re.compile(r"[左右]|两边|双侧"),
    re.compile(
        r"[零一二两三四五六七八九十百半几\d]+个?(?:天|日|年|月|周|星期|礼拜|岁|小时|钟头|分钟|次|道|回|趟|粒|"
        r"片|颗|包|点|号)"
    ),
    re.compile(r"今|昨|前|寻|大前|夜|早|晚|上个|旧年|去年|暝|日"),
    re.compile(r"[零一二两三四五六七八九十百\d]{2,}"),
)


def taken_back(clauses: list[Clause]) -> set[Place]:
    """Return (utterance id, start) of the clauses whose content the speaker corrected.

    Args:
        clauses: all clauses of the talk in order.
    """
    gone: set[Place] = set()
    amended = amendments(clauses)
    by_utterance: dict[int, list[Clause]] = {}
    for clause in clauses:
        by_utterance.setdefault(clause.utterance.id, []).append(clause)
    for group in by_utterance.values():
        gone.update(_swapped_side(group))
        gone.update(tried_again(group)[0])
        for index, clause in enumerate(group):
            gone.update(_in_utterance(group, index, clause))
    gone.update(_across(clauses, gone))
    gone -= set(amended)
    spent = {place(clause) for _, clause in amended.values()}
    words = {
        place(item) for item in clauses if NOT_WORD.match(item.text) and _next_key(clauses, item) in spent
    }
    return gone | spent | words


def _next_key(clauses: list[Clause], clause: Clause) -> Place | None:
    index = clauses.index(clause) + 1
    return place(clauses[index]) if index < len(clauses) else None


def _in_utterance(group: list[Clause], index: int, clause: Clause) -> set[Place]:
    if (
        re.search(r"(?:不|唔|毋|勿|冇)(?:止|只)", clause.text)
        and index > 0
        and COUNTED.search(group[index - 1].text)
    ):
        return (
            {place(clause)} if without_count(group[index - 1]) else {place(group[index - 1]), place(clause)}
        )
    if _DOUBTED.match(clause.text) or re.match(r"(?:乜|不|何|哪|毋|勿|冇)止", clause.text):
        return {place(clause)}
    if index > 0 and group[index - 1].abrupt and _TAKES_BACK.fullmatch(clause.text):
        return {place(group[index - 1]), place(clause)}  # 个把月……没有，三个礼拜
    marker = MARKER.match(clause.text)
    if marker is None or not marker[0]:
        return set()
    whole = marker.end() == len(clause.text)
    if index == 0:  # an answer (不是), unless it goes on to the contrast
        return {place(clause)} if _CONTRAST.match(clause.text) else set()
    previous = group[index - 1]
    following = group[index + 1] if whole and index + 1 < len(group) else clause
    if whole or previous.abrupt:
        back = {place(clause)} if whole else set()
        if (
            re.search(r"[说讲记弄搞][错反]", clause.text) and not previous.abrupt
        ):  # 右边，我说反了: the turn before was wrong
            return {place(clause)}
        if previous.abrupt or whole or _same_slot(previous, following):
            back.add(place(previous))
        return back
    if clause.text.startswith(("不是", "唔系", "勿是", "毋是")) and index + 1 < len(group):
        return {place(clause)} if re.match(r"(?:而?是|就?系)", group[index + 1].text) else set()
    return set()


def _swapped_side(group: list[Clause]) -> set[Place]:
    """Find a side that the speaker takes back a few clauses later: 左腿没劲……看我急的，是右腿."""
    back: set[Place] = set()
    for index, clause in enumerate(group):
        side = _SIDE.search(clause.text)
        if side is None or not clause.abrupt:
            continue
        later = group[index + 1 : index + 4]
        if any(re.match(rf"(?:而?是|就?系){_SWAP[side[0]]}", item.text) for item in later):
            back.add(place(clause))
    return back


_TAKES_BACK = re.compile(
    r"(?:没有?|没得|呒没|冇|无|毋|唔|不)(?:那么|恁|介|咁|遮尔|这么|到)?(?:久|长|多|大|高)?(?:啊|呀|嘞|个|啦)?"
)


def _same_slot(first: Clause, second: Clause) -> bool:
    return any(slot.search(first.text) and slot.search(second.text) for slot in _SLOTS)


_NUMBERED = re.compile(
    r"^(?:是|应该是|就是|系)?(?P<n>[零一二两三四五六七八九十百半\d]+)(?P<unit>个月|岁|年|天|日|次|点|周|"
    r"礼拜|星期|个小时|个钟头|粒|片)"
)
_CORRECTS = re.compile(
    r"^(?:妈|爸|妈妈|爸爸|奶奶|爷爷|老头子|老婆子|不是|不对|哦对|对对|唔系|勿是|毋是|哪|才)(?:[，啊呀…]|$|"
    r"是)"
)


_DOUBTED = re.compile(
    r"^(?:啥|什么|哪有|哪里|哪|乜)(?P<what>[零一二两三四五六七八九十半\d]+(?:天|日|年|个月|个礼拜|个星期|"
    r"点|次|趟))"
)


def _doubted(clauses: list[Clause]) -> set[Place]:
    """Find what another said that a speaker scouts (啥两天，三天了)."""
    back: set[Place] = set()
    for index, clause in enumerate(clauses):
        match = _DOUBTED.match(clause.text) or _denied_for_another(clauses, index)
        if match is None or clause.speaker is Speaker.DOCTOR:
            continue
        what = match["what"] or match.groupdict().get("did") or ""
        back.add(place(clause))
        back.update(place(item) for item in clauses[:index] if what and what in item.text)
    return back


_NOT_THAT = re.compile(
    r"^(?:不是|唔系|勿是|毋是|边系|哪是|也不是)(?:(?:我|俺|他|她|佢|伊)(?P<did>[^，是系的我]{1,4})的?|"
    r"(?P<what>[^，是系的]{2,6}))$"
)
_TIME_OR_SIDE = re.compile(
    r"^(?:[昨前今寻][^，]{0,3}|[左右][^，]{0,2}|[零一二两三四五六七八九十半\d]+[^，]{1,2})$"
)


def _denied_for_another(clauses: list[Clause], index: int) -> re.Match[str] | None:
    """Match 不是肚子，是下边: what a speaker puts another thing in place of, in the next clause."""
    match = _NOT_THAT.match(clauses[index].text)
    following = clauses[index + 1] if index + 1 < len(clauses) else None
    if match is None or following is None or following.utterance is not clauses[index].utterance:
        return None
    placed = re.match(r"而?是|就?系", following.text) or _TIME_OR_SIDE.match(match["what"] or "")
    return match if placed else None


def _renumbered(told: list[Clause]) -> set[Place]:
    """Find numbers that the next speaker of the patient's party puts right (五岁那年 … 妈，是六岁)."""
    back: set[Place] = set()
    for index, clause in enumerate(told):
        new = _NUMBERED.match(clause.text)
        first = next(item for item in told if item.utterance is clause.utterance)
        if new is None or not _CORRECTS.match(first.utterance.text):
            continue
        for earlier in told[:index]:
            if not 0 < clause.utterance.id - earlier.utterance.id <= 3:
                continue
            old = re.search(rf"(?P<n>[零一二两三四五六七八九十百半\d]+){new['unit']}", earlier.text)
            if old is not None and old["n"] != new["n"]:
                back.add(place(earlier))
    return back


def _across(clauses: list[Clause], gone: set[Place]) -> set[Place]:
    """Find short side or time answers that a later turn of the patient's party corrects (不是，是左边)."""
    back: set[Place] = set()
    told = [item for item in clauses if item.speaker is not Speaker.DOCTOR and place(item) not in gone]
    back.update(_renumbered(told))
    back.update(_doubted(clauses))
    back.update(_not_swallowed(told))
    for index, clause in enumerate(told):
        start = clause.text.lstrip("哦啊哎对，")
        if (
            not MARKER.match(start)
            and not clause.text.startswith("哦对")
            and not re.search(r"[说讲看][错反]|颠倒|倒反|反去|^哦?着+|^对对", clause.utterance.text)
        ):
            continue
        group = [item for item in told[index:] if item.utterance is clause.utterance]
        new = _side_of(group)
        if new is None:
            continue
        for earlier in told[:index]:
            near = 0 < clause.utterance.id - earlier.utterance.id <= 4
            if near and _sides(earlier.text) == {_SWAP[new]}:
                back.add(place(earlier))
    return back


_DID_NOT = re.compile(
    r"^(?:我|俺|阮|涯|伊|他|她)?(?:根本|都|可)?(?:没有?|无|冇|呒没|未|唔曾)(?:吃|食|喝|用|打|搽|点)(?:过|啦|啊|了)?$"
)
_GAVE_TO = re.compile(r"吃|食|喝|予|给|喂|畀|拨")


def _not_swallowed(told: list[Clause]) -> set[Place]:
    """Find what one of the party says was given and the next speaker was not taken: 给她吃了去痛片 – 我没吃."""
    back: set[Place] = set()
    for index, clause in enumerate(told):
        if clause.start != 0 or not _DID_NOT.match(clause.text):
            continue
        before = [item for item in told[:index] if item.utterance.id == clause.utterance.id - 1]
        given = next((item for item in reversed(before) if _GAVE_TO.search(item.text)), None)
        if given is not None:
            back.add(place(given))
    return back


def _side_of(group: list[Clause]) -> str | None:
    for clause in group:
        text = re.sub(r"(?:不是|唔系|勿是|毋是)[^，。]*?(?:[左右]|[倒正]爿)", "", clause.text)
        match = re.search(r"[左右]|[倒正](?=爿)", text)
        if match:
            return _SIDE_WORDS[match[0]]
    return None


_SIDE_WORDS = {"左": "左", "右": "右", "倒": "左", "正": "右"}  # southern Min has 倒爿 and 正爿


def _sides(text: str) -> set[str]:
    return {_SIDE_WORDS[hit[0]] for hit in re.finditer(r"[左右]|[倒正](?=爿)", text)}
