"""Number theory and recursion."""

from .base import program

program(
    asks=[
        "checks whether a number is prime",
        "tells if a number is a prime",
        "tests a number for primality",
        "returns True for prime numbers",
    ],
    source='''
def is_prime(number: int) -> bool:
    """Check whether a number is prime."""
    if number < 2:
        return False
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True
''',
    demo="print(is_prime(17))\nprint([n for n in range(20) if is_prime(n)])",
    names={"is_prime": ["prime", "check_prime"], "number": ["num", "value", "candidate"]},
    checks=["is_prime(2)", "not is_prime(1)", "not is_prime(9)", "is_prime(97)"],
    topic="numbers",
)

program(
    asks=[
        "lists all prime numbers up to a limit",
        "implements the sieve of Eratosthenes",
        "finds the primes below a number",
        "generates prime numbers with a sieve",
    ],
    source='''
def sieve(limit: int) -> list[int]:
    """Return all primes up to and including limit."""
    if limit < 2:
        return []
    is_prime = [True] * (limit + 1)
    is_prime[0] = is_prime[1] = False
    for number in range(2, int(limit**0.5) + 1):
        if is_prime[number]:
            for multiple in range(number * number, limit + 1, number):
                is_prime[multiple] = False
    return [number for number, prime in enumerate(is_prime) if prime]
''',
    demo="print(sieve(30))",
    names={"sieve": ["primes_up_to", "sieve_of_eratosthenes", "list_primes"], "limit": ["n", "maximum", "upper"]},
    checks=["sieve(10) == [2, 3, 5, 7]", "sieve(1) == []"],
    topic="numbers",
)

program(
    asks=[
        "generates the first n prime numbers",
        "collects a given number of primes",
        "returns a list with the first primes",
        "finds as many primes as asked for",
    ],
    source='''
def first_primes(count: int) -> list[int]:
    """Return the first count prime numbers."""
    primes: list[int] = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % prime for prime in primes):
            primes.append(candidate)
        candidate += 1
    return primes
''',
    demo="print(first_primes(10))",
    names={"first_primes": ["n_primes", "generate_primes"], "count": ["n", "amount"]},
    checks=["first_primes(4) == [2, 3, 5, 7]", "first_primes(0) == []"],
    topic="numbers",
)

program(
    asks=[
        "computes the greatest common divisor of two numbers",
        "finds the gcd with Euclid's algorithm",
        "calculates the largest number that divides two integers",
        "implements the Euclidean algorithm",
    ],
    source='''
def gcd(a: int, b: int) -> int:
    """Return the greatest common divisor of two integers."""
    while b:
        a, b = b, a % b
    return abs(a)
''',
    demo="print(gcd(48, 18))\nprint(gcd(17, 5))",
    names={"gcd": ["greatest_common_divisor", "euclid"], "a": ["first", "x"], "b": ["second", "y"]},
    checks=["gcd(12, 8) == 4", "gcd(7, 0) == 7"],
    topic="numbers",
)

program(
    asks=[
        "computes the least common multiple of two numbers",
        "finds the lcm of two integers",
        "calculates the smallest number that both integers divide",
    ],
    source='''
from math import gcd


def lcm(a: int, b: int) -> int:
    """Return the least common multiple of two integers."""
    if a == 0 or b == 0:
        return 0
    return abs(a * b) // gcd(a, b)
''',
    demo="print(lcm(4, 6))\nprint(lcm(21, 6))",
    names={"lcm": ["least_common_multiple", "smallest_multiple"], "a": ["first", "x"], "b": ["second", "y"]},
    checks=["lcm(3, 5) == 15", "lcm(0, 5) == 0"],
    topic="numbers",
)

program(
    asks=[
        "computes the factorial of a number",
        "calculates n factorial with a loop",
        "multiplies all whole numbers from 1 to n",
        "returns the factorial iteratively",
    ],
    source='''
def factorial(n: int) -> int:
    """Return the factorial of a non-negative integer."""
    if n < 0:
        raise ValueError("n must not be negative")
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result
''',
    demo="print(factorial(5))\nprint(factorial(10))",
    names={"factorial": ["compute_factorial", "fact"], "n": ["number", "num"]},
    checks=["factorial(0) == 1", "factorial(6) == 720"],
    topic="numbers",
)

