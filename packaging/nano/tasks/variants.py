"""From a Program to one request and the answer that obeys it."""

import keyword
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from . import phrasing, wording
from .base import Example, Program, load_programs
from .style import Style, render

PREFIXES = ("my_", "do_", "compute_", "get_", "calc_", "make_", "run_", "quick_", "simple_", "")
SUFFIXES = ("_v2", "_of", "_fn", "_1", "_simple", "_fast", "_for", "")
ANY = (
    "solve",
    "solution",
    "foo",
    "process",
    "helper",
    "task",
    "run",
    "calculate",
    "transform",
    "answer",
    "func",
    "f",
)

# Share of requests in free words: the evaluation of the first pair failed on wording most.
FREE_SHARE = 0.6
WHOLE_SHARE = 0.5  # of the requests for a task that has some as people typed them


@dataclass(frozen=True)
class Wish:
    """What a request asks for; None means that it does not say."""

    text: str = ""
    hints: bool | None = None
    docstring: str | None = None
    demo: str | None = None
    comments: bool = False


def choose_name(entry: Program, rng: random.Random) -> str:
    """The name that a request gives: mostly one that says the same as the canonical one, at times any name."""
    options = [name for name in entry.names.get(entry.main, ()) if name != entry.main]
    draw = rng.random()
    if draw < 0.45 or (draw < 0.77 and not options) or entry.is_class:
        return rng.choice([entry.main, *options]) if entry.is_class and options else entry.main
    if draw < 0.77:
        return rng.choice(options)
    if draw < 0.8:
        return rng.choice(ANY)
    if draw < 0.94:
        return "_".join(rng.choices(name_words(), k=rng.choice((1, 2, 2, 3))))
    return rng.choice(PREFIXES) + entry.main + rng.choice(SUFFIXES)


@lru_cache(maxsize=1)
def name_words() -> tuple[str, ...]:
    """Words that names are made of. A name that tells nothing of the task can only be copied from the request."""
    names = [name for entry in load_programs() for name in (entry.main, *entry.names.get(entry.main, ()))]
    words = {word for name in names if name.islower() for word in name.split("_")}
    return tuple(sorted(word for word in words if len(word) > 2 and word.isalpha() and not keyword.iskeyword(word)))


def said_whole(entry: Program, rng: random.Random) -> tuple[str, str | None]:
    """One of the task's whole requests with a name that still tells what is meant, and that name, or None."""
    text = rng.choice(entry.requests)
    if rng.random() < 0.05:
        text = phrasing.slip(text, rng)
    if rng.random() < 0.08:
        text = f"{rng.choice(phrasing.GREETING)} {text}"
    if rng.random() < 0.06:
        text = f"{text}{' ' if text[-1] in '.?!' else '. '}{rng.choice(phrasing.THANKS)}"
    if "{n}" not in text:
        return text, None
    name = rng.choice((entry.main, entry.main, *entry.names.get(entry.main, ())))
    if not entry.is_class and rng.random() < 0.12:
        name = rng.choice(PREFIXES) + name + rng.choice(SUFFIXES)
    return text.replace("{n}", name), name


def choose_wish(entry: Program, rng: random.Random) -> Wish:
    """What the request says about style; only what this program can give."""
    noun = "class" if entry.is_class else "function"
    pick = rng.choice
    options: list[tuple[int, Wish]] = [(40, Wish())]
    if entry.main:
        options += [
            (7, Wish(pick(wording.HINTS), hints=True)),
            (3, Wish(pick(wording.NO_HINTS), hints=False)),
            (5, Wish(pick(wording.DOCSTRING), docstring="line")),
            (4, Wish(pick(wording.ARGS), docstring="args")),
            (3, Wish(pick(wording.NO_DOCSTRING), docstring="none")),
            (3, Wish(pick(wording.COMMENTS), comments=True)),
            (9, Wish(pick(wording.HINTS_DOCSTRING), hints=True, docstring="line")),
            (5, Wish(pick(wording.NO_DEMO).format(f=noun), demo="none")),
        ]
    if entry.main and entry.demo:
        options += [
            (12, Wish(pick(wording.DEMO), demo="any")),
            (4, Wish(pick(wording.GUARD), demo="guard")),
            (12, Wish(pick(wording.ALL_THREE), hints=True, docstring="line", demo="any")),
            (4, Wish(pick(wording.DOCSTRING_DEMO), docstring="line", demo="any")),
            (4, Wish(pick(wording.HINTS_DEMO), hints=True, demo="any")),
        ]
    return rng.choices([wish for _, wish in options], weights=[weight for weight, _ in options])[0]


