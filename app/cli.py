"""The command ``mtp-race``: from the command line to what does the work; no logic."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.boundary.hooks import Hooks
from app.boundary.log import open_log
from app.boundary.unexpected import problem_of
from app.terminal.arguments import build_parser
from app.terminal.environment import FAILED, Environment

if TYPE_CHECKING:
    from app.draw.studio import Studio

_DRAW: Final = ("export", "card", "article", "site", "sweep-export")
_NATIVE: Final = (*_DRAW, "window", None)
"""Commands inside native code that would not survive an interruption."""
_STOPS_CLEANLY: Final = ("run", "sweep", "suite", "watch", *_NATIVE)
"""Commands that a signal never cuts off inside a step: it stops what they do, once that has begun."""


def main(arguments: Sequence[str] | None = None, env: Environment | None = None) -> int:
    """Runs one command and returns its exit status."""
    env = env or Environment()
    open_log(env.places.log)
    hooks = Hooks("terminal", env.complain)
    hooks.install()
    try:
        with env.interrupts:
            return _run(build_parser().parse_args(arguments), env)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone, as in `mtp-race show … | head`. Nothing can be told to it any more.
        sys.stderr.close()
        return FAILED
    except Exception as error:  # noqa: BLE001 - the boundary of every command
        env.complain(problem_of(error, "terminal"))
        return FAILED
    finally:
        hooks.remove()


def _run(parsed: argparse.Namespace, env: Environment) -> int:
    if parsed.command not in _STOPS_CLEANLY:
        env.interrupts.let_go()
    elif parsed.command in _NATIVE:
        env.interrupts.asks()
    # Imported here, so that a command does not wait for what only others need.
    match parsed.command:
        case "run" | "replay" | "show":
            from app.terminal import race

            commands = {"run": race.run, "replay": race.replay, "show": race.show}
            return commands[parsed.command](parsed, env)
        case "export":
            from app.terminal import export

            return export.run(parsed, env, _studio(env))
        case "card" | "article" | "site":
            return _share(parsed, env)
        case "sweep":
            from app.terminal import sweep

            return sweep.run(parsed, env)
        case "suite":
            from app.terminal import suite

            return suite.run(parsed, env)
        case "sweep-export":
            from app.terminal import sweep_export

            return sweep_export.run(parsed, env)
        case "normal" | "compare" | "recipe":
            return _afterwards(parsed, env)
        case "prompts":
            from app.terminal import prompts

            return prompts.run(parsed, env)
        case "verify" | "sandbox":
            from app.terminal import verify

            return verify.verify(parsed, env) if parsed.command == "verify" else verify.sandbox(parsed, env)
        case "models":
            from app.terminal.models import models

            return models(parsed, env)
        case "probe" | "watch":
            from app.terminal.probe import probe
            from app.terminal.watch import watch

            return probe(parsed, env) if parsed.command == "probe" else watch(parsed, env)
        case "doctor":
            from app.terminal.machine import doctor

            return doctor(parsed, env)
        case _:
            return _window(parsed, env)


def _share(parsed: argparse.Namespace, env: Environment) -> int:
    """What is made of races to be shown to others."""
    from app.terminal import article, card, site

    if parsed.command == "card":
        return card.run(parsed, env)
    run = article.run if parsed.command == "article" else site.run
    return run(parsed, env, _studio(env))


def _afterwards(parsed: argparse.Namespace, env: Environment) -> int:
    """Runs what can be asked of results."""
    from app.terminal import compare, normal, recipe

    return {"normal": normal.run, "compare": compare.run, "recipe": recipe.run}[parsed.command](parsed, env)


def _window(parsed: argparse.Namespace, env: Environment) -> int:
    """Opens the window, or without a display runs the same race in the terminal."""
    from app.terminal.display import has_display

    if not has_display():
        env.tell("mtp-race: there is no display here, so the race runs in the terminal.")
        trace = getattr(parsed, "trace", None)
        words = ["run"] if trace is None else ["replay", str(trace)]
        return _run(build_parser().parse_args(words), env)
    # Nothing of the start is garbage, and the collector's rounds would cost a tenth of it. The window turns it on.
    gc.disable()
    from app.ui.application import run

    return run((), env.places, _studio(env), getattr(parsed, "trace", None), env.interrupts)


def _studio(env: Environment) -> Studio:
    """Who makes films: the faces know only what it promises."""
    from app.video.studio import FilmStudio

    return FilmStudio(env.places.resources)
