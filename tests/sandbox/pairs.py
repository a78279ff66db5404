"""Planted pairs of programs, each with the verdict that a careful reader would give and a word of its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Edits: TypeAlias = list[tuple[str, str]]
SAME, DIFFERENT, NOT_COMPARABLE, NOT_RUN = "same", "different", "not comparable", "not run"


@dataclass(frozen=True)
class Pair:
    """`b` may be a list of (old, new) edits of `a`."""

    name: str
    a: str
    b: str | Edits
    verdict: str
    reason: str = ""
    hit_limit: tuple[bool, bool] = (False, False)
    scientific: bool = False

    @property
    def second(self) -> str:
        if isinstance(self.b, str):
            return self.b
        text = self.a
        for old, new in self.b:
            assert old in text, (self.name, old)
            text = text.replace(old, new)
        return text


SORT = '''
def merge_sort(items: list[int]) -> list[int]:
    """Sort a list."""
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left = merge_sort(items[:middle])
    right = merge_sort(items[middle:])
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


if __name__ == "__main__":
    print(merge_sort([5, 2, 9, 1]))
'''
FIBONACCI = """
def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

def show(count):
    for i in range(count):
        print(i, fib(i))

show(8)
"""
SEARCH = """
def binary_search(items, target):
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

print(binary_search([1, 3, 5, 7, 9], 7))
print(binary_search([1, 3, 5, 7, 9], 4))
"""
FIGURE = """
import matplotlib.pyplot as plt
plt.plot([1, 2, 3, 4], [1, 4, 9, 16], color="blue")
plt.title("Squares")
plt.xlabel("x")
plt.show()
"""
KEPT_FIGURE = """
import tempfile
from pathlib import Path
import matplotlib.pyplot as plt
axes = plt.figure().add_subplot()
axes.bar(["a", "b"], [3, 5], color="blue")
with tempfile.TemporaryDirectory() as folder:
    axes.figure.savefig(Path(folder) / "bars.png")
"""
TABLE = """
import pandas as pd
data = pd.DataFrame({"city": ["Rome", "Oslo", "Rome"], "sales": [1.0, 2.5, 4.0]})
print(data.groupby("city")["sales"].sum())
data.to_csv("sales.csv", index=False)
"""

BARS = """
import matplotlib.pyplot as plt
axes = plt.figure(figsize=(4, 3)).add_subplot()
axes.bar(["a", "b", "c"], [3, 5, 2])
axes.set_title("Sales")
axes.set_ylabel("k")
plt.show()
"""
LINES = """
import matplotlib.pyplot as plt
plt.plot([1, 2, 3], [1, 2, 3], label="a")
plt.plot([1, 2, 3], [2, 4, 6], label="b")
plt.savefig("lines.png")
"""
LOOPED = (
    'plt.plot([1, 2, 3], [1, 2, 3], label="a")\nplt.plot([1, 2, 3], [2, 4, 6], label="b")',
    'for name, factor in (("a", 1), ("b", 2)):\n    plt.plot([1, 2, 3], [factor * x for x in (1, 2, 3)], label=name)',
)
# Programs that try to get another verdict than they deserve.
CRASH = """
open("hashlib.py", "w").write("import os\\nos._exit(0)")
print(1)
import ctypes, os
os.remove("hashlib.py")
ctypes.string_at(0)
"""
FORGED_STATUS = """
import os
print(1, flush=True)
for fd in range(3, 64):
    try:
        os.write(fd, b'{"status": 0, "loaded": true, "error": null}\\n')
    except OSError:
        pass
os._exit(3)
"""
FORGED_MODULE = FORGED_STATUS.replace('"status": 0', '"missing_module": "numpy"').replace("_exit(3)", "_exit(5)")
FORGED_A = "def f(x: int):\n    return x\nprint(f(1))\n"
FORGED_B = """
import os
def f(x: int):
    return x if x < 2 else x + 1
for fd in range(3, 64):
    try:
        os.write(fd, b'{"functions": [], "classes": [], "loaded": true}\\n')
    except OSError:
        pass
print(f(1))
"""
DEEP = """
import os
print(1)
for _ in range(40):
    os.mkdir("d")
    os.chdir("d")
open("far.txt", "w").write("far")
"""

ROOT = """
def root(x: float) -> float:
    if x < 0:
        raise ValueError('negative')
    return x ** 0.5
