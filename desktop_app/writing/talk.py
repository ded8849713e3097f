"""The analysed talk: who speaks, what each clause names, what was asked, and how it was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Speaker, Utterance
from desktop_app.core.records.visits import VisitContext
from desktop_app.terms.lexicon import Entry, Hit, Kind, Lexicon, shipped_lexicon
from desktop_app.writing.amendments import amendments, is_marker
from desktop_app.writing.clauses import Clause, split
from desktop_app.writing.corrections import taken_back
from desktop_app.writing.polarity import MEASURES, Mention, Polarity, all_hits, collapse, mentions
from desktop_app.writing.questions import marks_questions
from desktop_app.writing.record_language import RecordLanguage
from desktop_app.writing.speakers import infer_speakers
from desktop_app.writing.subjects import Subject, SubjectTracker, patient_forms, speaks_through_another


@dataclass(frozen=True, slots=True)
class Part:
    """One clause with everything that was found out about it."""

    clause: Clause
    hits: tuple[Hit, ...]
    mentions: tuple[Mention, ...]
    subject: Subject
    retracted: bool
    amended: str = ""  # the clause with its number put right
    amended_by: Clause | None = None  # where the right number was said

    @property
    def key(self) -> tuple[int, int]:
        """Where the clause stands: utterance id and start."""
        return self.clause.utterance.id, self.clause.start

    @property
    def text(self) -> str:
        """The clause as it was said."""
        return self.clause.text

    @property
    def opens_sentence(self) -> bool:
        """Whether a sentence begins with it."""
        before = self.clause.utterance.text[: self.clause.start].rstrip("　 ")
        return not before or before[-1] in "。！？；!?;…"

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What it rests on: the clause, and the one that puts its number right."""
        return (self.clause,) if self.amended_by is None else (self.clause, self.amended_by)

    def named(self, *kinds: Kind) -> list[Mention]:
        """Return the findings of some kinds."""
        return [item for item in self.mentions if item.kind in kinds]

    def has(self, *kinds: Kind) -> bool:
        """Whether any form of these kinds stands in the clause."""
        return any(hit.of(*kinds) for hit in self.hits)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the doctor asked in one turn, and what was answered until the doctor spoke again."""

    questions: tuple[Part, ...]
    topics: tuple[Mention, ...]
    answers: tuple[Part, ...]

    def asking(self, topic: Mention) -> tuple[Part, ...]:
        """Return the questions that hold a topic's words; all of them where none does literally."""
        holding = tuple(part for part in self.questions if topic.entry.form in collapse(part.text))
        return holding or self.questions

    @property
    def asked(self) -> str:
        """All that was asked, as one text."""
        return "，".join(part.text for part in self.questions)


@dataclass(slots=True)
class Talk:
    """A transcript, analysed once for all fields."""

    context: VisitContext
    region: Region | None
    language: RecordLanguage
    parts: list[Part]
    exchanges: list[Exchange] = field(default_factory=list)
    inferred: bool = False  # nobody said who spoke: speakers are a guess
    own: frozenset[str] = frozenset()  # kinship words by which a relative means the patient

    def of(self, *speakers: Speaker) -> list[Part]:
        """Return the parts of some speakers that still stand and tell something."""
        return [item for item in self.parts if item.clause.speaker in speakers and not item.retracted]

    @property
    def medical(self) -> bool:
        """Whether anything in the talk is about health at all: a finding, a disease, a drug, an examination."""
        medical = (Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.DRUG, Kind.DRUG_GROUP, Kind.EXAM, Kind.VITAL, Kind.LAB)
        return any(part.mentions or part.has(*medical) or "过敏" in part.text for part in self.parts)

    def of_patient(self, text: str) -> str:
        """Return record text without the kinship word by which a relative means the patient (俺爹喘 → 喘)."""
        for form in sorted(self.own, key=len, reverse=True):
            text = text.removeprefix(form)
        return text

    @property
    def told(self) -> list[Part]:
        """What the patient's party told."""
        return self.of(Speaker.PATIENT, Speaker.FAMILY)


def detect_region(utterances: Sequence[Utterance], lexicon: Lexicon) -> Region | None:
    """Return the region whose own words are most frequent; Mandarin where there are next to none.

    Returns:
        None where two regions are about even: then every region's words count.
    """
    counts = lexicon.regions("\n".join(item.text for item in utterances)).most_common(2)
    if not counts or counts[0][1] < 2:
        return Region.MANDARIN
    if len(counts) > 1 and counts[0][1] < counts[1][1] * 1.5:
        return None
    return counts[0][0]


def analyse(context: VisitContext, lexicon: Lexicon | None = None) -> Talk:
    """Return the analysed talk of a visit."""
    lexicon = lexicon or shipped_lexicon()
    utterances = context.transcript.utterances
    region = context.transcript.region or detect_region(utterances, lexicon)
    inferred = not context.transcript.labelled
    speakers = infer_speakers(utterances)
    marked = marks_questions(utterances, speakers)
    clauses = [clause for item in utterances for clause in split(item, speakers[item.id], marked=marked)]
    hits = {(item.utterance.id, item.start): all_hits(item.text, lexicon, region) for item in clauses}
    gone = taken_back(clauses)
    own = patient_forms(clauses, hits, context.patient)
    tracker = SubjectTracker(own, child=speaks_through_another(context.patient))
    amended = amendments(clauses)
    parts = [
        Part(
            amended=amended[key][0] if (key := (clause.utterance.id, clause.start)) in amended else "",
            amended_by=amended[key][1] if key in amended else None,
            clause=clause,
            hits=tuple(hits[clause.utterance.id, clause.start]),
            mentions=tuple(mentions(clause.text, lexicon, region)),
            subject=tracker.of(clause, hits[clause.utterance.id, clause.start]),
            retracted=(clause.utterance.id, clause.start) in gone
            or is_marker(clause.text, opens=clause.start == 0),
        )
        for clause in clauses
    ]
    language = RecordLanguage(lexicon, region)
    talk = Talk(context, region, language, parts, inferred=inferred, own=frozenset(own))
    talk.exchanges = list(_exchanges(parts, lexicon, region))
    return talk


