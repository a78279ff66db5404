"""The evaluation asks what no training template says, and judges by running."""

import evaluate
import pytest
from tasks.base import load_programs


def test_every_request_for_a_program_has_a_check():
    for group in evaluate.GROUPS:
        tasks = evaluate.read_tasks(group)
        assert len(tasks) == 40
        assert all(checks for _, checks in tasks)


def test_no_request_says_what_a_hand_written_program_says():
    known = {ask.lower().rstrip(".") for entry in load_programs() for ask in entry.asks if len(ask.split()) > 4}
    asked = [prompt for group in evaluate.GROUPS for prompt, _ in evaluate.read_tasks(group)]
    assert not [prompt for prompt in asked if any(ask in prompt.lower() for ask in known)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("```python\ndef f(x):\n    return x + 1\n```", {"parses": True, "runs": True, "right": True}),
        ("```python\ndef f(x):\n    return x\n```", {"parses": True, "runs": True, "right": False}),
        ("```python\ndef f(x):\n    return x + 1\n\nf('a')\n```", {"parses": True, "runs": False, "right": False}),
        ("```python\ndef f(x:\n```", {"parses": False, "runs": False, "right": False}),
        ("```python\ndef g(x):\n    return 2\n```", {"parses": True, "runs": True, "right": False}),
    ],
)
def test_an_answer_is_judged_by_running_it(answer, expected):
    assert evaluate.judge(answer, ["f(1) == 2"]) == expected
