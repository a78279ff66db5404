"""A page that replays the race by itself: one file, no network, everything it shows computed here.

The page computes no number of its own: it gets, for every moment at which something changed, the texts to show.
"""

from __future__ import annotations

import base64
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import jinja2

from app.draw.look import DARK, LIGHT, Look, fonts_folder
from app.draw.studio import Tell
from app.present.figures import (
    best_reason,
    clock_text,
    conditions,
    figure_rows,
    rate_text,
    short_title,
    way_now,
    winner,
    worst_comparison,
)
from app.present.playback import Playback
from app.present.view import LaneView, RaceView
from app.race.fold import NS
from app.race.lanes import lane_title
from app.video.encoders.base import RaceJob, Usual

_FONTS = (
    ("Inter", 400, "Inter-Regular.ttf"),
    ("Inter", 600, "Inter-SemiBold.ttf"),
    ("JetBrains Mono", 400, "JetBrainsMono-Regular.ttf"),
)


class HtmlReplay(Usual):
    """A self-contained page with play, pause, scrub and speed."""

    name = "html"
    title = "Replay page (HTML)"
    endings = (".html", ".htm")
    moving = False

    def write(self, job: RaceJob, path: Path, tell: Tell) -> None:
        """Writes the page."""
        path.write_text(page(job), encoding="utf-8")
        tell(1, 1)


def page(job: RaceJob) -> str:
    """Returns the page's text."""
    playback = Playback(job.trace, job.options.heat)
    final = playback.final()
    comparison = worst_comparison(final)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(job.resources / "export"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    _, phrase, ratio = winner(final)
    sentences = [best_reason(final), comparison.sentence if comparison else ""]
    sentences += [job.behaviour.sentence] if job.behaviour is not None else []
    return environment.get_template("replay.html.j2").render(
        title=job.options.caption or final.header.pair_title or "A race",
        subtitle=" · ".join(part for part in (final.header.pair_title, final.format_title) if part),
        prompt=final.header.request.prompt.strip(),
        lanes=[{"title": lane_title(lane.spec), "name": short_title(lane.spec)} for lane in final.lanes],
        result=f"{phrase} {ratio}".strip(),
        sentences=[text for text in sentences if text],
        note=job.trace.note,
        rows=figure_rows(final),
        conditions=conditions(final),
        data=script_json(replay_data(playback)),
        dark=colours(DARK),
        light=colours(LIGHT),
        scheme="dark" if job.options.dark else "light",
        fonts=_fonts(job.resources),
    )


def script_json(value: object) -> str:
    """Returns JSON that can stand inside a script element: nothing in it can end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    # A lone half of a character pair is no UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


def replay_data(playback: Playback) -> dict[str, Any]:
    """Returns what the page shows at every moment at which it changes. Times in seconds of the lanes' clocks."""
    final = playback.final()
    longest = max((lane.state.count for lane in final.lanes), default=1) or 1
    limit = final.header.request.max_tokens
    lanes: list[dict[str, Any]] = [{"k": lane.spec.k, "steps": []} for lane in final.lanes]
    leads: list[list[Any]] = []
    seen = [(-1, False, 0)] * len(final.lanes)
    for time_ns in moments(final):
        view = playback.at(time_ns)
        for lane in view.lanes:
            state = (lane.state.count, lane.state.over, len(lane.state.tokens))
            if state != seen[lane.index]:
                lanes[lane.index]["steps"].append(_step(lane, time_ns, seen[lane.index][2], limit, longest))
                seen[lane.index] = state
        index, phrase, ratio = winner(view)
        lead = [index, phrase or "Speedup", ratio or "–"]
        if not leads or leads[-1][1:] != lead:
            leads.append([time_ns / NS, *lead])
    return {"duration": playback.duration_ns / NS, "lanes": lanes, "leads": leads}


def moments(view: RaceView) -> list[int]:
    """Returns every lane clock (ns) at which a lane did something, the start included."""
    times = {0}
    for lane in view.lanes:
        times |= {item.end_ns for item in lane.state.rounds} | {lane.state.ttft_ns, lane.state.clock_ns}
    return sorted(times)


def _step(lane: LaneView, time_ns: int, shown: int, limit: int, longest: int) -> dict[str, Any]:
    state = lane.state
    runs: list[list[Any]] = []
    for token in state.tokens[shown:]:
        if runs and runs[-1][1] == int(token.drafted):
            runs[-1][0] += token.text
        else:
            runs.append([token.text, int(token.drafted)])
    if state.over and state.tail:
        runs.append([state.tail, 0])
    last = state.rounds[-1] if state.rounds else None
    return {
        "t": time_ns / NS,
        "x": runs,
        "rate": rate_text(lane),
        "clock": clock_text(lane, limit),
        "way": way_now(lane),
        "done": 1 if state.over else round(state.count / longest, 4),
        "bar": [last.start_ns / NS, last.end_ns / NS, last.drafted, last.accepted] if last and last.drafted else None,
    }


def colours(look: Look) -> list[tuple[str, str]]:
    """Returns the look's colours as names and values of style sheet variables."""
    named = [(item.name, getattr(look, item.name)) for item in fields(look)]
    found = [(name, value) for name, value in named if isinstance(value, str)]
    return [*found, *((f"lane{index}", look.lane(index)) for index in range(4)), ("tint", f"{look.tint:.0%}")]


def _fonts(resources: Path) -> list[tuple[str, int, str]]:
    folder = fonts_folder(resources)
    return [
        (family, weight, base64.b64encode((folder / name).read_bytes()).decode("ascii"))
        for family, weight, name in _FONTS
    ]