program(
    asks=[
        "computes the factorial recursively",
        "calculates a factorial with recursion",
        "defines a recursive factorial function",
        "returns n! with a function that calls itself",
    ],
    source='''
def factorial(n: int) -> int:
    """Return the factorial of n, computed recursively."""
    if n <= 1:
        return 1
    return n * factorial(n - 1)
''',
    demo="for i in range(1, 6):\n    print(i, factorial(i))",
    names={"factorial": ["recursive_factorial", "fact"], "n": ["number", "num"]},
    checks=["factorial(1) == 1", "factorial(5) == 120"],
    topic="numbers",
    name="factorial_recursive",
)

program(
    asks=[
        "computes the n-th Fibonacci number recursively",
        "calculates Fibonacci numbers with plain recursion",
        "defines the Fibonacci sequence as a recursive function",
        "returns a Fibonacci number by calling itself twice",
    ],
    source='''
def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number, computed recursively."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)
''',
    demo="print([fibonacci(i) for i in range(10)])",
    names={"fibonacci": ["fib", "fibonacci_number"], "n": ["index", "number"]},
    checks=["fibonacci(0) == 0", "fibonacci(10) == 55"],
    topic="numbers",
    name="fibonacci_recursive",
)

program(
    asks=[
        "computes the n-th Fibonacci number with a loop",
        "calculates Fibonacci numbers iteratively",
        "finds a Fibonacci number without recursion",
        "returns the Fibonacci number at a position",
    ],
    source='''
def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number, computed with a loop."""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
''',
    demo="print(fibonacci(10))\nprint(fibonacci(50))",
    names={"fibonacci": ["fib", "nth_fibonacci"], "n": ["index", "position"]},
    checks=["fibonacci(1) == 1", "fibonacci(12) == 144"],
    topic="numbers",
    name="fibonacci_iterative",
)

program(
    asks=[
        "computes Fibonacci numbers with memoization",
        "calculates Fibonacci numbers with a cache",
        "uses lru_cache to speed up a recursive Fibonacci function",
        "remembers earlier results to compute Fibonacci numbers quickly",
    ],
    source='''
from functools import lru_cache


@lru_cache(maxsize=None)
def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number; results are cached."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)
''',
    demo="print(fibonacci(10))\nprint(fibonacci(80))",
    names={"fibonacci": ["fib", "cached_fibonacci"], "n": ["index", "number"]},
    checks=["fibonacci(2) == 1", "fibonacci(30) == 832040"],
    topic="numbers",
    name="fibonacci_cached",
)

program(
    asks=[
        "computes Fibonacci numbers with a dictionary as memo",
        "memoizes a Fibonacci function with a dict",
        "stores computed Fibonacci numbers in a dictionary",
        "calculates Fibonacci numbers recursively with a memo",
    ],
    source='''
def fibonacci(n: int, memo: dict[int, int] | None = None) -> int:
    """Return the n-th Fibonacci number, remembering results in a dictionary."""
    if memo is None:
        memo = {}
    if n < 2:
        return n
    if n not in memo:
        memo[n] = fibonacci(n - 1, memo) + fibonacci(n - 2, memo)
    return memo[n]
''',
    demo="print(fibonacci(20))\nprint(fibonacci(60))",
    names={"fibonacci": ["fib", "memo_fibonacci"], "n": ["index", "number"], "memo": ["cache", "known"]},
    checks=["fibonacci(0) == 0", "fibonacci(20) == 6765"],
    topic="numbers",
    name="fibonacci_memo",
)

program(
    asks=[
        "generates the Fibonacci sequence",
        "yields Fibonacci numbers one after another",
        "writes a generator for Fibonacci numbers",
        "produces the first Fibonacci numbers with yield",
    ],
    source='''
from collections.abc import Iterator


def fibonacci_sequence(count: int) -> Iterator[int]:
    """Yield the first count Fibonacci numbers."""
    a, b = 0, 1
    for _ in range(count):
        yield a
        a, b = b, a + b
''',
    demo="print(list(fibonacci_sequence(12)))",
    names={"fibonacci_sequence": ["fib_generator", "fibonacci_numbers"], "count": ["n", "length"]},
    checks=["list(fibonacci_sequence(6)) == [0, 1, 1, 2, 3, 5]", "list(fibonacci_sequence(0)) == []"],
    topic="numbers",
)

