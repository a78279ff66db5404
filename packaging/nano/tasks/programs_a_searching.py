"""Searching, two pointers, sliding windows and intervals."""

from .base import program

program(
    asks=[
        "finds the position of a value in a list",
        "implements linear search",
        "searches a list from start to end for a target",
        "returns the index of an item or -1 when it is missing",
    ],
    source='''
def linear_search(items: list[int], target: int) -> int:
    """Return the index of target, or -1 when it is not in the list."""
    for index, item in enumerate(items):
        if item == target:
            return index
    return -1
''',
    demo="print(linear_search([4, 8, 15, 16], 15))\nprint(linear_search([4, 8], 7))",
    names={
        "linear_search": ["find_index", "find_position"],
        "items": ["values", "numbers"],
        "target": ["wanted", "value"],
    },
    checks=["linear_search([5, 6], 6) == 1", "linear_search([], 1) == -1"],
    topic="searching",
)

program(
    asks=[
        "finds a value in a sorted list with binary search",
        "implements binary search",
        "searches a sorted list by halving the range",
        "implements iterative binary search",
    ],
    source='''
def binary_search(items: list[int], target: int) -> int:
    """Return the index of target in a sorted list, or -1."""
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == target:
            return middle
        if items[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1
''',
    demo="print(binary_search([1, 3, 5, 7, 9, 11], 7))\nprint(binary_search([1, 3, 5], 4))",
    names={
        "binary_search": ["search_sorted", "find_in_sorted"],
        "items": ["numbers", "values"],
        "target": ["wanted", "value"],
    },
    checks=["binary_search([1, 2, 3], 3) == 2", "binary_search([], 3) == -1"],
    topic="searching",
)

program(
    asks=[
        "implements recursive binary search",
        "searches a sorted list recursively",
        "finds a number in a sorted list with a recursive function",
        "does a binary search that calls itself",
    ],
    source='''
def binary_search(items: list[int], target: int, low: int, high: int) -> int:
    """Search items[low:high + 1] recursively; return the index or -1."""
    if low > high:
        return -1
    middle = (low + high) // 2
    if items[middle] == target:
        return middle
    if items[middle] < target:
        return binary_search(items, target, middle + 1, high)
    return binary_search(items, target, low, middle - 1)
''',
    demo="values = [2, 4, 6, 8, 10]\nprint(binary_search(values, 8, 0, len(values) - 1))",
    names={"binary_search": ["search_recursive", "recursive_search"], "target": ["wanted", "goal"]},
    checks=["binary_search([1, 2, 3], 1, 0, 2) == 0", "binary_search([1, 2, 3], 9, 0, 2) == -1"],
    topic="searching",
    name="binary_search_recursive",
)

program(
    asks=[
        "finds the first and last position of a value in a sorted list",
        "returns the range of indexes where a value occurs",
        "uses bisect to find where a value starts and ends",
        "locates the first and the last occurrence of a number in sorted data",
    ],
    source='''
from bisect import bisect_left, bisect_right


def find_range(numbers: list[int], target: int) -> tuple[int, int]:
    """Return the first and last index of target, or (-1, -1)."""
    start = bisect_left(numbers, target)
    end = bisect_right(numbers, target) - 1
    if start > end:
        return -1, -1
    return start, end
''',
    demo="print(find_range([1, 2, 2, 2, 5], 2))\nprint(find_range([1, 2], 3))",
    names={
        "find_range": ["first_and_last", "search_range"],
        "numbers": ["values", "items"],
        "target": ["wanted", "value"],
    },
    checks=["find_range([4, 6, 6, 9], 6) == (1, 2)", "find_range([], 1) == (-1, -1)"],
    topic="searching",
)

program(
    asks=[
        "computes the integer square root with binary search",
        "finds the largest integer whose square does not exceed a number",
        "calculates a whole square root without math.sqrt",
        "uses binary search to take a square root",
    ],
    source='''
def integer_sqrt(number: int) -> int:
    """Return the largest integer whose square is at most number."""
    low, high = 0, number
    while low < high:
        middle = (low + high + 1) // 2
        if middle * middle <= number:
            low = middle
        else:
            high = middle - 1
    return low
''',
    demo="print(integer_sqrt(17))\nprint(integer_sqrt(100))",
    names={"integer_sqrt": ["int_sqrt", "whole_root"], "number": ["n", "value"]},
    checks=["integer_sqrt(8) == 2", "integer_sqrt(0) == 0", "integer_sqrt(49) == 7"],
    topic="searching",
)

program(
    asks=[
        "finds the point where a rotated sorted list starts",
        "finds the smallest value of a rotated sorted list",
        "searches the minimum in a sorted list that was rotated",
        "returns the minimum of a rotated list with binary search",
    ],
    source='''
def rotated_minimum(numbers: list[int]) -> int:
    """Return the smallest value of a rotated sorted list."""
    low, high = 0, len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] > numbers[high]:
            low = middle + 1
        else:
            high = middle
    return numbers[low]
''',
    demo="print(rotated_minimum([6, 7, 9, 1, 3, 4]))",
    names={"rotated_minimum": ["find_minimum", "min_of_rotated"], "numbers": ["values", "items"]},
    checks=["rotated_minimum([3, 1, 2]) == 1", "rotated_minimum([1, 2, 3]) == 1"],
    topic="searching",
)

