"""What a server has counted of drafting since it was started, as it says at ``/metrics`` (Prometheus' text format).

Names of vLLM 0.32 and of llama.cpp's server, whose names are the same behind another prefix. The counts are of all that
the server does, so they are those of one request only if its tokens are all that were generated meanwhile.
"""

from __future__ import annotations

import re
from typing import Final

import httpx
import msgspec

from app.race.events import Totals

_LINE: Final = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]{0,200})(\{[^}\n]{0,2000}\})? ([0-9.e+]{1,40})(?: [0-9]{1,20})?")
_POSITION: Final = re.compile(r'position="([0-9]{1,3})"')
_MOST_BYTES: Final = 4 << 20
_PATIENCE_S: Final = 1.0


class CounterNames(msgspec.Struct, frozen=True):
    """How a server calls its counters.

    Attributes:
        drafting: What the names of those of drafting begin with.
        tokens: The one of generated tokens.
        running: The number of requests that are answered now; ``waiting`` of those that wait.
    """

    drafting: str
    tokens: str
    running: str = ""
    waiting: str = ""


class DraftCounts(msgspec.Struct, frozen=True):
    """Counts since the server was started.

    Attributes:
        tokens: Tokens generated.
        rounds: Rounds that drafted.
        drafted: Draft tokens proposed; ``accepted`` are those of them that the target agreed with.
        positions: Accepted tokens at each draft position.
    """

    tokens: int
    rounds: int
    drafted: int
    accepted: int
    positions: tuple[int, ...] = ()

    def totals_since(self, before: DraftCounts) -> Totals:
        """Returns what was drafted since ``before``. As vLLM does, each round counts as one that tried a position."""
        rounds = self.rounds - before.rounds
        earlier = (*before.positions, *[0] * len(self.positions))
        hits = [hit - past for hit, past in zip(self.positions, earlier, strict=False)]
        fits = all(0 <= hit <= rounds for hit in hits)
        return Totals(
            rounds=rounds,
            drafted=self.drafted - before.drafted,
            accepted=self.accepted - before.accepted,
            positions=tuple((rounds, hit) for hit in hits) if fits else (),
        )


class ServerLoad(msgspec.Struct, frozen=True):
    """What a server has counted of all its requests, and has to do now; -1 for what it does not say.

    Attributes:
        tokens: Tokens generated.
        rounds: Rounds that drafted.
        drafted: Draft tokens proposed; ``accepted`` are those of them that the target agreed with.
        positions: Accepted tokens at each draft position.
        running: Requests that are answered now; ``waiting`` are those that wait.
    """

    tokens: int
    rounds: int = -1
    drafted: int = -1
    accepted: int = -1
    positions: tuple[int, ...] = ()
    running: int = -1
    waiting: int = -1


def read_load(text: str, names: CounterNames) -> ServerLoad | None:
    """Reads what a server does out of a page of metrics; None if the page is not such a server's."""
    found, positions = _read(text, names)
    tokens = found.get(names.tokens.removesuffix("_total"))
    if tokens is None:
        return None
    return ServerLoad(
        tokens=tokens,
        rounds=found.get("drafts", -1),
        drafted=found.get("draft_tokens", -1),
        accepted=found.get("accepted_tokens", -1),
        positions=positions,
        running=found.get(names.running, -1),
        waiting=found.get(names.waiting, -1),
    )


def read_counts(text: str, names: CounterNames) -> DraftCounts | None:
    """Reads the counts out of a page of metrics, summed over what else is told apart; None if they are not there."""
    found, positions = _read(text, names)
    try:
        return DraftCounts(
            found[names.tokens.removesuffix("_total")],
            found["drafts"],
            found["draft_tokens"],
            found["accepted_tokens"],
            positions,
        )
    except KeyError:
        return None


def _read(text: str, names: CounterNames) -> tuple[dict[str, int], tuple[int, ...]]:
    """Returns the counts by what is behind the names' common beginning, and those of each draft position."""
    found: dict[str, int] = {}
    positions: dict[int, int] = {}
    wanted = tuple(name for name in (names.drafting, names.tokens, names.running, names.waiting) if name)
    for line in text.splitlines():
        parts = _LINE.fullmatch(line)
        if parts is None or not parts[1].startswith(wanted):
            continue
        try:
            value = int(float(parts[3]))
        except (ValueError, OverflowError):
            continue
        name = parts[1].removeprefix(names.drafting).removesuffix("_total")
        place = _POSITION.search(parts[2] or "")
        if name == "accepted_tokens_per_pos" and place is not None:
            positions[int(place[1])] = positions.get(int(place[1]), 0) + value
        else:
            found[name] = found.get(name, 0) + value
    return found, tuple(positions.get(at, 0) for at in range(max(positions, default=-1) + 1))


def fetch_counts(client: httpx.Client, names: CounterNames) -> DraftCounts | None:
    """Asks a server; None if it does not tell."""
    page = fetch_page(client)
    return None if page is None else read_counts(page, names)


def fetch_page(client: httpx.Client) -> str | None:
    """Returns a server's page of metrics; None if it has none."""
    try:
        with client.stream("GET", "/metrics", timeout=_PATIENCE_S) as reply:
            body = bytearray()
            for part in reply.iter_bytes():
                body += part
                if len(body) > _MOST_BYTES:
                    return None
    except httpx.HTTPError:
        return None
    return body.decode("utf-8", "replace") if reply.status_code == 200 else None
