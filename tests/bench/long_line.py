"""``python -m tests.bench.long_line``: what a frame of a lane's text costs while one line grows, in processor time.

A model that writes one long line must not cost more with every token. Prints the milliseconds of processor time a frame
after 500 and after 4,000 tokens of one line, and the ratio of the two; the exit status is 1 if it is above 2.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtWidgets import QApplication

from app.places import find_places
from app.race.events import Prefilled, Round, Token
from app.race.fold import LaneState
from app.ui.lane_text import LaneText
from app.ui.theme import Theme

MOST: Final = 2.0
"""The largest ratio that passes."""
_FRAMES, _EACH = 100, 4
WORDS: Final = (" the", " value", " of", " fibonacci", " numbers", ",", " and", " so")


def frame_ms(pane: LaneText, state: LaneState, app: QApplication) -> float:
    """Returns the processor time of one frame in ms, over the next frames of a state that grows."""
    began = time.process_time()
    for _ in range(_FRAMES):
        at = len(state.tokens)
        tokens = tuple(Token(1, WORDS[number % len(WORDS)], number % 3 > 0) for number in range(at, at + _EACH))
        state.apply(Round(at, at + 1, tokens, _EACH - 1, _EACH - 1))
        pane.sync(state)
        pane.step_scroll()
        app.processEvents()
    return (time.process_time() - began) / _FRAMES * 1e3


def main() -> int:
    """Measures and prints; returns 1 if the cost grows."""
    app = QApplication([])
    pane = LaneText(Theme(app, find_places().resources, forced="dark"), 1)
    pane.resize(620, 400)
    pane.show()
    state = LaneState()
    state.apply(Prefilled(0, 1, 3, Token(1, "It", False)))
    costs = {}
    while len(state.tokens) < 4000 + _FRAMES * _EACH:
        at = len(state.tokens)
        costs[at] = frame_ms(pane, state, app)
    early, late = (min(costs.items(), key=lambda item: abs(item[0] - at))[1] for at in (500, 4000))
    print(f"one line: {early:.2f} ms of processor time a frame after 500 tokens, {late:.2f} after 4,000")
    print(f"ratio: {late / early:.2f}, at most {MOST:g}")
    return 1 if late > MOST * early else 0


if __name__ == "__main__":
    sys.exit(main())
