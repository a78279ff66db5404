"""The place where two lanes part, or came closest to it: what there is to show, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.race.events import Token
from app.race.fold import LaneState
from app.race.lanes import LaneSpec, lane_title
from app.race.verdict import Comparison, TokenVerdict

NEIGHBOURS: Final = 16
"""Tokens shown on each side of the place."""
CLOSEST: Final = 5
"""How many of the closest calls are listed."""
_SIGNS = str.maketrans({" ": "\u2423", "\n": "\u21b5", "\t": "\u21e5", "\r": "\u240d"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that could stand at a place. ``id`` is -1 and ``text`` is empty where it is not known."""

    id: int = -1
    text: str = ""

    @property
    def shown(self) -> str:
        """The token with its spaces and line breaks made visible, and its id."""
        if self.id < 0:
            return "not reported"
        text = self.text.translate(_SIGNS)
        return f"{text}  (id {self.id})" if text else f"id {self.id}"


@dataclass(frozen=True, slots=True)
class Side:
    """One lane at the place where the two part.

    Attributes:
        index: Place of the lane in the race; it picks the colour.
        took, runner_up: The token that it emitted, and its second choice.
        ended: It had ended before the place, so it took none.
        gap: Top-2 gap in logits, or None if the engine does not tell.
        drafted: The token came from the drafter.
        text: Everything that the lane wrote from the place on.
    """

    title: str
    index: int
    took: Candidate
    runner_up: Candidate
    ended: bool
    gap: float | None
    drafted: bool
    text: str

    @property
    def origin(self) -> str:
        """Where the token came from, in words."""
        if self.ended:
            return "had ended here"
        return "drafted, and accepted by the full model" if self.drafted else "chosen by the full model"


@dataclass(frozen=True, slots=True)
class GapPoint:
    """The top-2 gaps of both lanes at one token index, None where there is none."""

    at: int
    baseline: float | None
    lane: float | None


@dataclass(frozen=True, slots=True)
class Call:
    """A close call: both lanes took ``took``, and ``runner_up`` was ``gap`` logits behind."""

    at: int
    gap: float
    took: Candidate
    runner_up: Candidate


@dataclass(frozen=True, slots=True)
class ForkStory:
    """Everything the fork view shows.

    Attributes:
        verdict: The token verdict; ``sentence`` is it in words.
        at: Index of the token where the lanes part, or of the closest call; -1 if nothing is known.
        common: The text that both lanes wrote; ``common_tokens`` is its length.
        sides: Both lanes from the fork on, baseline first; empty if they did not part.
        calls: The closest calls among the tokens that both lanes share, closest first.
        neighbours: The gaps around ``at``.
        floor: The noise floor in logits; ``measured`` tells whether it was measured for this pair.
    """

    verdict: TokenVerdict
    sentence: str
    at: int
    common: str
    common_tokens: int
    sides: tuple[Side, ...]
    calls: tuple[Call, ...]
    neighbours: tuple[GapPoint, ...]
    floor: float
    measured: bool

    @property
    def floor_sentence(self) -> str:
        """What counts as a near tie here, and how that is known."""
        if self.measured and self.floor == 0:
            return "Noise floor, measured for this pair: none. Checking several tokens at once changes no logit here."
        if self.measured:
            return (
                f"Noise floor, measured for this pair: {self.floor:.2g} logits. Checking several tokens at once moves "
                "the lead of a token by up to that much, so any lead below it is a near tie."
            )
        return (
            f"Noise floor, assumed: {self.floor:.2g} logits. It was not measured for this pair, so what counts as a "
            "near tie is a guess."
        )


def fork_story(
    baseline: tuple[LaneSpec, LaneState], lane: tuple[LaneSpec, LaneState], found: Comparison, index: int = 1
) -> ForkStory:
    """Returns what to show of two lanes and their token verdict; ``index`` is the second lane's place in the race."""
    ours, theirs = baseline[1].tokens, lane[1].tokens
    shared = found.compared if found.fork_at is None else found.fork_at
    texts = {token.id: token.text for token in (*theirs, *ours) if token.text}
    calls = _closest(ours[:shared], texts)
    at = found.fork_at if found.fork_at is not None else (calls[0].at if calls else -1)
    sides: tuple[Side, ...] = ()
    if found.fork_at is not None:
        sides = (
            _side(*baseline, place=0, at=found.fork_at, texts=texts),
            _side(*lane, place=index, at=found.fork_at, texts=texts),
        )
    whole = found.fork_at is None and len(ours) == shared
    return ForkStory(
        verdict=found.verdict,
        sentence=found.sentence,
        at=at,
        common="".join(token.text for token in ours[:shared]) + (baseline[1].tail if whole else ""),
        common_tokens=shared,
        sides=sides,
        calls=calls,
        neighbours=_neighbours(ours, theirs, at),
        floor=found.noise_floor,
        measured=found.measured_floor,
    )


def last_lines(text: str, lines: int) -> tuple[str, int]:
    """Returns the last ``lines`` lines of a text, and how many lines before them were left out."""
    every = text.split("\n")
    left_out = max(0, len(every) - lines)
    return "\n".join(every[left_out:]), left_out


def _side(spec: LaneSpec, state: LaneState, *, place: int, at: int, texts: dict[int, str]) -> Side:
    token = state.tokens[at] if at < len(state.tokens) else None
    return Side(
        title=lane_title(spec),
        index=place,
        took=Candidate(token.id, token.text) if token else Candidate(),
        runner_up=_known(token.runner_up, texts) if token else Candidate(),
        ended=token is None,
        gap=token.gap if token and token.gap >= 0 else None,
        drafted=bool(token and token.drafted),
        text="".join(item.text for item in state.tokens[at:]) + state.tail,
    )


def _known(token_id: int, texts: dict[int, str]) -> Candidate:
    """A candidate by its id; its text is known if either lane wrote that token somewhere."""
    return Candidate(token_id, texts.get(token_id, ""))


def _closest(tokens: list[Token], texts: dict[int, str]) -> tuple[Call, ...]:
    told = sorted((token.gap, at) for at, token in enumerate(tokens) if token.gap >= 0)
    return tuple(
        Call(at, gap, Candidate(tokens[at].id, tokens[at].text), _known(tokens[at].runner_up, texts))
        for gap, at in told[:CLOSEST]
    )


def _neighbours(ours: list[Token], theirs: list[Token], at: int) -> tuple[GapPoint, ...]:
    if at < 0:
        return ()
    end = min(max(len(ours), len(theirs)), at + NEIGHBOURS + 1)
    return tuple(
        GapPoint(place, _gap(ours, place), _gap(theirs, place)) for place in range(max(0, at - NEIGHBOURS), end)
    )


def _gap(tokens: list[Token], at: int) -> float | None:
    return tokens[at].gap if at < len(tokens) and tokens[at].gap >= 0 else None
