"""The program in a reply is found whatever the reply looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.extract import extract, parses

CODE = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n"


@pytest.mark.parametrize(
    "reply",
    [
        f"```python\n{CODE}```",
        f"```\n{CODE}```",
        f"~~~py\n{CODE}~~~\n",
        f"````python\n{CODE}````\nDone.",
        f'Here it is:\n\n```Python title="add.py"\n{CODE}```\n\nIt adds.',
        f"```{{.python}}\n{CODE}```",
        f"```python\r\n{CODE.replace(chr(10), chr(13) + chr(10))}```\r\n",
        "1. First:\n\n" + "".join(f"   {line}\n" for line in f"```python\n{CODE}```".split("\n")),
        "".join(f"> {line}\n" for line in f"```python\n{CODE}```".split("\n")),
        f"```python\n{CODE}```<turn|>",
        f"~~~~\n{CODE}\n~~~~<end_of_turn>\n<eos>",
        CODE,
        f"Sure, this adds two numbers.\n\n{CODE}\nI hope that helps you out.",
        f"Run it:\n```bash\npython add.py\n```\nThe code:\n```python\n{CODE}```\nOutput:\n```text\n3\n```",
        f"```\n3\n```\n```\n{CODE}```",
        "Text:\n\n" + "".join(f"    {line}\n" for line in CODE.split("\n")) + "\nend",
    ],
)
def test_a_program_is_found_in_every_kind_of_block(reply):
    program = extract(reply)
    assert program is not None
    assert program.source.strip() == CODE.strip()
    assert not program.cut_off


@pytest.mark.parametrize(
    "reply", ["", "No code here.", "hello", "```\n```", "```text\nx = 1\n```", "```json\n{}\n```", "'quoted'", "\0\0"]
)
def test_a_reply_without_python_has_no_program(reply):
    assert extract(reply) is None


def test_a_fence_that_is_not_closed_is_cut_off_and_loses_its_unfinished_statement():
    program = extract(f"```python\n{CODE}\nfor item in [1,\n        2", hit_limit=True)
    assert program is not None
    assert program.cut_off
    assert program.source.strip() == CODE.strip()
    assert program.dropped_lines == 3
    assert "left out" in program.note


def test_a_whole_program_at_the_token_limit_still_says_that_it_was_cut_off():
    program = extract(f"```python\n{CODE}", hit_limit=True)
    assert program is not None
    assert program.cut_off
    assert program.dropped_lines == 0


def test_a_forgotten_closing_fence_is_no_cut():
    program = extract(f"```python\n{CODE}")
    assert program is not None
    assert not program.cut_off


def test_a_reply_cut_off_in_its_first_statement_keeps_what_is_there():
    program = extract("```python\ndef add(a,", hit_limit=True)
    assert program is not None
    assert program.cut_off
    assert program.source.startswith("def add(a,")


def test_blocks_that_build_on_each_other_are_joined():
    program = extract("```python\ndef f():\n    return 1\n```\nUse it:\n```python\nprint(f())\n```")
    assert program is not None
    assert program.blocks == 2
    assert program.source == "def f():\n    return 1\n\nprint(f())\n".replace("\n\n", "\n\n")


def test_a_block_that_defines_the_names_again_replaces_the_earlier_one():
    program = extract("```python\ndef f():\n    return 1\n```\nBetter:\n```python\ndef f():\n    return 2\n```")
    assert program is not None
    assert program.blocks == 1
    assert "return 2" in program.source
    assert "return 1" not in program.source


def test_a_fence_within_a_longer_fence_belongs_to_the_program():
    inner = 'TEXT = """\n```\nnot the end\n```\n"""\nprint(TEXT)\n'
    program = extract(f"````python\n{inner}````")
    assert program is not None
    assert program.source == inner


@pytest.mark.parametrize("text", ["(" * 5000, "-" * 100_000 + "1", "not " * 50_000 + "x", "[" * 150 + "]" * 150])
def test_degenerate_text_is_judged_without_an_exception(text):
    assert parses(text) in (True, False)
    extract(f"```python\n{text}\n```", hit_limit=True)
    extract(text)


@given(st.text())
def test_any_text_is_answered_without_an_exception(reply):
    program = extract(reply, hit_limit=len(reply) % 2 == 0)
    assert program is None or program.source


_statements = st.sampled_from(["x = 1", "print('```')", "def f(a):\n    return a", "class C:\n    y = 2", "import os"])


@given(
    st.lists(_statements, min_size=1, max_size=6),
    st.sampled_from(["````", "~~~~~", "``````"]),
    st.sampled_from(["python", "py", "Python3", 'python title="a b"']),
    st.text(alphabet="abc .\n", max_size=30),
)
def test_a_fenced_program_comes_back_as_it_was(statements, fence, info, prose):
    source = "\n".join(statements) + "\n"
    program = extract(f"{prose}\n\n{fence}{info}\n{source}{fence}\n{prose}")
    assert program is not None
    assert program.source == source


@given(st.lists(_statements, min_size=1, max_size=6), st.integers(1, 200))
def test_a_cut_program_is_a_beginning_of_the_whole_one(statements, cut):
    source = "\n".join(statements) + "\n"
    program = extract("```python\n" + source[:cut], hit_limit=True)
    if program is not None and program.dropped_lines:
        assert source.startswith(program.source.rstrip("\n"))
        assert parses(program.source)
