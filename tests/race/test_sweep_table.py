"""The table of a sweep, read back as any program would."""

from __future__ import annotations

import csv
import io

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


def test_a_name_is_never_a_formula() -> None:
    cell = Cell(prompt="p", lane="=1+1", title="t", k=1)
    prompt = PromptResult(prompt="p", title="t", workload="w", language="l", cells=(cell,))
    assert "'=1+1" in sweep_csv(SweepResult(prompts=(prompt,)))
    assert ",=1+1" not in sweep_csv(SweepResult(prompts=(prompt,)))
