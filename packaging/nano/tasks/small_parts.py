# ruff: noqa: E501 - tables are easier to read on one line
"""Pieces of the small families: one to five lines whose condition, operation, container and result vary freely.

A piece says the same thing in several ways, as code and as a Python function; the function gives the checks.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .base import Program, make
from .family import function, literal

Words = Sequence[str]


@dataclass(frozen=True)
class Piece:
    """words: wordings, with {..} for what others put in. code: an expression. of: what it does."""

    words: Words
    slug: str
    code: str
    of: Callable[..., Any]


def small(
    rng: random.Random,
    name: str,
    asks: Words,
    signature: str,
    body: str,
    of: Callable[..., Any],
    inputs: Sequence[tuple[Any, ...]],
    imports: str = "",
) -> Program:
    """A one-function program; its checks are what `of` gives for the inputs."""
    calls = [", ".join(map(literal, given)) for given in inputs]
    results = [literal(of(*given)) for given in inputs]
    first = asks[0][:1].upper() + asks[0][1:]
    verb, _, rest = first.partition(" ")
    doc = f"{verb.removesuffix('s')} {rest}." if verb.endswith("s") else f"{first}."
    shown = rng.sample(calls, min(2, len(calls)))
    return make(
        asks=list(dict.fromkeys(asks)),
        source=function(name, signature, doc, body, imports),
        demo="\n".join(f"print({name}({call}))" for call in shown),
        checks=[f"{name}({call}) == {result}" for call, result in zip(calls, results, strict=True)],
        topic="small",
    )


VOWELS = "aeiou"
LETTERS = (  # words for several, words for one, slug, code, function
    (("vowels", "letters among a, e, i, o and u"), "vowel", "vowels", '{c}.lower() in "aeiou"', lambda c: c.lower() in VOWELS),
    (
        ("consonants", "letters that are not vowels"),
        "consonant",
        "consonants",
        '{c}.isalpha() and {c}.lower() not in "aeiou"',
        lambda c: c.isalpha() and c.lower() not in VOWELS,
    ),
    (("digits", "numerals"), "digit", "digits", "{c}.isdigit()", str.isdigit),
    (("letters", "alphabetic characters"), "letter", "letters", "{c}.isalpha()", str.isalpha),
    (
        ("capital letters", "upper-case letters", "capitals", "uppercase letters"),
        "capital letter",
        "capitals",
        "{c}.isupper()",
        str.isupper,
    ),
    (("small letters", "lower-case letters", "lowercase letters"), "small letter", "small", "{c}.islower()", str.islower),
    (("spaces", "blanks"), "space", "spaces", '{c} == " "', lambda c: c == " "),
    (
        ("letters and digits", "alphanumeric characters"),
        "letter or digit",
        "alnum",
        "{c}.isalnum()",
        str.isalnum,
    ),
    (
        ("characters other than letters", "non-letters"),
        "character other than a letter",
        "non_letters",
        "not {c}.isalpha()",
        lambda c: not c.isalpha(),
    ),
    (
        ("even digits", "digits that are even"),
        "even digit",
        "even_digits",
        '{c} in "02468"',
        lambda c: c in "02468",
    ),
    (
        ("odd digits", "digits that are odd"),
        "odd digit",
        "odd_digits",
        '{c} in "13579"',
        lambda c: c in "13579",
    ),
)  # fmt: skip
TEXTS = (
    "Rainy Day 42",
    "banana",
    "Blue Sky",
    "Room 7b",
    "a-b_c!",
    "OSLO",
    "x1 y2",
    "Hello World",
    "",
    "tea 4 two",
    "Otto",
)
WORDS = (
    "pear",
    "fig",
    "Anna",
    "window",
    "lamp",
    "level",
    "Oslo",
    "tea",
    "stone",
    "apple",
    "kayak",
    "sun",
    "river",
    "egg",
)
VALUES = (3, 8, -2, 5, 0, 12, 7, 1, -6, 10, 4, 9, 15, 20, -1)


def any_numbers(rng: random.Random, least: int = 1, most: int = 6) -> list[int]:
    return [rng.choice(VALUES) for _ in range(rng.randint(least, most))]


def any_words(rng: random.Random, least: int = 2, most: int = 5) -> list[str]:
    return [rng.choice(WORDS) for _ in range(rng.randint(least, most))]


def threshold(rng: random.Random) -> int:
    return rng.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 50, 100))


def number_tests(rng: random.Random) -> Piece:
    """A condition on one number {x}; words continue "numbers that ..."."""
    n, k = threshold(rng), rng.choice((2, 3, 4, 5, 7, 10))
    return rng.choice(
        (
            Piece(("are even", "can be halved", "are divisible by two"), "even", "{x} % 2 == 0", lambda x: x % 2 == 0),
            Piece(("are odd", "are not even"), "odd", "{x} % 2 != 0", lambda x: x % 2 != 0),
            Piece(("are positive", "are above zero", "lie above 0"), "positive", "{x} > 0", lambda x: x > 0),
            Piece(("are negative", "are below zero", "lie below 0"), "negative", "{x} < 0", lambda x: x < 0),
            Piece(
                (f"are greater than {n}", f"are above {n}", f"exceed {n}", f"are bigger than {n}", f"are over {n}"),
                f"above_{n}",
                f"{{x}} > {n}",
                lambda x: x > n,
            ),
            Piece(
                (f"are less than {n}", f"are below {n}", f"are smaller than {n}", f"stay under {n}"),
                f"below_{n}",
                f"{{x}} < {n}",
                lambda x: x < n,
            ),
            Piece(
                (f"are at least {n}", f"are {n} or more", f"are not below {n}"),
                f"from_{n}",
                f"{{x}} >= {n}",
                lambda x: x >= n,
            ),
            Piece(
                (f"are divisible by {k}", f"are multiples of {k}", f"leave no remainder with {k}"),
                f"multiple_of_{k}",
                f"{{x}} % {k} == 0",
                lambda x: x % k == 0,
            ),
        )
    )


def number_changes(rng: random.Random) -> Piece:
    """An operation on one number {x}; words name the result of it."""
    n = rng.choice((1, 2, 3, 4, 5, 10, 100))
    return rng.choice(
        (
            Piece(("the square of {x}", "{x} times itself", "{x} squared"), "square", "{x} * {x}", lambda x: x * x),
            Piece(("twice {x}", "double of {x}", "{x} times two"), "double", "{x} * 2", lambda x: x * 2),
            Piece(("{x} without its sign", "the absolute value of {x}"), "absolute", "abs({x})", abs),
            Piece((f"{{x}} plus {n}", f"{{x}} increased by {n}"), f"plus_{n}", f"{{x}} + {n}", lambda x: x + n),
            Piece((f"{{x}} minus {n}", f"{{x}} reduced by {n}"), f"minus_{n}", f"{{x}} - {n}", lambda x: x - n),
            Piece((f"{n} times {{x}}", f"{{x}} multiplied by {n}"), f"times_{n}", f"{{x}} * {n}", lambda x: x * n),
            Piece(("the last digit of {x}", "the ones digit of {x}"), "ones", "abs({x}) % 10", lambda x: abs(x) % 10),
            Piece(("{x} with the opposite sign", "the negative of {x}"), "negated", "-{x}", lambda x: -x),
        )
    )


def word_tests(rng: random.Random) -> Piece:
    """A condition on one word {x}; words continue "words that ..."."""
    n, c = rng.choice((2, 3, 4, 5, 6)), rng.choice("aeiolnrstp")
    return rng.choice(
        (
            Piece(
                (f"have more than {n} letters", f"are longer than {n} letters", f"have over {n} characters"),
                f"over_{n}",
                f"len({{x}}) > {n}",
                lambda x: len(x) > n,
            ),
            Piece(
                (f"have fewer than {n} letters", f"are shorter than {n} letters"),
                f"under_{n}",
                f"len({{x}}) < {n}",
                lambda x: len(x) < n,
            ),
            Piece(
                (f"have exactly {n} letters", f"are {n} letters long", f"consist of {n} letters"),
                f"of_{n}",
                f"len({{x}}) == {n}",
                lambda x: len(x) == n,
            ),
            Piece(
                (f'start with "{c}"', f'begin with "{c}"'),
                f"starting_{c}",
                f'{{x}}.startswith("{c}")',
                lambda x: x.startswith(c),
            ),
            Piece(
                (f'end in "{c}"', f'end with "{c}"'), f"ending_{c}", f'{{x}}.endswith("{c}")', lambda x: x.endswith(c)
            ),
            Piece((f'contain "{c}"', f'have a "{c}" in them'), f"with_{c}", f'"{c}" in {{x}}', lambda x: c in x),
            Piece(
                ("begin with a capital", "are capitalised"), "capital", "{x}[:1].isupper()", lambda x: x[:1].isupper()
            ),
            Piece(("read the same backwards", "are palindromes"), "mirror", "{x} == {x}[::-1]", lambda x: x == x[::-1]),
        )
    )


def word_changes(rng: random.Random) -> Piece:
    """An operation on one word {x}; words name the result of it."""
    end, mark = rng.choice(("ed", "ing", "ly", "!", "?", "-")), rng.choice("*-#_.+")
    return rng.choice(
        (
            Piece(("{x} in capitals", "{x} in upper case"), "upper", "{x}.upper()", str.upper),
            Piece(("{x} in small letters", "{x} in lower case"), "lower", "{x}.lower()", str.lower),
            Piece(("{x} backwards", "{x} in reverse", "{x} reversed"), "reversed", "{x}[::-1]", lambda x: x[::-1]),
            Piece(("{x} twice in a row", "{x} written twice"), "twice", "{x} * 2", lambda x: x * 2),
            Piece(("the first letter of {x}", "the initial of {x}"), "initial", "{x}[:1]", lambda x: x[:1]),
            Piece(("the last letter of {x}", "the final letter of {x}"), "final", "{x}[-1:]", lambda x: x[-1:]),
            Piece(
                (f'{{x}} with "{end}" at the end', f'{{x}} followed by "{end}"'),
                "suffixed",
                f'{{x}} + "{end}"',
                lambda x: x + end,
            ),
            Piece(
                (f'{{x}} with "{mark}" in front', f'{{x}} after a "{mark}"'),
                "prefixed",
                f'"{mark}" + {{x}}',
                lambda x: mark + x,
            ),
            Piece(
                (f'{{x}} between two "{mark}"', f'{{x}} with "{mark}" on both sides'),
                "framed",
                f'"{mark}" + {{x}} + "{mark}"',
                lambda x: mark + x + mark,
            ),
            Piece(
                ("{x} with a capital first letter", "{x} capitalised"),
                "capitalised",
                "{x}.capitalize()",
                str.capitalize,
            ),
        )
    )
