"""Regular expressions."""

from .base import program

program(
    asks=[
        "finds all email addresses in a text",
        "extracts email addresses with a regular expression",
        "lists the emails that a text contains",
    ],
    source='''
import re


def find_emails(text: str) -> list[str]:
    """Return the email addresses in a text."""
    return re.findall(r"[\\w.+-]+@[\\w-]+\\.[\\w.-]*\\w", text)
''',
    demo='print(find_emails("Write to ada@example.com or bob.smith@mail.example.org."))',
    names={"find_emails": ["extract_emails", "emails_in"], "text": ["message", "content"]},
    checks=['find_emails("a@b.com, x") == ["a@b.com"]', 'find_emails("none") == []'],
    topic="regex",
    name="find_emails_simple",
)

program(
    asks=[
        "extracts all numbers from a text",
        "finds the integers in a string with re",
        "returns the numbers that a text mentions",
    ],
    source='''
import re


def find_numbers(text: str) -> list[int]:
    """Return the whole numbers in a text."""
    return [int(match) for match in re.findall(r"-?\\d+", text)]
''',
    demo='print(find_numbers("3 apples, 12 pears and -4 degrees"))',
    names={"find_numbers": ["extract_numbers", "numbers_in"], "match": ["found"], "text": ["string"]},
    checks=['find_numbers("3 a 12 b -4") == [3, 12, -4]', 'find_numbers("x") == []'],
    topic="regex",
)

program(
    asks=[
        "parses a log line with named groups",
        "splits a log line into date, level and message",
        "reads the parts of a log entry with a regular expression",
    ],
    source='''
import re

PATTERN = re.compile(r"(?P<date>\\d{4}-\\d{2}-\\d{2}) (?P<level>[A-Z]+) (?P<message>.*)")


def parse_log_line(line: str) -> dict[str, str] | None:
    """Return the parts of a log line, or None when it has another form."""
    match = PATTERN.fullmatch(line)
    return match.groupdict() if match else None
''',
    demo='print(parse_log_line("2024-05-01 ERROR disk is full"))\nprint(parse_log_line("hello"))',
    names={"parse_log_line": ["read_log_line", "split_log"], "PATTERN": ["LOG_LINE"]},
    checks=['parse_log_line("2024-05-01 INFO a b")["message"] == "a b"', 'parse_log_line("hello") is None'],
    topic="regex",
)

program(
    asks=[
        "rewrites dates in a text",
        "changes dates from 2024-05-01 to 01.05.2024",
        "swaps the parts of dates with re.sub",
    ],
    source='''
import re


def german_dates(text: str) -> str:
    """Write ISO dates in a text as day.month.year."""
    return re.sub(r"(\\d{4})-(\\d{2})-(\\d{2})", r"\\3.\\2.\\1", text)
''',
    demo='print(german_dates("From 2024-05-01 to 2024-12-31."))',
    names={"german_dates": ["rewrite_dates", "convert_dates"], "text": ["string"]},
    checks=['german_dates("2024-05-01") == "01.05.2024"'],
    topic="regex",
)

program(
    asks=[
        "splits a camelCase name into words",
        "reads the words of a name like userName",
        "turns a camel case name into a title",
    ],
    source='''
import re


def name_to_title(name: str) -> str:
    """Turn a name like maxItemCount into a title like Max item count."""
    words = re.findall(r"[A-Z]?[a-z]+", name)
    return " ".join(words).capitalize()
''',
    demo='print(name_to_title("userName"))\nprint(name_to_title("maxItemCount"))',
    names={"name_to_title": ["make_title", "label_of"], "name": ["text", "identifier"], "words": ["parts"]},
    checks=['name_to_title("userName") == "User name"', 'name_to_title("maxItemCount") == "Max item count"'],
    topic="regex",
)


program(
    asks=[
        "checks the strength of a password",
        "tells what a password lacks",
        "validates a password with regular expressions",
    ],
    source='''
import re

RULES = {
    "a digit": r"\\d",
    "a small letter": r"[a-z]",
    "a capital letter": r"[A-Z]",
    "8 characters": r".{8,}",
}


def missing_rules(password: str) -> list[str]:
    """Return what a password lacks."""
    return [name for name, pattern in RULES.items() if not re.search(pattern, password)]
''',
    demo='print(missing_rules("hello"))\nprint(missing_rules("Secret123"))',
    names={"missing_rules": ["check_password", "password_problems"], "RULES": ["PATTERNS"], "pattern": ["regex"]},
    checks=['missing_rules("Secret123") == []', 'missing_rules("SECRET123") == ["a small letter"]'],
    topic="regex",
)

program(
    asks=[
        "hides the digits of a card number except the last four",
        "masks all but the last four digits",
        "replaces digits by stars",
    ],
    source='''
import re


def mask_number(text: str) -> str:
    """Replace all digits but the last four by a star."""
    return re.sub(r"\\d(?=(?:\\D*\\d){4})", "*", text)
''',
    demo='print(mask_number("1234 5678 9012 3456"))',
    names={"mask_number": ["hide_digits", "mask_card"], "text": ["number", "card"]},
    checks=['mask_number("1234 5678") == "**** 5678"', 'mask_number("12") == "12"'],
    topic="regex",
)

program(
    asks=[
        "fills the placeholders of a template",
        "replaces {name} in a text by values from a dictionary",
        "is a small template function with re.sub",
    ],
    source='''
import re


def fill_template(template: str, values: dict[str, str]) -> str:
    """Replace each {key}; unknown keys stay as they are."""
    return re.sub(r"\\{(\\w+)\\}", lambda match: values.get(match[1], match[0]), template)
''',
    demo='print(fill_template("Dear {name}, see you on {day}!", {"name": "Ada", "day": "Monday"}))',
    names={"fill_template": ["render", "fill_in"], "template": ["text"], "values": ["data"]},
    checks=['fill_template("Hi {a} {b}", {"a": "x"}) == "Hi x {b}"'],
    topic="regex",
    name="fill_template_dict",
)

program(
    asks=[
        "finds the hashtags of a message",
        "extracts words that begin with a hash sign",
        "lists the hashtags in a text in lower case",
    ],
    source='''
import re


def hashtags(text: str) -> list[str]:
    """Return the hashtags of a text, without the sign and in lower case."""
    return [tag.lower() for tag in re.findall(r"#(\\w+)", text)]
''',
    demo='print(hashtags("Learning #Python is #fun"))',
    names={"hashtags": ["find_hashtags", "extract_tags"], "tag": ["word"], "text": ["message", "post"]},
    checks=['hashtags("Learning #Python is #fun") == ["python", "fun"]'],
    topic="regex",
)
