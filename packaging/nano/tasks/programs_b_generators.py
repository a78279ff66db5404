"""Generators and decorators."""

from .base import program

program(
    asks=[
        "generates the Fibonacci numbers",
        "yields Fibonacci numbers one by one",
        "is a generator of the Fibonacci sequence up to a limit",
    ],
    source='''
from collections.abc import Iterator


def fibonacci_numbers(limit: int) -> Iterator[int]:
    """Yield the Fibonacci numbers up to a limit."""
    a, b = 0, 1
    while a <= limit:
        yield a
        a, b = b, a + b
''',
    demo="print(list(fibonacci_numbers(50)))",
    names={"fibonacci_numbers": ["fibonacci_up_to", "fib_generator"], "limit": ["maximum"]},
    checks=["list(fibonacci_numbers(10)) == [0, 1, 1, 2, 3, 5, 8]"],
    topic="generators",
)

program(
    asks=[
        "generates prime numbers without end",
        "yields the prime numbers one after another",
        "is an endless generator of primes",
    ],
    source='''
from collections.abc import Iterator
from itertools import islice


def primes() -> Iterator[int]:
    """Yield the prime numbers without end."""
    found: list[int] = []
    number = 2
    while True:
        if all(number % prime != 0 for prime in found):
            found.append(number)
            yield number
        number += 1
''',
    demo="print(list(islice(primes(), 10)))",
    names={"primes": ["generate_primes", "prime_numbers"], "found": ["known"], "number": ["candidate"]},
    checks=["list(islice(primes(), 5)) == [2, 3, 5, 7, 11]"],
    topic="generators",
    name="primes_generator",
)

program(
    asks=[
        "reads a sequence in batches with a generator",
        "yields lists of a fixed size",
        "splits any iterable into batches lazily",
    ],
    source='''
from collections.abc import Iterable, Iterator


def batches(items: Iterable, size: int) -> Iterator[list]:
    """Yield lists of up to size items."""
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
''',
    demo="for batch in batches(range(7), 3):\n    print(batch)",
    names={"batches": ["in_batches", "make_batches"], "size": ["length"], "batch": ["group", "part"]},
    checks=["list(batches([1, 2, 3], 2)) == [[1, 2], [3]]", "list(batches([], 2)) == []"],
    topic="generators",
)

program(
    asks=[
        "flattens nested lists with a recursive generator",
        "yields the items of lists inside lists",
        "walks through a nested list of any depth",
    ],
    source='''
from collections.abc import Iterator


def flatten_deep(items: list) -> Iterator[object]:
    """Yield the items of a nested list in order."""
    for item in items:
        if isinstance(item, list):
            yield from flatten_deep(item)
        else:
            yield item
''',
    demo="print(list(flatten_deep([1, [2, [3, 4]], [], [5]])))",
    names={"flatten_deep": ["walk", "flatten_nested"], "items": ["nested", "values"]},
    checks=["list(flatten_deep([1, [2, [3]]])) == [1, 2, 3]"],
    topic="generators",
)

program(
    asks=[
        "generates the Collatz sequence of a number",
        "yields the steps from a number down to 1 by the 3n + 1 rule",
        "follows the Collatz rule until it reaches 1",
    ],
    source='''
from collections.abc import Iterator


def collatz(n: int) -> Iterator[int]:
    """Yield the Collatz sequence that starts at n."""
    while n != 1:
        yield n
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    yield 1
''',
    demo="print(list(collatz(6)))",
    names={"collatz": ["collatz_steps", "hailstone"], "n": ["number", "start"]},
    checks=["list(collatz(6)) == [6, 3, 10, 5, 16, 8, 4, 2, 1]", "list(collatz(1)) == [1]"],
    topic="generators",
    name="collatz_generator",
)

