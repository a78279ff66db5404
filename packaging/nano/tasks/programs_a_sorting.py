"""Sorting programs."""

from .base import program

program(
    asks=[
        "sorts a list of numbers with bubble sort",
        "implements bubble sort",
        "orders a list by swapping neighbours until nothing changes",
        "sorts integers using the bubble sort algorithm",
    ],
    source='''
def bubble_sort(numbers: list[int]) -> list[int]:
    """Sort a list with bubble sort and return a new list."""
    result = list(numbers)
    for end in range(len(result) - 1, 0, -1):
        swapped = False
        for i in range(end):
            if result[i] > result[i + 1]:
                result[i], result[i + 1] = result[i + 1], result[i]
                swapped = True
        if not swapped:
            break
    return result
''',
    demo="print(bubble_sort([5, 2, 9, 1, 7]))\nprint(bubble_sort([3, 3, 1]))",
    names={"bubble_sort": ["sort_with_bubbles", "bubble_sorted"], "numbers": ["values", "items"]},
    checks=["bubble_sort([4, 1, 3]) == [1, 3, 4]", "bubble_sort([]) == []"],
    topic="sorting",
)

program(
    asks=[
        "sorts a list with insertion sort",
        "implements insertion sort",
        "inserts each element into its place in a sorted list",
        "orders a list the way one sorts playing cards",
    ],
    source='''
def insertion_sort(numbers: list[int]) -> list[int]:
    """Sort a list with insertion sort and return a new list."""
    result = list(numbers)
    for i in range(1, len(result)):
        current = result[i]
        j = i - 1
        while j >= 0 and result[j] > current:
            result[j + 1] = result[j]
            j -= 1
        result[j + 1] = current
    return result
''',
    demo="print(insertion_sort([8, 3, 5, 1]))\nprint(insertion_sort([2, -1, 0]))",
    names={"insertion_sort": ["sort_by_insertion", "insert_sorted"], "numbers": ["values", "data"]},
    checks=["insertion_sort([3, 1, 2]) == [1, 2, 3]", "insertion_sort([1]) == [1]"],
    topic="sorting",
)

program(
    asks=[
        "sorts a list with selection sort",
        "implements selection sort",
        "repeatedly picks the smallest remaining element to sort a list",
        "orders numbers using selection sort",
    ],
    source='''
def selection_sort(numbers: list[int]) -> list[int]:
    """Sort a list by selecting the smallest remaining element each time."""
    result = list(numbers)
    for i in range(len(result)):
        smallest = i
        for j in range(i + 1, len(result)):
            if result[j] < result[smallest]:
                smallest = j
        result[i], result[smallest] = result[smallest], result[i]
    return result
''',
    demo="print(selection_sort([31, 8, 19, 44, 2]))",
    names={"selection_sort": ["sort_by_selection", "select_sort"], "numbers": ["values", "items"]},
    checks=["selection_sort([3, 2, 1]) == [1, 2, 3]", "selection_sort([]) == []"],
    topic="sorting",
)

program(
    asks=[
        "sorts a list with merge sort",
        "implements merge sort",
        "splits a list in half, sorts both halves and merges them",
        "sorts numbers recursively using merge sort",
    ],
    source='''
def merge(left: list[int], right: list[int]) -> list[int]:
    """Merge two sorted lists into one sorted list."""
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    merged.extend(left[i:])
    merged.extend(right[j:])
    return merged


def merge_sort(numbers: list[int]) -> list[int]:
    """Sort a list with merge sort."""
    if len(numbers) <= 1:
        return list(numbers)
    middle = len(numbers) // 2
    return merge(merge_sort(numbers[:middle]), merge_sort(numbers[middle:]))
''',
    demo="print(merge_sort([21, 6, 90, 14, 3, 58]))\nprint(merge_sort([2, 1]))",
    names={
        "merge_sort": ["sort_by_merging", "mergesort"],
        "merge": ["merge_sorted", "combine"],
        "numbers": ["values", "items"],
    },
    checks=["merge_sort([5, 1, 4, 2]) == [1, 2, 4, 5]", "merge([1, 3], [2]) == [1, 2, 3]", "merge_sort([]) == []"],
    topic="sorting",
)