program(
    asks=[
        "finds two numbers in a list that add up to a target",
        "returns the indexes of two values with a given sum",
        "looks for a pair with a given sum using a dictionary",
        "solves the two sum problem",
    ],
    source='''
def find_pair(numbers: list[int], target: int) -> tuple[int, int] | None:
    """Return the indexes of two numbers that sum to target, or None."""
    seen: dict[int, int] = {}
    for index, number in enumerate(numbers):
        if target - number in seen:
            return seen[target - number], index
        seen[number] = index
    return None
''',
    demo="print(find_pair([12, 5, 30, 8], 13))\nprint(find_pair([1, 2], 10))",
    names={"find_pair": ["two_sum", "pair_with_sum"], "numbers": ["values", "items"], "target": ["total", "goal"]},
    checks=["find_pair([9, 1, 4], 5) == (1, 2)", "find_pair([], 1) is None"],
    topic="searching",
)

program(
    asks=[
        "finds a pair with a given sum in a sorted list using two pointers",
        "walks from both ends of a sorted list to find two numbers with a sum",
        "uses two pointers to find two values that add up to a total",
    ],
    source='''
def pair_in_sorted(numbers: list[int], total: int) -> tuple[int, int] | None:
    """Return two values of a sorted list that add up to total, or None."""
    left, right = 0, len(numbers) - 1
    while left < right:
        current = numbers[left] + numbers[right]
        if current == total:
            return numbers[left], numbers[right]
        if current < total:
            left += 1
        else:
            right -= 1
    return None
''',
    demo="print(pair_in_sorted([1, 3, 4, 6, 8, 11], 10))",
    names={
        "pair_in_sorted": ["find_pair", "two_pointer_pair"],
        "numbers": ["values", "items"],
        "total": ["target", "goal"],
    },
    checks=["pair_in_sorted([1, 2, 3, 9], 12) == (3, 9)", "pair_in_sorted([1], 2) is None"],
    topic="searching",
)

program(
    asks=[
        "finds the largest sum of k consecutive numbers",
        "computes the maximum sum of a window of fixed size",
        "uses a sliding window to find the best run of k values",
        "returns the highest total of k neighbouring elements",
    ],
    source='''
def max_window_sum(numbers: list[int], size: int) -> int:
    """Return the largest sum of size consecutive numbers."""
    if size <= 0 or size > len(numbers):
        raise ValueError("size must be between 1 and the length of the list")
    current = best = sum(numbers[:size])
    for i in range(size, len(numbers)):
        current += numbers[i] - numbers[i - size]
        best = max(best, current)
    return best
''',
    demo="print(max_window_sum([4, 0, 7, 3, 1, 6], 3))",
    names={
        "max_window_sum": ["best_window", "largest_window_sum"],
        "numbers": ["values", "data"],
        "size": ["k", "width"],
    },
    checks=["max_window_sum([1, 2, 3], 2) == 5", "max_window_sum([4], 1) == 4"],
    topic="searching",
)

program(
    asks=[
        "finds the length of the longest substring without repeated characters",
        "measures the longest run of distinct characters in a text",
        "uses a sliding window to find the longest part without repeats",
        "returns how long the longest stretch of unique letters is",
    ],
    source='''
def longest_unique(text: str) -> int:
    """Return the length of the longest part of a text without repeated characters."""
    last_seen: dict[str, int] = {}
    start = best = 0
    for index, char in enumerate(text):
        if char in last_seen and last_seen[char] >= start:
            start = last_seen[char] + 1
        last_seen[char] = index
        best = max(best, index - start + 1)
    return best
''',
    demo='print(longest_unique("bookkeeper"))\nprint(longest_unique("zzz"))',
    names={"longest_unique": ["longest_distinct", "unique_length"], "text": ["string", "s"]},
    checks=['longest_unique("tattoo") == 2', 'longest_unique("") == 0'],
    topic="searching",
)

program(
    asks=[
        "finds the largest sum of a contiguous part of a list",
        "computes the maximum subarray sum",
        "implements Kadane's algorithm",
        "returns the best total of neighbouring numbers",
    ],
    source='''
def max_subarray(numbers: list[int]) -> int:
    """Return the largest sum of a contiguous, non-empty part of the list."""
    best = current = numbers[0]
    for number in numbers[1:]:
        current = max(number, current + number)
        best = max(best, current)
    return best
''',
    demo="print(max_subarray([3, -8, 5, 2, -1, 4, -6]))",
    names={"max_subarray": ["largest_sum", "kadane"], "numbers": ["values", "data"]},
    checks=["max_subarray([1, -2, 3, 4]) == 7", "max_subarray([-3, -1]) == -1"],
    topic="searching",
)

