"""Error handling, enums, typing features and small commands."""

from .base import program

program(
    asks=[
        "divides two numbers safely",
        "returns None instead of failing on a division by zero",
        "handles ZeroDivisionError",
    ],
    source='''
def safe_divide(a: float, b: float) -> float | None:
    """Divide two numbers; return None when the divisor is zero."""
    try:
        return a / b
    except ZeroDivisionError:
        return None
''',
    demo="print(safe_divide(10, 4))\nprint(safe_divide(1, 0))",
    names={"safe_divide": ["divide", "safe_division"], "a": ["numerator"], "b": ["denominator"]},
    checks=["safe_divide(10, 4) == 2.5", "safe_divide(1, 0) is None"],
    topic="errors",
)

program(
    asks=[
        "parses an integer with a default value",
        "converts text to int and falls back to a default",
        "reads a number from text without raising an error",
    ],
    source='''
def parse_int(text: str, default: int = 0) -> int:
    """Return the integer in a text, or a default when there is none."""
    try:
        return int(text)
    except ValueError:
        return default
''',
    demo='print(parse_int("42"))\nprint(parse_int("forty", default=-1))',
    names={"parse_int": ["to_int", "int_or_default"], "text": ["value", "string"], "default": ["fallback"]},
    checks=['parse_int("42") == 42', 'parse_int("x") == 0', 'parse_int("x", -1) == -1'],
    topic="errors",
)

program(
    asks=[
        "validates an age and raises a custom exception",
        "defines its own exception for invalid ages",
        "checks that an age is between 0 and 150",
    ],
    source='''
class InvalidAgeError(ValueError):
    """Raised when an age is not possible."""


def check_age(age: int) -> int:
    """Return the age when it is possible, else raise an error."""
    if not 0 <= age <= 150:
        raise InvalidAgeError(f"{age} is not a possible age")
    return age
''',
    demo="""
for age in [36, -5]:
    try:
        print("ok:", check_age(age))
    except InvalidAgeError as error:
        print("error:", error)
""",
    names={"check_age": ["validate_age", "require_age"], "InvalidAgeError": ["AgeError", "BadAgeError"]},
    checks=["check_age(36) == 36", "issubclass(InvalidAgeError, ValueError)"],
    topic="errors",
)

program(
    asks=[
        "shows the order of try, except, else and finally",
        "records which parts of a try statement run",
        "demonstrates else and finally",
    ],
    source='''
def try_steps(text: str) -> list[str]:
    """Return the parts of a try statement that ran for a text."""
    steps = ["try"]
    try:
        int(text)
    except ValueError:
        steps.append("except")
    else:
        steps.append("else")
    finally:
        steps.append("finally")
    return steps
''',
    demo='print(try_steps("12"))\nprint(try_steps("twelve"))',
    names={"try_steps": ["trace_try", "which_parts"], "steps": ["parts", "log"]},
    checks=['try_steps("12") == ["try", "else", "finally"]', 'try_steps("x") == ["try", "except", "finally"]'],
    topic="errors",
)

program(
    asks=[
        "collects all problems of a registration form",
        "validates a form and returns a list of errors",
        "checks name, email and age and reports what is wrong",
    ],
    source='''
def form_errors(form: dict) -> list[str]:
    """Return a sentence for each problem of a form."""
    errors = []
    if not form.get("name", "").strip():
        errors.append("The name is missing.")
    if "@" not in form.get("email", ""):
        errors.append("The email is not valid.")
    if form.get("age", 0) < 18:
        errors.append("The age must be at least 18.")
    return errors
''',
    demo="""
print(form_errors({"name": "Ada", "email": "ada@example.com", "age": 36}))
print(form_errors({"name": "", "email": "x", "age": 12}))
""",
    names={
        "form_errors": ["validate_form", "check_form"],
        "errors": ["problems", "messages"],
        "form": ["data", "user"],
    },
    checks=["len(form_errors({})) == 3", 'form_errors({"name": "a", "email": "a@b", "age": 20}) == []'],
    topic="errors",
)

program(
    asks=[
        "adds up the numbers in a list of texts and skips bad ones",
        "sums values and counts the invalid ones",
        "ignores texts that are not numbers",
    ],
    source='''
def sum_valid(texts: list[str]) -> tuple[float, list[str]]:
    """Add up all numbers; return the sum and the texts that are no numbers."""
    total = 0.0
    bad = []
    for text in texts:
        try:
            total += float(text)
        except ValueError:
            bad.append(text)
    return total, bad
''',
    demo='total, bad = sum_valid(["1.5", "two", "3", "?"])\nprint(total)\nprint(bad)',
    names={"sum_valid": ["sum_numbers", "add_valid"], "bad": ["invalid", "skipped"], "texts": ["values", "items"]},
    checks=['sum_valid(["1", "x", "2"]) == (3, ["x"])'],
    topic="errors",
)

