"""Statistics by hand."""

from .base import program

program(
    asks=[
        "computes the average of a list of numbers",
        "calculates the arithmetic mean",
        "returns the mean of some values",
        "finds the average without the statistics module",
    ],
    source='''
def mean(numbers: list[float]) -> float:
    """Return the arithmetic mean of some numbers."""
    if not numbers:
        raise ValueError("the mean of no numbers is not defined")
    return sum(numbers) / len(numbers)
''',
    demo="print(mean([2, 4, 9]))\nprint(mean([1.5, 2.5]))",
    names={"mean": ["average", "arithmetic_mean"], "numbers": ["values", "data"]},
    checks=["mean([1, 2, 3]) == 2", "mean([5]) == 5"],
    topic="statistics",
)

program(
    asks=[
        "computes the median of a list",
        "finds the middle value of some numbers",
        "calculates the median by hand",
        "returns the median and handles an even number of values",
    ],
    source='''
def median(numbers: list[float]) -> float:
    """Return the middle value of some numbers."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
''',
    demo="print(median([7, 1, 3]))\nprint(median([4, 1, 3, 2]))",
    names={"median": ["find_median", "middle_value"], "numbers": ["values", "data"]},
    checks=["median([5, 1, 9]) == 5", "median([1, 2, 3, 4]) == 2.5"],
    topic="statistics",
)

program(
    asks=[
        "finds the mode of a list",
        "returns the values that occur most often",
        "computes the most frequent numbers",
        "calculates the mode and returns several when there is a tie",
    ],
    source='''
from collections import Counter


def modes(numbers: list[int]) -> list[int]:
    """Return the values that occur most often, in ascending order."""
    counts = Counter(numbers)
    highest = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == highest)
''',
    demo="print(modes([1, 2, 2, 3, 3]))\nprint(modes([4, 4, 1]))",
    names={"modes": ["find_modes", "most_frequent"], "numbers": ["values", "data"]},
    checks=["modes([1, 1, 2]) == [1]", "modes([]) == []", "modes([2, 1]) == [1, 2]"],
    topic="statistics",
)

program(
    asks=[
        "computes the standard deviation of some numbers",
        "calculates the population standard deviation",
        "measures how far values spread around their mean",
        "finds the standard deviation by hand",
    ],
    source='''
from math import sqrt


def standard_deviation(numbers: list[float]) -> float:
    """Return the population standard deviation."""
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
    return sqrt(variance)
''',
    demo="print(standard_deviation([2, 4, 4, 4, 5, 5, 7, 9]))",
    names={"standard_deviation": ["std", "deviation"], "numbers": ["values", "data"]},
    checks=["standard_deviation([3, 3]) == 0", "standard_deviation([1, 3]) == 1"],
    topic="statistics",
)

program(
    asks=[
        "computes the sample variance",
        "calculates the variance of a sample",
        "measures the spread of a sample with n - 1",
    ],
    source='''
def sample_variance(numbers: list[float]) -> float:
    """Return the variance of a sample."""
    count = len(numbers)
    if count < 2:
        raise ValueError("a sample needs at least two values")
    mean = sum(numbers) / count
    return sum((number - mean) ** 2 for number in numbers) / (count - 1)
''',
    demo="print(sample_variance([1, 2, 3, 4, 5]))",
    names={"sample_variance": ["variance", "compute_variance"], "numbers": ["values", "sample"]},
    checks=["sample_variance([1, 3]) == 2", "sample_variance([4, 4, 4]) == 0"],
    topic="statistics",
)

program(
    asks=[
        "summarizes a list of numbers",
        "reports the minimum, maximum, mean and range of some values",
        "computes simple statistics of a list",
    ],
    source='''
def summarize(numbers: list[float]) -> dict[str, float]:
    """Return the smallest, largest and mean value and the range."""
    return {
        "min": min(numbers),
        "max": max(numbers),
        "mean": sum(numbers) / len(numbers),
        "range": max(numbers) - min(numbers),
    }
''',
    demo='for name, value in summarize([3, 8, 4, 5]).items():\n    print(f"{name}: {value}")',
    names={"summarize": ["describe", "summary"], "numbers": ["values", "data"]},
    checks=['summarize([1, 3])["mean"] == 2', 'summarize([1, 3])["range"] == 2'],
    topic="statistics",
)

