# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Filter, map and reduce over words: lists of words, words of a text, lines of a text."""

import random
from dataclasses import dataclass
from typing import Any

from .base import Program, make
from .family import family, function, literal, shows
from .wording import infinitive


@dataclass(frozen=True)
class Where:
    """which: "that start with a vowel" (after "words"); code with {w}; slug; extra parameter and its value."""

    which: str
    code: str
    slug: str
    param: str = ""
    kind: str = "int"
    value: Any = None


def conditions(rng: random.Random) -> Where:
    n = rng.choice((2, 3, 4, 5, 6))
    letter = rng.choice("abcdefghlmnoprstw")
    end = rng.choice(("ing", "ed", "s", "e", "y", "er", "ly"))
    plain = [
        Where(f"longer than {n} letters", f"len({{w}}) > {n}", f"longer_than_{n}"),
        Where(f"shorter than {n} letters", f"len({{w}}) < {n}", f"shorter_than_{n}"),
        Where(f"with exactly {n} letters", f"len({{w}}) == {n}", f"of_length_{n}"),
        Where(f"with at least {n} letters", f"len({{w}}) >= {n}", f"at_least_{n}_letters"),
        Where(f"that start with the letter {letter}", f'{{w}}.startswith("{letter}")', f"starting_with_{letter}"),
        Where(f'that end with "{end}"', f'{{w}}.endswith("{end}")', f"ending_in_{end}"),
        Where(f"that contain the letter {letter}", f'"{letter}" in {{w}}', f"with_{letter}"),
        Where(f"that do not contain the letter {letter}", f'"{letter}" not in {{w}}', f"without_{letter}"),
        Where("that start with a vowel", '{w}[0].lower() in "aeiou"', "starting_with_vowel"),
        Where("that start with a capital letter", "{w}[0].isupper()", "capitalized"),
        Where("that are palindromes", "{w} == {w}[::-1]", "palindromes"),
        Where("that consist only of digits", "{w}.isdigit()", "numeric"),
        Where("that are written in upper case", "{w}.isupper()", "upper_case"),
        Where("with an even number of letters", "len({w}) % 2 == 0", "even_length"),
        Where("that begin and end with the same letter", "{w}[0] == {w}[-1]", "same_ends"),
        Where("that contain a digit", "any(char.isdigit() for char in {w})", "with_digit"),
    ]
    given = [
        Where("longer than a given length", "len({w}) > length", "longer_than", "length", "int", n),
        Where("longer than n letters", "len({w}) > n", "longer_than", "n", "int", n),
        Where("shorter than a maximum length", "len({w}) < max_length", "shorter_than", "max_length", "int", n),
        Where("with at least a minimum length", "len({w}) >= min_length", "with_min_length", "min_length", "int", n),
        Where("that start with a prefix", "{w}.startswith(prefix)", "with_prefix", "prefix", "str", letter),
        Where("that end with a suffix", "{w}.endswith(suffix)", "with_suffix", "suffix", "str", end),
        Where("that contain a given letter", "letter in {w}", "with_letter", "letter", "str", letter),
        Where("that start with a given letter", "{w}.startswith(letter)", "starting_with", "letter", "str", letter),
        Where(
            "that do not occur in a list of stop words",
            "{w} not in stop_words",
            "without_stop_words",
            "stop_words",
            "list[str]",
            ["the", "a", "of"],
        ),
    ]
    return rng.choice(plain if rng.random() < 0.6 else given)


NOWHERE = Where("", "", "all")
CHANGES = (
    ("in upper case", "{w}.upper()", "upper"),
    ("in lower case", "{w}.lower()", "lower"),
    ("with a capital first letter", "{w}.capitalize()", "capitalized"),
    ("reversed", "{w}[::-1]", "reversed"),
)
POOL = [
    "apple",
    "banana",
    "cherry",
    "ant",
    "egg",
    "orange",
    "level",
    "kayak",
    "Paris",
    "Rome",
    "running",
    "jumped",
    "slowly",
    "noon",
    "tree",
    "house",
    "code",
    "data",
    "river",
    "stone",
    "NASA",
    "go",
    "at",
    "it",
    "the",
    "a",
    "of",
    "42",
    "x9",
    "blue",
    "yellow",
    "winter",
    "summer",
    "garden",
    "window",
    "lamp",
    "music",
    "dancing",
    "walked",
    "happy",
    "teacher",
    "paper",
    "rotor",
    "cloud",
    "bread",
    "sea",
    "Anna",
    "Berlin",
    "2024",
    "small",
    "bigger",
    "fast",
    "light",
]


