"""What a speaker took back: 三年前……不是，七年前; 不是左边，是右边; 右腿，哦对，左腿."""

from __future__ import annotations

import itertools
import re

from desktop_app.core.records.speech import Speaker
from desktop_app.writing.clauses import Clause

_MARKER = re.compile(
    r"^(?:哦|啊|哎|诶|噢|呃|嗯|嗐|呸|等等|等下|等一下|不不|哎呀|医生|喔)*"
    r"(?:(?:不是){2,}|(?:唔系){2,}|(?:勿是){2,}|(?:毋是){2,}|不对不对|不对|哦不|不不不?|不是|说[错反]了?|看错了?|"
    r"讲[错反]了?|我?说反了?|记错了?|我?(?:刚才)?(?:说|讲|记)错了?|唔系|唔对|勿是|勿对|毋是|毋着|弗是|错了|搞错了|"
    r"等等|不是嘞|毋对|无着|也不是|哪是|无啦|无啊|无无|毋是啦|记反了?|弄错了?|否是|否对|讲毋着|看[差反串][行了]?|"
    r"疼?糊涂了?)"
    r"(?:了|哈|哦|啊|呀|嘞|哩|罢|咯|脱|啦|，)*"
)
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


def is_marker(text: str, *, opens: bool = False) -> bool:
    """Whether a whole clause only takes back what came before it; 无啦 that opens a turn is an answer."""
    return bool(_MARKER.fullmatch(text)) and not (opens and text.startswith("无"))


def taken_back(clauses: list[Clause]) -> set[tuple[int, int]]:
    """Return (utterance id, start) of the clauses whose content the speaker corrected.

    Args:
        clauses: all clauses of the talk in order.
    """
    gone: set[tuple[int, int]] = set()
    amended = amendments(clauses)
    by_utterance: dict[int, list[Clause]] = {}
    for clause in clauses:
        by_utterance.setdefault(clause.utterance.id, []).append(clause)
    for group in by_utterance.values():
        gone.update(_swapped_side(group))
        gone.update(_tried_again(group)[0])
        for index, clause in enumerate(group):
            gone.update(_in_utterance(group, index, clause))
    gone.update(_across(clauses, gone))
    gone -= set(amended)
    spent = {_key(clause) for _, clause in amended.values()}
    words = {
        _key(item) for item in clauses if _NOT_WORD.match(item.text) and _next_key(clauses, item) in spent
    }
    return gone | spent | words


def _next_key(clauses: list[Clause], clause: Clause) -> tuple[int, int] | None:
    index = clauses.index(clause) + 1
    return _key(clauses[index]) if index < len(clauses) else None


def _key(clause: Clause) -> tuple[int, int]:
    return clause.utterance.id, clause.start


def _in_utterance(group: list[Clause], index: int, clause: Clause) -> set[tuple[int, int]]:
    if (
        re.search(r"(?:不|唔|毋|勿|冇)(?:止|只)", clause.text)
        and index > 0
        and _COUNTED.search(group[index - 1].text)
    ):
        return {_key(clause)} if _without_count(group[index - 1]) else {_key(group[index - 1]), _key(clause)}
    if _DOUBTED.match(clause.text) or re.match(r"(?:乜|不|何|哪|毋|勿|冇)止", clause.text):
        return {_key(clause)}
    if index > 0 and group[index - 1].abrupt and _TAKES_BACK.fullmatch(clause.text):
        return {_key(group[index - 1]), _key(clause)}  # 个把月……没有，三个礼拜
    marker = _MARKER.match(clause.text)
    if marker is None or not marker[0]:
        return set()
    whole = marker.end() == len(clause.text)
    if index == 0:  # an answer (不是), unless it goes on to the contrast
        return {_key(clause)} if _CONTRAST.match(clause.text) else set()
    previous = group[index - 1]
    following = group[index + 1] if whole and index + 1 < len(group) else clause
    if whole or previous.abrupt:
        back = {_key(clause)} if whole else set()
        if (
            re.search(r"[说讲记弄搞][错反]", clause.text) and not previous.abrupt
        ):  # 右边，我说反了: the turn before was wrong
            return {_key(clause)}
        if previous.abrupt or whole or _same_slot(previous, following):
            back.add(_key(previous))
        return back
    if clause.text.startswith(("不是", "唔系", "勿是", "毋是")) and index + 1 < len(group):
        return {_key(clause)} if re.match(r"(?:而?是|就?系)", group[index + 1].text) else set()
    return set()