print(root(4.0))
"""
STACK = """
class Stack:
    def __init__(self):
        self.items = []
    def push(self, x):
        self.items.append(x)
    def pop(self):
        return self.items.pop()
s = Stack()
s.push(1)
s.push(2)
print(s.pop())
"""
LOOP = "print('start')\nwhile True:\n    pass\n"

PAIRS = [
    Pair("the same text", SORT, [], SAME, "without an error"),
    Pair("renamed function", SORT, [("merge_sort", "sort_list")], SAME, "agrees"),
    Pair("renamed variables", SORT, [("merged", "result"), ("middle", "mid")], SAME),
    Pair("other comments and layout", SORT, [('"""Sort a list."""', "# splits and merges"), ("\n\n\n", "\n\n")], SAME),
    Pair(
        "reordered code",
        "def f(x: int):\n    return x + 1\ndef g(x: int):\n    return x * 2\nprint(f(1), g(2))\n",
        "def g(x: int):\n    return x * 2\ndef f(x: int):\n    return x + 1\nprint(f(1), g(2))\n",
        SAME,
    ),
    Pair(
        "another algorithm",
        FIBONACCI,
        [
            (
                "    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)",
                "    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a if n >= 0 else n",
            )
        ],
        SAME,
        "agree",
    ),
    Pair("off by one in the output", FIBONACCI, [("range(count)", "range(1, count)")], DIFFERENT, "line 1"),
    Pair(
        "off by one that the demo does not show",
        SEARCH,
        [("low <= high", "low < high"), ("print(binary_search([1, 3, 5, 7, 9], 7))\n", "print(3)\n")],
        DIFFERENT,
        "binary_search",
    ),
    Pair("a search written in another way", SEARCH, [("(low + high) // 2", "low + (high - low) // 2")], SAME),
    Pair(
        "wrong for empty input only",
        "def mean(xs: list[float]) -> float:\n    return sum(xs) / len(xs) if xs else 0.0\nprint(mean([1.0, 2.0]))\n",
        "def mean(xs: list[float]) -> float:\n    return sum(xs) / len(xs)\nprint(mean([1.0, 2.0]))\n",
        DIFFERENT,
        "mean([])",
    ),
    Pair(
        "another exception",
        ROOT,
        [("ValueError", "ArithmeticError")],
        DIFFERENT,
        "raises ValueError: negative",
    ),
    Pair(
        "another wording of the same exception",
        ROOT,
        [("'negative'", "'x must not be negative'")],
        SAME,
    ),
    Pair("float noise", "print(0.1 + 0.2)\nprint(sum([0.1] * 10))", "print(0.3)\nprint(1.0)", SAME, "float noise"),
    Pair("a real difference in a float", "print(0.1 + 0.2)", "print(0.3001)", DIFFERENT, "line 1"),
    Pair(
        "float noise in a result",
        "def total(xs: list[float]) -> float:\n    return sum(xs)\nprint(total([1.5]))",
        "import math\ndef total(xs: list[float]) -> float:\n    return math.fsum(reversed(xs))\nprint(total([1.5]))",
        SAME,
    ),
    Pair("a whole number against a float", "print(6 // 2)", "print(6 / 2)", DIFFERENT, "line 1"),
    Pair("infinite loop in one", "print('start')\n", LOOP, DIFFERENT, "time limit"),
    Pair(
        "infinite loop in both", "while True:\n    pass\n", "x = 0\nwhile True:\n    x += 1\n", NOT_COMPARABLE, "time"
    ),
    Pair("one crashes", "print([1, 2][1])", "print([1, 2][2])", DIFFERENT, "IndexError at line 1"),
    Pair("both crash alike", "print('a')\n[][1]\n", "print('a')\nx = []\nx[2]\n", SAME, "IndexError"),
    Pair("both crash in different ways", "print('a')\n[][1]\n", "print('a')\n{}[1]\n", DIFFERENT, "KeyError"),
    Pair("other exit status", "import sys\nsys.exit(0)", "import sys\nsys.exit(2)", DIFFERENT, "exit status 2"),
    Pair("one is no Python", "print(1)", "print(1", DIFFERENT, "SyntaxError"),
    Pair("neither is Python", "print(1", "print((2", NOT_COMPARABLE, "Neither"),
    Pair("one cut off", SORT, SORT[:400], NOT_COMPARABLE, "cut off", hit_limit=(False, True)),
    Pair("both cut off at the same token", SORT + "\nfor x in", SORT + "\nfor x in", SAME, "", hit_limit=(True, True)),
    Pair(
        "mutable default",
        "def collect(x, into=None):\n    into = [] if into is None else into\n    into.append(x)\n    return into\n"
        "print(collect(1))",
        "def collect(x, into=[]):\n    into.append(x)\n    return into\nprint(collect(1))",
        DIFFERENT,
        "collect",
    ),
    Pair(
        "one changes its argument",
        "def double(items: list[int]) -> list[int]:\n    return [2 * x for x in items]\nprint(double([1, 2]))",
        "def double(items: list[int]) -> list[int]:\n    for i in range(len(items)):\n        items[i] *= 2\n"
        "    return items\nprint(double([1, 2]))",
        DIFFERENT,
        "argument",
    ),
    Pair("set ordering", "print({'b', 'a', 'c'})", "s = set()\nfor x in 'cab':\n    s.add(x)\nprint(s)", SAME),
    Pair(
        "lines in the order of a set",
        "for x in {'pear', 'fig', 'kiwi', 'plum'}:\n    print(x)",
        "for x in ['pear', 'fig', 'kiwi', 'plum']:\n    print(x)",
        SAME,
        "order",
    ),
    Pair("order that matters", "print(['a', 'b'])", "print(['b', 'a'])", DIFFERENT, "line 1"),
    Pair(
        "time-dependent output",
        "import time\nt = time.perf_counter()\nx = sum(range(1000))\nprint('sum', x)\n"
        "print(f'took {time.perf_counter() - t:.9f} s')",
        [("x = sum(range(1000))", "x = 1000 * 999 // 2")],
        SAME,
        "run to run",
    ),
    Pair(
        "time-dependent output beside a real difference",
        "import time\nprint('sum', 3)\nprint(f'took {time.perf_counter():.9f} s')",
        [("3", "4")],
        DIFFERENT,
        "line 1",
    ),
    Pair(
        "nothing but chance",
        "import os\nprint(os.urandom(8).hex())",
        "import uuid\nprint(uuid.uuid4())",
        NOT_COMPARABLE,
        "run to run",
    ),
    Pair(
        "the same draws of chance",
        "import random\nprint([random.randint(1, 6) for _ in range(5)])",
        "import random\nrolls = []\nfor _ in range(5):\n    rolls.append(random.randint(1, 6))\nprint(rolls)",
        SAME,
    ),
    Pair("wider columns", "print('a    1')\nprint('b   22')", "print('a  1')\nprint('b 22')", SAME, "white space"),
    Pair("a missing last line", "print(1)\nprint(2)", "print(1)", DIFFERENT, "line 2"),
    Pair(
        "arguments on the command line",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('name')\nprint(p.parse_args().name)",
        "import sys\nprint(sys.argv[1])",
        NOT_COMPARABLE,
        "want arguments on the command line",
    ),
    Pair(
        "arguments in one only",
        "import sys\nif len(sys.argv) < 2:\n    sys.exit('usage: program.py NAME')\nprint(sys.argv[1])",
        "print('x')",
        NOT_COMPARABLE,
        "The first program wants arguments",
    ),
    Pair(
        "a mistake beside arguments",
        "import sys\nprint(len(sys.argv))\nprint([][1])",
        "import sys\nprint(len(sys.argv))\nprint({}[1])",
        DIFFERENT,
        "KeyError",
    ),
    Pair(
        "waiting for ever",
        "import time\nprint(1)\ntime.sleep(1000)",
        "print(1)",
        DIFFERENT,
        "it only waited",
    ),
    Pair(
        "waiting for ever in both",
        "import threading\nprint(1)\nthreading.Event().wait()",
        "import time\nprint(1)\nwhile True:\n    time.sleep(1)",
        NOT_COMPARABLE,
        "waited",
    ),
    Pair(
        "no network in the sandbox",
        "import urllib.request\nprint(urllib.request.urlopen('https://example.org', timeout=2).status)",
        "import socket\nsocket.create_connection(('example.org', 443), 2)",
        NOT_COMPARABLE,
        "could not fetch",
    ),
    Pair("keyboard input", "name = input('Name? ')\nprint(name)", "print(input('Name? '))", NOT_COMPARABLE, "keyboard"),
    Pair("too much output", "print('x')", "while True:\n    print('x' * 1000)", DIFFERENT, "printed too much"),
    Pair("too much memory", "print('x')", "x = [0] * 10 ** 10\nprint('x')", DIFFERENT, "MemoryError"),
    Pair(
        "other content of a file",
        "with open('out.csv', 'w') as f:\n    f.write('a,b\\n1,2.0\\n')",
        [("1,2.0", "1,3.0")],
        DIFFERENT,
        "row 2, column 2",
    ),
    Pair(
        "float noise in a file",
        "with open('out.csv', 'w') as f:\n    f.write(f'a,b\\n1,{0.1 + 0.2}\\n')",
        [("{0.1 + 0.2}", "0.3")],
        SAME,
        "out.csv",
    ),
    Pair(
        "a generator against a list",
        "def evens(n: int):\n    return [x for x in range(n) if x % 2 == 0]\nprint(list(evens(6)))",
        "def evens(n: int):\n    for x in range(0, n, 2):\n        yield x\nprint(list(evens(6)))",
        DIFFERENT,
        "iterator",
    ),
    Pair("classes that do the same", STACK, [("self.items", "self._data")], SAME),
    Pair("a class that does something else", STACK, [(".pop()\ns", ".pop(0)\ns")], DIFFERENT, "line 1"),
    Pair(
        "what a library keeps for itself",
        "import os\nos.makedirs('.cache/x')\nopen('.cache/x/cookies.db', 'w').write('1')\nprint(1)",
        [(".write('1')", ".write('2')")],
        SAME,
        "without an error",
    ),
    Pair("no program in one", "print(1)", "", NOT_RUN, "second reply holds no Python"),
    Pair("nothing to compare", "x = 1", "y = 2", NOT_COMPARABLE, "neither"),
    Pair("a module that is not there", "import requests\nprint(1)", "print(1)", NOT_COMPARABLE, "requests"),
    Pair(
        "the same figure in other code",
        FIGURE,
        [("[1, 4, 9, 16]", "[x * x for x in range(1, 5)]")],
        SAME,
        "same figure",
        scientific=True,
    ),
    Pair("other figure colours", FIGURE, [("blue", "red")], SAME, "another style: colours", scientific=True),
    Pair("another title", FIGURE, [("Squares", "Square")], DIFFERENT, "Figure 1", scientific=True),
    Pair("same figure in a folder that is gone", KEPT_FIGURE, [], SAME, "same figure", scientific=True),
    Pair("other figure in a folder that is gone", KEPT_FIGURE, [("3, 5", "3, 4")], DIFFERENT, "igure", scientific=True),
    Pair("no figure in one", FIGURE, [("plt.show()", "")], DIFFERENT, "no figure", scientific=True),
    Pair(
        "the same table by other means",
        TABLE,
        [('data.groupby("city")["sales"].sum()', 'data.pivot_table(index="city", aggfunc="sum")["sales"]')],
        SAME,
        "sales.csv",
        scientific=True,
    ),
    Pair(
        "the same bars in another order of calls",
        BARS,
        [('axes.set_title("Sales")\naxes.set_ylabel("k")', 'axes.set_ylabel("k")\naxes.set_title("Sales")')],
        SAME,
        "same figure",
        scientific=True,
    ),
    Pair("one bar is higher", BARS, [("[3, 5, 2]", "[3, 5, 4]")], DIFFERENT, "Figure 1", scientific=True),
    Pair("a legend more", LINES, [("plt.savefig", "plt.legend()\nplt.savefig")], DIFFERENT, "igure", scientific=True),
    Pair("the same lines from a loop", LINES, [(LOOPED[0], LOOPED[1])], SAME, "same figure", scientific=True),
    Pair("a figure as a drawing", LINES, [("lines.png", "lines.svg")], DIFFERENT, "SVG", scientific=True),
    Pair("exit and quit", "print(1)\nexit()", "print(1)\nquit()", SAME, "without an error"),
    Pair("a crash hidden behind an own module", "print(1)\n", CRASH, DIFFERENT, "SIGSEGV"),
    Pair("a status hidden behind a forged report", "print(1)\n", FORGED_STATUS, DIFFERENT, "exit status 3"),
    Pair("functions that a forged report leaves out", FORGED_A, FORGED_B, DIFFERENT, "f differs"),
    Pair("a module that is said to be missing", "print(1)\n", FORGED_MODULE, DIFFERENT, "exit status 5"),
    Pair("files too deep to be read", "print(1)\n", DEEP, NOT_COMPARABLE, "more than is looked at"),
    Pair("the same digits without end", "print('1' * 9000)", "print('1' * 9000, end='  ')", SAME, "white space"),
]
