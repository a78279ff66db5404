"""The table of a sweep, read back as any program would."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.lanes import KPolicy
from app.race.statistics import Interval
from app.race.sweep_result import Cell, PromptResult, SweepResult
from app.race.sweep_table import COLUMNS, sweep_csv

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20)
cells = st.builds(
    Cell,
    prompt=WORDS,
    lane=WORDS,
    title=WORDS,
    k=st.integers(1, 16),
    policy=st.sampled_from(KPolicy),
    speedup=st.none() | st.builds(Interval, NUMBERS, NUMBERS, NUMBERS, st.integers(0, 9), st.just("t")),
    ratios=st.lists(NUMBERS, max_size=4).map(tuple),
    decode_tps=NUMBERS,
    accepted_per_round=st.none() | NUMBERS,
    predicted=st.none() | NUMBERS,
    position_rates=st.lists(NUMBERS, max_size=5).map(tuple),
)
prompts = st.builds(
    PromptResult,
    prompt=WORDS,
    title=WORDS,
    workload=WORDS,
    language=WORDS,
    cells=st.lists(cells, max_size=4).map(tuple),
)


@given(st.builds(SweepResult, pair=WORDS, prompts=st.lists(prompts, max_size=3).map(tuple)))
def test_each_cell_is_a_line_that_reads_back(result: SweepResult) -> None:
    rows = list(csv.reader(io.StringIO(sweep_csv(result), newline="")))
    assert tuple(rows[0]) == COLUMNS
    expected = [cell for prompt in result.prompts for cell in prompt.cells]
    assert len(rows) - 1 == len(expected)
    for row, cell in zip(rows[1:], expected, strict=True):
        found = dict(zip(COLUMNS, row, strict=True))
        assert found["lane"].removeprefix("'") == cell.lane.removeprefix("'")
        assert found["k"] == str(cell.k)
        assert "nan" not in (found["speedup"], found["low"], found["high"], found["predicted"])
        assert "inf" not in (found["speedup"], found["low"], found["high"], found["predicted"])


def row(cell: Cell, **of_prompt: object) -> dict[str, str]:
    prompt = PromptResult(prompt="p", title="t", workload="w", language="l", cells=(cell,), **of_prompt)  # type: ignore[arg-type]
    text = sweep_csv(SweepResult(pair="nano", prompts=(prompt,)))
    (found,) = csv.DictReader(io.StringIO(text, newline=""))
    return found


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_name_is_never_a_formula(first: str) -> None:
    assert row(Cell(prompt="p", lane=f"{first}1+1", title="t", k=1))["lane"] == f"'{first}1+1"


def test_every_number_of_a_cell_stands_in_its_own_column() -> None:
    cell = Cell(
        prompt="p",
        lane="mtp-k3",
        title="t",
        k=3,
        speedup=Interval(1.5, 0.75, 1.75, 3, "t"),
        ratios=(1.4, 1.5, 1.6),
        decode_tps=150.25,
        accepted_per_round=2.5,
        mean_k=2.75,
        position_rates=(0.5, math.nan, 1 / 3),
        predicted=1.625,
        break_even=1.875,
        identical=2,
        forks=1,
        prefill_tps=901.5,
        joules_per_token=0.125,
        watts=12.5,
    )
    found = row(
        cell,
        condition="4k",
        baseline_tps=100.123456,
        joules_per_token=0.25,
        watts=25.5,
        characters_per_token=3.5,
        prefill_tps=900.5,
        best="mtp-k3",
    )
    assert found == {
        "pair": "nano",
        "prompt": "p",
        "condition": "4k",
        "workload": "w",
        "lane": "mtp-k3",
        "policy": "fixed",
        "k": "3",
        "speedup": "1.5",
        "low": "0.75",
        "high": "1.75",
        "heats": "3",
        "tokens_per_second": "150.25",
        "baseline_tokens_per_second": "100.123",
        "joules_per_token": "0.125",
        "baseline_joules_per_token": "0.25",
        "watts": "12.5",
        "baseline_watts": "25.5",
        "characters_per_token": "3.5",
        "prefill_tokens_per_second": "901.5",
        "baseline_prefill_tokens_per_second": "900.5",
        "accepted_per_round": "2.5",
        "mean_k": "2.75",
        "predicted": "1.625",
        "break_even": "1.875",
        "identical": "2",
        "forks": "1",
        "best": "yes",
        "position_rates": "0.5 ? 0.333333",
    }


def test_what_is_not_known_is_empty() -> None:
    found = row(Cell(prompt="p", lane="mtp-k3", title="t", k=3, speedup=Interval(1.5, 0.0, math.inf, 1, "none")))
    known = {"pair", "prompt", "workload", "lane", "policy", "k", "speedup"}
    zeros = {"heats", "tokens_per_second", "baseline_tokens_per_second", "mean_k", "identical", "forks"}
    assert {name for name, value in found.items() if value == "0"} == zeros
    assert {name for name, value in found.items() if value == ""} == set(COLUMNS) - known - zeros