_COUNTED = re.compile(
    r"(?P<n>[零一二两俩仨三四五六七八九十百半几点\d]+|个把)(?P<unit>个月|月|个?小时|个?钟头|个?礼拜|个?星期|天|日|年|岁|周|次|"
    r"道|回|趟|摆|粒|片|颗|包|点|号|级|毫克|克|毫升|支|针|滴)"
)
_NO = re.compile(r"^(?:不|哦不|啊不|不不|毋是|唔系|勿是|不是|不对|错了|说错了?|讲错了?|哦不对|等等|是)$")


def _count_further_back(clauses: list[Clause]) -> dict[tuple[int, int], tuple[str, Clause]]:
    """Return clauses whose count is put right after another clause came between: 泻三日，侪是水……勿是，两日."""
    found: dict[tuple[int, int], tuple[str, Clause]] = {}
    for index, clause in enumerate(clauses):
        if index < 2 or not is_marker(clause.text) or not clauses[index - 1].abrupt:
            continue
        if _COUNTED.search(clauses[index - 1].text):
            continue
        new = next(
            (
                (match, item)
                for item in clauses[index + 1 : index + 3]
                if item.utterance is clause.utterance and (match := _COUNTED.match(item.text))
            ),
            None,
        )
        for earlier in clauses[max(0, index - 3) : index - 1] if new else ():
            old = _COUNTED.search(earlier.text)
            same = old is not None and new is not None and old["unit"] == new[0]["unit"]
            if earlier.utterance is clause.utterance and same and old and new and old["n"] != new[0]["n"]:
                right = earlier.text[: old.start()] + new[0][0] + earlier.text[old.end() :]
                found[_key(earlier)] = (right, new[1])
    return found


def _without_count(clause: Clause) -> str:
    """Return what a clause says beside its count (痛了个把星期 says 痛了), nothing where it says no more."""
    rest = _COUNTED.sub("", clause.text)
    telling = re.sub(r"[了有得咗仔哩的吧多来都也就大概]", "", rest)
    return rest if telling and rest != clause.text else ""


def _regraded(rest: list[Clause], clause: Clause) -> Clause | None:
    """Return the grade that the doctor settles on after trying again: 肌力一级……能平着挪，二级."""
    if not clause.abrupt:
        return None
    return next((item for item in rest if re.fullmatch(r"[零一二三四五\d]级", item.text)), None)


def _corrected_count(rest: list[Clause], clause: Clause) -> Clause | None:
    """Return the clause with the right number: after a marker, or at once where the speaker broke off."""
    marked = bool(rest) and bool(_NO.match(rest[0].text))
    if marked:
        return rest[1] if len(rest) > 1 else None
    return rest[0] if rest and clause.abrupt else None


def _amended_by_another(clauses: list[Clause]) -> dict[tuple[int, int], tuple[str, Clause]]:
    """Return what a later speaker puts right inside an earlier clause: 头疼三天了 … 不是三天，是五天."""
    found: dict[tuple[int, int], tuple[str, Clause]] = {}
    for index, clause in enumerate(clauses[:-1]):
        following = clauses[index + 1]
        old = re.fullmatch(rf"(?:不是|唔系|勿是|毋是)(?P<what>{_COUNTED.pattern})(?:了|矣|哉)?", clause.text)
        new = _COUNTED.match(re.sub(r"^(?:而?是|就?系)", "", following.text))
        if old is None or new is None or following.utterance is not clause.utterance:
            continue
        for earlier in clauses[:index]:
            near = 0 < clause.utterance.id - earlier.utterance.id <= _NEAR
            if near and old["what"] in earlier.text and len(earlier.text) > len(old["what"]) + 1:
                found[_key(earlier)] = (earlier.text.replace(old["what"], new[0]), following)
    return found


_NOT_WORD = re.compile(r"^(?:哎|哦|啊|呃|嗯)*(?:不是|唔系|勿是|毋是|弗是)(?P<what>[^，是系]{1,4})$")
_BUT_WORD = re.compile(r"^(?:而?是|就?系)(?P<what>[^，]{1,8})$")


def _amended_word(clauses: list[Clause]) -> dict[tuple[int, int], tuple[str, Clause]]:
    """Return clauses of which the same speaker puts one word right: 吐了一口奶……不是奶，是稀饭."""
    found: dict[tuple[int, int], tuple[str, Clause]] = {}
    for before, denied, right in zip(clauses, clauses[1:], clauses[2:], strict=False):
        if not before.utterance is denied.utterance is right.utterance:
            continue
        wrong, said = _NOT_WORD.match(denied.text), _BUT_WORD.match(right.text)
        if wrong is not None and said is not None and wrong["what"] in before.text != wrong["what"]:
            found[_key(before)] = (before.text.replace(wrong["what"], said["what"]), right)
    return found


