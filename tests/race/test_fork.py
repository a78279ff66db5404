"""What the fork view shows, from small hand-made lanes."""

from __future__ import annotations

from app.race.events import Done, Finish, LaneEvent, Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.fork import NEIGHBOURS, Call, Candidate, ForkStory, GapPoint, Side, fork_story, last_lines
from app.race.verdict import TokenVerdict, compare_tokens
from tests.race.builders import folded, lane_events, spec


def lane(tokens: list[Token], *, tail: str = "", finish: Finish = Finish.LENGTH) -> LaneState:
    events: list[LaneEvent] = [Prefilled(0, 10, 5, tokens[0])]
    events += [
        Round(10 + at, 11 + at, (token,), int(token.drafted), int(token.drafted)) for at, token in enumerate(tokens[1:])
    ]
    return folded([*events, Done(100, finish, tail)])


def story(ours: LaneState, theirs: LaneState) -> ForkStory:
    return fork_story((spec("baseline"), ours), (spec("mtp", 3), theirs), compare_tokens(ours, theirs))


COMMON = [Token(number, f"w{number} ", gap=3.0, runner_up=50) for number in range(30)]
OURS = [*COMMON, Token(70, " the", gap=0.02, runner_up=71), Token(72, " cat", gap=2.0)]
THEIRS = [*COMMON, Token(71, "\n a", drafted=True, gap=0.01, runner_up=70), Token(73, " dog", gap=1.0)]


def test_the_common_text_is_told_once_and_both_continuations_from_the_fork() -> None:
    told = story(lane(OURS), lane(THEIRS))
    assert told.verdict is TokenVerdict.NEAR_TIE_FORK
    assert told.at == told.common_tokens == 30
    assert told.common == "".join(token.text for token in COMMON)
    assert [side.text for side in told.sides] == [" the cat", "\n a dog"]


def test_both_candidates_are_named_with_the_lane_that_took_them() -> None:
    ours, theirs = story(lane(OURS), lane(THEIRS)).sides
    assert (ours.took.id, ours.runner_up.id) == (theirs.runner_up.id, theirs.took.id) == (70, 71)
    assert (ours.took.text, ours.runner_up.text) == (" the", "\n a")
    assert ours.took.shown == "\u2423the  (id 70)"
    assert theirs.took.shown == "\u21b5\u2423a  (id 71)"
    assert (ours.gap, theirs.gap) == (0.02, 0.01)
    assert (ours.origin, theirs.origin) == ("chosen by the full model", "drafted, and accepted by the full model")


def test_a_runner_up_that_nobody_wrote_is_told_by_its_id() -> None:
    theirs = [*COMMON, Token(71, "x", gap=0.01, runner_up=4040)]
    side = story(lane(OURS), lane(theirs)).sides[1]
    assert side.runner_up.shown == "id 4040"


def test_the_neighbours_reach_as_far_as_there_are_tokens() -> None:
    told = story(lane(OURS), lane(THEIRS))
    assert [point.at for point in told.neighbours] == list(range(30 - NEIGHBOURS, 32))
    at_fork = told.neighbours[NEIGHBOURS]
    assert (at_fork.at, at_fork.baseline, at_fork.lane) == (30, 0.02, 0.01)


def test_a_lane_that_ended_early_has_taken_no_token() -> None:
    told = story(lane(COMMON, finish=Finish.END), lane(THEIRS))
    assert told.at == 30
    assert told.sides[0].ended
    assert told.sides[0].took.shown == "not reported"
    assert told.sides[0].text == ""


def test_identical_lanes_show_the_whole_text_and_the_closest_calls_first() -> None:
    tokens = [
        Token(at, f"{at} ", gap=gap, runner_up=at + 1) for at, gap in enumerate((5.0, 0.4, 2.0, 0.1, 3.0, 9.0, 8.0))
    ]
    told = story(lane(tokens, tail="!"), lane(tokens, tail="!"))
    assert told.sides == ()
    assert told.common == "0 1 2 3 4 5 6 !"
    assert [(call.at, call.gap) for call in told.calls] == [(3, 0.1), (1, 0.4), (2, 2.0), (4, 3.0), (0, 5.0)]
    assert told.at == 3
    assert told.calls[0].runner_up.text == "4 "


