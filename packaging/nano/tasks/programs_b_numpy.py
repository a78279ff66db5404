"""NumPy idioms."""

from .base import program

program(
    asks=[
        "computes the mean and the standard deviation with numpy",
        "summarizes numbers with a numpy array",
        "returns mean and standard deviation of some values",
    ],
    source='''
import numpy as np


def mean_and_std(values: list[float]) -> tuple[float, float]:
    """Return the mean and the standard deviation of some values."""
    array = np.array(values)
    return float(array.mean()), float(array.std())
''',
    demo="mean, std = mean_and_std([2, 4, 4, 4, 5, 5, 7, 9])\nprint(mean, std)",
    names={"mean_and_std": ["summarize", "statistics"], "array": ["data", "numbers"]},
    checks=["mean_and_std([2, 4, 4, 4, 5, 5, 7, 9]) == (5, 2)"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "normalizes an array to the range from 0 to 1",
        "scales values between 0 and 1 with numpy",
        "applies min-max scaling to numbers",
    ],
    source='''
import numpy as np


def normalize(values: np.ndarray) -> np.ndarray:
    """Scale values so that the smallest is 0 and the largest is 1."""
    low, high = values.min(), values.max()
    if low == high:
        return np.zeros_like(values, dtype=float)
    return (values - low) / (high - low)
''',
    demo="print(normalize(np.array([10, 15, 20])))",
    names={"normalize": ["min_max_scale", "rescale"], "values": ["array", "data"]},
    checks=[
        "normalize(np.array([10, 15, 20])).tolist() == [0, 0.5, 1]",
        "normalize(np.array([3, 3])).tolist() == [0, 0]",
    ],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "standardizes an array to mean 0 and standard deviation 1",
        "computes z-scores with numpy",
        "subtracts the mean and divides by the standard deviation",
    ],
    source='''
import numpy as np


def standardize(values: np.ndarray) -> np.ndarray:
    """Return the z-scores of some values."""
    return (values - values.mean()) / values.std()
''',
    demo="scores = standardize(np.array([1.0, 2.0, 3.0]))\nprint(scores.round(2))",
    names={"standardize": ["z_scores", "zscore"], "values": ["array", "data"]},
    checks=[
        "abs(standardize(np.array([1.0, 2.0, 3.0])).mean()) < 1e-9",
        "abs(standardize(np.array([1.0, 5.0])).std() - 1) < 1e-9",
    ],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "computes the dot product of two vectors with numpy",
        "multiplies two vectors and adds up the products",
        "returns the scalar product of two lists",
    ],
    source='''
import numpy as np


def dot_product(a: list[float], b: list[float]) -> float:
    """Return the dot product of two vectors of equal length."""
    return float(np.dot(np.array(a), np.array(b)))
''',
    demo="print(dot_product([1, 2, 3], [4, 5, 6]))",
    names={"dot_product": ["scalar_product", "dot"]},
    checks=["dot_product([1, 2, 3], [4, 5, 6]) == 32"],
    topic="numpy",
    needs=("numpy",),
    name="dot_product_numpy",
)

program(
    asks=[
        "multiplies two matrices with numpy",
        "computes a matrix product",
        "returns the product of two matrices as nested lists",
    ],
    source='''
import numpy as np


def multiply_matrices(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """Return the product of two matrices."""
    return (np.array(a) @ np.array(b)).tolist()
''',
    demo="print(multiply_matrices([[1, 2], [3, 4]], [[5, 6], [7, 8]]))",
    names={"multiply_matrices": ["matrix_product", "matmul"]},
    checks=["multiply_matrices([[1, 2], [3, 4]], [[5, 6], [7, 8]]) == [[19, 22], [43, 50]]"],
    topic="numpy",
    needs=("numpy",),
    name="multiply_matrices_numpy",
)

