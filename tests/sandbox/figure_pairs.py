"""Planted pairs of programs that draw, each with the verdict that a careful reader would give, and why."""

from __future__ import annotations

from tests.sandbox.pairs import DIFFERENT, NOT_COMPARABLE, SAME, Edits, Pair

LINE = """
import matplotlib.pyplot as plt
plt.plot([1, 2, 3, 4], [1, 4, 9, 16], color="blue")
plt.title("Squares")
plt.xlabel("x")
plt.ylabel("x squared")
plt.show()
"""
BARS = """
import matplotlib.pyplot as plt
months = ["Jan", "Feb", "Mar", "Apr"]
returns = [1.5, -2.0, 0.5, 3.25]
fig, ax = plt.subplots()
ax.bar(months, returns, color=["g" if r > 0 else "r" for r in returns])
ax.axhline(0, color="black")
ax.set_title("Monthly returns")
ax.set_ylabel("%")
fig.savefig("returns.png")
"""
TWO_LINES = """
import matplotlib.pyplot as plt
for name, factor in (("slow", 1), ("fast", 2)):
    plt.plot([1, 2, 3], [factor * x for x in (1, 2, 3)], label=name)
plt.legend()
plt.savefig("lines.png")
"""
PLOTS = """
import matplotlib.pyplot as plt
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
left.plot([1, 2, 3], [3, 1, 2])
left.set_title("prices")
right.bar(["a", "b"], [4, 6])
right.set_title("volumes")
plt.show()
"""
SCATTER = """
import matplotlib.pyplot as plt
xs = [0.5, 1.0, 1.5, 2.5, 3.0]
ys = [2.0, 1.0, 3.0, 2.5, 0.5]
plt.scatter(xs, ys, s=20)
plt.show()
"""
HEAT = """
import matplotlib.pyplot as plt
import numpy as np
table = np.arange(24).reshape(4, 6) ** 1.5
plt.imshow(table, cmap="viridis")
plt.colorbar()
plt.show()
"""
DATES = """
import matplotlib.pyplot as plt
import pandas as pd
closes = pd.Series([100.0, 104.0, 99.0, 107.5, 110.0], index=pd.date_range("2024-01-31", periods=5, freq="ME"))
closes.plot(color="navy")
plt.tight_layout()
plt.savefig("closes.png")
"""
HISTOGRAM = """
import matplotlib.pyplot as plt
import numpy as np
plt.hist(np.random.default_rng(3).normal(size=300), bins=12)
plt.show()
"""
PIE = """
import matplotlib.pyplot as plt
plt.pie([30, 45, 25], labels=["a", "b", "c"])
plt.show()
"""
TWO_FIGURES = """
import matplotlib.pyplot as plt
plt.figure()
plt.plot([1, 2, 3])
plt.figure()
plt.bar([1, 2, 3], [3, 2, 1])
plt.show()
"""
SMOOTH = """
import matplotlib.pyplot as plt
import numpy as np
x = np.linspace(0, 6, 200)
plt.plot(x, np.sin(x))
plt.fill_between(x, np.sin(x) - 0.2, np.sin(x) + 0.2, alpha=0.3)
plt.savefig("sine.svg")
"""
# Other data, with an account of it that was changed in the program's own process to that of the first.
FORGED = """
import sys
import matplotlib.pyplot as plt
figures = sys.modules["inside.figures"]
honest = figures.row
def row(values):
    told = honest(values)
    return honest([1, 4, 9, 16]) if told["values"] == [16.0, 9.0, 4.0, 1.0] else told
figures.row = row
plt.plot([1, 2, 3, 4], [16, 9, 4, 1], color="red")
plt.title("Squares")
plt.xlabel("x")
plt.ylabel("x squared")
plt.show()
"""
FORGED_MORE = """
import sys
import matplotlib.pyplot as plt
figures = sys.modules["inside.figures"]
honest = figures.series_of
def series_of(axes):
    found, unread, looks = honest(axes)
    return found[:1], unread, looks
figures.series_of = series_of
plt.plot([1, 2, 3, 4], [1, 4, 9, 16], color="red")
plt.plot([1, 2, 3, 4], [12, 3, 14, 2], color="blue", linewidth=4)
plt.title("Squares")
plt.xlabel("x")
plt.ylabel("x squared")
plt.show()
"""
FORGED_PICTURE = (
    LINE.replace("blue", "red")
    + """
from PIL import Image
Image.new("RGB", (640, 480), "white").save("figure-1.png")
"""
)


