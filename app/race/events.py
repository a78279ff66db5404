"""The one stream of events: what a lane did, in the order it did it.

A worker sends these as frames, the session writes them to the trace, and everything that is ever shown is folded from
them. Times are integer nanoseconds on the lane clock: time the lane spent computing since its race began. The clock
stands still while the lane waits for its turn.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from app.race.problems import Problem

# Bounds, because a trace or a frame may come from anywhere: 2**53 ns is 104 days.
Ns = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
Drafted = Annotated[int, msgspec.Meta(ge=0, le=1024)]
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Finish(StrEnum):
    """Why a lane's run ended."""

    END = "end"  # the model's end token
    LENGTH = "length"  # max_tokens reached
    CONTEXT = "context"  # the context is full
    STOPPED = "stopped"  # the user stopped it
    NEWER = "newer"  # a reason of a version after this one; only in what is read

    @classmethod
    def _missing_(cls, value: object) -> Finish | None:
        return cls.NEWER if isinstance(value, str) else None


class Halt(StrEnum):
    """Why a round's draft ended where it did, if the lane decides it draft by draft."""

    UNTOLD = ""
    CERTAINTY = "certainty"  # one more was not likely enough to hold
    COST = "cost"  # one more would not pay even if it were sure to hold
    LIMIT = "limit"  # as many as the lane may draft, or as the run may still emit
    NEWER = "newer"  # a reason of a version after this one; only in what is read

    @classmethod
    def _missing_(cls, value: object) -> Halt | None:
        return cls.NEWER if isinstance(value, str) else None


class Hello(msgspec.Struct, frozen=True, tag="hello", tag_field="t"):
    """The worker is up. ``pid`` is its process id."""

    pid: int
    app_version: str = ""


class Loaded(msgspec.Struct, frozen=True, tag="loaded", tag_field="t"):
    """The lane's models are in memory.

    Attributes:
        engine: Engine name and version, such as ``"llama.cpp (llama-cpp-python 0.3.36)"``.
        model: What the target's metadata says it is.
        device: Where it computes, such as ``"CPU, 1 thread"``.
        load_ns: Wall time of the load; not on the lane clock.
        context: Context size in tokens that is really available.
        vocabulary: Number of tokens in the vocabulary.
        threads: CPU threads in use.
        memory_bytes: Resident memory of the worker after loading, shared pages included; 0 if unknown.
        notes: Remarks for the user, such as a known flaw of the engine that was put right.
    """

    engine: str
    model: str
    device: str
    load_ns: Ns
    context: Count
    vocabulary: Count = 0
    threads: Count = 0
    memory_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0
    notes: tuple[str, ...] = ()


class Starting(msgspec.Struct, frozen=True, tag="starting", tag_field="t"):
    """Loading takes a while; ``sentence`` says for people what it is at."""

    sentence: str


class Token(msgspec.Struct, frozen=True, array_like=True):
    """One emitted token.

    Attributes:
        id: Token id, or -1 where the engine does not tell.
        text: The text that this token completes; empty while a character is still split over tokens.
        drafted: True if the drafter proposed it, False if the target itself added it.
        gap: Logit of the best candidate minus that of the second best, at this position, for the target;
            -1 where the engine has no logits. It is never negative otherwise.
        runner_up: Id of the second best candidate, or -1.
    """

    id: int
    text: str
    drafted: bool = False
    gap: float = -1.0
    runner_up: int = -1


class Reading(msgspec.Struct, frozen=True, tag="reading", tag_field="t"):
    """The prompt is being read, which takes a while where it is long.

    Attributes:
        clock_ns: Lane clock at that moment.
        done: Tokens of the prompt that are read.
        total: Tokens of the prompt.
    """

    clock_ns: Ns
    done: Count
    total: Count


class Prefilled(msgspec.Struct, frozen=True, tag="prefilled", tag_field="t"):
    """The prompt is in the KV cache and the first token is chosen.

    Attributes:
        start_ns: Lane clock when the prefill began.
        end_ns: Lane clock when the first token was there; this is the time to first token.
        prompt_tokens: Tokens of the prompt, chat template included.
        first: The first token. It belongs to no round.
    """

    start_ns: Ns
    end_ns: Ns
    prompt_tokens: Count
    first: Token


class Round(msgspec.Struct, frozen=True, tag="round", tag_field="t"):
    """One round: draft, verify, accept a prefix, emit. A baseline step is a round with nothing drafted.

    Attributes:
        start_ns: Lane clock at the start of the round.
        end_ns: Lane clock at its end.
        tokens: The emitted tokens: the accepted ones and the target's own, fewer where the run ended inside the round.
        drafted: Draft tokens really proposed in this round.
        accepted: Of those, how many the target agreed with, 0..drafted.
        draft_ns: Time spent drafting.
        verify_ns: Time spent in the target's forward pass.
        count: Tokens emitted, where the engine tells only text (a server's chunk); else ``len(tokens)``.
        others: Tokens that the lane's other requests got meanwhile, where a server answers several at once. A round
            without tokens of its own but with these comes after the shown request has ended.
        certainty: The drafter's probability of each token that it drafted, 0..1; empty where it is not looked at. There
            may be more of them than ``drafted``: the rest was drafted and not tried.
        halt: Why the draft ended there.
        drafts: Ids of the tokens that ``certainty`` is of, tried or not; empty where the engine does not tell.
    """

    start_ns: Ns
    end_ns: Ns
    tokens: tuple[Token, ...]
    drafted: Drafted = 0
    accepted: Drafted = 0
    draft_ns: Ns = 0
    verify_ns: Ns = 0
    count: Annotated[int, msgspec.Meta(ge=-1, le=2**31)] = -1
    others: Count = 0
    certainty: Annotated[tuple[Probability, ...], msgspec.Meta(max_length=1024)] = ()
    halt: Halt = Halt.UNTOLD
    drafts: Annotated[tuple[int, ...], msgspec.Meta(max_length=1024)] = ()

    @property
    def made(self) -> int:
        """Tokens that were drafted, tried or not."""
        return max(self.drafted, len(self.certainty))

    @property
    def emitted(self) -> int:
        """Tokens emitted in this round."""
        return len(self.tokens) if self.count < 0 else self.count


