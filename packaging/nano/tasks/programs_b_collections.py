"""The collections module."""

from .base import program

program(
    asks=[
        "finds the most common words of a text",
        "counts words and returns the most frequent",
        "lists the top words of a text with their counts",
    ],
    source='''
from collections import Counter


def most_common_words(text: str, n: int = 3) -> list[tuple[str, int]]:
    """Return the n most frequent words and their counts."""
    return Counter(text.lower().split()).most_common(n)
''',
    demo="""
text = "the cat and the dog and the bird"
for word, count in most_common_words(text):
    print(word, count)
""",
    names={"most_common_words": ["top_words", "frequent_words"], "n": ["limit", "count"], "text": ["sentence"]},
    checks=['most_common_words("a b a", 1) == [("a", 2)]'],
    topic="collections",
    name="most_common_words_counter",
)

program(
    asks=[
        "counts letters with a Counter and shows them in order",
        "returns how often each letter occurs",
        "counts the letters of a word",
    ],
    source='''
from collections import Counter


def letter_counts(text: str) -> dict[str, int]:
    """Count the letters of a text, in alphabetical order."""
    counts = Counter(char for char in text.lower() if char.isalpha())
    return dict(sorted(counts.items()))
''',
    demo='print(letter_counts("Banana"))',
    names={"letter_counts": ["count_letters", "letter_frequency"], "counts": ["counter", "totals"]},
    checks=['letter_counts("Abba!") == {"a": 2, "b": 2}'],
    topic="collections",
)

program(
    asks=[
        "checks whether a word can be built from given letters",
        "tells if enough letters are there to write a word",
        "compares two Counters to see if a word can be spelled",
    ],
    source='''
from collections import Counter


def can_spell(word: str, letters: str) -> bool:
    """Tell whether a word can be written with some letters."""
    return not Counter(word) - Counter(letters)
''',
    demo='print(can_spell("cat", "tacos"))\nprint(can_spell("class", "clasp"))',
    names={"can_spell": ["can_build", "has_letters"], "letters": ["available"]},
    checks=['can_spell("cat", "tacos")', 'not can_spell("class", "clasp")'],
    topic="collections",
)

program(
    asks=[
        "groups words by their first letter",
        "puts words with the same initial together",
        "builds an index of words by first letter with defaultdict",
    ],
    source='''
from collections import defaultdict


def group_by_initial(words: list[str]) -> dict[str, list[str]]:
    """Return the words of each first letter."""
    groups: dict[str, list[str]] = defaultdict(list)
    for word in words:
        groups[word[0].lower()].append(word)
    return dict(groups)
''',
    demo='print(group_by_initial(["apple", "avocado", "banana", "cherry", "blueberry"]))',
    names={"group_by_initial": ["by_first_letter", "index_words"], "groups": ["index", "result"]},
    checks=['group_by_initial(["ab", "ac", "b"]) == {"a": ["ab", "ac"], "b": ["b"]}'],
    topic="collections",
)

program(
    asks=[
        "keeps only the last few values",
        "remembers the latest items with a deque of limited length",
        "stores a short history of commands",
    ],
    source='''
from collections import deque


class History:
    """The last few items; older ones are forgotten."""

    def __init__(self, size: int) -> None:
        self._items: deque[str] = deque(maxlen=size)

    def add(self, item: str) -> None:
        """Remember an item."""
        self._items.append(item)

    def latest(self) -> list[str]:
        """Return the items, the newest first."""
        return list(reversed(self._items))
''',
    demo="""
history = History(3)
for command in ["ls", "cd", "cat", "pwd"]:
    history.add(command)
print(history.latest())
""",
    names={"History": ["RecentItems", "Memory"], "size": ["limit", "length"], ".latest": ["newest", "recent"]},
    checks=['(h := History(2), h.add("a"), h.add("b"), h.add("c"), h.latest())[-1] == ["c", "b"]'],
    topic="collections",
)

program(
    asks=[
        "computes a moving average with a deque",
        "returns the means of a sliding window",
        "smooths numbers with a moving average",
    ],
    source='''
from collections import deque


def moving_average(numbers: list[float], size: int) -> list[float]:
    """Return the mean of every window of the given size."""
    window: deque[float] = deque(maxlen=size)
    averages = []
    for number in numbers:
        window.append(number)
        if len(window) == size:
            averages.append(sum(window) / size)
    return averages
''',
    demo="print(moving_average([1, 2, 3, 4, 5], 3))",
    names={"moving_average": ["rolling_mean", "smooth"], "size": ["width", "n"], "averages": ["means", "result"]},
    checks=["moving_average([1, 2, 3, 4], 2) == [1.5, 2.5, 3.5]", "moving_average([1], 2) == []"],
    topic="collections",
    name="moving_average_deque",
)