program(
    asks=[
        "sorts a list with quicksort",
        "implements quick sort",
        "sorts a list by partitioning it around a pivot",
        "implements a short quicksort with list comprehensions",
    ],
    source='''
def quick_sort(numbers: list[int]) -> list[int]:
    """Sort a list with quicksort and return a new list."""
    if len(numbers) <= 1:
        return list(numbers)
    pivot = numbers[len(numbers) // 2]
    smaller = [x for x in numbers if x < pivot]
    equal = [x for x in numbers if x == pivot]
    larger = [x for x in numbers if x > pivot]
    return quick_sort(smaller) + equal + quick_sort(larger)
''',
    demo="print(quick_sort([9, 4, 7, 4, 12, 1]))\nprint(quick_sort([]))",
    names={"quick_sort": ["quicksort", "sort_with_pivot"], "numbers": ["values", "items", "data"]},
    checks=["quick_sort([3, 1, 2]) == [1, 2, 3]", "quick_sort([2, 2, 1]) == [1, 2, 2]"],
    topic="sorting",
)

program(
    asks=[
        "sorts a list in place with quicksort",
        "implements in-place quick sort",
        "partitions a list around its last element and sorts it without copying",
        "implements quicksort with a partition function",
    ],
    source='''
def partition(items: list[int], low: int, high: int) -> int:
    """Move the pivot to its final position and return that position."""
    pivot = items[high]
    border = low
    for i in range(low, high):
        if items[i] <= pivot:
            items[border], items[i] = items[i], items[border]
            border += 1
    items[border], items[high] = items[high], items[border]
    return border


def quick_sort_in_place(items: list[int], low: int, high: int) -> None:
    """Sort the part of the list from low to high in place."""
    if low < high:
        position = partition(items, low, high)
        quick_sort_in_place(items, low, position - 1)
        quick_sort_in_place(items, position + 1, high)
''',
    demo="data = [7, 2, 15, 4, 11]\nquick_sort_in_place(data, 0, len(data) - 1)\nprint(data)",
    names={
        "quick_sort_in_place": ["quicksort", "sort_in_place"],
        "partition": ["split_around_pivot", "place_pivot"],
        "items": ["numbers", "values"],
    },
    checks=["partition([3, 1, 2], 0, 2) == 1", "[d := [3, 1, 2], quick_sort_in_place(d, 0, 2), d][-1] == [1, 2, 3]"],
    topic="sorting",
)

program(
    asks=[
        "sorts a list with a heap",
        "implements heap sort using heapq",
        "sorts numbers with a priority heap",
        "uses the heapq module to sort a list",
    ],
    source='''
import heapq


def heap_sort(numbers: list[int]) -> list[int]:
    """Sort a list by pushing everything on a heap and popping it again."""
    heap = list(numbers)
    heapq.heapify(heap)
    return [heapq.heappop(heap) for _ in range(len(heap))]
''',
    demo="print(heap_sort([18, 3, 25, 9, 14]))",
    names={"heap_sort": ["heapsort", "sort_with_heap"], "numbers": ["values", "items"]},
    checks=["heap_sort([3, 1, 2]) == [1, 2, 3]", "heap_sort([]) == []"],
    topic="sorting",
)

