"""Wordings of requests for code. `{t}` is "counts the words", `{b}` is "count the words", `{n}` the asked name."""

import random
import re

NAMED = (
    "Write a Python {f} called {n} that {t}.",
    "Write a Python {f} named {n} that {t}.",
    "Write a Python {f} `{n}` that {t}.",
    "Write a {f} {n} in Python that {t}.",
    "Write a {f} called `{n}` which {t}.",
    "Write {n}, a Python {f} that {t}.",
    "Implement a Python {f} named {n} that {t}.",
    "Implement a {f} `{n}` in Python which {t}.",
    "Implement {n} in Python. It {t}.",
    "Implement the {f} {n}, which {t}.",
    "Please write a Python {f} {n} that {t}.",
    "Please implement a {f} called {n} that {t}.",
    "Define a Python {f} {n} that {t}.",
    "Define {n}, which {t}.",
    "Create a Python {f} called {n} which {t}.",
    "Create a {f} named `{n}` that {t}.",
    "I need a Python {f} called {n} that {t}.",
    "I need a {f} {n} which {t}.",
    "I want a Python {f} named {n}. It {t}.",
    "Can you write a Python {f} called {n} that {t}?",
    "Could you write a {f} named {n} in Python which {t}?",
    "Give me a Python {f} `{n}` that {t}.",
    "Code a {f} {n} in Python that {t}.",
    "Python {f} {n}: {t}.",
    "The {f} {n} {t}. Write it in Python.",
    "Make a {f} called {n} that {t}.",
    "write a python {f} {n} that {t}",
    "write a {f} called {n} which {t}",
    "i need a {f} named {n} that {t}",
    "python {f} {n} that {t}",
)
NAMED_VERB = (
    "Write a Python {f} {n} to {b}.",
    "Write a {f} to {b}. Call it {n}.",
    "Write a Python {f} to {b} and name it {n}.",
    "Please {b} in Python. The {f} should be called {n}.",
    "I want to {b}. Write a Python {f} called {n} for that.",
    "write a {f} {n} to {b}",
)
UNNAMED = (
    "Write a Python {f} that {t}.",
    "Write a {f} in Python that {t}.",
    "Write a {f} which {t}.",
    "Write Python code that {t}.",
    "Write some Python that {t}.",
    "Implement a Python {f} that {t}.",
    "Implement a {f} which {t}.",
    "Please write a Python {f} that {t}.",
    "Please give me Python code which {t}.",
    "Please implement a {f} that {t}.",
    "Can you give me Python code which {t}?",
    "Can you write a Python {f} that {t}?",
    "Could you write a {f} that {t}?",
    "Could you show me a Python {f} which {t}?",
    "I need a Python {f} that {t}.",
    "I need a {f} which {t}.",
    "I am looking for a Python {f} that {t}.",
    "I want a Python {f} that {t}.",
    "Give me a small Python {f} that {t}.",
    "Give me a {f} that {t}.",
    "Help me write a Python {f} that {t}.",
    "Make a {f} that {t}.",
    "Create a Python {f} that {t}.",
    "Create a {f} which {t}.",
    "Define a Python {f} that {t}.",
    "Show me a Python {f} that {t}.",
    "Show me Python code that {t}.",
    "Code a Python {f} that {t}.",
    "In Python, write a {f} that {t}.",
    "Using Python, write a {f} that {t}.",
    "Write a simple Python {f} that {t}.",
    "Write a short Python {f} that {t}.",
    "We need a Python {f} which {t}.",
    "A Python {f} that {t}, please.",
    "write a python {f} that {t}",
    "write a {f} that {t}",
    "need a {f} which {t}",
    "python code that {t}",
    "give me a {f} that {t}",
    "can you write a {f} that {t}",
)
UNNAMED_VERB = (
    "Write a Python {f} to {b}.",
    "Write a {f} to {b}.",
    "Write Python code to {b}.",
    "How do I {b} in Python?",
    "How can I {b} in Python?",
    "How to {b} with Python?",
    "What is a simple way to {b} in Python?",
    "I want to {b} in Python.",
    "I would like to {b} in Python. Can you help?",
    "Show me how to {b} in Python.",
    "Python {f} to {b}",
    "Using Python, {b}.",
    "In Python, {b}.",
    "Implement a Python {f} to {b}.",
    "Please write a {f} to {b}.",
    "Help me {b} in Python.",
    "{B} in Python.",
    "{B} with Python.",
    "how to {b} in python",
    "write a {f} to {b}",
    "python: {b}",
)
HINTS = ("Use type hints.", "Add type hints.", "With type hints.", "Please use type annotations.", "Type it fully.")
NO_HINTS = ("No type hints.", "Do not use type hints.", "Without type hints, please.", "Leave out the type hints.")
DOCSTRING = ("Add a docstring.", "Include a docstring.", "Document it.", "Write a docstring.", "With a docstring.")
ARGS = (
    "Document the arguments and the result.",
    "Write a docstring with Args and Returns.",
    "Use a Google style docstring.",
    "Document it fully.",
)
NO_DOCSTRING = ("No docstring.", "Without a docstring.", "Skip the docstring.", "No docstring needed.")
DEMO = (
    "Add a short demo.",
    "Finish with a short demo.",
    "Add a short demo block that prints something.",
    "Show an example.",
    "Include an example of its use.",
    "Add a demo that prints the result.",
    "Print a few examples at the end.",
    "And show how to use it.",
    "Add a short demo block.",
)
GUARD = (
    'Add a demo under if __name__ == "__main__".',
    "Put a short demo in a main block.",
    "Finish with a main block that prints an example.",
)
NO_DEMO = ("Only the {f}, please.", "No example needed.", "Just the {f}.", "No demo.", "Only the code of the {f}.")
COMMENTS = ("Add comments.", "Comment the code.", "Explain the steps in comments.", "With comments, please.")
HINTS_DOCSTRING = (
    "Use type hints and a docstring.",
    "Add type hints and a docstring.",
    "With type hints and a docstring.",
    "It should have type hints and a docstring.",
)
ALL_THREE = (
    "Use type hints and a docstring, and finish with a short demo.",
    "Use type hints, a docstring and a short demo.",
    "Add type hints, a docstring and a short demo block that prints something.",
    "Use type hints and a docstring, and add a short demo block.",
)
DOCSTRING_DEMO = ("Add a docstring and an example.", "Document it and show an example.", "With a docstring and a demo.")
HINTS_DEMO = ("Use type hints and add a short demo.", "With type hints and an example.", "Type it and show an example.")

