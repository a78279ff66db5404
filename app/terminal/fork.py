"""``mtp-race show TRACE --fork``: where the lanes part, or came closest to it, in the terminal."""

from __future__ import annotations

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.draw.look import DARK
from app.race.fold import RaceState
from app.race.fork import ForkStory, Side, fork_story, last_lines
from app.race.problems import Problem
from app.race.trace import Header, baseline_id
from app.race.verdict import compare_tokens
from app.terminal.environment import FAILED, OK, Environment

_COMMON_LINES = 8
_WIDTH = 80
_SIDE_LINES = 12
_BARS = "▁▂▃▄▅▆▇█"


def show_fork(header: Header, state: RaceState, env: Environment) -> int:
    """Prints the story of each drafting lane to standard output. Returns the exit status."""
    base = baseline_id(header)
    specs = {spec.id: (index, spec) for index, spec in enumerate(header.lanes)}
    others = [lane for lane in specs if lane != base]
    if base is None or not others:
        env.complain(Problem("fork-lanes", "This race has no two lanes to compare."))
        return FAILED
    console = env.result_console(_WIDTH)
    ours = (specs[base][1], state.lanes[base])
    for lane in others:
        index, spec = specs[lane]
        found = compare_tokens(ours[1], state.lanes[lane])
        story = fork_story(ours, (spec, state.lanes[lane]), found, index)
        console.print(fork_view(story, width=console.width))
    return OK


def fork_view(story: ForkStory, *, width: int) -> RenderableType:
    """Returns the same as the window's fork view, for a terminal of ``width`` columns."""
    parts: list[RenderableType] = [Text(story.sentence, style="bold")]
    if story.common:
        shown, left_out = last_lines(story.common.rstrip("\n") if not story.sides else story.common, _COMMON_LINES)
        note = f"… {left_out} line{'' if left_out == 1 else 's'} before\n" if left_out else ""
        title = f"Both lanes wrote this, {story.common_tokens} token{'' if story.common_tokens == 1 else 's'}"
        parts.append(
            Panel(Text.assemble((note, "dim"), shown), title=Text(title), title_align="left", border_style="dim")
        )
    if story.sides:
        each = max(30, width // 2 - 1)
        parts.append(Columns([_side(side, each) for side in story.sides], padding=(0, 1)))
    elif story.calls:
        parts.append(_calls(story))
    if story.neighbours:
        parts.append(_gaps(story))
    parts.append(Text(story.floor_sentence))
    return Group(*parts)


def _side(side: Side, width: int) -> RenderableType:
    colour = DARK.lane(side.index)
    facts = Table.grid(padding=(0, 1))
    facts.add_row(Text("Token", style="dim"), Text("none: this lane had ended" if side.ended else side.took.shown))
    if not side.ended:
        facts.add_row(Text("Runner-up", style="dim"), Text(side.runner_up.shown))
        gap = "not reported" if side.gap is None else f"{side.gap:.3g} logits ahead of the runner-up"
        facts.add_row(Text("Lead", style="dim"), Text(gap))
        facts.add_row(Text("From", style="dim"), Text(side.origin))
    begin = "\n".join(side.text.split("\n")[:_SIDE_LINES])[: _SIDE_LINES * (width - 4)]
    text = Text(begin, overflow="fold")
    rest = len(side.text) - len(begin)
    if rest:
        text.append(f"\n… {rest} more character{'' if rest == 1 else 's'}", style="dim")
    return Panel(
        Group(facts, Text(), text), title=Text(side.title), title_align="left", border_style=colour, width=width
    )


def _calls(story: ForkStory) -> RenderableType:
    table = Table(title="The closest calls", title_justify="left", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("Token", "Lead", "Chosen", "Runner-up"):
        table.add_column(name, justify="left", header_style="dim")
    for call in story.calls:
        cells = (f"{call.at + 1}", f"{call.gap:.3g} logits", call.took.shown, call.runner_up.shown)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _gaps(story: ForkStory) -> RenderableType:
    """The leads around the place, a bar a token; one line for each lane."""
    first, last = story.neighbours[0].at + 1, story.neighbours[-1].at + 1
    told = [gap for point in story.neighbours for gap in (point.baseline, point.lane) if gap is not None]
    top = max([*told, 0.1])

    def bars(gaps: list[float | None]) -> str:
        return "".join(" " if gap is None else _BARS[round(gap / top * (len(_BARS) - 1))] for gap in gaps)

    lane = story.sides[1].index if story.sides else 1
    lines = [
        Text.assemble(("Baseline  ", "dim"), (bars([point.baseline for point in story.neighbours]), DARK.lane(0))),
        Text.assemble(("Drafting  ", "dim"), (bars([point.lane for point in story.neighbours]), DARK.lane(lane))),
        Text(" " * (10 + story.at + 1 - first) + f"↑ token {story.at + 1}"),
    ]
    return Group(Text(f"Leads over the second choice, tokens {first} to {last}, highest {top:.2g} logits"), *lines)
