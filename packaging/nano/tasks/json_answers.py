# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Requests that describe a record or a list in words, answered with exactly these values as JSON."""

import json
import random
from typing import Any

from .base import Example
from .domains import DOMAINS, Domain, rows_of
from .family import article

ONE = (
    "Write {a} as JSON: {d}.", "Return JSON for {a} with {d}.", "Give me a JSON object for {a}: {d}.", "Describe {a} in JSON. {D}.",
    "Create a JSON object that describes {a} with {d}.", "Turn this into JSON: {a}, {d}.", "Answer in JSON only: {a} with {d}.",
    "Convert to JSON: {d} ({a}).", "json for {a}: {d}", "Please write this {o} as a JSON object: {d}.",
)  # fmt: skip
MANY = (
    "Write these {m} as a JSON list: {d}.", "Return a JSON array of {m}: {d}.", "Turn this list of {m} into JSON: {d}.",
    "Give me the following {m} as JSON: {d}.", "Answer in JSON only, a list of {m}: {d}.", "Convert these {m} to a JSON array: {d}.",
)  # fmt: skip
PEOPLE = (
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eva",
    "Finn",
    "Gina",
    "Hugo",
    "Ines",
    "Jon",
    "Kira",
    "Leo",
    "Mona",
    "Nils",
    "Olga",
    "Paul",
)
TOWNS = ("Oslo", "Rome", "Kyoto", "Lyon", "Porto", "Bergen", "Graz", "Turin", "Lima", "Quito", "Basel", "Ghent")
HOBBIES = (
    "chess",
    "music",
    "hiking",
    "painting",
    "cooking",
    "reading",
    "cycling",
    "sailing",
    "gardening",
    "photography",
)


def _words(row: dict[str, Any], rng: random.Random) -> str:
    style = rng.choice(("{k} {v}", "{k}: {v}", "{k} = {v}"))
    parts = [style.format(k=key.replace("_", " "), v=_spoken(value)) for key, value in row.items()]
    return ", ".join(parts)


def _spoken(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " and ".join(map(str, value))
    return str(value)


def _row(domain: Domain, rng: random.Random) -> dict[str, Any]:
    row: dict[str, Any] = rows_of(domain, rng, 1, rng.sample(list(domain.fields), rng.randint(1, 3)))[0]
    for field in domain.fields:
        if field in row and rng.random() < 0.5:
            row[field] = rng.randint(1, 500)
    if rng.random() < 0.25:
        row[rng.choice(("active", "available", "new", "checked"))] = rng.random() < 0.5
    if rng.random() < 0.2:
        row["tags"] = rng.sample(("a", "b", "red", "big", "old", "fast", "cheap", "rare"), 2)
    return row


def _person(rng: random.Random) -> dict[str, Any]:
    row: dict[str, Any] = {"name": rng.choice(PEOPLE), "age": rng.randint(8, 80)}
    if rng.random() < 0.6:
        row["city"] = rng.choice(TOWNS)
    if rng.random() < 0.5:
        row["hobbies"] = rng.sample(HOBBIES, rng.choice((2, 2, 3)))
    if rng.random() < 0.3:
        row["student"] = rng.random() < 0.5
    return row


def _fence(value: Any, rng: random.Random) -> str:
    return "```json\n" + json.dumps(value, indent=2, ensure_ascii=False) + "\n```"


def example(rng: random.Random) -> Example:
    """One request for JSON with its answer in a json block."""
    draw = rng.random()
    if draw < 0.25:
        row, one = _person(rng), "person"
        prompt = rng.choice(ONE).format(a="a person", o="person", d=_words(row, rng), D=_words(row, rng).capitalize())
        return Example(prompt, _fence(row, rng), "json", "json_person")
    domain = rng.choice(DOMAINS)
    one = domain.one
    if draw < 0.7:
        row = _row(domain, rng)
        words = _words(row, rng)
        prompt = rng.choice(ONE).format(a=article(one), o=one, d=words, D=words[0].upper() + words[1:])
        return Example(prompt, _fence(row, rng), "json", f"json_{one}")
    if draw < 0.9:
        rows = rows_of(domain, rng, rng.choice((2, 2, 3)), [rng.choice(list(domain.fields))])
        field = list(rows[0])[2]
        kept = [{domain.label: row[domain.label], field: row[field]} for row in rows]
        words = "; ".join(f"{row[domain.label]} with {field} {row[field]}" for row in kept)
        prompt = rng.choice(MANY).format(m=domain.many, d=words)
        if rng.random() < 0.6:
            prompt = prompt.rstrip(".") + f". Use the keys {domain.label} and {field}."
        return Example(prompt, _fence(kept, rng), "json", f"json_{domain.many}")
    names = rng.sample(HOBBIES + TOWNS + PEOPLE, rng.randint(3, 5))
    key = rng.choice(("names", "words", "items", "values", "options"))
    prompt = rng.choice(
        (
            f'Put these {key} in a JSON object under the key "{key}": {", ".join(names)}.',
            f"Return a JSON object with a list called {key}: {', '.join(names)}.",
        )
    )
    return Example(prompt, _fence({key: names}, rng), "json", "json_names")
