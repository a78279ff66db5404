"""Functions of source files as requests and answers."""

import ast

import pairs


def function(source):
    return ast.parse(source).body[0]


def test_an_imperative_becomes_third_person():
    assert pairs.third_person("Return the length of x.") == "returns the length of x"
    assert pairs.third_person("Match a pattern. Slowly.") == "matches a pattern"
    assert pairs.third_person("The length of x.") == "returns the length of x"
    assert pairs.third_person("Helper of others.") == ""


def test_names_that_a_function_does_not_define_are_found():
    assert pairs.free_names(function("def f(a):\n    return helper(a) + len(a) + re.escape(a)")) == {"helper", "re"}


def test_only_functions_that_stand_alone_become_pairs():
    text = (
        "import re\n\n\n"
        'def clean(text):\n    """Remove blanks from a text."""\n'
        '    pattern = r"\\s"\n    return re.sub(pattern, "", text)\n\n\n'
        'def other(text):\n    """Use a helper on a text."""\n    result = helper(text)\n    return result\n'
    )
    ((request, answer),) = pairs.pairs(text, "seed")
    assert "clean" in request
    assert "from a text" in request
    assert answer.startswith("```python\nimport re\n\n\ndef clean(text):")


def test_small_helpers_and_constants_come_along():
    text = (
        "LIMIT = 3\n\n\ndef helper(text):\n    return text[:LIMIT]\n\n\n"
        'def shorten(text):\n    """Cut a text at the limit."""\n    text = text.strip()\n    return helper(text)\n'
    )
    ((_, answer),) = [pair for pair in pairs.pairs(text, "seed") if "def shorten" in pair[1]]
    space = {}
    exec(answer.removeprefix("```python\n").removesuffix("\n```"), space)
    assert space["shorten"](" abcdef ") == "abc"


def test_a_file_that_does_not_parse_gives_no_pairs():
    assert pairs.pairs("def f(:", "seed") == []