program(
    asks=[
        "merges overlapping intervals",
        "joins time ranges that overlap",
        "combines overlapping ranges into longer ones",
        "simplifies a list of intervals",
    ],
    source='''
def merge_intervals(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Merge intervals that overlap or touch."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
''',
    demo="print(merge_intervals([(9, 12), (2, 5), (4, 7), (20, 21)]))",
    names={"merge_intervals": ["join_ranges", "combine_intervals"], "intervals": ["ranges", "spans"]},
    checks=["merge_intervals([(1, 4), (4, 5)]) == [(1, 5)]", "merge_intervals([]) == []"],
    topic="searching",
)

program(
    asks=[
        "checks whether two intervals overlap",
        "tells if two time ranges share a moment",
        "tests two ranges for an overlap",
        "checks if two meetings are in conflict",
    ],
    source='''
def overlaps(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Check whether two intervals overlap."""
    return first[0] < second[1] and second[0] < first[1]
''',
    demo="print(overlaps((9, 11), (10, 12)))\nprint(overlaps((9, 10), (10, 12)))",
    names={"overlaps": ["has_overlap", "in_conflict"], "first": ["a", "left"], "second": ["b", "right"]},
    checks=["overlaps((1, 5), (2, 3))", "not overlaps((1, 2), (3, 4))"],
    topic="searching",
)

program(
    asks=[
        "finds the missing number in a list of 1 to n",
        "tells which number is missing from a sequence",
        "finds the one number from 1 to n that a list lacks",
    ],
    source='''
def find_missing(numbers: list[int]) -> int:
    """Return the number from 1 to n that the list does not contain."""
    n = len(numbers) + 1
    return n * (n + 1) // 2 - sum(numbers)
''',
    demo="print(find_missing([1, 2, 4, 5, 6]))",
    names={"find_missing": ["missing_number", "which_is_missing"], "numbers": ["values", "sequence"]},
    checks=["find_missing([1, 3]) == 2", "find_missing([]) == 1"],
    topic="searching",
)

program(
    asks=[
        "finds the second largest number in a list",
        "returns the second highest value",
        "finds the runner-up among the numbers of a list",
        "gets the second biggest distinct number",
    ],
    source='''
def second_largest(numbers: list[int]) -> int | None:
    """Return the second largest distinct number, or None."""
    unique = sorted(set(numbers), reverse=True)
    return unique[1] if len(unique) > 1 else None
''',
    demo="print(second_largest([4, 9, 2, 9, 7]))\nprint(second_largest([5]))",
    names={"second_largest": ["runner_up", "second_highest"], "numbers": ["values", "scores"]},
    checks=["second_largest([1, 2, 3]) == 2", "second_largest([1, 1]) is None"],
    topic="searching",
)

program(
    asks=[
        "finds the peak of a list",
        "returns the index of an element that is larger than its neighbours",
        "searches for a local maximum in a list",
        "finds a value that is higher than the ones beside it",
    ],
    source='''
def find_peak(numbers: list[int]) -> int:
    """Return the index of a value that is not smaller than its neighbours."""
    low, high = 0, len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] < numbers[middle + 1]:
            low = middle + 1
        else:
            high = middle
    return low
''',
    demo='heights = [1, 3, 8, 6, 2]\npeak = find_peak(heights)\nprint(f"Peak {heights[peak]} at index {peak}")',
    names={"find_peak": ["peak_index", "local_maximum"], "numbers": ["values", "data"]},
    checks=["find_peak([1, 5, 2]) == 1", "find_peak([1, 2, 3]) == 2"],
    topic="searching",
)

program(
    asks=[
        "moves all zeros to the end of a list",
        "pushes the zeros of a list to the back and keeps the order of the rest",
        "shifts zeros to the right side of a list",
    ],
    source='''
def move_zeros(numbers: list[int]) -> list[int]:
    """Move all zeros to the end and keep the order of the others."""
    others = [number for number in numbers if number != 0]
    return others + [0] * (len(numbers) - len(others))
''',
    demo="print(move_zeros([0, 6, 0, 0, 9, 2]))",
    names={"move_zeros": ["zeros_last", "push_zeros"], "numbers": ["values", "items"]},
    checks=["move_zeros([0, 0, 1]) == [1, 0, 0]", "move_zeros([]) == []"],
    topic="searching",
)

program(
    asks=[
        "rotates a list to the right by k steps",
        "shifts the elements of a list in a circle",
        "rotates the items of a list",
        "moves the last k elements of a list to the front",
    ],
    source='''
def rotate(items: list, steps: int) -> list:
    """Rotate a list to the right by a number of steps."""
    if not items:
        return []
    steps %= len(items)
    return items[-steps:] + items[:-steps] if steps else list(items)
''',
    demo='print(rotate([1, 2, 3, 4, 5], 2))\nprint(rotate(["a", "b", "c"], -1))',
    names={"rotate": ["rotate_list", "shift_right"], "items": ["values", "elements"], "steps": ["k", "count"]},
    checks=["rotate([1, 2, 3], 1) == [3, 1, 2]", "rotate([], 4) == []", "rotate([1, 2], 2) == [1, 2]"],
    topic="searching",
)
