"""The summary and the timeline."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import msgspec
import pytest
from markdown_it import MarkdownIt

from app.present.film_options import FilmOptions
from app.race.trace import Trace
from app.sandbox.behaviour import Behaviour
from app.video.encoders.base import RaceJob
from app.video.encoders.markdown import plain
from app.video.export import export


def done(part: int, total: int) -> None:
    assert part == total == 1


def test_the_summary_has_the_result_and_the_table(
    trace: Trace, resources: Path, tmp_path: Path, behaviour: Behaviour
) -> None:
    job = RaceJob(trace, "race.ndjson", FilmOptions(), resources, behaviour)
    text = export(job, str(tmp_path / "race.md"), done).read_text(encoding="utf-8")
    html = MarkdownIt().enable("table").render(text)
    assert "<strong>MTP K=3 is 1.86×</strong>" in html
    assert "<td>Decode rate</td>" in html
    assert "48.3 tok/s</td>" in html
    assert behaviour.sentence in html


def test_a_page_shows_what_both_programs_printed_with_differences_marked_and_their_figures(
    trace: Trace, resources: Path, tmp_path: Path, behaviour: Behaviour
) -> None:
    assert behaviour.run_b is not None
    other = msgspec.structs.replace(behaviour.run_b, stdout=f"{behaviour.run_b.stdout}<b>more</b>\n")
    found = msgspec.structs.replace(behaviour, run_b=other)
    text = export(RaceJob(trace, "race.ndjson", FilmOptions(), resources, found), str(tmp_path / "race.html"), done)
    page = text.read_text(encoding="utf-8")
    assert page.count("<mark>") == 1
    assert "<mark>&lt;b&gt;more&lt;/b&gt;</mark>" in page
    for data in (behaviour.figures[0].a, behaviour.figures[0].b):
        assert data is not None
        assert base64.b64encode(data).decode() in page
    without = export(RaceJob(trace, "race.ndjson", FilmOptions(), resources), str(tmp_path / "none.html"), done)
    assert "What the programs did" not in without.read_text(encoding="utf-8")


@pytest.mark.parametrize("evil", ["a | b", "*bold* `code` [x](y)", "<script>", "# no\n# head", "\\_"])
def test_text_of_others_is_no_markdown(evil: str) -> None:
    html = MarkdownIt().render("x " + plain(evil)).strip()
    assert html.startswith("<p>")
    assert "<script" not in html
    assert not any(tag in html for tag in ("<strong", "<em", "<code", "<a ", "<h1"))


def test_the_timeline_has_every_round_with_its_parts_inside_it(trace: Trace, resources: Path, tmp_path: Path) -> None:
    path = export(RaceJob(trace, "race.ndjson", FilmOptions(), resources), str(tmp_path / "race.json"), done)
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    mtp = trace.state().lanes["mtp"]
    slices = [event for event in events if event["ph"] == "X" and event["tid"] == 2]
    rounds = [event for event in slices if event["name"].startswith("round ")]
    assert len(rounds) == len(mtp.rounds)
    assert sum(event["args"]["accepted"] for event in rounds) == mtp.accepted
    for kind in ("draft", "verify"):
        parts = [event for event in slices if event["name"] == kind]
        assert len(parts) == len(rounds)
        for part, whole in zip(parts, rounds, strict=True):
            assert whole["ts"] <= part["ts"]
            assert part["ts"] + part["dur"] <= whole["ts"] + whole["dur"] + 1e-3
    names = {event["args"]["name"] for event in events if event["ph"] == "M"}
    assert {"Baseline", "MTP K=3"} <= names
    counters = {event["name"] for event in events if event["ph"] == "C"}
    assert counters == {"tokens per second, Baseline", "tokens per second, MTP K=3", "accepted, MTP K=3"}


@pytest.mark.parametrize("name", ["race.md", "race.json", "race.html"])
def test_an_unfinished_race_still_gives_a_report(trace: Trace, resources: Path, tmp_path: Path, name: str) -> None:
    half = Trace(trace.header, trace.records[:40], note="The trace was cut off; it is shown up to there.")
    path = export(RaceJob(half, "race.ndjson", FilmOptions(), resources), str(tmp_path / name), done)
    assert path.stat().st_size > 500
    if not name.endswith("json"):
        assert "was cut off" in path.read_text(encoding="utf-8")


def test_the_heat_is_chosen(trace: Trace, resources: Path, tmp_path: Path) -> None:
    second = [msgspec.structs.replace(item, heat=1) for item in trace.records[:60]]
    both = Trace(trace.header, [*trace.records, *second], complete=True)
    job = RaceJob(both, "race.ndjson", FilmOptions(heat=1), resources)
    path = export(job, str(tmp_path / "race.json"), done)
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    assert 0 < sum(event["name"].startswith("round ") for event in events) < 30
