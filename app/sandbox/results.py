"""What goes into a sandbox and what comes out of it. Everything here can be stored as JSON."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from app.sandbox.drawn import DrawnFigure

MIB = 1024 * 1024

Ended = Literal[
    "exited", "timed_out", "out_of_memory", "too_much_output", "too_much_disk", "stopped", "broken"
]  # "broken": the sandbox ended without a readable report


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one run may use. Sizes in bytes; they hold for all processes of the run together."""

    wall_s: float = 10.0
    cpu_s: int = 10  # for each process
    memory: int = 512 * MIB
    processes: int = 48  # threads count too
    file: int = 32 * MIB
    disk: int = 64 * MIB
    files: int = 4096
    open_files: int = 256
    output: int = 1 * MIB  # stdout and stderr together
    report: int = 24 * MIB


class CallSpec(msgspec.Struct, frozen=True):
    """One call with every argument written as a Python literal."""

    function: str
    args: tuple[str, ...] = ()
    kwargs: dict[str, str] = {}

    def __str__(self) -> str:
        parts = [*self.args, *(f"{name}={value}" for name, value in self.kwargs.items())]
        return f"{self.function}({', '.join(parts)})"


class Scenario(msgspec.Struct, frozen=True):
    """Calls made one after the other in a fresh copy of the loaded program."""

    calls: tuple[CallSpec, ...]
    budget_s: float = 5.0
    call_s: float = 0.25


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A program to run. With scenarios it is loaded without its demo (`__name__` is "program") and called."""

    source: str
    limits: Limits = Limits()
    seed: int = 0
    scenarios: tuple[Scenario, ...] = ()
    env: dict[str, str] = {}


class Parameter(msgspec.Struct, frozen=True):
    name: str
    kind: Literal["positional", "keyword", "star", "double_star"] = "positional"
    hint: str = ""
    default: str | None = None


class Function(msgspec.Struct, frozen=True):
    """A public function of a program, read from its source: nothing was run to know it."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: str = ""
    line: int = 0
    shape: dict[str, int] = {}  # how often each kind of syntax node occurs in it
    generator: bool = False
    coroutine: bool = False


class Class(msgspec.Struct, frozen=True):
    name: str
    methods: tuple[str, ...] = ()
    line: int = 0


class Raised(msgspec.Struct, frozen=True):
    """An exception that ended a program or a call. `line` is the program's own line, None when unknown."""

    type: str
    message: str = ""
    line: int | None = None


class ProducedFile(msgspec.Struct, frozen=True):
    """A file in the work directory at the end. `data` is there for pictures and small text files only;
    the digest is empty where there was too much to read."""

    name: str
    size: int
    sha256: str
    data: bytes | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What one call did. `value` and `after` are encoded values (see compare_values); `after` maps the index or
    name of each argument that the call changed."""

    kind: Literal["returned", "raised", "too_slow"]
    value: Any = None
    error: Raised | None = None
    after: dict[str, Any] = {}
    printed: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON that leaves the sandbox. It is hostile input: the program may have forged every field."""

    status: int | None = None  # as from waitpid
    timed_out: bool = False
    error: Raised | None = None
    missing_module: str | None = None
    wanted_input: bool = False
    wall_s: float = 0.0
    cpu_s: float | None = None
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    demo_calls: tuple[CallSpec, ...] = ()
    files: tuple[ProducedFile, ...] = ()
    files_left_out: int = 0
    drawn: tuple[DrawnFigure, ...] = ()
    outcomes: tuple[tuple[Outcome, ...], ...] = ()
    loaded: bool = False


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one program. `wall_s` is the program's own time in seconds, without the start of the sandbox.

    `wanted_arguments`: it ended for want of arguments; `waited`: it computed next to nothing until it was stopped.
    """

    ended: Ended
    exit_code: int | None = None
    signal: str | None = None
    stdout: str = ""
    stderr: str = ""
    error: Raised | None = None
    missing_module: str | None = None
    wanted_input: bool = False
    wanted_arguments: bool = False
    waited: bool = False
    wall_s: float = 0.0
    peak_memory: int = 0
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    demo_calls: tuple[CallSpec, ...] = ()
    files: tuple[ProducedFile, ...] = ()
    files_left_out: int = 0
    drawn: tuple[DrawnFigure, ...] = ()
    outcomes: tuple[tuple[Outcome, ...], ...] = ()
    loaded: bool = False
    problem: str = ""  # why ended is "broken", in plain words

    def sentence(self) -> str:
        """How the run ended, as the end of a sentence that starts with the program's name."""
        if self.ended == "exited":
            return self._exit_sentence()
        return _SENTENCES[self.ended] + (": it only waited, and computed nothing" if self.waited else "")

    def _exit_sentence(self) -> str:
        if self.wanted_input:
            return "asks for keyboard input, which there is none of in the sandbox: its input ended at once"
        if self.wanted_arguments:
            return "wants arguments on the command line, and was given none"
        if self.signal:
            return f"crashed with {self.signal}"
        if self.error is not None:
            where = f" at line {self.error.line}" if self.error.line else ""
            return f"stopped with {self.error.type}{where}"
        if self.exit_code:
            return f"ended with exit status {self.exit_code}"
        return "ran to its end"


_SENTENCES: dict[Ended, str] = {
    "timed_out": "was stopped at the time limit",
    "out_of_memory": "was stopped at the memory limit",
    "too_much_output": "was stopped because it printed too much",
    "too_much_disk": "was stopped because it wrote too many files",
    "stopped": "was stopped by you",
    "broken": "ended without a report",
    "exited": "ended",
}
