"""Request/answer pairs from source files: functions that stand on their own, with the small things that they need.

They bring what no generator has: thousands of names and intents that people really wrote.
"""

from __future__ import annotations

import ast
import builtins
import random
import re
from collections.abc import Mapping

from tasks import phrasing, wording
from tasks.base import Program

NOT_VERBS = frozenset(
    (
        *("a", "an", "the", "this", "these", "if", "for", "in", "see", "note", "all", "same", "like", "when", "as"),
        *("helper", "internal", "deprecated", "class", "function", "not", "no", "private", "utility", "wrapper"),
    )
)
NOUNS = ("The ", "A ", "An ", "Number of ", "List of ")
LINES = range(2, 45)  # of a function
HELPER_LINES, HELPERS = 14, 3
FREE_SHARE = 0.5
BARE_SHARE = 0.6  # of functions without a docstring; only their name says what they do
BARE = ("Complete this function: def {s}:", "Write the Python function `{s}`.", "Write {n}, called as {s}.", "def {s}:")


def third_person(doc: str) -> str:
    """ "Return the x." and "The x." as "returns the x", or "" when the first word is no verb in the imperative."""
    line = re.split(r"(?<=[.!?])\s", " ".join(doc.strip().split("\n\n")[0].split()))[0].rstrip(".")
    if line.startswith(NOUNS) and len(line) < 100:
        return "returns " + line[:1].lower() + line[1:]
    first, _, rest = line.partition(" ")
    if not first.isalpha() or not first[0].isupper() or first.lower() in NOT_VERBS or not rest or len(line) > 140:
        return ""
    verb = first.lower()
    if not verb.endswith("s") or verb.endswith("ss"):
        verb += "es" if verb.endswith(("sh", "ch", "x", "ss", "z")) else "s"
    return f"{verb} {rest}"


def free_names(f: ast.AST) -> set[str]:
    """Names that a definition reads and neither it nor Python defines."""
    stored = {a.arg for a in ast.walk(f) if isinstance(a, ast.arg)} | {getattr(f, "name", "")}
    read = set()
    for node in ast.walk(f):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else stored).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            stored.add(node.name)
        elif isinstance(node, ast.alias):
            stored.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            stored.add(node.name)
    return read - stored - set(dir(builtins))


def imports(tree: ast.Module) -> dict[str, str]:
    """Statement for each name that an absolute import at top level binds."""
    out = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for a in node.names:
                bound = (a.asname or a.name).split(".")[0]
                out[bound] = f"import {a.name}" + (f" as {a.asname}" if a.asname else "")
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level and node.module != "__future__":
            for a in node.names:
                line = f"from {node.module} import {a.name}" + (f" as {a.asname}" if a.asname else "")
                out[a.asname or a.name] = line
    return out


def segment(lines: list[str], node: ast.stmt) -> str:
    """Source of a statement at top level; `ast.get_source_segment` splits the whole text anew for each."""
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def small_definitions(tree: ast.Module, lines: list[str]) -> dict[str, tuple[ast.AST, str]]:
    """Functions and constants at top level that are short enough to be brought along, with their source."""
    out: dict[str, tuple[ast.AST, str]] = {}
    for node in tree.body:
        source = ""
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            source, name, most = segment(lines, node), node.name, HELPER_LINES
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            source, name, most = segment(lines, node), node.targets[0].id, 4
        if source and source.count("\n") < most:
            out[name] = (node, source)
    return out


def needed(f: ast.FunctionDef, known: Mapping[str, str], own: Mapping[str, tuple[ast.AST, str]]) -> str | None:
    """Imports, constants and helpers for a function, as source; None where something is missing or it is too much."""
    lines: set[str] = set()
    brought: dict[str, str] = {}
    due = sorted(free_names(f))
    while due:
        name = due.pop()
        if name in brought or name == f.name:
            continue
        if name in known:
            lines.add(known[name])
        elif name in own and len(brought) < HELPERS:
            brought[name] = own[name][1]
            due += sorted(free_names(own[name][0]) - {name})
        else:
            return None
    constants = [s for n, s in brought.items() if isinstance(own[n][0], ast.Assign)]
    functions = [s for n, s in brought.items() if not isinstance(own[n][0], ast.Assign)]
    head = "\n".join(sorted(lines, key=lambda line: (line.startswith("from"), line)))
    parts = [head, "\n".join(reversed(constants)), *reversed(functions)]
    return "".join(part + "\n\n\n" for part in parts if part)


def request(rng: random.Random, name: str, doc: str, source: str) -> str:
    """What somebody would ask who gets this function, "" if it cannot be told."""
    asked = third_person(doc)
    if asked:
        entry = Program(name, (asked,), source, main=name)
        said = name if rng.random() < 0.75 else None
        if rng.random() < FREE_SHARE:
            return phrasing.free(rng, entry, asked, said, "function", source, ())
        return wording.opening(rng, asked, said, "function")
    head = phrasing.signature(source, name)
    if doc or not head or "_" not in name.strip("_") or rng.random() > BARE_SHARE:
        return ""
    return rng.choice(BARE).format(n=name, s=head)


def pairs(text: str, seed: str) -> list[tuple[str, str]]:
    """Requests for the functions of a source file that stand on their own, and those functions."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    lines, rng, out = text.split("\n"), random.Random(seed), []
    known, own = imports(tree), small_definitions(tree, lines)
    for f in tree.body:
        if not isinstance(f, ast.FunctionDef) or f.decorator_list or f.name.startswith(("test", "_test", "__")):
            continue
        source = segment(lines, f)
        if source.count("\n") not in LINES:
            continue
        head = needed(f, known, own)
        asked = request(rng, f.name, ast.get_docstring(f) or "", source) if head is not None else ""
        if asked:
            out.append((asked, f"```python\n{head}{source}\n```"))
    return out
