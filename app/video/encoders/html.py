"""A page that replays the race by itself: one file, no network, everything it shows computed here.

The page computes no number of its own: it gets, for every moment at which something changed, the texts to show.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import jinja2

from app.draw.look import DARK, LIGHT, Look, fonts_folder
from app.draw.studio import Tell
from app.present.figures import clock_text, conditions, figure_rows, rate_text, way_now
from app.present.playback import Playback
from app.present.programs import figure_words, program_sentences, shown_programs, versions_sentence
from app.present.view import LaneView, RaceView
from app.race.fold import NS
from app.race.problems import Problem, ProblemError
from app.race.visible import visible_text
from app.video.encoders.base import RaceJob, Usual

_FIGURES: Final = 6
"""Most pairs of figures on a page."""
MAX_EMBED: Final = 200_000
"""Most bytes of a script for a page of one's own."""
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


class HtmlEmbed(Usual):
    """The same as one script for a page of one's own: no fonts, nothing asked of the network."""

    name = "embed"
    title = "Replay for a page of your own (one script)"
    endings = (".js",)
    moving = False

    def write(self, job: RaceJob, path: Path, tell: Tell) -> None:
        """Writes the script."""
        path.write_text(embed(job), encoding="utf-8")
        tell(1, 1)


def page(job: RaceJob, links: Sequence[tuple[str, str]] = (), chart: bytes = b"") -> str:
    """Returns the page's text. ``links``: addresses and words above all; ``chart``: a PNG among the results."""
    playback = Playback(job.trace, job.options.heat)
    return (
        templates(job.resources)
        .get_template("replay.html.j2")
        .render(
            **_shown(job),
            **_programs(job),
            links=links,
            chart=base64.b64encode(chart).decode("ascii"),
            data=script_json(replay_data(playback)),
            dark=colours(DARK),
            light=colours(LIGHT),
            scheme="dark" if job.options.dark else "light",
            fonts=_fonts(job.resources),
        )
    )


def embed(job: RaceJob) -> str:
    """Returns the script that shows the replay where it stands on a page.

    Raises:
        ProblemError: it would be larger than ``MAX_EMBED``.
    """
    playback = Playback(job.trace, job.options.heat)
    made = templates(job.resources)
    css = made.get_template("replay.css").render()
    dark, light = ("".join(f"--{name}:{value};" for name, value in colours(look)) for look in (DARK, LIGHT))
    style = (
        f":host{{display:block;color-scheme:dark;{dark}}}@media(prefers-color-scheme:light){{:host{{color-scheme:light;"
        f'{light}}}}}:host([data-scheme="dark"]){{color-scheme:dark;{dark}}}:host([data-scheme="light"])'
        f"{{color-scheme:light;{light}}}.race{{height:auto!important}}.lane pre{{height:15em;flex:none}}"
    )
    data = json.dumps(replay_data(playback), ensure_ascii=True, separators=(",", ":"))
    markup = made.get_template("replay_body.html.j2").render(**_shown(job), programs=(), links=(), chart="")
    text = made.get_template("replay_embed.js.j2").render(
        style=script_json(css + style),
        markup=script_json(markup),
        packed=base64.b64encode(gzip.compress(data.encode(), mtime=0)).decode("ascii"),
    )
    # A page may be in any encoding. All that is not ASCII stands inside strings.
    text = "".join(char if char.isascii() else json.dumps(char)[1:-1] for char in text)
    if len(text) > MAX_EMBED:
        raise ProblemError(
            Problem(
                "embed-large",
                f"This race is too long for a script of {MAX_EMBED // 1000} kB.",
                cause=f"It would have {len(text) // 1000} kB.",
                action="Export the page (.html), and link to it.",
            )
        )
    return text


def templates(resources: Path) -> jinja2.Environment:
    """Returns the templates of pages; what is put in is escaped, and what would turn its letters around is seen."""
    loader = jinja2.FileSystemLoader(resources / "export")
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, finalize=_seen)


def _seen(value: object) -> object:
    return visible_text(value) if type(value) is str else value  # Markup is another type, and of this app.


def _shown(job: RaceJob) -> dict[str, Any]:
    """Returns what page and script show beside the replay."""
    final = job.final
    result = final.result
    sentences = [result.told, *final.lane_sentences, final.reason, *final.same_lines, final.heats_note]
    sentences += program_sentences(final)
    return {
        "title": job.options.caption or final.header.pair_title or "A race",
        "subtitle": " · ".join(part for part in (final.header.pair_title, final.format_title) if part),
        "prompt": final.header.request.prompt.strip(),
        "lanes": [{"title": lane.title, "name": lane.name} for lane in final.lanes],
        "unit": final.rate_unit,
        "sentences": [text for text in sentences if text],
        "note": job.trace.note,
        "rows": figure_rows(final),
        "conditions": conditions(final),
    }


def _programs(job: RaceJob) -> dict[str, Any]:
    """Returns what a page shows of the programs: what they printed, their figures, and the versions that ran."""
    shown = shown_programs(job.final)
    if shown is None or job.behaviour is None:
        return {"programs": (), "figures": (), "versions": ""}
    figures = [
        (words, *(base64.b64encode(data).decode("ascii") if data else "" for data in (pair.a, pair.b)))
        for words, pair in figure_words(job.behaviour)
    ]
    return {"programs": shown, "figures": figures[:_FIGURES], "versions": versions_sentence(job.behaviour)}


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
    lanes: list[dict[str, Any]] = [{"k": lane.spec.k, "steps": []} for lane in final.lanes]
    leads: list[list[Any]] = []
    seen: list[tuple[object, int, bool]] = [(None, 0, False)] * len(final.lanes)
    for time_ns in moments(final):
        view = playback.at(time_ns)
        for lane in view.lanes:
            # What is over all heats comes for every lane with the end of the last one.
            state = (lane.state.count, lane.state.over, view.over)
            before, shown, ended = seen[lane.index]
            if state != before:
                step = _step(view, lane, time_ns, longest) | {"x": _runs(lane, shown, ended=ended)}
                lanes[lane.index]["steps"].append(step)
                seen[lane.index] = state, len(lane.state.tokens), lane.state.over
        result = view.result
        lead = [result.lane, result.phrase or "Speedup", result.ratio_text, result.foot]
        if not leads or leads[-1][1:] != lead:
            leads.append([time_ns / NS, *lead])
    return {"duration": playback.duration_ns / NS, "lanes": lanes, "leads": leads}


def moments(view: RaceView) -> list[int]:
    """Returns every lane clock (ns) at which a lane did something, the start included."""
    times = {0}
    for lane in view.lanes:
        times |= {item.end_ns for item in lane.state.rounds} | {lane.state.ttft_ns, lane.state.clock_ns}
    return sorted(times)


def _runs(lane: LaneView, shown: int, *, ended: bool) -> list[list[Any]]:
    """Returns the text after the first ``shown`` tokens, in stretches that were drafted or not."""
    state = lane.state
    runs: list[list[Any]] = []
    for token in state.tokens[shown:]:
        if runs and runs[-1][1] == int(token.drafted):
            runs[-1][0] += token.text
        else:
            runs.append([token.text, int(token.drafted)])
    if state.over and state.tail and not ended:
        runs.append([state.tail, 0])
    return runs


def _step(view: RaceView, lane: LaneView, time_ns: int, longest: int) -> dict[str, Any]:
    state = lane.state
    last = state.rounds[-1] if state.rounds else None
    return {
        "t": time_ns / NS,
        "rate": rate_text(view, lane),
        "clock": clock_text(view, lane),
        "way": way_now(view, lane),
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
