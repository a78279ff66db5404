"""The planted pairs of programs get the verdicts that they should."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import sysconfig

import pytest

from app.sandbox.base import Available
from app.sandbox.behaviour import from_json
from app.sandbox.bubblewrap import Bubblewrap
from app.sandbox.comparison import compare_replies
from app.sandbox.environment import make_font_list
from app.sandbox.interpreter import Interpreter, base_interpreter
from app.sandbox.replies import Reply
from app.sandbox.results import Limits
from tests.sandbox.figure_pairs import FIGURE_PAIRS
from tests.sandbox.pairs import PAIRS, Pair

EVERY = [*PAIRS, *FIGURE_PAIRS]

WAITING = Limits(wall_s=2.0)
SHORT = Limits(wall_s=30.0, cpu_s=1)  # an endless loop ends by its processor time, however busy the machine is
LONG = Limits(wall_s=60.0)


@pytest.fixture(scope="module")
def science(tmp_path_factory: pytest.TempPathFactory) -> Bubblewrap:
    """A sandbox with the numpy, pandas and matplotlib of the development environment."""
    if sys.platform != "linux" or any(importlib.util.find_spec(n) is None for n in ("pandas", "matplotlib")):
        pytest.skip("pandas and matplotlib are not installed here")
    # Outside once, so that the compiled modules lie beside the packages as an installation would leave them.
    subprocess.run([sys.executable, "-c", "import pandas, matplotlib.pyplot"], check=True, env={"MPLBACKEND": "Agg"})
    base = base_interpreter()
    assert base is not None
    packages = sysconfig.get_paths()["purelib"]
    plain = Bubblewrap(Interpreter(base.python, packages))
    if not isinstance(plain.probe(), Available):
        pytest.skip("no sandbox here")
    fonts = make_font_list(plain, tmp_path_factory.mktemp("fonts"))
    assert fonts is not None
    return Bubblewrap(Interpreter(base.python, packages, fonts))


def reply(source: str, hit_limit: bool = False) -> Reply:
    """As a model would send it; one that hit the limit never closes its block."""
    if not source:
        return Reply("I cannot write that.")
    return Reply(f"Here is the program:\n\n```python\n{source}" + ("" if hit_limit else "\n```\n"), hit_limit)


@pytest.mark.parametrize("pair", EVERY, ids=lambda pair: pair.name)
def test_a_planted_pair_gets_its_verdict(pair: Pair, request: pytest.FixtureRequest) -> None:
    box = request.getfixturevalue("science" if pair.scientific else "sandbox")
    limits = LONG if pair.scientific else WAITING if pair.name.startswith("waiting") else SHORT
    found = compare_replies(
        reply(pair.a, pair.hit_limit[0]), reply(pair.second, pair.hit_limit[1]), box, limits=limits, inputs=60
    )
    assert found.verdict == pair.verdict, found
    assert pair.reason in found.sentence, found
    assert from_json(found.to_json()) == found


def test_there_are_enough_pairs_with_different_names() -> None:
    assert len({pair.name for pair in EVERY}) == len(EVERY) >= 120
