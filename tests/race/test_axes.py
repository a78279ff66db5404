"""Conditions as they are written on the command line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.axes import AXES, GEMMA_SAMPLING, MOST_DEPTH, Setting, depth_word, parse_axis
from app.race.lanes import Sampling


@pytest.mark.parametrize(
    ("text", "words", "settings"),
    [
        ("context=0,256,1k", ["0", "256", "1k"], [Setting(depth=0), Setting(depth=256), Setting(depth=1024)]),
        ("context=2048", ["2k"], [Setting(depth=2048)]),
        (
            "temperature=0,0.70,gemma,1.0/40/0.9",
            ["0", "0.7", "gemma", "1/40/0.9"],
            [
                Setting(sampling=Sampling()),
                Setting(sampling=Sampling(0.7)),
                Setting(sampling=GEMMA_SAMPLING),
                Setting(sampling=Sampling(1.0, 40, 0.9)),
            ],
        ),
        ("cache=F16,q8_0", ["f16", "q8_0"], [Setting(cache="f16"), Setting(cache="q8_0")]),
        ("gpu-layers=0,all", ["0", "all"], [Setting(gpu_layers=0), Setting(gpu_layers=-1)]),
        ("threads=1, 2", ["1", "2"], [Setting(threads=1), Setting(threads=2)]),
        ("thinking", ["off", "on"], [Setting(thinking=False), Setting(thinking=True)]),
        ("drafter=own,q4_0", ["own", "q4_0"], [Setting(drafter=""), Setting(drafter="q4_0")]),
    ],
)
def test_a_condition_is_read_with_its_values_in_their_usual_spelling(
    text: str, words: list[str], settings: list[Setting]
) -> None:
    axis = parse_axis(text)
    assert [value.word for value in axis.values] == words
    assert [value.setting for value in axis.values] == settings
    assert parse_axis(axis.text) == axis


@pytest.mark.parametrize("name", AXES)
def test_a_name_alone_takes_the_usual_values(name: str) -> None:
    assert [value.word for value in parse_axis(name).values] == list(AXES[name].usual)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("heat=1", "'heat' is none of context"),
        ("context=-1", "'-1' is not a whole number"),
        (f"context={MOST_DEPTH + 1}", "is not a whole number"),
        ("context=1k,1024", "names a value twice"),
        ("context=²", "is not a whole number"),
        ("temperature=hot", "'hot' is no temperature"),
        ("temperature=1/2", "'1/2' is no temperature"),
        ("temperature=nan", "'nan' is no temperature"),
        ("temperature=6", "'6' is no temperature"),
        ("cache=q5_1", "'q5_1' is none of f16"),
        ("threads=0", "'0' is not a whole number from 1"),
        (f"threads={','.join(map(str, range(1, 14)))}", "names 13 values"),
    ],
)
def test_what_is_no_condition_is_told_in_words(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("'", ".")):
        parse_axis(text)


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(ValueError):
        axis = parse_axis(text)
        assert axis.values
        assert parse_axis(axis.text) == axis


@given(st.integers(0, MOST_DEPTH))
def test_the_word_of_a_depth_says_the_depth(depth: int) -> None:
    assert parse_axis(f"context={depth_word(depth)}").values[0].setting.depth == depth
