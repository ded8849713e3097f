"""Values that a speaker puts right inside a clause: 吃三天，不，五天; 一天六回……不用恁多，一天四回."""

from __future__ import annotations

import itertools
import re

from desktop_app.core.records.speech import Speaker
from desktop_app.writing.clauses import Clause

Place = tuple[int, int]  # utterance id and start of a clause
Amended = dict[Place, tuple[str, Clause]]  # the clause with its value put right, and the clause that says it

MARKER = re.compile(
    r"^(?:哦|啊|哎|诶|噢|呃|嗯|嗐|呸|等等|等下|等一下|不不|哎呀|医生|喔)*"
    r"(?:(?:不是){2,}|(?:唔系){2,}|(?:勿是){2,}|(?:毋是){2,}|不对不对|不对|哦不|不不不?|不是|说[错反]了?|看错了?|"
    r"讲[错反]了?|我?说反了?|记错了?|我?(?:刚才)?(?:说|讲|记)错了?|唔系|唔对|勿是|勿对|毋是|毋着|弗是|错了|搞错了|"
    r"等等|不是嘞|毋对|无着|也不是|哪是|无啦|无啊|无无|毋是啦|记反了?|弄错了?|否是|否对|讲毋着|看[差反串][行了]?|"
    r"疼?糊涂了?)"
    r"(?:了|哈|哦|啊|呀|嘞|哩|罢|咯|脱|啦|，)*"
)


def is_marker(text: str, *, opens: bool = False) -> bool:
    """Whether a whole clause only takes back what came before it; 无啦 that opens a turn is an answer."""
    return bool(MARKER.fullmatch(text)) and not (opens and text.startswith("无"))


def place(clause: Clause) -> Place:
    """Return where a clause stands."""
    return clause.utterance.id, clause.start


COUNTED = re.compile(
    r"(?P<what>[零一二两俩仨三四五六七八九十百半几点\d]+|个把)(?P<unit>个月|月|个?小时|个?钟头|个?礼拜|个?星期|天|日|年|岁|周|次|"
    r"道|回|趟|摆|粒|片|颗|包|点|号|级|毫克|克|毫升|升|支|针|滴|厘米|公分|毫米|度|公斤|斤)"
)
_NO = re.compile(r"^(?:不|哦不|啊不|不不|毋是|唔系|勿是|不是|不对|错了|说错了?|讲错了?|哦不对|等等|是)$")


def _count_further_back(clauses: list[Clause]) -> Amended:
    """Return clauses whose count is put right after another clause came between: 泻三日，侪是水……勿是，两日."""
    found: Amended = {}
    for index, clause in enumerate(clauses):
        if index < 2 or not is_marker(clause.text) or not clauses[index - 1].abrupt:
            continue
        if COUNTED.search(clauses[index - 1].text):
            continue
        new = next(
            (
                (match, item)
                for item in clauses[index + 1 : index + 3]
                if item.utterance is clause.utterance and (match := COUNTED.match(item.text))
            ),
            None,
        )
        for earlier in clauses[max(0, index - 3) : index - 1] if new else ():
            old = COUNTED.search(earlier.text)
            same = old is not None and new is not None and old["unit"] == new[0]["unit"]
            if (
                earlier.utterance is clause.utterance
                and same
                and old
                and new
                and old["what"] != new[0]["what"]
            ):
                right = earlier.text[: old.start()] + new[0][0] + earlier.text[old.end() :]
                found[place(earlier)] = (right, new[1])
    return found


def without_count(clause: Clause) -> str:
    """Return what a clause says beside its count (痛了个把星期 says 痛了), nothing where it says no more."""
    rest = COUNTED.sub("", clause.text)
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


def _amended_by_another(clauses: list[Clause]) -> Amended:
    """Return what a later speaker puts right inside an earlier clause: 头疼三天了 … 不是三天，是五天."""
    found: Amended = {}
    for index, clause in enumerate(clauses[:-1]):
        following = clauses[index + 1]
        old = re.fullmatch(rf"(?:不是|唔系|勿是|毋是)(?P<whole>{COUNTED.pattern})(?:了|矣|哉)?", clause.text)
        new = COUNTED.match(re.sub(r"^(?:而?是|就?系)", "", following.text))
        if old is None or new is None or following.utterance is not clause.utterance:
            continue
        for earlier in clauses[:index]:
            near = 0 < clause.utterance.id - earlier.utterance.id <= _NEAR
            if near and old["whole"] in earlier.text and len(earlier.text) > len(old["whole"]) + 1:
                found[place(earlier)] = (earlier.text.replace(old["whole"], new[0]), following)
    return found


