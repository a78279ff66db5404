"""Whether the window runs the programs of a race is decided by its answers, whatever the prompt was."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.present.view import RaceView
from app.ui.behaviour_check import BehaviourCheck
from app.ui.same_strip import SameStrip
from app.ui.theme import Theme
from tests.ui import synthetic


def finished(workload: str, tokens: int) -> RaceView:
    head = synthetic.header(workload=workload)
    view = RaceView(head)
    view.apply(synthetic.records(head, tokens))
    return view


@pytest.mark.parametrize(
    ("workload", "tokens", "runs"),
    [("custom", 120, True), ("english", 120, True), ("custom", 3, False), ("code", 3, True)],
)
def test_an_own_prompt_whose_answer_is_a_program_is_checked(
    theme: Theme, qtbot: QtBot, workload: str, tokens: int, runs: bool
) -> None:
    strip = SameStrip(theme)
    qtbot.addWidget(strip)
    check = BehaviourCheck(strip)
    check.run(finished(workload, tokens), None)
    assert check.running is runs
    check.forget()
    assert not check.running
