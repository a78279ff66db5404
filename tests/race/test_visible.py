"""Text from outside in one line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.visible import sign, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mod\xe8le \u6a21\u578b \U0001f680", "Mod\xe8le \u6a21\u578b \U0001f680"),
        ("a\x1b[2J\nb\x7f", "a\u241b[2J\u240ab\u2421"),
        ("a\x9bb\u202ec\ud800", "a\\x9bb\\u202ec\\ud800"),
        ("\u0645\u06cc\u200c\u0634", "\u0645\u06cc\u200c\u0634"),
        ("x" * 500, "x" * 399 + "\u2026"),
    ],
)
def test_what_steers_a_terminal_is_a_sign_and_letters_stay(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(), st.integers(2, 50))
def test_every_text_comes_out_in_one_line_of_bounded_length_that_can_be_encoded(text: str, most: int) -> None:
    shown = visible(text, most)
    assert len(shown) <= most
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    shown.encode()


def test_a_text_that_fits_is_whole_and_the_next_longer_one_is_cut() -> None:
    assert visible("x" * 400) == "x" * 400
    assert visible("x" * 401) == "x" * 399 + "\u2026"
    assert [visible("abc", most) for most in (2, 3, 4)] == ["a\u2026", "abc", "abc"]


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\x00", "\u2400"),
        ("\x1f", "\u241f"),
        ("\x20", "\\x20"),
        ("\x7e", "\\x7e"),
        ("\x7f", "\u2421"),
        ("\x80", "\\x80"),
        ("\xff", "\\xff"),
        ("\u0100", "\\u0100"),
        ("\uffff", "\\uffff"),
        ("\U00010000", "\\U00010000"),
    ],
)
def test_a_sign_is_a_picture_or_the_number_as_python_writes_it(char: str, shown: str) -> None:
    assert sign(char) == shown
