"""Single errors put into right drafts, each truly wrong and each with the reason that a judge should give.

A changed value is one that nobody said anywhere in the talk; a foreign finding or drug is one that the talk
never names. So a seeded statement has no source, whatever the judge thinks.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from desktop_app.core.records.drafts import Draft, FieldKey, Reason, Statement
from desktop_app.core.records.visits import VisitContext
from desktop_app.terms.lexicon import Kind, Lexicon, shipped_lexicon
from desktop_app.terms.tables import shipped_table
from desktop_app.writing.grounding.quantities import of_talk
from desktop_app.writing.polarity import Mention, Polarity, mentions
from desktop_app.writing.talk import Talk, analyse

_AMOUNT = r"\d+(?:\.\d+)?"
_SPAN = re.compile(rf"(?<![\d.~/第])(?P<n>{_AMOUNT})(?P<unit>天|周|个月|年|小时|分钟)(?!前|代|级)")
_PAST = re.compile(
    rf"(?<![\d.~/])(?P<n>{_AMOUNT})(?P<unit>年|个月|天|周)(?=前)|(?P<year>20\d\d)(?=年)|(?P<age>\d+)(?=岁)"
)
_DOSE = re.compile(rf"(?<![\d.~/])(?P<n>{_AMOUNT})\s?(?P<unit>mg|g|ml|μg|单位|片|粒|袋|包|滴|支)(?![A-Za-z])")
_DAILY = re.compile(r"每日(?P<n>\d)次")
_MEASURED = re.compile(
    rf"(?<![\d.~/A-Za-z])(?P<n>{_AMOUNT})(?P<unit>℃|次/分|%|cm|mm|kg|mmol/L|g/L|°|\+)|(?P<sys>\d{{2,3}})(?=/\d{{2,3}}mmHg)"
)
_OTHER_UNIT = {
    "℃": "℉", "mmHg": "kPa", "mg": "g", "g": "mg", "ml": "L", "cm": "mm", "mm": "cm", "mmol/L": "mg/dL",
    "g/L": "mg/L", "次/分": "次/小时", "kg": "g",
}  # fmt: skip
_UNIT = re.compile(r"(?<=[\d])(?P<unit>℃|mmHg|mmol/L|g/L|次/分|kg|mg|ml|cm|mm|g)(?![A-Za-z/])")
_DENIAL = re.compile(r"^(?:否认|无|未见|未闻及|未触及)(?!明显诱因|诱因|殊)")
_SWAP = {"左": "右", "右": "左"}
_VAGUE = ("不适", "肿胀", "疼痛", "难受", "症状", "异常")
_DRUGS = (Kind.DRUG, Kind.DRUG_GROUP)
_FINDINGS = (Kind.SYMPTOM, Kind.DIAGNOSIS)
_KIN = {"父亲": "母亲", "母亲": "父亲", "丈夫": "父亲", "姐姐": "祖父", "弟弟": "祖母"}


@dataclass(frozen=True, slots=True)
class SeededError:
    """A statement that is wrong by construction.

    Attributes:
        kind: the sort of error, by which results are counted.
        accepted: reasons that name this error; the first is the usual one.
    """

    case: str
    key: FieldKey
    kind: Reason
    accepted: frozenset[Reason]
    before: str
    statement: Statement


class Seeder:
    """Makes every single error that one talk allows.

    Args:
        context: the visit whose drafts are spoilt.
        donors: statements of other visits by field, as foreign matter.
        seed: the same seed makes the same errors.
    """

    def __init__(self, context: VisitContext, donors: Sequence[tuple[FieldKey, str]], seed: int = 7) -> None:
        self._context = context
        self._donors = donors
        self._lexicon: Lexicon = shipped_lexicon()
        self._talk: Talk = analyse(context)
        self._random = random.Random(f"{seed}-{context.patient.id}")  # noqa: S311 (a fixed draw, no secret)
        said = [item.text for item in context.transcript.utterances]
        notes = [self._talk.language.rewrite(part.text, list(part.hits)) for part in self._talk.parts]
        self._words = "\n".join([*said, *notes])
        named = {item.standard for part in self._talk.parts for item in part.mentions}
        named |= {item.standard for exchange in self._talk.exchanges for item in exchange.topics}
        self._named = named
        self._numbers = {float(item) for item in re.findall(_AMOUNT, "\n".join(notes))} | _spoken_numbers(
            said
        )

    def errors(self, draft: Draft) -> list[SeededError]:
        """Return one error of each kind for each statement that allows it."""
        found: list[SeededError] = []
        for field in draft.fields:
            for statement in field.statements:
                for kind, accepted, text in self._spoil(field.key, statement.text):
                    if text != statement.text:
                        found.append(self._error(field.key, statement, kind, accepted, text))
        found += self._foreign(draft)
        return found

    def _error(
        self, key: FieldKey, statement: Statement, kind: Reason, accepted: Sequence[Reason], text: str
    ) -> SeededError:
        evidence = statement.evidence if self._random.random() < 0.5 else ()
        spoilt = replace(statement, text=text, evidence=evidence, derivation=None)
        return SeededError(
            self._context.patient.id, key, kind, frozenset((kind, *accepted)), statement.text, spoilt
        )

    def _spoil(self, key: FieldKey, text: str) -> Iterator[tuple[Reason, tuple[Reason, ...], str]]:
        yield from self._quantities(key, text)
        yield from self._units(text)
        yield from self._sides(text)
        yield from self._polarities(key, text)
        yield from self._drugs(key, text)
        yield from self._subjects(text)

    def _fresh(self, number: str) -> str:
        """Return another number of the same size that nobody said."""
        value = float(number)
        decimals = len(number.partition(".")[2])
        options = [value + step for step in (1, 2, 3, -1, 4, 5, -2, 7)] if not decimals else []
        options += [value * factor for factor in (2, 0.5, 3, 4)] + [value + 0.3, value + 0.7, value - 0.4]
        self._random.shuffle(options)
        for option in options:
            shown = f"{option:.{decimals}f}"
            if float(shown) > 0 and float(shown) not in self._numbers and float(shown) != value:
                return shown
        return number

    def _replaced(self, match: re.Match[str], group: str, text: str) -> str:
        start, end = match.span(group)
        return text[:start] + self._fresh(match[group]) + text[end:]

    def _quantities(self, key: FieldKey, text: str) -> Iterator[tuple[Reason, tuple[Reason, ...], str]]:
        named = any(item.kind in _DRUGS for item in mentions(text, self._lexicon, None))
        past = _PAST.search(text)
        if past:
            group = next(name for name in ("n", "year", "age") if past[name])
            yield Reason.DATE, (Reason.DURATION, Reason.NUMBER), self._replaced(past, group, text)
        span = _SPAN.search(text)
        if span:
            yield Reason.DURATION, (), self._replaced(span, "n", text)
            unit = {"天": "周", "周": "天", "年": "个月", "个月": "年", "小时": "天", "分钟": "小时"}[
                span["unit"]
            ]
            if float(span["n"]) not in (0.5,) and f"{span['n']}{unit}" not in self._words:
                yield Reason.DURATION, (), text[: span.start("unit")] + unit + text[span.end("unit") :]
        if named or key is FieldKey.PLAN:
            for pattern in (_DOSE, _DAILY):
                match = pattern.search(text)
                if match:
                    yield Reason.DOSE, (Reason.NUMBER,) if not named else (), self._replaced(match, "n", text)
        measured = _MEASURED.search(text)
        if measured:
            yield Reason.NUMBER, (), self._replaced(measured, "n" if measured["n"] else "sys", text)

    def _units(self, text: str) -> Iterator[tuple[Reason, tuple[Reason, ...], str]]:
        match = _UNIT.search(text)
        if match:
            yield Reason.UNIT, (), text[: match.start()] + _OTHER_UNIT[match["unit"]] + text[match.end() :]

    def _sides(self, text: str) -> Iterator[tuple[Reason, tuple[Reason, ...], str]]:
        sides = set(re.findall("[左右]", text))
        rest = re.sub("[左右双两侧边面有无]", "", text)
        if len(sides) == 1 and len(rest) > 2 and "左右" not in text:
            side = sides.pop()
            yield Reason.SIDE, (Reason.CORRECTED_AWAY,), text.replace(side, _SWAP[side])

    def _polarities(self, key: FieldKey, text: str) -> Iterator[tuple[Reason, tuple[Reason, ...], str]]:
        if key in (FieldKey.ALLERGY, FieldKey.PLAN, FieldKey.REFERRAL, FieldKey.DIAGNOSIS) or "，" in text:
            return
        found = [item for item in mentions(text, self._lexicon, None) if item.kind in _FINDINGS]
        if any(len(item.entry.form) < 2 or re.search("[不无没停差]", item.entry.form) for item in found):
            return
        denied = _DENIAL.match(text)
        if denied and found and all(item.polarity is Polarity.DENIED for item in found):
            if not any(self._affirmed(item.standard) for item in found):
                yield Reason.NEGATION, (), text[denied.end() :].replace("史", "", 1)
        elif len(found) == 1 and text.startswith(found[0].entry.form) and self._only_affirmed(found[0]):
            yield Reason.NEGATION, (), f"无{found[0].entry.form}"

    def _only_affirmed(self, mention: Mention) -> bool:
        return mention.polarity is Polarity.AFFIRMED and not self._denied(mention.standard)

    def _affirmed(self, standard: str) -> bool:
        return any(
            item.standard == standard and item.polarity is Polarity.AFFIRMED and not part.clause.question
            for part in self._talk.parts
            for item in part.mentions
        )

    def _denied(self, standard: str) -> bool:
        return any(
            item.standard == standard and item.polarity is Polarity.DENIED
            for part in self._talk.parts
            for item in part.mentions
        )

    def _drugs(self, key: FieldKey, text: str) -> Iterator[tuple[Reason, tuple[Reason, ...], str]]:
        found = [item for item in mentions(text, self._lexicon, None) if item.kind in _DRUGS]
        if not found:
            return
        start, end = found[0].start, found[0].end
        if found[0].entry.form not in text:
            return
        other = self._foreign_drug()
        changed = text[:start] + other + text[end:]
        if key is FieldKey.ALLERGY:
            yield Reason.ALLERGY, (Reason.DRUG,), changed
        else:
            yield Reason.DRUG, (), changed

    def _foreign_drug(self) -> str:
        rows = [row["generic"] for row in shipped_table("drug") if row["class"] != "group"]
        while True:
            name = self._random.choice(rows)
            if name not in self._named and name[:2] not in self._words and name[-2:] not in self._words:
                return name

    def _subjects(self, text: str) -> Iterator[tuple[Reason, tuple[Reason, ...], str]]:
        for kin, other in _KIN.items():
            if text.startswith(kin) and "、" not in text:
                rest = text[len(kin) :].removeprefix("患").removeprefix("有")
                found = mentions(rest, self._lexicon, None)
                if found and not any(other in item for item in (self._words,)):
                    yield Reason.SUBJECT, (), other + text[len(kin) :]

    def _foreign(self, draft: Draft) -> list[SeededError]:
        """Return statements that no source holds: foreign findings, denials, allergies, retracted values."""
        found: list[SeededError] = []
        for field in draft.fields:
            if not field.statements:
                continue
            model = replace(field.statements[0], evidence=())
            for text in self._unsaid(field.key)[:2]:
                found.append(self._error(field.key, model, Reason.NOT_SAID, _foreign_reasons(text), text))
        present = draft.field(FieldKey.PRESENT_ILLNESS).statements
        if present:
            for symptom in self._unsaid_symptoms(3):
                model = replace(present[0], evidence=())
                key = FieldKey.PRESENT_ILLNESS
                found.append(self._error(key, model, Reason.NEGATION, (Reason.NOT_SAID,), f"否认{symptom}"))
                found.append(self._error(key, model, Reason.NOT_SAID, (), f"伴{symptom}"))
            found += self._allergy(present[0])
            found += self._relatives(draft, present[0])
            found += self._unordered(present[0])
        found += self._retracted(draft)
        return found

    def _unsaid(self, key: FieldKey) -> list[str]:
        """Return statements of other visits of which no finding, test or drug was named in this talk."""
        found = []
        for other, text in self._donors:
            if other is not key:
                continue
            names = _names(text)
            unheard = names and not any(name in self._named or self._heard(name) for name in names)
            if unheard and key is not FieldKey.ALLERGY and not _DENIAL.match(text):
                found.append(text)
        self._random.shuffle(found)
        return found

    def _heard(self, name: str) -> bool:
        pairs = {name[index : index + 2] for index in range(len(name) - 1)}
        return any(pair in self._words for pair in pairs) or set(name) <= set(self._words)

    def _unsaid_symptoms(self, count: int) -> list[str]:
        rows = [
            row["standard"]
            for row in shipped_table("symptom")
            if 2 <= len(row["standard"]) <= 4 and row["standard"] not in _VAGUE
        ]
        free = [
            name
            for name in rows
            if name not in self._named
            and not any(char in self._words for char in name if char not in "性部发出不")
        ]
        self._random.shuffle(free)
        return free[:count]

    def _allergy(self, model: Statement) -> Iterator[SeededError]:
        model = replace(model, evidence=())
        if not re.search("过敏|敏感|皮试|疹", self._words):
            yield self._error(FieldKey.ALLERGY, model, Reason.ALLERGY, (), "否认药物过敏史")
        yield self._error(
            FieldKey.ALLERGY, model, Reason.ALLERGY, (Reason.DRUG,), f"{self._foreign_drug()}过敏"
        )

    def _relatives(self, draft: Draft, model: Statement) -> Iterator[SeededError]:
        """Write a relative's disease as the patient's."""
        own = {item.standard for part in self._talk.parts if part.subject.patient for item in part.mentions}
        for part in self._talk.parts:
            if part.subject.patient or part.subject.who == "nobody" or part.retracted:
                continue
            for item in part.mentions:
                if (
                    item.kind is Kind.DIAGNOSIS
                    and item.standard not in own
                    and item.polarity is Polarity.AFFIRMED
                ):
                    text = f"{item.entry.form}病史"
                    yield self._error(
                        FieldKey.PAST_HISTORY,
                        replace(model, evidence=()),
                        Reason.SUBJECT,
                        (Reason.NEGATION,),
                        text,
                    )

    def _unordered(self, model: Statement) -> Iterator[SeededError]:
        """Write as an order what only the patient's party named."""
        doctor = {
            item.standard
            for part in self._talk.parts
            if part.clause.speaker.value == "doctor"
            for item in part.mentions
        }
        seen: set[str] = set()
        for index, part in enumerate(self._talk.parts):
            if part.clause.speaker.value == "doctor" or part.retracted:
                continue
            after = "".join(item.text for item in self._talk.parts[index + 1 : index + 4])
            for item in part.mentions:
                settled = re.search("接到|继续|照|可以|系|对|要得|好", after)
                if item.kind is Kind.DRUG and item.standard not in doctor | seen and not settled:
                    seen.add(item.standard)
                    yield self._error(
                        FieldKey.PLAN,
                        replace(model, evidence=()),
                        Reason.DRUG,
                        (Reason.NEGATION,),
                        f"{item.standard}口服",
                    )

    def _retracted(self, draft: Draft) -> Iterator[SeededError]:
        """Put back the value that a speaker took back."""
        notes = "\n".join(
            self._talk.language.write(part.text, part.amended, list(part.hits))
            for part in self._talk.parts
            if not part.retracted
        )
        for part in self._talk.parts:
            if not part.retracted and not part.amended:
                continue
            note = self._talk.language.rewrite(part.text, list(part.hits))
            gone = _SPAN.search(note) or _PAST.search(note)
            if gone is None or gone[0] in notes:
                continue
            for field in draft.fields:
                for statement in field.statements:
                    now = re.search(rf"{_AMOUNT}(?={re.escape(gone['unit'] or '年')})", statement.text)
                    if now and gone["n"] and abs(self._place(statement) - part.clause.utterance.id) <= 2:
                        text = statement.text[: now.start()] + gone["n"] + statement.text[now.end() :]
                        reasons = (Reason.DURATION, Reason.DATE)
                        yield self._error(field.key, statement, Reason.CORRECTED_AWAY, reasons, text)

    @staticmethod
    def _place(statement: Statement) -> int:
        return next((item.id for item in reversed(statement.evidence) if item.id is not None), -9)


@functools.lru_cache(maxsize=8192)
def _names(text: str) -> tuple[str, ...]:
    """Return what a statement names, signs of an examination aside."""
    found = mentions(text, shipped_lexicon(), None)
    return tuple(item.standard for item in found if item.kind is not Kind.EXAM)


def _foreign_reasons(text: str) -> tuple[Reason, ...]:
    """Return what may rightly be named first in a statement of which nothing was said."""
    reasons = [Reason.DRUG, Reason.NUMBER, Reason.DURATION, Reason.DOSE, Reason.SIDE, Reason.DATE]
    if re.search("[无未不否]", text):
        reasons.append(Reason.NEGATION)
    if text[:2] in _KIN:
        reasons.append(Reason.SUBJECT)
    return tuple(reasons)


def _spoken_numbers(said: Sequence[str]) -> set[float]:
    return {value for text in said for item in of_talk(text, text) for value in (*item.pair, *item.shown)}
