"""No text that left the sandbox can move a cursor, turn the writing round or pass for what it is not."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.plain import LINE_CHARS, plain_line, plain_name, plain_text

any_text = st.text(st.characters(categories=None), max_size=60)
risky = st.text(st.sampled_from("\x1b[]0;a\x07\x9b\x85\x7f\r\n\t\u202e\u2066\u2028\ufeff\ud800/b"), max_size=30)
ESCAPE, CSI, RIGHT_TO_LEFT = "\x1b", "\x9b", "\u202e"


def controls(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in "\u202e\u2066"}


@given(any_text | risky)
def test_a_line_holds_no_control_character_and_is_text_that_can_be_written(text: str) -> None:
    assert controls(plain_line(text)) == set()
    assert len(plain_line(text)) <= LINE_CHARS
    plain_line(text).encode("utf-8")


@given(any_text | risky)
def test_a_text_keeps_its_lines_and_tabs_and_nothing_else_that_controls(text: str) -> None:
    assert controls(plain_text(text)) <= {"\n", "\t"}
    assert plain_text(text).count("\n") == text.count("\n")
    plain_text(text).encode("utf-8")


@given(any_text | risky)
def test_a_name_is_made_of_letters_digits_and_dots(text: str) -> None:
    name = plain_name(text)
    assert name
    assert all(char.isalnum() or char in "_." or unicodedata.category(char).startswith("M") for char in name)


@given(st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=60))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == plain_line(text) == text


def test_two_texts_that_differ_in_a_control_character_still_differ() -> None:
    marks = [ESCAPE, CSI, RIGHT_TO_LEFT, "\x07", "\x85", "\u2066", "\x7f"]
    assert len({plain_text(f"a{mark}b") for mark in marks}) == len(marks)


def test_markup_is_no_name() -> None:
    assert plain_name("[/b]Error") == "_b_Error"
    assert plain_name("numpy.linalg") == "numpy.linalg"
