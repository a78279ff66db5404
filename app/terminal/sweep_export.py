"""``mtp-race sweep-export``: tables and charts from a sweep."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.draw.look import DARK, LIGHT
from app.draw.offscreen import ensure_qt
from app.draw.sweep.charts import chart_named, charts_of
from app.draw.sweep.files import write_result
from app.library.sweeps import load_sweep
from app.race.problems import ProblemError
from app.terminal.environment import OK, USAGE, Environment


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Writes what was asked for and prints the files. Returns the exit status."""
    try:
        if arguments.chart:
            chart_named(arguments.chart)
    except ProblemError as error:
        env.complain(error.problem)
        return USAGE
    result = load_sweep(arguments.sweep)
    ensure_qt()
    look = DARK if arguments.theme == "dark" else LIGHT
    for path in write_result(result, Path(arguments.to), look, arguments.chart or charts_of(result)[0].name):
        env.say(str(path))
    return OK