program(
    asks=[
        "implements heap sort by hand",
        "sorts a list in place with a max heap",
        "builds a max heap and sorts with it",
        "implements heapsort with a sift down function",
    ],
    source='''
def sift_down(items: list[int], root: int, size: int) -> None:
    """Let the value at root sink until the heap order holds."""
    while True:
        child = 2 * root + 1
        if child >= size:
            return
        if child + 1 < size and items[child + 1] > items[child]:
            child += 1
        if items[root] >= items[child]:
            return
        items[root], items[child] = items[child], items[root]
        root = child


def heap_sort(numbers: list[int]) -> list[int]:
    """Sort a list with heap sort and return a new list."""
    items = list(numbers)
    for root in range(len(items) // 2 - 1, -1, -1):
        sift_down(items, root, len(items))
    for end in range(len(items) - 1, 0, -1):
        items[0], items[end] = items[end], items[0]
        sift_down(items, 0, end)
    return items
''',
    demo="print(heap_sort([4, 10, 3, 5, 1]))",
    names={
        "heap_sort": ["heapsort", "sort_with_max_heap"],
        "sift_down": ["heapify_down", "sink"],
        "numbers": ["values", "data"],
    },
    checks=["heap_sort([9, 8, 7, 1]) == [1, 7, 8, 9]", "heap_sort([]) == []"],
    topic="sorting",
    name="heap_sort_by_hand",
)

program(
    asks=[
        "sorts small non-negative integers with counting sort",
        "implements counting sort",
        "sorts numbers by counting how often each one occurs",
        "sorts integers without comparing them",
    ],
    source='''
def counting_sort(numbers: list[int]) -> list[int]:
    """Sort non-negative integers by counting each value."""
    if not numbers:
        return []
    counts = [0] * (max(numbers) + 1)
    for number in numbers:
        counts[number] += 1
    result = []
    for value, count in enumerate(counts):
        result.extend([value] * count)
    return result
''',
    demo="print(counting_sort([5, 0, 3, 5, 1, 3]))",
    names={"counting_sort": ["count_sort", "sort_by_counting"], "numbers": ["data", "items"]},
    checks=["counting_sort([3, 0, 3, 1]) == [0, 1, 3, 3]", "counting_sort([]) == []"],
    topic="sorting",
)

program(
    asks=[
        "sorts non-negative integers with radix sort",
        "implements radix sort",
        "sorts numbers digit by digit",
        "sorts integers by their decimal digits from right to left",
    ],
    source='''
def radix_sort(numbers: list[int]) -> list[int]:
    """Sort non-negative integers digit by digit."""
    result = list(numbers)
    place = 1
    while result and max(result) // place > 0:
        buckets: list[list[int]] = [[] for _ in range(10)]
        for number in result:
            buckets[number // place % 10].append(number)
        result = [number for bucket in buckets for number in bucket]
        place *= 10
    return result
''',
    demo="print(radix_sort([503, 17, 88, 6, 240, 91]))",
    names={"radix_sort": ["sort_by_digits", "digit_sort"], "numbers": ["values", "items"]},
    checks=["radix_sort([21, 3, 100]) == [3, 21, 100]", "radix_sort([]) == []"],
    topic="sorting",
)

program(
    asks=[
        "checks whether a list is sorted",
        "tells if the numbers in a list are in ascending order",
        "tests that a list never decreases",
        "returns True when a list is already sorted",
    ],
    source='''
def is_sorted(numbers: list[int]) -> bool:
    """Check whether a list is in ascending order."""
    return all(a <= b for a, b in zip(numbers, numbers[1:]))
''',
    demo="print(is_sorted([1, 2, 2, 5]))\nprint(is_sorted([3, 1, 2]))",
    names={"is_sorted": ["is_ascending", "check_sorted"], "numbers": ["values", "items"]},
    checks=["is_sorted([1, 2, 3])", "not is_sorted([2, 1])", "is_sorted([])"],
    topic="sorting",
)

program(
    asks=[
        "merges two sorted lists into one sorted list",
        "combines two ordered lists and keeps the order",
        "joins two sorted lists with two pointers",
        "takes two sorted lists and returns one sorted list",
    ],
    source='''
def merge_sorted(first: list[int], second: list[int]) -> list[int]:
    """Merge two sorted lists into one sorted list."""
    result = []
    i = j = 0
    while i < len(first) and j < len(second):
        if first[i] <= second[j]:
            result.append(first[i])
            i += 1
        else:
            result.append(second[j])
            j += 1
    return result + first[i:] + second[j:]
''',
    demo="print(merge_sorted([1, 4, 7], [2, 3, 9]))",
    names={"merge_sorted": ["merge_lists", "merge_two_sorted"], "first": ["left", "a"], "second": ["right", "b"]},
    checks=["merge_sorted([1, 3], [2, 4]) == [1, 2, 3, 4]", "merge_sorted([], [1]) == [1]"],
    topic="sorting",
)

