"""Every face says the same: JSON, terminal, window, copied text, Library, Markdown, page and film."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.places import Places
from app.present.result import summarize
from app.present.view import RaceView
from app.race.trace import Trace, TraceWriter
from app.sandbox.races import store_behaviour
from app.ui.theme import Theme
from tests.present.faces import FACES, Told, json_face
from tests.present.races import PROGRAMS, RACES


def written(trace: Trace, folder: Path) -> Path:
    """The race as a file, as everything that shows races opens it."""
    path = folder / "20260102-030405-race.ndjson"
    with path.open("wb") as sink:
        writer = TraceWriter(sink, trace.header)
        for record in trace.records:
            writer.write(record)
        writer.close()
    return path


@pytest.mark.parametrize("race", RACES)
def test_every_face_says_the_same(race: str, tmp_path: Path, places: Places, theme: Theme, qtbot: QtBot) -> None:
    path = written(RACES[race](), tmp_path)
    if race in PROGRAMS:
        store_behaviour(path, PROGRAMS[race])
    said = json_face(path, places, theme)
    wrong = []
    for face, read in FACES.items():
        told = read(path, places, theme)
        texts = told.pop("texts", None)
        wrong += [f"{face} says {name}: {value!r}" for name, value in told.items() if value != said[name]]
        if isinstance(texts, list):
            wrong += _missing(face, said, texts)
    assert not wrong, f"JSON says {said}, but {'; '.join(wrong)}"


def _missing(face: str, said: Told, texts: list[str]) -> list[str]:
    """Sentences that a face of pictures does not draw: the same output, the note, and why where there is a reason."""
    whole = " ".join(texts)
    names = ("why", "same", "note", *(("end to end", "runs") if face == "film" else ()))
    wanted = [str(said[name]) for name in names if said[name]]
    return [f"{face} does not draw {text!r}" for text in wanted if text not in whole]


@pytest.mark.parametrize("race", RACES)
def test_what_stands_beside_a_ratio_comes_to_that_ratio(race: str) -> None:
    """The rates of the lanes divide to the speedups, and the reason names the ratio that its lane has."""
    found = json.loads(json.dumps(summarize(RaceView.of(RACES[race]()), None)))
    base = found["lanes"]["baseline"]["total_tps"]
    for lane, ratio in found["speedups"].items():
        assert found["lanes"][lane]["total_tps"] / base == pytest.approx(ratio, rel=1e-3)
    paid = re.search(r"(?:(\S.*): )?Verifying.* pay for that (\d\.\d\d) times over", found["why"])
    if paid:
        assert f"{max(found['speedups'].values()):.2f}" == paid[2]