def words_for(rng: random.Random, where: Where) -> list[str]:
    test = eval(f"lambda w: {where.code.format(w='w') or 'True'}", {where.param: where.value} if where.param else {})
    hits = [word for word in POOL if test(word)]
    chosen = rng.sample(hits, min(len(hits), rng.randint(1, 3))) + rng.sample(POOL, rng.randint(3, 4))
    rng.shuffle(chosen)
    return chosen


def _loop(start: str, update: str, test: str, x: str, xs: str, end: str) -> str:
    return f"{start}\nfor {x} in {xs}:\n    if {test}:\n        {update}\n{end}"


def _reduce(rng: random.Random, kind: str, test: str, x: str, xs: str) -> str:
    comprehension = rng.random() < 0.65
    match kind:
        case "list":
            return (
                f"return [{x} for {x} in {xs} if {test}]"
                if comprehension
                else _loop("result = []", f"result.append({x})", test, x, xs, "return result")
            )
        case "count":
            return (
                f"return sum(1 for {x} in {xs} if {test})"
                if comprehension
                else _loop("count = 0", "count += 1", test, x, xs, "return count")
            )
        case "any":
            return (
                f"return any({test} for {x} in {xs})"
                if comprehension
                else f"for {x} in {xs}:\n    if {test}:\n        return True\nreturn False"
            )
        case "all":
            return f"return all({test} for {x} in {xs})"
        case "first":
            return (
                f"for {x} in {xs}:\n    if {test}:\n        return {x}\nreturn None"
                if comprehension
                else f"return next(({x} for {x} in {xs} if {test}), None)"
            )
        case "join":
            return f'return ", ".join({x} for {x} in {xs} if {test})'
        case "lengths":
            return f"return {{{x}: len({x}) for {x} in {xs} if {test}}}"
        case "sorted":
            return f"return sorted({x} for {x} in {xs} if {test})"
        case "longest":
            return f'return max(({x} for {x} in {xs} if {test}), key=len, default="")'
        case "total":
            return f"return sum(len({x}) for {x} in {xs} if {test})"
        case "distinct":
            return f"return {{{x} for {x} in {xs} if {test}}}"
    return f"return [index for index, {x} in enumerate({xs}) if {test}]"


ASKS = {
    "list": ("list[str]", "words_{s}", ("returns the words {which} in {seq}", "filters {seq} and keeps the words {which}", "finds all words {which} in {seq}", "returns a list of the words {which} from {seq}")),
    "count": ("int", "count_words_{s}", ("counts the words {which} in {seq}", "counts how many words {which} there are in {seq}", "returns the number of words {which} in {seq}")),
    "any": ("bool", "has_words_{s}", ("checks whether {seq} contains words {which}", "tells whether there are any words {which} in {seq}")),
    "first": ("str | None", "first_word_{s}", ("returns the first of the words {which} in {seq}, or None", "finds the first of the words {which} in {seq} and returns None if there are none")),
    "join": ("str", "join_words_{s}", ("joins the words {which} of {seq} with commas", "returns the words {which} in {seq} as one string separated by commas")),
    "lengths": ("dict[str, int]", "lengths_of_words_{s}", ("maps the words {which} in {seq} to their lengths", "returns a dictionary of the words {which} in {seq} and their lengths")),
    "sorted": ("list[str]", "sorted_words_{s}", ("returns the words {which} in {seq} in alphabetical order", "sorts the words {which} of {seq} alphabetically")),
    "longest": ("str", "longest_word_{s}", ("returns the longest of the words {which} in {seq}", "finds the longest of the words {which} in {seq} and returns an empty string if there are none")),
    "total": ("int", "total_length_of_words_{s}", ("returns the total length of the words {which} in {seq}", "adds up the lengths of the words {which} in {seq}")),
    "distinct": ("set[str]", "distinct_words_{s}", ("returns the set of the words {which} in {seq}", "collects the distinct words {which} of {seq} in a set")),
    "positions": ("list[int]", "positions_of_words_{s}", ("returns the positions of the words {which} in {seq}",)),
}  # fmt: skip


