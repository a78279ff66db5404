"""The rows of a sweep: its prompts, each under every condition where conditions change."""

from __future__ import annotations

import msgspec

from app.engines import ENGINES
from app.race.axes import Axis, AxisValue
from app.race.events import Loaded
from app.race.problems import Problem, ProblemError
from app.race.prompts import Prompt
from app.worker.request import SweepRequest


class SweepRow(msgspec.Struct, frozen=True):
    """One row.

    Attributes:
        heading: Its name, which no other row has, and what it is called.
        prompt: What is asked.
        value: The condition; None where none changes.
    """

    heading: Prompt
    prompt: Prompt
    value: AxisValue | None = None

    @property
    def condition(self) -> str:
        """The condition's word; empty where none changes."""
        return "" if self.value is None else self.value.word


def sweep_rows(request: SweepRequest) -> tuple[SweepRow, ...]:
    """Returns the rows of a sweep, those of one prompt beside each other."""
    axis = request.axis
    if axis is None:
        return tuple(SweepRow(prompt, prompt) for prompt in request.prompts)
    return tuple(_row(axis, value, prompt, len(request.prompts)) for prompt in request.prompts for value in axis.values)


def _row(axis: Axis, value: AxisValue, prompt: Prompt, prompts: int) -> SweepRow:
    said = axis.row(value)
    title = said[:1].upper() + said[1:] if prompts == 1 else f"{prompt.title.partition(':')[0]}, {said}"
    heading = msgspec.structs.replace(prompt, name=f"{prompt.name}@{value.word}".replace("/", "-"), title=title)
    return SweepRow(heading, prompt, value)


def check_axis(axis: Axis, engine: str) -> None:
    """Raises :class:`ProblemError` if the engine cannot change that condition."""
    facts = axis.facts
    if facts.engines and engine not in facts.engines:
        able = ", ".join(ENGINES[name].title for name in facts.engines)
        raise ProblemError(
            Problem(
                "axis-engine",
                f"{ENGINES[engine].title if engine in ENGINES else engine} cannot be swept over {facts.title}.",
                "It has no such setting that the app can change.",
                f"Use an engine that has: {able}.",
            )
        )


def unmet(value: AxisValue | None, loaded: Loaded | None) -> str:
    """Says why a heat did not run under its condition, as far as the loaded lane tells; empty if it did."""
    layers = None if value is None else value.setting.gpu_layers
    if layers and loaded is not None and loaded.device.startswith("CPU"):
        return "No GPU was found here, so these layers would have run on the processor."
    return ""
