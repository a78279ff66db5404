"""``mtp-race recipe``: what to type elsewhere after a race, a sweep or a suite."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from app.library.sweeps import FILE, load_sweep
from app.library.traces import open_trace
from app.present.recipes import RECIPES, advised_by_race, find_recipe, make_recipe
from app.race.advised import Advised, advised_by_sweep
from app.race.lanes import LaneKind
from app.race.problems import ProblemError
from app.terminal.environment import OK, USAGE, Environment


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Prints the recipe of one program, or of all. Returns the exit status."""
    try:
        recipes = [find_recipe(arguments.program)] if arguments.program else list(RECIPES)
    except ProblemError as error:
        env.complain(error.problem)
        return USAGE
    made = [make_recipe(recipe, _advised(arguments.result)) for recipe in recipes]
    if arguments.json:
        env.say_json(msgspec.to_builtins(made))
        return OK
    env.tell(made[0].reason)
    for item in made:
        if len(made) > 1:
            env.say(f"# {item.title}")
        env.say_raw(item.text + "\n")
        for note in item.notes:
            env.tell(note)
    return OK


def _advised(path: Path) -> Advised:
    if not path.is_dir() and path.suffix.lower() != ".json":
        return advised_by_race(open_trace(path))
    sweep = load_sweep(path)
    folder = path if path.is_dir() else path.parent
    names = [name for prompt in sweep.prompts for cell in prompt.cells for name in cell.traces]
    return advised_by_sweep(sweep, _drafter(folder, names))


def _drafter(folder: Path, traces: list[str]) -> str:
    """The name of the drafter's file, from the first heat: a trace names it, a sweep does not."""
    for name in traces[:1]:
        # A name out of a file leads nowhere but into the folder of that file.
        if Path(name).name == name and name != FILE:
            lanes = open_trace(folder / name).header.lanes
            return next((lane.drafter for lane in lanes if lane.kind is LaneKind.MTP), "")
    return ""
