"""Programs that try to get out of the sandbox. `python -m tests.sandbox.attacks` runs them and prints a table."""

from __future__ import annotations

import secrets
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from app.sandbox.base import Sandbox
from app.sandbox.results import Job, RunResult
from tests.sandbox.attacks.attack import HELPERS, Attack
from tests.sandbox.attacks.exhausting import EXHAUSTING
from tests.sandbox.attacks.fetching import FETCHING
from tests.sandbox.attacks.forging import FORGING
from tests.sandbox.attacks.kernel import KERNEL
from tests.sandbox.attacks.network import NETWORK
from tests.sandbox.attacks.processes import PROCESSES
from tests.sandbox.attacks.reading import READING
from tests.sandbox.attacks.world import World, leftovers
from tests.sandbox.attacks.writing import WRITING

_REFUSED = {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2066)}

ATTACKS: tuple[Attack, ...] = (*(*READING, *NETWORK, *FETCHING, *WRITING, *EXHAUSTING, *PROCESSES, *KERNEL, *FORGING),)


@dataclass(frozen=True)
class Outcome:
    """How an attack went. `problems` is empty when it was contained."""

    attack: str
    ended: str
    seconds: float
    problems: tuple[str, ...]
    result: RunResult


def source_of(attack: Attack, world: World) -> str:
    return world.facts() + HELPERS + attack.source


def carry_out(attack: Attack, world: World, sandbox: Sandbox) -> Outcome:
    """Run one attack in the sandbox and look for what it took, changed and left."""
    mark = f"mark-{secrets.token_hex(8)}"
    job = Job(source=source_of(attack, world), limits=attack.limits, scenarios=attack.scenarios, env={"MTP_RUN": mark})
    gate = world.gate() if attack.gate else None
    result = sandbox.run(job, None, None if gate is None else gate.access("a", live=True, tell=True))
    problems = world.trouble()
    everything = msgspec.json.encode(result).decode() + "".join(
        (file.data or b"").decode("utf-8", "replace") + file.name for file in result.files
    )
    if world.secret in everything:
        problems.append("the secret came out")
    if "ESCAPED" in result.stdout:
        problems += [line for line in result.stdout.splitlines() if "ESCAPED" in line]
    if result.ended not in attack.ends:
        problems.append(f"the run ended as {result.ended}: {result.problem} {result.stderr[-300:]}")
    if result.error is not None and result.error.type in ("NameError", "SyntaxError", "KeyError", "IndentationError"):
        problems.append(f"the attack itself is wrong: {result.error}")
    problems += forged(attack, result)
    left = leftovers(mark)
    if left:
        problems.append(f"processes left: {left}")
    return Outcome(attack.name, result.ended, result.wall_s, tuple(problems), result)


def forged(attack: Attack, result: RunResult) -> list[str]:
    """What the run is told to be and is not."""
    found = []
    if attack.ending and result.sentence() != attack.ending:
        found.append(f"forged: it {result.sentence()}, and really it {attack.ending}")
    outcomes = sum(len(made) for made in result.outcomes)
    if attack.most_outcomes is not None and outcomes > attack.most_outcomes:
        found.append(f"forged: {outcomes} results of calls")
    told = "".join(strings(msgspec.to_builtins(result)))
    if attack.plain and any(char in _REFUSED or unicodedata.category(char) == "Cs" for char in told):
        found.append("a control character came out")
    if attack.plain and result.error is not None and "[" in result.error.type:
        found.append("markup came out as a name")
    return found


def strings(value: object) -> Iterator[str]:
    """Every string in a value made of lists and dicts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def carry_out_unprotected(attack: Attack, world: World) -> bool:
    """Run a control outside a sandbox; whether it got the secret out, which shows that the attack is a real one."""
    done = subprocess.run(
        [sys.executable, "-c", source_of(attack, world)], capture_output=True, cwd=world.folder, timeout=30
    )
    got = world.secret.encode() in done.stdout or bool(world.hits)
    (world.folder / "link.sock").unlink(missing_ok=True)
    world.hits.clear()
    return got
