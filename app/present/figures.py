"""The numbers of a race and how they were measured, as text: every face shows these."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from app.present.programs import time_rows
from app.present.view import LaneView, RaceView
from app.present.words import NONE, format_words, rate_name, requests_note, way, way_short
from app.race.fold import NS, Phase
from app.race.formats import recorded_format
from app.race.lanes import lane_name
from app.race.language import say
from app.race.trace import Header, Machine


def way_now(view: RaceView, lane: LaneView, *, short: bool = False) -> str:
    """Returns how a lane decodes, with its acceptance once it has one; ``short`` where there is little room."""
    figures = view.figures(lane)
    mean, drafted, share = figures.accepted_per_round, figures.drafted_per_round, figures.acceptance_rate
    if lane.drafting and mean is not None and drafted is not None:
        words = "" if short else " accepted a round"
        return f"{mean:.2f} of {drafted:.1f}{words}{'' if share is None else f' · {share:.0%}'}"
    if lane.drafting and share is not None:
        return f"{share:.0%} accepted" if short else f"{share:.0%} of the drafts accepted"
    return way_short(lane.spec) if short else way(lane.spec)


def clock_text(view: RaceView, lane: LaneView) -> str:
    """Returns tokens and lane clock: against the limit while it runs, with the way it ended afterwards."""
    state = lane.state
    if state.phase in (Phase.STARTING, Phase.READY):
        return count_forms(view, lane)[0]
    end = view.end(lane)
    return f"{_count(view, lane)} · {clock_now(view, lane)}{f' · {end}' if end else ''}"


START_CLOCK: Final = "0.00 s"
"""What a clock shows before its race."""


def clock_now(view: RaceView, lane: LaneView) -> str:
    """Returns the lane clock."""
    return f"{view.figures(lane).clock_ns / NS:.2f} s"


def count_forms(view: RaceView, lane: LaneView) -> list[str]:
    """Returns how far a lane is and how it ended, or what it does before its first token; then in fewer words."""
    state = lane.state
    if state.phase in (Phase.STARTING, Phase.READY):
        return _before(view, lane)
    end = view.end(lane)
    count, more = _count(view, lane), more_text(view, lane)
    if not end:
        return [count]
    return [*([f"{count} · {end} · {more}"] if more else []), f"{count} · {end}", end]


def _count(view: RaceView, lane: LaneView) -> str:
    """Tokens of a run: against its limit while it runs."""
    tokens = view.figures(lane).tokens
    if lane.state.over:
        return tokens_text(tokens)
    return f"{count_text(tokens)} / {view.header.request.max_tokens}"


def _before(view: RaceView, lane: LaneView) -> list[str]:
    """What a lane without a token does."""
    state = lane.state
    if view.heats_run and view.turn:
        return ["runs now"] if lane.title == view.turn else ["waits for its turn", "waits"]
    if state.to_read:
        amount = f"{state.have_read:,} of {state.to_read:,}"
        return [f"reading the prompt, {amount} tokens", f"reading {amount}"]
    if state.phase is Phase.STARTING and view.live:
        return [state.doing or "loading the model"]
    return ["ready"]


def tokens_text(count: float) -> str:
    """Returns a number of tokens with its noun."""
    return f"{count_text(count)} {'token' if count == 1 else 'tokens'}"


def count_text(count: float) -> str:
    """Returns a count, which is a mean where heats differ."""
    return f"{count:.0f}" if count == int(count) else f"{count:.1f}"


def rate_text(view: RaceView, lane: LaneView) -> str:
    """Returns the lane's rate without its unit, or a dash before there is one."""
    tps = view.figures(lane).tps
    return NONE if tps is None else f"{tps:.1f}"


_OTHER_SCRIPT: Final = 0x300
"""Letters from here on are of scripts whose tokens hold other amounts of text than those of English."""


def shows_characters(view: RaceView) -> bool:
    """Whether rates stand in characters too: where a third of the text is in a script with other tokens."""
    letters = [sign for lane in view.lanes for token in lane.state.tokens for sign in token.text if sign.isalpha()]
    return bool(letters) and sum(ord(sign) >= _OTHER_SCRIPT for sign in letters) * 3 >= len(letters)


def more_text(view: RaceView, lane: LaneView) -> str:
    """Returns what else is known of a lane that is over: characters a second, energy and power; mostly empty."""
    figures = view.figures(lane)
    if not lane.state.over:
        return ""
    found = [_characters(figures.characters_per_second)] if shows_characters(view) else []
    found += [_joules(figures.joules_per_token), _watts(figures.watts)]
    return " · ".join(text for text in found if text != NONE)


def figure_rows(view: RaceView) -> list[tuple[str, list[str]]]:
    """Returns the table of results: a name, and a text for each lane; rows that no lane has are left out."""
    found = [(lane, view.figures(lane)) for lane in view.lanes]
    written = shows_characters(view)
    rows: list[tuple[str, list[str]]] = [
        (rate_name(view.requests), [_rate(figures.tps) for _, figures in found]),
        (say("In characters"), [_characters(figures.characters_per_second) for _, figures in found if written]),
        (say("Tokens"), [count_text(figures.tokens) for _, figures in found]),
        (say("Lane clock"), [f"{figures.clock_ns / NS:.2f} s" for _, figures in found]),
        (say("Ended"), [view.end(lane) or NONE for lane, _ in found]),
        (say("Time to first token"), [_seconds(figures.ttft_ns) for _, figures in found]),
        (say("Rounds"), [NONE if figures.rounds is None else count_text(figures.rounds) for _, figures in found]),
        (say("Accepted per round"), [_accepted(lane, view) for lane, _ in found]),
        (say("Acceptance rate"), [_share(lane, view) for lane, _ in found]),
        (say("Peak memory"), [_memory(figures.memory_bytes) for _, figures in found]),
        (say("Energy a token"), [_joules(figures.joules_per_token) for _, figures in found]),
        (say("Mean power"), [_watts(figures.watts) for _, figures in found]),
        *((name, [value or NONE for value in values]) for name, values in time_rows(view)),
    ]
    return [(name, values) for name, values in rows if any(value != NONE for value in values)]


