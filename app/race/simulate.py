"""Rounds without a model: what any policy would have done on a text that was recorded, at any costs. Pure.

A recording holds, for each place of a text, the draft that begins there: the drafter's probability of each token, and
how many of them the text really has. Drafts depend on the text before them and on nothing that a policy does, so a
replay over a recording of **every** place is exact, up to near ties: what a policy would have been told and given is
what it is told and given here. Only times are modelled, as costs by width.

The rounds of an ordinary race are not enough. They begin only where the rounds before happened to end, and tell nothing
of a draft longer than theirs. So places are recorded by decoding plainly and drafting at each token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from app.race.events import Round, Token
from app.race.gate import Gate
from app.race.kpolicy import Policy


class Place(msgspec.Struct, frozen=True):
    """The longest draft that was made at a place of the text.

    Attributes:
        certainty: The drafter's probability of each of its tokens.
        accepted: How many of them, from the first, the text has.
    """

    certainty: tuple[float, ...]
    accepted: int


class PassTable(msgspec.Struct, frozen=True):
    """What things cost, in ns.

    Attributes:
        passes: Forward pass of the target by width.
        draft: Drafting one token.
        other: The rest of a round.
    """

    passes: Mapping[int, float]
    draft: float
    other: float = 0.0


class Simulated(msgspec.Struct, frozen=True):
    """A run that was not decoded.

    Attributes:
        ns: Its decode time.
        rounds: As a lane would have recorded them; tokens have no text.
    """

    ns: float
    rounds: tuple[Round, ...]

    @property
    def drafted(self) -> tuple[int, ...]:
        """Drafts that each round tried."""
        return tuple(item.drafted for item in self.rounds)


def record(tokens: Sequence[int], drafts: Sequence[tuple[Sequence[int], Sequence[float]]]) -> tuple[Place, ...]:
    """Returns the places of a text.

    Args:
        tokens: Emitted tokens, the first one included.
        drafts: For each of them, the draft that was made behind it, and its probabilities.
    """
    places = []
    for at, (drafted, certainty) in enumerate(drafts):
        accepted = 0
        for token, said in zip(tokens[at + 1 :], drafted, strict=False):
            if token != said:
                break
            accepted += 1
        places.append(Place(tuple(certainty), accepted))
    return tuple(places)


def simulate(places: Sequence[Place], policy: Policy, table: PassTable, *, limited: bool = False) -> Simulated:
    """Decodes the recorded text under a policy. The first token was emitted by the prefill.

    Args:
        limited: The run may emit no more tokens than the text has, so that the last rounds draft less. Otherwise it
            ends with an end token, and what is drafted behind that is lost.

    Raises:
        KeyError: a pass of a width that the table lacks would be needed.
    """
    at, time, rounds = 0, 0.0, []
    while at < len(places):
        place = places[at]
        left = len(places) - at
        most = min(policy.next_k(), len(place.certainty), *([left - 1] if limited else []))
        certainty = _drafted(policy, place, most)
        tried = policy.keep(certainty) if isinstance(policy, Gate) else len(certainty)
        accepted = min(place.accepted, tried, left - 1)
        verify, draft = table.passes[tried + 1], table.draft * len(certainty)
        end = time + verify + draft + table.other
        tokens = tuple(Token(-1, "", drafted=number < accepted) for number in range(accepted + 1))
        item = Round(round(time), round(end), tokens, tried, accepted, round(draft), round(verify), certainty=certainty)
        policy.observe(item)
        rounds.append(item)
        at, time = at + accepted + 1, end
    return Simulated(time, tuple(rounds))


def _drafted(policy: Policy, place: Place, most: int) -> tuple[float, ...]:
    if not isinstance(policy, Gate):
        return place.certainty[:most]
    made = min(1, most)
    while 0 < made < most and policy.wants(place.certainty[:made]):
        made += 1
    return place.certainty[:made]
