# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Lists of dictionaries and of dataclasses from many domains; dictionaries from names to values."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .base import Program, make
from .domains import DOMAINS, Domain, plural_field, rows_of
from .family import article, family, function, literal
from .wording import infinitive

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Op:
    """Templates use {many} {one} {label} {field} {fields} {group} {value}; body uses {xs} {x} and L, F, G for accesses."""

    asks: tuple[str, ...]
    name: str
    result: str
    bodies: tuple[str, ...]
    run: Callable[[Rows, str, str, str, Any], Any]
    param: str = ""


def _by(rows: Rows, group: str, field: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row[group], []).append(row[field])
    return found


OPS = (
    Op(("returns the total {field} of all {many} in a list", "adds up the {fields} of a list of {many}", "computes the sum of the {fields} of {many}"), "total_{field}", "int", ("return sum({F} for {x} in {xs})", "total = 0\nfor {x} in {xs}:\n    total += {F}\nreturn total"), lambda r, n, f, g, v: sum(x[f] for x in r)),
    Op(("returns the average {field} of a list of {many}", "computes the mean {field} of {many}, or 0 for an empty list"), "average_{field}", "float", ("if not {xs}:\n    return 0.0\nreturn sum({F} for {x} in {xs}) / len({xs})",), lambda r, n, f, g, v: sum(x[f] for x in r) / len(r) if r else 0.0),
    Op(("returns the {label} of the {one} with the highest {field}", "finds which {one} has the largest {field} and returns its {label}"), "{label}_with_highest_{field}", "str", ("best = max({xs}, key=lambda {x}: {F})\nreturn {best_L}", "best = {xs}[0]\nfor {x} in {xs}:\n    if {F} > {best_F}:\n        best = {x}\nreturn {best_L}"), lambda r, n, f, g, v: max(r, key=lambda x: x[f])[n]),
    Op(("returns the {label} of the {one} with the lowest {field}", "finds which {one} has the smallest {field} and returns its {label}"), "{label}_with_lowest_{field}", "str", ("best = min({xs}, key=lambda {x}: {F})\nreturn {best_L}",), lambda r, n, f, g, v: min(r, key=lambda x: x[f])[n]),
    Op(("returns the {labels} of all {many} with {a_field} above a limit", "lists the {labels} of the {many} whose {field} is greater than a limit"), "{labels}_with_{field}_above", "list[str]", ("return [{L} for {x} in {xs} if {F} > limit]", "result = []\nfor {x} in {xs}:\n    if {F} > limit:\n        result.append({L})\nreturn result"), lambda r, n, f, g, v: [x[n] for x in r if x[f] > v], "limit"),
    Op(("returns the {labels} of all {many} with {a_field} below a limit", "lists the {labels} of the {many} whose {field} is less than a limit"), "{labels}_with_{field}_below", "list[str]", ("return [{L} for {x} in {xs} if {F} < limit]",), lambda r, n, f, g, v: [x[n] for x in r if x[f] < v], "limit"),
    Op(("counts the {many} with {a_field} of at least a minimum", "counts how many {many} have {a_field} of at least a given value"), "count_{many}_with_{field}", "int", ("return sum(1 for {x} in {xs} if {F} >= minimum)", "count = 0\nfor {x} in {xs}:\n    if {F} >= minimum:\n        count += 1\nreturn count"), lambda r, n, f, g, v: sum(x[f] >= v for x in r), "minimum"),
    Op(("sorts a list of {many} by {field} and returns their {labels}", "returns the {labels} of {many} ordered by {field}"), "{labels}_by_{field}", "list[str]", ("ordered = sorted({xs}, key=lambda {x}: {F})\nreturn [{L} for {x} in ordered]", "return [{L} for {x} in sorted({xs}, key=lambda {x}: {F})]"), lambda r, n, f, g, v: [x[n] for x in sorted(r, key=lambda x: x[f])]),
    Op(("returns the {labels} of {many} sorted by {field} in descending order", "lists the {labels} of the {many} from the highest to the lowest {field}"), "{labels}_by_{field}_descending", "list[str]", ("ordered = sorted({xs}, key=lambda {x}: {F}, reverse=True)\nreturn [{L} for {x} in ordered]",), lambda r, n, f, g, v: [x[n] for x in sorted(r, key=lambda x: x[f], reverse=True)]),
    Op(("groups the {labels} of a list of {many} by {group}", "returns a dictionary from each {group} to the {labels} of its {many}"), "group_by_{group}", "dict[str, list[str]]", ("groups: dict[str, list[str]] = {{}}\nfor {x} in {xs}:\n    groups.setdefault({G}, []).append({L})\nreturn groups",), lambda r, n, f, g, v: _by(r, g, n)),
    Op(("counts the {many} of each {group}", "counts how many {many} there are for each {group}"), "count_by_{group}", "dict[str, int]", ("counts: dict[str, int] = {{}}\nfor {x} in {xs}:\n    counts[{G}] = counts.get({G}, 0) + 1\nreturn counts",), lambda r, n, f, g, v: {k: len(i) for k, i in _by(r, g, f).items()}),
    Op(("computes the total {field} of the {many} for each {group}", "sums the {fields} of {many} by {group}"), "{field}_by_{group}", "dict[str, int]", ("totals: dict[str, int] = {{}}\nfor {x} in {xs}:\n    totals[{G}] = totals.get({G}, 0) + {F}\nreturn totals",), lambda r, n, f, g, v: {k: sum(i) for k, i in _by(r, g, f).items()}),
    Op(("computes the average {field} of the {many} for each {group}",), "average_{field}_by_{group}", "dict[str, float]", ("groups: dict[str, list[int]] = {{}}\nfor {x} in {xs}:\n    groups.setdefault({G}, []).append({F})\nreturn {{{group}: sum(values) / len(values) for {group}, values in groups.items()}}",), lambda r, n, f, g, v: {k: sum(i) / len(i) for k, i in _by(r, g, f).items()}),
    Op(("returns the highest {field} of the {many} of each {group}",), "highest_{field}_by_{group}", "dict[str, int]", ("highest: dict[str, int] = {{}}\nfor {x} in {xs}:\n    highest[{G}] = max({F}, highest.get({G}, {F}))\nreturn highest",), lambda r, n, f, g, v: {k: max(i) for k, i in _by(r, g, f).items()}),
    Op(("builds a dictionary from the {label} of each {one} to its {field}", "maps the {labels} of {many} to their {fields}"), "{field}_by_{label}", "dict[str, int]", ("return {{{L}: {F} for {x} in {xs}}}", "result: dict[str, int] = {{}}\nfor {x} in {xs}:\n    result[{L}] = {F}\nreturn result"), lambda r, n, f, g, v: {x[n]: x[f] for x in r}),
    Op(("returns the {labels} of the {n} {many} with the highest {field}",), "top_{many}_by_{field}", "list[str]", ("ordered = sorted({xs}, key=lambda {x}: {F}, reverse=True)\nreturn [{L} for {x} in ordered[:{n}]]",), lambda r, n, f, g, v: [x[n] for x in sorted(r, key=lambda x: x[f], reverse=True)]),
    Op(("checks whether any {one} has {a_field} above a limit", "tells whether at least one {one} has {a_field} greater than a limit"), "any_{field}_above", "bool", ("return any({F} > limit for {x} in {xs})",), lambda r, n, f, g, v: any(x[f] > v for x in r), "limit"),
    Op(("checks whether all {many} have {a_field} above a limit",), "all_{fields}_above", "bool", ("return all({F} > limit for {x} in {xs})",), lambda r, n, f, g, v: all(x[f] > v for x in r), "limit"),
    Op(("finds the {field} of the {one} with a given {label}, or None", "looks up the {field} of {a_one} by {label} and returns None if it is missing"), "find_{field}", "int | None", ("for {x} in {xs}:\n    if {L} == {label}:\n        return {F}\nreturn None",), lambda r, n, f, g, v: next((x[f] for x in r if x[n] == v), None), "{label}"),
    Op(("returns the distinct {groups} of a list of {many} in alphabetical order", "lists all {groups} of the {many} without repeats, sorted"), "distinct_{groups}", "list[str]", ("return sorted({{{G} for {x} in {xs}}})",), lambda r, n, f, g, v: sorted({x[g] for x in r})),
    Op(("prints the {label} and {field} of each {one}", "prints a line with the {label} and the {field} for every {one} in a list"), "print_{many}", "None", ('for {x} in {xs}:\n    print(f"{{{Lq}}}: {{{Fq}}}")',), lambda r, n, f, g, v: None),
)  # fmt: skip


