# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Filter and reduce over the characters of a text."""

import random
from typing import Any

from .base import Program, make
from .family import family, function, literal, shows
from .wording import infinitive

SETS = (
    ("vowels", "vowel", '{c}.lower() in "aeiou"', "vowels"),
    ("consonants", "consonant", '{c}.isalpha() and {c}.lower() not in "aeiou"', "consonants"),
    ("digits", "digit", "{c}.isdigit()", "digits"),
    ("letters", "letter", "{c}.isalpha()", "letters"),
    ("upper-case letters", "upper-case letter", "{c}.isupper()", "upper_case"),
    ("capital letters", "capital letter", "{c}.isupper()", "capitals"),
    ("lower-case letters", "lower-case letter", "{c}.islower()", "lower_case"),
    ("spaces", "space", '{c} == " "', "spaces"),
    ("whitespace characters", "whitespace character", "{c}.isspace()", "whitespace"),
    ("letters and digits", "letter or digit", "{c}.isalnum()", "alphanumeric"),
    ("punctuation marks", "punctuation mark", '{c} in ".,;:!?"', "punctuation"),
    ("commas", "comma", '{c} == ","', "commas"),
    ("even digits", "even digit", '{c} in "02468"', "even_digits"),
    ("odd digits", "odd digit", '{c} in "13579"', "odd_digits"),
    ("occurrences of a given character", "", "{c} == target", "character"),
)
TEXTS = (
    "Hello, World!", "The year 2024 was good.", "Python 3 is fun", "A quick brown fox", "call 555 0199 now", "Sea, Sun; Sand!",
    "abc XYZ 123", "Is it 7 or 8?", "no capitals here", "ALL CAPS", "one two, three", "Rain fell at 6.",
)  # fmt: skip
KINDS = {
    "count": ("int", "count_{s}", ("counts the {p} in a text", "returns the number of {p} in a string", "tells how many {p} a text contains", "counts how many {p} there are in a string")),
    "remove": ("str", "remove_{s}", ("removes the {p} from a text", "returns a string without its {p}", "deletes all {p} from a string")),
    "keep": ("str", "keep_{s}", ("keeps only the {p} of a text", "removes everything but the {p} from a string", "returns a string with only the {p} of a text")),
    "list": ("list[str]", "list_{s}", ("returns a list of the {p} in a text", "collects all {p} of a string in a list")),
    "first": ("str | None", "first_{s}", ("returns the first {one} of a text, or None", "finds the first {one} in a string and returns None if there is none")),
    "positions": ("list[int]", "positions_of_{s}", ("returns the positions of the {p} in a text", "finds the indices of all {p} in a string")),
    "any": ("bool", "has_{s}", ("checks whether a text contains {p}", "tells whether a string has any {p}", "returns True if a string contains at least one of the {p}")),
    "all": ("bool", "only_{s}", ("checks whether a text consists only of {p}", "returns True if a string has only {p}")),
    "mask": ("str", "mask_{s}", ("replaces the {p} of a text with stars", "replaces each of the {p} in a string with an asterisk")),
    "counts": ("dict[str, int]", "frequency_of_{s}", ("counts how often each of the {p} occurs in a text", "returns a dictionary with the counts of the {p} in a string")),
    "set": ("set[str]", "distinct_{s}", ("returns the set of the {p} in a text", "finds the distinct {p} of a string")),
    "percent": ("float", "percentage_of_{s}", ("returns the percentage of {p} among the characters of a text", "computes which percentage of a string are {p}")),
    "longest": ("int", "longest_run_of_{s}", ("returns the length of the longest run of {p} in a text", "finds how long the longest sequence of {p} in a string is")),
}  # fmt: skip


