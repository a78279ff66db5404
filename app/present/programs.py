"""What the programs of a race did, as every face shows it: how each ended, what it printed, how long it all took."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

import msgspec

from app.present.words import ratio_text
from app.race.fold import NS
from app.race.language import say
from app.sandbox.packages import normal_name, package_of

if TYPE_CHECKING:
    from app.present.view import LaneView, RaceView
    from app.sandbox.behaviour import Behaviour, FigurePair
    from app.sandbox.extract import Program
    from app.sandbox.results import RunResult

_IMPORT: Final = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)
LINES: Final = 400
"""Lines of a program's output that are shown; differences are looked for in these."""
CHARS: Final = 400
"""Characters of one line that are shown."""


class LaneTime(msgspec.Struct, frozen=True):
    """How long a lane took from the prompt to its program's end.

    Attributes:
        generate_s: Lane clock of the answer, s; the mean of the heats that count.
        run_s: Wall time of the program in the sandbox, s, without the start of the sandbox.
    """

    generate_s: float
    run_s: float

    @property
    def total_s(self) -> float:
        """Both together, s."""
        return self.generate_s + self.run_s


class EndToEnd(msgspec.Struct, frozen=True):
    """From the prompt to the result of the program, for the two lanes whose programs ran.

    Attributes:
        lanes: Their ids, the baseline first. times: Of each of them.
        ratio: How many times as fast the drafting lane was; None where a program did not run to an end of its own.
        sentence: All of it in a sentence.
    """

    lanes: tuple[str, str]
    times: tuple[LaneTime, LaneTime]
    ratio: float | None
    sentence: str


def end_to_end(view: RaceView) -> EndToEnd | None:
    """Returns the time to generate and run; None before the programs ran, and for several requests at once."""
    found = raced_programs(view)
    if found is None or not view.over or view.requests > 1:
        return None
    times = []
    for lane, run, _ in found:
        if run is None:
            return None
        times.append(LaneTime(view.figures(lane).clock_ns / NS, run.wall_s))
    whole = all(run is not None and _ended_by_itself(run) for _, run, _ in found)
    base, other = times
    ratio = base.total_s / other.total_s if whole and other.total_s > 0 else None
    words = {
        "base": f"{base.total_s:.2f}",
        "other": f"{other.total_s:.2f}",
        "name": found[1][0].name,
        "ratio": ratio_text(ratio),
    }
    sentence = "Generate and run: {name} {other} s, baseline {base} s: {ratio} as fast."
    if ratio is None:
        sentence = "Generate and run: {name} {other} s, baseline {base} s; see how the programs ended."
    return EndToEnd((found[0][0].spec.id, found[1][0].spec.id), (base, other), ratio, say(sentence, **words))


def _ended_by_itself(run: RunResult) -> bool:
    """Whether the program's time says something: it did its work, or failed at it, and nobody stopped it."""
    return run.ended == "exited" and not (run.missing_module or run.wanted_input or run.wanted_arguments)


Raced = tuple["LaneView", "RunResult | None", "Program | None"]


def raced_programs(view: RaceView) -> tuple[Raced, Raced] | None:
    """Returns the baseline and the first drafting lane, each with its run and program; None where nothing is known."""
    known, base = view.behaviour, view.baseline
    if known is None or base is None or not view.contenders:
        return None
    return (base, known.run_a, known.program_a), (view.contenders[0], known.run_b, known.program_b)


def time_rows(view: RaceView) -> list[tuple[str, list[str]]]:
    """Returns the rows of the table of results that are about the programs: a text for each lane, empty for none."""
    found = end_to_end(view)
    if found is None:
        return []
    times = dict(zip(found.lanes, found.times, strict=True))
    run, whole = [], []
    for lane in view.lanes:
        time = times.get(lane.spec.id)
        run.append(f"{time.run_s:.2f} s" if time else "")
        whole.append(f"{time.total_s:.2f} s" if time else "")
    return [(say("Program ran"), run), (say("Generate and run"), whole)]


