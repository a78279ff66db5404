"""The comparison itself: both programs are taken from their replies, run in a sandbox and compared. See verify.py."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from app.sandbox.base import NO_GATE, Available, Sandbox, Unavailable
from app.sandbox.behaviour import Aspect, Behaviour, BehaviourVerdict, FunctionPair
from app.sandbox.compare import (
    compare_ending,
    compare_errors,
    compare_figures,
    compare_files,
    compare_output,
)
from app.sandbox.environment import versions_in
from app.sandbox.extract import Program, extract
from app.sandbox.gate.words import fetching_action
from app.sandbox.interpreter import Layout, layout
from app.sandbox.matching import match_functions
from app.sandbox.packages import SCIENTIFIC, package_of
from app.sandbox.plain import plain_line
from app.sandbox.replies import INPUTS, SEED, Reply
from app.sandbox.results import Job, Limits, RunResult
from app.sandbox.runs import BothPrograms

if TYPE_CHECKING:
    from app.sandbox.gate.gate import FetchGate


def compare_replies(
    a: Reply,
    b: Reply,
    sandbox: Sandbox | Unavailable,
    stop: threading.Event | None = None,
    *,
    limits: Limits | None = None,
    seed: int = SEED,
    inputs: int = INPUTS,
    gate: FetchGate | None = None,
    live: bool = False,
) -> Behaviour:
    """Whether the programs in two replies do the same, as verify.verify says, but in this process.

    Never raises for what is in the replies, and runs nothing without a working sandbox. With a `gate` they may fetch;
    `live`: from the world what is not in its recording.
    """
    started = time.monotonic()
    programs = extract(a.text, hit_limit=a.hit_limit), extract(b.text, hit_limit=b.hit_limit)
    found = _not_run(programs, sandbox)
    if found is None and not isinstance(sandbox, Unavailable) and programs[0] and programs[1]:
        both = BothPrograms(sandbox, stop, gate if sandbox.carries_gate else None)
        found = _Verification(programs[0], programs[1], both, limits or Limits(), seed, inputs).verdict(live=live)
        python = sandbox.recipe().python
        known = layout(python.python)
        found = msgspec.structs.replace(
            found,
            action=found.action if both.gate is gate else f"{NO_GATE} {found.action}".strip(),
            sandbox=sandbox.name,
            python=known.release if isinstance(known, Layout) else "",
            packages=versions_in(python.packages),
        )
    assert found is not None
    return msgspec.structs.replace(
        found, program_a=programs[0], program_b=programs[1], seconds=time.monotonic() - started
    )


def _not_run(programs: tuple[Program | None, Program | None], sandbox: Sandbox | Unavailable) -> Behaviour | None:
    """Why nothing is run, or None."""
    if programs == (None, None):
        return not_run("Neither reply holds a Python program.")
    if None in programs:
        who = "first" if programs[0] is None else "second"
        return not_run(f"The {who} reply holds no Python program.")
    answer = sandbox if isinstance(sandbox, Unavailable) else sandbox.probe()
    if not isinstance(answer, Available):
        return not_run(answer.reason, answer.action)
    return None


def not_run(reason: str, action: str = "") -> Behaviour:
    """The verdict where nothing was tried. `reason` and `action` are sentences."""
    return Behaviour(verdict=BehaviourVerdict.NOT_RUN, sentence=f"Not run: {reason}", action=action)


class _Verification:
    """The steps of one verification, which share what the runs before them found."""

    def __init__(
        self,
        a: Program,
        b: Program,
        both: BothPrograms,
        limits: Limits,
        seed: int,
        inputs: int,
    ) -> None:
        self._a, self._b = a, b
        self._both = both
        self._limits, self._seed, self._inputs = limits, seed, inputs

    def verdict(self, *, live: bool) -> Behaviour:
        run_a, run_b = self._both.run_and_fetch(self._jobs(self._seed), live=live)
        ending = compare_ending(run_a, run_b)
        figures, pairs = compare_figures(run_a, run_b)
        aspects = [ending, self._output(run_a, run_b)]
        aspects += [aspect for aspect in (compare_errors(run_a, run_b), compare_files(run_a, run_b), figures) if aspect]
        functions: tuple[FunctionPair, ...] = ()
        matches, rest_a, rest_b = match_functions(run_a.functions, run_b.functions)
        if matches and self._a.source != self._b.source and not self._stopped():
            from app.sandbox.differential import Both, compare_functions  # it makes inputs, whose library loads slowly

            demo = [*run_a.demo_calls, *run_b.demo_calls]
            pair = Both(self._a.source, self._b.source, self._both, self._limits)
            functions = compare_functions(matches, demo, pair, self._seed, self._inputs)
            aspects.append(_functions_aspect(functions))
        gate = self._both.gate
        fetched = gate.fetched if gate is not None else ()
        verdict, sentence = conclude(aspects, self._a, self._b, stopped=self._stopped())
        return Behaviour(
            verdict=verdict,
            sentence=sentence,
            action=_action(run_a, run_b) or fetching_action(fetched, (run_a, run_b), gate=gate is not None),
            lacks=_lacking(run_a, run_b),
            aspects=tuple(aspects),
            run_a=_without_outcomes(run_a),
            run_b=_without_outcomes(run_b),
            figures=pairs,
            functions=functions,
            unmatched_a=rest_a,
            unmatched_b=rest_b,
            fetched=fetched,
            data_note=_data_note(gate),
        )

    def _jobs(self, seed: int) -> list[Job]:
        return [Job(source=program.source, limits=self._limits, seed=seed) for program in (self._a, self._b)]

    def _output(self, run_a: RunResult, run_b: RunResult) -> Aspect:
        """Compare the output; when it differs, see first whether it changes from run to run anyway."""
        output = compare_output(run_a, run_b)
        ended = run_a.ended == run_b.ended == "exited"
        if output.verdict == "different" and ended and not self._stopped():
            output = compare_output(run_a, run_b, self._both.run(self._jobs(self._seed + 1)))
        return output

    def _stopped(self) -> bool:
        return self._both.stop is not None and self._both.stop.is_set()


def _without_outcomes(run: RunResult) -> RunResult:
    """The run as it is stored: the figures are kept as pairs, and the calls' outcomes are in the function pairs."""
    files = tuple(msgspec.structs.replace(file, data=None) for file in run.files)
    return msgspec.structs.replace(run, files=files, drawn=(), outcomes=())


