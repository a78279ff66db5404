"""What is known about how two programs behave: the data that is stored beside a trace and shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from app.sandbox.extract import Program
from app.sandbox.gate.recording import Fetched
from app.sandbox.results import RunResult

VERSION = 1


class BehaviourVerdict(StrEnum):
    """Do both programs do the same? NOT_RUN: there was no sandbox or no program, so nothing was tried."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not comparable"
    NOT_RUN = "not run"


class Aspect(msgspec.Struct, frozen=True):
    """One thing that was compared, with a sentence of its own."""

    name: Literal["ending", "output", "errors", "files", "figures", "functions"]
    verdict: Literal["same", "different", "unclear"]
    sentence: str


class FigurePair(msgspec.Struct, frozen=True):
    """Two figures that belong together. `a` and `b` are PNG files drawn anew, None where a program made none.

    `changed` is the share of pixels that differ, 0..1. `style`: in what the style of two figures that draw the same
    differs; empty where it does not.
    """

    name_a: str
    name_b: str
    a: bytes | None
    b: bytes | None
    verdict: Literal["same", "different", "unreadable"]
    sentence: str
    changed: float | None = None
    style: str = ""


class Counterexample(msgspec.Struct, frozen=True):
    """A call, or a few lines of calls, that anyone can paste, and what each program does with it."""

    call_a: str
    call_b: str
    a: str
    b: str


class FunctionPair(msgspec.Struct, frozen=True):
    """Two functions that were taken for the same one, and how far they agreed."""

    name_a: str
    name_b: str
    matched_by: Literal["name", "role"]
    verdict: Literal["same", "different", "unclear"]
    sentence: str
    tried: int = 0
    agreed: int = 0
    counterexample: Counterexample | None = None


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """The behaviour verdict with its evidence. `a` is the first lane's program, `b` the second's.

    `sentence` says the verdict and its main reason; `action` what the user can do about it, if anything. `lacks` is the
    package that a program wanted and that the app can bring; `python` and `packages` are the versions that ran;
    `fetched` is what they asked the gate for, and `data_note` what is to be known of the data that they got.
    """

    version: int = VERSION
    verdict: BehaviourVerdict
    sentence: str
    action: str = ""
    lacks: str = ""
    aspects: tuple[Aspect, ...] = ()
    program_a: Program | None = None
    program_b: Program | None = None
    run_a: RunResult | None = None
    run_b: RunResult | None = None
    figures: tuple[FigurePair, ...] = ()
    functions: tuple[FunctionPair, ...] = ()
    unmatched_a: tuple[str, ...] = ()
    unmatched_b: tuple[str, ...] = ()
    fetched: tuple[Fetched, ...] = ()
    data_note: str = ""
    sandbox: str = ""
    python: str = ""
    packages: dict[str, str] = {}
    seconds: float = 0.0

    @property
    def counterexamples(self) -> tuple[Counterexample, ...]:
        """The counterexamples of all pairs of functions that have one."""
        return tuple(pair.counterexample for pair in self.functions if pair.counterexample is not None)

    def to_json(self) -> bytes:
        """Returns it as JSON, to be read again by :func:`from_json`."""
        return msgspec.json.encode(self)


def from_json(data: bytes) -> Behaviour:
    """A stored behaviour. Raises msgspec.ValidationError or msgspec.DecodeError for anything else."""
    return msgspec.json.decode(data, type=Behaviour)
