"""The behaviour verdict as a whole: stopped, not run, and what it says to do."""

from __future__ import annotations

import dataclasses
import json
import platform
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.sandbox.base import Available, Sandbox, SandboxRecipe, Unavailable, made_again
from app.sandbox.behaviour import Aspect, BehaviourVerdict, from_json
from app.sandbox.comparison import compare_replies, conclude
from app.sandbox.extract import Program
from app.sandbox.gate.gate import Access
from app.sandbox.interpreter import Interpreter
from app.sandbox.replies import Order, Reply
from app.sandbox.results import Job, RunResult
from app.sandbox.verify import carry_out, verify

NONE = Unavailable("There is no sandbox.", "Get one.")
PROGRAM = Reply("```python\nprint('hello')\n```")


class Recorded:
    """Not a sandbox: gives back a result that was written down, for endings that are hard to bring about."""

    name = "recorded"
    carries_gate = False

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        self.jobs: list[Job] = []

    def probe(self) -> Available:
        return Available(self.name)

    def recipe(self) -> SandboxRecipe:
        return SandboxRecipe(self.name, Interpreter(sys.executable), "")

    def run(self, job: Job, stop: threading.Event | None = None, gate: Access | None = None) -> RunResult:
        self.jobs.append(job)
        return RunResult(**self.fields)


def test_without_a_sandbox_nothing_is_run_and_it_says_why() -> None:
    found = verify(PROGRAM, PROGRAM, NONE)
    assert found.verdict is BehaviourVerdict.NOT_RUN
    assert found.sentence == "Not run: There is no sandbox."
    assert found.action == "Get one."
    assert found.program_a is not None
    assert found.run_a is None


def test_a_reply_without_a_program_is_not_run() -> None:
    box = Recorded(ended="exited")
    assert compare_replies(Reply("no"), PROGRAM, box).sentence == "Not run: The first reply holds no Python program."
    assert compare_replies(Reply("no"), Reply("no"), box).sentence == "Not run: Neither reply holds a Python program."
    assert box.jobs == []


def test_a_missing_scientific_package_says_how_to_get_it() -> None:
    box = Recorded(ended="exited", exit_code=1, missing_module="pandas")
    found = compare_replies(PROGRAM, PROGRAM, box)
    assert found.verdict is BehaviourVerdict.NOT_COMPARABLE
    assert found.sentence == "Not comparable: Both programs need the module pandas, which the sandbox does not have."
    assert "mtp-race sandbox setup" in found.action
    assert (found.lacks, found.python) == ("pandas", platform.python_version())


def test_the_packages_that_ran_are_in_the_record_with_their_versions(sandbox: Sandbox, tmp_path: Path) -> None:
    info = tmp_path / "answers-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: answers\nVersion: 1.5\n", encoding="utf-8")
    python = sandbox.recipe().python
    box = made_again(dataclasses.replace(sandbox.recipe(), python=Interpreter(python.python, str(tmp_path))))
    assert compare_replies(PROGRAM, PROGRAM, box).packages == {"answers": "1.5"}


def test_stopping_ends_a_verification_soon(sandbox: Sandbox) -> None:
    stop = threading.Event()
    timer = threading.Timer(0.4, stop.set)
    timer.start()
    endless = Reply("```python\nprint('hello')\nwhile True:\n    pass\n```")
    found = verify(endless, endless, sandbox, stop)
    timer.join()
    assert found.verdict is BehaviourVerdict.NOT_COMPARABLE
    assert "stopped" in found.sentence
    assert found.run_a is not None
    assert found.run_a.ended == "stopped"


def test_a_stop_that_came_before_the_start_runs_nothing_to_its_end(sandbox: Sandbox) -> None:
    stop = threading.Event()
    stop.set()
    found = verify(PROGRAM, PROGRAM, sandbox, stop)
    assert found.run_a is not None
    assert found.run_a.stdout == ""


def test_the_same_replies_give_the_same_evidence(sandbox: Sandbox) -> None:
    source = "import random\ndef roll(n: int):\n    return [random.random() for _ in range(n)]\nprint(roll(2))\n"
    a = Reply(f"```python\n{source}```")
    b = Reply(a.text.replace("range(n)", "range(n + 1)"))
    found = [verify(a, b, sandbox, inputs=30) for _ in range(2)]
    assert found[0].verdict is BehaviourVerdict.DIFFERENT
    assert found[0].functions == found[1].functions
    assert found[0].sentence == found[1].sentence


