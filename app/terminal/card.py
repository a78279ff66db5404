"""``mtp-race card``: a picture of a race for posting, with the trace inside."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.draw.card import card_png
from app.draw.look import DARK, LIGHT
from app.draw.offscreen import ensure_qt
from app.library.cards import pack, with_trace
from app.library.traces import trace_bytes, unreadable
from app.library.writing import write_whole
from app.present.view import RaceView
from app.race.problems import Problem, ProblemError
from app.race.trace import read_trace
from app.terminal.environment import OK, USAGE, Environment


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Writes the card and says what is in it. Returns the exit status; raises ProblemError where it cannot be made."""
    source: Path = arguments.trace
    target: Path = arguments.to or source.with_name(f"{source.stem}.card.png")
    if target.suffix.lower() != ".png":
        env.complain(Problem("ending-unknown", "A race card is a PNG picture.", action="Let its name end in .png."))
        return USAGE
    try:
        trace, packed = read_trace(trace_bytes(source)), pack(trace_bytes(source))
    except OSError as error:
        raise ProblemError(unreadable(source, error)) from error
    if not trace.header.lanes:
        raise ProblemError(Problem("trace-empty", "There is nothing in this trace.", trace.note))
    if trace.note:
        env.tell(f"mtp-race: {trace.note}")
    ensure_qt()
    look = DARK if arguments.theme == "dark" else LIGHT
    picture = with_trace(card_png(RaceView.of(trace), look, packed.sentence), packed)
    env.heed()
    write_whole(target, picture)
    env.say(str(target))
    env.tell(packed.sentence)
    return OK