def _form(rng: random.Random, domain: Domain, field: str) -> tuple[str, str, Callable[[str, str], str]]:
    """Type of one record, its definition in code, and how a field is reached."""
    if rng.random() < 0.55:
        return "dict", "", lambda x, key: f'{x}["{key}"]'
    definition = (
        f'@dataclass\nclass {domain.class_name}:\n    """{article(domain.one).capitalize()} with its {domain.label}, {domain.group} and {field}."""\n\n'
        f"    {domain.label}: str\n    {domain.group}: str\n    {field}: int\n"
    )
    return domain.class_name, definition, lambda x, key: f"{x}.{key}"


def record_text(domain: Domain, form: str, row: dict[str, Any]) -> str:
    if form == "dict":
        return literal(row)
    return f"{domain.class_name}({', '.join(literal(value) for value in row.values())})"


@family(6)
def record_lists(rng: random.Random) -> Program:
    """returns the name of the player with the highest score, for many domains and fields."""
    op, domain = rng.choice(OPS), rng.choice(DOMAINS)
    field = rng.choice(list(domain.fields))
    form, definition, reach = _form(rng, domain, field)
    x, xs, n = domain.variable, domain.list_name, rng.choice((2, 3))
    words = {
        "one": domain.one, "many": domain.many, "label": domain.label, "labels": plural_field(domain.label), "field": field,
        "fields": plural_field(field), "group": domain.group, "groups": plural_field(domain.group), "n": {2: "two", 3: "three"}[n],
        "a_field": article(field), "a_one": article(domain.one),
    }  # fmt: skip
    asks = [ask.format(**words) for ask in op.asks]
    if form != "dict" or rng.random() < 0.35:
        kind = "dataclass objects" if form != "dict" else "dictionaries"
        asks = [f"{ask}, where the {domain.many} are {kind}" for ask in asks]
    name = op.name.format(**words)
    places = {
        "F": reach(x, field),
        "L": reach(x, domain.label),
        "G": reach(x, domain.group),
        "best_L": reach("best", domain.label),
        "best_F": reach("best", field),
    }
    places |= {"Lq": places["L"].replace('"', "'"), "Fq": places["F"].replace('"', "'")}
    body = rng.choice(op.bodies).format(x=x, xs=xs, n=n, label=domain.label, group=domain.group, **places)
    rows = rows_of(domain, rng, rng.randint(3, 5), [field])
    values = [row[field] for row in rows]
    param = op.param.format(**words)
    value: Any = None
    if param:
        value = rng.choice([row[domain.label] for row in rows]) if "{" in op.param else rng.choice(values)
    extra = f", {param}: {'str' if '{' in op.param else 'int'}" if param else ""
    imports = ("from dataclasses import dataclass\n\n\n" + definition + "\n\n") if definition else ""
    doc = infinitive(op.asks[0].format(**words))
    source = imports + function(name, f"({xs}: list[{form}]{extra}) -> {op.result}", doc, body)
    expected = op.run(rows, domain.label, field, domain.group, value)
    expected = expected[:n] if op.name.startswith("top_") else expected
    text = "[" + ", ".join(record_text(domain, form, row) for row in rows) + "]"
    lines = "[\n" + "".join(f"    {record_text(domain, form, row)},\n" for row in rows) + "]"
    call = f"{name}({xs}" + (f", {literal(value)}" if param else "") + ")"
    demo = f"{xs} = {lines}\n" + (call if op.result == "None" else f"print({call})")
    check = f"{call.replace(f'({xs}', f'({text}')} == {expected!r}"
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=[check],
        main=name,
        topic="records",
        params={xs: f"The {domain.many} to look at."},
    )


