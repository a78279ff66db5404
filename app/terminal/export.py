"""``mtp-race export``: a film, a picture or a report from a trace."""

from __future__ import annotations

import argparse
import time

from app.models.traces import open_trace
from app.race.problems import ProblemError
from app.sandbox.races import stored_behaviour
from app.terminal.environment import OK, USAGE, Environment
from app.video.encoders.base import Encoder, Job, Tell
from app.video.export import encoder_for, export
from app.video.offscreen import ensure_qt
from app.video.options import SCENES, FilmOptions, parse_scenes, parse_size

_TELL_EVERY_S = 0.2


def run(arguments: argparse.Namespace, env: Environment) -> int:
    """Exports a trace. Returns the exit status."""
    try:
        encoder = encoder_for(arguments.to)
        options = _options(arguments, encoder)
    except ProblemError as error:
        env.complain(error.problem)
        return USAGE
    trace = open_trace(arguments.trace)
    ensure_qt()
    behaviour = stored_behaviour(arguments.trace)
    job = Job(trace, arguments.trace.name, options, env.places.resources, behaviour, arguments.at)
    if encoder.moving:
        for note in job.film.notes:
            env.stderr.write(f"mtp-race: {note}\n")
    elif trace.note:
        env.stderr.write(f"mtp-race: {trace.note}\n")
    start = time.monotonic()
    path = export(job, arguments.to, _progress(env))
    _clear(env)
    if encoder.moving:
        took = time.monotonic() - start
        env.stderr.write(f"{job.film.seconds:.1f} s of film, {job.film.frames} frames, made in {took:.1f} s\n")
    env.say(str(path))
    return OK


def _options(arguments: argparse.Namespace, encoder: Encoder) -> FilmOptions:
    width, height = parse_size(arguments.size) if arguments.size else encoder.size
    return FilmOptions(
        width=width,
        height=height,
        fps=arguments.fps or encoder.fps,
        dark=arguments.theme == "dark",
        scenes=parse_scenes(arguments.scenes) if arguments.scenes else SCENES,
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
