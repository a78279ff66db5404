# ruff: noqa: E501 - tables are easier to read on one line
"""Requests for code in free words: the intent said anew, and around it what people put around a request.

`wording.py` has the plain sentences. Here a request is put together from independent parts: a greeting or a reason, a core
sentence with the name early, late, as code or not at all, what goes in, examples of calls, what is not wanted, thanks, and
at times a slip of the keyboard. Each part is chosen on its own, so a task gets many thousands of requests.
"""

import ast
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .base import Program
from .wording import infinitive

SAME_VERB = (  # at the start; each way to say it may stand for the others
    ("returns", "gives", "gives back", "hands back", "produces", "yields", "works out"),
    ("tells whether", "checks whether", "checks if", "says if", "tests whether", "decides whether", "finds out if"),
    ("removes", "drops", "deletes", "takes out", "strips out", "gets rid of"),
    ("finds", "looks for", "searches for", "locates"),
    ("converts", "transforms", "translates"),
    ("computes", "calculates", "works out", "determines"),
    ("adds up", "sums", "sums up", "totals"),
    ("keeps", "retains", "holds on to"),
)
SAME_MEANING = (  # anywhere
    ("largest", "biggest", "greatest", "highest"),
    ("smallest", "lowest", "least"),
    ("greater than", "larger than", "bigger than", "more than", "above"),
    ("less than", "smaller than", "lower than", "below"),
    ("a list of numbers", "some numbers", "a list with numbers", "numbers in a list", "a bunch of numbers"),
    ("a list of words", "some words", "a list with words", "words in a list"),
    ("a text", "a string", "some text", "a piece of text", "a str"),
    ("a dictionary", "a dict", "a mapping"),
    ("a number", "an integer", "a given number"),
    ("upper case", "uppercase", "capitals", "capital letters"),
    ("lower case", "lowercase", "small letters"),
    ("backwards", "in reverse", "from back to front", "reversed"),
    ("letters", "characters"),
    ("without duplicates", "with no duplicates", "with each item only once"),
    ("position", "index"),
    ("begins with", "starts with"),
    ("begin with", "start with"),
    ("contains", "includes"),
    ("occurs", "appears", "shows up"),
    ("how often", "how many times"),
)
NOT_ALONE = {"more than": r"(?<!no )", "above": "", "letters": r"(?<!capital )(?<!small )(?<!case )(?<!the )"}
SPELLING = (("color", "colour"), ("capitalize", "capitalise"), ("neighbor", "neighbour"), ("center", "centre"),
            ("organize", "organise"), ("normalize", "normalise"), ("gray", "grey"), ("liter", "litre"))  # fmt: skip

