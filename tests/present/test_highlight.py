"""What is coloured in a finished text, and that no text makes it slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.present.highlight import Span, code_spans
from tests.growth import LINEAR, PIECES, growth, repeated


def coloured(text: str, workload: str = "chat") -> list[tuple[str, str]]:
    units = text.encode("utf-16-le")
    return [
        (units[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le"), span.role)
        for span in code_spans(text, workload)
    ]


def test_words_of_a_block_are_coloured_where_they_stand() -> None:
    text = "Ein \U0001f600 und:\n\n```python\nfor x in [1, 'é']:  # why\n    print(x)\n```\nfor nothing"
    assert coloured(text) == [
        ("for", "keyword"),
        ("in", "keyword"),
        ("1", "number"),
        ("'", "string"),
        ("é", "string"),
        ("'", "string"),
        ("# why", "comment"),
        ("print", "name"),
    ]


@pytest.mark.parametrize(
    "tag", ["python", "py", "python3", "tool_code", "{.python}", "main.py", 'python title="a"', ""]
)
def test_every_name_of_python_is_coloured_as_python(tag: str) -> None:
    assert ("def", "keyword") in coloured(f"Text\n```{tag}\ndef f(): pass\n```")


def test_an_interactive_session_is_coloured_as_one() -> None:
    assert ("def", "keyword") in coloured("```pycon\n>>> def f(): pass\n```")


def test_a_fence_in_a_string_does_not_end_the_colours() -> None:
    text = "```python\nx = '''\n```\n'''\nreturn_it = None\n```\nreturn it"
    assert coloured(text)[-1] == ("None", "keyword")


def test_empty_lines_in_a_row_move_nothing() -> None:
    text = 'x = """a\n\n\n\n\nb"""\n\n\n\n\nreturn x'
    assert coloured(text, "code")[-1] == ("return", "keyword")
    strings = "".join(part for part, role in coloured(text, "code") if role == "string")
    assert strings.replace("\n", "") == '"""ab"""'


def test_an_endless_line_stays_uncoloured_and_the_next_one_does_not() -> None:
    assert coloured("x = '" + "a" * 5000 + "'\nimport os", "code") == [("import", "keyword")]


def test_a_language_that_is_not_known_stays_uncoloured() -> None:
    assert code_spans("```nosuchlanguage\nfor x in y\n```", "code") == []


@given(st.text(st.sampled_from("a1 \n\r\t'\"#\ufeff\U0001f600é`(def") | st.characters(), max_size=200), st.booleans())
def test_spans_are_in_order_and_within_the_text(text: str, fenced: bool) -> None:
    whole = f"```python\n{text}\n```\n" if fenced else text
    at = 0
    for span in code_spans(whole, "code"):
        assert isinstance(span, Span)
        assert span.start >= at
        assert span.length > 0
        assert span.role
        at = span.start + span.length
    assert at <= len(whole.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize("language", ["python", "json", "c", "diff"])
def test_colouring_grows_no_faster_than_the_text(language: str) -> None:
    def work(text: str) -> object:
        return code_spans(f"```{language}\n{text}\n```", "chat")

    slow = {piece: ratio for piece in PIECES if (ratio := growth(work, repeated(piece), 3_000)) > LINEAR}
    assert slow == {}
