"""``mtp-race export``: a film, a picture or a report from a trace, or a film from a sweep."""

from __future__ import annotations

import argparse
import time

from app.draw.offscreen import ensure_qt
from app.draw.studio import Encoder, Export, Studio, Tell, encoder_for
from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.present.film_options import SCENES, SWEEP_SCENES, FilmOptions, parse_scenes, parse_size
from app.race.problems import ProblemError
from app.sandbox.races import stored_behaviour
from app.terminal.environment import OK, USAGE, Environment

_TELL_EVERY_S = 0.2


def run(arguments: argparse.Namespace, env: Environment, studio: Studio) -> int:
    """Exports a trace or a sweep. Returns the exit status."""
    sweep = arguments.trace.is_dir() or arguments.trace.suffix.lower() == ".json"
    try:
        encoder = encoder_for(studio.film_encoders if sweep else studio.race_encoders, arguments.to)
        options = _options(arguments, encoder, SWEEP_SCENES if sweep else SCENES)
    except ProblemError as error:
        env.complain(error.problem)
        return USAGE
    if sweep:
        result = load_sweep(arguments.trace)
        ensure_qt()
        return _film(studio.sweep(result, options, arguments.at), arguments.to, env, moving=encoder.moving)
    trace = open_trace(arguments.trace)
    ensure_qt()
    behaviour = stored_behaviour(arguments.trace)
    export = studio.race(trace, arguments.trace.name, options, behaviour, arguments.at)
    if encoder.moving:
        return _film(export, arguments.to, env)
    if trace.note:
        env.tell(f"mtp-race: {trace.note}")
    env.say(str(export.write(arguments.to, _progress(env))))
    return OK


def _film(export: Export, target: str, env: Environment, *, moving: bool = True) -> int:
    for note in export.film.notes:
        env.tell(f"mtp-race: {note}")
    start = time.monotonic()
    try:
        path = export.write(target, _progress(env))
    finally:
        _clear(env)
    if moving:
        took = time.monotonic() - start
        film = export.film
        env.tell(f"{film.seconds:.1f} s of film, {film.frames} frames, made in {took:.1f} s")
    env.say(str(path))
    return OK


def _options(arguments: argparse.Namespace, encoder: Encoder, known: tuple[str, ...]) -> FilmOptions:
    width, height = parse_size(arguments.size) if arguments.size else encoder.size
    return FilmOptions(
        width=width,
        height=height,
        fps=arguments.fps or encoder.fps,
        dark=arguments.theme == "dark",
        scenes=parse_scenes(arguments.scenes, known) if arguments.scenes else known,
        speed=arguments.speed,
        seconds=arguments.seconds or 0.0,
        caption=arguments.caption,
        logo=arguments.logo,
        heat=arguments.heat,
    )


def _progress(env: Environment) -> Tell:
    """A line on standard error that is written over; a pipe gets none. Between two frames a signal ends the export."""
    shown = 0.0
    terminal = env.stderr.isatty()

    def tell(done: int, total: int) -> None:
        nonlocal shown
        env.heed()
        now = time.monotonic()
        if terminal and (now - shown > _TELL_EVERY_S or done == total):
            shown = now
            env.stderr.write(f"\rExporting {done / max(1, total):4.0%}  {done} / {total}")
            env.stderr.flush()

    return tell


def _clear(env: Environment) -> None:
    if env.stderr.isatty():
        env.stderr.write("\r\x1b[K")
