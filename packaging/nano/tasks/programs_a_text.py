"""Text processing."""

from .base import program

program(
    asks=[
        "counts how often each word occurs in a text",
        "computes word frequencies",
        "makes a dictionary of word counts",
        "counts the words of a text and ignores case",
    ],
    source='''
def word_frequency(text: str) -> dict[str, int]:
    """Count how often each word occurs in a text."""
    counts: dict[str, int] = {}
    for word in text.lower().split():
        word = word.strip(".,;:!?")
        if word:
            counts[word] = counts.get(word, 0) + 1
    return counts
''',
    demo='print(word_frequency("The cat saw the other cat."))',
    names={"word_frequency": ["count_words", "word_counts"], "text": ["sentence", "string"]},
    checks=['word_frequency("a b a") == {"a": 2, "b": 1}', 'word_frequency("") == {}'],
    topic="text",
)

program(
    asks=[
        "lists the most common words of a text",
        "finds the top words with Counter",
        "returns the n most frequent words of a text",
        "ranks words by how often they occur",
    ],
    source='''
import re
from collections import Counter


def top_words(text: str, count: int = 3) -> list[tuple[str, int]]:
    """Return the most frequent words of a text with their counts."""
    words = re.findall(r"[a-z']+", text.lower())
    return Counter(words).most_common(count)
''',
    demo="""
text = "the sun and the moon and the stars"
for word, number in top_words(text, 2):
    print(f"{word}: {number}")
""",
    names={"top_words": ["most_common_words", "frequent_words"], "count": ["n", "limit"]},
    checks=['top_words("a b a", 1) == [("a", 2)]', 'top_words("") == []'],
    topic="text",
)

program(
    asks=[
        "wraps a text to a given width",
        "breaks a long text into lines of limited length",
        "wraps words by hand without textwrap",
        "splits a paragraph into lines",
    ],
    source='''
def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most width characters."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        lines.append(line)
    return lines
''',
    demo='for line in wrap("The quick brown fox jumps over the lazy dog", 16):\n    print(line)',
    names={"wrap": ["wrap_text", "break_lines"], "width": ["limit", "max_length"]},
    checks=['wrap("aa bb cc", 5) == ["aa bb", "cc"]', 'wrap("", 5) == []'],
    topic="text",
)

program(
    asks=[
        "justifies a line of text to a given width",
        "spreads the spaces of a line evenly",
        "stretches a line so that both edges are straight",
    ],
    source='''
def justify(line: str, width: int) -> str:
    """Spread the spaces of a line so that it has exactly the given width."""
    words = line.split()
    if len(words) < 2:
        return line.ljust(width)
    gaps = len(words) - 1
    spaces, extra = divmod(width - sum(len(word) for word in words), gaps)
    result = words[0]
    for index, word in enumerate(words[1:]):
        result += " " * (spaces + (1 if index < extra else 0)) + word
    return result
''',
    demo='print("|" + justify("This is an example", 24) + "|")',
    names={"justify": ["justify_line", "spread_words"], "width": ["length", "columns"]},
    checks=['justify("a b", 5) == "a   b"', 'len(justify("one two three", 20)) == 20'],
    topic="text",
)

program(
    asks=["prints a text in a box", "draws a frame around lines of text", "puts a border of stars around a message"],
    source='''
def frame(lines: list[str]) -> str:
    """Draw a border of stars around some lines."""
    width = max(len(line) for line in lines)
    border = "*" * (width + 4)
    middle = [f"* {line.ljust(width)} *" for line in lines]
    return chr(10).join([border, *middle, border])
''',
    demo='print(frame(["Hello", "World!"]))',
    names={"frame": ["box", "draw_box"], "lines": ["rows", "messages"]},
    checks=['frame(["ab"]).startswith("******")', 'frame(["a", "bc"]).count("*") == 16'],
    topic="text",
)

program(
    asks=[
        "turns a title into a slug",
        "makes a text safe for a web address",
        "converts a headline to lower case words joined by hyphens",
        "slugifies a string",
    ],
    source='''
import re


def slugify(title: str) -> str:
    """Turn a title into lower case words joined by hyphens."""
    return "-".join(re.findall("[a-z0-9]+", title.lower()))
''',
    demo='print(slugify("Hello, World! This is Python 3"))',
    names={"slugify": ["make_slug", "to_slug"], "title": ["text", "headline"]},
    checks=['slugify("  A  b ") == "a-b"', 'slugify("!?") == ""'],
    topic="text",
)

program(
    asks=[
        "converts camel case to snake case",
        "turns a name like myVariableName into my_variable_name",
        "rewrites CamelCase names with underscores",
    ],
    source='''
import re


def to_snake_case(name: str) -> str:
    """Convert a camel case name to snake case."""
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()
''',
    demo='print(to_snake_case("myVariableName"))\nprint(to_snake_case("HttpServer"))',
    names={"to_snake_case": ["snake_case", "camel_to_snake"], "name": ["text", "identifier"]},
    checks=['to_snake_case("abcDef") == "abc_def"', 'to_snake_case("plain") == "plain"'],
    topic="text",
)

