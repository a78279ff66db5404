"""Functions are matched, and called with inputs that suit them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.hints import from_hint, like
from app.sandbox.inputs import InputPlan, examples, plan_calls
from app.sandbox.matching import Match, match_functions, similarity
from app.sandbox.results import CallSpec, Function, Parameter


def parameter(text: str) -> Parameter:
    name, _, hint = text.partition(": ")
    return Parameter(name, hint=hint)


def function(name: str, *parameters: str, returns: str = "", shape: dict[str, int] | None = None) -> Function:
    found = tuple(parameter(text) for text in parameters)
    return Function(name, found, returns=returns, shape=shape or {"Return": 1, "Name": 2})


def values(text: str, amount: int = 60) -> list[Any]:
    strategy = from_hint(text)
    assert strategy is not None, text
    return examples(strategy, amount, 1)


@pytest.mark.parametrize(
    ("hint", "check"),
    [
        ("int", lambda v: type(v) is int),
        ("float", lambda v: type(v) is float),
        ("list[int]", lambda v: type(v) is list and all(type(i) is int for i in v)),
        ("List[List[str]]", lambda v: all(type(i) is str for row in v for i in row)),
        ("typing.Dict[str, float]", lambda v: all(type(k) is str and type(x) is float for k, x in v.items())),
        ("tuple[int, str]", lambda v: type(v) is tuple and [type(x) for x in v] == [int, str]),
        ("tuple[int, ...]", lambda v: type(v) is tuple),
        ("Optional[int]", lambda v: v is None or type(v) is int),
        ("int | None", lambda v: v is None or type(v) is int),
        ("'list[int]'", lambda v: type(v) is list),
        ("set[str]", lambda v: type(v) is set),
        ("Sequence[bool]", lambda v: all(type(i) is bool for i in v)),
        ("Literal['a', 'b']", lambda v: v in ("a", "b")),
        ("Union[int, str]", lambda v: type(v) in (int, str)),
    ],
)
def test_a_hint_gives_values_of_its_kind(hint: str, check: Callable[[Any], bool]) -> None:
    assert all(check(value) for value in values(hint))


@pytest.mark.parametrize("hint", ["Node", "Callable[[int], int]", "list[Node]", "", "1 +", "T", "np.ndarray", "((("])
def test_an_unknown_hint_gives_nothing(hint: str) -> None:
    assert from_hint(hint) is None


@given(st.text(max_size=30))
def test_any_text_as_a_hint_is_answered_without_an_exception(text: str) -> None:
    from_hint(text)


def test_what_the_examples_have_in_common_is_kept() -> None:
    ordered = like([[1, 3, 5], [2, 4]])
    table = like([[[1, 2], [3, 4]]])
    record = like([{"name": "a", "age": 3}, {"name": "b", "age": 4}])
    assert ordered is not None
    assert table is not None
    assert record is not None
    assert all(value == sorted(set(value)) for value in examples(ordered, 50, 1))
    assert all(len({len(row) for row in value}) == 1 for value in examples(table, 50, 1))
    assert all(list(value) == ["name", "age"] for value in examples(record, 50, 1))
    unordered = like([[3, 1, 2], [5, 4]])
    assert unordered is not None
    assert any(len(set(v)) < len(v) for v in examples(unordered, 100, 1))


plain = st.integers() | st.text(max_size=4) | st.none() | st.floats(allow_nan=False, allow_infinity=False)
literals = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.nested_given])
@given(st.lists(literals, min_size=1, max_size=3))
def test_values_like_any_examples_can_be_written_as_literals(observed: list[Any]) -> None:
    strategy = like(observed)
    if strategy is not None:
        for value in examples(strategy, 5, 1):
            assert ast.literal_eval(repr(value)) == value


def test_the_same_seed_gives_the_same_calls() -> None:
    match = Match(function("f", "xs: list[int]"), function("f", "xs: list[int]"), "name")
    first, again, other = (plan_calls(match, (), 50, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_the_demos_calls_come_first() -> None:
    match = Match(function("f", "x: int"), function("g", "y: int"), "role")
    plan = plan_calls(
        match, [CallSpec("g", ("99",)), CallSpec("h", ("1",)), CallSpec("f", ("__import__('os')",))], 20, 1
    )
    assert isinstance(plan, InputPlan)
    assert (plan.a[0], plan.b[0], plan.demo) == (CallSpec("f", ("99",)), CallSpec("g", ("99",)), 1)
    assert not any("import" in str(call) for call in plan.a)


@pytest.mark.parametrize("text", ["node: Node", "f: Callable"])
def test_a_function_whose_inputs_cannot_be_written_is_left_out_with_a_reason(text: str) -> None:
    match = Match(function("f", text), function("f", text), "name")
    assert "literals" in str(plan_calls(match, (), 10, 1))


def test_functions_are_matched_by_name_first_and_then_by_role() -> None:
    shape = {"For": 2, "If": 3, "Return": 1}
    a = [function("main"), function("bubble_sort", "items: list[int]", returns="list[int]", shape=shape)]
    b = [function("sort_items", "values: list[int]", returns="list[int]", shape=shape), function("main")]
    pairs, rest_a, rest_b = match_functions(a, b)
    assert [(p.a.name, p.b.name, p.by) for p in pairs] == [
        ("main", "main", "name"),
        ("bubble_sort", "sort_items", "role"),
    ]
    assert (rest_a, rest_b) == ((), ())


def test_functions_that_cannot_be_called_alike_are_not_matched() -> None:
    a, b = function("f", "x", "y"), function("g", "x")
    assert similarity(a, b) == 0
    assert match_functions([a], [b]) == ((), ("f",), ("g",))


names = st.text("abcde", min_size=1, max_size=3)
shapes = st.dictionaries(names, st.integers(1, 3), max_size=3)
functions = st.lists(
    st.builds(lambda name, n, shape: function(name, *["x: int"] * n, shape=shape), names, st.integers(0, 2), shapes),
    max_size=5,
    unique_by=lambda found: found.name,
)


@given(functions, functions)
def test_every_function_is_in_one_pair_at_most_and_none_is_lost(a: list[Function], b: list[Function]) -> None:
    pairs, rest_a, rest_b = match_functions(a, b)
    assert sorted([*(p.a.name for p in pairs), *rest_a]) == sorted(f.name for f in a)
    assert sorted([*(p.b.name for p in pairs), *rest_b]) == sorted(f.name for f in b)
    assert all(0 <= similarity(x, y) <= 1.000001 for x in a for y in b)
