"""Number sequences, bases, recursion and bits."""

from .base import program

program(
    asks=[
        "computes the Collatz sequence of a number",
        "follows the 3n + 1 rule until it reaches 1",
        "lists the Collatz steps for a starting number",
        "halves even numbers and triples odd ones plus one until 1",
    ],
    source='''
def collatz(number: int) -> list[int]:
    """Return the Collatz sequence from number down to 1."""
    sequence = [number]
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        sequence.append(number)
    return sequence
''',
    demo="print(collatz(6))\nprint(len(collatz(27)))",
    names={"collatz": ["collatz_sequence", "hailstone"], "number": ["n", "start"]},
    checks=["collatz(1) == [1]", "collatz(4) == [4, 2, 1]"],
    topic="numbers",
    name="collatz_by_hand",
)

program(
    asks=[
        "converts a number to binary by hand",
        "writes an integer in base 2",
        "turns a decimal number into a binary string",
        "converts a number to its binary digits with repeated division",
    ],
    source='''
def to_binary(number: int) -> str:
    """Convert a non-negative integer to a binary string."""
    if number == 0:
        return "0"
    digits = []
    while number > 0:
        digits.append(str(number % 2))
        number //= 2
    return "".join(reversed(digits))
''',
    demo="print(to_binary(10))\nprint(to_binary(255))",
    names={"to_binary": ["decimal_to_binary", "binary_string"], "number": ["n", "value", "decimal"]},
    checks=['to_binary(5) == "101"', 'to_binary(0) == "0"'],
    topic="numbers",
)

program(
    asks=[
        "converts a binary string to a number",
        "reads a binary number as a decimal integer",
        "turns a string of zeros and ones into an integer",
    ],
    source='''
def from_binary(bits: str) -> int:
    """Convert a binary string to an integer."""
    result = 0
    for bit in bits:
        result = result * 2 + int(bit)
    return result
''',
    demo='print(from_binary("1010"))\nprint(from_binary("11111111"))',
    names={"from_binary": ["binary_to_decimal", "parse_binary"], "bits": ["binary", "text"]},
    checks=['from_binary("101") == 5', 'from_binary("0") == 0'],
    topic="numbers",
)

program(
    asks=[
        "converts a number to any base from 2 to 36",
        "writes an integer in a given base",
        "changes the base of a number",
        "converts decimal numbers to hexadecimal or another base",
    ],
    source='''
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def to_base(number: int, base: int) -> str:
    """Write a non-negative integer in the given base."""
    if not 2 <= base <= 36:
        raise ValueError("base must be between 2 and 36")
    if number < base:
        return DIGITS[number]
    return to_base(number // base, base) + DIGITS[number % base]
''',
    demo="print(to_base(255, 16))\nprint(to_base(10, 2))",
    names={"to_base": ["convert_base", "in_base"], "number": ["n", "value"], "base": ["radix"]},
    checks=['to_base(255, 16) == "ff"', 'to_base(0, 2) == "0"', 'to_base(35, 36) == "z"'],
    topic="numbers",
)

program(
    asks=[
        "converts a number to a Roman numeral",
        "writes an integer in Roman numerals",
        "turns numbers like 1994 into Roman numerals",
        "encodes an integer with the letters I, V, X, L, C, D and M",
    ],
    source='''
NUMERALS = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]


def to_roman(number: int) -> str:
    """Write a positive integer as a Roman numeral."""
    result = ""
    for value, symbol in NUMERALS:
        while number >= value:
            result += symbol
            number -= value
    return result
''',
    demo="print(to_roman(1994))\nprint(to_roman(2026))",
    names={"to_roman": ["roman_numeral", "int_to_roman"], "number": ["num", "n"]},
    checks=['to_roman(4) == "IV"', 'to_roman(58) == "LVIII"'],
    topic="numbers",
)

program(
    asks=[
        "converts a Roman numeral to a number",
        "reads Roman numerals",
        "parses a Roman numeral into an integer",
        "calculates the value of a Roman numeral",
    ],
    source='''
VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def from_roman(numeral: str) -> int:
    """Return the value of a Roman numeral."""
    total = 0
    previous = 0
    for symbol in reversed(numeral.upper()):
        value = VALUES[symbol]
        if value < previous:
            total -= value
        else:
            total += value
            previous = value
    return total
''',
    demo='print(from_roman("MCMXCIV"))\nprint(from_roman("xii"))',
    names={"from_roman": ["roman_to_int", "parse_roman"], "numeral": ["roman", "text"]},
    checks=['from_roman("IX") == 9', 'from_roman("XLII") == 42'],
    topic="numbers",
)

