from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.engines.detokenize import Detokenizer, PairDecoder, WindowDecoder


@given(st.text(), st.lists(st.integers(0, 400)))
def test_text_survives_any_split_into_pieces(text: str, cuts: list[int]) -> None:
    data = text.encode()
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    detokenizer = Detokenizer()
    parts = [detokenizer.feed(data[begin:end]) for begin, end in itertools.pairwise(edges)]
    assert "".join(parts) + detokenizer.flush() == text


def test_a_character_comes_with_the_piece_that_completes_it() -> None:
    detokenizer = Detokenizer()
    first, *rest = "再".encode()
    assert detokenizer.feed(bytes([first])) == ""
    assert detokenizer.feed(bytes(rest)) == "再"


def test_half_a_character_at_the_end_leaves_a_replacement_once() -> None:
    detokenizer = Detokenizer()
    assert detokenizer.feed("再".encode()[:2]) == ""
    assert detokenizer.flush() == "\ufffd"
    assert detokenizer.flush() == ""


@given(st.lists(st.binary(max_size=4)))
def test_any_bytes_give_what_decoding_at_once_gives(pieces: list[bytes]) -> None:
    detokenizer = Detokenizer()
    text = "".join(map(detokenizer.feed, pieces)) + detokenizer.flush()
    assert text == b"".join(pieces).decode("utf-8", "replace")


@given(st.lists(st.sampled_from(["a", "再", "🎈", "é"]) | st.binary(min_size=1, max_size=3)))
def test_a_window_loses_no_character_among_bytes_that_are_none(parts: list[str | bytes]) -> None:
    data = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    window = WindowDecoder(lambda ids: bytes(ids).decode("utf-8", "replace"))
    text = "".join(map(window.feed, data)) + window.flush()
    assert text.replace("\ufffd", "") == data.decode("utf-8", "replace").replace("\ufffd", "")


@given(st.text(alphabet="a再🎈é"))
@example("a\ufffdé\ufffd\ufffda")
def test_a_window_gives_any_text_whole(text: str) -> None:
    window = WindowDecoder(lambda ids: bytes(ids).decode("utf-8", "replace"))
    assert "".join(map(window.feed, text.encode())) + window.flush() == text


@pytest.mark.parametrize("byte", [0xFF, 0x80, 0xE3])
def test_bytes_that_never_become_a_character_are_shown_at_once_and_cost_the_same_each(byte: int) -> None:
    work = 0

    def decode(ids: list[int]) -> str:
        nonlocal work
        work += len(ids)
        return bytes(ids).decode("utf-8", "replace")

    window = WindowDecoder(decode)
    shown = [len(window.feed(byte)) for _ in range(1500)]
    assert sum(shown[:8]) >= 4
    assert sum(shown) >= 1490
    assert work < 50_000


@given(st.text(alphabet="a🎈再"), st.integers(0, 9))
def test_pairs_cut_anywhere_are_whole_again(text: str, cut: int) -> None:
    units = text.encode("utf-16-le")
    halves = [units[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(units), 2)]
    pairs = PairDecoder()
    pieces = ["".join(halves[:cut]), *halves[cut:]]
    assert "".join(map(pairs.feed, pieces)) + pairs.flush() == text
    assert pairs.flush() == ""
