"""Text from outside in one line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.visible import visible


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
