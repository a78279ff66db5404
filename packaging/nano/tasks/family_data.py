# ruff: noqa: E501 - tables and templates are easier to read on one line
"""CSV and JSON texts of many domains, dates, and regular expressions."""

import datetime
import random
import re
from typing import Any

from .base import Program, make
from .domains import DOMAINS, Domain, plural_field, rows_of
from .family import family, function, literal, shows
from .wording import infinitive


@family(2.5)
def texts_with_rows(rng: random.Random) -> Program:
    """Reads CSV or JSON text of books, players, ... and totals, filters or lists a field."""
    domain = rng.choice(DOMAINS)
    field = rng.choice(list(domain.fields))
    rows: list[dict[str, Any]] = rows_of(domain, rng, 3, [field])
    rows = [{domain.label: row[domain.label], field: int(row[field])} for row in rows]
    as_json = rng.random() < 0.5
    values = {row[domain.label]: row[field] for row in rows}
    what, name, result, body, expected = rng.choice(_readings(domain, field, values, as_json))
    many = domain.many
    if as_json:
        text = "[" + ", ".join(map(_json_object, rows)) + "]"
        asks = [f"{what} of the {many} in a JSON text", f"parses a JSON list of {many} and {what}"]
        imports, opened = "import json", "json.loads(text)"
    else:
        text = "\n".join([f"{domain.label},{field}", *(f"{key},{value}" for key, value in values.items())]) + "\n"
        asks = [
            f"{what} of the {many} in a CSV text",
            f"reads CSV text with the columns {domain.label} and {field} and {what}",
        ]
        imports, opened = "import csv\nimport io", "csv.DictReader(io.StringIO(text))"
    if what.startswith("counts"):
        asks = [ask.replace(f"the {many} of the {many}", f"the {many}") for ask in asks]
    source = function(name, f"(text: str) -> {result}", infinitive(asks[0]), body.format(rows=opened), imports)
    quoted = f"'{text}'" if as_json else literal(text)
    return make(
        asks=asks,
        source=source,
        demo=f"text = {quoted}\nprint({name}(text))",
        checks=[f"{name}({quoted}) == {expected!r}"],
        topic="files",
        params={"text": f"The {many} as text."},
    )


def _readings(
    domain: Domain, field: str, values: dict[str, int], as_json: bool
) -> list[tuple[str, str, str, str, Any]]:
    """What may be asked of rows in a text: words, the function's name and result, its body and what it returns."""
    x = domain.variable
    number = f'{x}["{field}"]' if as_json else f'int({x}["{field}"])'
    label = f'{x}["{domain.label}"]'
    return [
        (
            f"returns the total {field}",
            f"total_{field}",
            "int",
            f"return sum({number} for {x} in {{rows}})",
            sum(values.values()),
        ),
        (
            f"returns the highest {field}",
            f"highest_{field}",
            "int",
            f"return max({number} for {x} in {{rows}})",
            max(values.values()),
        ),
        (
            f"returns the {plural_field(domain.label)}",
            f"read_{plural_field(domain.label)}",
            "list[str]",
            f"return [{label} for {x} in {{rows}}]",
            list(values),
        ),
        (
            f"returns a dictionary from {domain.label} to {field}",
            f"{field}_by_{domain.label}",
            "dict[str, int]",
            f"return {{{{{label}: {number} for {x} in {{rows}}}}}}",
            values,
        ),
        (f"counts the {domain.many}", f"count_{domain.list_name}", "int", "return len(list({rows}))", len(values)),
    ]


def _json_object(row: dict[str, Any]) -> str:
    return "{" + ", ".join(f'"{key}": {literal(value)}' for key, value in row.items()) + "}"


