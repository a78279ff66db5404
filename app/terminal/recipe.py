"""``mtp-race recipe``: what to type elsewhere after a race, a sweep or a suite."""

from __future__ import annotations

import argparse

import msgspec

from app.present.recipes import RECIPES, advised_by, find_recipe, make_recipe
from app.race.problems import ProblemError
from app.terminal.environment import OK, USAGE, Environment


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Prints the recipe of one program, or of all. Returns the exit status."""
    try:
        recipes = [find_recipe(arguments.program)] if arguments.program else list(RECIPES)
    except ProblemError as error:
        env.complain(error.problem)
        return USAGE
    advised = advised_by(arguments.result)
    made = [make_recipe(recipe, advised) for recipe in recipes]
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