program(
    asks=[
        "yields a running average of the numbers it gets",
        "generates the mean of the numbers so far",
        "updates an average with every new number",
    ],
    source='''
from collections.abc import Iterable, Iterator


def running_average(numbers: Iterable[float]) -> Iterator[float]:
    """Yield the mean of the numbers so far, after each number."""
    total = 0.0
    for count, number in enumerate(numbers, start=1):
        total += number
        yield total / count
''',
    demo="print(list(running_average([10, 20, 30, 40])))",
    names={"running_average": ["averages", "mean_so_far"], "numbers": ["values"], "total": ["running_sum"]},
    checks=["list(running_average([10, 20])) == [10, 15]", "list(running_average([])) == []"],
    topic="generators",
)

program(
    asks=[
        "filters and squares numbers in a chain of generators",
        "builds a pipeline of generator expressions",
        "sums the squares of the even numbers lazily",
    ],
    source='''
def sum_of_even_squares(numbers: list[int]) -> int:
    """Add up the squares of the even numbers."""
    evens = (number for number in numbers if number % 2 == 0)
    squares = (number**2 for number in evens)
    return sum(squares)
''',
    demo="print(sum_of_even_squares([1, 2, 3, 4]))\nprint(sum_of_even_squares(list(range(11))))",
    names={"sum_of_even_squares": ["even_square_sum"], "evens": ["even_numbers"], "numbers": ["values"]},
    checks=["sum_of_even_squares([1, 2, 3, 4]) == 20", "sum_of_even_squares([]) == 0"],
    topic="generators",
)

program(
    asks=[
        "is a decorator that counts the calls of a function",
        "counts how often a function is called",
        "adds a call counter to a function",
    ],
    source='''
from collections.abc import Callable
from functools import wraps


def count_calls(function: Callable) -> Callable:
    """Count the calls of a function in its attribute calls."""

    @wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


@count_calls
def greet(name: str) -> str:
    """Greet a person."""
    return f"Hello, {name}!"
''',
    demo='print(greet("Ada"))\nprint(greet("Bob"))\nprint("calls:", greet.calls)',
    names={"count_calls": ["counted", "call_counter"], "wrapper": ["inner"], "function": ["func"]},
    checks=["count_calls(len).calls == 0", 'greet("A") == "Hello, A!" and greet.calls >= 1'],
    topic="decorators",
    main="count_calls",
)

program(
    asks=[
        "is a decorator that remembers results",
        "memoizes a function with a dictionary",
        "caches the results of a function",
    ],
    source='''
from collections.abc import Callable
from functools import wraps


def memoize(function: Callable) -> Callable:
    """Remember the result of a function for each argument."""
    cache: dict = {}

    @wraps(function)
    def wrapper(*args):
        if args not in cache:
            cache[args] = function(*args)
        return cache[args]

    return wrapper


@memoize
def slow_square(n: int) -> int:
    """Return the square of n and say that it was computed."""
    print("computing", n)
    return n * n
''',
    demo="print(slow_square(4))\nprint(slow_square(4))",
    names={"memoize": ["cached", "remember"], "cache": ["results", "memory"], "function": ["func"]},
    checks=["memoize(lambda n: n + 1)(2) == 3", "slow_square(3) == 9"],
    topic="decorators",
    main="memoize",
)

program(
    asks=[
        "is a decorator that tries a function again after an error",
        "retries a function several times",
        "repeats a failing call up to a number of attempts",
    ],
    source='''
from collections.abc import Callable
from functools import wraps


def retry(attempts: int) -> Callable:
    """Call a function again when it raises an error.

    Args:
        attempts: How often the function is called at most.

    Returns:
        A decorator.
    """

    def decorator(function: Callable) -> Callable:
        @wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(1, attempts + 1):
                try:
                    return function(*args, **kwargs)
                except ValueError:
                    if attempt == attempts:
                        raise

        return wrapper

    return decorator
''',
    demo="""
answers = iter(["x", "y", "42"])


@retry(attempts=3)
def read_number() -> int:
    return int(next(answers))


print(read_number())
""",
    names={"retry": ["try_again", "with_retries"], "attempts": ["times", "tries"], "function": ["func"]},
    checks=["retry(2)(lambda: 5)() == 5"],
    topic="decorators",
)

