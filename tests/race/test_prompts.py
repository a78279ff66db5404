from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.problems import ProblemError
from app.race.prompts import MAX_CHARACTERS, custom_prompt, read_prompts

GOOD = 'title = "T"\nworkload = "code"\nlanguage = "python"\ntext = """\nDo it."""'


def test_a_prompt_file_is_read() -> None:
    (prompt,) = read_prompts([("mine", GOOD)])
    assert (prompt.name, prompt.title, prompt.text) == ("mine", "T", "Do it.")


@pytest.mark.parametrize("text", ["", "title = 3", GOOD + "\nextra = 1", GOOD.replace("code", "C O"), "[["])
def test_a_bad_prompt_file_is_named(text: str) -> None:
    with pytest.raises(ProblemError, match="mine"):
        read_prompts([("mine", text)])


@given(st.text(max_size=30))
def test_any_text_becomes_a_prompt_or_is_refused_as_empty(text: str) -> None:
    if text.strip():
        assert custom_prompt(text).text == text
    else:
        with pytest.raises(ProblemError, match="empty"):
            custom_prompt(text)


def test_a_huge_prompt_is_refused() -> None:
    with pytest.raises(ProblemError, match="most that is taken"):
        custom_prompt("x" * (MAX_CHARACTERS + 1))