def _expected(kind: str, hits: list[str], words: list[str]) -> Any:
    return {
        "list": hits, "count": len(hits), "any": bool(hits), "first": hits[0] if hits else None, "join": ", ".join(hits),
        "lengths": {word: len(word) for word in hits}, "sorted": sorted(hits), "longest": max(hits, key=len, default=""),
        "total": sum(map(len, hits)), "distinct": set(hits), "positions": [i for i, word in enumerate(words) if word in hits],
    }[kind]  # fmt: skip


@family(4)
def word_filters(rng: random.Random) -> Program:
    """counts how many words are longer than n letters."""
    kind = rng.choice(list(ASKS))
    where = conditions(rng)
    result, slug, wordings = ASKS[kind]
    from_text = rng.random() < 0.45
    argument = rng.choice(("text", "sentence", "text")) if from_text else rng.choice(("words", "words", "items"))
    seq = {"text": "a text", "sentence": "a sentence"}.get(argument, "a list")
    x = rng.choice(("word", "word", "w"))
    test = where.code.format(w=x)
    body = _reduce(rng, kind, test, x, f"{argument}.split()" if from_text else argument)
    name = slug.format(s=where.slug)
    extra = f", {where.param}: {where.kind}" if where.param else ""
    asks = [ask.format(which=where.which, seq=seq) for ask in wordings]
    source = function(
        name, f"({argument}: {'str' if from_text else 'list[str]'}{extra}) -> {result}", infinitive(asks[0]), body
    )
    space = {where.param: where.value} if where.param else {}
    check = eval(f"lambda w: {where.code.format(w='w')}", space)
    calls, checks = [], []
    for words in (words_for(rng, where), words_for(rng, where), []):
        hits = [word for word in words if check(word)]
        call = literal(" ".join(words)) if from_text else literal(words)
        call += f", {literal(where.value)}" if where.param else ""
        calls.append(call)
        checks.append(f"{name}({call}) == {_expected(kind, hits, words)!r}")
    names = {
        argument: ["text", "sentence", "line", "s"] if from_text else ["words", "items", "strings"],
        x: ["word", "w", "token"],
    }
    return make(
        asks=asks,
        source=source,
        demo=shows(name, *calls[: rng.randint(1, 2)]),
        checks=checks,
        names=names,
        topic="words",
    )


MAPS = (
    ("returns the words of a list {how}", "list", "list"),
    ("turns every word of a list into one {how}", "list", "list"),
    ("returns a text with every word {how}", "text", "text"),
    ("returns the words of a text {how} as a list", "text", "list"),
)


@family(1)
def word_maps(rng: random.Random) -> Program:
    """returns a text with every word reversed."""
    how, code, slug = rng.choice(CHANGES)
    ask, given, gives = rng.choice(MAPS)
    ask = ask.format(how=how)
    name = f"{slug}_words" if rng.random() < 0.6 else f"make_words_{slug}"
    argument = "words" if given == "list" else "text"
    sequence = argument if given == "list" else "text.split()"
    inner = f"{code.format(w='word')} for word in {sequence}"
    if rng.random() < 0.3 and gives == "list":
        body = f"result = []\nfor word in {sequence}:\n    result.append({code.format(w='word')})\nreturn result"
    else:
        body = f"return [{inner}]" if gives == "list" else f'return " ".join({inner})'
    kinds = {"list": "list[str]", "text": "str"}
    source = function(name, f"({argument}: {kinds[given]}) -> {kinds[gives]}", infinitive(ask), body)
    change = eval(f"lambda w: {code.format(w='w')}")
    calls, checks = [], []
    for _ in range(2):
        words = rng.sample(POOL, rng.randint(3, 5))
        result = [change(word) for word in words]
        call = literal(words if given == "list" else " ".join(words))
        calls.append(call)
        checks.append(f"{name}({call}) == {(result if gives == 'list' else ' '.join(result))!r}")
    return make(
        asks=[ask],
        source=source,
        demo=shows(name, calls[0]),
        checks=checks,
        topic="words",
        names={"word": ["w", "item"]},
    )