TABLES = (
    ("stock", "items", "count", (("apples", 5), ("pears", 0), ("plums", 12), ("figs", 3))),
    ("prices", "products", "price", (("pen", 2), ("book", 15), ("lamp", 30), ("cup", 8))),
    ("scores", "players", "score", (("Mia", 10), ("Tom", 25), ("Lea", 17), ("Sam", 21))),
    ("ages", "people", "age", (("Ana", 31), ("Ben", 17), ("Cy", 45), ("Dee", 22))),
    ("temperatures", "cities", "temperature", (("Oslo", 4), ("Rome", 19), ("Cairo", 30), ("Lima", 22))),
    ("votes", "candidates", "number of votes", (("Ada", 120), ("Bo", 85), ("Cleo", 140), ("Dan", 60))),
    ("distances", "towns", "distance", (("Bern", 95), ("Lyon", 330), ("Turin", 240), ("Graz", 610))),
    ("grades", "students", "grade", (("Eva", 88), ("Jon", 72), ("Kim", 95), ("Lou", 64))),
    ("counts", "words", "count", (("sun", 4), ("moon", 9), ("star", 1), ("sky", 6))),
)
DICTS: tuple[tuple[str, str, str, str, Callable[[dict[str, int], Any], Any], str], ...] = (
    ("returns the {one} with the highest {v} from a dictionary of {many} and {vs}", "highest", "str", "return max({d}, key=lambda {k}: {d}[{k}])", lambda d, v: max(d, key=lambda k: d[k]), ""),
    ("returns the {one} with the lowest {v} from a dictionary of {many} and {vs}", "lowest", "str", "return min({d}, key=lambda {k}: {d}[{k}])", lambda d, v: min(d, key=lambda k: d[k]), ""),
    ("returns the {many} whose {v} is above a limit from a dictionary", "above", "list[str]", "return [{k} for {k}, {x} in {d}.items() if {x} > limit]", lambda d, v: [k for k in d if d[k] > v], "limit"),
    ("keeps only the entries of a dictionary of {many} and {vs} with {a_v} of at least a minimum", "at_least", "dict[str, int]", "return {{{k}: {x} for {k}, {x} in {d}.items() if {x} >= minimum}}", lambda d, v: {k: x for k, x in d.items() if x >= v}, "minimum"),
    ("adds up the {vs} in a dictionary of {many}", "total", "int", "return sum({d}.values())", lambda d, v: sum(d.values()), ""),
    ("computes the average {v} in a dictionary from {many} to {vs}", "average", "float", "if not {d}:\n    return 0.0\nreturn sum({d}.values()) / len({d})", lambda d, v: sum(d.values()) / len(d), ""),
    ("returns the {many} of a dictionary sorted by {v}", "sorted", "list[str]", "return sorted({d}, key=lambda {k}: {d}[{k}])", lambda d, v: sorted(d, key=lambda k: d[k]), ""),
    ("returns the {many} of a dictionary from the highest to the lowest {v}", "ranking", "list[str]", "return sorted({d}, key=lambda {k}: {d}[{k}], reverse=True)", lambda d, v: sorted(d, key=lambda k: d[k], reverse=True), ""),
    ("sorts a dictionary of {many} and {vs} by its values", "sort", "dict[str, int]", "return dict(sorted({d}.items(), key=lambda pair: pair[1]))", lambda d, v: dict(sorted(d.items(), key=lambda p: p[1])), ""),
    ("adds an amount to the {v} of one of the {many} in a dictionary and returns the dictionary", "increase", "dict[str, int]", "{d}[{k}] = {d}.get({k}, 0) + amount\nreturn {d}", lambda d, v: d, "increase"),
    ("counts the {many} in a dictionary whose {v} is zero", "count_zero", "int", "return sum(1 for {x} in {d}.values() if {x} == 0)", lambda d, v: sum(x == 0 for x in d.values()), ""),
    ("turns a dictionary from {many} to {vs} around so that the values become the keys", "invert", "dict[int, str]", "return {{{x}: {k} for {k}, {x} in {d}.items()}}", lambda d, v: {x: k for k, x in d.items()}, ""),
    ("doubles every {v} in a dictionary of {many}", "double", "dict[str, int]", "return {{{k}: {x} * 2 for {k}, {x} in {d}.items()}}", lambda d, v: {k: x * 2 for k, x in d.items()}, ""),
    ("returns the {v} of one of the {many} in a dictionary, or a default", "look_up", "int", "return {d}.get({k}, default)", lambda d, v: d, "default"),
)  # fmt: skip


