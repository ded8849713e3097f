"""Where it hurts: the body part and the side that a complaint goes with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.core.records.speech import Speaker
from desktop_app.terms.lexicon import Kind
from desktop_app.writing.polarity import Mention
from desktop_app.writing.record_language import written
from desktop_app.writing.talk import Part, Talk

_SIDE_ONLY = re.compile(
    r"^(?:就|毋|不|勿|唔|是|在|系)*?(?P<side>[左右]|[倒正](?=爿)|[两双俩](?=边|侧|面|爿|只(?!月)|手|脚|腿|眼|耳|膝|肩))"
    r"(?:边|侧|面|片|爿|只|个)?(?P<what>手|脚|腿|眼睛?|耳朵?|腰|肩膀?|膝盖?|小腿|脚踝|胳膊)?"
)
_SIDES = {"左": "左", "右": "右", "倒": "左", "正": "右"}
_STRONG_PAINS = ("疼痛明显", "剧烈疼痛", "明显疼痛", "疼痛")
_PLACELESS = frozenset(
    "疼痛 痛 疼 胀痛 酸痛 刺痛 灼痛 肿胀 肿 水肿 瘙痒 痒 麻木 麻 酸胀 肿块 "
    "扭伤 挫伤 擦伤 骨折 扎伤 刺伤 割伤 烫伤".split()
)
_OWN_PLACE = re.compile(
    r"[头额面脸眼目耳鼻口牙咽喉颈脖肩胸肋胁乳腹肚腰背臀臂肘腕手指腿膝踝足脚趾髋腹股阴]|心口"
)
# what belongs to a limb that a side is told of
_BELONG = {"脚": "脚足踝趾", "手": "手腕指", "胳膊": "胳膊臂肘肩", "腿": "腿膝", "小腿": "腿", "脚踝": "踝"}
_UNHURT = re.compile(r"没事|冇事|呒事|好好|好的|好个|正常|[不没冇唔勿毋袂][痛疼痒肿]")
_LATERAL = re.compile(r"[痛疼肿痒麻胀酸伤]|无力|骨折|肿块|耳鸣|视物|眼|听力|活动|抬")
_NO_PLACE = re.compile(
    r"^(?:我|俺|涯|阮|阿拉|他|她|伊|佢|医生|大夫|就|是|系|老|一直|还|也|都|又|会|里|里面|里头|这|这里|那|先|后(?![面背腰脑颈头])|开始|"
    r"觉得|感觉|有点|有些|自己|今[天日早]|昨[天晚]|只|阮这|我这|这块儿?)+"
)
_NEXT_CHARS = 8  # of a clause that only adds the place: 崴脚了，右脚脖子
_PLACE_CHARS = 4
_SIDE_CHARS = 10
_REPEATED = 2  # sides in one turn: from three on, the last is meant
_SEEN_TURNS = 14  # parts in which the side is told


def named(
    talk: Talk, complaints: list[tuple[Part, Mention]], told: list[Part]
) -> tuple[list[str], list[Part]]:
    """Return the complaints by name, with their place, and the clauses beside their own that the place rests on."""
    beside: list[Part] = []
    names = [_placed(talk, part, mention, told, beside) for part, mention in complaints]
    if all(_bare(name) for name in names):
        shown = _asked_where(talk) or _shown(talk, complaints[0][0])
        if shown is not None:
            names, beside = [shown[1] + names[0]], [*beside, shown[0]]
        return names[:1], beside
    specific = [name for name in names if not _bare(name)]
    return list(dict.fromkeys(specific)), beside


def with_side(names: list[str], told: list[Part]) -> tuple[list[str], list[Part]]:
    """Return the names with the side that was told apart from them (右边), and the clause that tells it."""
    if re.search(r"[左右双两]", "".join(names)):
        return names, []
    lateral = [number for number, name in enumerate(names) if _LATERAL.search(name)]
    side = _side(told) if lateral else None
    if side is None:
        return names, []
    fitting = sorted(
        (number for number in lateral if side.fits(names[number])),
        key=lambda number: not side.near(names[number]),
    )
    if not fitting:
        return names, []  # 左胳膊发沉 gives a pain in the chest no side
    placed = [*names]
    placed[fitting[0]] = side.joined(names[fitting[0]])
    return placed, [side.part]


@dataclass(frozen=True, slots=True)
class _Side:
    """A side that was told apart from the complaint.

    Attributes:
        part: the clause that tells it.
        side: 左, 右 or 双.
        place: the body part that the clause names itself; empty for a bare 左边.
        guess: the paired body part that was spoken of beside it, for a complaint that names none.
    """

    part: Part
    side: str
    place: str
    guess: str

    def fits(self, name: str) -> bool:
        """Whether the side can be this complaint's."""
        return not self.place or self.near(name) or not _OWN_PLACE.search(name)

    def near(self, name: str) -> bool:
        """Whether the complaint is of the very part, or of one that belongs to it: 踝痛 to 右脚."""
        place = self.place or self.guess
        return bool(place) and any(char in name for char in _BELONG.get(place, place[0]))

    def joined(self, name: str) -> str:
        """Return the complaint with the side, and with the side's place where it has none of its own."""
        if _OWN_PLACE.search(name):
            return f"{self.side}{'' if self.near(name) else '侧'}{name}"
        return f"{self.side}{self.place or self.guess or '侧'}{name}"


