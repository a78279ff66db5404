"""What is said of a lane that ends its drafts itself."""

from __future__ import annotations

from app.present.result import summarize
from app.present.steering import round_words
from app.present.view import RaceView
from app.race.events import Halt, Round
from tests.present.races import RACES

STEERED = "a lane that ends its drafts"


def test_a_round_tells_what_was_not_tried_and_why_it_ended() -> None:
    item = Round(0, 5_000_000, (), 2, 1, 1_000_000, 3_000_000, certainty=(0.9, 0.8, 0.1), halt=Halt.CERTAINTY)
    assert round_words(4, item) == (
        "Round 5: drafted 3, tried 2 of them, accepted 1, 5.0 ms\ndraft 1.0 ms, verify 3.0 ms\n"
        "no more were drafted: the next token was too doubtful"
    )


def test_a_round_that_was_not_decided_draft_by_draft_tells_no_reason() -> None:
    assert round_words(0, Round(0, 5_000_000, (), 2, 1)).startswith("Round 1: drafted 2, accepted 1, 5.0 ms")
    assert round_words(1, Round(0, 5_000_000, ())) == "Step 2: one token in 5.0 ms"


def test_it_says_where_it_drafted_and_how_it_stands_to_the_best_fixed_k() -> None:
    view = RaceView.of(RACES[STEERED]())
    said = view.steering(view.lanes[3])
    assert said.startswith("MTP auto drafted ")
    rates = [view.figures(lane).tps or 0.0 for lane in view.lanes]
    best = max(rates[1:3])
    assert f"{rates[3] / best:.2f}× the best fixed K that raced, K = {2 if rates[1] == best else 5}." in said
    assert said in view.reason
    assert not view.steering(view.lanes[1])


def test_scripts_get_the_reasons_and_what_was_made() -> None:
    found = summarize(RaceView.of(RACES[STEERED]()), None)["lanes"]
    assert set(found["mtp-auto"]["halts"]) == {"certainty", "cost"}
    assert found["mtp-auto"]["made"] > found["mtp-auto"]["drafted"]
    assert "halts" not in found["mtp-k2"]