def _swapped_side(group: list[Clause]) -> set[tuple[int, int]]:
    """Find a side that the speaker takes back a few clauses later: 左腿没劲……看我急的，是右腿."""
    back: set[tuple[int, int]] = set()
    for index, clause in enumerate(group):
        side = _SIDE.search(clause.text)
        if side is None or not clause.abrupt:
            continue
        later = group[index + 1 : index + 4]
        if any(re.match(rf"(?:而?是|就?系){_SWAP[side[0]]}", item.text) for item in later):
            back.add(_key(clause))
    return back


_NEAR = 3  # turns within which one speaker corrects another


def amendments(clauses: list[Clause]) -> dict[tuple[int, int], tuple[str, Clause]]:
    """Return clauses of which one number was put right, with the right text and the clause that says it.

    吃三天，不，五天 becomes 吃五天; 糖尿病七年……八年 becomes 糖尿病八年. The clause with the right number is spent.
    """
    found = {**_amended_by_another(clauses), **_amended_word(clauses)}
    for _, group in itertools.groupby(clauses, key=lambda item: item.utterance.id):
        found.update(_tried_again(list(group))[1])
    found.update(_count_further_back(clauses))
    for counted, doubt in itertools.pairwise(clauses):
        more = re.search(r"(?:不|唔|毋|勿|冇)(?:止|只)", doubt.text)
        rest_of = _without_count(counted) if more and doubt.utterance is counted.utterance else ""
        if rest_of:
            found[_key(counted)] = (rest_of, doubt)
    for index, clause in enumerate(clauses):
        rest = [item for item in clauses[index + 1 : index + 4] if item.utterance is clause.utterance]
        doctor = clause.speaker is Speaker.DOCTOR  # orders keep the last of two values by their own rule
        following = _regraded(rest, clause) if doctor else _corrected_count(rest, clause)
        if following is None:
            continue
        new = _COUNTED.match(following.text.removeprefix("是").removeprefix("系"))
        olds = [match for match in _COUNTED.finditer(clause.text) if new and match["unit"] == new["unit"]]
        if new is None or not olds or olds[-1]["n"] == new["n"]:
            continue
        old = olds[-1]
        if len(clause.text) - len(old[0]) < 1:
            continue  # nothing but the number: the clause is taken back whole
        found[_key(clause)] = (clause.text[: old.start()] + new[0] + clause.text[old.end() :], following)
    return found


_COUNTED_VALUE = re.compile(
    r"(?P<what>[零一二两俩仨三四五六七八九十百半几点\d]+|个把)(?P<unit>个月|月|个?小时|个?钟头|个?礼拜|个?星期|天|日|年|岁|周|次|"
    r"道|回|趟|摆|粒|片|颗|包|点|号|级|毫克|克|毫升|升|支|针|滴|厘米|公分|毫米|度|斤|公斤)"
)
_TRIED = (
    re.compile(
        r"(?P<what>[左右倒正])(?:$|[边侧面爿片]|手|脚|腿|眼|耳|胳膊|臂|肩|膝|踝|髋|胯|脸|奶|乳|肋|腰|肾|腹|肺)"
    ),
    re.compile(r"^(?:就是|是|系|在)?(?P<what>今|昨|寻|夜|前|大前|后)(?:儿个?|[天日晚]|个儿?)(?P<unit>)"),
    _COUNTED_VALUE,
)
_SETTLED = re.compile(
    r"^(?:是|系|就|应该是|还是|改成|也就|用|吃|打|吸)*(?P<value>.+?)(?:就行|就够|就好|吧|了|啦|罢|够了|行了)*$"
)
_ASIDE_CHARS = 9  # what is muttered between a slip and its correction is short
_TAKES_BACK = re.compile(
    r"(?:没有?|没得|呒没|冇|无|毋|唔|不)(?:那么|恁|介|咁|遮尔|这么|到)?(?:久|长|多|大|高)?(?:啊|呀|嘞|个|啦)?"
)
_AFTER_TIME = re.compile(r"^(?:后来|然后|再|又|接着|到|第|现在|今[天早朝]|这|每|另|加)")


