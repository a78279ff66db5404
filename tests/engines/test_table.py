"""The table of engines in the README says what the registry says, which the conformance suite holds to."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engines import ENGINES
from app.engines.base import Capabilities
from app.library.traces import open_trace

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "chess clock": "stepping",
    "per-round counts": "rounds",
    "token ids": "token_ids",
    "logit gaps": "logits",
    "same random numbers in every lane": "sampling",
    "K changes without loading": "sets_k",
}
SAMPLES = sorted((ROOT / "resources" / "samples").glob("*.ndjson"))


def cell(can: Capabilities, name: str) -> str:
    if name == "rounds" and not can.rounds:
        return "at the end" if can.rounds_at_end else "sums at the end" if can.sums_at_end else "no"
    return "yes" if getattr(can, name) else "no"


def table() -> str:
    rows = [["engine", *COLUMNS], ["---"] * (len(COLUMNS) + 1)]
    for info in ENGINES.values():
        rows.append([info.title, *(cell(info.capabilities, name) for name in COLUMNS.values())])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_table_in_the_readme_is_the_registrys() -> None:
    assert table() in (ROOT / "README.md").read_text("utf-8")


def test_the_table_stands_in_one_place() -> None:
    page = (ROOT / "docs" / "engines.md").read_text("utf-8")
    assert "../README.md#engines" in page
    assert "| engine | chess clock |" not in page


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_race_is_whole_and_names_its_machine(path: Path) -> None:
    trace = open_trace(path)
    assert trace.complete
    assert trace.header.machine.gpus
    baseline, mtp = trace.state().lanes.values()
    assert baseline.text == mtp.text
    assert mtp.drafted >= mtp.accepted > 0
    assert trace.header.lanes[1].k == int(path.stem.rpartition("K=")[2])


def test_there_is_a_sample_for_each_k_of_both_engines() -> None:
    lanes = [open_trace(path).header.lanes[1] for path in SAMPLES]
    expected = [(engine, k) for engine in ("llama.cpp", "transformers") for k in range(1, 9)]
    assert sorted((lane.engine, lane.k) for lane in lanes) == expected