program(
    asks=[
        "computes a moving average",
        "smooths a series of numbers",
        "averages each value with its neighbours before it",
        "calculates the rolling mean of a list",
    ],
    source='''
def moving_average(numbers: list[float], window: int) -> list[float]:
    """Return the mean of every window of consecutive numbers."""
    return [sum(numbers[i:i + window]) / window for i in range(len(numbers) - window + 1)]
''',
    demo="print(moving_average([1, 2, 3, 4, 5, 6], 3))",
    names={"moving_average": ["rolling_mean", "smooth"], "numbers": ["values", "series"], "window": ["size", "width"]},
    checks=["moving_average([2, 4, 6], 2) == [3, 5]", "moving_average([1], 2) == []"],
    topic="statistics",
    name="moving_average_by_hand",
)

program(
    asks=[
        "computes an exponential moving average",
        "smooths values with a factor alpha",
        "applies exponential smoothing to a list of numbers",
    ],
    source='''
def exponential_average(numbers: list[float], alpha: float) -> list[float]:
    """Smooth numbers; a larger alpha follows new values faster."""
    smoothed: list[float] = []
    for number in numbers:
        if smoothed:
            number = alpha * number + (1 - alpha) * smoothed[-1]
        smoothed.append(number)
    return smoothed
''',
    demo="print(exponential_average([10, 20, 20, 20], 0.5))",
    names={
        "exponential_average": ["ema", "exponential_smoothing"],
        "numbers": ["values", "series"],
        "alpha": ["factor", "rate"],
    },
    checks=["exponential_average([4, 8], 0.5) == [4, 6]", "exponential_average([], 0.1) == []"],
    topic="statistics",
)

program(
    asks=[
        "scales numbers to the range from 0 to 1",
        "normalizes a list of values",
        "applies min-max scaling",
        "maps the smallest value to 0 and the largest to 1",
    ],
    source='''
def normalize(numbers: list[float]) -> list[float]:
    """Scale numbers so that the smallest is 0 and the largest is 1."""
    low, high = min(numbers), max(numbers)
    if low == high:
        return [0.0] * len(numbers)
    return [(number - low) / (high - low) for number in numbers]
''',
    demo="print(normalize([10, 15, 20]))\nprint(normalize([3, 3]))",
    names={"normalize": ["scale", "min_max"], "numbers": ["values", "data"]},
    checks=["normalize([0, 5, 10]) == [0, 0.5, 1]", "normalize([7]) == [0.0]"],
    topic="statistics",
    name="normalize_by_hand",
)

program(
    asks=["divides numbers so that they sum to 1", "turns weights into shares", "converts counts to proportions"],
    source='''
def proportions(counts: dict[str, int]) -> dict[str, float]:
    """Turn counts into shares of the total."""
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}
''',
    demo="""
shares = proportions({"yes": 30, "no": 10})
for name, share in shares.items():
    print(f"{name}: {share:.0%}")
""",
    names={"proportions": ["to_shares", "relative_counts"], "counts": ["votes", "amounts"]},
    checks=['proportions({"a": 1, "b": 3}) == {"a": 0.25, "b": 0.75}', "proportions({}) == {}"],
    topic="statistics",
)

program(
    asks=[
        "draws a histogram as text",
        "prints a bar of stars for every value",
        "shows counts as horizontal bars",
        "makes a simple bar chart in the terminal",
    ],
    source='''
def text_histogram(counts: dict[str, int]) -> list[str]:
    """Return one line with a bar of stars for each entry."""
    width = max((len(label) for label in counts), default=0)
    return [f"{label.ljust(width)} {'*' * count} {count}" for label, count in counts.items()]
''',
    demo='for line in text_histogram({"apples": 5, "figs": 2, "plums": 7}):\n    print(line)',
    names={"text_histogram": ["bar_chart", "draw_bars"], "counts": ["data", "amounts"]},
    checks=['text_histogram({"a": 2}) == ["a ** 2"]', "text_histogram({}) == []"],
    topic="statistics",
)

program(
    asks=["counts numbers in intervals of equal width", "sorts values into bins", "computes the bins of a histogram"],
    source='''
def histogram(numbers: list[float], bins: int) -> list[int]:
    """Count the numbers in each of several intervals of equal width."""
    low, high = min(numbers), max(numbers)
    width = (high - low) / bins or 1
    counts = [0] * bins
    for number in numbers:
        index = min(int((number - low) / width), bins - 1)
        counts[index] += 1
    return counts
''',
    demo="print(histogram([1, 2, 2, 3, 7, 8, 9, 10], 3))",
    names={"histogram": ["count_bins", "bin_counts"], "numbers": ["values", "data"], "bins": ["parts", "intervals"]},
    checks=["histogram([0, 1, 2, 3], 2) == [2, 2]", "histogram([5, 5], 2) == [2, 0]"],
    topic="statistics",
)

