"""The replay page, in a real browser and without one."""

from __future__ import annotations

import io
import json
import random
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cli import main
from app.present.film_options import FilmOptions
from app.race.events import Round, Token
from app.race.problems import ProblemError
from app.race.trace import Trace
from app.terminal.environment import OK, Environment
from app.video.encoders.base import RaceJob
from app.video.encoders.html import page, script_json
from app.video.export import export
from tests.present.races import RACES
from tests.video.chromium import Page

SHOWN = """(() => ({
  rates: [...document.querySelectorAll(".lane .rate")].map((node) => node.textContent),
  clocks: [...document.querySelectorAll(".lane .clock")].map((node) => node.textContent),
  texts: [...document.querySelectorAll(".lane pre")].map((node) =>
    [...node.children].filter((part) => !part.hidden).map((part) => part.textContent).join("")),
  ratio: document.getElementById("lead-ratio").textContent,
  phrase: document.getElementById("lead-phrase").textContent,
  now: document.getElementById("now").textContent,
}))()"""
SCRUB = """((moment) => { const place = document.getElementById("place"); place.value = moment;
  place.dispatchEvent(new Event("input")); })"""
END = f"{SCRUB}(document.getElementById('place').max)"
PLAY = """new Promise((done) => {
  document.getElementById("speed").value = "2";
  const play = document.getElementById("play"), now = document.getElementById("now"), seen = [];
  new MutationObserver(() => {
    seen.push(now.textContent);
    if (play.textContent === "Play") done(seen);
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  play.click();
})"""


def job(trace: Trace, resources: Path) -> RaceJob:
    return RaceJob(trace, "fibonacci.ndjson", FilmOptions(), resources)


@pytest.fixture
def chromium(started: Page, trace: Trace, resources: Path, tmp_path: Path) -> Page:
    file = export(job(trace, resources), str(tmp_path / "race.html"), lambda done, total: None)
    started.open(file.as_uri())
    return started


def shown_as_json(trace_path: Path) -> dict[str, Any]:
    """Returns what ``mtp-race show TRACE --json`` prints."""
    env = Environment(stdout=io.StringIO(), stderr=io.StringIO())
    assert main(["show", str(trace_path), "--json"], env) == OK
    found: dict[str, Any] = json.loads(env.stdout.getvalue())  # type: ignore[attr-defined]
    return found


def check_the_end(shown: dict[str, Any], trace: Trace, trace_path: Path) -> None:
    state = trace.state()
    summary = shown_as_json(trace_path)
    lanes = list(summary["lanes"].values())
    assert shown["rates"] == [f"{lane['decode_tps']:.1f}" for lane in lanes]
    assert shown["clocks"] == [f"{lane['tokens']} tokens · {lane['clock_s']:.2f} s · finished" for lane in lanes]
    assert shown["ratio"] == f"{summary['speedup']:.2f}×"
    assert shown["texts"] == [lane.text for lane in state.lanes.values()]


def test_the_page_scrubs_forth_and_back_and_ends_with_the_numbers_of_the_trace(
    chromium: Page, trace: Trace, trace_path: Path
) -> None:
    check_the_end(chromium.evaluate(SHOWN), trace, trace_path)
    chromium.evaluate(f"{SCRUB}(0)")
    start = chromium.evaluate(SHOWN)
    assert start["now"] == "0.00 s"
    assert start["texts"] == ["", ""]
    chromium.evaluate(f"{SCRUB}(1.5)")
    middle = chromium.evaluate(SHOWN)
    assert middle["now"] == "1.50 s"
    final = trace.state()
    assert all(
        0 < len(text) < len(lane.text) and lane.text.startswith(text)
        for text, lane in zip(middle["texts"], final.lanes.values(), strict=True)
    )
    chromium.evaluate(END)
    check_the_end(chromium.evaluate(SHOWN), trace, trace_path)
    chromium.evaluate(f"{SCRUB}(1.5)")
    assert chromium.evaluate(SHOWN) == middle


def test_the_page_plays_to_its_end(chromium: Page, trace: Trace, trace_path: Path) -> None:
    seen = [float(text.split()[0]) for text in chromium.evaluate(PLAY)]
    assert seen == sorted(seen)
    assert any(0 < moment < seen[-1] for moment in seen)
    check_the_end(chromium.evaluate(SHOWN), trace, trace_path)


