"""Utterances cut into clauses that keep their place; what asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken import utterances

from desktop_app.core.records.speech import Speaker, Utterance
from desktop_app.writing.clauses import split
from desktop_app.writing.questions import is_question


def pieces(text: str) -> list[str]:
    return [clause.text for clause in split(Utterance(id=1, speaker=Speaker.PATIENT, text=text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("，。！", []),
        ("头痛", ["头痛"]),
        ("头痛，发烧。没吐", ["头痛", "发烧", "没吐"]),
        ("三天……不对，四天", ["三天", "不对", "四天"]),
        ("他说：“没得事”。", ["他说", "没得事"]),
        ("头痛,发烧;咳", ["头痛", "发烧", "咳"]),
        ("血压一百五十，九十五，头晕", ["血压一百五十，九十五", "头晕"]),
        ("吃两片，三天", ["吃两片", "三天"]),
        ("  咳嗽 ， 两天 ", ["咳嗽", "两天"]),
    ],
)
def test_pieces(text: str, found: list[str]) -> None:
    assert pieces(text) == found


@given(st.text(alphabet="头痛，。？！；：…—~\n 、“”三一百八十/没不9a😀", max_size=40))
def test_clauses_keep_their_place(text: str) -> None:
    utterance = Utterance(id=1, speaker=Speaker.PATIENT, text=text)
    end = 0
    for clause in split(utterance):
        assert clause.start >= end
        assert clause.text == text[clause.start : clause.end]
        assert clause.text.strip()
        end = clause.end


def test_sentences_are_counted_and_break_offs_marked() -> None:
    found = split(utterances("患：头痛，三天……不对。昨天")[0])
    assert [(clause.text, clause.sentence, clause.abrupt) for clause in found] == [
        ("头痛", 0, False),
        ("三天", 0, True),
        ("不对", 0, False),
        ("昨天", 1, False),
    ]


def test_a_given_speaker_stands_for_an_unknown_one() -> None:
    (clause,) = split(utterances("？：头痛")[0], Speaker.FAMILY)
    assert clause.speaker is Speaker.FAMILY


ASKING = (
    "咳几天了 有没有发烧 咳不咳 发烧没得 是不是左边 几时开始 有冇发烧 阿有寒热 吃饭好伐 多久了 哪里不舒服 啥时候开始的 "
    "怎么样 有咩唔舒服 样般唔好 有啥子不舒服 头痛呢 肚子疼？ 拉不拉 发唔发烧"
)
TELLING = "咳嗽三天 我不知道 没有咳嗽 吃了药没好 头痛 不痛 昨天开始的 一天三次 冇发烧 呒没寒热 我妈也有糖尿病"


@pytest.mark.parametrize("text", ASKING.split())
def test_questions(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", TELLING.split())
def test_no_questions(text: str) -> None:
    assert not is_question(text)


def test_where_questions_are_marked_only_marked_ones_ask() -> None:
    (utterance,) = utterances("医：昨天痛了几次")
    assert [clause.question for clause in split(utterance)] == [True]
    assert [clause.question for clause in split(utterance, marked=True)] == [False]


def test_a_question_is_a_whole_sentence() -> None:
    found = split(utterances("医：不怕，痛不痛？我看看")[0], marked=True)
    assert [(clause.text, clause.question) for clause in found] == [
        ("不怕", True),
        ("痛不痛", True),
        ("我看看", False),
    ]