def _bare(name: str) -> bool:
    return name in _PLACELESS


def _placed(talk: Talk, part: Part, mention: Mention, told: list[Part], beside: list[Part]) -> str:
    """Return a complaint with the body part that stands before it, or just after, where it names none itself.

    A clause after it that gives the place is added to `beside`.
    """
    name = "痛" if mention.standard in _STRONG_PAINS else written(mention.entry)
    if not _bare(name):
        return name
    turn = [item for item in told if item.clause.utterance is part.clause.utterance and item.key <= part.key]
    for item in reversed(turn):
        for hit in reversed(item.hits):
            entry = hit.of(Kind.BODY_PART)
            if entry is not None and (item is not part or hit.end <= mention.start):
                side = re.search(r"[左右双两](?:边|侧|面|片|爿|只)?$", item.text[: hit.start])
                return (side[0][0] if side else "") + _part_name(written(entry)) + name
    for item in told:
        same = item.clause.utterance is part.clause.utterance and item.key > part.key
        if not same or len(item.text) > _NEXT_CHARS or item.named(Kind.SYMPTOM):
            continue
        for hit in item.hits:
            entry = hit.of(Kind.BODY_PART)
            if entry is not None:
                side = re.search(r"[左右双两](?:边|侧|面|片|爿|只)?$", item.text[: hit.start])
                beside.append(item)
                return (side[0][0] if side else "") + _part_name(written(entry)) + name
    words = _NO_PLACE.sub("", talk.language.rewrite(part.text[: mention.start]))
    return words + name if 0 < len(words) <= _PLACE_CHARS else name


def _part_name(standard: str) -> str:
    return standard.removesuffix("部") or standard


_WHERE = re.compile(
    r"(?:哪[里儿搭点个]?|边度|佗位|何位|啥地方|什么地方|哪块儿?)(?:地方)?(?:最|在|会)?[痛疼痒肿胀麻]"
)


def _asked_where(talk: Talk) -> tuple[Part, str] | None:
    """Return the body part that answers 哪里疼？."""
    for exchange in talk.exchanges:
        if not any(_WHERE.search(part.text) for part in exchange.questions):
            continue
        for part in exchange.answers[:2]:
            for hit in part.hits:
                entry = hit.of(Kind.BODY_PART)
                if entry is not None and part.subject.patient and not part.retracted:
                    return part, _part_name(written(entry))
    return None


def _shown(talk: Talk, part: Part) -> tuple[Part, str] | None:
    """Return the body part that the doctor named just before (手伸出来我看), for an itch or a pain without a place."""
    turn = part.clause.utterance.id
    for item in talk.parts:
        if item.clause.utterance.id != turn - 1 or item.clause.speaker is not Speaker.DOCTOR:
            continue
        for hit in item.hits:
            entry = hit.of(Kind.BODY_PART)
            if entry is not None:
                return item, _part_name(written(entry))
    return None


def _side(told: list[Part]) -> _Side | None:
    sided = [
        (part, match)
        for part in told[:_SEEN_TURNS]
        if (match := _SIDE_ONLY.match(part.amended or part.text)) is not None
        and len(part.text) <= _SIDE_CHARS
        and not _UNHURT.search(part.text)
    ]
    if not sided:
        return None
    turn = [item for item in sided if item[0].clause.utterance is sided[0][0].clause.utterance]
    part, match = turn[-1] if len(turn) > _REPEATED else turn[0]  # 左边……瞎指，喏，右边，右边！
    side = _SIDES.get(match["side"], "双")
    return _Side(part, side, match["what"] or "", _paired_part(told, part))


def _paired_part(told: list[Part], side: Part) -> str:
    """Return the paired body part that a bare 左边 belongs to: one named in its turn, else the first one told."""
    turn = [item for item in told if item.clause.utterance is side.clause.utterance]
    for part in [*turn, *told[:10]]:
        for hit in part.hits:
            entry = hit.of(Kind.BODY_PART)
            if entry is not None and entry.detail == "yes":
                return entry.standard
    return ""
