"""Words and numbers for what a watched server does."""

from __future__ import annotations

from app.race.watching import ServerReading, Traffic


def traffic_line(found: Traffic | None, now: ServerReading) -> str:
    """Returns a line on what happened since the reading before; what the server does not tell is left out."""
    if found is None:
        return "The server was started anew."
    parts = [f"{found.rate:,.1f} tok/s"] if found.rate is not None else []
    if now.running >= 0:
        waiting = f", {now.waiting} waiting" if now.waiting > 0 else ""
        parts.append(f"{now.running} {'request' if now.running == 1 else 'requests'}{waiting}")
    if found.per_round is not None:
        parts.append(f"{found.per_round:.2f} accepted a round")
    if found.positions:
        parts.append("by position " + " ".join(f"{share:.0%}" for share in found.positions))
    if found.wasted is not None:
        parts.append(f"{found.wasted:.0%} of the drafts wasted")
    return " · ".join(parts)


def traffic_fields(server: str, found: Traffic | None) -> dict[str, object]:
    """Returns what happened in all, for JSON: null where the server does not tell."""
    if found is None:
        return {"server": server, "restarted": True}
    return {
        "server": server,
        "seconds": round(found.seconds, 3),
        "tokens": found.tokens,
        "tokens_per_s": None if found.rate is None else round(found.rate, 2),
        "rounds": found.rounds,
        "drafted": found.drafted,
        "accepted": found.accepted,
        "accepted_per_round": None if found.per_round is None else round(found.per_round, 4),
        "position_rates": [round(share, 4) for share in found.positions] if found.rounds else None,
        "wasted": None if found.wasted is None else round(found.wasted, 4),
    }
