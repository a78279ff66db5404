# ruff: noqa: E501 - tables are easier to read on one line
"""Small tasks on texts and words, put together from a condition, an operation and a container."""

import random

from .base import Program
from .family import family
from .small_parts import LETTERS, TEXTS, any_words, small, word_changes, word_tests


@family(4)
def small_characters(rng: random.Random) -> Program:
    """Which characters, and what happens to them."""
    many, one, slug, code, test = rng.choice(LETTERS)
    m, c = rng.choice(many), rng.choice(("char", "c", "letter"))
    code, mark = code.format(c=c), rng.choice("*#-_.x+?")
    source = rng.choice(("a text", "a string", "a word"))
    actions = (
        ("count", "int", (f"counts the {m} in {source}", f"returns how many {m} there are in {source}", f"gives the number of {m} in {source}"),
         f"return sum(1 for {c} in text if {code})", lambda t: sum(1 for x in t if test(x))),
        ("keep", "str", (f"keeps only the {m} of {source}", f"returns {source} with nothing but its {m}", f"throws away everything but the {m} of {source}"),
         f'return "".join({c} for {c} in text if {code})', lambda t: "".join(x for x in t if test(x))),
        ("remove", "str", (f"removes the {m} from {source}", f"returns {source} without its {m}", f"drops all {m} of {source}", f"deletes each {one} in {source}"),
         f'return "".join({c} for {c} in text if not ({code}))', lambda t: "".join(x for x in t if not test(x))),
        ("mask", "str", (f'puts "{mark}" in place of each {one} of {source}', f'replaces all {m} of {source} with "{mark}"', f'swaps every {one} in {source} for "{mark}"'),
         f'return "".join("{mark}" if {code} else {c} for {c} in text)', lambda t: "".join(mark if test(x) else x for x in t)),
        ("double", "str", (f"doubles each {one} of {source}", f"writes every {one} of {source} twice", f"returns {source} with its {m} doubled"),
         f'return "".join({c} * 2 if {code} else {c} for {c} in text)', lambda t: "".join(x * 2 if test(x) else x for x in t)),
        ("upper", "str", (f"puts each {one} of {source} in upper case", f"capitalises the {m} of {source}"),
         f'return "".join({c}.upper() if {code} else {c} for {c} in text)', lambda t: "".join(x.upper() if test(x) else x for x in t)),
        ("list", "list[str]", (f"lists the {m} of {source} in order", f"returns the {m} of {source} as a list", f"collects all {m} of {source} in a list"),
         f"return [{c} for {c} in text if {code}]", lambda t: [x for x in t if test(x)]),
        ("places", "list[int]", (f"returns the positions of the {m} in {source}", f"lists the indexes where {source} has {m}", f"tells at which places {source} has {m}"),
         f"return [i for i, {c} in enumerate(text) if {code}]", lambda t: [i for i, x in enumerate(t) if test(x)]),
        ("has", "bool", (f"tells whether {source} has any {m}", f"checks if there are {m} in {source}", f"says whether {source} contains a {one}"),
         f"return any({code} for {c} in text)", lambda t: any(test(x) for x in t)),
        ("only", "bool", (f"tells whether {source} consists of {m} only", f"checks if {source} has nothing but {m}"),
         f"return all({code} for {c} in text)", lambda t: all(test(x) for x in t)),
    )  # fmt: skip
    act, result, asks, body, of = rng.choice(actions)
    inputs = [(t,) for t in rng.sample(TEXTS, 3)]
    return small(rng, f"{act}_{slug}", asks, f"(text: str) -> {result}", body, of, inputs)