program(
    asks=[
        "raises a new error from the original one",
        "wraps a KeyError in a custom configuration error",
        "chains exceptions with raise from",
    ],
    source='''
class ConfigError(Exception):
    """Raised when a setting is missing."""


def get_setting(settings: dict[str, str], name: str) -> str:
    """Return a setting or raise a ConfigError."""
    try:
        return settings[name]
    except KeyError as error:
        raise ConfigError(f"setting {name!r} is missing") from error
''',
    demo="""
settings = {"host": "localhost"}
print(get_setting(settings, "host"))
try:
    get_setting(settings, "port")
except ConfigError as error:
    print(error)
    print(type(error.__cause__).__name__)
""",
    names={
        "get_setting": ["require_setting", "read_setting"],
        "ConfigError": ["SettingsError"],
        "settings": ["config"],
    },
    checks=['get_setting({"a": "b"}, "a") == "b"'],
    topic="errors",
)

program(
    asks=[
        "models a traffic light with an enum",
        "returns the next color of a traffic light",
        "uses an Enum for the colors of a traffic light",
    ],
    source='''
from enum import Enum


class Light(Enum):
    """The colors of a traffic light."""

    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"

    def next(self) -> "Light":
        """Return the color that comes after this one."""
        order = [Light.RED, Light.GREEN, Light.YELLOW]
        return order[(order.index(self) + 1) % len(order)]
''',
    demo="light = Light.RED\nfor _ in range(4):\n    print(light.value)\n    light = light.next()",
    names={"Light": ["TrafficLight", "Signal"], "order": ["colors"], ".next": ["following", "successor"]},
    checks=["Light.RED.next() is Light.GREEN", "Light.YELLOW.next() is Light.RED"],
    topic="enums",
)

program(
    asks=[
        "defines the days of the week as an IntEnum",
        "tells whether a day is on the weekend with an enum",
        "uses an enum for weekdays",
    ],
    source='''
from enum import IntEnum


class Day(IntEnum):
    """The days of the week, Monday is 1."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    @property
    def is_weekend(self) -> bool:
        """Whether the day is a Saturday or a Sunday."""
        return self >= Day.SATURDAY
''',
    demo="for day in [Day.FRIDAY, Day.SUNDAY]:\n    print(day.name.title(), day.is_weekend)",
    names={"Day": ["Weekday", "WeekDay"], ".is_weekend": ["weekend", "is_free"]},
    checks=["Day.SUNDAY.is_weekend", "not Day.MONDAY.is_weekend", "Day(3) is Day.WEDNESDAY"],
    topic="enums",
)

program(
    asks=[
        "combines permissions with flags",
        "represents read, write and execute rights as an enum.Flag",
        "checks permissions that are stored in a Flag",
    ],
    source='''
from enum import Flag, auto


class Permission(Flag):
    """What a user may do with a file."""

    READ = auto()
    WRITE = auto()
    RUN = auto()


def describe_rights(rights: Permission) -> str:
    """Return the names of the rights, joined by a comma."""
    return ", ".join(flag.name.lower() for flag in Permission if flag in rights)
''',
    demo="rights = Permission.READ | Permission.WRITE\nprint(describe_rights(rights))\nprint(Permission.RUN in rights)",
    names={"describe_rights": ["rights_text", "list_permissions"], "Permission": ["Access", "Rights"]},
    checks=['describe_rights(Permission.READ | Permission.RUN) == "read, run"'],
    topic="enums",
)

program(
    asks=[
        "is a typed box that holds one value of any type",
        "uses a TypeVar for a generic container",
        "defines a generic class",
    ],
    source='''
from typing import Generic, TypeVar

T = TypeVar("T")


class Box(Generic[T]):
    """A box that holds one value."""

    def __init__(self, value: T) -> None:
        self.value = value

    def swap(self, value: T) -> T:
        """Put a new value into the box and return the old one."""
        old, self.value = self.value, value
        return old
''',
    demo='box = Box("apple")\nprint(box.swap("pear"))\nprint(box.value)',
    names={"Box": ["Container", "Holder"], ".swap": ["exchange", "replace"], "old": ["previous"]},
    checks=["(b := Box(3), b.swap(4), b.value)[-2:] == (3, 4)"],
    topic="typing",
)

program(
    asks=[
        "uses a Protocol for things that can be drawn",
        "accepts any object with a draw method",
        "shows structural typing with Protocol",
    ],
    source='''
from typing import Protocol


class Drawable(Protocol):
    """Anything that can draw itself as text."""

    def draw(self) -> str: ...


class Line:
    """A line of dashes."""

    def draw(self) -> str:
        return "-----"


class Dot:
    """A single dot."""

    def draw(self) -> str:
        return "."


def render(items: list[Drawable]) -> str:
    """Draw all items, one per line."""
    return "\\n".join(item.draw() for item in items)
''',
    demo="print(render([Line(), Dot(), Line()]))",
    names={"render": ["draw_all", "paint"], "items": ["shapes", "parts"], "Drawable": ["CanDraw"]},
    checks=['render([Dot(), Dot()]) == ".\\n."'],
    topic="typing",
)