program(
    asks=[
        "converts snake case to camel case",
        "turns my_variable_name into myVariableName",
        "rewrites names with underscores in camel case",
    ],
    source='''
def to_camel_case(name: str) -> str:
    """Convert a snake case name to camel case."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
''',
    demo='print(to_camel_case("my_variable_name"))',
    names={"to_camel_case": ["camel_case", "snake_to_camel"], "name": ["text", "identifier"]},
    checks=['to_camel_case("a_b") == "aB"', 'to_camel_case("word") == "word"'],
    topic="text",
)

program(
    asks=[
        "parses lines of the form key=value",
        "reads settings from a text into a dictionary",
        "turns key=value lines into a dict and skips comments",
        "parses a simple configuration text",
    ],
    source='''
def parse_settings(text: str) -> dict[str, str]:
    """Read lines of the form key=value; empty lines and comments are skipped."""
    settings = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        settings[key.strip()] = value.strip()
    return settings
''',
    demo='lines = ["# server", "host = localhost", "port=8080"]\nprint(parse_settings(chr(10).join(lines)))',
    names={"parse_settings": ["parse_config", "read_key_values"], "text": ["content", "source"]},
    checks=[
        'parse_settings("a=1") == {"a": "1"}',
        'parse_settings("# x") == {}',
        'parse_settings("u=a=b") == {"u": "a=b"}',
    ],
    topic="text",
)

program(
    asks=[
        "parses the query part of a web address",
        "turns a=1&b=2 into a dictionary",
        "splits a query string into its parameters",
    ],
    source='''
def parse_query(query: str) -> dict[str, str]:
    """Split a query string such as a=1&b=2 into a dictionary."""
    pairs = (part.split("=", 1) for part in query.split("&") if "=" in part)
    return {key: value for key, value in pairs}
''',
    demo='print(parse_query("name=Ann&page=2"))',
    names={"parse_query": ["query_to_dict", "read_query"], "query": ["text", "parameters"]},
    checks=['parse_query("a=1&b=2") == {"a": "1", "b": "2"}', 'parse_query("") == {}'],
    topic="text",
)

program(
    asks=[
        "fills a template with values",
        "replaces placeholders in a text",
        "substitutes names in braces with values from a dictionary",
        "implements a tiny template engine",
    ],
    source='''
import re


def fill_template(template: str, values: dict[str, str]) -> str:
    """Replace {name} by its value; unknown names stay as they are."""
    return re.sub("{([a-z_]+)}", lambda match: values.get(match[1], match[0]), template)
''',
    demo="""
letter = "Dear {name}, your order {order} has shipped."
print(fill_template(letter, {"name": "Eva", "order": "A12"}))
""",
    names={"fill_template": ["render", "substitute"], "values": ["data", "fields"]},
    checks=['fill_template("Hi {x}", {"x": "Bo"}) == "Hi Bo"', 'fill_template("{y}", {}) == "{y}"'],
    topic="text",
)

program(
    asks=[
        "counts the lines, words and characters of a text",
        "works like the wc command",
        "reports how many lines and words a text has",
    ],
    source='''
def text_statistics(text: str) -> dict[str, int]:
    """Count the lines, words and characters of a text."""
    return {
        "lines": len(text.splitlines()),
        "words": len(text.split()),
        "characters": len(text),
    }
''',
    demo='for name, count in text_statistics("one two three").items():\n    print(f"{name}: {count}")',
    names={"text_statistics": ["count_all", "text_stats"], "text": ["content", "document"]},
    checks=['text_statistics("a b")["words"] == 2', 'text_statistics("")["lines"] == 0'],
    topic="text",
)

program(
    asks=[
        "checks whether a text looks like an email address",
        "validates email addresses in a simple way",
        "tells if a string could be an email address",
    ],
    source='''
import re

EMAIL = re.compile(r"[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+")


def is_email(text: str) -> bool:
    """Check whether a text has the form of an email address."""
    return EMAIL.fullmatch(text) is not None
''',
    demo='print(is_email("ann.lee@example.com"))\nprint(is_email("not an email"))',
    names={"is_email": ["looks_like_email", "valid_email"], "text": ["address", "string"]},
    checks=['is_email("a@b.org")', 'not is_email("a@b")', 'not is_email("@b.org")'],
    topic="text",
)