program(
    asks=[
        "is a decorator that prints the arguments and the result of each call",
        "traces the calls of a function",
        "logs every call of a function with its result",
    ],
    source='''
from collections.abc import Callable
from functools import wraps


def trace(function: Callable) -> Callable:
    """Print each call of a function and what it returns."""

    @wraps(function)
    def wrapper(*args):
        result = function(*args)
        arguments = ", ".join(repr(arg) for arg in args)
        print(f"{function.__name__}({arguments}) -> {result!r}")
        return result

    return wrapper


@trace
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b
''',
    demo="add(2, 3)\nadd(10, -4)",
    names={"trace": ["log_calls", "traced"], "wrapper": ["inner"], "function": ["func"]},
    checks=["add(2, 3) == 5", "trace(abs)(-1) == 1"],
    topic="decorators",
    main="trace",
)

program(
    asks=[
        "is a decorator that measures how long a function takes",
        "stores the run time of a function without printing it",
        "times the calls of a function",
    ],
    source='''
import time
from collections.abc import Callable
from functools import wraps


def timed(function: Callable) -> Callable:
    """Store how long the last call took in the attribute seconds."""

    @wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            wrapper.seconds = time.perf_counter() - start

    wrapper.seconds = 0.0
    return wrapper


@timed
def count_up(limit: int) -> int:
    """Add up the numbers below a limit."""
    return sum(range(limit))
''',
    demo="print(count_up(1000))\nprint(count_up.seconds < 1)",
    names={"timed": ["measure_time", "stopwatch"], "wrapper": ["inner"], "function": ["func"]},
    checks=["count_up(4) == 6", "count_up(4) and count_up.seconds >= 0"],
    topic="decorators",
    main="timed",
)

program(
    asks=[
        "is a decorator that repeats a function",
        "calls a function several times",
        "makes a function run n times with a decorator",
    ],
    source='''
from collections.abc import Callable
from functools import wraps


def repeat(times: int) -> Callable:
    """Make a decorator that calls a function several times."""

    def decorator(function: Callable) -> Callable:
        @wraps(function)
        def wrapper(*args):
            return [function(*args) for _ in range(times)]

        return wrapper

    return decorator


@repeat(times=3)
def cheer(name: str) -> str:
    """Cheer for a person."""
    return f"Go, {name}!"
''',
    demo='print(cheer("Ada"))',
    names={"repeat": ["call_times", "repeated"], "times": ["n", "count"], "function": ["func"]},
    checks=['cheer("a") == ["Go, a!"] * 3', "repeat(2)(lambda: 1)() == [1, 1]"],
    topic="decorators",
    main="repeat",
)

program(
    asks=[
        "is a decorator that checks that all arguments are positive",
        "validates the arguments of a function",
        "refuses negative arguments with a decorator",
    ],
    source='''
from collections.abc import Callable
from functools import wraps


def require_positive(function: Callable) -> Callable:
    """Refuse calls with an argument that is not positive."""

    @wraps(function)
    def wrapper(*args):
        if any(arg <= 0 for arg in args):
            raise ValueError("All arguments must be positive.")
        return function(*args)

    return wrapper


@require_positive
def area(width: float, height: float) -> float:
    """Return the area of a rectangle."""
    return width * height
''',
    demo='print(area(3, 4))\ntry:\n    area(3, -4)\nexcept ValueError as error:\n    print("Error:", error)',
    names={"require_positive": ["positive_only", "check_positive"], "wrapper": ["inner"]},
    checks=["area(3, 4) == 12", "require_positive(max)(1, 2) == 2"],
    topic="decorators",
    main="require_positive",
)