def time_table(view: RaceView) -> list[tuple[str, list[str]]]:
    """Returns the times of the two lanes whose programs ran: the clock, the program, both; empty where not known."""
    found = end_to_end(view)
    if found is None:
        return []
    columns = [(time.generate_s, time.run_s, time.total_s) for time in found.times]
    names = (say("Lane clock"), say("Program ran"), say("Generate and run"))
    return [(name, [f"{column[row]:.2f} s" for column in columns]) for row, name in enumerate(names)]


def versions_sentence(behaviour: Behaviour) -> str:
    """Returns with which Python and packages the programs ran, of those that they import; empty if unknown."""
    if not behaviour.python:
        return ""
    programs = [program.source for program in (behaviour.program_a, behaviour.program_b) if program is not None]
    modules = {name for source in programs for name in _IMPORT.findall(source)}
    wanted = {normal_name(package_of(module) or module) for module in modules}
    known = [f"{name} {version}" for name, version in behaviour.packages.items() if normal_name(name) in wanted]
    return say("Ran with {what}.", what=", ".join((f"Python {behaviour.python}", *known)))


def program_sentences(view: RaceView) -> list[str]:
    """Returns what is told of the programs: whether they behave the same, the time to their results, whose data."""
    if view.behaviour is None:
        return []
    found = end_to_end(view)
    told = [view.behaviour.sentence, found.sentence if found else "", view.behaviour.data_note]
    return [text for text in told if text]


@dataclass(frozen=True, slots=True)
class OutputLine:
    """A line that a program printed. ``differs``: the other program printed another one, or none; ``error``: stderr."""

    text: str
    differs: bool = False
    error: bool = False


@dataclass(frozen=True, slots=True)
class ProgramShown:
    """One lane's program as it is shown.

    Attributes:
        ended: How it ended, and its time.
        failure: The exception with the program's own line; empty if there was none.
        output: What it printed.
        left_out: Lines that are not among them.
    """

    lane: LaneView
    ended: str
    failure: str
    output: tuple[OutputLine, ...]
    left_out: int


def shown_programs(view: RaceView) -> tuple[ProgramShown, ProgramShown] | None:
    """Returns both programs as they are shown side by side; None where none ran."""
    found = raced_programs(view)
    if found is None or all(run is None for _, run, _ in found):
        return None
    lines = [_printed(run) for _, run, _ in found]
    same = _common([text for text, error in lines[0] if not error], [text for text, error in lines[1] if not error])
    made = []
    for (lane, run, program), own, common in zip(found, lines, same, strict=True):
        marked, at = [], 0
        for text, error in own[:LINES]:
            marked.append(OutputLine(text[:CHARS], not error and not common[at] if at < len(common) else False, error))
            at += not error
        ended = say("did not run") if run is None else f"{run.sentence()}, {run.wall_s:.2f} s"
        made.append(ProgramShown(lane, ended, _failure(run, program), tuple(marked), max(0, len(own) - LINES)))
    return made[0], made[1]


def _printed(run: RunResult | None) -> list[tuple[str, bool]]:
    """The lines of stdout, then those of stderr."""
    if run is None:
        return []
    out, err = (text.replace("\t", "    ").rstrip("\n") for text in (run.stdout, run.stderr))
    return [(line, False) for line in out.split("\n") if out] + [(line, True) for line in err.split("\n") if err]


def _common(a: list[str], b: list[str]) -> tuple[list[bool], list[bool]]:
    """Which lines stand in both, in this order. White space at the end of a line is no difference."""
    left, right = ([line.rstrip() for line in lines[:LINES]] for lines in (a, b))
    same = [False] * len(left), [False] * len(right)
    for one, other, size in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        for at in range(size):
            same[0][one + at] = same[1][other + at] = True
    return same


def _failure(run: RunResult | None, program: Program | None) -> str:
    if run is None or run.error is None:
        return ""
    message = f"{run.error.type}: {run.error.message}" if run.error.message else run.error.type
    line = run.error.line
    source = program.source.splitlines() if program is not None else []
    if line is None or not 0 < line <= len(source):
        return message
    return f"{message}\n{say('line {number}', number=line)}: {source[line - 1].strip()[:CHARS]}"


def figure_words(behaviour: Behaviour) -> list[tuple[str, FigurePair]]:
    """Returns the figures, each with what is said of the two."""
    return [(f"Figure {number}: {pair.sentence}", pair) for number, pair in enumerate(behaviour.figures, 1)]
