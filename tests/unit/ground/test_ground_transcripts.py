"""The transcript parser: labels, encodings, JSON shapes, and never a crash."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core.errors import InputError
from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Speaker, Transcript
from desktop_app.pipeline.transcripts import LIMITS, parse_transcript

TALK = "医生：哪点不好？\n患者：发烧三天了，三十八度五。\n家属：他还吐。\n没得标签的一句\n"


def read(text: str, name: str = "talk.txt") -> Transcript:
    return parse_transcript(text.encode(), name)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_encodings(encoding: str) -> None:
    transcript = parse_transcript(TALK.encode(encoding), "talk.txt")
    assert [item.text for item in transcript.utterances] == [
        "哪点不好？",
        "发烧三天了，三十八度五。",
        "他还吐。",
        "没得标签的一句",
    ]
    assert [item.speaker for item in transcript.utterances] == [
        Speaker.DOCTOR,
        Speaker.PATIENT,
        Speaker.FAMILY,
        Speaker.UNKNOWN,
    ]
    assert [item.id for item in transcript.utterances] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("line", "speaker", "text"),
    [
        ("医:好", Speaker.DOCTOR, "好"),
        ("D：好", Speaker.DOCTOR, "好"),
        ("大夫 ： 好", Speaker.DOCTOR, "好"),
        ("【医生】好", Speaker.DOCTOR, "好"),
        ("[医生]：好", Speaker.DOCTOR, "好"),
        ("p: 好", Speaker.PATIENT, "好"),
        ("患:好", Speaker.PATIENT, "好"),
        ("病人2：好", Speaker.PATIENT, "好"),
        ("患者家属：好", Speaker.FAMILY, "好"),
        ("[00:12] 患者：好", Speaker.PATIENT, "好"),
        ("体温：三十八度", Speaker.UNKNOWN, "体温：三十八度"),
        ("医生说：不要紧", Speaker.UNKNOWN, "医生说：不要紧"),
    ],
)
def test_labels(line: str, speaker: Speaker, text: str) -> None:
    utterance = read(line).utterances[0]
    assert (utterance.speaker, utterance.text) == (speaker, text)


def test_label_on_its_own_line_and_time() -> None:
    utterances = read("00:01:02 医生：\n哪里痛？\n肚子\n").utterances
    assert [(item.speaker, item.text, item.start_s) for item in utterances] == [
        (Speaker.DOCTOR, "哪里痛？", 62.0),
        (Speaker.UNKNOWN, "肚子", None),
    ]


def test_printed_transcript() -> None:
    data = {
        "region": "sichuan",
        "engine": "faster-whisper:small-int8",
        "utterances": [
            {
                "id": 4,
                "start_s": 0.4,
                "end_s": 2,
                "speaker": "patient",
                "text": "我打摆子",
                "standard": "我寒战",
                "confidence": 0.9,
                "words": [{"text": "打摆子", "start_s": 0.9, "end_s": 1.4, "confidence": 0.4}],
                "terms": [{"start": 1, "end": 4, "surface": "打摆子", "standard": "寒战", "kind": "symptom"}],
            }
        ],
    }
    transcript = read(json.dumps(data), "-")
    utterance = transcript.utterances[0]
    assert transcript.region is Region.SICHUAN
    assert utterance.id == 4
    assert utterance.words[0].confidence == 0.4
    assert utterance.text[utterance.terms[0].start : utterance.terms[0].end] == "打摆子"


def test_dialogue_format() -> None:
    transcript = read('{"transcript": [{"speaker": "doctor", "text": "好"}, {"speaker": "x", "text": "嗯"}]}')
    assert [item.speaker for item in transcript.utterances] == [Speaker.DOCTOR, Speaker.UNKNOWN]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "transcript.empty"),
        (b" \n\n ", "a.txt", "transcript.no_text"),
        ("医生：\n".encode(), "a.txt", "transcript.no_text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x00\x00", "a.txt", "transcript.binary"),
        (b"\xff\xfe\x00", "a.txt", "transcript.binary"),
        (b"{", "a.json", "transcript.json"),
        (b"[" * 100_000, "a.json", "transcript.json"),
        (b"{}", "a.json", "transcript.shape"),
        (b'{"utterances": [{"text": 3}]}', "a.json", "transcript.shape"),
        (b'{"utterances": [{"text": "a", "confidence": NaN}]}', "a.json", "transcript.shape"),
        (b'{"utterances": []}', "a.json", "transcript.no_text"),
        (b"a\n" * (LIMITS.utterances + 1), "a.txt", "transcript.too_many"),
        (b"a" * (LIMITS.characters + 1), "a.txt", "transcript.too_long"),
        (b"a" * (LIMITS.file_bytes + 1), "a.txt", "transcript.too_large"),
    ],
)
def test_refusals(data: bytes, name: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_transcript(data, name)
    assert caught.value.code == code


def _parses_or_refuses(data: bytes, name: str) -> None:
    try:
        transcript = parse_transcript(data, name)
    except InputError as error:
        refused = error.code
        assert refused.startswith("transcript.")
        return
    assert transcript.utterances
    for utterance in transcript.utterances:
        assert utterance.text == utterance.text.strip() != ""
        utterance.text.encode("utf-8")


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.json"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes, name: str) -> None:
    _parses_or_refuses(data, name)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["utterances", "transcript", "text", "speaker", "words", "terms", "id", "start", "end"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)


@given(_values)
@settings(max_examples=300, deadline=None)
def test_any_json(value: object) -> None:
    _parses_or_refuses(json.dumps(value).encode(), "a.json")


@given(
    st.lists(
        st.text(alphabet="医生患者家属：:发烧三天 \t\r0D", min_size=1, max_size=12), min_size=1, max_size=6
    )
)
@settings(max_examples=200, deadline=None)
def test_any_lines(lines: list[str]) -> None:
    _parses_or_refuses("\n".join(lines).encode("gb18030"), "a.txt")