GREETING = (
    "Hi!", "Hello!", "Hey,", "Hi there.", "Good morning!", "Hello there,", "Hey there!", "Quick question:", "Small one:",
    "Quick one.", "Easy one:", "Python question:", "Sorry to bother you.", "Hi, me again.", "Good evening.", "Dear helper,",
)  # fmt: skip
REASON = (
    "I am learning Python.", "I am new to Python.", "This is for a school project.", "It is for work.", "I am writing a little tool.",
    "I got stuck with my script.", "We are building a small app.", "It is for a puzzle.", "I keep needing this.", "My friend asked for this.",
    "I am cleaning up old code.", "My old version was lost.", "I am practising for a test.", "We need this in our project.",
    "I do not know how to begin.", "This should not be hard.", "I am preparing a lesson.", "Our team is missing one thing.",
    "I have a spreadsheet to work through.", "Part of a bigger program:", "For fun,", "Just for practice:", "There is one piece left.",
)  # fmt: skip
THANKS = (
    "Thanks!",
    "Thank you.",
    "Thanks a lot!",
    "thx",
    "Many thanks.",
    "Cheers!",
    "Please and thank you.",
    "That would help me a lot.",
    "Thanks in advance.",
)
ENDING = (
    "Keep it short.", "Keep it simple.", "Plain Python.", "In Python, please.", "Nothing fancy.", "Python 3.", "Python please.",
    "Only the standard library.", "No extra packages.", "Make it readable.", "Can you do that?", "Is that possible?", "How would you write that?",
    "What would the code look like?", "That is all.", "Short is fine.", "Any idea?", "Show me the code.", "Do it in Python.", "Please write it.",
)  # fmt: skip
WITH_NAME = (
    "I need {n}. It {t}.", "{n}: {t}.", "{n} {t}.", "{n} should {b}.", "{n} is supposed to {b}.", "{n} has to {b}.", "{n} must {b}.",
    "Write {n}; it {t}.", "Write me {n}, a {f} that {t}.", "Let {n} be a {f} that {t}.", "Can you make {n}? It {t}.",
    "Could you code {n} for me? It should {b}.", "Please add {n}, which {t}.", "I would like to have {n}. It {t}.",
    "A {f} {n} that {t}.", "A {f} {n} which {t} is missing.", "We are missing {n}, the {f} that {t}.", "Define {n} so that it {t}.",
    "What is the code for {n}? It {t}.", "How would {n} look, if it {t}?", "I am thinking of {n}: it {t}.", "Build {n}, please. It {t}.",
    "I want to call {n} and it {t}.", "There should be a {f} `{n}`. It {t}.", "Fill in {n}, which {t}.", "{n}, please: a {f} that {t}.",
    "My program calls {n}, which {t}. Write that {f}.", "The job of {n} is to {b}.", "The purpose of {n}: {b}.", "{n} - {t}",
    "The {f} {n} does one thing: it {t}.", "Next, {n}. It {t}.", "Try {n}: it {t}.", "do {n}, it {t}", "code for {n} that {t}", "{n} = {f} that {t}",
    "Whenever I call {n}, it {t}. Write it.", "Write {n}. What it does: it {t}.", "In short, {n} {t}.", "Can {n} {b}? Write it so.",
)  # fmt: skip
NAME_LATE = (
    "I need something that {t}. Call it {n}.", "Something that {t}, named {n}.", "Make a {f} that {t}. The name is {n}.",
    "I want to {b}. The {f} is called {n}.", "Please {b} with a {f} of the name {n}.", "Code that {t}. Use the name {n}.",
    "It should {b}. Please name it {n}.", "Is there a way to {b}? Put it into {n}.", "How do I {b}? I call the {f} {n}.",
    "Write a {f} that {t}. Its name must be {n}.", "The {f} {t}; {n} is its name.", "My task is to {b}. The {f} has to be named `{n}`.",
    "Whatever {t} is fine, as long as it is called {n}.", "{B}. Do it in a {f} called {n}.", "{B}, as {n}.", "something that {t}, name it {n}",
    "a {f} that {t} (name: {n})", "To {b}, I use {n}. Write it.", "One {f}, {n}, to {b}.", "When I have to {b} I call {n}. What is inside?",
)  # fmt: skip
NO_NAME = (
    "I need something that {t}.", "Something that {t}, please.", "I have to {b}.", "I want to {b} but do not know how.", "Is there a way to {b}?",
    "How would you {b}?", "What is the easiest way to {b}?", "Can Python {b}?", "Could you {b} for me in Python?", "Any idea how to {b}?",
    "I am looking for something that {t}.", "My task is to {b}.", "The task: {b}.", "Please {b}.", "{B}, please.", "I would love a {f} that {t}.",
    "A small {f} that {t} would help.", "What would a {f} look like that {t}?", "Show me how you would {b}.", "I am trying to {b}.",
    "The {f} I need {t}.", "The goal is to {b}.", "Let me have a {f} that {t}.", "Can I have a {f} that {t}?", "Do you know a {f} that {t}?",
    "Solve this: {b}.", "Exercise: {b}.", "Code, please: {b}.", "it should {b}", "i have to {b}", "how would i {b}", "anything that {t}",
)  # fmt: skip
WITH_SIGNATURE = (
    "def {s}: {t}.", "`{s}` {t}.", "{s} {t}.", "{s}: {t}.", "Write {s}. It {t}.", "Implement `{s}`. It {t}.", "Complete def {s}, which {t}.",
    "def {s}:\n    # {b}", "Here is the first line: def {s}: and it {t}.", "The signature is {s}. It {t}.", "Given {s}, {b}.", "Finish this:\n\ndef {s}:\n    # {t}",
    "{s} should {b}.", "I call it as {s}. It {t}.", "Fill in the body:\n\ndef {s}:\n    ...\n\nIt {t}.", "Body of {s}? It {t}.", "{s}, which {t}", "Make {s} {b}.",
)  # fmt: skip
SPECIFICATION = (
    "Name: {n}\nWhat it does: {t}", "{n}\n- {t}\n- in Python", "Function: {n}\nGoal: {b}", "Write Python.\n- name: {n}\n- task: {b}",
    "Specification: {n}. Purpose: {b}.", "Todo: {n} ({b})", "1. a {f} {n}\n2. it {t}", "Title: {n}. Description: {t}.", "# {n}\n{B}.",
)  # fmt: skip
ONE_EXAMPLE = (
    "For example, {c} is {r}.", "{c} gives {r}.", "{c} -> {r}", "{c} == {r}", "E.g. {c} returns {r}.", "So {c} should be {r}.", "Example: {c} is {r}.",
    "If I call {c} I want {r}.", "{c} must give {r}.", "With {c} I expect {r}.", "A test: {c} == {r}.", "Then {c} is {r}.", ">>> {c}\n{r}",
    "assert {c} == {r}", "{c} # {r}", "Say {c}, then {r} comes out.", "For {a} the answer is {r}.", "From {a} it makes {r}.", "{a} becomes {r}.",
    "Given {a}, the result is {r}.", "Input {a}, output {r}.", "{a} -> {r}", "{a} => {r}", "With {a} in, {r} comes out.",
)  # fmt: skip
BY_EXAMPLE = (  # no description at all: the name and a result tell
    "Write {n} so that {c} is {r}.", "{c} should give {r}. Write {n}.", "I want {c} to return {r}.", "Make this true: {c} == {r}.",
    "What must {n} look like, if {c} is {r}?", "{c} -> {r}, please.", "assert {c} == {r}", "Find {n} with {c} == {r}.", "I need {n}. {c} gives {r}.",
    "Please write {n}: {c} is {r}.", "A {f} {n} is needed. With {a} it returns {r}.", "{n} makes {r} of {a}. Code it.", "{n} turns {a} into {r}.",
    "When {n} gets {a}, the result has to be {r}.", "Test for {n}: {c} == {r}. Write the {f}.", "Can you guess {n}? {c} is {r}.",
)  # fmt: skip
KINDS = {
    "list[int]": ("a list of whole numbers", "a list of integers", "numbers in a list", "a list like {a}"),
    "list[float]": ("a list of numbers", "some numbers", "a list like {a}"),
    "list[str]": ("a list of words", "a list of strings", "some words", "a list like {a}"),
    "str": ("a text", "a string", "some text", "a text like {a}"),
    "int": ("a whole number", "a number", "an integer", "a number like {a}"),
    "float": ("a number", "a value", "a number like {a}"),
    "dict[str, int]": ("a dictionary of numbers", "a dict with numbers", "a dict like {a}"),
}
CONTEXT = ("I have {k}.", "Say I have {k}.", "My input is {k}.", "You get {k}.", "It is given {k}.", "The input is {k}.", "It takes {k}.", "Assume {k}.", "We start from {k}.")  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A call of the asked function and its result, as text."""

    name: str
    arguments: str
    result: str


def calls(name: str, checks: Sequence[str]) -> list[Call]:
    """The calls of `name` among the checks whose arguments and result are plain values, and short."""
    found = []
    for check in checks:
        tree = ast.parse(check, mode="eval").body
        if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or not isinstance(tree.ops[0], ast.Eq):
            continue
        left, right = tree.left, tree.comparators[0]
        if (
            not isinstance(left, ast.Call)
            or not isinstance(left.func, ast.Name)
            or left.func.id != name
            or left.keywords
        ):
            continue
        texts = [ast.get_source_segment(check, part) or "" for part in (*left.args, right)]
        try:
            list(map(ast.literal_eval, texts))
        except ValueError:
            continue
        if texts[:-1] and sum(map(len, texts)) <= 70:
            found.append(Call(name, ", ".join(texts[:-1]), texts[-1]))
    return found


def signature(code: str, name: str) -> str:
    """ "count(text: str)" of the function in an answer, "" where it is not on one line."""
    match = re.search(rf"^def {name}(\([^\n]*?\))(?: -> [^\n]+)?:$", code, re.M)
    return name + match[1] if match else ""


def restated(ask: str, rng: random.Random) -> str:
    """The same intent in other words; what stands in quotes stays."""
    parts = re.split(r"(\"[^\"]*\"|'[^']*'|`[^`]*`)", ask)
    for group in rng.sample(SAME_MEANING, len(SAME_MEANING)):
        for old in group:
            pattern = rf"{NOT_ALONE.get(old, '')}\b{old}\b"
            if rng.random() < 0.5 and any(re.search(pattern, part) for part in parts[::2]):
                new = rng.choice(group)
                parts[::2] = [re.sub(pattern, lambda _, new=new: new, part, count=1) for part in parts[::2]]
                break
    text = "".join(parts)
    verbs = next((group for group in SAME_VERB if text.startswith(tuple(f"{v} " for v in group))), ())
    old = max((v for v in verbs if text.startswith(f"{v} ")), key=len, default="")
    if old and rng.random() < 0.6:
        text = rng.choice(verbs) + text.removeprefix(old)
    if rng.random() < 0.5:
        for american, british in SPELLING:
            text = re.sub(rf"\b{american}", british, text)
    return text


def slip(text: str, rng: random.Random) -> str:
    """One slip of the keyboard in a longer plain word, never in what looks like code, a name or a quotation."""
    plain = re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\[[^\]]*\]|\([^)]*\)|\w*[_\d]\w*", lambda m: "\0" * len(m[0]), text)
    words = list(re.finditer(r"(?<![\w.\0])[a-z]{5,}(?![\w(\0])", plain))
    if not words:
        return text
    word = rng.choice(words)
    i = rng.randrange(word.start() + 1, word.end() - 1)
    changed = (text[i + 1] + text[i], text[i], text[i] * 2 + text[i + 1])[rng.randrange(3)]
    return text[:i] + changed + text[i + 2 :]


def core(rng: random.Random, ask: str, name: str | None, noun: str, code: str, known: Sequence[Call]) -> str:
    """The sentence or lines that say what is wanted."""
    head = signature(code, name) if name else ""
    draw = rng.random()
    call = rng.choice(known) if known else None
    if name and call and draw < 0.08:
        form = rng.choice(BY_EXAMPLE)
    elif head and draw < 0.22:
        form = rng.choice(WITH_SIGNATURE)
    elif name and draw < 0.28 and noun == "function":
        form = rng.choice(SPECIFICATION)
    elif name:
        form = rng.choice(WITH_NAME if draw < 0.72 else NAME_LATE)
    else:
        form = rng.choice(NO_NAME)
    verb = infinitive(ask)
    fields = {"n": name, "f": noun, "t": ask, "b": verb, "B": verb[:1].upper() + verb[1:], "s": head}
    if call:
        fields |= {"c": f"{call.name}({call.arguments})", "a": call.arguments, "r": call.result}
    text = form.format(**fields)
    if form in BY_EXAMPLE:
        return text
    if known and rng.random() < 0.4:
        some = rng.sample(known, min(len(known), rng.choice((1, 1, 1, 2))))
        text += "" if text[-1] in ".?!:" else "."
        told = rng.choice([form for form in ONE_EXAMPLE if name or "{c}" not in form])
        for one in some:
            shown = told.format(c=f"{one.name}({one.arguments})", a=one.arguments, r=one.result)
            text += ("\n" if told.startswith(">>>") or rng.random() < 0.15 else " ") + shown
    return text


def context(rng: random.Random, entry: Program, known: Sequence[Call]) -> str:
    """ "I have a list of words." where the function takes one thing."""
    match = re.search(rf"^def {entry.main}\(\w+: ([^=,()]+)\)", entry.source, re.M)
    if not match or match[1] not in KINDS:
        return ""
    forms = [k for k in KINDS[match[1]] if known or "{a}" not in k]
    return rng.choice(CONTEXT).format(k=rng.choice(forms).format(a=known[0].arguments if known else ""))


def free(
    rng: random.Random, entry: Program, ask: str, name: str | None, noun: str, code: str, checks: Sequence[str]
) -> str:
    """A request in free words. `code` and `checks` are those of the answer, so that names and signatures agree."""
    known = calls(name or entry.main, checks)
    ask = restated(ask, rng)
    verb = infinitive(ask)
    if noun == "class" or verb.startswith(("be ", "have ", "represent ", "hold ", "model ")):
        if name is None or rng.random() < 0.5:
            forms = (
                "I need a class {n} that {t}.",
                "{n}: a class that {t}.",
                "Write the class {n}. It {t}.",
                "A class {n}, please, which {t}.",
            )
            text = rng.choice(forms).format(n=name or entry.main, t=ask)
        else:
            forms = (
                "Make a class that {t}. Its name is {n}.",
                "I want {n} as a class. It {t}.",
                "class {n} that {t}",
                "How does a class look that {t}? Name: {n}.",
            )
            text = rng.choice(forms).format(n=name, t=ask)
    else:
        text = core(rng, ask, name, noun, code, known)
    before = []
    if rng.random() < 0.25:
        before.append(rng.choice(GREETING))
    if rng.random() < 0.2:
        before.append(rng.choice(REASON))
    if rng.random() < 0.15 and (told := context(rng, entry, known)):
        before.append(told)
    after = [rng.choice(ENDING)] if rng.random() < 0.2 else []
    after += [rng.choice(THANKS)] if rng.random() < 0.1 else []
    if rng.random() < 0.05:
        text = slip(text, rng)
    text = " ".join([*before, text]) if "\n" not in text else "\n".join([" ".join(before), text] if before else [text])
    if after:
        text += ("\n" if "\n" in text else " " if text[-1] in ".?!:" else ". ") + " ".join(after)
    if (
        rng.random() < 0.08
        and not re.search(r"[\"'`A-Z]\w*[\"'`]|[A-Z]{2}|\n|True|False|None", text)
        and noun != "class"
    ):
        text = text.lower() if (name or "").islower() or not name else text
    return text