def test_a_counterexample_can_be_pasted(sandbox: Sandbox) -> None:
    source = "def last(items: list[int]) -> int | None:\n    return items[-1] if items else None\nprint(last([1, 2]))\n"
    a = Reply(f"```python\n{source}```")
    b = Reply(f"```python\n{source.replace('items[-1] if', 'items[len(items) - 2] if')}```")
    (example,) = verify(a, b, sandbox, inputs=40).counterexamples
    results = []
    for reply in (a, b):
        names: dict[str, Any] = {}
        exec(reply.text.removeprefix("```python\n").removesuffix("```"), names)
        results.append(eval(example.call_a, names))
    assert [example.a, example.b] == [f"returns {value}" for value in results]
    assert results[0] != results[1]


def test_a_verdict_is_stored_whole(sandbox: Sandbox) -> None:
    found = verify(PROGRAM, PROGRAM, sandbox)
    assert from_json(found.to_json()) == found
    with pytest.raises(msgspec.ValidationError):
        from_json(b'{"verdict": "fine", "sentence": ""}')


WHOLE, CUT = Program("x", "fenced"), Program("y", "fenced", cut_off=True)
FINE = Aspect("ending", "same", "Both programs end without an error.")
ENDLESS = Aspect("ending", "unclear", "Both programs were stopped at the time limit.")
PRINTED = Aspect("output", "same", "They print the same line.")


@pytest.mark.parametrize(
    ("aspects", "a", "b", "verdict"),
    [
        ([FINE, PRINTED], WHOLE, WHOLE, "same"),
        ([FINE, PRINTED], WHOLE, CUT, "not comparable"),
        ([FINE, PRINTED], CUT, CUT, "same"),
        ([FINE, Aspect("output", "different", "They differ.")], WHOLE, WHOLE, "different"),
        ([FINE, Aspect("output", "unclear", "It changes.")], WHOLE, WHOLE, "not comparable"),
        ([FINE, PRINTED, Aspect("functions", "unclear", "None.")], WHOLE, WHOLE, "same"),
        ([FINE, PRINTED, Aspect("functions", "different", "f differs.")], WHOLE, WHOLE, "different"),
        (
            [Aspect("ending", "unclear", "Time."), Aspect("functions", "different", "f differs.")],
            WHOLE,
            WHOLE,
            "different",
        ),
        ([Aspect("ending", "unclear", "Time."), PRINTED], WHOLE, WHOLE, "not comparable"),
    ],
)
def test_the_verdict_follows_from_what_was_compared(
    aspects: list[Aspect], a: Program, b: Program, verdict: str
) -> None:
    assert conclude(aspects, a, b, stopped=False)[0] == verdict
    assert conclude(aspects, a, b, stopped=True)[0] == "not comparable"


def script(code: str) -> list[str]:
    return [sys.executable, "-c", code]


ORDER = Order(a=PROGRAM, b=PROGRAM, unavailable=NONE)


def test_a_comparison_that_dies_is_said_with_its_last_words() -> None:
    found = carry_out(ORDER, None, script("raise SystemExit('no room')"))
    assert found.sentence == "Not comparable: the comparison itself ended early (no room)."
    assert carry_out(ORDER, None, script("import os; os._exit(7)")).sentence.endswith("(status 7).")
    assert "could not be read" in carry_out(ORDER, None, script("print('[1')")).sentence
    assert "could not be started" in carry_out(ORDER, None, ["/nowhere/python"]).sentence


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of processor time")
def test_a_comparison_that_hangs_is_ended_at_its_limit_of_processor_time() -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, -1))\n"
    found = carry_out(ORDER, None, script(limit + "while True: pass"))
    assert found.sentence == "Not comparable: what the programs wrote takes too long to be compared."


def test_a_comparison_that_does_not_hear_a_stop_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sandbox.verify.STOP_S", 0.1)
    stop = threading.Event()
    stop.set()
    assert "stopped" in carry_out(ORDER, stop, script("while True: pass")).sentence


def test_an_order_larger_than_a_pipe_arrives_whole() -> None:
    large = Order(a=Reply("x" * 3_000_000), b=PROGRAM, unavailable=NONE)
    code = "import sys, json; print(json.dumps({'verdict': 'same', 'sentence': str(len(sys.stdin.readline()))}))"
    assert int(carry_out(large, None, script(code)).sentence) > 3_000_000


def test_what_a_library_prints_is_no_part_of_the_answer() -> None:
    found = verify(PROGRAM, PROGRAM, NONE)
    assert json.loads(found.to_json())["sentence"] == "Not run: There is no sandbox."
