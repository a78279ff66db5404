"""The calls with which two functions are compared: those of the demos first, then generated ones. Deterministic."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import hypothesis
import msgspec
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from app.sandbox.hints import FLOATS, INTEGERS, TEXTS, Strategy, from_hint, like
from app.sandbox.matching import Match, accepted, required
from app.sandbox.results import CallSpec, Function, Parameter

LONGEST = 400  # characters of one call
_BATCH = 25  # values drawn at once, if they are short
_BATCH_CHARS = 1500  # of one batch as literals: Hypothesis gives up what is much larger, and begins anew
_DEMOS = {"main", "demo", "run_demo", "test", "tests", "run_tests", "example", "examples"}
_BY_NAME = {
    "int": ("n", "k", "m", "i", "num", "number", "count", "size", "limit", "index", "x", "y", "a", "b", "value"),
    "list": ("items", "arr", "array", "lst", "nums", "numbers", "values", "data", "seq", "xs", "sequence"),
    "text": ("s", "text", "string", "word", "name", "sentence", "message", "str1", "str2", "s1", "s2"),
}


class InputPlan(msgspec.Struct, frozen=True):
    """Calls for both functions, index by index. `meant`: the inputs are of the kind that the function is made for,
    by its hints or by its demo, so that a TypeError would be its own doing."""

    a: tuple[CallSpec, ...]
    b: tuple[CallSpec, ...]
    demo: int  # so many of the first calls come from the demos
    meant: bool


def plan_calls(match: Match, demo: Sequence[CallSpec], amount: int, seed: int) -> InputPlan | str:
    """The calls for a pair of functions, or why there are none. `demo`: all calls that the demos made."""
    if match.a.name.lower() in _DEMOS and not match.a.parameters:
        return "it is the demo itself"
    observed = [call for call in demo if call.function in (match.a.name, match.b.name) and _fits(call, match)]
    calls: dict[str, tuple[CallSpec, CallSpec]] = {}
    for call in observed:
        _add(calls, match, list(call.args), dict(call.kwargs))
    from_demo = len(calls)
    if not match.a.parameters and not match.b.parameters:
        _add(calls, match, [], {})
        return _plan(calls, from_demo, True)
    strategy, meant = arguments(match, observed)
    if strategy is None:
        if not calls:
            return "its inputs cannot be written down as literals"
    else:
        try:
            made = examples(strategy, amount, seed)
        except ValueError as error:
            return _plan(calls, from_demo, True) if calls else str(error)
        for values in made:
            if len(calls) >= amount:
                break
            _add(calls, match, [repr(value) for value in values], {})
    return _plan(calls, from_demo, meant or bool(from_demo))


def _plan(calls: dict[str, tuple[CallSpec, CallSpec]], from_demo: int, meant: bool) -> InputPlan:
    pairs = list(calls.values())
    return InputPlan(tuple(a for a, _ in pairs), tuple(b for _, b in pairs), from_demo, meant)


def _add(calls: dict[str, tuple[CallSpec, CallSpec]], match: Match, args: list[str], kwargs: dict[str, str]) -> None:
    call = CallSpec(match.a.name, tuple(args), kwargs)
    if len(str(call)) <= LONGEST:
        calls.setdefault(str(call), (call, CallSpec(match.b.name, tuple(args), kwargs)))


def _fits(call: CallSpec, match: Match) -> bool:
    """Whether a demo's call can be made on both functions, and all of it really is literals."""
    known = [{p.name for p in f.parameters if p.kind in ("positional", "keyword")} for f in (match.a, match.b)]
    if any(name not in names for name in call.kwargs for names in known):
        return False
    if len(call.args) > min(accepted(match.a), accepted(match.b)):
        return False
    return all(_literal(text) is not _BAD for text in (*call.args, *call.kwargs.values()))


_BAD = object()


def _literal(text: str) -> Any:
    """The value of a literal; _BAD for anything else. The text comes out of the sandbox."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return _BAD


def arguments(match: Match, observed: Sequence[CallSpec]) -> tuple[Strategy | None, bool]:
    """A strategy for the positional arguments, and whether it knows what the function is made for."""
    count = max(required(match.a), required(match.b))
    most = min(accepted(match.a), accepted(match.b))
    parameters = [p for p in match.a.parameters if p.kind == "positional"][:most]
    if any(call.args[count:] for call in observed):
        count = min(max(len(call.args) for call in observed), len(parameters))
    parts: list[Strategy] = []
    meant = True
    for position, parameter in enumerate(parameters[:count]):
        seen = [_literal(call.args[position]) for call in observed if len(call.args) > position]
        strategy = like(seen) if seen else None
        hints = [hint for hint in (parameter.hint, _hint_of(match.b, position)) if hint]
        for hint in hints:
            strategy = from_hint(hint) if strategy is None else strategy
        if strategy is None and hints:
            return None, False  # a class of the program's own, a callable
        if strategy is None:
            strategy, meant = guess(parameter), False
        parts.append(strategy)
    return st.tuples(*parts), meant


def _hint_of(function: Function, position: int) -> str:
    positional = [p for p in function.parameters if p.kind == "positional"]
    return positional[position].hint if position < len(positional) else ""


def guess(parameter: Parameter) -> Strategy:
    """Values for a parameter of which only the name is known."""
    name = parameter.name.lower()
    if name in _BY_NAME["list"]:
        return st.lists(INTEGERS, max_size=7)
    if name in _BY_NAME["text"]:
        return TEXTS
    if name in _BY_NAME["int"]:
        return INTEGERS
    return st.one_of(INTEGERS, TEXTS, st.lists(INTEGERS, max_size=7), FLOATS)


def examples(strategy: Strategy, amount: int, seed: int) -> list[Any]:
    """Up to `amount` values of `strategy`, the same for the same seed. Raises ValueError if it has none.

    They are drawn in batches: starting an example costs Hypothesis more than drawing a value. The strategy comes from
    hints that a model wrote, which may name what cannot be, such as a set of lists.
    """
    try:
        first = _drawn(strategy, 1, min(5, amount), seed)
        length = max(1, sum(len(repr(value)) for value in first) // max(1, len(first)))
        batch = max(1, min(_BATCH, amount, _BATCH_CHARS // length))
        found = _drawn(strategy, batch, -(-amount * 3 // (2 * batch)), seed)  # half as many again: there are repeats
    except (TypeError, ValueError, HypothesisException) as error:
        raise ValueError(f"its hints cannot be followed ({type(error).__name__})") from error
    distinct = {repr(value): value for value in found}
    return list(distinct.values())[:amount]


def _drawn(strategy: Strategy, batch: int, times: int, seed: int) -> list[Any]:
    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=times,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(st.lists(strategy, min_size=batch, max_size=batch))
    def collect(values: list[Any]) -> None:
        found.extend(values)

    collect()
    return found