def _tried_again(
    group: list[Clause],
) -> tuple[set[tuple[int, int]], dict[tuple[int, int], tuple[str, Clause]]]:
    """Find values that a speaker breaks off and gives anew: 右胳膊……左胳膊; 一天六回……不用恁多，一天四回.

    Returns:
        The clauses that are taken back whole, and those of which one value was put right.
    """
    gone: set[tuple[int, int]] = set()
    amended: dict[tuple[int, int], tuple[str, Clause]] = {}
    for index, clause in enumerate(group):
        if not clause.abrupt:
            continue
        for distance, later in enumerate(group[index + 1 : index + 4], index + 1):
            between = group[index + 1 : distance]
            if any(len(item.text) > _ASIDE_CHARS for item in between):
                break
            pair = _anew(clause, later)
            if pair is None:
                continue
            old, new = pair
            rest = clause.text[: old.start()] + clause.text[old.end() :]
            aside = {_key(item) for item in between if is_marker(item.text) or _MUTTERED.search(item.text)}
            settled = _SETTLED.match(later.text)
            if len(rest) > 1 and settled is not None and settled["value"] == new[0]:
                amended[_key(clause)] = (
                    clause.text[: old.start()] + new[0] + clause.text[old.end() :],
                    later,
                )
            elif len(rest) > _FRAME_CHARS and old.re is not _COUNTED_VALUE:
                break  # two sides told in two sentences of their own
            else:
                gone.add(_key(clause))
            gone |= aside
            break
    return gone, amended


_FRAME_CHARS = 4  # 血压左边, 就是前天
_MUTTERED = re.compile(r"[错反]|糊涂|不用|太多|多了|少了|太少|看差|记性|不对|不是|唔系|勿|毋|否")


def _anew(first: Clause, second: Clause) -> tuple[re.Match[str], re.Match[str]] | None:
    """Return the two values where a clause gives another value of the same kind."""
    if _AFTER_TIME.match(second.text):
        return None
    for pattern in _TRIED:
        olds, news = list(pattern.finditer(first.text)), list(pattern.finditer(second.text))
        if not olds or not news:
            continue
        old = olds[-1]
        unit = old.groupdict().get("unit")
        new = next((item for item in news if item.groupdict().get("unit") == unit), news[0])
        other = old["what"] != new["what"] and unit == new.groupdict().get("unit")
        ends = old.end() >= len(first.text) - 2 or pattern is _TRIED[0]
        if other and ends and new.start() <= _FRAME_CHARS:
            return old, new
    return None


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


def _doubted(clauses: list[Clause]) -> set[tuple[int, int]]:
    """Find what another said that a speaker scouts (啥两天，三天了)."""
    back: set[tuple[int, int]] = set()
    for index, clause in enumerate(clauses):
        match = _DOUBTED.match(clause.text) or _denied_for_another(clauses, index)
        if match is None or clause.speaker is Speaker.DOCTOR:
            continue
        what = match["what"] or match.groupdict().get("did") or ""
        back.add(_key(clause))
        back.update(_key(item) for item in clauses[:index] if what and what in item.text)
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


def _renumbered(told: list[Clause]) -> set[tuple[int, int]]:
    """Find numbers that the next speaker of the patient's party puts right (五岁那年 … 妈，是六岁)."""
    back: set[tuple[int, int]] = set()
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
                back.add(_key(earlier))
    return back


def _across(clauses: list[Clause], gone: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Find short side or time answers that a later turn of the patient's party corrects (不是，是左边)."""
    back: set[tuple[int, int]] = set()
    told = [item for item in clauses if item.speaker is not Speaker.DOCTOR and _key(item) not in gone]
    back.update(_renumbered(told))
    back.update(_doubted(clauses))
    back.update(_not_swallowed(told))
    for index, clause in enumerate(told):
        start = clause.text.lstrip("哦啊哎对，")
        if (
            not _MARKER.match(start)
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
                back.add(_key(earlier))
    return back


_DID_NOT = re.compile(
    r"^(?:我|俺|阮|涯|伊|他|她)?(?:根本|都|可)?(?:没有?|无|冇|呒没|未|唔曾)(?:吃|食|喝|用|打|搽|点)(?:过|啦|啊|了)?$"
)
_GAVE_TO = re.compile(r"吃|食|喝|予|给|喂|畀|拨")


def _not_swallowed(told: list[Clause]) -> set[tuple[int, int]]:
    """Find what one of the party says was given and the next speaker was not taken: 给她吃了去痛片 – 我没吃."""
    back: set[tuple[int, int]] = set()
    for index, clause in enumerate(told):
        if clause.start != 0 or not _DID_NOT.match(clause.text):
            continue
        before = [item for item in told[:index] if item.utterance.id == clause.utterance.id - 1]
        given = next((item for item in reversed(before) if _GAVE_TO.search(item.text)), None)
        if given is not None:
            back.add(_key(given))
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