@family(2.5)
def dictionaries(rng: random.Random) -> Program:
    """returns the player with the highest score from a dictionary, and the like."""
    d, many, value, pairs = rng.choice(TABLES)
    ask, slug, result, body, run, param = rng.choice(DICTS)
    one = {"people": "person", "cities": "city"}.get(many, many[:-1])
    x = value.split()[-1] if value != "number of votes" else "vote_count"
    words = {"one": one, "many": many, "v": value, "vs": d if d != "stock" else "counts", "a_v": article(value)}
    asks = [ask.format(**words)]
    name = f"{slug}_{d}"
    body = body.format(d=d, k=one, x=x)
    chosen = rng.sample(pairs, rng.randint(3, 4))
    data = dict(chosen)
    limit = rng.choice(list(data.values()))
    extra = {
        "limit": ", limit: int",
        "minimum": ", minimum: int",
        "increase": f", {one}: str, amount: int",
        "default": f", {one}: str, default: int = 0",
        "": "",
    }[param]
    given = {
        "limit": f", {limit}",
        "minimum": f", {limit}",
        "increase": f", {literal(chosen[0][0])}, 5",
        "default": f", {literal(chosen[0][0])}",
        "": "",
    }[param]
    expected = run(data, limit)
    if param == "increase":
        expected = data | {chosen[0][0]: chosen[0][1] + 5}
    elif param == "default":
        expected = chosen[0][1]
    source = function(name, f"({d}: dict[str, int]{extra}) -> {result}", infinitive(asks[0]), body)
    demo = (
        f"{d} = {literal(data)}\nprint({name}({d}{given}))"
        if rng.random() < 0.5
        else f"print({name}({literal(data)}{given}))"
    )
    checks = [f"{name}({literal(data)}{given}) == {expected!r}"]
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=checks,
        topic="dictionaries",
        params={d: f"The {words['vs']} by {one}."},
    )
