"""Where a lane drafted much and where little."""

from __future__ import annotations

from collections.abc import Sequence

from app.race.events import Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.steered import Where, spreads


def run(*rounds: tuple[str, int]) -> LaneState:
    """A run of rounds: what each wrote, and how much it drafted."""
    state = LaneState()
    state.apply(Prefilled(0, 1, 3, Token(0, "")))
    for number, (text, drafted) in enumerate(rounds):
        state.apply(Round(number, number + 1, (Token(1, text),), drafted, 0))
    return state


def kinds(found: Sequence[object]) -> list[object]:
    return [getattr(item, "where", None) for item in found]


def test_the_kinds_with_the_most_and_the_fewest_drafts_are_told_apart() -> None:
    words = [(" " + "abcdefgh"[at] * 3, 1) for at in range(8)]
    signs = [("):\n", 6), ("(", 8), ("=", 7), ("\n", 6)]
    numbers = [("12", 3)] * 4
    most, least = spreads([run(*words, *signs, *numbers)], "")
    assert (most.where, most.low, most.high) == (Where.SIGNS, 6, 7)
    assert (least.where, least.low, least.high) == (Where.NEW, 1, 1)


def test_a_word_is_new_once_and_not_if_the_prompt_has_it() -> None:
    text = [("alpha ", 1)] * 3 + [("beta ", 1)] * 3
    found = spreads([run(*text, *[("1", 5)] * 4)], "beta")
    assert kinds(found) == [Where.NUMBERS, Where.WORDS]  # alpha was new only once, which is too seldom to tell


def test_where_no_kinds_differ_there_is_one_spread_of_all_rounds() -> None:
    (found,) = spreads([run(*[("1", 2), ("(", 2), ("x", 3)] * 4)], "")
    assert (found.where, found.low, found.high) == (None, 2, 3)


def test_of_a_few_rounds_nothing_is_said() -> None:
    assert spreads([run(("x", 3), ("y", 3))], "") == ()


def test_japanese_is_a_kind_of_its_own() -> None:
    found = spreads([run(*[("\u518d\u5e30", 1)] * 4, *[("(", 4)] * 4)], "")
    assert kinds(found) == [Where.SIGNS, Where.CJK]