def _turns(parts: list[Part]) -> list[list[Part]]:
    """Group parts into runs of one side: the doctor, or the patient's party."""
    turns: list[list[Part]] = []
    for part in parts:
        doctor = part.clause.speaker is Speaker.DOCTOR
        if turns and (turns[-1][0].clause.speaker is Speaker.DOCTOR) == doctor:
            turns[-1].append(part)
        else:
            turns.append([part])
    return turns


def _exchanges(parts: list[Part], lexicon: Lexicon, region: Region | None) -> list[Exchange]:
    found: list[Exchange] = []
    turns = _turns(parts)
    for index, turn in enumerate(turns):
        if turn[0].clause.speaker is Speaker.DOCTOR:
            continue
        before = turns[index - 1] if index else []
        questions = tuple(part for part in before if part.clause.question)
        topics = tuple(_topics(questions, lexicon, region))
        found.append(Exchange(questions, topics, tuple(turn)))
    return found


def _topics(questions: Sequence[Part], lexicon: Lexicon, region: Region | None) -> list[Mention]:
    """Return what a question asks about; its own negations (痛不痛) ask and deny nothing."""
    topics: list[Mention] = []
    for part in questions:
        text = re.sub(
            r"(?:没有|没得|莫得|呒没|冇|未|无|伐|吗|嘛|呢|啊|不|勿|袂|毋|得)+$",
            "",
            collapse(part.text).rstrip("？?。，"),
        )
        own = [replace(item, polarity=Polarity.AFFIRMED) for item in mentions(text, lexicon, region)]
        topics += own
        if _CRAMPS.match(part.text):
            topics.append(_SEIZURE)
        topics += _measured(text, topics)
        named = (Kind.SYMPTOM, Kind.DIAGNOSIS, Kind.DRUG, Kind.DRUG_GROUP)
        if not any(topic.kind in named and topic.standard not in VAGUE for topic in own):
            topics += _unlisted(part.text, text)
    return topics


_CRAMPS = re.compile(r"^(?:还|又|有|他|她|人)*抽(?:不|没|唔|冇|勿)抽|^抽(?:了|过)没")
_SEIZURE = Mention(0, 1, "抽搐", Kind.SYMPTOM, Polarity.AFFIRMED, Entry("抽", "抽搐", Kind.SYMPTOM))
_OPEN_QUESTION = re.compile(
    r"带|报告|片子|单子|本子|结果|拿|开的|让你|叫你|什么|啥|咩|乜|哪|几|多少|好多|怎|咋|谁|好久|多久|样般|脉个|偌|"
    r"按怎|何|能不能|要不要|会不会|是不是|系咪|系唔系|阿是|以前有过|有过没|多大|呢$|行吗|好吗|得唔得|咯$"
)
_CHOICE = re.compile(
    r"(.)[不没唔勿冇毋弗袂]\1|^(.).{2,8}[不没唔勿冇毋弗袂]\2|有没有|有冇|有无|(?:没有|没得|莫得|呒没|没|冇|未|无|伐|吗|嘛|不|勿|毋|"
    r"袂)[？?。]?$"
)


def _unlisted(said: str, core: str) -> list[Mention]:
    """Return what a short yes-or-no question asks where no table knows it: 往腿上窜不窜？ asks for 往腿上窜."""
    core = re.sub(
        r"^(?:那|你|恁|侬|汝|这|这会儿|现在|再|还|就|都|有|阿|敢|也|他|她|娃儿?|孩子|小囡)+|[的了过嘛啊呀个]+$",
        "",
        core.strip(),
    )
    if _OPEN_QUESTION.search(said) or not _CHOICE.search(said) or not 2 <= len(core) <= 9:
        return []
    entry = Entry(core, core, Kind.SYMPTOM, detail="unlisted")
    return [Mention(0, len(core), core, Kind.SYMPTOM, Polarity.AFFIRMED, entry)]


VAGUE = ("疼痛", "不适", "肿胀", "难受", "痛")  # findings that say where only with other words


def _measured(text: str, topics: Sequence[Mention]) -> list[Mention]:
    """Return the diseases that a short 血压、血糖 in a question about the past stands for."""
    found = []
    for match in re.finditer(r"血压|血糖|血脂", text):
        standard = MEASURES[match[0]]
        asks_value = re.search(r"多少|几多|哪能|怎么样|咋样|量|测|正常", text)
        if not asks_value and not any(standard[-3:] in topic.standard for topic in topics):
            entry = Entry(standard, standard, Kind.DIAGNOSIS)
            found.append(
                Mention(match.start(), match.end(), standard, Kind.DIAGNOSIS, Polarity.AFFIRMED, entry)
            )
    return found
