"""The generated training data: answers obey their requests, run, and are the same for the same seed."""

import ast
import json
import random
import re

import pytest
from tasks import haiku, japanese, json_answers, prose
from tasks.base import load_programs
from tasks.check import check_program, code_of, run_code
from tasks.examples import iter_examples
from tasks.families import load_families, sample_program
from tasks.style import Style, render
from tasks.variants import variants
from tasks.wording import ARGS, DEMO, DOCSTRING, GUARD, HINTS, HINTS_DOCSTRING, NO_DOCSTRING, NO_HINTS, infinitive

PROGRAMS = [entry for entry in load_programs() if not entry.needs]


def _sample(count: int, seed: int):
    rng = random.Random(seed)
    for _ in range(count):
        entry = sample_program(rng) if rng.random() < 0.5 else rng.choice(PROGRAMS)
        yield entry, variants(entry, rng)


def _functions(code: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef) and node.name != "main"]


def _asks_for(prompt: str, wishes: tuple[str, ...]) -> bool:
    return any(prompt.lower().endswith(wish.rstrip(".").lower()) or prompt.endswith(wish) for wish in wishes)


def test_answers_obey_what_the_request_says_about_style() -> None:
    seen = set()
    for entry, example in _sample(1500, 1):
        prompt, code = example.prompt, code_of(example)
        kinds = (ast.FunctionDef, ast.ClassDef)
        top = next((n for n in ast.parse(code).body if isinstance(n, kinds) and n.name != "main"), None)
        if _asks_for(prompt, NO_HINTS):
            seen.add("no hints")
            assert all(arg.annotation is None for f in _functions(code) for arg in f.args.args), prompt
        elif _asks_for(prompt, (*HINTS, *HINTS_DOCSTRING)):
            seen.add("hints")
            canonical = sum(arg.annotation is not None for f in _functions(entry.source) for arg in f.args.args)
            assert canonical == sum(arg.annotation is not None for f in _functions(code) for arg in f.args.args), prompt
        if _asks_for(prompt, NO_DOCSTRING):
            seen.add("no docstring")
            assert '"""' not in code or top is None or ast.get_docstring(top) is None, prompt
        elif _asks_for(prompt, (*DOCSTRING, *ARGS, *HINTS_DOCSTRING)):
            seen.add("docstring")
            assert '"""' in code, prompt
        if _asks_for(prompt, GUARD):
            seen.add("guard")
            assert 'if __name__ == "__main__":' in code, prompt
        elif _asks_for(prompt, DEMO):
            seen.add("demo")
            assert run_code(code, ()).strip(), prompt
    assert seen == {"no hints", "hints", "no docstring", "docstring", "guard", "demo"}


def test_a_name_that_the_request_gives_is_defined_in_the_answer() -> None:
    found = 0
    for _, example in _sample(400, 2):
        match = re.search(r"(?:function|class) (?:called|named) `?(\w+)`?", example.prompt)
        if match:
            found += 1
            assert re.search(rf"(?:def|class) {match.group(1)}\b", code_of(example)), example.prompt
    assert found > 30


def test_sampled_programs_run_and_hold_in_every_style() -> None:
    chosen = random.Random(3).sample(PROGRAMS, 60)
    assert [problem for entry in chosen if (problem := check_program(entry, 1))] == []


def test_tasks_of_every_family_run_and_hold() -> None:
    rng = random.Random(4)
    entries = [sample_program(rng, family) for family in load_families()[0] for _ in range(6)]
    entries = [entry for entry in entries if not entry.needs]
    assert [problem for entry in entries if (problem := check_program(entry))] == []


def test_the_same_seed_gives_the_same_examples_and_another_seed_others() -> None:
    first = list(iter_examples(600, seed=5))
    assert first == list(iter_examples(600, seed=5))
    assert first != list(iter_examples(600, seed=6))
    assert {example.kind for example in first} == {"code", "english", "japanese", "haiku", "json"}


def test_json_answers_parse_and_hold_the_values_of_the_request() -> None:
    rng = random.Random(7)
    for _ in range(300):
        example = json_answers.example(rng)
        value = json.loads(example.answer.removeprefix("```json\n").removesuffix("\n```"))
        leaves: list[object] = [value]
        for leaf in leaves:
            leaves += leaf.values() if isinstance(leaf, dict) else leaf if isinstance(leaf, list) else []
        for leaf in leaves:
            if isinstance(leaf, str | int) and not isinstance(leaf, bool):
                assert str(leaf).lower() in example.prompt.lower()


def test_prose_has_no_choice_left_open() -> None:
    rng = random.Random(8)
    for make in (prose.example, japanese.example, haiku.example):
        for _ in range(300):
            answer = make(rng).answer
            assert "|" not in answer
            assert "  " not in answer
    assert all(len(haiku.compose(subject, rng).split("\n")) == 3 for subject in haiku.subjects())


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        ("counts the words and prints them", "count the words and print them"),
        ("multiplies two numbers", "multiply two numbers"),
        ("searches a list", "search a list"),
        ("parses a date", "parse a date"),
    ],
)
def test_third_person_becomes_infinitive(ask: str, expected: str) -> None:
    assert infinitive(ask) == expected


def test_a_rename_leaves_strings_and_foreign_keywords_alone() -> None:
    entry = next(entry for entry in PROGRAMS if entry.name == "greet")
    code, checks = render(entry, Style(hints=False, docstring="line", renames={"greeting": "word", "greet": "hail"}))
    assert code.startswith('def hail(name, word="Hello"):')
    assert 'f"{word}, {name}!"' in code
    assert checks[1] == 'hail("Bo", word="Hi") == "Hi, Bo!"'