BEFORE = (
    "Here is a {f} that {t}:",
    "This {f} {t}:",
    "Here is the code:",
    "Sure, here it is:",
)
AFTER = ("The {f} {t}.", "It {t}.", "Call it as the demo shows.")

SAME = frozenset(("whether", "if", "as", "less", "always", "plus", "minus", "numbers", "words", "times", "keys"))
VERBS = frozenset(
    [
        "returns",
        "prints",
        "counts",
        "adds",
        "removes",
        "finds",
        "gives",
        "raises",
        "keeps",
        "sorts",
        "computes",
        "checks",
        "reads",
        "writes",
        "shows",
        "sums",
        "builds",
        "makes",
        "saves",
        "loads",
        "removes",
        "replaces",
        "splits",
        "joins",
        "turns",
        "converts",
        "multiplies",
        "divides",
        "subtracts",
        "stores",
        "groups",
        "yields",
        "calculates",
        "tells",
        "collects",
        "creates",
        "ignores",
        "skips",
        "rounds",
        "formats",
        "parses",
        "draws",
        "plots",
        "uses",
        "sends",
        "lists",
        "filters",
        "maps",
        "reverses",
        "merges",
        "swaps",
        "moves",
        "updates",
        "deletes",
        "inserts",
        "appends",
        "stops",
        "starts",
        "ends",
        "rejects",
        "refuses",
        "drops",
        "leaves",
        "takes",
        "looks",
        "picks",
        "selects",
        "chooses",
        "measures",
        "reports",
        "tracks",
        "holds",
        "pushes",
        "pops",
        "peeks",
        "withdraws",
        "deposits",
        "fills",
        "sets",
        "gets",
        "logs",
        "handles",
        "wraps",
        "repeats",
        "doubles",
        "halves",
        "squares",
        "cubes",
        "shuffles",
        "rotates",
        "capitalizes",
        "puts",
        "compares",
        "orders",
        "ranks",
        "estimates",
        "simulates",
        "generates",
        "describes",
        "labels",
        "marks",
        "names",
        "validates",
        "strips",
        "trims",
        "pads",
        "encodes",
        "decodes",
        "encrypts",
        "decrypts",
        "compresses",
        "expands",
        "flattens",
        "chunks",
        "pairs",
        "zips",
        "matches",
        "extracts",
        "asks",
        "answers",
    ]
)
ES = frozenset(
    [
        "searches",
        "reaches",
        "matches",
        "pushes",
        "flashes",
        "passes",
        "presses",
        "boxes",
        "fixes",
        "mixes",
        "goes",
        "does",
        "washes",
        "crosses",
        "fetches",
        "compresses",
        "expresses",
        "processes",
        "guesses",
        "accesses",
        "indexes",
        "relaxes",
        "switches",
        "watches",
        "touches",
        "attaches",
        "finishes",
        "publishes",
        "discusses",
        "tosses",
        "misses",
        "addresses",
        "stretches",
        "hashes",
        "dispatches",
        "branches",
        "batches",
        "catches",
        "teaches",
        "launches",
        "sketches",
        "stitches",
        "patches",
        "refreshes",
    ]
)


def base_verb(word: str) -> str:
    """counts -> count, multiplies -> multiply, searches -> search, has -> have, is -> be."""
    irregular = {"has": "have", "is": "be", "does": "do", "goes": "go"}
    if word in irregular:
        return irregular[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word in ES:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def infinitive(ask: str) -> str:
    """counts the words and prints them -> count the words and print them."""
    first, _, rest = ask.partition(" ")

    def later(match: re.Match[str]) -> str:
        word = match.group(2)
        return match.group(1) + (base_verb(word) if word in VERBS and word not in SAME else word)

    return base_verb(first) + (" " + re.sub(r"(\b(?:and|or|then|but) |, )([a-z]+s)\b", later, rest) if rest else "")


def opening(rng: random.Random, ask: str, name: str | None, noun: str) -> str:
    """A first sentence that asks for it, with or without the name."""
    verb = infinitive(ask)
    allowed = noun != "class" and not verb.startswith(("be ", "have ", "represent ", "hold ", "model "))
    if name is not None:
        template = rng.choice(NAMED_VERB if allowed and rng.random() < 0.18 else NAMED)
    else:
        template = rng.choice(UNNAMED_VERB if allowed and rng.random() < 0.35 else UNNAMED)
    text = template.format(f=noun, n=name, t=ask, b=verb, B=verb[:1].upper() + verb[1:])
    if noun.startswith("a"):
        text = re.sub(r"\b([Aa]) (?=a)", r"\1n ", text)
    return text