program(
    asks=["describes a movie with a TypedDict", "formats a typed dictionary", "uses TypedDict for records"],
    source='''
from typing import TypedDict


class Movie(TypedDict):
    """A movie as a dictionary."""

    title: str
    year: int


def format_movie(movie: Movie) -> str:
    """Write a movie as its title and year."""
    return f"{movie['title']} ({movie['year']})"
''',
    demo='movie: Movie = {"title": "Metropolis", "year": 1927}\nprint(format_movie(movie))',
    names={"format_movie": ["movie_text", "describe_movie"], "Movie": ["Film"]},
    checks=['format_movie({"title": "A", "year": 1}) == "A (1)"'],
    topic="typing",
)

program(
    asks=[
        "parses commands like add 3 4 and runs them",
        "splits a command line and calls the right function",
        "interprets simple text commands with match",
    ],
    source='''
def run_command(line: str) -> str:
    """Run one text command and return the answer."""
    match line.split():
        case ["add", a, b]:
            return str(int(a) + int(b))
        case ["upper", *words]:
            return " ".join(words).upper()
        case ["quit"]:
            return "bye"
        case _:
            return f"unknown command: {line}"
''',
    demo='for line in ["add 3 4", "upper hello you", "fly", "quit"]:\n    print(run_command(line))',
    names={"run_command": ["execute", "handle_command"], "line": ["command", "text"]},
    checks=[
        'run_command("add 3 4") == "7"',
        'run_command("quit") == "bye"',
        'run_command("x") == "unknown command: x"',
    ],
    topic="commands",
)

program(
    asks=[
        "parses options like --name=Ada into a dictionary",
        "reads command line options without argparse",
        "separates flags, options and words of a command line",
    ],
    source='''
def parse_options(arguments: list[str]) -> tuple[dict[str, str | bool], list[str]]:
    """Return the options and the other words of a command line."""
    options: dict[str, str | bool] = {}
    words = []
    for argument in arguments:
        if argument.startswith("--"):
            name, separator, value = argument[2:].partition("=")
            options[name] = value if separator else True
        else:
            words.append(argument)
    return options, words
''',
    demo='options, words = parse_options(["--name=Ada", "--verbose", "file.txt"])\nprint(options)\nprint(words)',
    names={
        "parse_options": ["parse_arguments", "read_options"],
        "words": ["rest", "positional"],
        "arguments": ["args"],
    },
    checks=['parse_options(["--a=1", "--b", "c"]) == ({"a": "1", "b": True}, ["c"])'],
    topic="commands",
)

program(
    asks=[
        "splits an arithmetic expression into tokens",
        "is a tokenizer for numbers and operators",
        "breaks a formula into numbers, operators and parentheses",
    ],
    source='''
import re


def tokenize(text: str) -> list[str]:
    """Split a formula into numbers, operators and parentheses."""
    return re.findall(r"\\d+(?:\\.\\d+)?|[-+*/()]", text)
''',
    demo='print(tokenize("3.5 * (2 + 10) - 4"))',
    names={"tokenize": ["split_tokens", "lex"], "text": ["formula", "expression"]},
    checks=['tokenize("3.5*(2+10)") == ["3.5", "*", "(", "2", "+", "10", ")"]'],
    topic="parsing",
    name="tokenize_formula",
)

program(
    asks=[
        "is a calculator that respects operator precedence",
        "evaluates an arithmetic expression with a recursive parser",
        "parses and computes formulas like 2 + 3 * 4",
    ],
    source='''
import re


class Calculator:
    """A calculator for +, -, *, / and parentheses."""

    def evaluate(self, text: str) -> float:
        """Return the value of a formula."""
        self.tokens = re.findall(r"\\d+|[-+*/()]", text)
        return self._sum()

    def _sum(self) -> float:
        value = self._product()
        while self.tokens and self.tokens[0] in "+-":
            sign = 1 if self.tokens.pop(0) == "+" else -1
            value += sign * self._product()
        return value

    def _product(self) -> float:
        value = self._factor()
        while self.tokens and self.tokens[0] in "*/":
            operator = self.tokens.pop(0)
            factor = self._factor()
            value = value * factor if operator == "*" else value / factor
        return value

    def _factor(self) -> float:
        token = self.tokens.pop(0)
        if token == "(":
            value = self._sum()
            self.tokens.pop(0)
            return value
        return float(token)
''',
    demo="""
calculator = Calculator()
print(calculator.evaluate("2 + 3 * 4"))
print(calculator.evaluate("(2 + 3) * 4"))
""",
    names={"Calculator": ["FormulaParser", "Evaluator"], ".evaluate": ["compute", "calculate"], "text": ["formula"]},
    checks=['Calculator().evaluate("2+3*4") == 14', 'Calculator().evaluate("(2+3)*4/2") == 10'],
    topic="parsing",
)