program(
    asks=[
        "finds the prime factors of a number",
        "splits a number into its prime factors",
        "returns the prime factorization of an integer",
        "breaks a number down into primes",
    ],
    source='''
def prime_factors(number: int) -> list[int]:
    """Return the prime factors of a number in ascending order."""
    factors = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1
    if number > 1:
        factors.append(number)
    return factors
''',
    demo="print(prime_factors(84))\nprint(prime_factors(97))",
    names={"prime_factors": ["factorize", "factor"], "number": ["n", "value"]},
    checks=["prime_factors(60) == [2, 2, 3, 5]", "prime_factors(1) == []"],
    topic="numbers",
)

program(
    asks=[
        "finds perfect numbers",
        "checks whether a number equals the sum of its proper divisors",
        "tells if a number is perfect",
        "tests for perfect numbers",
    ],
    source='''
def is_perfect(number: int) -> bool:
    """Check whether a number equals the sum of its proper divisors."""
    if number < 2:
        return False
    return sum(d for d in range(1, number // 2 + 1) if number % d == 0) == number
''',
    demo="print([n for n in range(1, 500) if is_perfect(n)])",
    names={"is_perfect": ["perfect_number", "check_perfect"], "number": ["num", "value"]},
    checks=["is_perfect(6)", "is_perfect(28)", "not is_perfect(12)"],
    topic="numbers",
)

program(
    asks=[
        "lists all divisors of a number",
        "finds the numbers that divide an integer",
        "returns the divisors of a number in order",
    ],
    source='''
def divisors(number: int) -> list[int]:
    """Return all positive divisors of a number in ascending order."""
    small, large = [], []
    candidate = 1
    while candidate * candidate <= number:
        if number % candidate == 0:
            small.append(candidate)
            if candidate != number // candidate:
                large.append(number // candidate)
        candidate += 1
    return small + large[::-1]
''',
    demo="print(divisors(36))\nprint(divisors(13))",
    names={"divisors": ["find_divisors", "all_divisors", "factors_of"], "number": ["n", "value"]},
    checks=["divisors(12) == [1, 2, 3, 4, 6, 12]", "divisors(1) == [1]"],
    topic="numbers",
)

program(
    asks=[
        "computes the digit sum of a number",
        "adds up the digits of an integer",
        "sums the digits of a number",
        "returns the cross sum of a number",
    ],
    source='''
def digit_sum(number: int) -> int:
    """Return the sum of the decimal digits of a number."""
    return sum(int(digit) for digit in str(abs(number)))
''',
    demo="print(digit_sum(12345))\nprint(digit_sum(-907))",
    names={"digit_sum": ["sum_of_digits", "sum_digits"], "number": ["n", "value"]},
    checks=["digit_sum(99) == 18", "digit_sum(0) == 0"],
    topic="numbers",
)

program(
    asks=[
        "adds the digits of a number until one digit is left",
        "computes the digital root of a number",
        "sums digits again and again until the result has one digit",
    ],
    source='''
def digital_root(number: int) -> int:
    """Add up the digits until a single digit remains."""
    while number >= 10:
        total = 0
        while number:
            number, digit = divmod(number, 10)
            total += digit
        number = total
    return number
''',
    demo="print(digital_root(9875))\nprint(digital_root(4))",
    names={"digital_root": ["single_digit", "repeated_digit_sum"], "number": ["n", "value"]},
    checks=["digital_root(38) == 2", "digital_root(0) == 0"],
    topic="numbers",
)

program(
    asks=[
        "checks whether a number is an Armstrong number",
        "tells if a number equals the sum of its digits raised to the number of digits",
        "finds narcissistic numbers",
        "tests for Armstrong numbers",
    ],
    source='''
def is_armstrong(number: int) -> bool:
    """Check whether a number is the sum of its digits, each raised to the digit count."""
    digits = str(number)
    return number == sum(int(digit) ** len(digits) for digit in digits)
''',
    demo="print([n for n in range(1, 1000) if is_armstrong(n)])",
    names={"is_armstrong": ["armstrong_number", "is_narcissistic"], "number": ["num", "value"]},
    checks=["is_armstrong(153)", "not is_armstrong(100)", "is_armstrong(9474)"],
    topic="numbers",
)