program(
    asks=[
        "raises a number to a power with fast exponentiation",
        "computes powers by squaring",
        "implements power without the ** operator",
        "calculates x to the n with few multiplications",
    ],
    source='''
def power(base: float, exponent: int) -> float:
    """Raise base to a non-negative integer power by repeated squaring."""
    result = 1
    while exponent > 0:
        if exponent % 2 == 1:
            result *= base
        base *= base
        exponent //= 2
    return result
''',
    demo="print(power(2, 10))\nprint(power(3, 5))",
    names={"power": ["fast_power", "exponentiate"], "base": ["x", "number"], "exponent": ["n", "times"]},
    checks=["power(2, 0) == 1", "power(5, 3) == 125"],
    topic="numbers",
    name="power_by_hand",
)

program(
    asks=[
        "solves the Towers of Hanoi",
        "lists the moves for the Towers of Hanoi puzzle",
        "prints how to move a tower of disks from one peg to another",
        "solves the Hanoi puzzle recursively",
    ],
    source='''
def hanoi(disks: int, source: str, target: str, spare: str) -> list[tuple[str, str]]:
    """Return the moves that bring all disks from source to target."""
    if disks == 0:
        return []
    moves = hanoi(disks - 1, source, spare, target)
    moves.append((source, target))
    moves.extend(hanoi(disks - 1, spare, target, source))
    return moves
''',
    demo='moves = hanoi(2, "A", "C", "B")\nfor start, end in moves:\n    print(f"{start} -> {end}")',
    names={"hanoi": ["solve_hanoi", "towers_of_hanoi"], "disks": ["n", "height"]},
    checks=['len(hanoi(4, "A", "C", "B")) == 15', 'hanoi(1, "A", "C", "B") == [("A", "C")]'],
    topic="recursion",
)

program(
    asks=[
        "builds Pascal's triangle",
        "prints the rows of Pascal's triangle",
        "generates Pascal's triangle up to a number of rows",
        "makes a triangle where each number is the sum of the two above it",
    ],
    source='''
def pascal_triangle(rows: int) -> list[list[int]]:
    """Return the first rows of Pascal's triangle."""
    triangle: list[list[int]] = []
    for i in range(rows):
        row = [1] * (i + 1)
        for j in range(1, i):
            row[j] = triangle[i - 1][j - 1] + triangle[i - 1][j]
        triangle.append(row)
    return triangle
''',
    demo="for row in pascal_triangle(5):\n    print(row)",
    names={"pascal_triangle": ["pascal", "build_triangle"], "rows": ["n", "height"]},
    checks=["pascal_triangle(4)[-1] == [1, 3, 3, 1]", "pascal_triangle(0) == []"],
    topic="numbers",
)

program(
    asks=[
        "lists the triangular numbers",
        "computes the first triangular numbers",
        "returns the sums 1, 1 + 2, 1 + 2 + 3 and so on",
        "generates triangular numbers",
    ],
    source='''
def triangular_numbers(count: int) -> list[int]:
    """Return the first count triangular numbers."""
    return [n * (n + 1) // 2 for n in range(1, count + 1)]
''',
    demo="print(triangular_numbers(8))",
    names={"triangular_numbers": ["triangle_numbers", "triangulars"], "count": ["amount", "how_many"]},
    checks=["triangular_numbers(4) == [1, 3, 6, 10]", "triangular_numbers(0) == []"],
    topic="numbers",
)

program(
    asks=[
        "checks whether a number is a palindrome",
        "tells if a number reads the same backwards",
        "reverses the digits of a number and compares them",
    ],
    source='''
def is_palindrome_number(number: int) -> bool:
    """Check whether a non-negative number reads the same in both directions."""
    reversed_number = 0
    rest = number
    while rest > 0:
        rest, digit = divmod(rest, 10)
        reversed_number = reversed_number * 10 + digit
    return reversed_number == number
''',
    demo="print(is_palindrome_number(12321))\nprint(is_palindrome_number(1231))",
    names={"is_palindrome_number": ["is_symmetric_number", "number_palindrome"], "number": ["n", "value"]},
    checks=["is_palindrome_number(7)", "is_palindrome_number(1001)", "not is_palindrome_number(12)"],
    topic="numbers",
)

program(
    asks=[
        "reverses the digits of an integer",
        "turns 1234 into 4321",
        "returns a number with its digits in reverse order and keeps the sign",
    ],
    source='''
def reverse_digits(number: int) -> int:
    """Reverse the digits of an integer and keep its sign."""
    sign = -1 if number < 0 else 1
    return sign * int(str(abs(number))[::-1])
''',
    demo="print(reverse_digits(1234))\nprint(reverse_digits(-560))",
    names={"reverse_digits": ["reverse_number", "flip_digits"], "number": ["n", "value"]},
    checks=["reverse_digits(120) == 21", "reverse_digits(-13) == -31"],
    topic="numbers",
)

