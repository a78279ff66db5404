"""What other K and other policies would have run at, in the terminal."""

from __future__ import annotations

from pathlib import Path

from app.race.events import Prefilled, Round, Token
from app.race.trace import Record, Trace, TraceWriter
from tests.present.races import AUTO, BASE, K5, RACES, run, trace
from tests.terminal.conftest import Terminal

MS = 1_000_000


def written(made: Trace, path: Path) -> Path:
    with path.open("wb") as sink:
        writer = TraceWriter(sink, made.header)
        for record in made.records:
            writer.write(record)
        writer.close()
    return path


def steered() -> Trace:
    """A race whose auto lane tells its drafts: six tokens a round, of which the last one was not tried."""
    plain, five = run(10), run(24, ((5, 5), (5, 1), (5, 3)))
    lane, at = run(16, ((5, 5), (5, 3))), 0
    events = []
    for event in lane:
        if isinstance(event, Round):
            ids = [token.id for token in event.tokens]
            right = [*ids[: event.accepted], *([at + event.accepted + 1] if event.accepted == event.drafted else [-1])]
            drafts = tuple([*right, *[-1] * 6][: event.drafted + 1])
            certainty = tuple(0.95 if draft >= 0 else 0.4 for draft in drafts)
            event = Round(
                event.start_ns,
                event.end_ns,
                event.tokens,
                event.drafted,
                event.accepted,
                event.draft_ns,
                event.verify_ns,
                certainty=certainty,
                drafts=drafts,
            )
            at += event.emitted
        events.append(event)
    return trace([BASE, K5, AUTO], [[plain, five, events]], "clock")


def test_predictions_and_a_replay_under_every_policy_are_printed(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal("show", written(steered(), tmp_path / "race.ndjson"), "--what-if") == 0
    told = " ".join(terminal.out.split())
    assert "At the acceptance of this race" in told
    assert "A replay of this text at these costs: K = " in told
    for name in ("K = 1", "K = 8", "heuristic", "adaptive", "auto"):
        assert name in told
    assert "Costs are of this race" in told


def test_a_race_without_such_a_lane_has_the_predictions_alone(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal("show", written(RACES["chess clock"](), tmp_path / "race.ndjson"), "--what-if") == 0
    assert "At the acceptance of this race" in terminal.out
    assert "replay" not in terminal.out


def test_a_race_that_times_no_parts_says_why_there_is_none(terminal: Terminal, tmp_path: Path) -> None:
    made = trace([BASE], [[[Prefilled(0, MS, 3, Token(0, "a"))]]], "clock")
    assert isinstance(made.records[0], Record)
    assert terminal("show", written(made, tmp_path / "race.ndjson"), "--what-if") == 1
    assert "does not allow a what-if" in terminal.err