program(
    asks=[
        "selects the values above the mean with a mask",
        "filters a numpy array with a boolean mask",
        "returns the numbers that are larger than average",
    ],
    source='''
import numpy as np


def above_average(values: np.ndarray) -> np.ndarray:
    """Return the values that are larger than their mean."""
    mask = values > values.mean()
    return values[mask]
''',
    demo="print(above_average(np.array([1, 2, 3, 10])))\nprint(above_average(np.array([5, 15, 25])))",
    names={"above_average": ["larger_than_mean", "select_high"], "mask": ["keep"], "values": ["data", "numbers"]},
    checks=["above_average(np.array([1, 2, 3, 10])).tolist() == [10]"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "replaces negative values with zero in a numpy array",
        "clips an array at zero",
        "sets all negative numbers of an array to 0",
    ],
    source='''
import numpy as np


def clip_negative(values: np.ndarray) -> np.ndarray:
    """Return a copy in which negative values are 0."""
    result = values.copy()
    result[result < 0] = 0
    return result
''',
    demo="print(clip_negative(np.array([3, -1, 4, -5])))",
    names={"clip_negative": ["remove_negative", "relu"], "result": ["clipped", "copy"], "values": ["array"]},
    checks=["clip_negative(np.array([3, -1])).tolist() == [3, 0]"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "reshapes numbers into a grid and sums rows and columns",
        "computes row and column sums of a numpy matrix",
        "arranges numbers in a matrix and adds them by axis",
    ],
    source='''
import numpy as np


def grid_sums(rows: int, columns: int) -> tuple[list[int], list[int]]:
    """Fill a grid with 1, 2, 3, ... and return the sums of its rows and columns."""
    grid = np.arange(1, rows * columns + 1).reshape(rows, columns)
    return grid.sum(axis=1).tolist(), grid.sum(axis=0).tolist()
''',
    demo="row_sums, column_sums = grid_sums(2, 3)\nprint(row_sums)\nprint(column_sums)",
    names={"grid_sums": ["matrix_sums", "axis_sums"], "grid": ["matrix", "table"]},
    checks=["grid_sums(2, 3) == ([6, 15], [5, 7, 9])"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "creates evenly spaced numbers with linspace",
        "evaluates a function on a grid of points",
        "tabulates the square of evenly spaced numbers",
    ],
    source='''
import numpy as np


def tabulate_square(start: float, stop: float, count: int) -> list[tuple[float, float]]:
    """Return count points x with x squared, evenly spaced."""
    x = np.linspace(start, stop, count)
    return list(zip(x.tolist(), (x**2).tolist()))
''',
    demo="for x, y in tabulate_square(0, 2, 5):\n    print(x, y)",
    names={"tabulate_square": ["square_table", "sample_square"], "count": ["n", "points"]},
    checks=["tabulate_square(0, 2, 3) == [(0, 0), (1, 1), (2, 4)]"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "computes cumulative sums with numpy",
        "returns the running balance of deposits and withdrawals",
        "adds up an array step by step with cumsum",
    ],
    source='''
import numpy as np


def running_balance(start: float, changes: list[float]) -> list[float]:
    """Return the balance after each change."""
    return (start + np.cumsum(changes)).tolist()
''',
    demo="print(running_balance(100, [20, -50, 30]))",
    names={"running_balance": ["balances", "cumulative_balance"], "changes": ["payments", "amounts"]},
    checks=["running_balance(100, [20, -50]) == [120, 70]"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "rolls dice with a seeded numpy generator",
        "simulates dice rolls with numpy and counts the faces",
        "counts how often each face of a die comes up",
    ],
    source='''
import numpy as np


def count_rolls(rolls: int, seed: int = 0) -> dict[int, int]:
    """Roll a die with a fixed seed and count the faces."""
    generator = np.random.default_rng(seed)
    faces, counts = np.unique(generator.integers(1, 7, size=rolls), return_counts=True)
    return dict(zip(faces.tolist(), counts.tolist()))
''',
    demo="counts = count_rolls(600)\nprint(sorted(counts))\nprint(sum(counts.values()))",
    names={"count_rolls": ["roll_dice", "simulate_dice"], "rolls": ["n", "times"], "generator": ["rng"]},
    checks=[
        "sum(count_rolls(100).values()) == 100",
        "count_rolls(50) == count_rolls(50)",
        "set(count_rolls(500)) == {1, 2, 3, 4, 5, 6}",
    ],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=["solves a system of linear equations with numpy", "finds x and y of two linear equations", "solves A x = b"],
    source='''
import numpy as np


def solve_linear(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a system of linear equations."""
    solution = np.linalg.solve(np.array(matrix), np.array(right))
    return solution.round(6).tolist()
''',
    demo="# x + y = 10 and x - y = 2\nprint(solve_linear([[1, 1], [1, -1]], [10, 2]))",
    names={"solve_linear": ["solve_equations", "solve_system"], "right": ["b", "values"]},
    checks=["solve_linear([[1, 1], [1, -1]], [10, 2]) == [6, 4]"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "fits a straight line to points with numpy",
        "finds slope and intercept with polyfit",
        "computes a linear regression",
    ],
    source='''
import numpy as np


def fit_line(x: list[float], y: list[float]) -> tuple[float, float]:
    """Return the slope and the intercept of the best line."""
    slope, intercept = np.polyfit(x, y, deg=1)
    return round(float(slope), 4), round(float(intercept), 4)
''',
    demo='slope, intercept = fit_line([0, 1, 2, 3], [1, 3, 5, 7])\nprint(f"y = {slope:.1f} x + {intercept:.1f}")',
    names={"fit_line": ["linear_fit", "linear_regression"], "slope": ["gradient"], "intercept": ["offset"]},
    checks=["fit_line([0, 1, 2, 3], [1, 3, 5, 7]) == (2, 1)"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "estimates pi with random points",
        "approximates pi by the Monte Carlo method with numpy",
        "computes pi from seeded random numbers",
    ],
    source='''
import numpy as np


def estimate_pi(points: int, seed: int = 1) -> float:
    """Estimate pi from the share of random points inside a circle."""
    generator = np.random.default_rng(seed)
    xy = generator.random((points, 2))
    inside = (xy**2).sum(axis=1) <= 1
    return float(4 * inside.mean())
''',
    demo="print(round(estimate_pi(100_000), 1))",
    names={"estimate_pi": ["monte_carlo_pi", "approximate_pi"], "points": ["n", "samples"], "generator": ["rng"]},
    checks=["abs(estimate_pi(100_000) - 3.14159) < 0.03"],
    topic="numpy",
    needs=("numpy",),
    name="estimate_pi_numpy",
)