program(
    asks=[
        "plays FizzBuzz",
        "prints Fizz, Buzz or FizzBuzz for the numbers up to n",
        "replaces multiples of 3 and 5 with words",
        "returns the FizzBuzz sequence as a list",
    ],
    source='''
def fizz_buzz(limit: int) -> list[str]:
    """Return the FizzBuzz words for the numbers from 1 to limit."""
    words = []
    for number in range(1, limit + 1):
        word = ""
        if number % 3 == 0:
            word += "Fizz"
        if number % 5 == 0:
            word += "Buzz"
        words.append(word or str(number))
    return words
''',
    demo='print(" ".join(fizz_buzz(15)))',
    names={"fizz_buzz": ["fizzbuzz", "fizz_buzz_list"], "limit": ["n", "last"]},
    checks=['fizz_buzz(5) == ["1", "2", "Fizz", "4", "Buzz"]', 'fizz_buzz(15)[-1] == "FizzBuzz"'],
    topic="numbers",
)

program(
    asks=[
        "counts the set bits of a number",
        "tells how many ones the binary form of a number has",
        "counts the 1 bits of an integer",
        "computes the population count of an integer",
    ],
    source='''
def count_bits(number: int) -> int:
    """Count the ones in the binary form of a non-negative integer."""
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count
''',
    demo="print(count_bits(13))\nprint(count_bits(255))",
    names={"count_bits": ["bit_count", "count_ones", "popcount"], "number": ["n", "value"]},
    checks=["count_bits(0) == 0", "count_bits(7) == 3"],
    topic="bits",
)

program(
    asks=[
        "checks whether a number is a power of two",
        "tells if an integer is 1, 2, 4, 8 and so on",
        "tests for powers of two with a bit trick",
    ],
    source='''
def is_power_of_two(number: int) -> bool:
    """Check whether a number is a power of two."""
    return number > 0 and number & (number - 1) == 0
''',
    demo="print([n for n in range(1, 100) if is_power_of_two(n)])",
    names={"is_power_of_two": ["power_of_two", "is_two_power"], "number": ["num", "value"]},
    checks=["is_power_of_two(1)", "is_power_of_two(64)", "not is_power_of_two(12)", "not is_power_of_two(0)"],
    topic="bits",
)

program(
    asks=[
        "finds the number that occurs only once when all others occur twice",
        "uses xor to find the single number",
        "returns the one value in a list without a partner",
    ],
    source='''
from functools import reduce
from operator import xor


def find_single(numbers: list[int]) -> int:
    """Return the number that occurs once while all others occur twice."""
    return reduce(xor, numbers, 0)
''',
    demo="print(find_single([4, 1, 2, 1, 2]))",
    names={"find_single": ["single_number", "unpaired"], "numbers": ["values", "items"]},
    checks=["find_single([7]) == 7", "find_single([3, 5, 3]) == 5"],
    topic="bits",
)

program(
    asks=[
        "sets, clears and toggles single bits of a number",
        "changes one bit of an integer",
        "provides helpers for working with single bits",
        "reads and writes bits of an integer",
    ],
    source='''
def set_bit(number: int, position: int) -> int:
    """Set the bit at a position to 1."""
    return number | (1 << position)


def clear_bit(number: int, position: int) -> int:
    """Set the bit at a position to 0."""
    return number & ~(1 << position)


def toggle_bit(number: int, position: int) -> int:
    """Flip the bit at a position."""
    return number ^ (1 << position)
''',
    demo="print(set_bit(8, 0))\nprint(clear_bit(15, 1))\nprint(toggle_bit(5, 2))",
    names={
        "set_bit": ["turn_on_bit", "enable_bit"],
        "clear_bit": ["turn_off_bit", "disable_bit"],
        "position": ["index", "bit"],
    },
    checks=["set_bit(0, 3) == 8", "clear_bit(7, 0) == 6", "toggle_bit(1, 0) == 0"],
    topic="bits",
    name="single_bits",
)

program(
    asks=[
        "lists the Gray code for a number of bits",
        "generates a sequence of bit strings where neighbours differ in one bit",
        "builds the binary reflected Gray code",
    ],
    source='''
def gray_code(bits: int) -> list[str]:
    """Return the Gray code with the given number of bits."""
    return [format(i ^ (i >> 1), f"0{bits}b") for i in range(2**bits)]
''',
    demo="print(gray_code(2))\nprint(gray_code(3))",
    names={"gray_code": ["make_gray_code", "gray_sequence"]},
    checks=['gray_code(2) == ["00", "01", "11", "10"]'],
    topic="bits",
)
