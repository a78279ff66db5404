"""The text before a question has as many tokens as were asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engines.long_text import deep, long_text
from app.race.lanes import Request
from app.race.problems import ProblemError


def words(text: str) -> int:
    """A tokenizer of words, for tests."""
    return len(text.split())


def test_the_text_is_long_enough_for_64k_tokens_of_any_usual_tokenizer() -> None:
    assert len(long_text()) > 6 * 65_536


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 20_000))
def test_as_many_tokens_come_before_the_question_as_were_asked_for(depth: int) -> None:
    before, question = deep(Request("What is it?", depth=depth), words).rsplit("\n\n", 1)
    assert question == "What is it?"
    assert abs(words(before) - depth) <= max(8, depth // 50)
    assert long_text().startswith(before)


def test_without_a_depth_the_prompt_is_as_it_was() -> None:
    assert deep(Request("What is it?"), words) == "What is it?"


def test_more_than_there_is_is_refused_in_words() -> None:
    with pytest.raises(ProblemError, match="There is no text of 1,000,000 tokens"):
        deep(Request("What is it?", depth=1_000_000), words)
