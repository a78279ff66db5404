# ruff: noqa: E501 - tables and templates are easier to read on one line
"""numpy arrays: filter and reduce, by rows and columns. The checks hold results computed without numpy."""

import random
from typing import Any

from .base import Program, make
from .family import family, function
from .wording import infinitive

TESTS = (
    ("positive values", "positive", "{a} > 0"),
    ("negative values", "negative", "{a} < 0"),
    ("even values", "even", "{a} % 2 == 0"),
    ("values above {k}", "above_{k}", "{a} > {k}"),
    ("values of at most {k}", "at_most_{k}", "{a} <= {k}"),
)
OPS = (
    ("returns the sum of the {w} of a numpy array", "sum_{s}", "int", "return int({a}[{t}].sum())", lambda kept: sum(kept)),
    ("counts the {w} in a numpy array", "count_{s}", "int", "return int(np.count_nonzero({t}))", lambda kept: len(kept)),
    ("returns the {w} of a numpy array as a list", "list_{s}", "list[int]", "return {a}[{t}].tolist()", lambda kept: kept),
    ("checks whether a numpy array has {w}", "has_{s}", "bool", "return bool(({t}).any())", lambda kept: bool(kept)),
)  # fmt: skip


@family(1)
def arrays(rng: random.Random) -> Program:
    """returns the sum of the positive values of a numpy array."""
    what, slug, test = rng.choice(TESTS)
    ask, name, result, body, run = rng.choice(OPS)
    a, k = rng.choice(("values", "array", "data")), rng.choice((0, 5, 10, 20))
    what, slug, test = (text.format(a=a, k=k) for text in (what, slug, test))
    data = [rng.randint(-20, 40) for _ in range(6)]
    expected: Any = run([item for item in data if eval(test, {a: item})])
    name = name.format(s=slug)
    asks = [
        ask.format(w=what),
        ask.format(w=what) + " with a mask"
        if "returns" in ask
        else ask.format(w=what).replace("a numpy array", "an array with numpy"),
    ]
    source = function(
        name, f"({a}: np.ndarray) -> {result}", infinitive(asks[0]), body.format(a=a, t=test), "import numpy as np"
    )
    demo = f"{a} = np.array({data})\nprint({name}({a}))"
    checks = [f"{name}(np.array({data})) == {expected!r}"]
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=checks,
        topic="numpy",
        needs=("numpy",),
        params={a: "The array to look at."},
    )
