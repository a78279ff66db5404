"""A measurement as an article: a folder with Markdown, charts and cards in light and dark, films, and the traces.

Tables and sentences are those of ``app/present``; here they are only put in the order of an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.draw.card import card_png
from app.draw.look import DARK, LIGHT
from app.draw.studio import Tell
from app.draw.sweep.charts import charts_of
from app.draw.sweep.files import chart_png
from app.library.cards import pack, with_trace
from app.library.sweeps import load_sweep
from app.library.traces import open_trace, trace_bytes, unreadable
from app.library.writing import make_folder, whole_folder
from app.present.advice import advice_warnings
from app.present.figures import conditions, figure_rows
from app.present.film_options import FilmOptions
from app.present.programs import program_sentences
from app.present.repeat import race_command, sweep_command
from app.present.suite_rows import by_kind
from app.present.sweep_figures import best_sentence, position_rows, prompt_rows
from app.present.sweep_figures import conditions as sweep_conditions
from app.present.view import RaceView
from app.race.language import Catalogue, say, speaking
from app.race.problems import Problem, ProblemError
from app.race.sweep_result import SweepResult
from app.race.visible import visible_text
from app.sandbox.races import stored_behaviour
from app.video.encoders.base import RaceJob
from app.video.encoders.markdown import plain
from app.video.export import export, export_film
from app.video.sweep.film import SweepJob

FILE = "article.md"
THEMES = (("light", LIGHT), ("dark", DARK))


@dataclass
class _Article:
    """The folder, and the parts of the text by heading.

    Attributes:
        heed: Called between the frames of a film; it may end all.
    """

    folder: Path
    resources: Path
    film: bool
    short: list[str] = field(default_factory=list)
    environment: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    repeat: list[str] = field(default_factory=list)
    races: int = 0
    heed: Callable[[], None] = lambda: None

    def keep(self, name: str, data: bytes) -> str:
        """Writes a file of the folder and returns its name."""
        (self.folder / name).write_bytes(data)
        return name

    def pictures(self, words: str, name: str, make: dict[str, bytes]) -> str:
        """Writes a picture in both themes and returns the Markdown for it."""
        files = {theme: self.keep(f"{name}-{theme}.png", data) for theme, data in make.items()}
        return f"![{plain(words)}]({files['light']})\n\n[{say('dark version')}]({files['dark']})"


def write_article(
    sources: Sequence[Path], folder: Path, resources: Path, language: Catalogue, tell: Tell, *, film: bool = False
) -> Path:
    """Writes the article about these traces and sweeps into ``folder`` and returns the path of its text.

    Args:
        film: Also make a film of each race and sweep.

    Raises:
        ProblemError: a source cannot be read, the folder is not empty, or it cannot be written.
        Cancelled: ``tell`` raised it.
    """
    make_folder(folder.parent)
    with whole_folder(folder) as scratch:
        article = _Article(scratch, resources, film)
        titles = []
        with speaking(language):
            for number, source in enumerate(sources):
                article.heed = partial(tell, number, len(sources))
                article.heed()
                sweep = source.is_dir() or source.suffix.lower() == ".json"
                titles.append((_add_sweep if sweep else _add_race)(article, source, number + 1))
            text = _text(article, list(dict.fromkeys(titles)))
        article.keep(FILE, text.encode())
        tell(len(sources), len(sources))
    return folder / FILE


def _text(article: _Article, titles: list[str]) -> str:
    parts = [f"# {plain(say('Multi-token prediction, measured: {model}', model=say(', ').join(titles)))}"]
    parts += [f"## {say('In short')}", "\n".join(f"- {item}" for item in article.short)]
    parts += [f"## {say('Environment')}", *dict.fromkeys(article.environment)]
    parts += [f"## {say('Conditions and prompts')}", *article.conditions]
    parts += [f"## {say('Results')}", *article.results]
    parts += [f"## {say('To repeat it')}", *(f"```sh\n{command}\n```" for command in dict.fromkeys(article.repeat))]
    if article.races:
        parts.append(say("Each race can be checked: its trace is in this folder."))
    return "\n\n".join(parts) + "\n"


def _add_race(article: _Article, source: Path, number: int) -> str:
    """Adds a race and returns the name of its model."""
    trace = open_trace(source)
    if not trace.header.lanes:
        raise ProblemError(Problem("trace-empty", f"There is nothing in {source.name}.", trace.note))
    behaviour = stored_behaviour(source)
    view, header, name = RaceView.of(trace, behaviour=behaviour), trace.header, f"race-{number}"
    article.races += 1
    try:
        data = b"".join(trace_bytes(source))
    except OSError as error:
        raise ProblemError(unreadable(source, error)) from error
    article.keep(f"{name}.ndjson", data)
    prompt_file = article.keep(f"prompt-{number}.txt", header.request.prompt.encode("utf-8", "replace"))
    result = view.result
    article.short.append(plain(say(": ").join(part for part in (header.prompt_name, result.told) if part)))
    where = (say("Machine"), say("Engine"), say("Model"), say("Measured"))
    told = conditions(view)
    article.environment.append(_facts([row for row in told if row[0] in where]))
    article.conditions.append(f"### {plain(say('Race: {prompt}', prompt=header.prompt_name))}")
    article.conditions.append(_facts([row for row in told if row[0] not in where]))
    article.conditions.append(fenced(header.request.prompt))
    article.results.append(f"### {plain(say('Race: {prompt}', prompt=header.prompt_name))}")
    sentences = [result.told, *view.lane_sentences, view.reason, *view.same_lines, view.heats_note]
    sentences += program_sentences(view)
    article.results += [plain(text) for text in sentences if text]
    failures = [(lane.title, found[0]) for lane in view.lanes if (found := view.problem(lane))]
    remarks = [text for text in (trace.note, *(f"{name}: {problem}" for name, problem in failures)) if text]
    article.results += [_remarks(remarks)] if remarks else []
    names = [lane.name if lane.drafting else say("Baseline") for lane in view.lanes]
    article.results.append(table([["", *names], *([row, *values] for row, values in figure_rows(view))]))
    article.results += list(_race_positions(view))
    packed = pack([data])
    cards = {theme: with_trace(card_png(view, look, packed.sentence), packed) for theme, look in THEMES}
    words = say("Race card: {sentence}", sentence=result.sentence)
    article.results.append(article.pictures(words, f"{name}-card", cards))
    if article.film:
        job = RaceJob(trace, source.name, FilmOptions(width=1280, height=720), article.resources, behaviour)
        export(job, str(article.folder / f"{name}.mp4"), lambda *_: article.heed())
        article.results.append(f"[{say('film')}]({name}.mp4)")
    article.repeat.append(race_command(header, prompt_file))
    return header.pair_title or header.pair


def _race_positions(view: RaceView) -> Iterator[str]:
    rows = [(lane.name, list(view.figures(lane).position_rates)) for lane in view.contenders]
    most = max((len(rates) for _, rates in rows), default=0)
    if not most:
        return
    yield f"#### {say('Acceptance by draft position')}"
    yield say("Share of rounds in which the draft token at each position was accepted.")
    head = [say("Lane"), *(say("Position {number}", number=at + 1) for at in range(most))]
    body = [[name, *(f"{rate:.1%}" for rate in rates), *["–"] * (most - len(rates))] for name, rates in rows]
    yield table([head, *body])


def _add_sweep(article: _Article, source: Path, number: int) -> str:
    """Adds a sweep and returns the name of its model."""
    result = load_sweep(source)
    rows = by_kind(result).prompts
    article.short += [plain(best_sentence(prompt)) for prompt in rows]
    where = (say("Machine"), say("Engine"), say("Model"), say("Measured"))
    told = sweep_conditions(result)
    article.environment.append(_facts([row for row in told if row[0] in where]))
    article.conditions.append(f"### {say('K sweep')}")
    article.conditions.append(_facts([row for row in told if row[0] not in where]))
    for prompt in rows:
        article.results.append(f"### {plain(say('K sweep: {prompt}', prompt=prompt.title))}")
        article.results += [plain(best_sentence(prompt)), table(prompt_rows(prompt))]
        positions = position_rows(prompt)
        if positions:
            article.results.append(f"#### {say('Acceptance by draft position')}")
            article.results.append(say("Share of rounds in which the draft token at each position was accepted."))
            article.results.append(table(positions))
        remarks = list(dict.fromkeys(warning for cell in prompt.cells for warning in cell.warnings))
        article.results += [_remarks(remarks)] if remarks else []
    article.results += [_remarks(list(warnings))] if (warnings := advice_warnings(result)) else []
    article.results += list(_charts(article, result, number))
    if article.film:
        job = SweepJob(result, FilmOptions(width=1280, height=720), article.resources)
        export_film(job, str(article.folder / f"sweep-{number}.mp4"), lambda *_: article.heed())
        article.results.append(f"[{say('film')}](sweep-{number}.mp4)")
    article.repeat.append(sweep_command(result))
    return result.pair_title or result.pair


def _charts(article: _Article, result: SweepResult, number: int) -> Iterator[str]:
    for chart in charts_of(result):
        made = {theme: chart_png(chart, result, look) for theme, look in THEMES}
        yield article.pictures(say(chart.title), f"sweep-{number}-{chart.name}", made)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Returns a Markdown table; the first row is its head, the first column stands left and the others right."""
    lines = [[plain(cell) for cell in row] for row in rows]
    lines.insert(1, ["---", *("---:" for _ in rows[0][1:])])
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    head = [say("Item"), say("Value")]
    lines = [head, ["---", "---"], *([plain(name), plain(text)] for name, text in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _remarks(texts: Sequence[str]) -> str:
    return f"{say('Remarks, as the app wrote them:')}\n\n" + "\n>\n".join(f"> {plain(text)}" for text in texts)


def fenced(text: str) -> str:
    """Returns a text as it is, in a fence that nothing in it can end."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{visible_text(text.strip())}\n{fence}"
