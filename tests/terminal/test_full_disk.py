"""A disk that takes no more: what was measured is shown, what is not kept is said, and nothing half is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.library.traces import open_trace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits are those of Linux and macOS")
MOST = 5_000
"""Bytes of the largest file that the app may write: less than a trace of this race."""


def limited() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST))


def run(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "app", *map(str, words)],
        env={**os.environ, "MTP_RACE_HOME": str(home)},
        capture_output=True,
        text=True,
        preexec_fn=limited,
    )


@pytest.mark.real
def test_a_race_goes_on_where_its_trace_cannot_and_says_so(tmp_path: Path) -> None:
    trace = tmp_path / "race.ndjson"
    done = run(tmp_path / "home", "run", "--prompt", "haiku", "--max-tokens", "300", "--no-probe", "--trace", trace)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "recorded only in part" in done.stderr
    assert "as fast as the baseline" in done.stderr
    assert len(open_trace(trace).records) > 0
    assert not open_trace(trace).complete


@pytest.mark.real
def test_a_sweep_whose_heats_cannot_be_kept_ends_with_the_reason_and_no_half_heat(tmp_path: Path) -> None:
    words = ["--prompts", "haiku", "--k", "1", "--max-tokens", "300", "--out", tmp_path / "sweep"]
    done = run(tmp_path / "home", "sweep", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "recorded only in part" in done.stderr
    assert not list((tmp_path / "sweep").glob("*.ndjson*"))


def test_a_log_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    log = tmp_path / "home" / "data" / "log" / "mtp-race.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * MOST)  # No byte more fits.
    (tmp_path / "home" / "config").mkdir()
    (tmp_path / "home" / "config" / "models.toml").write_text("schema = 1\npair = 5\n")
    done = run(tmp_path / "home", "models", "--json")
    assert "Traceback" not in done.stderr
    assert "nano" in done.stdout
    assert log.stat().st_size == MOST


@pytest.mark.real
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
def test_remarks_that_cannot_be_written_end_no_race_and_results_that_cannot_do(tmp_path: Path) -> None:
    words = ["run", "--prompt", "haiku", "--max-tokens", "16", "--no-probe", "--json"]
    env = {**os.environ, "MTP_RACE_HOME": str(tmp_path)}
    command = [sys.executable, "-P", "-m", "app", *words]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=full)
        assert (done.returncode, done.stdout[:1]) == (0, b"{")
        failed = subprocess.run(command, env=env, stdout=full, stderr=subprocess.PIPE, text=True)
    assert failed.returncode == 1
    assert "No space left" in failed.stderr
    assert "Traceback" not in failed.stderr
