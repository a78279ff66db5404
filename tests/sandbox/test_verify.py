"""The behaviour verdict as a whole: stopped, not run, and what it says to do."""

import threading

import msgspec
import pytest

from app.sandbox.base import Available, Unavailable
from app.sandbox.behaviour import Aspect, BehaviourVerdict, from_json
from app.sandbox.extract import Program
from app.sandbox.results import RunResult
from app.sandbox.verify import Reply, conclude, verify

NONE = Unavailable("There is no sandbox.", "Get one.")
PROGRAM = Reply("```python\nprint('hello')\n```")


class Recorded:
    """Not a sandbox: gives back a result that was written down, for endings that are hard to bring about."""

    name = "recorded"

    def __init__(self, **fields):
        self.fields = fields
        self.jobs = []

    def probe(self):
        return Available(self.name)

    def run(self, job, stop=None):
        self.jobs.append(job)
        return RunResult(**self.fields)


def test_without_a_sandbox_nothing_is_run_and_it_says_why():
    found = verify(PROGRAM, PROGRAM, NONE)
    assert found.verdict is BehaviourVerdict.NOT_RUN
    assert found.sentence == "Not run: There is no sandbox."
    assert found.action == "Get one."
    assert found.program_a is not None
    assert found.run_a is None


def test_a_reply_without_a_program_is_not_run():
    box = Recorded(ended="exited")
    assert verify(Reply("no"), PROGRAM, box).sentence == "Not run: The first reply holds no Python program."
    assert verify(Reply("no"), Reply("no"), box).sentence == "Not run: Neither reply holds a Python program."
    assert box.jobs == []


def test_a_missing_scientific_package_says_how_to_get_it():
    box = Recorded(ended="exited", exit_code=1, missing_module="pandas")
    found = verify(PROGRAM, PROGRAM, box)
    assert found.verdict is BehaviourVerdict.NOT_COMPARABLE
    assert found.sentence == "Not comparable: Both programs need the module pandas, which the sandbox does not have."
    assert "mtp-race sandbox setup" in found.action


def test_stopping_ends_a_verification_soon(sandbox):
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


def test_a_stop_that_came_before_the_start_runs_nothing_to_its_end(sandbox):
    stop = threading.Event()
    stop.set()
    found = verify(PROGRAM, PROGRAM, sandbox, stop)
    assert found.run_a is not None
    assert found.run_a.stdout == ""


def test_the_same_replies_give_the_same_evidence(sandbox):
    source = "import random\ndef roll(n: int):\n    return [random.random() for _ in range(n)]\nprint(roll(2))\n"
    a = Reply(f"```python\n{source}```")
    b = Reply(a.text.replace("range(n)", "range(n + 1)"))
    found = [verify(a, b, sandbox, inputs=30) for _ in range(2)]
    assert found[0].verdict is BehaviourVerdict.DIFFERENT
    assert found[0].functions == found[1].functions
    assert found[0].sentence == found[1].sentence


def test_a_counterexample_can_be_pasted(sandbox):
    source = "def last(items: list[int]) -> int | None:\n    return items[-1] if items else None\nprint(last([1, 2]))\n"
    a = Reply(f"```python\n{source}```")
    b = Reply(f"```python\n{source.replace('items[-1] if', 'items[len(items) - 2] if')}```")
    (example,) = verify(a, b, sandbox, inputs=40).counterexamples
    results = []
    for reply in (a, b):
        names = {}
        exec(reply.text.removeprefix("```python\n").removesuffix("```"), names)
        results.append(eval(example.call_a, names))
    assert [example.a, example.b] == [f"returns {value}" for value in results]
    assert results[0] != results[1]


def test_a_verdict_is_stored_whole(sandbox):
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
def test_the_verdict_follows_from_what_was_compared(aspects, a, b, verdict):
    assert conclude(aspects, a, b, stopped=False)[0] == verdict
    assert conclude(aspects, a, b, stopped=True)[0] == "not comparable"
