"""The live two-lane view of a race in a terminal, drawn from race state."""

from __future__ import annotations

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from app.present.result import lane_speedups
from app.race.explain import explain
from app.race.fold import NS, LaneState, Phase, RaceState
from app.race.formats import FORMATS
from app.race.heats import Heats, heats_summary
from app.race.lanes import KIND_NAMES, LaneKind, LaneSpec, lane_title
from app.race.trace import Header, baseline_id, contender_id
from app.race.verdict import compare_tokens
from app.terminal.tail import last_rows

COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7")
"""Lane colours of the Okabe-Ito set, in lane order."""
_BARS = " ▁▂▃▄▅▆▇█"


def race_view(
    header: Header, state: RaceState, heats: tuple[Heats, str] | None = None, *, width: int, lines: int
) -> RenderableType:
    """Returns the whole view: a panel for each lane, then what it means.

    Args:
        heats: The heats so far and what runs now, in words, of a race in heats.
        width: Columns of the terminal.
        lines: Text lines to show of each lane's end.
    """
    each = max(30, width // max(1, len(header.lanes)) - 1)
    panels = [
        _lane_panel(spec, state.lanes[spec.id], header, colour, each, lines)
        for spec, colour in zip(header.lanes, COLOURS, strict=False)
    ]
    return Group(Columns(panels, padding=(0, 1)), *verdict_lines(header, state, heats))


def _lane_panel(spec: LaneSpec, lane: LaneState, header: Header, colour: str, width: int, lines: int) -> RenderableType:
    numbers = Table.grid(expand=True)
    numbers.add_column()
    numbers.add_column(justify="right")
    requests = header.request.concurrency
    unit = "tok/s" if requests == 1 else f"tok/s, total of {requests} requests"
    rate = f"{lane.total_tps:.1f} {unit}" if lane.total_tps else f"– {unit}"
    numbers.add_row(Text(rate, style="bold"), f"clock {lane.clock_ns / NS:.2f} s")
    numbers.add_row(f"{lane.count} / {header.request.max_tokens} tokens", _what(spec, lane))
    bar = ProgressBar(total=header.request.max_tokens, completed=lane.count, complete_style=colour, width=width - 4)
    # The bar ends without a line end of its own, which the padding gives it.
    parts: list[RenderableType] = [numbers, Padding(bar), _tail(lane, colour, width - 4, lines)]
    if spec.kind is not LaneKind.BASELINE:
        parts.append(Text(_sparks(lane, width - 4), style=colour))
    return Panel(Group(*parts), title=Text(lane_title(spec)), title_align="left", border_style=colour, width=width)


def _what(spec: LaneSpec, lane: LaneState) -> str:
    if lane.phase is Phase.FAILED:
        return "failed"
    if lane.phase is Phase.STARTING:
        return lane.doing or "loading"
    if spec.kind is LaneKind.BASELINE:
        return "one token a step"
    mean, rate = lane.accepted_per_round, lane.acceptance_rate
    if mean is None or rate is None:
        return "drafting"
    return f"{mean:.2f} accepted a round, {rate:.0%}"


def _tail(lane: LaneState, colour: str, width: int, lines: int) -> Text:
    """The last lines of the lane's text, accepted draft tokens underlined in the lane's colour."""
    said: list[Text] = []
    if lane.problem is not None:
        words = "\n".join(part for part in (lane.problem.sentence, lane.problem.action) if part)
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


def verdict_lines(header: Header, state: RaceState, heats: tuple[Heats, str] | None = None) -> list[Text]:
    """Returns the sentences under the lanes: who is ahead and by how much, why, and whether the output is the same."""
    base, first = baseline_id(header), contender_id(header)
    if base is None or first is None:
        return []
    names = {spec.id: lane_title(spec) for spec in header.lanes}
    if len(header.lanes) == 2:
        names[first] = next(KIND_NAMES[spec.kind] for spec in header.lanes if spec.id == first)
    lines = _heats_lines(*heats, base, names) if heats else _race_lines(header, state, names)
    ratios = lane_speedups(header, state)
    if ratios:
        best = max(ratios, key=lambda lane: ratios[lane])
        reason = explain([(state.lanes[base], state.lanes[best])], ratios[best])
        if reason is not None:
            lines.append(Text(f"Why   {'' if len(ratios) == 1 else names[best] + ': '}{reason.sentence}"))
    for lane in names:
        if lane == base:
            continue
        comparison = compare_tokens(state.lanes[base], state.lanes[lane])
        if comparison.compared + (comparison.fork_at or 0):
            whose = "" if len(names) == 2 else f"{names[lane]}: "
            lines.append(Text(f"Same? {whose}{comparison.sentence}"))
    if header.request.concurrency > 1:
        lines.append(Text(f"Note  {concurrency_note(header.request.concurrency)}", style="dim"))
    return lines


def concurrency_note(requests: int) -> str:
    """Says what the numbers of several requests at once are."""
    return (
        f"{requests} requests at once, all with this prompt. One is shown; rates and the ratio are those of all "
        "of them together."
    )


def _race_lines(header: Header, state: RaceState, names: dict[str, str]) -> list[Text]:
    """Who leads in one run of every lane, or has won."""
    race_format = FORMATS.get(header.format)
    note = f"  ({race_format.title}: {race_format.note})" if race_format else f"  ({header.format})"
    verb = "won" if state.over else "leads"
    lines: list[Text] = []
    for lane, ratio in lane_speedups(header, state).items():
        if len(names) > 2:
            sentence = f"{names[lane]}: {ratio:.2f}× the baseline's decode rate"
        elif ratio >= 1:
            sentence = f"{names[lane]} {verb}: {ratio:.2f}× the baseline's decode rate"
        else:
            sentence = f"The baseline {verb}: {names[lane]} runs at {ratio:.2f}× its decode rate"
        lines.append(Text.assemble((sentence, "bold"), (note if not lines else "", "dim")))
    return lines


def _heats_lines(heats: Heats, stage: str, base: str, names: dict[str, str]) -> list[Text]:
    """What the heats so far say, and what runs now."""
    lines = [Text(stage, style="dim")] if stage else []
    warned: list[str] = []
    for lane, name in names.items():
        if lane == base:
            continue
        found = heats_summary(heats, base, lane, name)
        if heats.done or not stage:
            lines.append(Text(found["verdict"], style="bold"))
        warned += [item for item in found["warnings"] if item not in warned]
    if not stage:
        lines += [Text(f"Note  {item}", style="yellow") for item in warned]
    return lines