@family(1.5)
def files_with_rows(rng: random.Random) -> Program:
    """Writes and reads lists of dictionaries in CSV or JSON files."""
    domain = rng.choice(DOMAINS)
    xs, field = domain.list_name, rng.choice(list(domain.fields))
    rows = [{domain.label: row[domain.label], field: row[field]} for row in rows_of(domain, rng, 2, [field])]
    text = "[" + ", ".join(map(literal, rows)) + "]"
    if rng.random() < 0.5:
        asks = [f"saves a list of {domain.many} to a JSON file", f"writes {domain.many} to a file as JSON"]
        body = f'with open(path, "w", encoding="utf-8") as file:\n    json.dump({xs}, file, indent=2)'
        imports, name, path = "import json", f"save_{xs}", f"{xs}.json"
    else:
        asks = [
            f"saves a list of {domain.many} to a CSV file with the columns {domain.label} and {field}",
            f"writes {domain.many} with {domain.label} and {field} to a CSV file",
        ]
        body = f'with open(path, "w", newline="", encoding="utf-8") as file:\n    writer = csv.DictWriter(file, fieldnames=["{domain.label}", "{field}"])\n    writer.writeheader()\n    writer.writerows({xs})'
        imports, name, path = "import csv", f"write_{xs}", f"{xs}.csv"
    source = function(name, f"({xs}: list[dict], path: str) -> None", infinitive(asks[0]), body, imports)
    demo = f'{name}({text}, "{path}")\nwith open("{path}", encoding="utf-8") as file:\n    print(file.read())'
    checks = [
        f'{name}({text}, "t.txt") is None and {literal(rows[0][domain.label])} in __import__("pathlib").Path("t.txt").read_text(encoding="utf-8")'
    ]
    return make(
        asks=asks, source=source, demo=demo, checks=checks, topic="files", params={"path": "The path of the file."}
    )


DATES: tuple[tuple[str, str, str, str, str], ...] = (
    ("returns the date {n} days after a given date", "add_{n}_days", "date", "return day + timedelta(days={n})", "date, timedelta"),
    ("returns the date {n} weeks before a given date", "weeks_before_{n}", "date", "return day - timedelta(weeks={n})", "date, timedelta"),
    ("checks whether a date is at the weekend", "is_weekend", "bool", "return day.weekday() >= 5", "date"),
    ("checks whether a date is a {weekday}", "is_{low}", "bool", "return day.weekday() == {index}", "date"),
    ("formats a date as {shown}", "format_date", "str", 'return day.strftime("{pattern}")', "date"),
    ("returns the name of the weekday of a date", "weekday_of", "str", 'return day.strftime("%A")', "date"),
    ("returns the first day of the month of a date", "first_of_month", "date", "return day.replace(day=1)", "date"),
    ("returns the last day of the year of a date", "end_of_year", "date", "return date(day.year, 12, 31)", "date"),
    ("returns how many days are left in the year after a date", "days_left", "int", "return (date(day.year, 12, 31) - day).days", "date"),
    ("returns the day of the year of a date", "day_of_year", "int", "return day.timetuple().tm_yday", "date"),
    ("returns the quarter of the year of a date", "quarter", "int", "return (day.month - 1) // 3 + 1", "date"),
    ("lists the {n} dates that follow a date", "next_{n}_days", "list[date]", "return [day + timedelta(days=i) for i in range(1, {n} + 1)]", "date, timedelta"),
    ("checks whether a date lies in {monthname}", "in_{monthlow}", "bool", "return day.month == {month}", "date"),
)  # fmt: skip