def choose_style(entry: Program, wish: Wish, renames: Mapping[str, str], rng: random.Random) -> Style:
    """A style that obeys the wish; what it leaves open follows fixed habits."""
    hints = wish.hints if wish.hints is not None else rng.random() < 0.85
    docstring = wish.docstring
    if docstring is None:
        docstring = rng.choices(("keep", "line", "none", "args"), weights=(30, 45, 17, 8))[0]
    elif docstring == "line":
        docstring = rng.choices(("keep", "line", "args"), weights=(40, 45, 15))[0]
    demo = wish.demo
    if demo is None:
        demo = rng.choices(("guard", "plain", "none"), weights=(50, 12, 38))[0]
    elif demo == "any":
        demo = rng.choices(("guard", "plain"), weights=(85, 15))[0]
    comments = "more" if wish.comments else rng.choices(("keep", "none"), weights=(60, 40))[0]
    return Style(hints=hints, docstring=docstring, comments=comments, demo=demo, renames=renames)


def other_names(entry: Program, rng: random.Random) -> dict[str, str]:
    """At times other names for what the request does not name, no two the same."""
    renames: dict[str, str] = {}
    if rng.random() < 0.25:
        for old, options in entry.names.items():
            if old != entry.main and options and rng.random() < 0.6:
                renames[old] = rng.choice(options)
    return {old: new for old, new in renames.items() if list(renames.values()).count(new) == 1}


def variants(entry: Program, rng: random.Random) -> Example:
    """One request for the program in random words, and an answer in a style that obeys it."""
    noun = "class" if entry.is_class else "function" if entry.main else rng.choice(("script", "program"))
    ask = rng.choice(entry.asks)
    whole = rng.random() < WHOLE_SHARE and bool(entry.requests)
    wish = choose_wish(entry, rng) if not whole or rng.random() < 0.3 else Wish()
    prompt, renames = "", {}
    if whole:
        prompt, name = said_whole(entry, rng)  # it may name parameters, so these stay
    else:
        name = choose_name(entry, rng) if entry.main and rng.random() < 0.7 else None
        renames = other_names(entry, rng)
    if name is not None and name != entry.main:
        renames = {old: new for old, new in renames.items() if new != name} | {entry.main: name}
    style = choose_style(entry, wish, renames, rng)
    code, checks = render(entry, style)
    if name is not None and f"def {name}(" not in code and f"class {name}" not in code:
        prompt, name = prompt.replace(name, entry.main), entry.main
    if whole:
        pass
    elif entry.main and rng.random() < FREE_SHARE:
        prompt = phrasing.free(rng, entry, ask, name, noun, code, checks)
    else:
        prompt = wording.opening(rng, ask, name, noun)
    prompt = _join(prompt, wish.text, rng)
    answer = f"```python\n{code}```"
    if rng.random() < 0.03:
        answer = rng.choice(wording.BEFORE).format(f=noun, t=ask) + "\n\n" + answer
    elif rng.random() < 0.01:
        answer += "\n\n" + rng.choice(wording.AFTER[:2]).format(f=noun, t=ask)
    return Example(prompt, answer, "code", entry.name, checks)


def _join(prompt: str, wish: str, rng: random.Random) -> str:
    if prompt[:1].islower():
        return prompt.rstrip(".") + (rng.choice((". ", ", ", " - ")) + wish.rstrip(".").lower() if wish else "")
    if not wish:
        return prompt if rng.random() < 0.93 else prompt.rstrip(".")
    if prompt[-1] not in ".?!":
        prompt += "\n" if "\n" in prompt else "."
    return f"{prompt} {wish}".replace("\n ", "\n")