@family(3)
def small_word_lists(rng: random.Random) -> Program:
    """A condition and an operation on the words of a list or a sentence."""
    test, change = word_tests(rng), word_changes(rng)
    if change.slug == "suffixed" and '"s"' in change.code:
        change = word_changes(rng)
    sentence = rng.random() < 0.4
    where = rng.choice(("a sentence", "a text", "a line")) if sentence else rng.choice(("a list", "a list of words"))
    source, parameter = ("text.split()", "text: str") if sentence else ("words", "words: list[str]")
    condition, each = test.code.format(x="word"), change.code.format(x="word")
    that, made = rng.choice(test.words), rng.choice(change.words)
    plain, one = made.format(x="each word"), made.format(x="the word")

    def of(given: str | list[str], kind: str) -> object:
        words = given.split() if isinstance(given, str) else given
        chosen = [w for w in words if test.of(w)]
        outcomes = {
            "keep": chosen,
            "change": [change.of(w) for w in words],
            "both": [change.of(w) for w in chosen],
            "count": len(chosen),
            "first": chosen[0] if chosen else None,
            "some": [change.of(w) if test.of(w) else w for w in words],
            "joined": "-".join(change.of(w) for w in words),
            "drop": [w for w in words if not test.of(w)],
        }
        return outcomes[kind]

    tasks = {
        "keep": ("list[str]", (f"returns the words of {where} that {that}", f"keeps those words of {where} that {that}", f"picks from {where} the words that {that}"),
                 f"return [word for word in {source} if {condition}]", f"words_{test.slug}"),
        "drop": ("list[str]", (f"leaves out the words of {where} that {that}", f"removes from {where} the words that {that}"),
                 f"return [word for word in {source} if not ({condition})]", f"drop_{test.slug}"),
        "change": ("list[str]", (f"returns a list of {plain} in {where}", f"makes a list with {plain} from {where}", f"gives {plain} of {where}, as a list"),
                   f"return [{each} for word in {source}]", f"{change.slug}_words"),
        "both": ("list[str]", (f"takes the words of {where} that {that} and returns a list of {plain}", f"looks at the words of {where} that {that} and lists {plain}"),
                 f"return [{each} for word in {source} if {condition}]", f"{change.slug}_{test.slug}"),
        "count": ("int", (f"counts the words of {where} that {that}", f"returns how many words of {where} {that}", f"gives the number of words in {where} that {that}"),
                  f"return sum(1 for word in {source} if {condition})", f"count_{test.slug}"),
        "first": ("str | None", (f"finds the first of the words in {where} that {that}, or None", f"returns the first word of {where} among those that {that}, None if there is none"),
                  f"for word in {source}:\n    if {condition}:\n        return word\nreturn None", f"first_{test.slug}"),
        "some": ("list[str]", (f"goes through the words of {where} and, for those that {that}, puts {one} in the list instead", f"returns the words of {where}, but {one} for words that {that}"),
                 f"return [{each} if {condition} else word for word in {source}]", f"{change.slug}_if_{test.slug}"),
        "joined": ("str", (f"joins {plain} of {where} with dashes", f"builds one text of {plain} in {where}, with dashes between"),
                   f'return "-".join({each} for word in {source})', f"{change.slug}_joined"),
    }  # fmt: skip
    kind = rng.choice(tuple(tasks))
    result, asks, body, name = tasks[kind]
    given = [any_words(rng) for _ in range(3)]
    inputs = [(" ".join(w),) if sentence else (w,) for w in given]
    return small(rng, name, asks, f"({parameter}) -> {result}", body, lambda w: of(w, kind), inputs)


@family(2)
def small_two_words(rng: random.Random) -> Program:
    """A relation of two words, or something made of both."""
    n, mark = rng.choice((2, 3, 4)), rng.choice("-_+/&~.:")
    tasks = (
        ("same_length", "bool", ("tells whether two words are equally long", "checks if two texts have the same length"), "len(a) == len(b)", lambda a, b: len(a) == len(b)),
        ("same_start", "bool", (f"tells whether two words agree in their first {n} letters", f"checks if the first {n} letters of two words are the same"), f"a[:{n}] == b[:{n}]", lambda a, b: a[:n] == b[:n]),
        ("same_end", "bool", (f"checks if the last {n} letters of two words are equal", f"tells whether two words end in the same {n} letters"), f"a[-{n}:] == b[-{n}:]", lambda a, b: a[-n:] == b[-n:]),
        ("longer_word", "str", ("returns the longer of two words, the first if they are equally long", "picks the word with more letters; a tie goes to the first"), "a if len(a) >= len(b) else b", lambda a, b: a if len(a) >= len(b) else b),
        ("length_difference", "int", ("returns by how many letters two words differ in length", "gives the difference between the lengths of two words"), "abs(len(a) - len(b))", lambda a, b: abs(len(a) - len(b))),
        ("linked", "str", (f'joins two words with "{mark}" between them', f'puts "{mark}" between two words', f'glues two words together with a "{mark}"'), f'a + "{mark}" + b', lambda a, b: a + mark + b),
        ("swapped", "str", ("returns the second word, a space and the first word", "writes two words in the other order with a space between"), 'b + " " + a', lambda a, b: b + " " + a),
        ("starts_blend", "str", (f"puts together the first {n} letters of two words", f"builds a word from the first {n} letters of each of two words"), f"a[:{n}] + b[:{n}]", lambda a, b: a[:n] + b[:n]),
        ("total_letters", "int", ("counts the letters of two words together", "returns how many characters two words have in total"), "len(a) + len(b)", lambda a, b: len(a) + len(b)),
        ("is_inside", "bool", ("tells whether the first word is part of the second", "checks if the second text contains the first"), "a in b", lambda a, b: a in b),
        ("earlier_word", "str", ("returns the word that comes first in the alphabet", "picks the one of two words that a dictionary lists first"), "min(a, b)", min),
        ("missing_letters", "list[str]", ("lists the letters of the first word that the second lacks, in alphabetical order", "returns, sorted, the letters that only the first of two words has"), "sorted(set(a) - set(b))", lambda a, b: sorted(set(a) - set(b))),
    )  # fmt: skip
    name, result, asks, code, of = rng.choice(tasks)
    inputs = [tuple(any_words(rng, 2, 2)) for _ in range(3)]
    return small(rng, name, asks, f"(a: str, b: str) -> {result}", f"return {code}", of, inputs)
