"""A summary as Markdown."""

from __future__ import annotations

from pathlib import Path

from app.draw.studio import Tell
from app.present.figures import conditions, figure_rows
from app.present.programs import program_sentences
from app.present.view import RaceView
from app.race.visible import visible_text
from app.video.encoders.base import RaceJob, Usual

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|~"} | {"\n": " ", "\r": " "})


class Markdown(Usual):
    """The result, the reasons and the conditions as text with a table."""

    name = "markdown"
    title = "Markdown summary"
    endings = (".md",)
    moving = False

    def write(self, job: RaceJob, path: Path, tell: Tell) -> None:
        """Writes the summary."""
        path.write_text(summary(job.final, job), encoding="utf-8")
        tell(1, 1)


def summary(view: RaceView, job: RaceJob) -> str:
    """Returns the summary of a race."""
    result = view.result
    parts = [f"# {plain(job.options.caption or view.header.pair_title or 'A race')}"]
    if result.ratio is not None:
        parts.append(f"**{plain(result.head)} {result.ratio_text}** {plain(result.rest)} ({plain(result.measured)}).")
    elif result.phrase:
        parts.append(f"**{plain(result.phrase)}**")
    if job.trace.note:
        parts.append(f"> {plain(job.trace.note)}")
    told = [*view.lane_sentences, view.reason, *view.same_lines, view.heats_note, *program_sentences(view)]
    parts += [plain(text) for text in told if text]
    head = ["", *(plain(lane.name) for lane in view.lanes)]
    table = [head, ["---", *("---:" for _ in view.lanes)]]
    table += [[plain(name), *map(plain, values)] for name, values in figure_rows(view)]
    parts.append("\n".join(f"| {' | '.join(row)} |" for row in table))
    parts.append("## How it was measured")
    parts.append("\n".join(f"- {plain(name)}: {plain(text)}" for name, text in conditions(view)))
    parts.append(f"Prompt: {plain(view.header.request.prompt.strip())}")
    parts.append(f"Every number is from the recorded trace {plain(job.trace_name)}.")
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Returns ``text`` so that Markdown takes none of it as a mark."""
    return visible_text(text).translate(_SPECIAL)