program(
    asks=[
        "computes the correlation of two lists",
        "calculates Pearson's correlation coefficient",
        "measures how strongly two series move together",
    ],
    source='''
from math import sqrt


def correlation(xs: list[float], ys: list[float]) -> float:
    """Return the correlation coefficient of two lists of equal length."""
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    product = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    spread_x = sum((x - mean_x) ** 2 for x in xs)
    spread_y = sum((y - mean_y) ** 2 for y in ys)
    return product / sqrt(spread_x * spread_y)
''',
    demo="print(round(correlation([1, 2, 3, 4], [2, 4, 5, 9]), 3))",
    names={"correlation": ["pearson", "correlate"]},
    checks=["abs(correlation([1, 2, 3], [2, 4, 6]) - 1) < 1e-9", "abs(correlation([1, 2], [2, 1]) + 1) < 1e-9"],
    topic="statistics",
)

program(
    asks=[
        "fits a straight line to points",
        "computes a linear regression",
        "finds slope and intercept with least squares",
        "calculates the line that fits some data best",
    ],
    source='''
def fit_line(xs: list[float], ys: list[float]) -> tuple[float, float]:
    """Return slope and intercept of the least squares line."""
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    bottom = sum((x - mean_x) ** 2 for x in xs)
    slope = top / bottom
    return slope, mean_y - slope * mean_x
''',
    demo='slope, intercept = fit_line([1, 2, 3, 4], [3, 5, 7, 9])\nprint(f"y = {slope} x + {intercept}")',
    names={"fit_line": ["linear_regression", "least_squares"]},
    checks=["fit_line([0, 1], [1, 3]) == (2, 1)", "fit_line([0, 1, 2], [5, 5, 5]) == (0, 5)"],
    topic="statistics",
    name="fit_line_by_hand",
)

program(
    asks=[
        "computes a weighted average",
        "calculates the mean of grades with weights",
        "averages values that count differently",
    ],
    source='''
def weighted_mean(values: list[float], weights: list[float]) -> float:
    """Return the mean of values that count with different weights."""
    total = sum(value * weight for value, weight in zip(values, weights))
    return total / sum(weights)
''',
    demo="print(weighted_mean([90, 80, 70], [3, 2, 1]))",
    names={
        "weighted_mean": ["weighted_average", "grade_average"],
        "values": ["numbers", "grades"],
        "weights": ["importance", "factors"],
    },
    checks=["weighted_mean([1, 3], [1, 1]) == 2", "weighted_mean([10, 0], [3, 1]) == 7.5"],
    topic="statistics",
)

program(
    asks=[
        "computes a percentile of a list",
        "finds the value below which a share of the data lies",
        "calculates quantiles with interpolation",
    ],
    source='''
def percentile(numbers: list[float], percent: float) -> float:
    """Return a percentile; values between two numbers are interpolated."""
    ordered = sorted(numbers)
    position = (len(ordered) - 1) * percent / 100
    lower = int(position)
    upper = min(lower + 1, len(ordered) - 1)
    share = position - lower
    return ordered[lower] * (1 - share) + ordered[upper] * share
''',
    demo="data = [1, 2, 3, 4, 5]\nprint(percentile(data, 50))\nprint(percentile(data, 90))",
    names={"percentile": ["quantile", "find_percentile"], "numbers": ["values", "sample"]},
    checks=["percentile([1, 3], 50) == 2", "percentile([4, 1, 9], 100) == 9"],
    topic="statistics",
)

program(
    asks=[
        "computes running totals",
        "returns the cumulative sums of a list",
        "adds up numbers step by step and keeps every total",
    ],
    source='''
def running_total(numbers: list[float]) -> list[float]:
    """Return the sum of the numbers up to each position."""
    totals = []
    total = 0
    for number in numbers:
        total += number
        totals.append(total)
    return totals
''',
    demo="print(running_total([1, 2, 3, 4]))",
    names={"running_total": ["cumulative_sum", "prefix_sums"], "numbers": ["values", "amounts"]},
    checks=["running_total([5, -2]) == [5, 3]", "running_total([]) == []"],
    topic="statistics",
)
