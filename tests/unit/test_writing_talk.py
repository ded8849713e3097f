"""Corrections, subjects, speakers, regions, exchanges and record language, each on invented sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken import clauses, utterances, visit

from desktop_app.core.records.people import Region, Sex
from desktop_app.core.records.speech import Speaker
from desktop_app.terms.lexicon import shipped_lexicon
from desktop_app.writing.amendments import is_marker
from desktop_app.writing.corrections import taken_back
from desktop_app.writing.record_language import RecordLanguage
from desktop_app.writing.speakers import infer_speakers
from desktop_app.writing.subjects import NOBODY, SELF
from desktop_app.writing.talk import analyse, detect_region

# --- corrections ----------------------------------------------------------------------------------------------------


def back(lines: str) -> set[str]:
    said = clauses(lines)
    gone = taken_back(said)
    return {item.text for item in said if (item.utterance.id, item.start) in gone}


@pytest.mark.parametrize(
    ("lines", "gone"),
    [
        ("患：三天……不对，五天", "三天"),
        ("患：左边，不是，右边", "左边"),
        ("患：不是左边，是右边", "不是左边"),
        ("患：唔系左边，系右边", "唔系左边"),
        ("患：上个月，不对，上上个月", "上个月"),
        ("患：前天，哦不，昨天开始的", "前天"),
        ("患：左腿疼 / 医：嗯 / 患：哦对，说错了，是右腿", "左腿疼"),
        ("患：左边 / 医：左边？ / 患：毋是，右边", "左边"),
        ("患：五岁那年住的院 / 家：妈，是六岁", "五岁那年住的院"),
        ("患：两天了 / 家：啥两天，四天了", "两天了"),
        ("家：肚子疼 / 患：不是肚子，是下边", "肚子疼"),
    ],
)
def test_what_is_taken_back(lines: str, gone: str) -> None:
    assert gone in back(lines)


@pytest.mark.parametrize(
    "lines",
    [
        "患：不是",
        "患：头疼，不是很厉害",
        "医：是咳嗽吗？ / 患：不是",
        "患：左边疼 / 患：右边也疼",
        "患：咳了三天，吐了两天",
        "患：昨天疼，今天不疼",
    ],
)
def test_what_stands(lines: str) -> None:
    assert back(lines) == set()


@pytest.mark.parametrize("text", "不是 不对 哦不 说错了 唔系 勿是 毋是 记错了 等等 不对不对 弄错了".split())
def test_markers(text: str) -> None:
    assert is_marker(text)


@pytest.mark.parametrize("text", "没有 不 对 不是左边 头疼 不舒服 哦对".split())
def test_no_markers(text: str) -> None:
    assert not is_marker(text)


# --- subjects -------------------------------------------------------------------------------------------------------


def subjects(
    lines: str, region: Region = Region.MANDARIN, age: str = "", sex: Sex = Sex.UNKNOWN
) -> list[str]:
    return [part.subject.who for part in analyse(visit(lines, region, age=age, sex=sex)).parts]


@pytest.mark.parametrize(
    ("lines", "region", "who"),
    [
        ("患：我妈有糖尿病，我没有", Region.MANDARIN, ["母亲", SELF]),
        ("患：我老婆咳嗽，我也咳嗽", Region.MANDARIN, ["妻子", SELF]),
        ("患：我爷有哮喘。我头疼", Region.MANDARIN, ["祖父", SELF]),
        ("患：我屋头老汉有高血压", Region.SICHUAN, ["父亲"]),
        ("患：我阿妈有糖尿病", Region.CANTONESE, ["母亲"]),
        ("患：阮老母有高血压", Region.MIN, ["母亲"]),
        ("患：家里有人得过肺结核", Region.MANDARIN, ["家族"]),
        ("患：听人说吃姜好", Region.MANDARIN, [NOBODY]),
        ("患：邻居叫我吃甘草片，我没吃", Region.MANDARIN, [NOBODY, SELF]),
        ("患：我妈给我买的药，吃了两片", Region.MANDARIN, [SELF, SELF]),
        ("患：我姐姐的药我吃了一片", Region.MANDARIN, [SELF]),
        ("患：朋友送我来的", Region.MANDARIN, [SELF]),
        ("患：我跟我妈一起来的", Region.MANDARIN, [SELF]),
    ],
)
def test_who_is_meant(lines: str, region: Region, who: list[str]) -> None:
    assert subjects(lines, region) == who


@pytest.mark.parametrize(
    ("lines", "age", "sex", "who"),
    [
        ("家：我妈头疼，她还吐", "70y", Sex.FEMALE, [SELF, SELF]),
        ("家：我爸咳嗽，我妈也咳嗽", "70y", Sex.MALE, [SELF, "母亲"]),
        ("家：娃儿发烧，他哥也发烧", "3y", Sex.MALE, [SELF, "哥哥"]),
        ("家：我女儿拉肚子", "5y", Sex.FEMALE, [SELF]),
        ("家：我有高血压，我妈没有", "70y", Sex.FEMALE, ["家属", SELF]),
    ],
)
def test_a_relative_who_speaks_means_the_patient(lines: str, age: str, sex: Sex, who: list[str]) -> None:
    assert subjects(lines, age=age, sex=sex) == who


def test_a_new_turn_is_about_the_patient_again() -> None:
    assert subjects("患：我妈有糖尿病 / 医：你呢？ / 患：头晕") == ["母亲", SELF, SELF]


def test_blood_and_marriage_are_told_apart() -> None:
    parts = analyse(visit("患：我老公有高血压，我爸有痛风")).parts
    assert [part.subject.blood for part in parts] == ["spouse", "yes"]


# --- speakers and regions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        "？：医生，我头疼 / ？：疼了多久了？ / ？：两天 / ？：给你量一下血压",
        "？：阿拉肚皮痛 / ？：几天了？ / ？：三天 / ？：躺下我看看",
    ],
)
def test_unlabelled_turns_are_guessed(lines: str) -> None:
    sides = [Speaker.PATIENT, Speaker.DOCTOR, Speaker.PATIENT, Speaker.DOCTOR]
    found = infer_speakers(utterances(lines))
    assert [found[number] for number in sorted(found)] == sides


def test_labels_stand() -> None:
    found = infer_speakers(utterances("患：量一下血压 / 家：要得 / ？：一天吃几次？"))
    assert found == {1: Speaker.PATIENT, 2: Speaker.FAMILY, 3: Speaker.DOCTOR}


@given(st.lists(st.text(alphabet="医生头痛几天了？一天三次我", max_size=8), max_size=6))
def test_no_speaker_stays_unknown(texts: list[str]) -> None:
    said = utterances(" / ".join(f"？：{text}" for text in texts)) if texts else ()
    found = infer_speakers(said)
    assert set(found) == {item.id for item in said}
    assert Speaker.UNKNOWN not in found.values()


def test_the_region_is_told_by_its_own_words() -> None:
    lexicon = shipped_lexicon()
    assert detect_region(utterances("患：脑壳昏，脚杆痛，打摆子，肚皮遭不住"), lexicon) is Region.SICHUAN
    assert detect_region(utterances("患：头疼三天了，有点咳嗽"), lexicon) is Region.MANDARIN


def test_a_given_region_stands() -> None:
    assert analyse(visit("患：脑壳昏，脚杆痛，打摆子", Region.WU)).region is Region.WU


# --- exchanges ------------------------------------------------------------------------------------------------------


def topics(question: str, region: Region = Region.MANDARIN) -> set[str]:
    talk = analyse(visit(f"患：不舒服 / 医：{question} / 患：嗯", region))
    return {topic.standard for topic in talk.exchanges[-1].topics}


@pytest.mark.parametrize(
    ("question", "region", "asked"),
    [
        ("发烧吗？", Region.MANDARIN, {"发热"}),
        ("有没有发烧、咳嗽、拉肚子？", Region.MANDARIN, {"发热", "咳嗽", "腹泻"}),
        ("恶心不恶心？头晕吗？", Region.MANDARIN, {"恶心", "头晕"}),
        ("咳嗽没得？", Region.SICHUAN, {"咳嗽"}),
        ("有冇发烧？", Region.CANTONESE, {"发热"}),
        ("寒热有伐？", Region.WU, {"发热"}),
        ("有咳嗽无？", Region.MIN, {"咳嗽"}),
        ("没有发烧吧？", Region.MANDARIN, {"发热"}),
        ("几天了？", Region.MANDARIN, set()),
        ("哪里不舒服？", Region.MANDARIN, set()),
    ],
)
def test_what_a_question_asks(question: str, region: Region, asked: set[str]) -> None:
    assert topics(question, region) == asked


def test_a_question_about_blood_pressure_in_the_past_asks_for_the_disease() -> None:
    assert "高血压" in topics("以前血压有问题没有？")
    assert "高血压" not in topics("今天血压量了多少？")


def test_statements_of_the_doctor_ask_nothing() -> None:
    talk = analyse(visit("患：头痛 / 医：咳嗽要多喝水。 / 患：好"))
    assert talk.exchanges[-1].topics == ()


def test_answers_of_several_people_belong_to_one_exchange() -> None:
    talk = analyse(visit("医：怎么了？ / 患：头痛 / 家：还吐 / 医：吃药没有？ / 患：没有"))
    assert [[part.text for part in item.answers] for item in talk.exchanges] == [["头痛", "还吐"], ["没有"]]


# --- record language ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "region", "record"),
    [
        ("医生，我咳嗽三天了", Region.MANDARIN, "咳嗽3天"),
        ("就是有点咳嗽", Region.MANDARIN, "轻度咳嗽"),
        ("没有发烧", Region.MANDARIN, "无发热"),
        ("我那个头疼得很嘛", Region.MANDARIN, "头痛明显"),
        ("脑壳昏", Region.SICHUAN, "头晕"),
        ("吃了半颗布洛芬", Region.MANDARIN, "吃了半颗布洛芬"),
        ("胃病", Region.MANDARIN, "胃病"),
        ("糖尿", Region.MANDARIN, "糖尿病"),
        ("阿魔西林", Region.MANDARIN, "阿莫西林"),
        ("嗯啊", Region.MANDARIN, ""),
        ("", Region.MANDARIN, ""),
    ],
)
def test_record_language(said: str, region: Region, record: str) -> None:
    assert RecordLanguage(shipped_lexicon(), region).rewrite(said) == record


@settings(deadline=None)
@given(st.text(alphabet="我你他头疼得很嘛了啊三天没有发烧脑壳昏血压高，。 糖尿病吃药", max_size=16))
def test_a_rewritten_clause_is_trimmed(said: str) -> None:
    record = RecordLanguage(shipped_lexicon(), Region.SICHUAN).rewrite(said)
    assert record == record.strip(" ，。、")
