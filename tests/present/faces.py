"""What each face says of a race: every number and sentence of the result, read off what a person or script gets."""

from __future__ import annotations

import html
import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from markdown_it import MarkdownIt
from PySide6.QtWidgets import QApplication, QLabel

from app.cli import main
from app.draw.card import card_png
from app.draw.look import LIGHT
from app.library.traces import open_trace
from app.places import Places
from app.present.film_options import FilmOptions
from app.present.result import verdict_text
from app.present.view import RaceView
from app.sandbox.races import stored_behaviour
from app.terminal.environment import Environment
from app.terminal.visible import VisibleConsole
from app.ui.library_model import read_entry
from app.ui.race_board import RaceBoard
from app.ui.replay_player import ReplayPlayer
from app.ui.text_line import TextLine
from app.ui.theme import Theme
from app.video.encoders.base import RaceJob
from app.video.export import export
from app.video.film import Film

Told: TypeAlias = dict[str, object]
"""What a face tells: names such as ``"ratio"`` or ``"rate 1"`` (of lane 1) with the text, None for "it tells none".

A name that is missing says that this face has no place for it; None says that there is a place and nothing is in it.
"""
RATIO: Final = re.compile(r"(\d+\.\d\d)×")
RUNS: Final = "Both programs end"
"""How the sentence about the programs begins in the races of these tests."""
SPAN: Final = re.compile(r"(\d+\.\d\d) to (\d+\.\d\d)")


def json_face(path: Path, places: Places, _theme: Theme) -> Told:
    """``mtp-race show --json``."""
    env = Environment(io.StringIO(), io.StringIO(), places)
    main(["show", "--json", str(path)], env)
    found = json.loads(env.stdout.getvalue())  # type: ignore[attr-defined]
    winner = found["winner"]
    told: Told = {
        "phrase": winner["phrase"],
        "said": _said(winner["sentence"]),
        "ratio": _two(winner["ratio"]),
        "interval": _span(winner["low"], winner["high"]),
        "heats": winner["heats"] or None,
        "why": found["why"],
        "same": found["same"],
        "format": found["format_title"],
        "note": found["note"],
        "end to end": found["end_to_end"]["sentence"] if found["end_to_end"] else "",
        "runs": found["behaviour_reason"] or "",
    }
    whole = found["end_to_end"]["lanes"] if found["end_to_end"] else {}
    for at, lane in enumerate(found["lanes"]):
        told[f"whole {at}"] = f"{whole[lane]['total_s']:.2f}" if lane in whole else None
    for at, lane in enumerate(found["lanes"].values()):
        told |= {
            f"rate {at}": None if lane["total_tps"] is None else f"{lane['total_tps']:.1f}",
            f"unit {at}": lane["rate_unit"],
            f"tokens {at}": f"{lane['tokens']:g}",
            f"clock {at}": f"{lane['clock_s']:.2f}",
            f"end {at}": lane["end"],
        }
        share = lane.get("acceptance_rate")
        told[f"share {at}"] = None if share is None else f"{share:.0%}"
        if lane.get("accepted_per_round") is None:
            told[f"accepted {at}"] = None
        else:
            told[f"accepted {at}"] = f"{lane['accepted_per_round']:.2f} of {lane['drafted_per_round']:.1f}"
    return told


def _said(sentence: str) -> str:
    """The sentence of the result, without how sure it is."""
    found = re.search(r".*\d\.\d\d× as fast as [^,(]*", sentence)
    return (found[0] if found else sentence).strip().removesuffix(".")


def _result(sentence: str) -> Told:
    """What a face tells that says the result as a sentence."""
    told = _headline("", sentence, sentence)
    del told["phrase"]
    return told | {"said": _said(sentence)}


