"""``mtp-race suite``: measures on many prompts, with a progress line, a table of lanes and a sentence."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from app.library.suite_files import Suite, read_suite
from app.library.sweeps import FILE, load_sweep
from app.present.suite_figures import kind_sentence, losing_words, median_words, saved_words, shown_lane
from app.race.suite import SuiteResult, lane_short, suite_result
from app.race.sweep import Spend
from app.race.sweep_words import span_words
from app.terminal.environment import FAILED, OK, Environment
from app.terminal.race import find_pair
from app.terminal.sweep import run_and_follow, tell_folder
from app.worker.request import SweepRequest

_PASSES = 3
"""Heats a prompt at most where a budget is given and no number of them."""


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Reads the prompts, races them and prints what was found. Returns the exit status."""
    if (Path(arguments.file) / FILE).is_file():
        _print(suite_result(load_sweep(arguments.file)), env, as_json=arguments.json)
        return OK
    suite = read_suite(arguments.file, arguments.sample, arguments.seed)
    if arguments.list:
        return _list(suite, env, as_json=arguments.json)
    for note in (*suite.notes, *suite.secrets):
        env.tell(f"mtp-race: {note}")
    request = SweepRequest(
        pair=find_pair(arguments.pair, env),
        prompts=suite.prompts,
        contenders=arguments.k,
        spend=Spend(arguments.repeats or (_PASSES if arguments.budget else 1), arguments.budget, evenly=True),
        max_tokens=arguments.max_tokens,
        context=arguments.context,
        threads=arguments.threads,
        engine=arguments.engine,
        suite=suite.name,
    )
    sweep = run_and_follow(request, arguments, env)
    _print(suite_result(sweep.result), env, as_json=arguments.json)
    tell_folder(sweep, env)
    return OK if sweep.problem is None else FAILED


def _list(suite: Suite, env: Environment, *, as_json: bool) -> int:
    if as_json:
        env.say_json(msgspec.to_builtins(suite))
        return OK
    table = Table("Name", "Kind", "Prompt")
    for prompt in suite.prompts:
        table.add_row(prompt.name, prompt.workload, prompt.title)
    env.result_console(120).print(table)
    for note in (f"{len(suite.prompts)} prompts.", *suite.notes, *suite.secrets):
        env.tell(note)
    return OK


def _print(result: SuiteResult, env: Environment, *, as_json: bool) -> None:
    if as_json:
        env.say_json(msgspec.to_builtins(result))
        return
    console = env.console()
    for part in report(result):
        console.print(part, soft_wrap=isinstance(part, Text))


def report(result: SuiteResult) -> Sequence[Table | Text]:
    """Returns the table of lanes, the advice, what goes along with it, the kinds and the warnings."""
    table = Table(title=f"{result.suite} on {result.pair_title}: one value a prompt", title_justify="left")
    for name in ("Lane", "Median", "95 % interval", "Slower", "Whole suite", "Time"):
        table.add_column(name, justify="left" if name == "Lane" else "right")
    for lane in result.lanes:
        total = f"{lane.total.ratio:.2f}×" if lane.total else "–"
        style = "bold" if lane.lane == result.best else ""
        words = (median_words(lane), span_words(lane.speedup), losing_words(lane), total, saved_words(lane))
        table.add_row(lane_short(lane), *words, style=style)
    said = [Text(result.advice, style="bold")]
    shown = shown_lane(result)
    if shown is not None:
        said += [Text(sentence) for sentence in shown.reasons]
        said += [Text(f"  {kind_sentence(shown, kind)}") for kind in shown.kinds]
    said += [Text(f"Left out: {sentence}", style="yellow") for sentence in result.left_out]
    return [table, *said, *(Text(warning, style="yellow") for warning in result.warnings)]
