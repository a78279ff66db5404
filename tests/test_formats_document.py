"""``docs/formats.md`` says what the code does: every field of every struct, and none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from app.library.traces import open_trace
from app.models.forecast.shape import ModelShape
from app.models.pairs import ModelFile, ModelSource, MoreDrafters, Pair
from app.models.registry.servers import ServerTable
from app.present.result import summarize
from app.present.view import RaceView
from app.race.events import LaneEvent, Token
from app.race.forecast import Forecast, ForecastK, ForecastText, WorkloadRates
from app.race.lanes import Contender, LaneSpec, Message, Request, Sampling
from app.race.problems import Problem
from app.race.prompts import Prompt, PromptFile, PromptTurn
from app.race.statistics import Interval
from app.race.suite import SuiteDot, SuiteKind, SuiteLane, SuiteResult
from app.race.sweep import SweepPlan
from app.race.sweep_result import Cell, PromptResult, SweepResult
from app.race.trace import Closing, FileHash, Header, Machine, Record
from app.race.watching import ServerReading, WatchHeader
from app.sandbox.gate.recording import Exchange, RecordingHeader
from app.terminal.verify import behaviour_fields
from tests.race.builders import header, lane_events, spec

ROOT = Path(__file__).resolve().parents[1]
SECTION = re.compile(r"^### (?:Event `)?(\w+)`?\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
STRUCTS: dict[str, type[msgspec.Struct]] = {
    item.__name__: item
    for item in (
        Header, Request, Message, Sampling, LaneSpec, FileHash, Machine, Record, Closing, Token, Problem,
        SweepResult, PromptResult, Cell, Interval, SweepPlan, Prompt, Contender,
        SuiteResult, SuiteLane, SuiteKind, SuiteDot, PromptFile, PromptTurn,
        Pair, MoreDrafters, ModelSource, ModelFile, ServerTable, WatchHeader, ServerReading,
        ModelShape, Forecast, ForecastText, ForecastK, WorkloadRates,
        RecordingHeader, Exchange,
    )
} | {str(item.__struct_config__.tag): item for item in get_args(LaneEvent)}  # fmt: skip
RESULTS = {"Race", "Winner", "Lane", "Heats"}


def sections() -> dict[str, dict[str, str]]:
    """The type of every field by the section that names it."""
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    found = SECTION.findall(text)
    assert len({name for name, _ in found}) == len(found)
    return {name: {field: kind for field, kind, _ in ROW.findall(body)} for name, body in found}


def test_every_struct_that_is_stored_has_a_section_and_no_section_is_about_nothing() -> None:
    assert set(sections()) == set(STRUCTS) | RESULTS


@pytest.mark.parametrize("name", STRUCTS)
def test_a_section_names_exactly_the_fields_of_its_struct_in_their_order(name: str) -> None:
    assert list(sections()[name]) == list(STRUCTS[name].__struct_fields__)


@pytest.mark.parametrize("name", STRUCTS)
def test_a_field_may_be_left_out_where_the_document_says_what_then_holds(name: str) -> None:
    told = sections()[name]
    for field in msgspec.structs.fields(STRUCTS[name]):
        given = re.search(r" = (.+)$", told[field.name])
        required = field.required
        if given is None:
            # A table or null where nothing is said.
            assert required or field.default is None or isinstance(field.default, msgspec.Struct), field.name
            continue
        assert not required, field.name
        factory = field.default_factory
        default = factory() if callable(factory) else field.default
        assert msgspec.json.decode(given[1]) == msgspec.json.decode(msgspec.json.encode(default)), field.name


def results() -> list[dict[str, Any]]:
    """Results of a recorded race, of heats and of one in which a lane failed."""
    from app.race.events import Failed
    from app.race.trace import Trace

    found = [open_trace(ROOT / "tests" / "video" / "data" / "fibonacci.ndjson")]
    head = header(spec("baseline"), spec("mtp", 3), format="heats")
    events = [("baseline", lane_events(range(9))), ("mtp", lane_events(range(9), k=3, step_ms=8))]
    heats = [Record(lane, 0, event, heat) for heat in range(3) for lane, all_of in events for event in all_of]
    found.append(Trace(head, heats))
    failed = [Record("baseline", 0, event) for event in events[0][1]]
    found.append(Trace(header(), [*failed, Record("mtp", 0, Failed(Problem("x", "It died.")))]))
    return [summarize(RaceView.of(trace), None) | behaviour_fields(None) for trace in found]


def test_the_result_has_exactly_the_fields_that_are_written_down() -> None:
    told = sections()
    every = results()
    seen: dict[str, set[str]] = {name: set() for name in RESULTS}
    for result in every:
        assert set(told["Race"]) - {"heats"} <= set(result)
        seen["Race"] |= set(result)
        seen["Winner"] |= set(result["winner"])
        for lane in result["lanes"].values():
            seen["Lane"] |= set(lane)
        heats = result.get("heats", {})
        seen["Heats"] |= set(heats)
        for lane in heats.get("lanes", {}).values():
            assert set(told["Heats"]) - {"shown", "lanes"} == set(lane)
    assert {name: set(told[name]) for name in RESULTS} == seen
