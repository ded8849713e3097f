from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engines.pieces import PieceStream


def joined(data: bytes, cuts: list[int], stop: tuple[str, ...]) -> str:
    stream = PieceStream(stop)
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    parts = [stream.feed(data[a:b]) for a, b in pairwise(edges)]
    return "".join(parts) + stream.end()


@given(st.text(), st.lists(st.integers(0, 1000)))
def test_any_cut_of_the_bytes_gives_the_text(text: str, cuts: list[int]) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert joined(text.encode(), cuts, ()) == text


@given(
    st.text("咳嗽三天\n#", max_size=40),
    st.lists(st.integers(0, 1000)),
    st.lists(st.text("咳嗽\n#", min_size=1, max_size=4), max_size=3),
)
def test_text_ends_before_the_first_stop_sequence(text: str, cuts: list[int], stops: list[str]) -> None:
    result = joined(text.encode(), cuts, tuple(stops))
    ends = [text.find(stop) for stop in stops if stop in text]
    assert not any(stop in result for stop in stops)
    assert text.startswith(result)
    if not ends:
        assert result == text


def test_half_a_character_is_dropped_at_the_end() -> None:
    stream = PieceStream()
    assert stream.feed("咳".encode() + "嗽".encode()[:2]) + stream.end() == "咳"
