"""Reads the public functions and classes out of a syntax tree. Nothing is run for it."""

from __future__ import annotations

import ast
from collections import Counter

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from typing import Any

MOST = 100
TEXT = 200


def describe(tree: ast.Module) -> dict[str, Any]:
    """The top-level functions and classes whose names have no leading underscore; the last definition counts."""
    functions: dict[str, dict[str, Any]] = {}
    classes: dict[str, dict[str, Any]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            functions[node.name] = function(node)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            methods = [
                item.name
                for item in node.body
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
                and (item.name == "__init__" or not item.name.startswith("_"))
            ]
            classes[node.name] = {"name": node.name, "methods": methods[:MOST], "line": node.lineno}
    return {"functions": list(functions.values())[:MOST], "classes": list(classes.values())[:MOST]}


def function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
    inner = [item for statement in node.body for item in ast.walk(statement)]
    shape = Counter(type(item).__name__ for item in inner if not isinstance(item, ast.expr_context))
    return {
        "name": node.name,
        "parameters": parameters(node.args)[:MOST],
        "returns": text(node.returns),
        "line": node.lineno,
        "shape": dict(shape),
        "generator": "Yield" in shape or "YieldFrom" in shape,
        "coroutine": isinstance(node, ast.AsyncFunctionDef),
    }


def parameters(args: ast.arguments) -> list[dict[str, Any]]:
    positional = [*args.posonlyargs, *args.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
    found = [one(arg, "positional", d) for arg, d in zip(positional, [*missing, *args.defaults], strict=True)]
    if args.vararg:
        found.append(one(args.vararg, "star", None))
    found += [one(arg, "keyword", d) for arg, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    if args.kwarg:
        found.append(one(args.kwarg, "double_star", None))
    return found


def one(arg: ast.arg, kind: str, default: ast.expr | None) -> dict[str, Any]:
    return {
        "name": arg.arg,
        "kind": kind,
        "hint": text(arg.annotation),
        "default": None if default is None else ast.unparse(default)[:TEXT],
    }


def text(node: ast.expr | None) -> str:
    if node is None:
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value[:TEXT]  # a hint written in quotes
    return ast.unparse(node)[:TEXT]
