"""What an engine is: the only kind of code that knows a runtime.

An engine is loaded once, then run any number of times. A run is stepped by its caller: prefill, then one round at a
time, so that the caller decides when the lane may compute (the chess clock) and reads the clock around each call. The
engine itself only measures what is inside a round: its draft and verify times.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import msgspec

from app.race.events import Finish, Loaded, PassCosts, Prefilled, Round, Totals
from app.race.gate import Gate
from app.race.lanes import LaneKind, LaneSpec, Request


class Capabilities(msgspec.Struct, frozen=True):
    """What an engine can tell. What it lacks is declared here, never faked.

    Attributes:
        stepping: It can be stopped after any round and resumed, so it can race on a chess clock.
        token_ids: It reports token ids.
        logits: It reports top-2 logit gaps.
        rounds: It reports drafted and accepted counts for each round, while it decodes.
        rounds_at_end: It reports them at the end of a run. It may have to be started for that.
        sums_at_end: It reports drafted and accepted counts of the whole run at its end.
        switches: As a server it drafts or not as a request says, so that one address serves both lanes.
        sampling: It takes the app's common random numbers, so that equal seeds give equal draws in every lane.
        sets_k: K can change without loading again. Where not, K is what the lane was loaded or the server started with.
        certainty: It looks at the drafter's probabilities, so that a draft can end by them.
        server: It runs by itself, on this machine or another; a lane's target is its address.
        drafters: The kinds of drafting lanes that it has.
    """

    stepping: bool = True
    token_ids: bool = True
    logits: bool = True
    rounds: bool = True
    rounds_at_end: bool = False
    sums_at_end: bool = False
    switches: bool = False
    sampling: bool = True
    sets_k: bool = True
    certainty: bool = False
    server: bool = False
    drafters: tuple[LaneKind, ...] = (LaneKind.MTP,)


class Engine(Protocol):
    """One loaded lane. Every method raises :class:`app.race.problems.ProblemError` with words for the user."""

    def load(self, spec: LaneSpec) -> Loaded:
        """Loads the lane's models. Called once, before anything else."""
        ...

    def prefill(self, request: Request) -> Prefilled:
        """Starts a run: forgets the run before, feeds the prompt and chooses the first token.

        The returned clock fields are durations from zero; the caller puts them on the lane clock.
        """
        ...

    def round(self) -> Round | Finish:
        """Decodes one round, or tells why the run is over.

        A run is over once a round emitted an end token, the last allowed token or the last that fits the context; the
        next call then returns the reason. The round's clock fields are durations from zero.
        """
        ...

    def tail(self) -> str:
        """Returns text held back at the end of a run (an incomplete character), and forgets it."""
        ...

    def set_k(self, k: int) -> None:
        """Sets K for the rounds to come. Does nothing on a baseline lane."""
        ...

    def stop(self) -> None:
        """Asks a computation that runs now in another thread to end within 200 ms. It then raises :class:`Stopped`."""
        ...

    def pause(self) -> None:
        """The lane's turn is over: native threads must not spin from here on until the next call."""
        ...

    def close(self) -> None:
        """Frees all memory. Nothing may be called afterwards."""
        ...


class Stopped(Exception):
    """A computation was interrupted by :meth:`Engine.stop`."""


class EngineInfo(msgspec.Struct, frozen=True):
    """Registry entry of an engine.

    Attributes:
        name: As used in ``models.toml`` and :class:`LaneSpec`.
        title: For people.
        module: Imported only in the worker, and only when the engine is used.
        capabilities: See :class:`Capabilities`.
        opens: The form of a pair's files that it takes (:mod:`app.models.shelf.forms`). Servers: see ``ServerTable``.
        requires: Distribution names that must be installed.
        program: Of a server: the program that has to be on the path.
        install: The one command that installs what is missing; ``{python}`` stands for the app's own Python.
        installs: The same where it differs, by ``sys.platform`` prefix.
        platforms: ``sys.platform`` prefixes it runs on; empty means all.
    """

    name: str
    title: str
    module: str
    capabilities: Capabilities
    opens: str = "file"
    requires: tuple[str, ...] = ()
    program: str = ""
    install: str = ""
    installs: dict[str, str] = {}
    platforms: tuple[str, ...] = ()

    def runs_on(self, platform: str = sys.platform) -> bool:
        """Whether it runs on this kind of system."""
        return not self.platforms or platform.startswith(self.platforms)

    def install_command(self, platform: str = sys.platform) -> str:
        """Returns the one command that installs it there; empty if there is none."""
        words = next((text for prefix, text in self.installs.items() if platform.startswith(prefix)), self.install)
        return words.replace("{python}", shlex.quote(sys.executable))


EngineFactory = Callable[[], Engine]
"""Each engine module has ``create() -> Engine``."""


@runtime_checkable
class Reporting(Protocol):
    """What an engine may offer besides: to say what a long load is at."""

    def report_to(self, tell: Callable[[str], None]) -> None:
        """Calls ``tell`` with a sentence from now on, from the thread that loads."""
        ...


@runtime_checkable
class Progressing(Protocol):
    """What an engine may offer besides: to say how far it has read a prompt that it feeds in parts."""

    def progress_to(self, tell: Callable[[int, int], None]) -> None:
        """Calls ``tell`` with the tokens that are read and all of the prompt from now on, from the computing thread."""
        ...


@runtime_checkable
class Totalling(Protocol):
    """What an engine may offer besides: to put right at the end of a run what its rounds did not tell."""

    def totals(self) -> Totals | None:
        """Returns what is known of the whole run that has just ended; None if nothing is to be put right."""
        ...


@runtime_checkable
class Steered(Protocol):
    """What an engine may offer besides: drafts whose length is decided while they are made."""

    def steer(self, gate: Gate | None) -> None:
        """Asks the gate from the next round on; None drafts as many as K says."""
        ...


@runtime_checkable
class Probing(Protocol):
    """What an engine may offer besides: measurements of a loaded lane outside a run. They end the run before."""

    def probe_noise(self, request: Request, k: int, positions: int = 64) -> float:
        """Returns the noise floor of this pair's logits.

        The same tokens are fed one at a time and K + 1 at a time; the result is the largest difference in the distance
        between the two best logits seen over so many positions. A smaller gap may flip with the width of a pass.
        """
        ...

    def probe_passes(self, widths: tuple[int, ...], context: int, repeats: int = 5, elsewhere: int = 0) -> PassCosts:
        """Returns what a forward pass of each width (tokens, 1..17) costs behind ``context`` tokens.

        Passes are run as decoding runs them, several of one width in a row, with ordinary tokens that differ.

        Args:
            repeats: Passes of each width that are timed; fewer where they take long.
            elsewhere: Bytes of other memory to read before each pass, so that caches hold no more of a slice than they
                would of the whole model.
        """
        ...