program(
    asks=[
        "finds all email addresses in a text",
        "extracts email addresses with a regular expression",
        "collects the addresses mentioned in a message",
    ],
    source='''
import re


def find_emails(text: str) -> list[str]:
    """Return all email addresses in a text."""
    return re.findall(r"[\\w.+-]+@[\\w-]+\\.[\\w.-]*\\w", text)
''',
    demo='print(find_emails("Write to ann@example.com or bob.b@mail.example.org."))',
    names={"find_emails": ["extract_emails", "collect_addresses"], "text": ["message", "document"]},
    checks=['find_emails("x a@b.co, y") == ["a@b.co"]', 'find_emails("none") == []'],
    topic="text",
)

program(
    asks=[
        "rates the strength of a password",
        "checks how strong a password is",
        "tells what a password lacks",
        "scores a password from 0 to 4",
    ],
    source='''
def password_strength(password: str) -> int:
    """Score a password from 0 (weak) to 4 (strong)."""
    rules = [
        len(password) >= 10,
        any(char.isdigit() for char in password),
        any(char.islower() for char in password) and any(char.isupper() for char in password),
        any(not char.isalnum() for char in password),
    ]
    return sum(rules)
''',
    demo='for password in ["secret", "Secret123", "My-Secret-123"]:\n    print(password, password_strength(password))',
    names={"password_strength": ["rate_password", "strength"], "rules": ["criteria", "tests"]},
    checks=['password_strength("") == 0', 'password_strength("Abcdefg1-xyz") == 4'],
    topic="text",
)

program(
    asks=[
        "lists what is wrong with a password",
        "explains which password rules are broken",
        "validates a password and returns the problems",
    ],
    source='''
def password_problems(password: str) -> list[str]:
    """Return a sentence for each rule that a password breaks."""
    problems = []
    if len(password) < 8:
        problems.append("It has fewer than 8 characters.")
    if not any(char.isdigit() for char in password):
        problems.append("It has no digit.")
    if password.lower() == password:
        problems.append("It has no capital letter.")
    return problems
''',
    demo='for problem in password_problems("secret"):\n    print(problem)',
    names={"password_problems": ["check_password", "validate_password"], "problems": ["errors", "messages"]},
    checks=['password_problems("Abcdefg1") == []', 'len(password_problems("")) == 3'],
    topic="text",
)

program(
    asks=[
        "removes extra spaces from a text",
        "collapses several spaces into one",
        "cleans up the white space of a string",
    ],
    source='''
def squeeze_spaces(text: str) -> str:
    """Replace every run of white space by one space."""
    return " ".join(text.split())
''',
    demo='print(squeeze_spaces("  too   many    spaces "))',
    names={"squeeze_spaces": ["clean_spaces", "collapse_whitespace"], "text": ["string", "line"]},
    checks=['squeeze_spaces(" a  b ") == "a b"', 'squeeze_spaces("") == ""'],
    topic="text",
)

program(
    asks=[
        "evaluates an expression in reverse Polish notation",
        "calculates postfix expressions with a stack",
        "implements a small RPN calculator",
        "computes the value of an expression like 3 4 + 2 *",
    ],
    source='''
import operator

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def evaluate_rpn(expression: str) -> float:
    """Return the value of an expression in reverse Polish notation."""
    stack: list[float] = []
    for token in expression.split():
        if token in OPERATORS:
            right = stack.pop()
            left = stack.pop()
            stack.append(OPERATORS[token](left, right))
        else:
            stack.append(float(token))
    return stack.pop()
''',
    demo='print(evaluate_rpn("3 4 + 2 *"))\nprint(evaluate_rpn("10 4 -"))',
    names={"evaluate_rpn": ["rpn", "postfix_value"], "expression": ["text", "formula"], "token": ["part", "symbol"]},
    checks=['evaluate_rpn("6 3 /") == 2', 'evaluate_rpn("5") == 5'],
    topic="parsing",
)

program(
    asks=[
        "evaluates a simple arithmetic expression",
        "calculates sums and products in a text with the right precedence",
        "parses expressions with plus, minus, times and divide",
        "implements a small calculator for text input",
    ],
    source='''
import re


def calculate(expression: str) -> float:
    """Return the value of an expression with + - * / and numbers."""
    tokens = re.findall(r"[0-9.]+|[-+*/]", expression)
    terms = [float(tokens[0])]
    for symbol, text in zip(tokens[1::2], tokens[2::2]):
        number = float(text)
        if symbol == "*":
            terms[-1] *= number
        elif symbol == "/":
            terms[-1] /= number
        else:
            terms.append(number if symbol == "+" else -number)
    return sum(terms)
''',
    demo='print(calculate("2 + 3 * 4"))\nprint(calculate("10 - 6 / 2"))',
    names={"calculate": ["evaluate", "compute"], "expression": ["formula", "line"]},
    checks=['calculate("1+1") == 2', 'calculate("8 / 4 * 3 - 1") == 5'],
    topic="parsing",
    name="calculate_by_hand",
)
