"""Plots with matplotlib that are saved as PNG files, without a window."""

from .base import program

program(
    asks=[
        "plots a line chart and saves it as a PNG file",
        "draws a line through some points with matplotlib",
        "saves a line plot of values",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def plot_line(x: list[float], y: list[float], path: Path) -> None:
    """Draw a line through points and save it as a PNG file."""
    figure, axes = plt.subplots()
    axes.plot(x, y, marker="o")
    axes.set_xlabel("x")
    axes.set_ylabel("y")
    axes.grid(True)
    figure.savefig(path)
    plt.close(figure)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "line.png"
    plot_line([0, 1, 2, 3], [0, 1, 4, 9], path)
    print(path.name, path.stat().st_size > 0)
""",
    names={"plot_line": ["line_chart", "save_line_plot"], "figure": ["fig"], "axes": ["ax"]},
    checks=['plot_line([0, 1], [0, 1], Path("p.png")) is None and Path("p.png").read_bytes()[1:4] == b"PNG"'],
    topic="matplotlib",
    needs=("matplotlib",),
)

program(
    asks=[
        "draws a bar chart of counts and saves it",
        "makes a bar chart from a dictionary",
        "saves a bar plot of categories as an image",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def bar_chart(counts: dict[str, int], path: Path) -> None:
    """Draw one bar for each entry and save the chart."""
    figure, axes = plt.subplots()
    axes.bar(list(counts), list(counts.values()), color="steelblue")
    axes.set_title("Counts")
    figure.savefig(path)
    plt.close(figure)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "bars.png"
    bar_chart({"apples": 3, "pears": 5, "plums": 2}, path)
    print(path.exists())
""",
    names={
        "bar_chart": ["plot_bars", "save_bar_chart"],
        "figure": ["fig"],
        "axes": ["ax"],
        "counts": ["data", "values"],
    },
    checks=['bar_chart({"a": 1}, Path("b.png")) is None and Path("b.png").exists()'],
    topic="matplotlib",
    needs=("matplotlib",),
)

program(
    asks=[
        "draws a scatter plot and saves it as a PNG file",
        "plots points with matplotlib's scatter",
        "shows two measurements against each other as dots",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def scatter_plot(heights: list[float], weights: list[float], path: Path) -> None:
    """Draw a dot for each person and save the plot."""
    figure, axes = plt.subplots()
    axes.scatter(heights, weights)
    axes.set_xlabel("height in cm")
    axes.set_ylabel("weight in kg")
    figure.savefig(path)
    plt.close(figure)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "people.png"
    scatter_plot([160, 172, 185], [55, 70, 82], path)
    print(path.exists())
""",
    names={"scatter_plot": ["plot_people", "save_scatter"], "figure": ["fig"], "axes": ["ax"]},
    checks=['scatter_plot([1], [2], Path("s.png")) is None and Path("s.png").exists()'],
    topic="matplotlib",
    needs=("matplotlib",),
)

program(
    asks=[
        "draws a histogram of random numbers",
        "saves a histogram of normally distributed values",
        "plots how values are distributed",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def save_histogram(values: np.ndarray, path: Path, bins: int = 20) -> None:
    """Draw a histogram of some values and save it."""
    figure, axes = plt.subplots()
    axes.hist(values, bins=bins, edgecolor="white")
    axes.set_xlabel("value")
    axes.set_ylabel("count")
    figure.savefig(path)
    plt.close(figure)
''',
    demo="""
values = np.random.default_rng(0).normal(size=500)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "histogram.png"
    save_histogram(values, path)
    print(path.exists())
""",
    names={"save_histogram": ["plot_histogram", "histogram"], "figure": ["fig"], "axes": ["ax"], "values": ["data"]},
    checks=['save_histogram(np.arange(5), Path("h.png"), bins=5) is None and Path("h.png").exists()'],
    topic="matplotlib",
    needs=("matplotlib", "numpy"),
)

program(
    asks=[
        "plots sine and cosine in one chart",
        "draws two curves with a legend",
        "saves a plot of the sine and cosine functions",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def plot_waves(path: Path) -> None:
    """Draw sine and cosine from 0 to 2 pi."""
    x = np.linspace(0, 2 * np.pi, 200)
    figure, axes = plt.subplots()
    axes.plot(x, np.sin(x), label="sine")
    axes.plot(x, np.cos(x), label="cosine")
    axes.legend()
    figure.savefig(path)
    plt.close(figure)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "waves.png"
    plot_waves(path)
    print("saved", path.name)
""",
    names={"plot_waves": ["sine_and_cosine", "save_waves"], "figure": ["fig"], "axes": ["ax"]},
    checks=['plot_waves(Path("w.png")) is None and Path("w.png").exists()'],
    topic="matplotlib",
    needs=("matplotlib", "numpy"),
)

program(
    asks=[
        "draws a pie chart of expenses",
        "makes a pie chart with percentages",
        "saves a pie chart of shares as a PNG file",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def pie_chart(shares: dict[str, float], path: Path) -> None:
    """Draw the shares as slices with their percentages."""
    figure, axes = plt.subplots()
    axes.pie(list(shares.values()), labels=list(shares), autopct="%.0f%%")
    figure.savefig(path)
    plt.close(figure)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "pie.png"
    pie_chart({"rent": 50, "food": 30, "fun": 20}, path)
    print(path.exists())
""",
    names={"pie_chart": ["plot_shares", "save_pie"], "figure": ["fig"], "axes": ["ax"], "shares": ["parts", "values"]},
    checks=['pie_chart({"a": 1}, Path("p.png")) is None and Path("p.png").exists()'],
    topic="matplotlib",
    needs=("matplotlib",),
)

program(
    asks=[
        "draws two plots side by side",
        "makes a figure with two subplots",
        "saves a line plot and a bar chart in one image",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def two_plots(values: list[float], path: Path) -> int:
    """Draw values as a line and as bars; return the number of plots."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    left.plot(values)
    left.set_title("line")
    right.bar(range(len(values)), values)
    right.set_title("bars")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
    return len(figure.axes)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "both.png"
    print(two_plots([3, 1, 4, 1, 5], path), "plots")
""",
    names={"two_plots": ["side_by_side", "line_and_bars"], "figure": ["fig"], "values": ["data"]},
    checks=['two_plots([1, 2], Path("t.png")) == 2'],
    topic="matplotlib",
    needs=("matplotlib",),
)

program(
    asks=[
        "plots a column of a DataFrame",
        "draws monthly sales from a pandas table",
        "saves a chart of a DataFrame as a PNG file",
    ],
    source='''
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd


def plot_sales(table: pd.DataFrame, path: Path) -> None:
    """Draw the sales of each month as bars."""
    axes = table.plot.bar(x="month", y="sales", legend=False)
    axes.set_ylabel("sales")
    axes.figure.savefig(path)
    plt.close(axes.figure)
''',
    demo="""
table = pd.DataFrame({"month": ["Jan", "Feb", "Mar"], "sales": [10, 14, 9]})
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "sales.png"
    plot_sales(table, path)
    print(path.exists())
""",
    names={"plot_sales": ["sales_chart", "save_sales"], "table": ["df", "frame"], "axes": ["ax"]},
    checks=[
        'plot_sales(pd.DataFrame({"month": ["a"], "sales": [1]}), Path("s.png")) is None and Path("s.png").exists()'
    ],
    topic="matplotlib",
    needs=("matplotlib", "pandas"),
)
