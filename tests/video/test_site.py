"""The gallery: what it tells, what it leaves out, and the site in a real browser."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from app.cli import main
from app.library.traces import open_trace
from app.places import find_places
from app.race.sweep_result import write_sweep
from app.terminal.environment import OK, USAGE, Environment
from app.video.site import write_site
from tests.draw.sweeps import sweep
from tests.video.chromium import Page

EVIL = '"><script>window.hit=1</script><img src=x onerror=window.hit=1>'


@pytest.fixture
def sources(trace_path: Path, tmp_path: Path) -> list[Path]:
    """The bundled race, the same with markup for its names, and a sweep."""
    head, *rest = trace_path.read_bytes().splitlines(keepends=True)
    found = json.loads(head)
    found |= {"prompt_name": EVIL, "pair_title": EVIL}
    found["request"]["prompt"] = EVIL
    found["machine"]["cpu"] = EVIL
    evil = tmp_path / "evil.ndjson"
    evil.write_bytes(json.dumps(found).encode() + b"\n" + b"".join(rest))
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "sweep.json").write_bytes(write_sweep(sweep(2)))
    return [trace_path, evil, tmp_path / "sweep"]


def ran(*words: object) -> tuple[int, str, str]:
    env = Environment(io.StringIO(), io.StringIO(), find_places())
    status = main([str(word) for word in words], env)
    return status, env.stdout.getvalue(), env.stderr.getvalue()  # type: ignore[attr-defined]


def test_machines_and_prompts_are_told_before_anything_is_written(sources: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "site"
    status, said, told = ran("site", out, sources[0], sources[2])
    assert (status, said) == (USAGE, "")
    assert "Intel(R) Xeon(R)" in told
    assert "Write a Python function called fibonacci" in told
    assert "Nothing was written." in told
    assert not out.exists()
    status, _, told = ran("site", out, sources[0], "--blank", "machine,prompt")
    assert "Intel" not in told
    assert "machine and prompt are left out" in told
    status, said, told = ran("site", out, *sources, "--yes")
    assert (status, said) == (OK, f"{out / 'index.html'}\n")
    assert "Intel(R) Xeon(R)" in told
    names = {path.name for path in out.iterdir()}
    assert {
        "index.html",
        "race-001.html",
        "race-001.ndjson",
        "race-001.png",
        "sweep-003.html",
        "sweep-003.json",
    } <= names


def test_what_is_blanked_is_nowhere_in_the_site(sources: list[Path], resources: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    write_site(sources, out, resources, {"machine", "prompt"}, lambda *_: None)
    for path in out.iterdir():
        data = path.read_bytes()
        for secret in (b"Xeon", b"called fibonacci_memoized", b"n-th Fibonacci number using memoization. Use"):
            assert secret not in data, path.name
    header = open_trace(out / "race-001.ndjson").header
    assert (header.machine.cpu, header.request.prompt, header.prompt_name) == ("", "", "")
    for kept in (out / "race-001.ndjson", out / "race-001.png"):
        trace = open_trace(kept)
        assert trace.complete
        assert b"Xeon" not in repr(trace).encode()
        assert trace.state().lanes["mtp"].text == open_trace(sources[0]).state().lanes["mtp"].text


def test_the_site_filters_and_replays_and_nothing_leaves_or_runs(
    started: Page, sources: list[Path], resources: Path, tmp_path: Path
) -> None:
    out = write_site(sources, tmp_path / "site", resources, (), lambda *_: None)
    started.open(out.as_uri())
    rows = "[...document.querySelectorAll('tbody tr')].filter((row) => row.offsetHeight > 0).length"
    assert started.evaluate(rows) == 3
    typed = "((text) => { search.value = text; search.dispatchEvent(new Event('input')); })"
    started.evaluate(f"{typed}('nano')")
    assert started.evaluate(f"[{rows}, count.textContent]") == [1, "1 of 3"]
    started.evaluate(f"{typed}('')")
    chosen = "document.querySelector('select[data-of=format]')"
    started.evaluate(f"{chosen}.value = 'Sweep'; {chosen}.dispatchEvent(new Event('change'))")
    assert started.evaluate(rows) == 1
    unnamed = "[...document.querySelectorAll('input, select')].filter((node) => !node.labels.length).length"
    assert started.evaluate(unnamed) == 0
    links = started.evaluate("[...document.links].map((link) => link.href)")
    assert all((out.parent / link.rsplit("/", 1)[1]).is_file() for link in links)
    assert started.evaluate("window.hit") is None
    for name in ("race-001", "race-002", "sweep-003"):
        started.open((out.parent / f"{name}.html").as_uri())
        assert started.evaluate("window.hit") is None
        assert started.errors == []
        assert {url.split(":")[0] for url in started.requests} <= {"file", "data"}
        assert all(started.evaluate("[...document.images].map((image) => image.naturalWidth > 1000)"))
    started.open((out.parent / "race-001.html").as_uri())
    started.evaluate("over.click()")
    assert started.evaluate("play.textContent") == "Pause"