NOT_WORD = re.compile(r"^(?:哎|哦|啊|呃|嗯)*(?:不是|唔系|勿是|毋是|弗是)(?P<what>[^，是系]{1,4})$")
_BUT_WORD = re.compile(r"^(?:而?是|就?系)(?P<what>[^，]{1,8})$")


def _amended_word(clauses: list[Clause]) -> Amended:
    """Return clauses of which the same speaker puts one word right: 吐了一口奶……不是奶，是稀饭."""
    found: Amended = {}
    for before, denied, right in zip(clauses, clauses[1:], clauses[2:], strict=False):
        if not before.utterance is denied.utterance is right.utterance:
            continue
        wrong, said = NOT_WORD.match(denied.text), _BUT_WORD.match(right.text)
        if wrong is not None and said is not None and wrong["what"] in before.text != wrong["what"]:
            found[place(before)] = (before.text.replace(wrong["what"], said["what"]), right)
    return found


_NEAR = 3  # turns within which one speaker corrects another


def amendments(clauses: list[Clause]) -> Amended:
    """Return clauses of which one number was put right, with the right text and the clause that says it.

    吃三天，不，五天 becomes 吃五天; 糖尿病七年……八年 becomes 糖尿病八年. The clause with the right number is spent.
    """
    found = {**_amended_by_another(clauses), **_amended_word(clauses)}
    for _, group in itertools.groupby(clauses, key=lambda item: item.utterance.id):
        found.update(tried_again(list(group))[1])
    found.update(_count_further_back(clauses))
    for counted, doubt in itertools.pairwise(clauses):
        more = re.search(r"(?:不|唔|毋|勿|冇)(?:止|只)", doubt.text)
        rest_of = without_count(counted) if more and doubt.utterance is counted.utterance else ""
        if rest_of:
            found[place(counted)] = (rest_of, doubt)
    for index, clause in enumerate(clauses):
        rest = [item for item in clauses[index + 1 : index + 4] if item.utterance is clause.utterance]
        doctor = clause.speaker is Speaker.DOCTOR  # orders keep the last of two values by their own rule
        following = _regraded(rest, clause) if doctor else _corrected_count(rest, clause)
        if following is None:
            continue
        new = COUNTED.match(following.text.removeprefix("是").removeprefix("系"))
        olds = [match for match in COUNTED.finditer(clause.text) if new and match["unit"] == new["unit"]]
        if new is None or not olds or olds[-1]["what"] == new["what"]:
            continue
        old = olds[-1]
        if len(clause.text) - len(old[0]) < 1:
            continue  # nothing but the number: the clause is taken back whole
        found[place(clause)] = (clause.text[: old.start()] + new[0] + clause.text[old.end() :], following)
    return found


_TRIED = (
    re.compile(
        r"(?P<what>[左右倒正])(?:$|[边侧面爿片]|手|脚|腿|眼|耳|胳膊|臂|肩|膝|踝|髋|胯|脸|奶|乳|肋|腰|肾|腹|肺)"
    ),
    re.compile(r"^(?:就是|是|系|在)?(?P<what>今|昨|寻|夜|前|大前|后)(?:儿个?|[天日晚]|个儿?)(?P<unit>)"),
    COUNTED,
)
_SETTLED = re.compile(
    r"^(?:是|系|就|应该是|还是|改成|也就|用|吃|打|吸)*(?P<value>.+?)(?:就行|就够|就好|吧|了|啦|罢|够了|行了)*$"
)
_ASIDE_CHARS = 9  # what is muttered between a slip and its correction is short
_AFTER_TIME = re.compile(r"^(?:后来|然后|再|又|接着|到|第|现在|今[天早朝]|这|每|另|加)")


def tried_again(
    group: list[Clause],
) -> tuple[set[Place], Amended]:
    """Find values that a speaker breaks off and gives anew: 右胳膊……左胳膊; 一天六回……不用恁多，一天四回.

    Returns:
        The clauses that are taken back whole, and those of which one value was put right.
    """
    gone: set[Place] = set()
    amended: Amended = {}
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
            rest = _POINTING.sub("", clause.text[: old.start()] + clause.text[old.end() :])
            aside = {place(item) for item in between if is_marker(item.text) or _MUTTERED.search(item.text)}
            settled = _SETTLED.match(later.text)
            if len(rest) > 1 and settled is not None and settled["value"] == new[0]:
                amended[place(clause)] = (
                    clause.text[: old.start()] + new[0] + clause.text[old.end() :],
                    later,
                )
            elif len(rest) > _FRAME_CHARS and old.re is not COUNTED:
                break  # two sides told in two sentences of their own
            else:
                gone.add(place(clause))
            gone |= aside
            break
    return gone, amended


_POINTING = re.compile(r"这个|这儿|这边|那个|这块儿?|的")  # 右边这个 says no more than 右边
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
