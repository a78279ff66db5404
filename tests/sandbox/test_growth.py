"""Whatever a model or its program writes, looking at it takes time in proportion to its length."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.sandbox.compare import compare_figures, compare_files, steady_svg
from app.sandbox.extract import extract
from app.sandbox.fences import holds_python_block
from app.sandbox.outcome import as_text
from app.sandbox.plain import plain_text
from app.sandbox.results import ProducedFile, RunResult
from app.sandbox.texts import compare_json, compare_tables, compare_texts, compare_unsteady, steadiness
from tests.growth import LINEAR, PIECES, QUADRATIC, growth, repeated

SIZE = 3_000


def written(name: str, text: str) -> RunResult:
    return RunResult(ended="exited", exit_code=0, files=(ProducedFile(name, len(text), text[-9:], text.encode()),))


def unsteady(text: str) -> object:
    first, again = steadiness(text, text + "2"), steadiness(text + "1", text + "3")
    return compare_unsteady(text, text + "2", first, again)


WORK: dict[str, Callable[[str], object]] = {
    "one line of output": lambda text: compare_texts(f"{text}a", f"{text}b"),
    "output with another end": lambda text: compare_texts(text, f"{text} ."),
    "two runs of a program": unsteady,
    "a table": lambda text: compare_tables(f"{text},a", f"{text},b"),
    "JSON": lambda text: compare_json(f"[{text}1]", f"[{text}2]"),
    "a drawing": steady_svg,
    "two drawings": lambda text: compare_figures(written("a.svg", f"{text}1"), written("a.svg", f"{text}2")),
    "two files": lambda text: compare_files(written("a.txt", f"{text}1"), written("a.txt", f"{text}2")),
    "a reply": extract,
    "a reply cut off": lambda text: extract(f"def f():\n{text}x", hit_limit=True),
    "a block": lambda text: extract(f"```python\n{text}\n```\n"),
    "a block cut off": lambda text: extract(f"```python\nx = 1\n{text}", hit_limit=True),
    "whether there is a program": holds_python_block,
    "control characters": plain_text,
    "printed bytes": lambda text: as_text(text.encode(), 10_000_000),
}


@pytest.mark.parametrize("name", WORK)
def test_the_cost_grows_no_faster_than_the_text(name: str) -> None:
    slow = {piece: ratio for piece in PIECES if (ratio := growth(WORK[name], repeated(piece), SIZE)) > LINEAR}
    assert slow == {}


@pytest.mark.parametrize("piece", ["<!--", "{1,", 'id="a', "1", "1."])
def test_what_is_opened_again_and_again_and_never_closed_costs_no_more(piece: str) -> None:
    texts = repeated(piece, before="<svg>", after="x")
    for work in (steady_svg, WORK["one line of output"], WORK["a table"]):
        assert growth(work, texts, SIZE) <= LINEAR


def test_the_measure_tells_linear_from_quadratic_cost() -> None:
    def quadratic(text: str) -> int:
        return sum(text.count("b") for _ in range(0, len(text), 8))

    assert growth(quadratic, repeated("a"), 12_000) > LINEAR
    assert growth(lambda text: [ord(char) for char in text], repeated("a"), 100_000) < LINEAR
    assert QUADRATIC > LINEAR
