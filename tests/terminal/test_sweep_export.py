"""``mtp-race sweep-export``, run as a user would. The sweep is synthetic."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.cli import main
from app.draw.sweep.charts import charts_of
from app.library.sweeps import stored_sweeps
from app.places import find_places
from app.race.sweep_result import write_sweep
from app.terminal.environment import USAGE, Environment
from tests.draw.sweeps import suite, sweep, sweep_over


@pytest.fixture
def env(tmp_path: Path, qapp: QApplication) -> Environment:
    return Environment(io.StringIO(), io.StringIO(), find_places({"MTP_RACE_HOME": str(tmp_path / "home")}))


def said(env: Environment) -> tuple[str, str]:
    assert isinstance(env.stdout, io.StringIO)
    assert isinstance(env.stderr, io.StringIO)
    return env.stdout.getvalue(), env.stderr.getvalue()


def test_one_chart_or_table_by_its_ending(env: Environment, tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_bytes(write_sweep(sweep()))
    for name in ("a.csv", "a.png", "a.svg"):
        target = tmp_path / name
        assert main(["sweep-export", str(tmp_path), "--to", str(target), "--chart", "rates"], env) == 0
        assert target.stat().st_size > 1000
    assert said(env)[0].count("\n") == 3


def test_what_is_no_sweep_is_told_in_words(env: Environment, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[1]")
    assert main(["sweep-export", str(tmp_path / "other.json"), "--to", str(tmp_path / "a.csv")], env) == 1
    assert main(["sweep-export", str(tmp_path), "--to", str(tmp_path / "a.csv")], env) == 1
    assert "other.json is not a sweep of MTP Race." in said(env)[1]
    assert "sweep.json cannot be opened." in said(env)[1]
    assert not (tmp_path / "a.csv").exists()


def test_stored_sweeps_are_found(env: Environment) -> None:
    assert stored_sweeps(env.places) == []
    folder = env.places.data / "sweeps" / "one"
    folder.mkdir(parents=True)
    (folder / "sweep.json").write_bytes(write_sweep(sweep()))
    assert stored_sweeps(env.places) == [folder]


def test_a_chart_that_there_is_not_is_refused_with_those_there_are(env: Environment, tmp_path: Path) -> None:
    assert main(["sweep-export", str(tmp_path), "--to", str(tmp_path / "a.png"), "--chart", "pie"], env) == USAGE
    _, err = said(env)
    assert "There is no chart 'pie'." in err
    assert "speedup, conditions, strip, positions" in err


def test_a_picture_without_a_name_is_the_first_chart_that_the_result_has(env: Environment, tmp_path: Path) -> None:
    pictures = []
    for made in (sweep(), sweep_over(), suite()):
        (tmp_path / "sweep.json").write_bytes(write_sweep(made))
        for words in ([], ["--chart", charts_of(made)[0].name]):
            assert (
                main(["sweep-export", str(tmp_path / "sweep.json"), "--to", str(tmp_path / "a.png"), *words], env) == 0
            )
            pictures.append((tmp_path / "a.png").read_bytes())
    assert [pictures[at] == pictures[at + 1] for at in (0, 2, 4)] == [True] * 3
    assert len(set(pictures)) == 3
