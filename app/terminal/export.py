"""``mtp-race export``: a film, a picture or a report from a trace, or a film from a sweep."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from app.draw.offscreen import ensure_qt
from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.race.problems import ProblemError
from app.sandbox.races import stored_behaviour
from app.terminal.environment import OK, USAGE, Environment
from app.video.encoders.base import Encoder, Footage, Job, Tell
from app.video.export import encoder_for, export, export_film, film_encoder_for
from app.video.options import SCENES, SWEEP_SCENES, FilmOptions, parse_scenes, parse_size
from app.video.sweep.film import SweepJob

_TELL_EVERY_S = 0.2


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Exports a trace or a sweep. Returns the exit status."""
    sweep = arguments.trace.is_dir() or arguments.trace.suffix.lower() == ".json"
    try:
        encoder = film_encoder_for(arguments.to) if sweep else encoder_for(arguments.to)
        options = _options(arguments, encoder, SWEEP_SCENES if sweep else SCENES)
    except ProblemError as error:
        env.complain(error.problem)
        return USAGE
    return _sweep(arguments, env, options) if sweep else _race(arguments, env, options, encoder)


def _race(arguments: argparse.Namespace, env: Environment, options: FilmOptions, encoder: Encoder) -> int:
    trace = open_trace(arguments.trace)
    ensure_qt()
    behaviour = stored_behaviour(arguments.trace)
    job = Job(trace, arguments.trace.name, options, env.places.resources, behaviour, arguments.at)
    if encoder.moving:
        return _film(job, env, lambda: export(job, arguments.to, _progress(env)))
    if trace.note:
        env.stderr.write(f"mtp-race: {trace.note}\n")
    env.say(str(export(job, arguments.to, _progress(env))))
    return OK


def _sweep(arguments: argparse.Namespace, env: Environment, options: FilmOptions) -> int:
    result = load_sweep(arguments.trace)
    ensure_qt()
    job = SweepJob(result, options, env.places.resources, arguments.at)
    moving = film_encoder_for(arguments.to).moving
    return _film(job, env, lambda: export_film(job, arguments.to, _progress(env)), moving=moving)


def _film(job: Footage, env: Environment, make: Callable[[], Path], *, moving: bool = True) -> int:
    for note in job.film.notes:
        env.stderr.write(f"mtp-race: {note}\n")
    start = time.monotonic()
    try:
        path = make()
    finally:
        _clear(env)
    if moving:
        took = time.monotonic() - start
        env.stderr.write(f"{job.film.seconds:.1f} s of film, {job.film.frames} frames, made in {took:.1f} s\n")
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
    """A line on standard error that is written over; a pipe gets none."""
    shown = 0.0
    terminal = env.stderr.isatty()

    def tell(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if terminal and (now - shown > _TELL_EVERY_S or done == total):
            shown = now
            env.stderr.write(f"\rExporting {done / max(1, total):4.0%}  {done} / {total}")
            env.stderr.flush()

    return tell


def _clear(env: Environment) -> None:
    if env.stderr.isatty():
        env.stderr.write("\r\x1b[K")