def _body(kind: str, test: str, c: str, s: str, rng: random.Random) -> str:
    short = rng.random() < 0.6
    match kind:
        case "count":
            if short:
                return f"return sum(1 for {c} in {s} if {test})"
            return f"count = 0\nfor {c} in {s}:\n    if {test}:\n        count += 1\nreturn count"
        case "remove" | "keep":
            if kind == "remove":
                test = (
                    f"not ({test})"
                    if " and " in test
                    else test.replace(" == ", " != ").replace(" in ", " not in ")
                    if " in " in test or " == " in test
                    else f"not {test}"
                )
            if short:
                return f'return "".join({c} for {c} in {s} if {test})'
            return f'result = ""\nfor {c} in {s}:\n    if {test}:\n        result += {c}\nreturn result'
        case "list":
            return f"return [{c} for {c} in {s} if {test}]"
        case "first":
            return (
                f"for {c} in {s}:\n    if {test}:\n        return {c}\nreturn None"
                if short
                else f"return next(({c} for {c} in {s} if {test}), None)"
            )
        case "positions":
            return f"return [index for index, {c} in enumerate({s}) if {test}]"
        case "any":
            return f"return any({test} for {c} in {s})"
        case "all":
            return f"return all({test} for {c} in {s})"
        case "mask":
            return f'return "".join("*" if {test} else {c} for {c} in {s})'
        case "counts":
            return f"counts: dict[str, int] = {{}}\nfor {c} in {s}:\n    if {test}:\n        counts[{c}] = counts.get({c}, 0) + 1\nreturn counts"
        case "set":
            return f"return {{{c} for {c} in {s} if {test}}}"
        case "percent":
            return (
                f"if not {s}:\n    return 0.0\ncount = sum(1 for {c} in {s} if {test})\nreturn 100 * count / len({s})"
            )
    return f"longest = 0\ncurrent = 0\nfor {c} in {s}:\n    if {test}:\n        current += 1\n        longest = max(longest, current)\n    else:\n        current = 0\nreturn longest"


def _expected(kind: str, hits: list[bool], text: str) -> Any:
    kept = [char for char, hit in zip(text, hits, strict=True) if hit]
    rest = [char for char, hit in zip(text, hits, strict=True) if not hit]
    runs = "".join("1" if hit else " " for hit in hits).split()
    return {
        "count": len(kept), "remove": "".join(rest), "keep": "".join(kept), "list": kept, "first": kept[0] if kept else None,
        "positions": [i for i, hit in enumerate(hits) if hit], "any": bool(kept), "all": not rest,
        "mask": "".join("*" if hit else char for char, hit in zip(text, hits, strict=True)),
        "counts": {char: kept.count(char) for char in kept}, "set": set(kept),
        "percent": 100 * len(kept) / len(text) if text else 0.0, "longest": max(map(len, runs), default=0),
    }[kind]  # fmt: skip


@family(3.5)
def char_filters(rng: random.Random) -> Program:
    """counts the vowels in a text, masks its digits, ..."""
    plural, single, code, slug = rng.choice(SETS)
    kind = rng.choice(list(KINDS))
    while (slug == "character" and kind not in ("count", "positions", "remove", "mask", "longest")) or (
        slug in ("spaces", "whitespace") and kind in ("keep", "first")
    ):
        kind = rng.choice(list(KINDS))
    result, pattern, wordings = KINDS[kind]
    c, s = rng.choice(("char", "char", "c", "letter", "ch")), rng.choice(("text", "text", "string", "s", "word"))
    target = slug == "character"
    value = rng.choice("aeost")
    asks = [wording.format(p=plural, one=single) for wording in wordings]
    name = pattern.format(s=slug)
    source = function(
        name,
        f"({s}: str{', target: str' if target else ''}) -> {result}",
        infinitive(asks[0]),
        _body(kind, code.format(c=c), c, s, rng),
    )
    test = eval(f"lambda c: {code.format(c='c')}", {"target": value})
    calls, checks = [], []
    hits = [text for text in TEXTS if any(map(test, text))]
    for text in [rng.choice(hits), rng.choice(TEXTS), ""]:
        call = literal(text) + (f", {literal(value)}" if target else "")
        calls.append(call)
        checks.append(f"{name}({call}) == {_expected(kind, [bool(test(char)) for char in text], text)!r}")
    names = {c: ["char", "c", "ch", "character"], s: ["text", "string", "s", "line"], "target": ["wanted", "character"]}
    return make(
        asks=asks,
        source=source,
        demo=shows(name, *calls[: rng.randint(1, 2)]),
        checks=checks,
        names=names,
        topic="characters",
    )


