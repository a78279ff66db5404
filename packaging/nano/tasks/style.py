"""Rewriting one canonical source into other styles: without hints, other docstrings, other names, comments.

All edits are made on the text, at places found by the parser, so that the formatting of the source is kept.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .base import Program

Edit = tuple[int, int, str]


@dataclass(frozen=True)
class Style:
    """docstring: keep, none, line or args. comments: keep, none or more. demo: none, plain, guard or main."""

    hints: bool = True
    docstring: str = "keep"
    comments: str = "keep"
    demo: str = "none"
    renames: Mapping[str, str] = field(default_factory=dict)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Replace the character ranges (start, end, new); ranges do not overlap."""
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[1]), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def offsets(text: str) -> Callable[[int | None, int | None], int]:
    """Give a function from the parser's (line, UTF-8 column) to the character offset."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def at(line: int | None, column: int | None) -> int:
        assert line is not None
        assert column is not None
        if lines[line - 1].isascii():
            return starts[line - 1] + column
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    return at


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def without_hints(source: str, elsewhere: frozenset[str] = frozenset()) -> str:
    """Drop the annotations of parameters, results and local variables, and imports only they used.

    Names in `elsewhere` count as used: the demo or the checks need them.
    """
    tree = ast.parse(source)
    at = offsets(source)
    edits: list[Edit] = []
    for node in functions(tree):
        edits += _signature_edits(node, source, at)
    fields = {id(item) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for item in node.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and node.value is not None and id(node) not in fields:
            edits.append((at(node.target.end_lineno, node.target.end_col_offset), _end(node.annotation, at), ""))
    return without_unused_imports(apply_edits(source, edits), elsewhere)


def _end(node: ast.expr, at: Callable[[int | None, int | None], int]) -> int:
    return at(node.end_lineno, node.end_col_offset)


def _signature_edits(
    node: ast.FunctionDef | ast.AsyncFunctionDef, source: str, at: Callable[[int | None, int | None], int]
) -> list[Edit]:
    edits: list[Edit] = []
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    pairs: list[tuple[ast.arg, ast.expr | None]] = list(zip(plain, missing + list(arguments.defaults), strict=True))
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    pairs += [(arg, None) for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    for arg, default in pairs:
        if arg.annotation is None:
            continue
        start = at(arg.lineno, arg.col_offset) + len(arg.arg)
        end = _end(arg.annotation, at)
        if default is None:
            edits.append((start, end, ""))
        else:
            edits.append((start, at(default.lineno, default.col_offset), "="))
    if node.returns is not None:
        begin = at(node.returns.lineno, node.returns.col_offset)
        arrow = source.rindex("->", 0, begin)
        edits.append((len(source[:arrow].rstrip()), _end(node.returns, at), ""))
    return edits


def without_unused_imports(source: str, elsewhere: frozenset[str] = frozenset()) -> str:
    """Drop names that `from x import a, b` brings in and nothing uses (one-line imports only)."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | elsewhere
    lines = source.splitlines(keepends=True)
    changed = False
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or node.lineno != node.end_lineno or node.module == "__future__":
            continue
        kept = [alias for alias in node.names if (alias.asname or alias.name) in used]
        if len(kept) == len(node.names):
            continue
        changed = True
        names = ", ".join(alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in kept)
        lines[node.lineno - 1] = f"from {node.module} import {names}\n" if kept else ""
    return "".join(lines).lstrip("\n") if changed else source


PARAMETERS = {
    "n": "The number.",
    "path": "The path of the file.",
    "key": "The key to use.",
    "limit": "The upper limit.",
    "default": "The value to use when there is none.",
    "separator": "The text between the parts.",
}


def describe(name: str, entry: Program) -> str:
    """One sentence on a parameter for the Args section."""
    return entry.params.get(name) or PARAMETERS.get(name) or f"The {name.strip('_').replace('_', ' ')}."


def describe_result(summary: str, node: ast.FunctionDef | ast.AsyncFunctionDef, entry: Program) -> str:
    """One sentence on the result, from the summary line where that is possible."""
    if entry.returns and node.name == entry.main:
        return entry.returns
    head, _, rest = summary.rstrip(".").partition(" ")
    if head in ("Return", "Compute", "Calculate", "Find", "Get", "Build", "Create", "Make", "Give") and rest:
        if rest.startswith("whether "):
            return f"True if {rest[8:]}, False otherwise."
        if rest.startswith(("the ", "a ", "an ", "all ", "every ", "each ")):
            return rest[0].upper() + rest[1:] + "."
    if head in ("Check", "Tell") and rest.startswith(("whether ", "if ")):
        return f"True if {rest.split(' ', 1)[1]}, False otherwise."
    kind = ast.unparse(node.returns) if node.returns else ""
    by_kind = {"bool": "True if so, False otherwise.", "str": "The resulting text.", "list": "The resulting list."}
    by_kind |= {"dict": "The resulting dictionary.", "int": "The resulting number.", "float": "The resulting number."}
    return by_kind.get(kind.split("[")[0], "The result.")