def _two(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _span(low: float | None, high: float | None) -> str | None:
    return None if low is None or high is None else f"{low:.2f} to {high:.2f}"


def _lane(at: int, rate: str, clock: str, way: str) -> Told:
    """A lane's figures from the three texts that window, film, page and terminal show of it."""
    number, _, unit = rate.strip().partition(" ")
    parts = clock.split(" · ")
    accepted, share = re.match(r"(\d+\.\d\d of \d+\.\d)", way), re.search(r"(\d+%)", way)
    return {
        f"rate {at}": number if number[:1].isdigit() else None,
        **({f"unit {at}": unit} if unit else {}),
        f"tokens {at}": re.sub(r" tokens?$", "", parts[0]),
        f"clock {at}": parts[1].removesuffix(" s"),
        f"end {at}": parts[2] if len(parts) > 2 else None,
        f"accepted {at}": accepted[1] if accepted else None,
        f"share {at}": share[1] if share else None,
    }


def _headline(phrase: str, ratio: str, foot: str) -> Told:
    span, count = SPAN.search(foot), re.search(r"(\d+) heats?", foot)
    number = RATIO.search(ratio)
    return {
        "phrase": phrase,
        "ratio": number[1] if number else None,
        "interval": span[0] if span else None,
        "heats": int(count[1]) if count else None,
    }


def _sentences(lines: list[str]) -> Told:
    """The sentences of a text that has a line for each."""
    why = [line for line in lines if "Verifying" in line]
    same = [line for line in lines if re.search(r"Tokens identical|outputs differ|nothing to compare|no tokens", line)]
    note = [line for line in lines if "the text is that of" in line]
    end = [line for line in lines if line.startswith("Generate and run: ")]
    runs = [line for line in lines if RUNS in line]
    return {
        "why": why[0] if why else "",
        "same": same[0] if same else "",
        "note": note[0] if note else "",
        "end to end": end[0] if end else "",
        "runs": runs[0][runs[0].index(RUNS) :] if runs else "",
    }


def terminal_face(path: Path, places: Places, _theme: Theme) -> Told:
    """``mtp-race show``: the panels of the lanes and the lines under them."""
    env = Environment(io.StringIO(), io.StringIO(), places)
    console = VisibleConsole(env.stdout, 300)
    env.console = lambda: console  # type: ignore[method-assign]
    main(["show", str(path)], env)
    text = env.stdout.getvalue()  # type: ignore[attr-defined]
    rows = [line for line in text.splitlines() if line.startswith("│")]
    told: Told = {}
    trace = open_trace(path)
    for at in range(len(trace.header.lanes)):
        panes = [[part.strip() for part in re.split(r"│ *│|^│|│$", row)[1:-1]] for row in rows]
        first, second = panes[0][at], panes[1][at]
        rate, clock = re.split(r" {2,}", first)
        told |= _lane(at, rate, clock, second)
    head, *below = text.rpartition("╯")[2].split("\n")[1:]
    told |= _result(head)
    told |= _sentences([line.partition("   ")[2] or re.sub(r"^\w+\?? +", "", line) for line in below])
    told["format"] = re.findall(r"\((Chess clock|Heats|Free for all): ", head)[0]
    return told


def window_face(path: Path, places: Places, theme: Theme) -> Told:
    """The widgets of the board that the Library shows."""
    board = RaceBoard(theme, places)
    board.charts.load()
    board.resize(1800, 1000)
    board.show()
    player = ReplayPlayer(board)
    player.open(open_trace(path))
    board.behaviour.recall(path)
    wait_for(lambda: stored_behaviour(path) is None or board.behaviour.behaviour is not None)
    while board.frame():
        pass
    board.show_slow()
    QApplication.processEvents()
    card = board.winner
    below = " ".join(line.text() for line in card._about if line.isVisible())
    sentence = f"{card._head.text()} {card._ratio.text()} {card._tail.text()}".strip()
    told = _headline("", sentence, below) | {"said": _said(sentence)}
    del told["phrase"]
    for at, pane in enumerate(board.panes):
        rate = f"{pane._rate.text()} {pane._unit.text()}"
        count, _, end = pane._count.text().partition(" · ")
        told |= _lane(at, rate, " · ".join(filter(None, (count, pane._clock.text(), end))), pane._way.text())
    labels: list[QLabel | TextLine] = [*board.findChildren(QLabel), *board.findChildren(TextLine)]
    told |= _sentences([line for item in labels if item.isVisible() for line in item.text().splitlines()])
    player.close()
    board.close()
    board.deleteLater()
    return told


def copied_face(path: Path, _places: Places, _theme: Theme) -> Told:
    """The verdict that is copied as text."""
    lines = verdict_text(RaceView.of(open_trace(path), behaviour=stored_behaviour(path))).splitlines()
    told: Told = {"format": lines[0].split(", ")[2]}
    for at, line in enumerate(item for item in lines if " tokens · " in item):
        rate, *clock = line.partition(": ")[2].split(" · ")
        told |= _lane(at, rate, " · ".join(clock[:3]), " · ".join(clock[3:]))
    head = next(line for line in lines if line.startswith("Result: "))
    return told | _result(head.removeprefix("Result: ")) | _sentences(lines)


def row_face(path: Path, _places: Places, _theme: Theme) -> Told:
    """The row in the Library, and what it says to a screen reader."""
    entry = read_entry(path, 1, 1, {})
    ratio = RATIO.fullmatch(entry.ratio)
    return {"phrase": entry.phrase, "ratio": ratio[1] if ratio else None, "format": entry.about.split(" · ")[-1]}


def _table(rows: list[tuple[str, list[str]]], lanes: int) -> Told:
    """The figures of the table that films, pages and summaries have."""
    found = dict(rows)
    told: Told = {}
    for at in range(lanes):
        name = next(item for item in found if item == "Decode rate" or item.startswith("Rate of all"))
        number, _, unit = found[name][at].partition(" ")
        unit = unit if name == "Decode rate" else f"{unit}, {name.removeprefix('Rate of ')}"
        told |= {
            f"rate {at}": None if number == "–" else number,
            f"tokens {at}": found["Tokens"][at],
            f"clock {at}": found["Lane clock"][at].removesuffix(" s"),
            f"end {at}": found["Ended"][at],
        }
        if number != "–":
            told[f"unit {at}"] = unit
        share = found.get("Acceptance rate", ["–"] * lanes)[at]
        told[f"share {at}"] = None if share == "–" else f"{float(share.removesuffix('%')):.0f}%"
        whole = found.get("Generate and run", ["–"] * lanes)[at]
        told[f"whole {at}"] = None if whole == "–" else whole.removesuffix(" s")
        accepted = found.get("Accepted per round", ["–"] * lanes)[at]
        told[f"accepted {at}"] = None if accepted == "–" else accepted
    return told


def job_of(path: Path, places: Places) -> RaceJob:
    """The export of a race, as window and command line order it."""
    return RaceJob(open_trace(path), path.name, FilmOptions(), places.resources, stored_behaviour(path))


def wait_for(reached: Callable[[], bool]) -> None:
    """Lets the window work until something is so; fails after some seconds."""
    end = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < end
        QApplication.processEvents()


def markdown_face(path: Path, places: Places, _theme: Theme) -> Told:
    """The Markdown summary, as a reader renders it."""
    out = path.with_suffix(".md")
    export(job_of(path, places), str(out), lambda *_: None)
    page = MarkdownIt().enable("table").render(out.read_text(encoding="utf-8"))
    return _page(page, len(open_trace(path).header.lanes))


def _page(page: str, lanes: int) -> Told:
    """What a rendered page has: the headline, the table, the sentences and the conditions."""
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        cells = [html.unescape(re.sub(r"<.*?>", "", item)) for item in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)]
        rows.append((cells[0], cells[1:]))
    paragraphs = [html.unescape(re.sub(r"<.*?>", "", item)) for item in re.findall(r"<p.*?>(.*?)</p>", page)]
    head = next(item for item in paragraphs if re.search(r"× as fast as|No result", item))
    told = _table(rows, lanes) | _result(head) | _sentences(paragraphs)
    told["format"] = re.findall(r"(Chess clock|Heats|Free for all): ", html.unescape(page))[0]
    return told


