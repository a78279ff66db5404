"""``mtp-race doctor``: what this machine can do, in plain words."""

from __future__ import annotations

import argparse

import msgspec
import psutil

from app.engines import ENGINES
from app.engines.llama_backends import build_sentence, library_folder
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.terminal.environment import OK, Environment
from app.worker.engine_names import engine_facts, engine_state
from app.worker.machine import describe_machine

_GIB = 1 << 30


def doctor(arguments: argparse.Namespace, env: Environment) -> int:
    """Says in plain words what this machine can do."""
    machine = describe_machine()
    registry = load_registry(places=env.places)
    engines = {name: engine_state(info, registry.servers) for name, info in ENGINES.items()}
    if arguments.json:
        told = {
            name: {**msgspec.to_builtins(found), "can": engine_facts(ENGINES[name])} for name, found in engines.items()
        }
        env.say_json(
            {
                "cpu": machine.cpu,
                "cores": machine.cores,
                "gpus": machine.gpus,
                "engines": told,
                "llama_build": build_sentence(library_folder()),
                "log": str(env.places.log),
            }
        )
        return OK
    free = psutil.virtual_memory().available / _GIB
    env.say(f"Processor  {machine.cpu or 'unknown'}, {machine.cores} physical cores")
    env.say(f"Memory     {machine.memory_bytes / _GIB:.1f} GiB, {free:.1f} GiB free now")
    env.say(f"GPU        {', '.join(machine.gpus) or 'none that NVIDIA tools report'}")
    for name, found in engines.items():
        env.say(f"Engine     {ENGINES[name].title}: {found.sentence}")
        if found.install:
            env.say(f"           install it with: {found.install}")
        if name == "llama.cpp":
            env.say(f"           build: {build_sentence(library_folder())}")
    env.say("           A server that runs elsewhere needs nothing installed here: --servers URL MTP_URL")
    ready = [pair.id for pair in registry.pairs if isinstance(availability(pair, env.places), Ready)]
    env.say(f"Pairs      ready to race: {', '.join(ready) or 'none'}; 'mtp-race models' lists all")
    env.say(f"Traces     {env.places.races}")
    env.say(f"Log        {env.places.log}")
    return OK
