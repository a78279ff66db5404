"""The program in a reply is found whatever the reply looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.extract import extract, parses
from app.sandbox.fences import Parser, fenced_blocks, holds_python_block

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
def test_a_program_is_found_in_every_kind_of_block(reply: str) -> None:
    program = extract(reply)
    assert program is not None
    assert program.source.strip() == CODE.strip()
    assert not program.cut_off


@pytest.mark.parametrize(
    "reply", ["", "No code here.", "hello", "```\n```", "```text\nx = 1\n```", "```json\n{}\n```", "'quoted'", "\0\0"]
)
def test_a_reply_without_python_has_no_program(reply: str) -> None:
    assert extract(reply) is None


def test_a_fence_that_is_not_closed_is_cut_off_and_loses_its_unfinished_statement() -> None:
    program = extract(f"```python\n{CODE}\nfor item in [1,\n        2", hit_limit=True)
    assert program is not None
    assert program.cut_off
    assert program.source.strip() == CODE.strip()
    assert program.note == "The reply ended inside the program; its last 3 lines were left out."


def test_a_whole_program_at_the_token_limit_still_says_that_it_was_cut_off() -> None:
    program = extract(f"```python\n{CODE}", hit_limit=True)
    assert program is not None
    assert program.cut_off
    assert "left out" not in program.note


def test_a_forgotten_closing_fence_is_no_cut() -> None:
    program = extract(f"```python\n{CODE}")
    assert program is not None
    assert not program.cut_off


def test_a_reply_cut_off_in_its_first_statement_keeps_what_is_there() -> None:
    program = extract("```python\ndef add(a,", hit_limit=True)
    assert program is not None
    assert program.cut_off
    assert program.source.startswith("def add(a,")


def test_blocks_that_build_on_each_other_are_joined() -> None:
    program = extract("```python\ndef f():\n    return 1\n```\nUse it:\n```python\nprint(f())\n```")
    assert program is not None
    assert program.blocks == 2
    assert program.source == "def f():\n    return 1\n\nprint(f())\n".replace("\n\n", "\n\n")


def test_a_block_that_defines_the_names_again_replaces_the_earlier_one() -> None:
    program = extract("```python\ndef f():\n    return 1\n```\nBetter:\n```python\ndef f():\n    return 2\n```")
    assert program is not None
    assert program.blocks == 1
    assert "return 2" in program.source
    assert "return 1" not in program.source


def test_a_fence_within_a_longer_fence_belongs_to_the_program() -> None:
    inner = 'TEXT = """\n```\nnot the end\n```\n"""\nprint(TEXT)\n'
    program = extract(f"````python\n{inner}````")
    assert program is not None
    assert program.source == inner


@pytest.mark.parametrize("text", ["(" * 5000, "-" * 100_000 + "1", "not " * 50_000 + "x", "[" * 150 + "]" * 150])
def test_degenerate_text_is_judged_without_an_exception(text: str) -> None:
    assert parses(text) in (True, False)
    extract(f"```python\n{text}\n```", hit_limit=True)
    extract(text)


@given(st.text())
def test_any_text_is_answered_without_an_exception(reply: str) -> None:
    program = extract(reply, hit_limit=len(reply) % 2 == 0)
    assert program is None or program.source


_statements = st.sampled_from(["x = 1", "print('```')", "def f(a):\n    return a", "class C:\n    y = 2", "import os"])


@given(
    st.lists(_statements, min_size=1, max_size=6),
    st.sampled_from(["````", "~~~~~", "``````"]),
    st.sampled_from(["python", "py", "Python3", 'python title="a b"']),
    st.text(alphabet="abc .\n", max_size=30),
)
def test_a_fenced_program_comes_back_as_it_was(statements: list[str], fence: str, info: str, prose: str) -> None:
    source = "\n".join(statements) + "\n"
    program = extract(f"{prose}\n\n{fence}{info}\n{source}{fence}\n{prose}")
    assert program is not None
    assert program.source == source


@given(st.lists(_statements, min_size=1, max_size=6), st.integers(1, 200))
def test_a_cut_program_is_a_beginning_of_the_whole_one(statements: list[str], cut: int) -> None:
    source = "\n".join(statements) + "\n"
    program = extract("```python\n" + source[:cut], hit_limit=True)
    if program is not None and "left out" in program.note:
        assert source.startswith(program.source.rstrip("\n"))
        assert parses(program.source)


F = "```"
DRAFT, FINAL = f"{F}python\nprint('draft')\n{F}\n", f"{F}python\nprint('final')\n{F}\n"


@pytest.mark.parametrize(
    ("reply", "source"),
    [
        (f'{F}python\ndef f():\n  """Such:\n  {F}\n  f()\n  {F}\n  """\nf()\n{F}\n', None),
        (f"{F}python\nx = '''\n{F}bash\nls\n{F}\n'''\nprint(x)\n{F}\nDone.", None),
        ("~~~~ python\nx = '''\n~~~~\n'''\nprint(x)\n~~~~\n", None),
        (f"{F}python\n# use {F}\nprint(2)\n{F}\n", f"# use {F}\nprint(2)\n"),
        (f"{F}python\nx = 1\nprint(x){F}\nDone.", "x = 1\nprint(x)\n"),
        (f"{F}python\nx = 1\nprint(x){F}\n\nRun:\n{F}bash\nls\n{F}\n", "x = 1\nprint(x)\n"),
        (f"{F}python\nx = 1\nprint(x)\n{F} Done.\n", "x = 1\nprint(x)\n"),
        (f"1. Code:\n\n   {F}python\nx = 1\nif x:\n    print(x)\n   {F}\n", "x = 1\nif x:\n    print(x)\n"),
        (f"1. Code:\n\n   {F}python\n   x = 1\n   if x:\n       print(x)\n{F}\n", "x = 1\nif x:\n    print(x)\n"),
        (f"* {F}python\n  print(1)\n  {F}\n", "print(1)\n"),
        (f"Here: {F}python\nprint(1)\n{F}\n", "print(1)\n"),
        (f"{F}{F}markdown\n# T\n{F}python\nprint(1)\n{F}\n{F}{F}\nmore\n{FINAL}", "print(1)\n\nprint('final')\n"),
        (f"{F}md\n{F}python\nprint(1)\n{F}\nmore\n{F}\n{FINAL}", "print(1)\n\nprint('final')\n"),
    ],
)
def test_of_the_closing_fences_the_one_counts_with_which_the_program_parses(reply: str, source: str | None) -> None:
    program = extract(reply)
    assert program is not None
    assert parses(program.source)
    assert not program.cut_off
    if source is None:
        assert program.source.rstrip().endswith(("print(x)", "f()"))
    else:
        assert program.source == source


@pytest.mark.parametrize(
    "tag",
    [
        *("python3", "Python 3", "python3.11", "py", "ipython", "ipython3", "tool_code", "{.python}", "{ .py #id }"),
        *("{python}", "python{1,3-4}", "python:main.py", "main.py", "src/app/main.py", 'py title="a b"', "code python"),
        *("{code-cell} ipython3", "jupyter-python", "python-repl", "code_interpreter", "PYTHON linenums"),
    ],
)
def test_every_name_that_models_give_a_python_block_is_known(tag: str) -> None:
    program = extract(f"{F}{tag}\nprint(1)\n{F}\n")
    assert program is not None
    assert program.source == "print(1)\n"
    assert holds_python_block(f"Text\n{F}{tag}\nprint(1)")


@pytest.mark.parametrize("tag", ["bash", "r", "text", "diff", "json", "pyx.html", "c++", "console", "markdown"])
def test_other_names_are_no_python(tag: str) -> None:
    assert extract(f"{F}{tag}\nprint(1)\n{F}\n") is None
    assert not holds_python_block(f"{F}{tag}\nprint(1)\n{F}\n")


@pytest.mark.parametrize(
    ("session", "source"),
    [
        (">>> def f():\n...     return 1\n...\n>>> print(f())\n1\n", "def f():\n    return 1\n\nprint(f())\n"),
        ("In [1]: x = 1\n\nIn [2]: print(x)\n1\n", "x = 1\nprint(x)\n"),
        (">>> print(1)\n1", "print(1)\n"),
    ],
)
def test_an_interactive_session_is_what_was_typed(session: str, source: str) -> None:
    for tag in ("pycon", "python", ""):
        program = extract(f"{F}{tag}\n{session}{F}\n" if session.endswith("\n") else f"{F}{tag}\n{session}\n{F}\n")
        assert program is not None
        assert program.source == source


def test_a_docstring_with_examples_is_no_session() -> None:
    source = 'def f():\n    """\n    >>> f()\n    1\n    """\n    return 1\n\n\nprint(f())\n'
    program = extract(f"{F}python\n{source}{F}\n")
    assert program is not None
    assert program.source == source


@pytest.mark.parametrize(
    "reply",
    [
        f"<think>\n{DRAFT}</think>\n{FINAL}",
        f"Hmm {DRAFT}</think>\n\n{FINAL}",
        f"<|channel>thought\n{DRAFT}<channel|>{FINAL}",
        f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{FINAL}",
        f"<think>{F}python\nprint('draft')\n</think>\n{FINAL}",
        f"<think>a</think>{FINAL}<think>{DRAFT}</think>",
        f"[THINK]{DRAFT}[/THINK]{FINAL}",
        f"Draft:\n{F}python\nx = 5\nprint('a')\nprint(x + \n\nNow the answer:\n{FINAL}",
    ],
)
def test_a_thoughts_draft_is_no_part_of_the_answer(reply: str) -> None:
    program = extract(reply)
    assert program is not None
    assert program.source == "print('final')\n"


def test_a_thought_counts_where_the_answer_holds_no_program() -> None:
    program = extract(f"<think>{DRAFT}</think>\nThat is all.")
    assert program is not None
    assert program.source == "print('draft')\n"


def test_the_mark_of_a_thought_in_a_string_is_a_part_of_the_program() -> None:
    source = "text = '<think>a</think>'\nprint(text.split('</think>'))\n"
    program = extract(f"{F}python\n{source}{F}\n")
    assert program is not None
    assert program.source == source


def test_a_block_that_says_most_lines_again_replaces_the_earlier_one() -> None:
    program = extract(
        f"{F}python\nx = 5\nprint('a')\nprint(x)\n{F}\nBetter:\n{F}python\nx = 5\nprint('a')\nprint(2)\n{F}"
    )
    assert program is not None
    assert program.source == "x = 5\nprint('a')\nprint(2)\n"


def test_a_function_of_several_paragraphs_without_a_fence_is_found_whole() -> None:
    source = "def f():\n    x = 1\n\n    y = 2\n    print(x, y)\n\n\nf()\n"
    program = extract(f"Sure, here it is.\n\n{source}")
    assert program is not None
    assert program.source == source


def test_marks_at_the_end_are_no_part_of_a_program() -> None:
    for mark in ("</s>", "<|im_end|>", "<end_of_turn>\n<eos>", "<\uff5cend\u2581of\u2581sentence\uff5c>", "<|eot_id|>"):
        program = extract(f"x = 1\nprint(x){mark}")
        assert program is not None
        assert program.source == "x = 1\nprint(x)\n"


@given(st.text(st.sampled_from("`~>-1. \npython<think>/'\"#=(")))
def test_any_text_of_fences_is_answered_and_its_blocks_lie_within_it(reply: str) -> None:
    lines = reply.split("\n")
    at = 0
    for block in fenced_blocks(reply, Parser(100_000)):
        assert at <= block.first <= block.end <= len(lines)
        at = block.first + 1
    extract(reply)
    holds_python_block(reply)


def test_a_budget_that_is_spent_ends_each_block_at_its_first_fence() -> None:
    text = f"{F}python\nx = '''\n{F}\n'''\n{F}\n"
    assert next(block.source for block in fenced_blocks(text, Parser(0))) == "x = '''\n"
    assert [block.source for block in fenced_blocks(text, Parser(1000))] == ["x = '''\n" + f"{F}\n'''\n"]
