"""``mtp-race sweep``: measures which K is best, with a progress line, a table and a sentence a prompt."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Sequence

from rich import box
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from app.library.prompts import find_prompt
from app.present.axis_figures import axis_table, axis_title
from app.present.sweep_figures import cell_name, interval_words, rate_words, speedup_words
from app.present.words import NONE
from app.race.axis_report import axis_sentences
from app.race.lanes import MAX_K, parse_contenders
from app.race.sweep import REPEATS, Spend, progress_words
from app.race.sweep_result import Cell, PromptResult, SweepResult, write_sweep
from app.terminal.environment import FAILED, OK, Environment
from app.terminal.race import find_pair
from app.worker.request import SweepRequest
from app.worker.sweep_run import SweepRun

_FRAME_S = 0.25


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Sweeps, shows how far it is, and prints what was found. Returns the exit status."""
    asked = arguments.prompts or ("code,english,haiku" if arguments.over is None else "code")
    names = [name.strip() for name in asked.split(",") if name.strip()]
    lanes = arguments.k or parse_contenders("1,2,3,4,6,8" if arguments.over is None else "1,3", MAX_K)
    request = SweepRequest(
        pair=find_pair(arguments.pair, env),
        prompts=tuple(find_prompt(env.places, name) for name in names),
        contenders=lanes,
        spend=Spend(arguments.repeats or (0 if arguments.budget else REPEATS), arguments.budget),
        max_tokens=arguments.max_tokens,
        context=arguments.context,
        threads=arguments.threads,
        engine=arguments.engine,
        axis=arguments.over,
    )
    sweep = run_and_follow(request, arguments, env)
    if arguments.json:
        env.say_json(json.loads(write_sweep(sweep.result)))
    else:
        _report(sweep, env)
    return OK if sweep.problem is None else FAILED


def run_and_follow(request: SweepRequest, arguments: argparse.Namespace, env: Environment) -> SweepRun:
    """Runs a sweep, or a suite, to its end or until it is stopped, shows how far it is, and tells what went wrong."""
    pool = env.make_pool()
    try:
        sweep = SweepRun(request, env.places, pool, arguments.out)
        sweep.start()
        with env.interrupts.calls(sweep.stop):
            follow(sweep, env, quiet=arguments.json)
    finally:
        pool.close()
    if sweep.problem is not None:
        env.complain(sweep.problem)
    return sweep


def follow(sweep: SweepRun, env: Environment, *, quiet: bool) -> None:
    """Shows how far a sweep is until it is over."""
    console = env.console()
    if quiet or not console.is_terminal:
        sweep.join()
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, left="")
        while not sweep.join(_FRAME_S):
            progress = sweep.progress
            bar.update(task, completed=progress.fraction, description=progress.now, left=progress_words(progress))


def _report(sweep: SweepRun, env: Environment) -> None:
    console = env.console()
    result = sweep.result
    for part in report(result):
        console.print(part, soft_wrap=isinstance(part, Text))
    tell_folder(sweep, env)


def tell_folder(sweep: SweepRun, env: Environment) -> None:
    """Says where a sweep is kept, and how one that was stopped goes on."""
    env.tell(f"Kept in {sweep.folder}")
    if sweep.stopped:
        env.tell(f"Stopped. The same command with --out {shlex.quote(str(sweep.folder))} goes on from here.")


def axis_report(result: SweepResult) -> Sequence[Table | Text]:
    """Returns the table of a sweep over a condition, what changes with it, and the warnings."""
    head, *rows = axis_table(result)
    title = f"{result.pair_title}: {axis_title(result)}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for number, name in enumerate(head):
        table.add_column(name, justify="left" if number < 2 else "right", no_wrap=number in (2, 3))
    for row in rows:
        table.add_row(*row)
    said = [Text(sentence, style="bold") for sentence in axis_sentences(result)]
    return [table, *said, *(Text(warning, style="yellow") for warning in result.warnings)]


def report(result: SweepResult) -> Sequence[Table | Text]:
    """Returns the table of all cells, the advice and the warnings."""
    if result.axis:
        return axis_report(result)
    table = Table(title=f"{result.pair_title}: times the baseline's rate, 95 % interval", title_justify="left")
    table.add_column("Prompt")
    table.add_column("Baseline", justify="right")
    lanes = list(result.prompts[0].cells) if result.prompts else []
    for cell in lanes:
        table.add_column(cell_name(cell), justify="right")
    for prompt in result.prompts:
        table.add_row(prompt.title, rate_words(prompt), *(_cell(prompt, cell) for cell in prompt.cells))
    said = [Text(f"{prompt.title}: {prompt.advice}", style="bold") for prompt in result.prompts]
    return [table, *said, *(Text(warning, style="yellow") for warning in result.warnings)]


def _cell(prompt: PromptResult, cell: Cell) -> Text:
    losing = cell.speedup is not None and cell.speedup.high < 1
    style = "bold" if cell.lane == prompt.best else "red" if losing else ""
    span = interval_words(cell)
    return Text(f"{speedup_words(cell)}" + (f"\n{span}" if span != NONE else ""), style=style)