def html_face(path: Path, places: Places, _theme: Theme) -> Told:
    """The page that replays: its result without JavaScript, and the last moment that its script shows."""
    out = path.with_suffix(".html")
    export(job_of(path, places), str(out), lambda *_: None)
    text = out.read_text(encoding="utf-8")
    lanes = len(open_trace(path).header.lanes)
    told = _page(text.partition('aria-label="Result"')[2].partition("<script")[0], lanes)
    data = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[0])
    last = data["leads"][-1]
    shown = _headline(last[2], last[3], last[4])
    for at, lane in enumerate(data["lanes"]):
        step = lane["steps"][-1]
        shown |= _lane(at, step["rate"], step["clock"], step["way"])
    for name, value in shown.items():
        assert told.get(name, value) == value, f"the page's {name} is {told[name]!r} and its script's {value!r}"
    return told | shown


def film_face(path: Path, places: Places, _theme: Theme) -> Told:
    """Every text that the scenes of a film draw in their last frames."""
    trace = open_trace(path)
    options = FilmOptions(width=1920, height=1080, fps=5, speed=50.0)
    film = Film(trace, options, places.resources, stored_behaviour(path))

    def said(name: str) -> list[str]:
        film.frame(film.span(name)[1] - 1)
        return list(film.stage.said)

    names = [name for name, _, _ in film.scenes]
    race, finish, closing = said("race"), said("finish"), said("closing")
    told: Told = {}
    ratios = [text for text in race if RATIO.fullmatch(text)]
    at = race.index(ratios[0]) if ratios else race.index("–")
    told |= _headline(race[at - 1], race[at], race[at + 1])
    lanes = len(trace.header.lanes)
    clocks = [place for place, text in enumerate(race) if re.match(r"[\d.]+ tokens · ", text)]
    shown: Told = {}
    for number, place in enumerate(clocks):
        shown |= _lane(number, race[place - 1], race[place], race[place + 1])
    wanted = (
        "Decode rate",
        "Rate of all 4 requests",
        "Tokens",
        "Lane clock",
        "Ended",
        "Accepted per round",
        "Acceptance rate",
        "Generate and run",
    )
    rows = [(name, closing[closing.index(name) + 1 :][:lanes]) for name in wanted if name in closing]
    table = _table(rows, lanes)
    for name, value in shown.items():
        assert table.get(name, value) == value, f"the race scene's {name} is {value!r}, the table's {table[name]!r}"
    told |= table
    large = next((text for text in finish if RATIO.fullmatch(text)), None)
    assert (RATIO.fullmatch(large)[1] if large else None) == told["ratio"]  # type: ignore[index]
    assert finish[finish.index(large or "–") - 1] == told["phrase"]
    why = said("why") if "why" in names else []
    joined = [_joined(finish), _joined(why), _joined(closing)]
    joined += [_joined(said("programs"))] if "programs" in names else []
    told["texts"] = joined
    told["format"] = re.findall(r"(Chess clock|Heats|Free for all): ", _joined(closing))[0]
    return told


