"""What a running server does for whoever uses it: readings of its own counters, and what lies between two of them."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from app.race.fold import NS

WATCH_VERSION: Final = 1
Counted = Annotated[int, msgspec.Meta(ge=-1, le=2**53)]


class WatchHeader(msgspec.Struct, frozen=True):
    """First line of a record of what was watched.

    Attributes:
        mtp_race_watch: Version of the format.
        created: When it began, ISO 8601 in UTC.
        app_version: Of the app that wrote it.
        server: Kind of server.
    """

    mtp_race_watch: int = WATCH_VERSION
    created: str = ""
    app_version: str = ""
    server: str = ""


class ServerReading(msgspec.Struct, frozen=True):
    """What a server had counted at one moment, in all requests since it was started.

    Attributes:
        at: Time since the watch began, ns.
        tokens: Tokens generated.
        rounds: Rounds that drafted, -1 where it does not say.
        drafted: Draft tokens proposed, -1 where it does not say.
        accepted: Of those accepted, -1 where it does not say.
        positions: Accepted tokens at each draft position.
        running: Requests that are answered now, -1 where it does not say.
        waiting: Requests that wait, -1 where it does not say.
    """

    at: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    tokens: Counted
    rounds: Counted = -1
    drafted: Counted = -1
    accepted: Counted = -1
    positions: tuple[Counted, ...] = ()
    running: Counted = -1
    waiting: Counted = -1


class Traffic(msgspec.Struct, frozen=True):
    """What happened between two readings.

    Attributes:
        seconds: Between them.
        tokens: Tokens generated.
        rate: Tokens per second, of all requests together; None if no time passed.
        rounds: Rounds that drafted; with ``drafted`` and ``accepted`` None where the server does not say.
        per_round: Accepted draft tokens per round, None without a round.
        positions: Share of the rounds in which each draft position was accepted.
        wasted: Share of the draft tokens that were rejected, None without a draft.
    """

    seconds: float
    tokens: int
    rate: float | None
    rounds: int | None
    drafted: int | None
    accepted: int | None
    per_round: float | None
    positions: tuple[float, ...]
    wasted: float | None


def traffic(before: ServerReading, after: ServerReading) -> Traffic | None:
    """Returns what happened between two readings; None if the server was started anew meanwhile."""
    counts = ((before.tokens, after.tokens), (before.rounds, after.rounds), (before.drafted, after.drafted),
              (before.accepted, after.accepted))  # fmt: skip
    if any(late < early for early, late in counts) or after.at < before.at:
        return None
    tokens, rounds, drafted, accepted = (late - early for early, late in counts)
    seconds = (after.at - before.at) / NS
    told = before.rounds >= 0 and before.drafted >= 0 and before.accepted >= 0
    earlier = (*before.positions, *[0] * len(after.positions))
    hits = [late - early for early, late in zip(earlier, after.positions, strict=False)]
    return Traffic(
        seconds=seconds,
        tokens=tokens,
        rate=tokens / seconds if seconds > 0 else None,
        rounds=rounds if told else None,
        drafted=drafted if told else None,
        accepted=accepted if told else None,
        per_round=accepted / rounds if told and rounds else None,
        positions=tuple(hit / rounds for hit in hits) if told and rounds and min(hits, default=0) >= 0 else (),
        wasted=1 - accepted / drafted if told and drafted and accepted <= drafted else None,
    )