def test_an_engine_without_logits_shows_no_calls_and_no_gaps() -> None:
    ours = folded(lane_events(range(9), gap=-1.0))
    told = story(ours, folded(lane_events(range(9), gap=-1.0)))
    assert not told.calls
    assert not told.neighbours
    assert told.at == -1


def test_the_noise_floor_is_told_as_measured_or_assumed() -> None:
    ours, theirs = lane(OURS), lane(THEIRS)
    assert "assumed: 0.05" in story(ours, theirs).floor_sentence
    theirs.noise_floor = 0.125
    assert "measured for this pair: 0.12 logits" in story(ours, theirs).floor_sentence
    theirs.noise_floor = 0.0
    assert "measured for this pair: none" in story(ours, theirs).floor_sentence


def test_last_lines_tell_how_many_were_left_out() -> None:
    assert last_lines("a\nb\nc", 2) == ("b\nc", 1)
    assert last_lines("a", 2) == ("a", 0)


def test_everything_that_is_told_of_a_fork() -> None:
    """The lanes part at the second of three tokens; the baseline's lead there is none, and the other's is not told."""
    first = Token(1, "a", gap=0.5, runner_up=9)
    ours = lane([first, Token(2, "b", gap=0.0, runner_up=3), Token(4, "c", gap=1.0)], tail="!")
    theirs = lane([first, Token(3, "d", drafted=True), Token(5, "e", gap=2.0)], tail="?")
    found = compare_tokens(ours, theirs)
    told = fork_story((spec("baseline"), ours), (spec("mtp", 3), theirs), found, index=2)
    assert found.sentence
    assert told == ForkStory(
        verdict=found.verdict,
        sentence=found.sentence,
        at=1,
        common="a",
        common_tokens=1,
        sides=(
            Side("Baseline", 0, Candidate(2, "b"), Candidate(3, "d"), False, 0.0, False, "bc!"),
            Side("MTP K=3", 2, Candidate(3, "d"), Candidate(-1, ""), False, None, True, "de?"),
        ),
        calls=(Call(0, 0.5, Candidate(1, "a"), Candidate(9, "")),),
        neighbours=(GapPoint(0, 0.5, 0.5), GapPoint(1, 0.0, None), GapPoint(2, 1.0, 2.0)),
        floor=found.noise_floor,
        measured=found.measured_floor,
    )
    assert [side.index for side in story(ours, theirs).sides] == [0, 1]


def test_a_fork_at_the_very_first_token_and_one_far_inside_have_their_neighbours() -> None:
    def parting(at: int) -> list[int]:
        ours = [Token(number, "x", gap=1.0) for number in range(60)]
        told = story(lane(ours), lane([*ours[:at], Token(99, "y", gap=1.0), *ours[at + 1 :]]))
        assert told.at == at
        return [point.at for point in told.neighbours]

    assert parting(0) == list(range(NEIGHBOURS + 1))
    assert parting(30) == list(range(30 - NEIGHBOURS, 30 + NEIGHBOURS + 1))


def test_a_choice_without_any_lead_is_the_closest_call() -> None:
    tokens = [Token(1, "a", gap=0.5, runner_up=2), Token(2, "b", gap=0.0, runner_up=1)]
    told = story(lane(tokens), lane(tokens))
    assert told.calls == (
        Call(1, 0.0, Candidate(2, "b"), Candidate(1, "a")),
        Call(0, 0.5, Candidate(1, "a"), Candidate(2, "b")),
    )
    assert last_lines("a b\nc d", 3) == ("a b\nc d", 0)
