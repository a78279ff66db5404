"""The live view of a race in a terminal, laid out from what is shown of it."""

from __future__ import annotations

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from app.draw.look import DARK
from app.present.figures import clock_text, more_text, rate_text, way_now
from app.present.programs import program_sentences
from app.present.view import LaneView, RaceView
from app.present.words import requests_note
from app.race.fold import LaneState
from app.race.heats import race_heats_summary
from app.race.problems import Problem
from app.terminal.tail import last_rows

_BARS = " ▁▂▃▄▅▆▇█"


def render_race(view: RaceView, *, width: int, lines: int) -> RenderableType:
    """Returns the whole view: a panel for each lane, then what it means.

    Args:
        width: Columns of the terminal.
        lines: Text lines to show of each lane's end.
    """
    each = max(30, width // max(1, len(view.lanes)) - 1)
    panels = [_lane_panel(view, lane, DARK.lane(lane.index), each, lines) for lane in view.lanes]
    return Group(Columns(panels, padding=(0, 1)), *verdict_lines(view))


def _lane_panel(view: RaceView, lane: LaneView, colour: str, width: int, lines: int) -> RenderableType:
    numbers = Table.grid(expand=True)
    numbers.add_column()
    numbers.add_column(justify="right")
    numbers.add_row(Text(f"{rate_text(view, lane)} {view.rate_unit}", style="bold"), Text(clock_text(view, lane)))
    limit = view.header.request.max_tokens
    bar = ProgressBar(total=limit, completed=lane.state.count, complete_style=colour, width=width - 4)
    problem = view.problem(lane)
    # A bar by itself ends without a new line, and would eat the first line of the text.
    way = " · ".join(part for part in (way_now(view, lane), more_text(view, lane)) if part)
    parts: list[RenderableType] = [numbers, Text(way), Padding(bar, 0)]
    parts.append(_tail(lane.state, problem[0] if problem else None, colour, width - 4, lines))
    if lane.drafting:
        parts.append(Text(_sparks(lane.state, width - 4), style=colour))
    return Panel(Group(*parts), title=Text(lane.title), title_align="left", border_style=colour, width=width)


def _tail(lane: LaneState, problem: Problem | None, colour: str, width: int, lines: int) -> Text:
    """The last lines of the lane's text, accepted draft tokens underlined in the lane's colour."""
    said: list[Text] = []
    if problem is not None:
        words = "\n".join(part for part in (problem.sentence, problem.action) if part)
        said = [Text(row.plain, style="red") for row in last_rows((), words, width, lines, "")]
    room = lines - len(said)
    shown = said + (last_rows(lane.tokens, lane.tail, width, room, f"underline {colour}") if room > 0 else [])
    return Text("\n").join(shown + [Text()] * (lines - len(shown)))


def _sparks(lane: LaneState, width: int) -> str:
    """Accepted tokens of the last rounds, a bar a round."""
    recent = lane.rounds[-width:]
    most = max((item.drafted for item in recent), default=0) or 1
    heights = (min(item.accepted, item.drafted) / most for item in recent)
    return "".join(_BARS[round(height * (len(_BARS) - 1))] for height in heights)


def verdict_lines(view: RaceView) -> list[Text]:
    """Returns the sentences under the lanes: who is ahead and by how much, why, and whether the output is the same."""
    lines: list[Text] = []
    result = view.result
    if result.phrase:
        note = f"  ({result.measured})" if result.measured else ""
        lines.append(Text.assemble((result.sentence, "bold"), (note, "dim")))
    lines += [Text(sentence) for sentence in view.lane_sentences]
    if view.stage:
        lines.append(Text(view.stage, style="dim"))
    if view.reason:
        lines.append(Text(f"Why   {view.reason}"))
    lines += [Text(f"Same? {sentence}") for sentence in view.same_lines]
    lines += [Text(f"Runs? {sentence}") for sentence in program_sentences(view)]
    notes = [requests_note(view.requests), view.heats_note]
    lines += [Text(f"Note  {note}", style="dim") for note in notes if note]
    return lines + [Text(f"Note  {warning}", style="yellow") for warning in _warnings(view)]


def _warnings(view: RaceView) -> list[str]:
    """What makes the result of heats less sure, once they are all run."""
    found = race_heats_summary(view.heats) if view.over and view.heats is not None else {}
    lanes = found.get("lanes", {}).values()
    return list(dict.fromkeys(warning for lane in lanes for warning in lane["warnings"]))
