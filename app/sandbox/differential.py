"""Compares functions of two programs by calling both with the same inputs, in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.sandbox.behaviour import Counterexample, FunctionPair
from app.sandbox.inputs import InputPlan, plan_calls
from app.sandbox.matching import Match
from app.sandbox.plain import plain_line
from app.sandbox.replies import INPUTS
from app.sandbox.results import CallSpec, Job, Limits, Outcome, RunResult, Scenario
from app.sandbox.runs import BothPrograms
from app.sandbox.values import same_value, show_value

FUNCTION_S = 5.0
_FUNCTIONS = 12
_CANDIDATES = 4
_LIMITED = ("RecursionError", "MemoryError", "OverflowError")  # a machine's limit rather than a function's choice
_LARGE = 100


class Task(msgspec.Struct, frozen=True):
    """One pair of functions and the calls to make."""

    match: Match
    plan: InputPlan


class Both(msgspec.Struct, frozen=True):
    """Runs the same scenarios in both programs, at the same time."""

    source_a: str
    source_b: str
    programs: BothPrograms
    limits: Limits = Limits()

    def run(self, scenarios: Sequence[tuple[Scenario, Scenario]], seed: int) -> tuple[RunResult, RunResult]:
        limits = msgspec.structs.replace(self.limits, wall_s=sum(a.budget_s + 1 for a, _ in scenarios) + 5)
        jobs = [
            Job(source=source, scenarios=tuple(pair[side] for pair in scenarios), seed=seed, limits=limits)
            for side, source in enumerate((self.source_a, self.source_b))
        ]
        return self.programs.run(jobs)


def compare_functions(
    matches: Sequence[Match], demo: Sequence[CallSpec], both: Both, seed: int, inputs: int = INPUTS
) -> tuple[FunctionPair, ...]:
    """Call every matched pair with the same inputs and compare results, exceptions, changed arguments and output."""
    plans = [(match, plan_calls(match, demo, inputs, seed)) for match in matches[:_FUNCTIONS]]
    tasks = [Task(match, plan) for match, plan in plans if isinstance(plan, InputPlan)]
    untried = [_untried(match, plan) for match, plan in plans if isinstance(plan, str)]
    if not tasks:
        return tuple(untried)
    scenarios = [(Scenario(t.plan.a, FUNCTION_S), Scenario(t.plan.b, FUNCTION_S)) for t in tasks]
    a, b = both.run(scenarios, seed)
    found = [
        judge(task, _outcomes(a, i), _outcomes(b, i), both, seed)
        if a.ended == b.ended == "exited"
        else _lost(task, a, b)
        for i, task in enumerate(tasks)
    ]
    return (*found, *untried)


def _untried(match: Match, why: str) -> FunctionPair:
    sentence = f"{match.a.name} was not compared: {why}."
    return FunctionPair(match.a.name, match.b.name, match.by, "unclear", sentence)


def _lost(task: Task, a: RunResult, b: RunResult) -> FunctionPair:
    result = a if a.ended != "exited" else b
    return _untried(task.match, f"the run {result.sentence()}")


def _outcomes(result: RunResult, index: int) -> tuple[Outcome, ...]:
    return result.outcomes[index] if index < len(result.outcomes) else ()


def judge(task: Task, a: Sequence[Outcome], b: Sequence[Outcome], both: Both, seed: int) -> FunctionPair:
    """The verdict for one pair of functions. A difference counts once it was seen again in a fresh program."""
    match, plan = task.match, task.plan
    verdicts = [compare_outcomes(x, y, call, plan.meant) for x, y, call in zip(a, b, plan.a, strict=False)]
    agreed, differing = verdicts.count(True), [i for i, same in enumerate(verdicts) if same is False]
    name = match.a.name if match.a.name == match.b.name else f"{match.a.name} / {match.b.name}"
    tried = agreed + len(differing)
    if differing:
        shown, unsteady = confirm(task, differing, both, seed)
        if shown is not None:
            sentence = f"{name} differs: {shown.call_a} {shown.a} in the first program and {shown.b} in the second."
            if "\n" in shown.call_a:
                sentence = (
                    f"{name} differs after earlier calls: it {shown.a} in the first program, {shown.b} in the second."
                )
            return FunctionPair(match.a.name, match.b.name, match.by, "different", sentence, tried, agreed, shown)
        why = "its results change from run to run" if unsteady else "the differences could not be repeated"
        return FunctionPair(match.a.name, match.b.name, match.by, "unclear", f"{name}: {why}.", tried, agreed)
    if not agreed:
        return _untried(match, "no input led to a result that says anything" if verdicts else "no call came to an end")
    amount = "one input" if agreed == 1 else f"{agreed} inputs"
    sentence = f"{name} agrees on {amount}."
    return FunctionPair(match.a.name, match.b.name, match.by, "same", sentence, agreed, agreed)


def compare_outcomes(a: Outcome, b: Outcome, call: CallSpec, meant: bool) -> bool | None:
    """Whether two calls did the same; None when they say nothing: too slow, or unsuitable inputs.

    Exceptions are the same when their types are. Their wording is not compared.
    """
    if "too_slow" in (a.kind, b.kind):
        return None
    errors = [outcome.error.type if outcome.error is not None else "" for outcome in (a, b)]
    if a.kind == b.kind == "raised" and errors[0] == errors[1]:
        return True if meant or errors[0] not in ("TypeError", "AttributeError") else None
    if "raised" in (a.kind, b.kind):
        if not meant and any(error in ("TypeError", "AttributeError") for error in errors):
            return None
        if any(error in _LIMITED for error in errors) and _has_large_number(call):
            return None
        return False
    if not same_value(a.value, b.value) or a.after.keys() != b.after.keys():
        return False
    return a.printed == b.printed and all(same_value(a.after[name], b.after[name]) for name in a.after)


def _has_large_number(call: CallSpec) -> bool:
    digits = "".join(c if c.isdigit() else " " for text in (*call.args, *call.kwargs.values()) for c in text + " ")
    return any(len(number) > 18 or int(number) >= _LARGE for number in digits.split())


def confirm(task: Task, differing: Sequence[int], both: Both, seed: int) -> tuple[Counterexample | None, bool]:
    """The clearest difference that shows again in a fresh program and under another seed.

    Tried in order: the simplest calls alone, then together with the calls before them. Also whether all that was
    seen is that results change from run to run.
    """
    plan = task.plan
    order = sorted(differing, key=lambda i: (i >= plan.demo, len(str(plan.a[i])), i))[:_CANDIDATES]
    runs: list[tuple[int, ...]] = [(i,) for i in order]
    runs += [(i, i) for i in order[:2]]
    first = differing[0]
    runs += [tuple(range(max(0, first - length), first + 1)) for length in (1, 3, 20) if first > 0]
    pairs = [
        (Scenario(tuple(plan.a[i] for i in run), 1.0), Scenario(tuple(plan.b[i] for i in run), 1.0)) for run in runs
    ]
    seen = both.run(pairs, seed), both.run(pairs, seed + 1)
    unsteady = False
    for index, run in enumerate(runs):
        last = [[_outcomes(result, index)[-1:] for result in time] for time in seen]
        if not all(side for time in last for side in time):
            continue
        (a, b), (a2, b2) = ((time[0][0], time[1][0]) for time in last)
        call = plan.a[run[-1]]
        if compare_outcomes(a, b, call, plan.meant) is not False:
            continue
        if compare_outcomes(a, a2, call, True) is False or compare_outcomes(b, b2, call, True) is False:
            unsteady = True
            continue
        lines = ["\n".join(str(calls[i]) for i in run) for calls in (plan.a, plan.b)]
        return Counterexample(lines[0], lines[1], *describe_difference(a, b)), False
    return None, unsteady


def describe_difference(a: Outcome, b: Outcome) -> tuple[str, str]:
    """What each of two differing calls does, with a verb: the first thing in which they differ."""
    if a.kind == b.kind == "returned" and same_value(a.value, b.value):
        if a.after != b.after:
            return _after(a), _after(b)
        return f"prints {_cut(repr(a.printed))}", f"prints {_cut(repr(b.printed))}"
    return _result(a), _result(b)


def _result(outcome: Outcome) -> str:
    if outcome.error is not None:
        message = f": {outcome.error.message}" if outcome.error.message else ""
        return f"raises {outcome.error.type}{_cut(message)}"
    return f"returns {_cut(show_value(outcome.value))}"


def _after(outcome: Outcome) -> str:
    if not outcome.after:
        return "leaves its arguments as they were"
    name, value = next(iter(sorted(outcome.after.items())))
    which = f"argument {int(name) + 1}" if name.isdigit() else name
    return f"changes {which} to {_cut(show_value(value))}"


def _cut(text: str) -> str:
    return plain_line(text if len(text) <= 200 else text[:197] + "...")
