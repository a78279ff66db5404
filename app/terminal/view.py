"""The live two-lane view of a race in a terminal, drawn from race state."""

from __future__ import annotations

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from app.race.explain import explain
from app.race.fold import NS, LaneState, Phase, RaceState
from app.race.formats import FORMATS
from app.race.lanes import LaneKind, LaneSpec, lane_title
from app.race.summary import baseline_id, contender_id, race_comparison, race_speedup
from app.race.trace import Header

COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7")
"""Lane colours of the Okabe-Ito set, in lane order."""
_BARS = " ▁▂▃▄▅▆▇█"


def race_view(header: Header, state: RaceState, *, width: int, lines: int) -> RenderableType:
    """Returns the whole view: a panel for each lane, then what it means.

    Args:
        width: Columns of the terminal.
        lines: Text lines to show of each lane's end.
    """
    each = max(30, width // max(1, len(header.lanes)) - 1)
    panels = [
        _lane_panel(spec, state.lanes[spec.id], header, colour, each, lines)
        for spec, colour in zip(header.lanes, COLOURS, strict=False)
    ]
    return Group(Columns(panels, padding=(0, 1)), *verdict_lines(header, state))


def _lane_panel(spec: LaneSpec, lane: LaneState, header: Header, colour: str, width: int, lines: int) -> RenderableType:
    numbers = Table.grid(expand=True)
    numbers.add_column()
    numbers.add_column(justify="right")
    rate = f"{lane.decode_tps:.1f} tok/s" if lane.decode_tps else "– tok/s"
    numbers.add_row(Text(rate, style="bold"), f"clock {lane.clock_ns / NS:.2f} s")
    numbers.add_row(f"{lane.count} / {header.request.max_tokens} tokens", _what(spec, lane))
    bar = ProgressBar(total=header.request.max_tokens, completed=lane.count, complete_style=colour, width=width - 4)
    parts: list[RenderableType] = [numbers, bar, _tail(lane, colour, width - 4, lines)]
    if spec.kind is not LaneKind.BASELINE:
        parts.append(Text(_sparks(lane, width - 4), style=colour))
    return Panel(Group(*parts), title=lane_title(spec), title_align="left", border_style=colour, width=width)


def _what(spec: LaneSpec, lane: LaneState) -> str:
    if lane.phase is Phase.FAILED:
        return "failed"
    if lane.phase is Phase.STARTING:
        return "loading"
    if spec.kind is LaneKind.BASELINE:
        return "one token a step"
    mean, rate = lane.accepted_per_round, lane.acceptance_rate
    if mean is None or rate is None:
        return "drafting"
    return f"{mean:.2f} accepted a round, {rate:.0%}"


def _tail(lane: LaneState, colour: str, width: int, lines: int) -> Text:
    """The last lines of the lane's text, accepted draft tokens underlined in the lane's colour."""
    text = Text(overflow="fold")
    if lane.problem is not None:
        text.append(f"{lane.problem.sentence}\n{lane.problem.action}\n", style="red")
    for token in lane.tokens[-40 * lines :]:
        text.append(token.text, style=f"underline {colour}" if token.drafted else "")
    text.append(lane.tail)
    wrapped = text.split("\n", allow_blank=True)
    shown: list[Text] = []
    for line in reversed(wrapped):
        pieces = [line] if line.cell_len <= width else _fold(line, width)
        shown[:0] = pieces
        if len(shown) >= lines:
            break
    shown = shown[-lines:]
    return Text("\n").join(shown + [Text()] * (lines - len(shown)))


def _fold(line: Text, width: int) -> list[Text]:
    pieces: list[Text] = []
    while line.cell_len > width:
        cut = next(n for n in range(len(line), 0, -1) if line[:n].cell_len <= width)
        pieces.append(line[:cut])
        line = line[cut:]
    return [*pieces, line]


def _sparks(lane: LaneState, width: int) -> str:
    """Accepted tokens of the last rounds, a bar a round."""
    recent = lane.rounds[-width:]
    most = max((item.drafted for item in recent), default=0) or 1
    heights = (min(item.accepted, item.drafted) / most for item in recent)
    return "".join(_BARS[round(height * (len(_BARS) - 1))] for height in heights)


def verdict_lines(header: Header, state: RaceState) -> list[Text]:
    """Returns the sentences under the lanes: who is ahead and by how much, why, and whether the output is the same."""
    lines: list[Text] = []
    base, other = baseline_id(header), contender_id(header)
    ratio = race_speedup(header, state)
    if ratio is not None and base is not None and other is not None:
        race_format = FORMATS.get(header.format)
        name = f"{race_format.title}: {race_format.note}" if race_format else header.format
        verb = "won" if state.over else "leads"
        if ratio >= 1:
            sentence = f"MTP {verb}: {ratio:.2f}× the baseline's decode rate"
        else:
            sentence = f"The baseline {verb}: MTP runs at {ratio:.2f}× its decode rate"
        lines.append(Text.assemble((sentence, "bold"), (f"  ({name})", "dim")))
        reason = explain(state.lanes[base], state.lanes[other])
        if reason is not None:
            lines.append(Text(f"Why   {reason.sentence}"))
    comparison = race_comparison(header, state)
    if comparison is not None and comparison.compared + (comparison.fork_at or 0):
        lines.append(Text(f"Same? {comparison.sentence}"))
    return lines
