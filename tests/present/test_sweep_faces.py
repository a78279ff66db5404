"""Every face says the same of a sweep: its file, the table of a terminal, that for spreadsheets, hints and the film."""

from __future__ import annotations

import csv
import io
import json

import pytest
from pytestqt.qtbot import QtBot
from rich.console import Console
from rich.table import Table

from app.places import Places
from app.present.film_options import FilmOptions
from app.present.sweep_figures import cell_words
from app.race.events import Finish
from app.race.lanes import ADAPTIVE, Contender
from app.race.prompts import Prompt
from app.race.sweep import BASELINE, PromptHeats, contender_lanes
from app.race.sweep_report import prompt_result
from app.race.sweep_result import SweepResult, write_sweep
from app.race.sweep_table import sweep_csv
from app.race.trace import Record
from app.terminal.sweep import report
from app.video.sweep.film import SweepFilm
from tests.present.races import run

CONTENDERS = (Contender(1), Contender(4), ADAPTIVE)
STEPS = (13.0, 21.0, 17.0)
DRAFTS = (((1, 1), (1, 0)), ((4, 4), (4, 1)), ((3, 2), (6, 5)))


def swept(heats: int, slower: float = 1.0) -> SweepResult:
    """A sweep of two prompts, built from the events of its heats."""
    prompts = []
    for number, name in enumerate(("code", "haiku")):
        lanes = contender_lanes(CONTENDERS)
        item = PromptHeats(Prompt(name, name.capitalize(), name, "en", "Write."), lanes)
        for heat in range(heats):
            wobble = 1 + 0.03 * ((heat * 7 + number) % 5)
            runs = {BASELINE: run(10.0 * wobble, end=Finish.LENGTH)}
            for at, lane in enumerate(lanes):
                tilt = 1 + 0.01 * ((heat + at) % 3)
                runs[lane] = run(STEPS[at] * wobble * tilt * slower, DRAFTS[at], end=Finish.LENGTH)
            records = [Record(lane, 0, event) for lane, events in runs.items() for event in events]
            item.add(heat, records, 1.0, f"{name}-{heat}.ndjson")
        prompts.append(prompt_result(item, CONTENDERS))
    return SweepResult(pair_title="Synthetic", heats=2 * heats, planned=2 * heats, prompts=tuple(prompts))


@pytest.mark.parametrize(("heats", "slower"), [(1, 1.0), (3, 1.0), (8, 1.0), (6, 3.0)])
def test_every_face_says_the_same_of_a_sweep(heats: int, slower: float, places: Places, qtbot: QtBot) -> None:
    result = swept(heats, slower)
    stored = json.loads(write_sweep(result))
    out = io.StringIO()
    console = Console(file=out, width=200)
    table, *said = report(result)
    assert isinstance(table, Table)
    console.print(table)
    shown = out.getvalue()
    rows = list(csv.DictReader(io.StringIO(sweep_csv(result))))
    film = SweepFilm(result, FilmOptions(width=640, height=360, fps=5), places.resources)
    film.frame(film.span("closing")[1] - 1)
    closing = list(film.stage.said)
    for at, prompt in enumerate(stored["prompts"]):
        base = f"{prompt['baseline_tps']:.1f} tok/s"
        assert base in shown
        assert base in closing
        assert str(said[at]) == f"{prompt['title']}: {prompt['advice']}"
        for number, cell in enumerate(prompt["cells"]):
            ratio = f"{cell['speedup']['ratio']:.2f}×"
            assert cell["decode_tps"] / prompt["baseline_tps"] == pytest.approx(cell["speedup"]["ratio"])
            row = rows[at * len(CONTENDERS) + number]
            assert f"{float(row['speedup']):.2f}×" == ratio
            assert f"{float(row['tokens_per_second']):.1f}" == f"{cell['decode_tps']:.1f}"
            hint = cell_words(result, result.prompts[at].cells[number])
            assert ratio in shown
            assert ratio in hint
            assert f"{cell['decode_tps']:.1f} tokens a second" in hint
            if cell["speedup"]["high"] is not None:
                span = f"{cell['speedup']['low']:.2f} to {cell['speedup']['high']:.2f}"
                assert span in shown
                assert span in hint
                if cell["lane"] == prompt["best"]:
                    assert span in closing
                    assert ratio in closing
                    assert ratio in prompt["advice"]
