"""The table of engines in the README says what the registry says, which the conformance suite holds to."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engines import ENGINES
from app.library.traces import open_trace
from app.worker.engine_names import engine_facts

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "resources" / "samples").glob("*.ndjson"))


def table() -> str:
    facts = {info.title: engine_facts(info) for info in ENGINES.values()}
    columns = next(iter(facts.values())).keys()
    rows = [["engine", *columns], ["---"] * (len(columns) + 1)]
    rows += [[title, *told.values()] for title, told in facts.items()]
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