def with_docstrings(source: str, kind: str, entry: Program) -> str:
    """Remove docstrings (none), keep their first line (line) or give every one with parameters sections (args)."""
    if kind == "keep":
        return source
    tree = ast.parse(source)
    at = offsets(source)
    edits: list[Edit] = []
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            or ast.get_docstring(node) is None
        ):
            continue
        text = ast.get_docstring(node) or ""
        first = node.body[0]
        start, end = at(first.lineno, first.col_offset), at(first.end_lineno, first.end_col_offset)
        if kind == "none" and len(node.body) == 1:
            edits.append((start, end, "pass"))
        elif kind == "none":
            following = node.body[1]
            line = following.lineno
            if isinstance(following, ast.FunctionDef | ast.ClassDef) and following.decorator_list:
                line = following.decorator_list[0].lineno
            edits.append((start - first.col_offset, _line_start(source, at, line, end), ""))
        elif kind == "line" and "\n" in text:
            edits.append((start, end, f'"""{text.splitlines()[0]}"""'))
        elif kind == "args" and "Args:" not in text and isinstance(node, ast.FunctionDef):
            edits.append((start, end, _sections(text, node, entry, " " * first.col_offset)))
    return apply_edits(source, edits)


def _line_start(source: str, at: Callable[[int | None, int | None], int], line: int, after: int) -> int:
    """Start of the code after a docstring: its line, or the comment lines before it."""
    end = at(line, 0)
    rest = source[after:end]
    blank = re.match(r"\n(?:[ \t]*\n)*", rest)
    return after + blank.end() if blank else end


def _sections(text: str, node: ast.FunctionDef, entry: Program, pad: str) -> str:
    names = [arg.arg for arg in [*node.args.args, *node.args.kwonlyargs] if arg.arg not in ("self", "cls")]
    returns = ast.unparse(node.returns) if node.returns else "None"
    gives = returns != "None" and not returns.startswith(("Iterator", "Generator")) and node.name[:2] != "__"
    if not names and not gives:
        return f'"""{text}"""'
    parts = [text.rstrip()]
    if names:
        parts.append("Args:\n" + "\n".join(f"    {name}: {describe(name, entry)}" for name in names))
    if gives:
        parts.append("Returns:\n    " + describe_result(text.splitlines()[0], node, entry))
    body = "\n\n".join(parts).replace("\n", "\n" + pad)
    return '"""' + re.sub(r"\n[ \t]+(?=\n)", "\n", body) + f'\n{pad}"""'


def without_comments(source: str) -> str:
    source = re.sub(r"(?m)^[ \t]*#[^\n]*\n", "", source)
    return re.sub(r"(?m)(?<=\S)  # [^\n\"']*$", "", source)


def _comment(node: ast.stmt, last: bool) -> str:
    """A plain comment for a statement, or ""."""
    match node:
        case ast.For(iter=ast.Name(id=name)):
            return f"Go through the {name.replace('_', ' ')} one by one."
        case ast.For(target=ast.Name(id=name)) if name != "_":
            return f"Repeat for each {name.replace('_', ' ')}."
        case ast.While():
            return "Repeat while there is something left to do."
        case ast.If(body=[ast.Raise()]):
            return "Refuse input that makes no sense."
        case ast.If(body=[ast.Return()], orelse=[]):
            return "Handle the special case."
        case ast.Assign(value=ast.List(elts=[])) | ast.AnnAssign(value=ast.List(elts=[])):
            return "Collect the results in a list."
        case ast.Assign(value=ast.Dict(keys=[])) | ast.AnnAssign(value=ast.Dict(keys=[])):
            return "Collect the results in a dictionary."
        case ast.Assign(value=ast.Constant(value=0)):
            return "Start from zero."
        case ast.With():
            return "The with block cleans up by itself."
        case ast.Try():
            return "Try it and handle the error."
        case ast.Return(value=ast.ListComp()):
            return "Build the list in one expression."
        case ast.Return(value=ast.DictComp()):
            return "Build the dictionary in one expression."
        case ast.Return() if last:
            return "Give back the result."
    return ""


def with_comments(source: str) -> str:
    """Add at most four plain comments before statements of functions."""
    lines = source.splitlines(keepends=True)
    places: dict[int, str] = {}
    for function in functions(ast.parse(source)):
        for node in ast.walk(function):
            body = getattr(node, "body", None)
            if isinstance(body, list):
                for statement in body:
                    text = _comment(statement, statement is function.body[-1])
                    if text and text not in places.values() and lines[statement.lineno - 2].lstrip()[:1] != "#":
                        places[statement.lineno] = text
    for line in sorted(sorted(places)[:4], reverse=True):
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        if not lines[line - 1].lstrip().startswith("elif"):
            lines.insert(line - 1, f"{indent}# {places[line]}\n")
    return "".join(lines)