program(
    asks=[
        "computes the distances of all points from the origin",
        "returns the length of each row of a numpy array",
        "measures how far points are from a center",
    ],
    source='''
import numpy as np


def distances(points: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Return the distance of each point from a center."""
    return np.linalg.norm(points - center, axis=1)
''',
    demo="points = np.array([[3, 4], [6, 8], [0, 0]])\nprint(distances(points, np.array([0, 0])))",
    names={"distances": ["point_distances", "lengths"], "center": ["origin", "middle"]},
    checks=["distances(np.array([[3, 4], [0, 0]]), np.array([0, 0])).tolist() == [5, 0]"],
    topic="numpy",
    needs=("numpy",),
)

program(
    asks=[
        "draws a checkerboard as a numpy array",
        "creates a checkerboard pattern of zeros and ones",
        "fills every second cell of a board with slicing",
    ],
    source='''
import numpy as np


def checkerboard(size: int) -> np.ndarray:
    """Return a board of zeros and ones that alternate."""
    board = np.zeros((size, size), dtype=int)
    board[::2, 1::2] = 1
    board[1::2, ::2] = 1
    return board
''',
    demo="print(checkerboard(4))",
    names={"checkerboard": ["chess_board", "make_board"], "board": ["grid", "cells"], "size": ["n"]},
    checks=["checkerboard(2).tolist() == [[0, 1], [1, 0]]"],
    topic="numpy",
    needs=("numpy",),
)