def card_face(path: Path, _places: Places, _theme: Theme) -> Told:
    """Every text on the race card that the command writes, of the trace that comes back out of the picture."""
    out = path.with_suffix(".png")
    assert main(["card", str(path), "--to", str(out)], Environment(io.StringIO(), io.StringIO(), _places)) == 0
    trace = open_trace(out)
    said: list[str] = []
    card_png(RaceView.of(trace), LIGHT, said=said)
    clocks = [place for place, text in enumerate(said) if re.match(r"[\d.]+ tokens · ", text)]
    end = said.index(next(text for text in said if RATIO.fullmatch(text) or text == "–"))
    told: Told = _headline(said[end + 1], said[end], said[end + 2] if clocks[0] > end + 2 else "")
    for number, place in enumerate(clocks):
        start = clocks[number - 1] + 2 if number else end + 2
        units = [at for at in range(start, place) if said[at].startswith(" tok/s")]
        clock = said[place].split(": ")[0]
        told |= _lane(number, f"{said[units[0] + 1]} {said[units[0]].strip()}", clock, said[place + 1])
    told["format"] = re.findall(r"(Chess clock|Heats|Free for all): ", _joined(said))[0]
    told["texts"] = [_joined(said)]
    return told


def article_face(path: Path, places: Places, _theme: Theme) -> Told:
    """The article in English, as a reader renders it."""
    folder = path.with_name("article")
    env = Environment(io.StringIO(), io.StringIO(), places)
    assert main(["article", str(path), "--to", str(folder)], env) == 0
    text = (folder / "article.md").read_text(encoding="utf-8").partition("## Results")[2]
    page = MarkdownIt().enable("table").render(text.partition("#### ")[0])
    return _page(page, len(open_trace(path).header.lanes))


def _joined(texts: list[str]) -> str:
    """Texts of a frame as one, since sentences are cut into lines."""
    return " ".join(texts)


FACES: Final[dict[str, Callable[[Path, Places, Theme], Told]]] = {
    "terminal": terminal_face,
    "window": window_face,
    "copied text": copied_face,
    "library row": row_face,
    "markdown": markdown_face,
    "page": html_face,
    "film": film_face,
    "card": card_face,
    "article": article_face,
}