GROUPS = (
    ("length", "len({x})", "len"),
    ("first letter", "{x}[0]", "first_letter"),
    ("last letter", "{x}[-1]", "last_letter"),
    ("first letter in lower case", "{x}[0].lower()", "initial"),
    ("number of vowels", 'sum(1 for char in {x} if char in "aeiou")', "vowels"),
)


@family(1.5)
def word_groups(rng: random.Random) -> Program:  # noqa: PLR0915 - four kinds side by side
    """groups the words of a list by their length; counts words by first letter; sorts by length."""
    what, code, slug = rng.choice(GROUPS)
    kind = rng.choice(("group", "count", "sort", "unique"))
    words = rng.sample([word for word in POOL if word.isalpha()], 6)
    key = eval(f"lambda x: {code.format(x='x')}")
    from_text = rng.random() < 0.35
    argument, annotation = ("text", "str") if from_text else ("words", "list[str]")
    seq, source_of = ("a text", "text.split()") if from_text else ("a list", "words")
    returns = "int" if "len" in code or "sum" in code else "str"
    imports = ""
    k = code.format(x="word")
    if kind == "group":
        asks = [
            f"groups the words of {seq} by their {what}",
            f"returns a dictionary from {what} to the words of {seq} that have it",
        ]
        if rng.random() < 0.5:
            body = f"groups: dict[{returns}, list[str]] = {{}}\nfor word in {source_of}:\n    groups.setdefault({k}, []).append(word)\nreturn groups"
        else:
            imports = "from collections import defaultdict"
            body = f"groups = defaultdict(list)\nfor word in {source_of}:\n    groups[{k}].append(word)\nreturn dict(groups)"
        annotation_out, name = f"dict[{returns}, list[str]]", f"group_by_{slug}"
        result: Any = {}
        for word in words:
            result.setdefault(key(word), []).append(word)
    elif kind == "count":
        asks = [f"counts the words of {seq} by their {what}", f"counts how many words of {seq} share each {what}"]
        if rng.random() < 0.5:
            body = f"counts: dict[{returns}, int] = {{}}\nfor word in {source_of}:\n    key = {k}\n    counts[key] = counts.get(key, 0) + 1\nreturn counts"
        else:
            imports = "from collections import Counter"
            body = f"return dict(Counter({k} for word in {source_of}))"
        annotation_out, name = f"dict[{returns}, int]", f"count_by_{slug}"
        result = {}
        for word in words:
            result[key(word)] = result.get(key(word), 0) + 1
    elif kind == "sort":
        down = rng.random() < 0.4
        asks = [f"sorts the words of {seq} by their {what}" + (" in descending order" if down else "")]
        sort_key = "len" if code == "len({x})" else f"lambda word: {k}"
        body = f"return sorted({source_of}, key={sort_key}" + (", reverse=True)" if down else ")")
        annotation_out, name = "list[str]", f"sort_by_{slug}"
        result = sorted(words, key=key, reverse=down)
    else:
        asks = [f"maps each word of {seq} to its {what}", f"builds a dictionary of each word in {seq} and its {what}"]
        body = f"return {{word: {k} for word in {source_of}}}"
        annotation_out, name = f"dict[str, {returns}]", f"{slug}_of_words" if slug != "len" else "word_lengths"
        result = {word: key(word) for word in words}
    call = literal(" ".join(words)) if from_text else literal(words)
    source = function(name, f"({argument}: {annotation}) -> {annotation_out}", infinitive(asks[0]), body, imports)
    return make(asks=asks, source=source, demo=shows(name, call), checks=[f"{name}({call}) == {result!r}"], topic="words",
                names={"word": ["w"], "groups": ["result", "by_key"], "counts": ["result", "totals"]})  # fmt: skip
