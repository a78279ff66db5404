"""Small tasks in plain text: read as they were written, and said in the request with the name that the answer has."""

import random

import pytest
from tasks import plain
from tasks.base import load_programs, make
from tasks.check import code_of, run_code
from tasks.variants import said_whole, variants

TEXT = '''
== double_odd, odd_twice
- doubles the odd numbers of a list
- returns a list with every odd number doubled
def double_odd(numbers: list[int]) -> list[int]:
    """Double the odd numbers."""
    return [n * 2 if n % 2 else n for n in numbers]
> double_odd([1, 2]) == [2, 2]
> double_odd([]) == []
? {n}([1, 2]) is [2, 2]
? I want this:\\nodd numbers twice as large
== other
? one more for {n}
'''


def test_a_section_becomes_a_program_with_its_requests_and_a_demo_of_its_checks():
    entry, other = plain.parse(TEXT)
    program = plain.build(entry)
    assert program.main == "double_odd"
    assert program.names == {"double_odd": ("odd_twice",)}
    assert program.asks == ("doubles the odd numbers of a list", "returns a list with every odd number doubled")
    assert program.demo == "print(double_odd([1, 2]))\nprint(double_odd([]))"
    assert program.requests == ("{n}([1, 2]) is [2, 2]", "I want this:\nodd numbers twice as large")
    assert other.names == ["other"]
    assert other.requests == ["one more for {n}"]


@pytest.mark.parametrize(
    "text",
    [
        "stray text",
        "== a\n- does it\ndef b() -> int:\n    return 1\n> b() == 1",
        "== a\ndef a() -> int:\n    return 1\n> a() == 1",
        "== a\n- does it\ndef a() -> int:\n    return 1",
        "== a\n- does it\ndef a( -> int:\n> a() == 1",
    ],
)
def test_what_is_no_task_is_refused(text):
    with pytest.raises((ValueError, SyntaxError)):
        [plain.build(entry) for entry in plain.parse(text)]


def test_a_whole_request_has_the_name_that_the_answer_defines():
    entry = plain.build(next(iter(plain.parse(TEXT))))
    rng = random.Random(1)
    names = set()
    for _ in range(60):
        text, name = said_whole(entry, rng)
        assert "{n}" not in text
        assert (name or "") in text
        names.add(name)
    assert {None, "double_odd", "odd_twice"} < names
    for _ in range(60):
        example = variants(entry, rng)
        run_code(code_of(example), example.checks)


def test_requests_of_registered_programs_are_for_programs_that_there_are():
    known = {entry.name: entry for entry in load_programs()}
    for name, requests in plain.further_requests().items():
        assert set(requests) <= set(known[name].requests)


def test_a_program_without_whole_requests_is_asked_for_in_other_words():
    entry = make(
        asks=["doubles a number"], source="def twice(n: int) -> int:\n    return n * 2\n", checks=["twice(2) == 4"]
    )
    assert entry.requests == ()
    example = variants(entry, random.Random(3))
    assert example.checks