@family(1.5)
def dates(rng: random.Random) -> Program:
    """Small computations with one date."""
    ask, name, result, body, imports = rng.choice(DATES)
    index, month = rng.randrange(7), rng.randint(1, 12)
    weekday = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[index]
    month_name = datetime.date(2024, month, 1).strftime("%B")
    shown, pattern = rng.choice(
        (
            ("day.month.year", "%d.%m.%Y"),
            ("month/day/year", "%m/%d/%Y"),
            ("year-month-day", "%Y-%m-%d"),
            ("month name and year", "%B %Y"),
        )
    )
    places = {
        "n": rng.choice((2, 3, 5, 7, 10, 30)),
        "weekday": weekday,
        "low": weekday.lower(),
        "index": index,
        "shown": shown,
        "pattern": pattern,
    }
    places |= {"month": month, "monthname": month_name, "monthlow": month_name.lower()}
    name = name.format(**places)
    asks = [ask.format(**places)]
    source = function(
        name, f"(day: date) -> {result}", infinitive(asks[0]), body.format(**places), f"from datetime import {imports}"
    )
    space: dict[str, Any] = {}
    exec(source, space)
    days = [datetime.date(2024, rng.randint(1, 12), rng.randint(1, 28)) for _ in range(2)]
    calls = [f"date({day.year}, {day.month}, {day.day})" for day in days]
    checks = [f"str({name}({call})) == {str(space[name](day))!r}" for call, day in zip(calls, days, strict=True)]
    if result.startswith("list"):
        checks = [f"len({name}({calls[0]})) == {places['n']}"]
    return make(
        asks=asks,
        source=source,
        demo=shows(name, *calls),
        checks=checks,
        topic="dates",
        names={"day": ["when", "moment"]},
        params={"day": "The date to look at."},
    )


MATCHES = (
    ("numbers", "numbers", r"\d+"), ("hashtags", "hashtags", r"#\w+"), ("email addresses", "emails", r"[\w.]+@[\w.]+\w"), ("mentions that begin with @", "mentions", r"@\w+"),
    ("capitalized words", "capitalized_words", r"\b[A-Z]\w*"), ("dates such as 2024-05-01", "dates", r"\d{4}-\d{2}-\d{2}"), ("times such as 12:30", "times", r"\b\d{1,2}:\d{2}\b"),
    ("words in double quotes", "quoted_words", r'"\w+"'), ("prices such as $5", "prices", r"\$\d+"), ("words of exactly four letters", "four_letter_words", r"\b[A-Za-z]{4}\b"),
    ("percentages such as 20%", "percentages", r"\d+%"), ("words that end in ing", "ing_words", r"\b\w+ing\b"),
)  # fmt: skip
SAMPLES = (
    "Meet Ada at 12:30 on 2024-05-01 #lunch",
    "Mail bob@site.org or @eve, it costs $25",
    'She was "happy" singing 20% more in June',
    "Call 555 or wait 3 days, #work @home 9:15",
)


@family(1.5)
def regular_expressions(rng: random.Random) -> Program:
    """Finds, counts, removes or replaces what a pattern matches."""
    what, slug, pattern = rng.choice(MATCHES)
    kinds = (
        (
            "finds all {w} in a text",
            "find_{s}",
            "list[str]",
            "return re.findall({p}, text)",
            lambda t: re.findall(pattern, t),
        ),
        (
            "counts the {w} in a text",
            "count_{s}",
            "int",
            "return len(re.findall({p}, text))",
            lambda t: len(re.findall(pattern, t)),
        ),
        (
            "checks whether a text contains {w}",
            "has_{s}",
            "bool",
            "return re.search({p}, text) is not None",
            lambda t: bool(re.search(pattern, t)),
        ),
        (
            "removes all {w} from a text",
            "remove_{s}",
            "str",
            'return re.sub({p}, "", text)',
            lambda t: re.sub(pattern, "", t),
        ),
        (
            "replaces all {w} in a text with a star",
            "hide_{s}",
            "str",
            'return re.sub({p}, "*", text)',
            lambda t: re.sub(pattern, "*", t),
        ),
    )
    ask, name, result, body, run = rng.choice(kinds)
    raw = f"r'{pattern}'" if '"' in pattern else f'r"{pattern}"'
    name = name.format(s=slug)
    asks = [ask.format(w=what), ask.format(w=what) + " with a regular expression"]
    source = function(name, f"(text: str) -> {result}", infinitive(asks[0]), body.format(p=raw), "import re")
    texts = rng.sample(SAMPLES, 2)
    checks = [f"{name}({literal(text)}) == {run(text)!r}" for text in texts]
    demo = shows(name, *map(literal, texts[: rng.randint(1, 2)]))
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=checks,
        topic="regular expressions",
        params={"text": "The text to search."},
    )