class Totals(msgspec.Struct, frozen=True, tag="totals", tag_field="t"):
    """What a server says of the whole answer once it is over. It puts right what was seen while the answer streamed.

    Attributes:
        tokens: Tokens emitted, -1 where what was counted is right.
        rounds: Rounds of drafting, -1 where it does not say.
        drafted: Draft tokens proposed in all rounds, -1 where it does not say.
        accepted: Of those accepted, -1 where it does not say.
        steps: Drafted and accepted tokens of each round, where it lists them.
        positions: Proposed and accepted tokens at each draft position, the first one first, where it lists them.
    """

    tokens: Annotated[int, msgspec.Meta(ge=-1, le=2**31)] = -1
    rounds: Annotated[int, msgspec.Meta(ge=-1, le=2**31)] = -1
    drafted: Annotated[int, msgspec.Meta(ge=-1, le=2**31)] = -1
    accepted: Annotated[int, msgspec.Meta(ge=-1, le=2**31)] = -1
    steps: tuple[tuple[Drafted, Drafted], ...] = ()
    positions: Annotated[tuple[tuple[Count, Count], ...], msgspec.Meta(max_length=1024)] = ()


class Done(msgspec.Struct, frozen=True, tag="done", tag_field="t"):
    """The run ended by itself or was stopped.

    Attributes:
        clock_ns: Lane clock at the end.
        finish: Why it ended.
        tail: Text that was still held back, such as the replacement character of a character cut in half.
        peak_memory_bytes: Peak resident memory of the worker; 0 if unknown.
    """

    clock_ns: Ns
    finish: Finish
    tail: str = ""
    peak_memory_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0


class Failed(msgspec.Struct, frozen=True, tag="failed", tag_field="t"):
    """The lane cannot go on. What it emitted until then stays valid."""

    problem: Problem


class Noise(msgspec.Struct, frozen=True, tag="noise", tag_field="t"):
    """The noise floor of this pair on this machine, measured once and then known.

    Attributes:
        floor: Logits: the largest change of a top-2 gap seen between a forward pass of one token and one of several
            over the same prefix. A fork at a gap up to this is a near tie.
        positions: How many positions were looked at.
    """

    floor: Annotated[float, msgspec.Meta(ge=0)]
    positions: Count


class PassCosts(msgspec.Struct, frozen=True, tag="widths", tag_field="t"):
    """What forward passes of this pair cost on this machine, measured alone. It belongs to no race.

    Attributes:
        context: Tokens in the KV cache at the measurement.
        forward_ns: Median time of a forward pass of the target by the number of its tokens, which are all different.
        draft_ns: Median time to draft one token; 0 where the lane has no drafter.
        repeated_ns: The same with one token again and again, for a mixture of experts: text costs something between.
            Empty for other models.
        taken_away: Share of the time that other programs took, 0..1; it is not in the costs. 0 on a GPU.
        spread: By how much the median pass is above the fastest, as a share; large where something disturbed.
        on_gpu: Measured by the clock on the wall, since a GPU computes; otherwise it is processor time.
    """

    context: Count
    forward_ns: dict[Annotated[int, msgspec.Meta(ge=1, le=1025)], Ns]
    draft_ns: Ns = 0
    repeated_ns: dict[Annotated[int, msgspec.Meta(ge=1, le=1025)], Ns] = {}
    taken_away: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    spread: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    on_gpu: bool = False


class Conditions(msgspec.Struct, frozen=True, tag="conditions", tag_field="t"):
    """What the machine was doing while the lane ran. It comes from the app, not from the lane's worker.

    Attributes:
        other_load: Share of all cores that other programs kept busy, 0..1; -1 if unknown.
        frequency_mhz: Processor clock; 0 if unknown.
        temperature_c: Hottest sensor of the processor or GPU; 0 if unknown.
        throttled: Why the machine slowed itself down, such as ``"heat"``; empty if it did not, or does not tell.
        on_battery: It ran on battery.
    """

    other_load: float = -1.0
    frequency_mhz: float = 0.0
    temperature_c: float = 0.0
    throttled: str = ""
    on_battery: bool = False


class Energy(msgspec.Struct, frozen=True, tag="energy", tag_field="t"):
    """What the machine took while the lane ran alone, counted by the machine itself. It comes from the app.

    Attributes:
        joules: From the moment the lane was told to begin until it was over, prefill included; all of the counted
            parts, what they take when idle included.
        seconds: That time on the clock on the wall.
        counted: The parts of the machine that were counted, such as ``"processor package + GPU"``.
    """

    joules: Annotated[float, msgspec.Meta(gt=0)]
    seconds: Annotated[float, msgspec.Meta(gt=0)]
    counted: str = ""

    @property
    def watts(self) -> float:
        """Mean power."""
        return self.joules / self.seconds


LaneEvent: TypeAlias = (
    Hello
    | Starting
    | Loaded
    | Reading
    | Prefilled
    | Round
    | Totals
    | Done
    | Failed
    | Noise
    | PassCosts
    | Conditions
    | Energy
)
