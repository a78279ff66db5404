"""What the evaluation asks is not in the training data, and its requests are frozen."""

import json
import subprocess
import sys
from pathlib import Path

import chat
import pytest
from held_out import GROUPS, TOO_NEAR, digest, nearness, read_tasks, solves

ROOT = Path(__file__).parents[3]


def test_the_requests_are_those_that_the_shipped_evaluation_used():
    found = json.loads((ROOT / "resources/nano/eval.json").read_text())
    assert found["quality"]["requests_sha256"] == digest()
    assert all(part.get("requests_sha256", digest()) == digest() for part in found.values() if isinstance(part, dict))


@pytest.mark.parametrize("group", GROUPS)
def test_a_request_of_the_evaluation_and_one_that_is_nearly_the_same_are_recognised(group):
    for prompt, _ in read_tasks(group):
        assert nearness(prompt) == 1
        if len(prompt.split()) > 10:
            assert nearness(prompt.upper() + " Thanks!") >= TOO_NEAR


def test_training_requests_that_are_kept_are_not_near_to_any_of_the_evaluation(monkeypatch):
    monkeypatch.setattr(sys, "stdin", sys.stdin)  # what makes examples puts another one there
    monkeypatch.setenv("MPLBACKEND", "Agg")
    kept, dropped = chat.make((1500, 31, False))
    assert len(kept) > 1300
    assert dropped["near the evaluation"] < 15
    assert max(nearness(item["prompt"]) for item in kept if item["kind"] == "code") < TOO_NEAR


def test_a_program_that_solves_an_unseen_task_is_left_out_whatever_its_name():
    answer = "```python\ndef other(a):\n    return ''.join(c for c in a if c in 'aeiou')\n```"
    assert not chat.runs(answer, ())
    assert chat.runs(answer.replace("if c in", "if c not in"), ())


COUNT_HELD_OUT = """
import random
import chat
from tasks.check import code_of, run_code
from tasks.examples import code_example

rng, held, count = random.Random(12), 0, 0
while count < 250:
    example = code_example(rng)
    if "numpy" in example.answer or "pandas" in example.answer or "matplotlib" in example.answer:
        continue
    count += 1
    try:
        run_code(code_of(example), example.checks, chat.keep_apart)
    except chat.HeldOut:
        held += 1
print(held)
"""


def test_most_training_programs_solve_none_of_the_unseen_tasks():
    # In a process of its own, as training does it: what is too long is interrupted wherever it is.
    done = subprocess.run(
        [sys.executable, "-c", COUNT_HELD_OUT], cwd=ROOT / "packaging/nano", capture_output=True, text=True, check=True
    )
    assert int(done.stdout.split()[-1]) < 25
    assert solves(lambda n: n % 2) == ""