def race_line(view: RaceView, prompt: str = "") -> str:
    """Returns what race it is, in one line: the prompt's title, K or how many lanes, format, time, what befell it."""
    header = view.header
    drafting = [lane.spec for lane in view.contenders]
    lanes = lane_name(drafting[0]) if len(drafting) == 1 else f"{len(view.lanes)} lanes"
    parts = [prompt or header.prompt_name, lanes, view.format_title, clock_time(header.created)]
    parts.append("stopped before its end" if view.over and view.stopped else "")
    return ", ".join(part for part in parts if part)


def clock_time(created: str) -> str:
    """Returns the time of day of a moment in ISO 8601, as the clock on the wall here says it; empty if it is none."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return ""
    return f"{moment.astimezone():%H:%M}"


def about_lines(view: RaceView) -> list[str]:
    """Returns what stands below a result: the format with what it is worth, the machine, the engine."""
    loaded = next((lane.state.loaded for lane in view.lanes if lane.state.loaded), None)
    worth = "" if not recorded_format(view.header.format).shares_machine else ": a show, not a measurement"
    found = [f"{view.format_title}{worth}", machine(view.header), loaded.engine if loaded else ""]
    return [line for line in found if line]


def conditions(view: RaceView) -> list[tuple[str, str]]:
    """Returns how the numbers were measured: a name and a text each."""
    header = view.header
    loaded = next((lane.state.loaded for lane in view.lanes if lane.state.loaded), None)
    found = [
        (say("Format"), format_words(header.format)),
        (say("Heats"), view.heats_note),
        (say("Requests"), requests_note(view.requests)),
        (say("Model"), header.pair_title or header.pair),
        (say("Engine"), f"{loaded.engine}, {loaded.device}" if loaded else ""),
        (say("Machine"), machine(header)),
        (say("Energy"), _energy(view)),
        (say("Sampling"), sampling(header)),
        (say("Prompt"), _prompt(header, view)),
        (
            say("Measured"),
            " ".join(
                part
                for part in (header.created[:10], say("with MTP Race {version}", version=header.app_version))
                if part
            ),
        ),
    ]
    return [(name, text) for name, text in found if text]


def machine(header: Header) -> str:
    """Returns the machine in a few words; empty if unknown."""
    return machine_text(header.machine)


def machine_text(item: Machine) -> str:
    """Returns a machine in a few words; empty if unknown."""
    cores = say("{count} core" if item.cores == 1 else "{count} cores", count=item.cores) if item.cores else ""
    memory = f"{item.memory_bytes / (1 << 30):.0f} GiB" if item.memory_bytes else ""
    return ", ".join(part for part in (*item.gpus, item.cpu, cores, memory) if part)


def sampling(header: Header) -> str:
    """Returns how tokens were chosen."""
    item = header.request.sampling
    if item.temperature == 0:
        return say("greedy (temperature 0)")
    parts = [f"temperature {item.temperature:g}", f"top-k {item.top_k}" if item.top_k else ""]
    parts += [f"top-p {item.top_p:g}" if item.top_p < 1 else "", f"seed {item.seed}"]
    return ", ".join(part for part in parts if part) + say(", the same draws in every lane")


def _energy(view: RaceView) -> str:
    """Says what was counted where energy was."""
    parts = dict.fromkeys(found for lane in view.lanes if (found := view.figures(lane).energy_of))
    if not parts:
        return ""
    return say("{parts}, counted by the machine, what it takes when idle included", parts=", ".join(parts))


def _prompt(header: Header, view: RaceView) -> str:
    tokens = max((lane.state.prompt_tokens for lane in view.lanes), default=0)
    parts = [header.prompt_name, say("{count} tokens", count=tokens) if tokens else ""]
    parts.append(say("limit {count} tokens", count=header.request.max_tokens))
    return ", ".join(part for part in parts if part)


def _rate(tps: float | None) -> str:
    return NONE if tps is None else f"{tps:.1f} tok/s"


def _characters(rate: float | None) -> str:
    return NONE if rate is None else say("{rate} ch/s", rate=f"{rate:.1f}")


def _joules(joules: float | None) -> str:
    return NONE if joules is None else say("{joules} J/token", joules=f"{joules:.3g}")


def _watts(watts: float | None) -> str:
    return NONE if watts is None else f"{watts:.1f} W"


def _seconds(ns: float | None) -> str:
    return NONE if ns is None else f"{ns / NS:.2f} s"


def _accepted(lane: LaneView, view: RaceView) -> str:
    figures = view.figures(lane)
    mean, drafted = figures.accepted_per_round, figures.drafted_per_round
    return (
        NONE
        if not lane.drafting or mean is None or drafted is None
        else say("{accepted:.2f} of {drafted:.1f}", accepted=mean, drafted=drafted)
    )


def _share(lane: LaneView, view: RaceView) -> str:
    share = view.figures(lane).acceptance_rate
    return NONE if share is None else f"{share:.1%}"


def _memory(value: int | None) -> str:
    return f"{value / (1 << 20):.0f} MiB" if value else NONE
