"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib.util
from collections import defaultdict
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

APP = Path(__file__).parents[1] / "app"


def trees() -> dict[str, ast.Module]:
    """The modules of the app, by their path."""
    return {str(path.relative_to(APP)): ast.parse(path.read_text("utf-8")) for path in sorted(APP.rglob("*.py"))}


def test_no_two_classes_have_the_same_name() -> None:
    places = defaultdict(list)
    for path, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_what_is_known_of_kinds_of_lanes_stands_in_their_table_alone() -> None:
    """A dict by kind elsewhere would be forgotten with the next kind, and raise while something is painted."""
    kept = []
    for path, tree in trees().items():
        for node in (item for item in ast.walk(tree) if isinstance(item, ast.Dict)):
            keys = [ast.unparse(key) for key in node.keys if key is not None]
            kept += [f"{path}:{node.lineno}" for key in keys[:1] if key.startswith("LaneKind.")]
    assert kept == []


def modules() -> dict[str, ast.Module]:
    """The modules of the app, by their name in Python."""
    named = {}
    for path, tree in trees().items():
        parts = ["app", *Path(path).with_suffix("").parts]
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = tree
    return named


def imported(name: str, tree: ast.Module, package: str, known: Collection[str]) -> set[str]:
    """Modules that one imports: at its top, in functions, and for types alone."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names = {f"{base}.{alias.name}" for alias in node.names}
            found |= {item if item in known else base for item in names}
    return {item for item in found if item in known and item != name}


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Neither hidden in a function nor for types alone: what needs each other is one thing, or something is between."""
    named = modules()
    packages = {name.rpartition(".")[0] for name in named} | {"app"}
    needs = {
        name: imported(name, tree, name if name in packages else name.rpartition(".")[0], named)
        for name, tree in named.items()
    }
    TopologicalSorter(needs).prepare()  # It raises CycleError, which names the circle.
