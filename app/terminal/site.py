"""``mtp-race site``: chosen races and sweeps as a static site. What it would tell of its author is said beforehand."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.draw.offscreen import ensure_qt
from app.draw.studio import Studio
from app.library.blank import MACHINE, PROMPT
from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.present.figures import machine, machine_text
from app.present.view import RaceView
from app.terminal.environment import OK, USAGE, Environment

_SHOWN = 70


def run(arguments: argparse.Namespace, env: Environment, studio: Studio) -> int:
    """Says what everyone would be able to read, and with ``--yes`` writes the site. Returns the exit status."""
    blank = arguments.blank
    for source in arguments.sources:
        env.tell(f"{source.name}: {'; '.join(_told(source, blank)) or 'machine and prompt are left out'}")
    env.tell("The models' answers can be read too, and may repeat a prompt.")
    if not arguments.yes:
        env.tell("Nothing was written. Add --yes to write it, and --blank machine,prompt to leave these out.")
        return USAGE
    ensure_qt()
    where = studio.site(arguments.sources, arguments.folder, blank, env.heed, dark=arguments.theme == "dark")
    env.say(str(where))
    return OK


def _told(source: Path, blank: frozenset[str]) -> list[str]:
    """What a race or a sweep tells of its author."""
    if source.is_dir() or source.suffix.lower() == ".json":
        result = load_sweep(source)
        facts = [(MACHINE, machine_text(result.machine)), (PROMPT, ", ".join(item.title for item in result.prompts))]
    else:
        trace = open_trace(source)
        header = trace.header
        devices = {lane.state.loaded.device for lane in RaceView.of(trace).lanes if lane.state.loaded}
        where = ", ".join(part for part in (machine(header), *sorted(devices)) if part)
        before = f" (and {len(header.request.before)} earlier messages)" if header.request.before else ""
        prompt = header.request.prompt.strip()
        short = prompt[:_SHOWN] + ("…" if len(prompt) > _SHOWN else "")
        facts = [(MACHINE, where), (PROMPT, f"{header.prompt_name}: {short}{before}")]
    return [f"{name} {text!r}" for name, text in facts if name not in blank and text]
