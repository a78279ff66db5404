"""The published demo runs whole: no network, no model, but real programs, a real table and real figures."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import msgspec
import pytest

from app.library.traces import open_trace
from app.places import find_places
from app.present.film_options import FilmOptions
from app.processes import safe_environment
from app.sandbox.environment import PACKAGES, ReadyEnvironment
from app.sandbox.gate.recording import read_recording, recording_path
from app.sandbox.interpreter import base_interpreter
from app.sandbox.races import bundled_recording, stored_behaviour
from app.video.film import Film
from tests.race.builders import header, spec

ROOT = Path(__file__).resolve().parents[2]
LABEL = "The prices are invented: they come with MTP Race, so that this prompt runs without a network."


def with_science(home: Path) -> None:
    """Lays the development environment's numpy, pandas and matplotlib ready for the sandbox of the app in `home`."""
    base = base_interpreter()
    if sys.platform != "linux" or base is None or importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas or the sandbox of Linux is not here")
    where = home / "data" / "sandbox"
    where.mkdir(parents=True)
    ready = ReadyEnvironment(base.python, sysconfig.get_paths()["purelib"])
    (where / "ready.json").write_bytes(msgspec.json.encode(ready))
    assert PACKAGES  # the app's own would lie there; here it is elsewhere


def test_the_recording_that_comes_with_the_app_says_that_it_is_invented() -> None:
    path = find_places().resources / "recordings" / "stocks.recording.jsonl"
    recording = read_recording(path)
    assert recording.header.note == LABEL
    made = subprocess.run(
        [sys.executable, "-P", ROOT / "packaging" / "stocks_recording.py", "--print"], capture_output=True
    )
    assert made.stdout == path.read_bytes()  # it is what its program makes


def test_only_the_prompt_that_asks_for_it_gets_the_recording() -> None:
    asks = header(spec("baseline"), spec("mtp", 3))
    request = msgspec.structs.replace(asks.request, prompt="Fetch https://query1.finance.yahoo.com/v8/x")
    named = msgspec.structs.replace(asks, prompt_name="stocks", request=request)
    assert bundled_recording(named) is not None
    assert bundled_recording(msgspec.structs.replace(named, prompt_name="custom")) is None
    assert bundled_recording(msgspec.structs.replace(named, prompt_name="../prompts/stocks")) is None
    assert bundled_recording(msgspec.structs.replace(named, request=asks.request)) is None


@pytest.mark.real
def test_the_demo_ends_with_the_same_table_the_same_figure_and_a_ratio_from_prompt_to_figure(tmp_path: Path) -> None:
    with_science(tmp_path)
    trace = tmp_path / "demo.ndjson"
    env = safe_environment({**os.environ, "MTP_RACE_HOME": str(tmp_path), "HTTPS_PROXY": "http://127.0.0.1:9"})
    words = ["-m", "tests.demo", "--json", "--trace", str(trace), "--pace", "0.002"]
    done = subprocess.run(
        [sys.executable, "-P", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["behaviour_verdict"] == "same", found
    assert "the same 120 lines" in found["behaviour_reason"]
    assert "the same figure, in another style: colours" in found["behaviour_reason"]
    assert found["data_note"] == LABEL
    times = found["end_to_end"]["lanes"]
    assert found["end_to_end"]["ratio"] == pytest.approx(
        times["baseline"]["total_s"] / times["mtp"]["total_s"], rel=1e-3
    )
    behaviour = stored_behaviour(trace)
    assert behaviour is not None
    assert [(one.status, one.recorded) for one in behaviour.fetched] == [(200, True), (200, True)]
    assert "pandas" in behaviour.packages
    assert recording_path(trace).exists()  # so that it can be verified again, whatever the app brings later
    film = Film(open_trace(trace), FilmOptions(fps=10), find_places().resources, behaviour)
    assert film.scenes[-1][0] == "figures"
    film.frame(film.frames - 1)
    assert found["end_to_end"]["sentence"] in " ".join(film.stage.said)
    assert LABEL in " ".join(film.stage.said)
