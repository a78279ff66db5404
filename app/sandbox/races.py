"""The behaviour verdict of a recorded race, and where it is kept."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from app.places import find_places, write_private
from app.race.events import Finish
from app.race.fold import LaneState, RaceState
from app.race.problems import DECODE_ERRORS, ProblemError
from app.race.trace import Header, baseline_id, contender_id
from app.sandbox.base import Sandbox, Unavailable
from app.sandbox.behaviour import Behaviour, from_json
from app.sandbox.fences import holds_python_block
from app.sandbox.gate.recording import SUFFIX, Permission, read_recording, recording_path
from app.sandbox.replies import Fetching, Reply
from app.sandbox.verify import verify

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
CODE = "code"
"""The workload class whose races are always verified."""


def to_be_verified(header: Header, state: RaceState) -> bool:
    """Whether a race is verified without being asked to: its prompt wants a program, or an answer holds one."""
    lanes = (baseline_id(header), contender_id(header))
    if None in lanes:
        return False
    texts = [state.lanes[lane].text for lane in lanes if lane is not None and lane in state.lanes]
    return header.workload == CODE or any(holds_python_block(text) for text in texts)


def behaviour_path(trace: Path) -> Path:
    """Returns where the behaviour verdict of a trace is stored: beside it."""
    return trace.with_name(f"{trace.stem}.behaviour.json")


def kept_beside(trace: Path) -> tuple[Path, ...]:
    """Returns the files that belong to a trace and lie beside it, whether they are there or not."""
    return behaviour_path(trace), recording_path(trace)


def verify_race(
    header: Header,
    state: RaceState,
    sandbox: Sandbox | Unavailable,
    stop: threading.Event | None = None,
    *,
    trace: Path | None = None,
    hosts: tuple[str, ...] = (),
) -> Behaviour | None:
    """Runs the programs of the baseline and of the first drafting lane; takes seconds.

    Args:
        trace: Where the race's trace is. What its programs fetched before is beside it, and they get it again.
        hosts: What they may fetch from now; what they fetch is kept beside the trace.

    Returns None if the race has no such two lanes.
    """
    base, other = baseline_id(header), contender_id(header)
    if base is None or other is None:
        return None
    fetching = fetching_for(trace, hosts, bundled_recording(header))
    return verify(_reply(state.lanes[base]), _reply(state.lanes[other]), sandbox, stop, fetching=fetching)


def fetching_for(trace: Path | None, hosts: tuple[str, ...], bundled: Path | None = None) -> Fetching | None:
    """Returns what the programs of a race may fetch: from those hosts, and what is recorded beside its trace.

    Args:
        bundled: A recording that came with the app; put beside the trace where nothing else may be fetched.
    """
    kept = recording_path(trace) if trace is not None else None
    permission = Permission(hosts) if hosts else None
    if permission is not None or (kept is not None and kept.exists()):
        return Fetching(permission, str(kept) if kept is not None else "")
    if bundled is None:
        return None
    if kept is None or trace is None or not trace.exists():
        return Fetching(None, str(bundled))
    try:
        write_private(kept, bundled.read_bytes())
    except OSError:
        return Fetching(None, str(bundled))  # the disk that refuses it is told when the verdict is stored
    return Fetching(None, str(kept))


def bundled_recording(header: Header) -> Path | None:
    """Returns the recording that came with the app for a race's prompt; None if there is none that answers it."""
    name = header.prompt_name
    path = find_places().resources / "recordings" / f"{name}{SUFFIX}"
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    try:
        hosts = read_recording(path).hosts
    except ProblemError:
        return None  # a file of the app was changed: then the prompt has no network
    return path if any(host in header.request.prompt for host in hosts) else None


def _reply(lane: LaneState) -> Reply:
    return Reply(lane.text, hit_limit=lane.finish in (Finish.LENGTH, Finish.CONTEXT, Finish.STOPPED))


def store_behaviour(trace: Path, behaviour: Behaviour) -> None:
    """Stores the verdict beside its trace. Raises OSError."""
    write_private(behaviour_path(trace), behaviour.to_json())


def stored_behaviour(trace: Path) -> Behaviour | None:
    """Returns the verdict stored beside a trace; None if there is none that can be read."""
    try:
        return from_json(behaviour_path(trace).read_bytes())
    except (OSError, *DECODE_ERRORS):
        return None
