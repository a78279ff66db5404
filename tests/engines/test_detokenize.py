from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from app.engines.detokenize import Detokenizer


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
