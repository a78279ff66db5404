"""What a race tells of its author, and the same race without it."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Final

import msgspec

from app.race.events import Failed, Hello, LaneEvent, Loaded
from app.race.sweep_result import SweepResult
from app.race.trace import Machine, Trace, TraceWriter

MACHINE: Final = "machine"
PROMPT: Final = "prompt"
BLANKS: Final = (MACHINE, PROMPT)
"""What can be left out."""


def blanked(trace: Trace, what: Collection[str]) -> bytes:
    """Returns a race as the bytes of a trace, without its machine or its prompt. The models' answers stay.

    Args:
        what: Some of ``BLANKS``.
    """
    header = trace.header
    if MACHINE in what:
        # Settings of a lane can name a server.
        lanes = tuple(msgspec.structs.replace(lane, options={}) for lane in header.lanes)
        header = msgspec.structs.replace(header, machine=Machine(), lanes=lanes)
    if PROMPT in what:
        request = msgspec.structs.replace(header.request, prompt="", before=())
        header = msgspec.structs.replace(header, request=request, prompt_name="")
    out = io.BytesIO()
    writer = TraceWriter(out, header)
    for record in trace.records:
        event = _without_machine(record.e) if MACHINE in what else record.e
        writer.write(msgspec.structs.replace(record, e=event))
    if trace.complete:
        writer.close()
    return out.getvalue()


def _without_machine(event: LaneEvent) -> LaneEvent:
    if isinstance(event, Loaded):
        return msgspec.structs.replace(event, device="", notes=(), memory_bytes=0, threads=0)
    if isinstance(event, Hello):
        return msgspec.structs.replace(event, pid=0)
    if isinstance(event, Failed):
        return Failed(msgspec.structs.replace(event.problem, cause="", action=""))
    return event


def blanked_sweep(result: SweepResult, what: Collection[str]) -> SweepResult:
    """Returns a sweep without its machine or the names of its prompts."""
    if MACHINE in what:
        result = msgspec.structs.replace(result, machine=Machine())
    if PROMPT in what:
        prompts = []
        for number, prompt in enumerate(result.prompts, start=1):
            name = f"prompt-{number}"
            cells = tuple(msgspec.structs.replace(cell, prompt=name, traces=()) for cell in prompt.cells)
            advice = prompt.advice.replace(prompt.title, f"Prompt {number}")
            title = f"Prompt {number}"
            prompts.append(msgspec.structs.replace(prompt, prompt=name, title=title, cells=cells, advice=advice))
        result = msgspec.structs.replace(result, prompts=tuple(prompts))
    return result