def _functions_aspect(functions: Sequence[FunctionPair]) -> Aspect:
    """The functions in one sentence: the first difference, else how many agree."""
    for pair in functions:
        if pair.verdict == "different":
            return Aspect("functions", "different", pair.sentence)
    same = [pair for pair in functions if pair.verdict == "same"]
    if not same:
        return Aspect("functions", "unclear", "No function could be compared.")
    inputs = sum(pair.agreed for pair in same)
    count = "One function agrees" if len(same) == 1 else f"{len(same)} functions agree"
    return Aspect("functions", "same", f"{count} on {inputs} {'input' if inputs == 1 else 'inputs'}.")


def conclude(aspects: Sequence[Aspect], a: Program, b: Program, *, stopped: bool) -> tuple[BehaviourVerdict, str]:
    """The verdict from what was compared, and its sentence.

    A program that was cut off, or an ending that says nothing, makes the rest not comparable - unless a function
    differs, which shows a difference however the demos went.
    """
    by_name = {aspect.name: aspect for aspect in aspects}
    if stopped:
        return BehaviourVerdict.NOT_COMPARABLE, "Not comparable: stopped before both programs had been compared."
    functions = by_name.get("functions")
    if (a.cut_off or b.cut_off) and a.source != b.source:
        who = (
            "Both programs were" if a.cut_off and b.cut_off else f"The {'first' if a.cut_off else 'second'} program was"
        )
        return BehaviourVerdict.NOT_COMPARABLE, f"Not comparable: {who} cut off by the token limit."
    ending = by_name["ending"]
    if ending.verdict == "unclear":
        if functions is not None and functions.verdict == "different":
            return BehaviourVerdict.DIFFERENT, functions.sentence
        more = f" {functions.sentence}" if functions is not None and functions.verdict == "same" else ""
        return BehaviourVerdict.NOT_COMPARABLE, f"Not comparable: {ending.sentence}{more}"
    different = [aspect for aspect in aspects if aspect.verdict == "different"]
    if different:
        return BehaviourVerdict.DIFFERENT, different[0].sentence
    unclear = [aspect for aspect in aspects if aspect.verdict == "unclear" and aspect.name != "functions"]
    if unclear:
        return BehaviourVerdict.NOT_COMPARABLE, f"Not comparable: {unclear[0].sentence}"
    return _same(aspects, a, b)


def _same(aspects: Sequence[Aspect], a: Program, b: Program) -> tuple[BehaviourVerdict, str]:
    parts = [aspect.sentence for aspect in aspects if aspect.verdict == "same"]
    silent = "Neither prints anything." in parts
    if silent and a.source != b.source and not any(x.name in ("figures", "files", "functions") for x in aspects):
        return BehaviourVerdict.NOT_COMPARABLE, "Not comparable: neither program shows or defines anything to compare."
    return BehaviourVerdict.SAME, " ".join(parts)


def _data_note(gate: FetchGate | None) -> str:
    """What the recording says of its data, where a program got some of it."""
    if gate is None or not any(one.recorded for one in gate.fetched):
        return ""
    return plain_line(gate.recording.header.note)


def _lacking(a: RunResult, b: RunResult) -> str:
    """The package that a program wanted and that can be brought; empty for none."""
    missing = a.missing_module or b.missing_module
    return (package_of(missing) or "") if missing else ""


def _action(a: RunResult, b: RunResult) -> str:
    lacks = _lacking(a, b)
    if lacks in SCIENTIFIC:
        return "Install numpy, pandas and matplotlib for the sandbox: mtp-race sandbox setup."
    return f"Install {lacks} for the sandbox: mtp-race sandbox setup {lacks}." if lacks else ""