TOKEN = re.compile(
    r'(?P<string>[rRbBfFuU]{0,2}(?:"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|'
    r"'''(?:\\.|[^\\])*?'''|'(?:\\.|[^'\\\n])*'))"
    r"|(?P<comment>#[^\n]*)|(?P<dotted>\.\s*[A-Za-z_]\w*)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<number>\d[\w.]*)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<other>.)",
    re.DOTALL,
)
DEFINED = re.compile(r"\b(?:def|class)\s+(\w+)")


def rename(text: str, renames: Mapping[str, str], own: frozenset[str]) -> str:
    """Rename identifiers; keywords of calls only where the callee is one of `own`."""
    if not renames:
        return text
    out: list[str] = []
    callees: list[str] = []
    previous = ""
    for match in TOKEN.finditer(text):
        token, kind = match.group(), match.lastgroup
        if kind == "name":
            keyword = text[match.end() : match.end() + 1] == "=" and text[match.end() + 1 : match.end() + 2] != "="
            foreign = keyword and callees and callees[-1] not in own
            new = token if foreign else renames.get(token, token)
            if re.search(r"\b(?:def|class) $", text[: match.start()][-8:]) and "." + token in renames:
                new = renames["." + token]
            out.append(new)
        elif kind == "dotted":
            out.append("." + renames.get("." + token[1:], token[1:]))
        elif kind == "string":
            out.append(_rename_string(token, renames, own))
        else:
            out.append(token)
        if kind == "open":
            callees.append(previous if token == "(" else "")
        elif kind == "close" and callees:
            callees.pop()
        if kind in ("name", "dotted"):
            previous = token.lstrip(".")
        elif token.strip():
            previous = ""
    return "".join(out)


def _rename_string(token: str, renames: Mapping[str, str], own: frozenset[str]) -> str:
    prefix = token[: min(token.index(q) for q in "\"'" if q in token)]
    if "f" in prefix.lower():
        return _rename_fields(token, renames, own)
    if token.startswith('"""'):
        for old, new in renames.items():
            token = re.sub(rf"(?m)^(\s+){re.escape(old)}:(?= )", rf"\g<1>{new}:", token)
            if "_" in old:
                token = re.sub(rf"\b{re.escape(old)}\b", new, token)
    return token


def _rename_fields(token: str, renames: Mapping[str, str], own: frozenset[str]) -> str:
    """Rename inside the braces of an f-string, not in format specifications."""
    out: list[str] = []
    position = 0
    while position < len(token):
        brace = token[position]
        if token[position : position + 2] in ("{{", "}}"):
            out.append(token[position : position + 2])
            position += 2
        elif brace == "{":
            end, depth = position + 1, 0
            while depth or token[end] not in ":!}" or token[end : end + 2] == "!=":
                depth += (token[end] in "([{") - (token[end] in ")]}")
                end += 1
            out.append("{" + rename(token[position + 1 : end], renames, own))
            position = end
        else:
            out.append(brace)
            position += 1
    return "".join(out)


@lru_cache(maxsize=20000)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_]\w*", text))


@lru_cache(maxsize=5000)
def _identifiers(code: str) -> frozenset[str]:
    """Names in code, not words in its strings and comments."""
    found = TOKEN.finditer(code)
    return frozenset(match.group().lstrip(". ") for match in found if match.lastgroup in ("name", "dotted"))


def render(entry: Program, style: Style) -> tuple[str, tuple[str, ...]]:
    """The program in that style (without a fence) and its checks under the new names."""
    source = with_docstrings(entry.source, style.docstring, entry)
    if not style.hints:
        source = without_hints(source, _words(entry.demo + "\n" + "\n".join(entry.checks)))
    if style.comments == "none":
        source = without_comments(source)
    elif style.comments == "more":
        source = with_comments(source)
    own = frozenset(DEFINED.findall(entry.source)) | {"cls"}
    taken = _identifiers("\n".join((entry.source, entry.demo, *entry.checks)))
    renames = {old: new for old, new in style.renames.items() if new.lstrip(".") not in taken}
    source = rename(source, renames, own)
    demo = rename(entry.demo, renames, own)
    checks = tuple(rename(check, renames, own) for check in entry.checks)
    return _with_demo(source, demo, style), checks


def _with_demo(source: str, demo: str, style: Style) -> str:
    kind = style.demo
    source = source.rstrip("\n") + "\n"
    if kind == "none" or not demo:
        return source
    if kind == "plain":
        gap = "\n\n" if source.startswith(("def", "class", "@", "from", "import")) else "\n"
        return f"{source}{gap}{demo}\n"
    body = "\n".join("    " + line if line.strip() else "" for line in demo.split("\n"))
    if kind == "guard":
        return f'{source}\n\nif __name__ == "__main__":\n{body}\n'
    arrow = " -> None" if style.hints else ""
    return f'{source}\n\ndef main(){arrow}:\n{body}\n\n\nif __name__ == "__main__":\n    main()\n'
