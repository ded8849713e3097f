import io
import json
import struct

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.errors import AppError, EngineError, InputError, ModelMissingError
from desktop_app.engines import wire

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), plain, max_size=4), max_size=4))
def test_what_is_written_is_read(messages: list[dict[str, object]]) -> None:
    stream = io.BytesIO()
    for message in messages:
        wire.write(stream, message)
    assert list(wire.frames(io.BytesIO(stream.getvalue()))) == messages


@given(st.binary(max_size=200))
def test_garbage_counts_as_closed(data: bytes) -> None:
    for message in wire.frames(io.BytesIO(data)):
        assert isinstance(message, dict)


def test_a_frame_that_is_cut_off_is_not_a_message() -> None:
    stream = io.BytesIO()
    wire.write(stream, {"id": 1, "text": "咳嗽"})
    for size in range(len(stream.getvalue())):
        assert list(wire.frames(io.BytesIO(stream.getvalue()[:size]))) == []


def test_an_absurd_length_reads_nothing() -> None:
    assert list(wire.frames(io.BytesIO(struct.pack(">I", 2**32 - 1) + b"{}"))) == []


@given(
    st.sampled_from([EngineError, InputError, ModelMissingError]),
    st.text(),
    st.dictionaries(st.sampled_from(["name", "free_gb"]), st.text() | st.integers()),
)
def test_errors_cross_whole(kind: type[AppError], hint: str, details: dict[str, str | int]) -> None:
    data = json.loads(json.dumps(wire.error_to_json(kind("engine.failed", hint, **details))))
    error = wire.error_from_json(data)
    assert type(error) is kind
    assert (error.code, error.hint, error.details) == ("engine.failed", hint, details)


def test_an_unknown_kind_is_an_engine_error() -> None:
    assert type(wire.error_from_json({"kind": "SystemExit", "code": "x"})) is EngineError