program(
    asks=[
        "sorts a list of words by length and then alphabetically",
        "orders words from shortest to longest",
        "sorts strings by their length, ties in alphabetical order",
        "arranges words by how long they are",
    ],
    source='''
def sort_by_length(words: list[str]) -> list[str]:
    """Sort words by length, then alphabetically."""
    return sorted(words, key=lambda word: (len(word), word))
''',
    demo='print(sort_by_length(["pear", "fig", "banana", "kiwi"]))',
    names={"sort_by_length": ["order_by_length", "sort_words"], "words": ["strings", "names"]},
    checks=['sort_by_length(["bbb", "a", "cc", "aa"]) == ["a", "aa", "cc", "bbb"]'],
    topic="sorting",
)

program(
    asks=[
        "sorts a dictionary by its values",
        "orders the entries of a dict from the highest to the lowest value",
        "returns a dictionary sorted by value",
        "ranks the keys of a dictionary by their values",
    ],
    source='''
def sort_by_value(scores: dict[str, int]) -> dict[str, int]:
    """Return the dictionary ordered by value, highest first."""
    return dict(sorted(scores.items(), key=lambda item: item[1], reverse=True))
''',
    demo="""
ranking = sort_by_value({"Ann": 3, "Bob": 9, "Cid": 5})
for name, score in ranking.items():
    print(name, score)
""",
    names={"sort_by_value": ["order_by_value", "rank"], "scores": ["data", "counts", "mapping"]},
    checks=['list(sort_by_value({"a": 1, "b": 3, "c": 2})) == ["b", "c", "a"]'],
    topic="sorting",
)

program(
    asks=[
        "sorts a list of dictionaries by a key",
        "orders records by one of their fields",
        "sorts dicts by a given field name",
        "sorts a table of records by a chosen column",
    ],
    source='''
def sort_records(records: list[dict], key: str, descending: bool = False) -> list[dict]:
    """Sort records by one of their fields.

    Args:
        records: The dictionaries to sort.
        key: The field to sort by.
        descending: Whether the largest comes first.

    Returns:
        A new sorted list.
    """
    return sorted(records, key=lambda record: record[key], reverse=descending)
''',
    demo="""
people = [{"name": "Eva", "age": 31}, {"name": "Tom", "age": 25}]
for person in sort_records(people, "age"):
    print(person["name"], person["age"])
""",
    names={"sort_records": ["sort_by_field", "order_records"], "records": ["rows", "entries"]},
    checks=[
        'sort_records([{"n": 2}, {"n": 1}], "n") == [{"n": 1}, {"n": 2}]',
        'sort_records([{"n": 2}, {"n": 3}], "n", descending=True)[0] == {"n": 3}',
    ],
    topic="sorting",
    name="sort_records_by_hand",
)

program(
    asks=[
        "sorts a list that holds only 0, 1 and 2 in one pass",
        "groups three kinds of values in order without a normal sort",
        "sorts three colours with three pointers",
        "arranges zeros, ones and twos in place",
    ],
    source='''
def sort_colors(colors: list[int]) -> list[int]:
    """Sort a list of 0, 1 and 2 in place in one pass."""
    low, current, high = 0, 0, len(colors) - 1
    while current <= high:
        if colors[current] == 0:
            colors[low], colors[current] = colors[current], colors[low]
            low += 1
            current += 1
        elif colors[current] == 2:
            colors[high], colors[current] = colors[current], colors[high]
            high -= 1
        else:
            current += 1
    return colors
''',
    demo="print(sort_colors([1, 2, 0, 0, 2, 1, 0]))",
    names={"sort_colors": ["sort_three_values", "group_colors"], "colors": ["values", "items"]},
    checks=["sort_colors([2, 1, 0]) == [0, 1, 2]", "sort_colors([]) == []"],
    topic="sorting",
)