EDITS = (
    ("replaces the spaces of a text with underscores", "spaces_to_underscores", 'return text.replace(" ", "_")'),
    ("replaces the spaces of a text with dashes and puts it in lower case", "slugify", 'return text.lower().replace(" ", "-")'),
    ("reverses a text", "reverse_text", "return text[::-1]"),
    ("swaps the case of each letter in a text", "swap_case", "return text.swapcase()"),
    ("capitalizes the first letter of each word in a text", "title_case", 'return " ".join(word.capitalize() for word in text.split())'),
    ("returns every second character of a text", "every_second", "return text[::2]"),
    ("doubles each character of a text", "double_characters", 'return "".join(char * 2 for char in text)'),
    ("returns the first half of a text", "first_half", "return text[: len(text) // 2]"),
    ("returns the second half of a text", "second_half", "return text[len(text) // 2 :]"),
    ("sorts the letters of a text", "sort_letters", 'return "".join(sorted(text))'),
    ("removes repeated characters from a text and keeps the first of each", "unique_characters", 'return "".join(dict.fromkeys(text))'),
    ("collapses repeated spaces in a text to one", "collapse_spaces", 'return " ".join(text.split())'),
    ("returns the initials of the words in a text", "initials", 'return "".join(word[0].upper() for word in text.split())'),
    ("reverses the order of the words in a text", "reverse_word_order", 'return " ".join(reversed(text.split()))'),
    ("removes the first and the last character of a text", "trim_ends", "return text[1:-1]"),
    ("returns the last word of a text", "last_word", 'words = text.split()\nreturn words[-1] if words else ""'),
    ("returns the first word of a text", "first_word", 'words = text.split()\nreturn words[0] if words else ""'),
    ("swaps the first and the last character of a text", "swap_ends", "if len(text) < 2:\n    return text\nreturn text[-1] + text[1:-1] + text[0]"),
    ("puts a dash between the characters of a text", "dashed", 'return "-".join(text)'),
    ("turns a snake case name into camel case", "snake_to_camel", 'first, *rest = text.split("_")\nreturn first + "".join(part.capitalize() for part in rest)'),
    ("turns a camel case name into snake case", "camel_to_snake", 'result = ""\nfor char in text:\n    if char.isupper() and result:\n        result += "_"\n    result += char.lower()\nreturn result'),
    ("shortens a text to ten characters and adds dots if it was longer", "shorten", 'if len(text) <= 10:\n    return text\nreturn text[:10] + "..."'),
)  # fmt: skip


@family(1)
def text_edits(rng: random.Random) -> Program:
    """Small edits of one text; often two after one another."""
    ask, name, body = rng.choice(EDITS)
    space: dict[str, Any] = {}
    source = function(name, "(text: str) -> str", infinitive(ask), body)
    asks = [ask, ask.replace("a text", "a string")]
    if rng.random() < 0.4:
        second = rng.choice(
            (
                ("puts it in upper case", "upper", ".upper()"),
                ("strips the spaces around it", "strip", ".strip()"),
                ("adds an exclamation mark", "shout", ' + "!"'),
            )
        )
        lines = body.split("\n")
        if len(lines) == 1 and " if " not in body:
            extra = lines[0].removeprefix("return ")
            extra = f"({extra})" if " + " in extra and second[2].startswith(".") else extra
            name, body = f"{name}_and_{second[1]}", f"return {extra}{second[2]}"
            asks = [f"{wording} and {second[0]}" for wording in asks]
            source = function(name, "(text: str) -> str", infinitive(asks[0]), body)
    exec(source, space)
    texts = rng.sample(
        ("hello world", "Good Morning", "some_long_name", "myVariableName", "  two  spaces ", "banana bread", "abc"), 3
    )
    checks = [f"{name}({literal(text)}) == {space[name](text)!r}" for text in texts]
    names = {"text": ["string", "s", "line"], "char": ["c", "ch"], "result": ["output"], "word": ["w"]}
    return make(
        asks=asks,
        source=source,
        demo=shows(name, *map(literal, texts[:2])),
        checks=checks,
        topic="strings",
        names=names,
    )
