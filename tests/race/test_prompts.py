from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.lanes import Message
from app.race.problems import ProblemError
from app.race.prompts import MAX_CHARACTERS, Prompt, custom_prompt, prompt_file, read_prompts

GOOD = 'title = "T"\nworkload = "code"\nlanguage = "python"\ntext = """\nDo it."""'


def test_a_prompt_file_is_read() -> None:
    (prompt,) = read_prompts([("mine", GOOD)])
    assert (prompt.name, prompt.title, prompt.text) == ("mine", "T", "Do it.")


@pytest.mark.parametrize("text", ["", "title = 3", GOOD.replace("code", "C O"), "[["])
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


def test_a_field_that_this_version_does_not_know_is_left_out() -> None:
    (prompt,) = read_prompts([("mine", GOOD + "\nlater = 1")])
    assert prompt.text == "Do it."


@given(st.text(min_size=1, max_size=60), st.text(max_size=40), st.text(min_size=1, max_size=40), st.booleans())
def test_every_prompt_is_read_again_as_it_was_written(text: str, system: str, turn: str, thinking: bool) -> None:
    before = [Message("system", system)] if system.strip() else []
    before.append(Message("assistant", turn))
    prompt = Prompt("p", "A title", "custom", "en", f"x{text}x", tuple(before), thinking)
    assert read_prompts([("p", prompt_file(prompt))]) == [prompt]


def test_a_text_of_several_lines_stays_readable_in_its_file() -> None:
    text = prompt_file(Prompt("p", "T", "custom", "en", 'One\n"""two"""\n\\n three'))
    assert "One\n" in text
    assert read_prompts([("p", text)])[0].text == 'One\n"""two"""\n\\n three'
