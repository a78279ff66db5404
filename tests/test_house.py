"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
from collections import defaultdict
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
