"""What goes into the training text, and what is said of it."""

import ast

import corpus


def function(source):
    return ast.parse(source).body[0]


def test_an_imperative_becomes_third_person():
    assert corpus.third_person("Return the length of x.") == "returns the length of x"
    assert corpus.third_person("Match a pattern. Slowly.") == "matches a pattern"
    assert corpus.third_person("The length of x.") == ""


def test_names_that_a_function_does_not_define_are_found():
    assert corpus.free_names(function("def f(a):\n    return helper(a) + len(a) + re.escape(a)")) == {"helper", "re"}


def test_only_functions_that_stand_alone_become_pairs():
    text = (
        "import re\n\n\n"
        'def clean(text):\n    """Remove blanks from a text."""\n'
        '    pattern = r"\\s"\n    return re.sub(pattern, "", text)\n\n\n'
        'def other(text):\n    """Use a helper on a text."""\n    result = helper(text)\n    return result\n'
    )
    ((request, answer),) = corpus.pairs(text, "seed")
    assert "clean" in request
    assert "removes blanks from a text" in request
    assert answer.startswith("```python\nimport re\n\n\ndef clean(text):")


class FakeDistribution:
    """Only the metadata of a package."""

    def __init__(self, **fields):
        from email.message import Message

        self.metadata = Message()
        for name, value in fields.items():
            for item in value if isinstance(value, list) else [value]:
                self.metadata[name.replace("_", "-")] = item


def test_a_licence_that_is_not_clearly_permissive_is_refused():
    assert corpus.licence(FakeDistribution(License_Expression="MIT")) == "MIT"
    assert corpus.licence(FakeDistribution(Classifier=["License :: OSI Approved :: BSD License"])) == "BSD License"
    assert corpus.licence(FakeDistribution(License="MPL-2.0")) == ""
    assert corpus.licence(FakeDistribution(License="LGPL with exceptions, BSD parts")) == ""
    assert corpus.licence(FakeDistribution()) == ""
