from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.lanes import Message
from app.race.problems import Problem, ProblemError
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


def refused(text: str) -> Problem:
    with pytest.raises(ProblemError) as raised:
        custom_prompt(text)
    return raised.value.problem


def test_what_is_wrong_with_a_prompt_is_said_with_what_to_do() -> None:
    assert refused(" \n") == Problem("prompt-empty", "The prompt is empty.", action="Write what the model should do.")
    assert refused("ab\ud800c") == Problem(
        "prompt-text",
        "The prompt holds something that is no text.",
        cause="The character at place 3 is '\\ud800'.",
        action="Save the prompt as UTF-8, or type that character again.",
    )
    assert refused("x" * 200_001) == Problem(
        "prompt-long",
        "The prompt has 200,001 characters; 200,000 is the most that is taken.",
        action="Shorten it.",
    )


def test_the_users_own_text_is_a_prompt_without_the_mark_of_its_encoding() -> None:
    assert custom_prompt("\ufeffWrite.\ufeff") == Prompt("custom", "Your prompt", "custom", "", "Write.\ufeff")
    assert custom_prompt("x" * MAX_CHARACTERS).text == "x" * MAX_CHARACTERS


def test_what_is_wrong_with_a_prompt_file_is_said_with_its_name() -> None:
    with pytest.raises(ProblemError) as raised:
        read_prompts([("mine", GOOD.replace('"T"', "3"))])
    assert raised.value.problem == Problem(
        "prompt-file",
        "The prompt file mine cannot be used.",
        "Expected `str`, got `int` - at `$.title`.",
        "Correct or remove it.",
    )


def test_a_prompt_file_has_only_what_the_prompt_has() -> None:
    assert prompt_file(Prompt("p", "T", "code", "en", "Caf\xe9\x7f")) == (
        'title = "T"\nworkload = "code"\nlanguage = "en"\ntext = "Caf\xe9\\u007f"\n'
    )
    before = (Message("system", "Be short."), Message("user", "Hi"), Message("assistant", "Ho"))
    assert prompt_file(Prompt("p", "T", "code", "en", "a\nb", before, thinking=True)) == (
        'title = "T"\nworkload = "code"\nlanguage = "en"\nsystem = "Be short."\nthinking = true\n'
        'text = """\na\nb"""\n\n[[turns]]\nrole = "user"\ntext = "Hi"\n\n[[turns]]\nrole = "assistant"\ntext = "Ho"\n'
    )
