"""Names of races and sweeps for people."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.present.naming import dated_name, first_words, is_automatic, local_time, race_name, sweep_ended, sweep_name
from app.race.lanes import Request
from app.race.sweep_result import SweepResult
from app.race.trace import Header
from tests.draw.sweeps import sweep

TITLES = {"code": "Code: memoized Fibonacci"}


def test_a_race_is_called_after_its_prompt_or_the_first_words_of_the_users_own() -> None:
    assert race_name(Header(prompt_name="code"), TITLES) == "Code: memoized Fibonacci"
    own = Header(prompt_name="custom", request=Request(prompt="Write a poem\nabout the sea."))
    assert race_name(own, TITLES) == "Write a poem about the sea."
    assert race_name(msgspec.structs.replace(own, request=Request(prompt=" ")), TITLES) == "Your prompt"
    assert race_name(Header(prompt_name="gone"), TITLES) == "gone"
    assert race_name(Header(), TITLES) == "A race"


def test_a_sweep_is_called_after_its_time_its_pair_and_its_prompts() -> None:
    found = sweep()
    assert found.prompts[0].title.partition(":")[0] in sweep_name(found)
    assert (found.pair_title or found.pair) in sweep_name(found)
    assert sweep_name(SweepResult()) == "A sweep"


def test_a_sweep_that_ended_says_how_many_heats_it_had() -> None:
    assert sweep_ended(SweepResult()) == "The sweep ended without a result."
    assert "after 1 heat." in sweep_ended(SweepResult(heats=1))
    assert "after 2 heats." in sweep_ended(SweepResult(heats=2))


def test_races_of_one_prompt_are_told_apart_by_their_time() -> None:
    assert dated_name("Code", "2026-01-02T12:04:05") == "Code · 2 Jan 2026, 12:04"
    assert dated_name("Code", "no time") == "Code"


def test_names_that_the_app_made_are_known() -> None:
    assert is_automatic("20261201-125346-nano")
    assert not is_automatic("my best race")


@given(st.text())
def test_first_words_are_one_short_line(text: str) -> None:
    words = first_words(text)
    assert "\n" not in words
    assert len(words) <= 60


@given(st.text(max_size=40))
def test_a_time_that_is_none_is_none(text: str) -> None:
    local_time(text)
