"""``mtp-race doctor``: what this machine can do, in plain words."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys

import psutil

from app.engines import ENGINES
from app.engines.base import EngineInfo
from app.models.registry import load_registry
from app.models.states import Ready, state
from app.terminal.environment import OK, Environment
from app.worker.machine import describe_machine

_GIB = 1 << 30


def doctor(arguments: argparse.Namespace, env: Environment) -> int:
    """Says in plain words what this machine can do."""
    machine = describe_machine()
    engines = {name: _engine_state(info) for name, info in ENGINES.items()}
    if arguments.json:
        env.say(json.dumps({"cpu": machine.cpu, "cores": machine.cores, "gpus": machine.gpus, "engines": engines}))
        return OK
    free = psutil.virtual_memory().available / _GIB
    env.say(f"Processor  {machine.cpu or 'unknown'}, {machine.cores} physical cores")
    env.say(f"Memory     {machine.memory_bytes / _GIB:.1f} GiB, {free:.1f} GiB free now")
    env.say(f"GPU        {', '.join(machine.gpus) or 'none that NVIDIA tools report'}")
    for name, found in engines.items():
        env.say(f"Engine     {ENGINES[name].title}: {found}")
    registry = load_registry(places=env.places)
    ready = [pair.id for pair in registry.pairs if isinstance(state(pair, env.places), Ready)]
    env.say(f"Pairs      ready to race: {', '.join(ready) or 'none'}; 'mtp-race models' lists all")
    env.say(f"Traces     {env.places.data / 'races'}")
    return OK


def _engine_state(info: EngineInfo) -> str:
    if info.platforms and not sys.platform.startswith(info.platforms):
        return "not for this platform"
    versions = []
    for name in info.requires:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            return f"missing {name}" + (f"; install it with: {info.install}" if info.install else "")
    return f"ready ({', '.join(versions)})" if versions else "ready"
