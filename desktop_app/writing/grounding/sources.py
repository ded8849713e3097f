"""What the talk says, laid out for checking: clauses with quantities, claims, allergy answers."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

from desktop_app.core.records.speech import Speaker
from desktop_app.core.records.visits import VisitContext
from desktop_app.terms.lexicon import Kind, Lexicon, shipped_lexicon
from desktop_app.writing.grounding.quantities import Quantity, free_numbers, of_talk
from desktop_app.writing.grounding.wording import content, negative
from desktop_app.writing.polarity import Mention, Polarity
from desktop_app.writing.talk import Part, Talk, analyse

ALLERGY = re.compile(r"过敏|敏感|皮试|疹|疙瘩")
_ASKS_ALLERGY = re.compile(r"过敏|敏感|(?:药|啥|什么).{0,4}(?:吃不得|吃勿得|唔食得|不能吃)")
_YES = re.compile(r"^(?:有|嗯|对|是|系|会|中|要|着|嘿|可不|经常|常|老是|都|侪有)")
_SIDE_CHARS = frozenset("左右双两侧边爿面")
_SIDE = re.compile(
    r"左(?!右)|(?<!左)右|[倒正](?=[爿手])|双[侧肺眼耳下上手足膝肾瞳小]|两[边侧面爿只肺眼手脚耳]"
)
_SIDE_NAMES = {"双": "双", "两": "双", "倒": "左", "正": "右"}


@dataclass(frozen=True, slots=True)
class Clue:
    """One clause of the talk with what it can prove."""

    part: Part
    utterance: int
    speaker: Speaker
    standard: str
    quantities: tuple[Quantity, ...]
    free: frozenset[float]
    chars: frozenset[str]
    negative: bool
    sides: frozenset[str]
    drugs: frozenset[str]

    @property
    def advice(self) -> bool:
        """Whether the doctor speaks of what might come, not of what is there."""
        clause = self.part.clause
        return self.doctor and not clause.question and bool(_ADVICE.search(clause.whole_sentence))

    @property
    def numbers(self) -> frozenset[float]:
        """Every plain number in the clause, with a unit or without."""
        return frozenset(value for item in self.quantities for value in (item.shown or item.pair))

    @property
    def question(self) -> bool:
        """Whether the clause asks."""
        return self.part.clause.question

    @property
    def doctor(self) -> bool:
        """Whether the doctor said it."""
        return self.speaker is Speaker.DOCTOR


@dataclass(frozen=True, slots=True)
class Finding:
    """What a clause or an answer says of a finding; `polarity` None: asked, answer unclear."""

    standard: str
    form: str
    kind: Kind
    polarity: Polarity | None
    clue: Clue
    asked: Clue | None = None
    ambiguous: bool = False


@dataclass(slots=True)
class Sources:
    """Everything that a draft of one visit may rest on."""

    context: VisitContext
    talk: Talk
    lexicon: Lexicon
    clues: list[Clue]
    retracted: list[Clue]
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    by_utterance: dict[int, list[Clue]] = field(default_factory=lambda: defaultdict(list))
    inherited: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)
    order: dict[int, int] = field(default_factory=dict)  # utterance id: its place in the talk

    @property
    def labelled(self) -> bool:
        """Whether the transcript says who spoke."""
        return not self.talk.inferred

    def near(self, first: int, second: int) -> int:
        """Return how many turns lie between two utterances."""
        return abs(self.order[first] - self.order[second])


# what says that something is not there without any negation
_OPPOSITES = (
    (re.compile(r"(?<!没)(?<!冇)(?<!呒没)有(?:劲|力气|力)"), "乏力"),
    (re.compile(r"胖了|长胖|重了"), "体重下降"),
    (re.compile(r"睡得好|睡觉好|困得好|瞓得好"), "失眠"),
    (re.compile(r"吃得下|胃口好|吃饭好|食得落"), "食欲减退"),
)
# 未闻及啰音, 肾区无叩痛: names that deny; 无力, 无痛 and 无尿 don't
_DENYING_NAME = re.compile(
    r"^(?:无|未闻及|未触及|未见|未及|未)(?![力痛尿法意])|(?<=..)(?:无|未见|未闻及|未触及)(?![力痛尿法意效])"
)
_ADVICE = re.compile(r"要是|如果|若|万一|一旦|回来|打120|赶[快紧]|马上|立马|即刻|过来看|再来|就去|就来")


def settle(mention: Mention) -> tuple[str, Polarity]:
    """Return a mention's name and polarity; a name that denies by itself (未闻及啰音) is a denial."""
    plain = _DENYING_NAME.sub("", mention.standard, count=1)
    if mention.kind in (Kind.EXAM, Kind.SYMPTOM) and plain != mention.standard and plain:
        return plain, Polarity.DENIED
    return mention.standard, mention.polarity


