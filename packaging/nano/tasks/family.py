"""What all families share: their registry and small helpers for text and code."""

import random
from collections.abc import Callable

from .base import Program

Maker = Callable[[random.Random], Program]
FAMILIES: dict[str, tuple[float, Maker]] = {}


def family(weight: float = 1.0) -> Callable[[Maker], Maker]:
    """Register a generator of programs; the weight is its share among the families."""

    def register(maker: Maker) -> Maker:
        FAMILIES[maker.__name__] = (weight, maker)
        return maker

    return register


def indent(code: str, levels: int = 1) -> str:
    return "\n".join("    " * levels + line if line else "" for line in code.split("\n"))


def function(name: str, signature: str, doc: str, body: str, imports: str = "") -> str:
    """A documented function; `signature` is the text from the parameters to the result, "(x: int) -> int"."""
    head = imports.strip("\n") + "\n\n\n" if imports else ""
    doc = doc[:1].upper() + doc[1:].rstrip(".")
    return f'{head}def {name}{signature}:\n    """{doc}."""\n{indent(body)}\n'


def quote(text: str) -> str:
    """A string literal with double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def literal(value: object) -> str:
    """repr, but strings have double quotes."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(literal, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    return repr(value)


def shows(name: str, *calls: str) -> str:
    """A demo that prints calls; each is the text between the parentheses."""
    return "\n".join(f"print({name}({call}))" for call in calls)


def article(noun: str) -> str:
    return ("an " if noun[:1] in "aeiou" else "a ") + noun