program(
    asks=["represents cities with a named tuple", "sorts named tuples by population", "stores records in a namedtuple"],
    source='''
from typing import NamedTuple


class City(NamedTuple):
    """A city and how many people live there."""

    name: str
    country: str
    population: int


def largest(cities: list[City]) -> City:
    """Return the city with the most people."""
    return max(cities, key=lambda city: city.population)
''',
    demo="""
cities = [City("Oslo", "Norway", 700_000), City("Rome", "Italy", 2_800_000)]
best = largest(cities)
print(best)
print(best.name)
""",
    names={"largest": ["biggest_city", "most_people"], "City": ["Town"], "cities": ["places"]},
    checks=['largest([City("a", "x", 1), City("b", "y", 2)]).name == "b"'],
    topic="collections",
)

program(
    asks=[
        "combines default settings and user settings with ChainMap",
        "looks up a setting in several dictionaries",
        "overrides default options with user options",
    ],
    source='''
from collections import ChainMap

DEFAULTS = {"color": "blue", "size": 10, "sound": True}


def make_settings(user: dict[str, object]) -> ChainMap:
    """Return settings in which the user's values come first."""
    return ChainMap(user, DEFAULTS)
''',
    demo='settings = make_settings({"size": 14})\nprint(settings["size"])\nprint(settings["color"])',
    names={"make_settings": ["combine", "with_defaults"], "user": ["options", "overrides"]},
    checks=['make_settings({"size": 1})["size"] == 1', 'make_settings({})["color"] == "blue"'],
    topic="collections",
)

program(
    asks=[
        "implements a cache that forgets the least recently used entry",
        "is an LRU cache made with OrderedDict",
        "keeps a limited number of entries and drops the oldest",
    ],
    source='''
from collections import OrderedDict


class LRUCache:
    """A cache of limited size that drops what was unused longest."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.data: OrderedDict[str, object] = OrderedDict()

    def get(self, key: str) -> object | None:
        """Return the value of a key, or None."""
        if key not in self.data:
            return None
        self.data.move_to_end(key)
        return self.data[key]

    def put(self, key: str, value: object) -> None:
        """Store a value; drop the oldest when the cache is too full."""
        self.data[key] = value
        self.data.move_to_end(key)
        if len(self.data) > self.capacity:
            self.data.popitem(last=False)
''',
    demo="""
cache = LRUCache(2)
cache.put("a", 1)
cache.put("b", 2)
cache.get("a")
cache.put("c", 3)
print(list(cache.data))
""",
    names={"LRUCache": ["RecentCache", "Cache"], ".capacity": ["size", "limit"], ".data": ["entries", "items"]},
    checks=['(c := LRUCache(1), c.put("a", 1), c.put("b", 2), c.get("a"), c.get("b"))[-2:] == (None, 2)'],
    topic="collections",
    name="lru_cache_class",
)

program(
    asks=[
        "rotates a list with a deque",
        "shifts the items of a list to the right",
        "moves the last items of a list to the front",
    ],
    source='''
from collections import deque


def rotate_items(items: list, steps: int) -> list:
    """Return the items rotated to the right."""
    ring = deque(items)
    ring.rotate(steps)
    return list(ring)
''',
    demo="print(rotate_items([1, 2, 3, 4, 5], 2))\nprint(rotate_items([1, 2, 3, 4, 5], -1))",
    names={"rotate_items": ["rotate_list", "shift_right"], "steps": ["k", "n"], "ring": ["queue", "items_deque"]},
    checks=["rotate_items([1, 2, 3], 1) == [3, 1, 2]", "rotate_items([1, 2, 3], -1) == [2, 3, 1]"],
    topic="collections",
)

program(
    asks=[
        "finds the winner of a vote",
        "counts votes and returns who won",
        "determines the candidate with the most votes",
    ],
    source='''
from collections import Counter


def winner(votes: list[str]) -> str:
    """Return the candidate with the most votes; ties go to the first name."""
    counts = Counter(votes)
    best = max(counts.values())
    return min(name for name, count in counts.items() if count == best)
''',
    demo='votes = ["Ada", "Bob", "Ada", "Eve", "Bob", "Ada"]\nprint(winner(votes))',
    names={"winner": ["election_winner", "most_votes"], "votes": ["ballots"], "best": ["highest", "top"]},
    checks=['winner(["b", "a", "b"]) == "b"', 'winner(["b", "a"]) == "a"'],
    topic="collections",
)

program(
    asks=[
        "builds an index from words to line numbers",
        "lists the lines in which each word occurs",
        "creates an inverted index of a text",
    ],
    source='''
from collections import defaultdict


def word_index(lines: list[str]) -> dict[str, list[int]]:
    """Return for each word the numbers of the lines that hold it."""
    index: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(lines, start=1):
        for word in line.lower().split():
            index[word].add(number)
    return {word: sorted(numbers) for word, numbers in index.items()}
''',
    demo='index = word_index(["red fish", "blue fish", "red bird"])\nprint(index["fish"])\nprint(index["red"])',
    names={"word_index": ["build_index", "inverted_index"], "index": ["places"], "lines": ["texts"]},
    checks=['word_index(["a b", "a"]) == {"a": [1, 2], "b": [1]}'],
    topic="collections",
)
