"""A gallery: chosen races and sweeps for any static host. Nothing in it asks another server for anything."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.draw.card import card_png
from app.draw.look import DARK, LIGHT
from app.draw.studio import Tell
from app.draw.sweep.charts import charts_of
from app.draw.sweep.files import chart_png
from app.library.blank import blanked, blanked_sweep
from app.library.cards import pack, with_trace
from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.library.writing import whole_folder
from app.present.advice import advice_warnings
from app.present.figures import machine, machine_text
from app.present.film_options import FilmOptions
from app.present.suite_rows import by_kind
from app.present.sweep_figures import best_cell, best_sentence, position_rows, prompt_rows, speedup_words
from app.present.sweep_figures import conditions as sweep_conditions
from app.present.view import RaceView
from app.race.problems import Problem, ProblemError
from app.race.sweep_result import write_sweep
from app.race.trace import read_trace
from app.video.encoders.base import RaceJob
from app.video.encoders.html import colours, page, templates

HEADS = ("Race", "Result", "Ratio", "Model", "Format", "Machine", "Date", "Files")


@dataclass(frozen=True)
class _Entry:
    """A row of the index. ``page`` and ``files`` are addresses inside the site."""

    title: str
    result: str
    ratio: str
    model: str
    format: str
    machine: str
    date: str
    page: str
    files: tuple[tuple[str, str], ...]


def is_sweep(source: Path) -> bool:
    """Whether a source is a sweep's folder or file, and no race."""
    return source.is_dir() or source.suffix.lower() == ".json"


def write_site(
    sources: Sequence[Path], folder: Path, resources: Path, blank: Collection[str], tell: Tell, *, dark: bool = True
) -> Path:
    """Writes the site into a new or an empty folder, whole or not at all, and returns the path of its index.

    Args:
        blank: What is left out of every race and sweep (``app.library.blank.BLANKS``).

    Raises:
        ProblemError: a source cannot be read, the folder is not empty, or it cannot be written.
        Cancelled: ``tell`` raised it.
    """
    with whole_folder(folder) as scratch:
        entries = []
        for number, source in enumerate(sources):
            tell(number, len(sources))
            add = _add_sweep if is_sweep(source) else _add_race
            entries.append(add(source, scratch, f"{number + 1:03}", resources, blank, dark))
        names = ("model", "Model"), ("format", "Format"), ("machine", "Machine")
        filters = [
            (name, label, values)
            for name, label in names
            if len(values := sorted({getattr(entry, name) for entry in entries} - {""})) > 1
        ]
        shown = {"title": "Races", "entries": entries, "filters": filters, "heads": HEADS, "links": ()}
        (scratch / "index.html").write_text(_page(resources, shown, dark=dark), encoding="utf-8")
        tell(len(sources), len(sources))
    return folder / "index.html"


def _page(resources: Path, shown: Mapping[str, object], *, dark: bool) -> str:
    look = {"dark": colours(DARK), "light": colours(LIGHT), "scheme": "dark" if dark else "light"}
    return templates(resources).get_template("site.html.j2").render(**look, **shown)


def _add_race(source: Path, folder: Path, number: str, resources: Path, blank: Collection[str], dark: bool) -> _Entry:
    trace = open_trace(source)
    if not trace.header.lanes:
        raise ProblemError(Problem("trace-empty", f"There is nothing in {source.name}.", trace.note))
    data = blanked(trace, blank)
    trace = read_trace([data])
    view, look, name = RaceView.of(trace), DARK if dark else LIGHT, f"race-{number}"
    packed = pack([data])
    (folder / f"{name}.ndjson").write_bytes(data)
    (folder / f"{name}.png").write_bytes(with_trace(card_png(view, look, packed.sentence), packed))
    job = RaceJob(trace, f"{name}.ndjson", FilmOptions(dark=dark), resources)
    files = ((f"{name}.ndjson", "Trace"), (f"{name}.png", "Picture"))
    (folder / f"{name}.html").write_text(page(job, (("index.html", "All races"), *files)), encoding="utf-8")
    header, result = trace.header, view.result
    return _Entry(
        title=header.prompt_name or f"Race {int(number)}",
        result=result.phrase,
        ratio=result.ratio_text,
        model=header.pair_title or header.pair,
        format=view.format_title,
        machine=machine(header),
        date=header.created[:10],
        page=f"{name}.html",
        files=files,
    )


def _add_sweep(source: Path, folder: Path, number: str, resources: Path, blank: Collection[str], dark: bool) -> _Entry:
    result, name = blanked_sweep(load_sweep(source), blank), f"sweep-{number}"
    (folder / f"{name}.json").write_bytes(write_sweep(result) + b"\n")
    files = ((f"{name}.json", "Data"),)
    tables = []
    rows = by_kind(result).prompts
    for prompt in rows:
        tables.append((prompt.title, prompt_rows(prompt)))
        positions = position_rows(prompt)
        tables += [(f"{prompt.title}: acceptance by draft position", positions)] if positions else []
    look = DARK if dark else LIGHT
    charts = [
        (chart.title, base64.b64encode(chart_png(chart, result, look)).decode("ascii")) for chart in charts_of(result)
    ]
    model = result.pair_title or result.pair
    shown = {
        "title": model,
        "links": (("index.html", "All races"), *files),
        "entries": None,
        "sentences": [*(best_sentence(prompt) for prompt in rows), *advice_warnings(result)],
        "tables": tables,
        "charts": charts,
        "conditions": sweep_conditions(result),
    }
    (folder / f"{name}.html").write_text(_page(resources, shown, dark=dark), encoding="utf-8")
    best = [(cell.speedup.ratio, cell) for item in result.prompts if (cell := best_cell(item)) and cell.speedup]
    return _Entry(
        title="Sweep over K",
        result=f"{len(result.prompts)} prompt{'s' if len(result.prompts) != 1 else ''}",
        ratio=f"up to {speedup_words(max(best, key=lambda item: item[0])[1])}" if best else "–",
        model=model,
        format="Sweep",
        machine=machine_text(result.machine),
        date=result.created[:10],
        page=f"{name}.html",
        files=files,
    )