# Parts of the programs that are changed.
SIGNS = '["g" if r > 0 else "r" for r in returns]'
ZERO = 'ax.axhline(0, color="black")\n'
ORDER = '("slow", 1), ("fast", 2)', '("fast", 2), ("slow", 1)'
RIGHT = 'right.bar(["a", "b"], [4, 6])\nright.set_title("volumes")'
SECOND = "plt.figure()\nplt.bar([1, 2, 3], [3, 2, 1])\n"
SINE = "plt.plot(x, np.sin(x))", 'plt.plot(x, np.sin(x), color="r")'


def drawn(name: str, a: str, edits: Edits | str, verdict: str, reason: str) -> Pair:
    return Pair(name, a, edits, verdict, reason, scientific=True)


FIGURE_PAIRS = [
    drawn("other line colour", LINE, [("blue", "red")], SAME, "another style: colours"),
    drawn("other line style and width", LINE, [('"blue"', '"red", linestyle="--", linewidth=3')], SAME, "style"),
    drawn("another size of the figure", LINE, [("plt.plot", "plt.figure(figsize=(9, 4))\nplt.plot")], SAME, "size"),
    drawn("a grid more", LINE, [("plt.show", "plt.grid(True)\nplt.show")], SAME, "grid"),
    drawn("another style sheet", LINE, [("plt.plot", 'plt.style.use("ggplot")\nplt.plot')], SAME, "background"),
    drawn("a dark page", LINE, [("plt.plot", 'plt.style.use("dark_background")\nplt.plot')], SAME, "background"),
    drawn("other data in the same colours", LINE, [("9, 16", "8, 16")], DIFFERENT, "point 3 is (3, 9)"),
    drawn("one point more", LINE, [("3, 4], [1, 4, 9, 16]", "3, 4, 5], [1, 4, 9, 16, 25]")], DIFFERENT, "4 points"),
    drawn("a label that is missing", LINE, [('plt.ylabel("x squared")\n', "")], DIFFERENT, "the y label is"),
    drawn("another label", LINE, [('"x squared"', '"x cubed"')], DIFFERENT, '"x cubed"'),
    drawn("a title that is missing", LINE, [('plt.title("Squares")\n', "")], DIFFERENT, "title"),
    drawn("swapped axes", LINE, [("[1, 2, 3, 4], [1, 4, 9, 16]", "[1, 4, 9, 16], [1, 2, 3, 4]")], DIFFERENT, "swapped"),
    drawn("bars against a line", LINE, [("plot(", "bar(")], DIFFERENT, "a line, the second bars"),
    drawn("points against a line", LINE, [("plot(", "scatter(")], DIFFERENT, "points"),
    drawn("a logarithmic axis", LINE, [("plt.show", 'plt.yscale("log")\nplt.show')], DIFFERENT, "logarithmic"),
    drawn("another part of the axis", LINE, [("plt.show", "plt.ylim(0, 50)\nplt.show")], DIFFERENT, "shows"),
    drawn("an axis the other way", LINE, [("plt.show", "plt.gca().invert_xaxis()\nplt.show")], DIFFERENT, "other way"),
    drawn("a note in the figure", LINE, [("plt.show", 'plt.text(2, 9, "here")\nplt.show')], DIFFERENT, "texts"),
    drawn(
        "the same by the object interface",
        LINE,
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot(range(1, 5), [n * n for n in range(1, 5)], "
        'color="blue")\nax.set(title="Squares", xlabel="x", ylabel="x squared")\nplt.show()\n',
        SAME,
        "same figure",
    ),
    drawn("cut to what is drawn", BARS, [('png"', 'png", bbox_inches="tight", dpi=150')], SAME, "another style"),
    drawn("bars in other colours", BARS, [(SIGNS, '"steelblue"')], SAME, "colours"),
    drawn("narrower bars", BARS, [("color=[", "width=0.5, color=[")], SAME, "another style"),
    drawn("another height of a bar", BARS, [("3.25", "3.5")], DIFFERENT, "point 4"),
    drawn("other names of bars", BARS, [('"Apr"', '"May"')], DIFFERENT, "names stand along the x axis"),
    drawn("bars that lie", BARS, [("ax.bar", "ax.barh")], DIFFERENT, "bars that lie"),
    drawn(
        "a line through zero less", BARS, [(ZERO, "")], DIFFERENT, "the first draws 2 series"
    ),
    drawn("series in another order", TWO_LINES, [ORDER], SAME, "same figure"),
    drawn("a legend elsewhere", TWO_LINES, [("legend()", 'legend(loc="lower right")')], SAME, "where things stand"),
    drawn("no legend", TWO_LINES, [("plt.legend()\n", "")], DIFFERENT, "only the first has a legend"),
    drawn("another name of a series", TWO_LINES, [('"fast"', '"quick"')], DIFFERENT, '"quick"'),
    drawn("one series only", TWO_LINES, [(', ("fast", 2)', ",")], DIFFERENT, "2 lines, the second one line"),
    drawn(
        "plots in another order", PLOTS, [("(left, right) = plt", "(right, left) = plt")], DIFFERENT, "in another order"
    ),
    drawn("one plot only", PLOTS, [(RIGHT, "right.remove()")], DIFFERENT, "one plot"),
    drawn("other data in one of two plots", PLOTS, [("[4, 6]", "[4, 7]")], DIFFERENT, "in plot 2"),
    drawn("other colours in one of two plots", PLOTS, [("[4, 6]", '[4, 6], color="k"')], SAME, "colours"),
    drawn("larger points", SCATTER, [("s=20", 's=90, color="k"')], SAME, "markers"),
    drawn("another point", SCATTER, [("2.5, 0.5", "2.5, 0.8")], DIFFERENT, "point 5"),
    drawn("another colour map", HEAT, [("viridis", "gray")], SAME, "colours"),
    drawn("other cells", HEAT, [("** 1.5", "** 1.2")], DIFFERENT, "Figure 1"),
    drawn("dates in another size", DATES, [('"navy"', '"red", figsize=(9, 4)')], SAME, "size"),
    drawn("another close", DATES, [("107.5", "108.5")], DIFFERENT, "point 4"),
    drawn("another start of dates", DATES, [("2024-01-31", "2023-01-31")], DIFFERENT, "point 1"),
    drawn("a histogram in other colours", HISTOGRAM, [("bins=12", 'bins=12, color="r", ec="k"')], SAME, "colours"),
    drawn("other bins", HISTOGRAM, [("bins=12", "bins=13")], DIFFERENT, "points"),
    drawn("a pie in other colours", PIE, [("labels", 'colors=["r", "g", "b"], labels')], SAME, "colours"),
    drawn("another pie", PIE, [("30, 45", "35, 40")], DIFFERENT, "Figure 1"),
    drawn("two figures against one", TWO_FIGURES, [(SECOND, "")], DIFFERENT, "2 figures"),
    drawn("two figures, one otherwise", TWO_FIGURES, [("[3, 2, 1]", "[3, 2, 2]")], DIFFERENT, "Figure 2"),
    drawn("two figures in other colours", TWO_FIGURES, [("[3, 2, 1]", '[3, 2, 1], color="r"')], SAME, "2 figures"),
    drawn("a drawing in other colours", SMOOTH, [SINE], SAME, "colours"),
    drawn("another drawing", SMOOTH, [("- 0.2", "- 0.1")], DIFFERENT, "series"),
    drawn("a forged account of other data", LINE, FORGED, NOT_COMPARABLE, "own account"),
    drawn("a forged account that leaves a line out", LINE, FORGED_MORE, NOT_COMPARABLE, "own account"),
    drawn("a picture that was put in place of the figure", LINE, FORGED_PICTURE, DIFFERENT, "pictures differ"),
]  # fmt: skip
