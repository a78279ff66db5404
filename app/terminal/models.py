"""``mtp-race models``: the pairs of this machine, fetching, removing and checking them."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as ProgressView

from app.models.fit.memory import free_memory
from app.models.hub.client import Hub, make_client
from app.models.hub.progress import Progress
from app.models.hub.settings import hub_settings
from app.terminal import model_commands as commands
from app.terminal.environment import Environment
from app.terminal.model_commands import Result


def models(arguments: argparse.Namespace, env: Environment) -> int:
    """Does what ``mtp-race models ACTION`` asks for; without an action it lists the pairs."""
    if arguments.action == "forecast":
        from app.terminal.forecast import forecast  # Here: other actions need neither workers nor costs.

        return forecast(arguments, env)
    result = _do(arguments, env)
    if arguments.json:
        env.say_json(result.data)
    else:
        for line in result.lines:
            env.say(line)
    return result.code


def _do(arguments: argparse.Namespace, env: Environment) -> Result:
    context = getattr(arguments, "context", 4096)
    match arguments.action:
        case "get":
            return _get(arguments.id, env)
        case "remove":
            return commands.remove_model(arguments.id, env.places)
        case "check":
            with ExitStack() as stack:
                hub = _hub(stack) if arguments.online else None
                return commands.check_models(env.places, hub)
        case "fit":
            return commands.fit_model(arguments.id, env.places, free_memory(), context)
        case "local":
            return commands.find_local(map(Path, arguments.paths))
        case _:
            return commands.list_models(env.places, free_memory())


def _hub(stack: ExitStack) -> Hub:
    return Hub(hub_settings(), stack.enter_context(make_client()))


def _get(pair_id: str, env: Environment) -> Result:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with ExitStack() as stack:
        view = stack.enter_context(ProgressView(*columns, TimeRemainingColumn(), console=env.console()))
        task = view.add_task(pair_id, total=None)

        def show(now: Progress) -> None:
            view.update(task, completed=now.done, total=now.total, description=f"{pair_id}: {now.phase}")

        return commands.get_model(pair_id, env.places, _hub(stack), show)