def test_a_page_of_four_lanes_is_on_one_screen_with_play_over_its_finish(
    started: Page, resources: Path, tmp_path: Path
) -> None:
    race = RACES["four lanes"]()
    file = export(job(race, resources), str(tmp_path / "race.html"), lambda *_: None)
    started.open(file.as_uri())
    started.send("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    low = "Math.max(...[...document.querySelectorAll('.lane, .controls')].map((n) => n.getBoundingClientRect().bottom))"
    assert started.evaluate(low) <= 900
    shown = started.evaluate(SHOWN)
    assert shown["texts"] == [lane.text for lane in race.state().lanes.values()]
    assert all(started.evaluate("[...document.querySelectorAll('.lane pre')].map((pre) => pre.clientHeight > 110)"))
    bars = "[...document.querySelectorAll('.lane svg')].map((svg) => svg.getBoundingClientRect().height > 20)"
    assert started.evaluate(bars) == [False, True, True, True]
    box = started.evaluate("(({x, y, width, height}) => [x + width / 2, y + height / 2])(over.getBoundingClientRect())")
    for kind in ("mousePressed", "mouseReleased"):
        started.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
    assert started.evaluate("[over.hidden, document.activeElement.id]") == [True, "play"]
    assert started.evaluate(SHOWN)["now"] != shown["now"]


@pytest.mark.parametrize("wanted", ["no-preference", "reduce"])
def test_a_page_starts_by_itself_only_if_it_is_asked_to_and_motion_is_wanted(
    wanted: str, started: Page, resources: Path, tmp_path: Path, trace: Trace
) -> None:
    file = export(job(trace, resources), str(tmp_path / "race.html"), lambda *_: None)
    for ending, plays in (("", False), ("#play", wanted == "no-preference")):
        started.open("about:blank")
        feature = {"name": "prefers-reduced-motion", "value": wanted}
        started.send("Emulation.setEmulatedMedia", features=[feature])
        started.send("Page.navigate", url=file.as_uri() + ending)
        while started._message().get("method") != "Page.loadEventFired":
            pass
        assert (started.evaluate("play.textContent") == "Pause") is plays


def test_the_script_for_a_page_of_ones_own_plays_there_and_asks_for_nothing(
    started: Page, resources: Path, tmp_path: Path, trace: Trace
) -> None:
    evil = "</script><img src=x onerror=window.hit=1><script>window.hit=1</script>"
    request = msgspec.structs.replace(trace.header.request, prompt=evil)
    header = msgspec.structs.replace(trace.header, request=request, pair_title=evil)
    race = Trace(header, trace.records, complete=True)
    script = export(job(race, resources), str(tmp_path / "race.js"), lambda *_: None)
    assert script.stat().st_size < 200_000
    blog = tmp_path / "blog.html"
    # No encoding is named, and the page has styles and ids of its own.
    blog.write_text(
        '<title>b</title><style>button{display:none}</style><b id="play">b</b><script src="race.js"></script>'
    )
    started.open(blog.as_uri())
    shown = (
        "new Promise((done) => { const look = () => { const at = [...document.querySelectorAll('div')].map((d) => "
        "d.shadowRoot).find((r) => r); at && at.querySelector('.rate').textContent !== '–' ? done([at.querySelector("
        "'.rate').textContent, at.querySelector('#lead-ratio').textContent, at.querySelector('h1').textContent]) : "
        "setTimeout(look, 20); }; look(); })"
    )
    assert started.evaluate(shown) == ["48.3", "1.86×", evil]
    assert started.evaluate("window.hit") is None
    assert started.errors == []
    assert [url.rsplit("/", 1)[1] for url in started.requests] == ["blog.html", "race.js"]


def test_a_race_that_is_too_long_for_a_script_says_so(trace: Trace, resources: Path, tmp_path: Path) -> None:
    noise = random.Random(1)
    records = [
        msgspec.structs.replace(item, e=msgspec.structs.replace(item.e, tokens=tuple(
            msgspec.structs.replace(token, text=noise.randbytes(1200).hex()) for token in item.e.tokens)))
        if isinstance(item.e, Round) else item
        for item in trace.records
    ]  # fmt: skip
    with pytest.raises(ProblemError, match="too long for a script"):
        export(job(Trace(trace.header, records, complete=True), resources), str(tmp_path / "a.js"), lambda *_: None)
    assert not list(tmp_path.iterdir())


def test_the_page_asks_the_network_for_nothing_and_throws_nothing(chromium: Page) -> None:
    chromium.evaluate(END)
    assert chromium.errors == []
    assert {url.split(":")[0] for url in chromium.requests} <= {"file", "data"}


def test_the_controls_have_names_and_work_with_the_keyboard(chromium: Page) -> None:
    unnamed = chromium.evaluate(
        "[...document.querySelectorAll('button, input, select, pre, svg')].filter((node) => !(node.ariaLabel || "
        "(node.labels && node.labels.length) || node.textContent)).length"
    )
    assert unnamed == 0
    for kind in ("keyDown", "keyUp"):
        chromium.send("Input.dispatchKeyEvent", type=kind, key=" ", code="Space", text=" " if kind == "keyDown" else "")
    assert chromium.evaluate("document.getElementById('play').textContent") == "Pause"


def test_a_text_that_ends_the_script_element_stays_a_text(trace: Trace, resources: Path) -> None:
    evil = '</script><script>alert(1)</script><!-- & "\u2028'
    records = list(trace.records)
    first = next(number for number, item in enumerate(records) if hasattr(item.e, "first"))
    token = Token(id=1, text=evil)
    records[first] = msgspec.structs.replace(records[first], e=msgspec.structs.replace(records[first].e, first=token))
    header = msgspec.structs.replace(
        trace.header, pair_title=evil, request=msgspec.structs.replace(trace.header.request, prompt=evil)
    )
    text = page(job(Trace(header, records, complete=True), resources))
    assert text.count("</script>") == 2
    assert "alert(1)</" not in text
    data = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert evil in json.dumps(json.loads(data[1]), ensure_ascii=False).replace('\\"', '"')


def test_json_for_a_script_element_keeps_its_value() -> None:
    value = {"a": ["</script>", "<!--", "&amp;", "日本 🚀", "\u2028"]}
    assert json.loads(script_json(value)) == value
    assert not set("<>&\u2028") & set(script_json(value))
