"""``mtp-race models forecast``: what MTP will bring on this machine, before a model is fetched."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence

import msgspec
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.models.fit.memory import free_memory
from app.models.forecast.remote import is_remote_name
from app.models.hub.client import Hub, make_client
from app.models.hub.settings import hub_settings
from app.models.registry.reader import load_registry
from app.present.forecast import PAY_TITLES, forecast_lines, k_rows, pay_rows, text_rows
from app.race.forecast import Forecast
from app.race.problems import Problem, ProblemError
from app.race.published import read_published
from app.terminal.environment import FAILED, OK, Environment
from app.worker.forecast import ForecastSubject, fitting_pairs, make_forecast, registry_subject, remote_subject
from app.worker.forecast_store import ForecastStore

_STOPPED = 130


def forecast(arguments: argparse.Namespace, env: Environment) -> int:
    """Forecasts one pair or all that fit, or lists what was forecast before."""
    if arguments.id is None and not arguments.all:
        return _list(arguments, env)
    stopped = threading.Event()
    with env.interrupts.calls(stopped.set):
        try:
            if arguments.all:
                return _make_all(arguments, env, stopped)
            made = _make(_subject(arguments.id, arguments.weights, env), arguments, env, stopped)
        except ProblemError as error:
            if stopped.is_set():
                env.tell(error.problem.sentence)
                return _STOPPED
            raise
    if arguments.json:
        env.say_json(msgspec.to_builtins(made))
    else:
        _show(made, env)
    return OK


def _make_all(arguments: argparse.Namespace, env: Environment, stopped: threading.Event) -> int:
    """Forecasts what fits and was not forecast yet, one after the other, and lists all."""
    kept, registry = ForecastStore.of(env.places).all(), load_registry(places=env.places)
    pairs = [pair for pair in fitting_pairs(registry, env.places, free_memory(use_gpu=True)) if pair.id not in kept]
    for number, pair in enumerate(pairs, start=1):
        env.tell(f"{number} of {len(pairs)}: {pair.title}")
        try:
            _make(registry_subject(pair, registry), arguments, env, stopped)
        except ProblemError as error:
            if stopped.is_set():
                raise
            env.complain(error.problem)  # the others can be forecast all the same
    return _list(arguments, env)


def _subject(name: str, weights: str, env: Environment) -> ForecastSubject:
    registry = load_registry(places=env.places)
    pair = registry.get(name)
    if pair is not None:
        if weights:
            told = pair.weights or pair.quantization
            raise ProblemError(Problem("forecast-weights", f"The weights of {pair.title} are known: {told}."))
        return registry_subject(pair, registry)
    if is_remote_name(name):
        with make_client() as client:
            return remote_subject(name, weights, Hub(hub_settings(), client), registry)
    raise ProblemError(
        Problem(
            "pair-unknown",
            f'There is no pair "{name}".',
            action="`mtp-race models` lists all; a model on the hub is named OWNER/NAME or OWNER/NAME/FILE.gguf.",
        )
    )


def _make(
    subject: ForecastSubject, arguments: argparse.Namespace, env: Environment, stopped: threading.Event
) -> Forecast:
    subject = msgspec.structs.replace(subject, threads=arguments.threads)
    published = read_published((env.places.resources / "published-results.toml").read_text(encoding="utf-8"))
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=env.console(), transient=True, disable=arguments.json) as view:
        task = view.add_task("", total=1.0)

        def tell(words: str, share: float) -> None:
            view.update(task, description=words, completed=share)

        return make_forecast(subject, env.places, published, free_memory(use_gpu=True), tell, stopped)


def _show(made: Forecast, env: Environment) -> None:
    console = env.result_console(100)
    first, *rest = forecast_lines(made)
    console.print(first, soft_wrap=True)
    console.print(_table(("K", "Speedup", "Pays from"), k_rows(made)))
    console.print(_table(("Text", "Best K", "Speedup", "Acceptance"), text_rows(made)))
    for line in rest:
        console.print(line, soft_wrap=True)


def _list(arguments: argparse.Namespace, env: Environment) -> int:
    kept = list(ForecastStore.of(env.places).all().values())
    if arguments.json:
        env.say_json({"forecasts": msgspec.to_builtins(kept)})
    elif kept:
        env.result_console(100).print(_table(PAY_TITLES, pay_rows(kept)))
    else:
        env.say("Nothing was forecast on this machine yet. `mtp-race models forecast ID` forecasts a pair.")
        return FAILED
    return OK


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, title in enumerate(titles):
        table.add_column(title, justify="left" if place in (0, len(titles) - 1) and len(titles) > 3 else "right")
    for row in rows:
        table.add_row(*row)
    return table
