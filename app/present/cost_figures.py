"""What a round costs and brings, as text: of one's own lanes and of published ones."""

from __future__ import annotations

from app.race.normal import OwnLane
from app.race.published import Published


def own_words(lane: OwnLane) -> str:
    """Says one of the user's own lanes in lines."""
    return "\n".join(
        [
            f"{lane.name}, this machine",
            f"{lane.accepted:.2f} accepted a round, which costs {lane.round_cost:.2f} plain steps",
            f"{lane.speedup:.2f}× the baseline; break-even at {max(0.0, lane.round_cost - 1):.2f} accepted",
        ]
    )


def published_words(item: Published) -> str:
    """Says a published result in lines, with the cost of a round that it implies."""
    k = "" if item.k is None else f", K = {item.k}"
    rough = "\nRough: its acceptance is of more than the run that was timed." if item.rough else ""
    return "\n".join(
        [
            f"{item.machine}, {item.target}{k}",
            f"{item.accepted or 0.0:.2f} accepted a round, which implies {item.round_cost or 0.0:.2f} plain steps",
            f"{item.workload}, {item.speedup:.2f}× ({item.source}){rough}",
        ]
    )


def short_name(lane: OwnLane) -> str:
    """Returns a lane in a word or two, such as ``"K = 3"``, for a place beside its point."""
    return lane.name.removeprefix("MTP ").partition(" (")[0].replace("K=", "K = ")
