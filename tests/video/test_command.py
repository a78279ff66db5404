"""``mtp-race export`` as typed."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest

from app.cli import main
from app.terminal.environment import FAILED, OK, USAGE, Environment

FAST = ["--size", "320x180", "--fps", "10", "--speed", "8"]


def export(*arguments: str) -> tuple[int, str, str]:
    env = Environment(stdout=io.StringIO(), stderr=io.StringIO())
    status = main(["export", *arguments], env)
    return status, env.stdout.getvalue(), env.stderr.getvalue()  # type: ignore[attr-defined]


def test_a_film_is_made_as_asked(trace_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "race.mp4"
    status, out, err = export(str(trace_path), "--to", str(target), *FAST, "--scenes", "race,finish")
    assert (status, out) == (OK, f"{target}\n")
    assert "s of film" in err
    with av.open(str(target)) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == (320, 180)


def test_the_length_is_kept(trace_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "race.mp4"
    assert export(str(trace_path), "--to", str(target), "--size", "320x180", "--fps", "10", "--seconds", "6")[0] == OK
    with av.open(str(target)) as film:
        assert film.duration is not None
        assert abs(film.duration / av.time_base - 6) < 0.15


def test_an_unfinished_trace_is_filmed_and_this_is_said(trace_path: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.ndjson"
    cut.write_bytes(trace_path.read_bytes()[:20_000])
    status, _, err = export(str(cut), "--to", str(tmp_path / "race.png"), "--size", "320x180")
    assert status == OK
    assert "cut off" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "race.avi"], "ending"),
        (["--to", "race.mp4", "--size", "321x180"], "even"),
        (["--to", "race.mp4", "--size", "big"], "WIDTHxHEIGHT"),
        (["--to", "race.mp4", "--scenes", "race,party"], "party"),
    ],
)
def test_bad_wishes_are_refused_with_what_to_do(trace_path: Path, arguments: list[str], said: str) -> None:
    status, out, err = export(str(trace_path), *arguments)
    assert (status, out) == (USAGE, "")
    assert said in err


def test_a_file_that_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.ndjson").write_text("hello")
    status, _, err = export(str(tmp_path / "x.ndjson"), "--to", str(tmp_path / "race.mp4"))
    assert status == FAILED
    assert "not a trace" in err