def sides_of(text: str) -> frozenset[str]:
    """Return the sides that a text names: 左, 右, 双."""
    return frozenset(_SIDE_NAMES.get(match[0][0], match[0]) for match in _SIDE.finditer(text))


def lay_out(context: VisitContext) -> Sources:
    """Return the sources of a visit, analysed once for all statements."""
    lexicon = shipped_lexicon()
    talk = analyse(context)
    clues = [_clue(part, talk) for part in talk.parts]
    standing = [item for item in clues if not item.part.retracted]
    gone = [item for item in clues if item.part.retracted]
    gone += [_clue(replace(item.part, amended=""), talk) for item in standing if item.part.amended]
    sources = Sources(context, talk, lexicon, standing, gone)
    sources.order = {item.id: place for place, item in enumerate(context.transcript.utterances)}
    for clue in standing:
        sources.by_utterance[clue.utterance].append(clue)
        for mention in clue.part.mentions:
            name, polarity = settle(mention)
            known = None if (clue.question and clue.doctor) or clue.advice else polarity
            finding = Finding(
                name, mention.entry.form, mention.kind, known, clue, ambiguous=mention.ambiguous
            )
            sources.findings[name].append(finding)
        for pattern, name in _OPPOSITES:
            if pattern.search(clue.part.text) and not clue.question:
                finding = Finding(name, name, Kind.SYMPTOM, Polarity.DENIED, clue)
                sources.findings[name].append(finding)
    _answered(sources)
    for clues_of_turn in sources.by_utterance.values():
        _inherit_sides(sources, clues_of_turn)
    return sources


def _inherit_sides(sources: Sources, turn: list[Clue]) -> None:
    """Let a side hold through its turn, and one said afterwards (右边个) count for what came before."""
    current: frozenset[str] = frozenset()
    for place, clue in enumerate(turn):
        if clue.sides:
            current = clue.sides
            before = turn[place - 1] if place else None
            if before is not None and not before.sides and not clue.chars - _SIDE_CHARS:
                sources.inherited[before.part.key] = clue.sides
        elif current and clue.part.key not in sources.inherited:
            sources.inherited[clue.part.key] = current


def _clue(part: Part, talk: Talk) -> Clue:
    clause = part.clause
    words = part.amended or clause.text  # 咬中右脚……唔系，左脚 tells of the left foot alone
    standard = talk.language.write(clause.text, part.amended, list(part.hits))
    names = [words, standard, *(item.standard for item in part.mentions)]
    quantities = of_talk(words, standard)
    return Clue(
        part=part,
        utterance=clause.utterance.id,
        speaker=clause.speaker,
        standard=standard,
        quantities=quantities,
        free=frozenset(free_numbers(quantities)),
        chars=frozenset().union(*(content(name) for name in names)),
        negative=negative(words),
        sides=sides_of(words) | sides_of(standard),
        drugs=frozenset(item.standard for item in part.mentions if item.kind in (Kind.DRUG, Kind.DRUG_GROUP)),
    )


def _answered(sources: Sources) -> None:
    """Add what the answers of each exchange say of what was asked."""
    clue_of = {item.part.key: item for item in sources.clues}
    for exchange in sources.talk.exchanges:
        answers = [clue_of[part.key] for part in exchange.answers if part.key in clue_of]
        questions = [clue_of[part.key] for part in exchange.questions if part.key in clue_of]
        if not answers or not questions:
            continue
        named = {mention.standard for item in answers for mention in item.part.mentions}
        for topic in exchange.topics:
            if topic.standard in named:  # the answer names it: that mention counts already
                continue
            asked = next((item for item in questions if topic.entry.form in item.part.text), questions[-1])
            polarity, clue = _answer(topic.entry.form, answers)
            name, _ = settle(topic)
            sources.findings[name].append(
                Finding(name, topic.entry.form, topic.kind, polarity, clue, asked, topic.ambiguous)
            )


def _answer(form: str, answers: list[Clue]) -> tuple[Polarity | None, Clue]:
    own = [item for item in answers if item.part.subject.patient] or answers
    for clue in own[:4]:
        if content(form) & clue.chars:
            return (Polarity.DENIED if clue.negative else Polarity.AFFIRMED), clue
    first = own[0]
    if first.negative and not first.chars:
        return Polarity.DENIED, first
    if _YES.match(first.part.text):
        return Polarity.AFFIRMED, first
    if any(item.negative for item in own):
        return None, next(item for item in own if item.negative)
    return None, first


def sides_at(sources: Sources, clue: Clue) -> frozenset[str]:
    """Return the sides of a clause, its own or those that hold from its turn."""
    return clue.sides or sources.inherited.get(clue.part.key, frozenset())


def asks_allergy(clue: Clue) -> bool:
    """Whether a clause asks after allergies."""
    return clue.question and bool(_ASKS_ALLERGY.search(clue.part.text))
