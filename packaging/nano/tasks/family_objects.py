# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Classes: collections of things, counters with limits, stacks and queues, dataclasses with a method."""

import random
from typing import Any

from .base import Program, make
from .domains import DOMAINS
from .family import article, family, indent, literal

HOLDERS = (
    ("Playlist", "song", "songs", ("Dawn", "Rust", "Gold")), ("Library", "book", "books", ("River", "Lamp", "Harbor")), ("ShoppingList", "item", "items", ("milk", "bread", "eggs")),
    ("TodoList", "task", "tasks", ("write", "call", "clean")), ("Garage", "car", "cars", ("Fox", "Comet", "Wave")), ("Zoo", "animal", "animals", ("lion", "otter", "crane")),
    ("Team", "player", "players", ("Mia", "Tom", "Lea")), ("Menu", "dish", "dishes", ("soup", "curry", "salad")), ("Album", "photo", "photos", ("beach", "snow", "city")),
    ("Garden", "plant", "plants", ("rose", "mint", "fern")), ("Classroom", "student", "students", ("Eva", "Jon", "Kim")), ("Notebook", "note", "notes", ("idea", "plan", "list")),
    ("Wardrobe", "shirt", "shirts", ("red", "blue", "white")), ("Toolbox", "tool", "tools", ("saw", "hammer", "file")), ("GuestList", "guest", "guests", ("Ana", "Ben", "Cleo")),
    ("Fleet", "ship", "ships", ("Aurora", "Tern", "Gull")), ("Basket", "fruit", "fruits", ("apple", "pear", "plum")), ("Museum", "painting", "paintings", ("Dusk", "Sea", "Field")),
)  # fmt: skip


def _holder_parts(one: str, many: str, rng: random.Random) -> list[tuple[str, str, str, str]]:
    """(phrase, method code, demo line, check) of the optional methods, in which c is the object with two things in it."""
    return [
        (f"removes {many}", f'def remove(self, {one}: str) -> None:\n    """Remove {article(one)}."""\n    self.{many}.remove({one})', "{v}.remove({b})", "c.remove({b}) is None and c.{many} == [{a}]"),
        (f"tells how many {many} it has", f'def __len__(self) -> int:\n    """Return the number of {many}."""\n    return len(self.{many})', "print(len({v}))", "len(c) == 2"),
        (f"checks whether {article(one)} is in it", f'def __contains__(self, {one}: str) -> bool:\n    """Tell whether {article(one)} is there."""\n    return {one} in self.{many}', "print({a} in {v})", '{a} in c and "nothing" not in c'),
        (f"lists its {many} in alphabetical order", f'def sorted_{many}(self) -> list[str]:\n    """Return the {many} in alphabetical order."""\n    return sorted(self.{many})', "print({v}.sorted_{many}())", "c.sorted_{many}() == sorted([{a}, {b}])"),
        (f"counts its {many}", f'def count(self) -> int:\n    """Return the number of {many}."""\n    return len(self.{many})', "print({v}.count())", "c.count() == 2"),
        (f"prints its {many}", f'def show(self) -> None:\n    """Print one {one} on each line."""\n    for {one} in self.{many}:\n        print({one})', "{v}.show()", "c.show() is None"),
        ("can be emptied", f'def clear(self) -> None:\n    """Remove all {many}."""\n    self.{many}.clear()', "{v}.clear()", "c.clear() is None and c.{many} == []"),
        (f"finds the {many} that contain a text", f'def find(self, text: str) -> list[str]:\n    """Return the {many} that contain a text."""\n    return [{one} for {one} in self.{many} if text in {one}]', 'print({v}.find({a}))', "c.find({a}) == [{a}]"),
        ("has a readable string form", f'def __str__(self) -> str:\n    """Return the {many} separated by commas."""\n    return ", ".join(self.{many})', "print({v})", 'str(c) == {a} + ", " + {b}'),
    ]  # fmt: skip


@family(2.5)
def holders(rng: random.Random) -> Program:
    """A class that holds songs, books, ... with two or three of several abilities."""
    name, one, many, things = rng.choice(HOLDERS)
    parts = rng.sample(_holder_parts(one, many, rng), rng.choice((1, 2, 2, 3)))
    parts.sort(key=lambda part: "clear" in part[1])
    refuses = rng.random() < 0.3
    add = f'def add(self, {one}: str) -> None:\n    """Add {article(one)}."""\n    '
    if refuses:
        add += f'if {one} in self.{many}:\n        raise ValueError(f"{{{one}}} is already there")\n    '
    add += f"self.{many}.append({one})"
    methods = [f"def __init__(self) -> None:\n    self.{many}: list[str] = []", add, *(part[1] for part in parts)]
    source = f'class {name}:\n    """Holds {many}."""\n\n' + "\n\n".join(indent(method) for method in methods) + "\n"
    a, b = literal(things[0]), literal(things[1])
    v = {"TodoList": "todo_list", "ShoppingList": "shopping_list", "GuestList": "guest_list"}.get(name, name.lower())
    lines = [
        f"{v} = {name}()",
        f"{v}.add({a})",
        f"{v}.add({b})",
        *(part[2].format(v=v, a=a, b=b, many=many) for part in parts),
    ]
    if not any("print" in line for line in lines):
        lines.append(f"print({v}.{many})")
    phrases = [f"adds {many}" + (f" but refuses {article(one)} twice" if refuses else ""), *(part[0] for part in parts)]
    text = ", ".join(phrases[:-1]) + " and " + phrases[-1]
    checks = [
        f"(lambda c: [c.add({a}), c.add({b})] and {part[3].format(a=a, b=b, many=many)})({name}())" for part in parts
    ]
    return make(
        asks=[f"holds {many}: it {text}", f"manages {many}. It {text}", text],
        source=source,
        demo="\n".join(lines),
        checks=checks,
        name=f"holder_{name}",
        topic="classes",
    )


STATES = (
    ("Counter", "value", "increment", "decrement", 1, "counts up and down"), ("Battery", "charge", "load", "use", 10, "tracks the charge of a battery"),
    ("Tank", "level", "fill", "drain", 5, "tracks the level of a tank"), ("Account", "balance", "deposit", "withdraw", 50, "keeps the balance of a bank account"),
    ("Thermostat", "temperature", "warmer", "cooler", 1, "keeps a temperature"), ("Score", "points", "win", "lose", 10, "keeps the points of a player"),
    ("Elevator", "floor", "go_up", "go_down", 1, "moves between floors"), ("Volume", "loudness", "louder", "quieter", 5, "keeps the volume of a radio"),
    ("Wallet", "money", "put_in", "take_out", 20, "holds money"), ("Health", "hearts", "heal", "hurt", 1, "keeps the health of a hero"),
    ("Ledger", "total", "credit", "debit", 100, "keeps a running total"), ("Parking", "cars", "arrive", "leave", 1, "counts the cars in a parking lot"),
)  # fmt: skip


@family(2)
def states(rng: random.Random) -> Program:
    """A class with a number that goes up and down, with a floor, a ceiling or an error."""
    name, field, up, down, step, what = rng.choice(STATES)
    rule = rng.choice(("none", "error", "floor", "limit"))
    amount = rng.random() < 0.6
    argument, value = (", amount: int", "amount") if amount else ("", "1")
    start = rng.choice((0, step * 2))
    begin = (
        f"def __init__(self, {field}: int = {start}"
        + (f", limit: int = {step * 10}" if rule == "limit" else "")
        + f") -> None:\n    self.{field} = {field}"
    )
    begin += "\n    self.limit = limit" if rule == "limit" else ""
    raising = (
        f"self.{field} = min(self.limit, self.{field} + {value})" if rule == "limit" else f"self.{field} += {value}"
    )
    lower = f"self.{field} -= {value}"
    if rule == "error":
        lower = f'if {value} > self.{field}:\n        raise ValueError("not enough {field}")\n    {lower}'
    elif rule == "floor":
        lower = f"self.{field} = max(0, self.{field} - {value})"
    methods = [
        begin,
        f'def {up}(self{argument}) -> None:\n    """Raise the {field}."""\n    {raising}',
        f'def {down}(self{argument}) -> None:\n    """Lower the {field}."""\n    {lower}',
    ]
    rules = {
        "none": "",
        "error": f". It raises ValueError if there is not enough {field}",
        "floor": f". The {field} never falls below zero",
        "limit": f". The {field} never exceeds a limit",
    }
    phrases = [f"the methods {up} and {down}"]
    call = str(step) if amount else ""
    x = name.lower()
    lines = [f"{x} = {name}()", f"{x}.{up}({call})", f"{x}.{up}({call})", f"{x}.{down}({call})"]
    if rng.random() < 0.4:
        methods.append(f'def reset(self) -> None:\n    """Set the {field} to zero."""\n    self.{field} = 0')
        phrases.append("a method reset")
    if rng.random() < 0.35:
        methods.append(f'def __str__(self) -> str:\n    return f"{name} with {field} {{self.{field}}}"')
        phrases.append("a string form")
        lines.append(f"print({x})")
    else:
        lines.append(f"print({x}.{field})")
    source = f'class {name}:\n    """{what[0].upper() + what[1:]}."""\n\n' + "\n\n".join(map(indent, methods)) + "\n"
    text = f"{what} and has {' and '.join(phrases)}{rules[rule]}"
    change = step if amount else 1
    checks = [
        f"(lambda c: [c.{up}({call}), c.{up}({call}), c.{down}({call})] and c.{field})({name}()) == {start + change}"
    ]
    if rule == "floor":
        checks.append(f"(lambda c: [c.{down}({call})] and c.{field})({name}(0)) == 0")
    return make(asks=[text], source=source, demo="\n".join(lines), checks=checks, name=f"state_{name}", topic="classes")


METHODS = (
    ("{f}_above", "limit: int", "bool", "tell whether the {f} is above a limit", "return self.{f} > limit", "5"),
    ("describe", "", "str", "return a sentence with the {l} and the {f}", 'return f"{{self.{l}}} has {f} {{self.{f}}}"', ""),
    ("raise_{f}", "amount: int", "None", "raise the {f} by an amount", "self.{f} += amount", "5"),
    ("double_{f}", "", "int", "return twice the {f}", "return self.{f} * 2", ""),
    ("ratio", "", "float", "return the {f} divided by the {s}", "if self.{s} == 0:\n        return 0.0\n    return self.{f} / self.{s}", ""),
    ("combined", "", "int", "return the sum of {f} and {s}", "return self.{f} + self.{s}", ""),
    ("product", "", "int", "return the {f} times the {s}", "return self.{f} * self.{s}", ""),
    ("is_like", "text: str", "bool", "tell whether the {l} contains a text", "return text.lower() in self.{l}.lower()", '"a"'),
    ("to_dict", "", "dict", "return the fields as a dictionary", 'return {{"{l}": self.{l}, "{f}": self.{f}, "{s}": self.{s}}}', ""),
)  # fmt: skip


@family(2.5)
def record_classes(rng: random.Random) -> Program:
    """A dataclass or plain class for a book, a player, ... with one or two methods."""
    domain = rng.choice(DOMAINS)
    f, s = rng.sample(list(domain.fields), 2)
    row = rng.randrange(len(domain.labels))
    values: list[Any] = [domain.labels[row], int(domain.fields[f][row]), int(domain.fields[s][row])]
    places = {"l": domain.label, "f": f, "s": s}
    chosen = rng.sample(METHODS, rng.choice((1, 1, 2)))
    frozen = rng.random() < 0.2 and not any(method[0].startswith("raise") for method in chosen)
    data = frozen or rng.random() < 0.65
    name, x = domain.class_name, domain.variable
    doc = f'"""{article(domain.one).capitalize()} with its {domain.label}, {f} and {s}."""'
    methods = []
    for method, argument, result, what, body, _ in chosen:
        signature = "self" + (f", {argument}" if argument else "")
        what, body = what.format(**places), body.format(**places)
        methods.append(
            f'def {method.format(**places)}({signature}) -> {result}:\n    """{what[0].upper() + what[1:]}."""\n    {body}'
        )
    if data:
        head = f"from dataclasses import dataclass\n\n\n@dataclass{'(frozen=True)' if frozen else ''}\nclass {name}:\n    {doc}\n\n    {domain.label}: str\n    {f}: int\n    {s}: int\n\n"
    else:
        assigns = "\n".join(f"    self.{key} = {key}" for key in (domain.label, f, s))
        head = (
            f"class {name}:\n    {doc}\n\n"
            + indent(f"def __init__(self, {domain.label}: str, {f}: int, {s}: int) -> None:\n{assigns}")
            + "\n\n"
        )
    source = head + "\n\n".join(map(indent, methods)) + "\n"
    kind = "is a frozen dataclass" if frozen else "is a dataclass" if data else "stores"
    fields = f"the {domain.label}, {f} and {s} of {article(domain.one)}"
    what_text = " and ".join(
        f"a method {method[0].format(**places)} to {method[3].format(**places)}" for method in chosen
    )
    start = f"{kind} with {fields}" if data else f"stores {fields}"
    asks = [
        f"{start} and has {what_text}",
        f"represents {article(domain.one)} with {domain.label}, {f} and {s}"
        + (" as a dataclass" if data else "")
        + f" and has {what_text}",
    ]
    if frozen:
        asks = asks[:1]
    arguments = ", ".join(map(literal, values))
    lines = [f"{x} = {name}({arguments})"]
    checks = [f"{name}({arguments}).{f} == {values[1]}"]
    for method, _, result, _, _, call in chosen:
        text = f"{x}.{method.format(**places)}({call})"
        lines += [text, f"print({x}.{f})"] if result == "None" else [f"print({text})"]
    return make(
        asks=asks,
        source=source,
        demo="\n".join(lines),
        checks=checks,
        main=name,
        name=f"record_{name}",
        topic="dataclasses",
    )


STRUCTURES = (
    ("Stack", "push", "pop", "append({x})", "pop()", "the item on top", "[-1]", 3, "last in, first out"),
    ("Queue", "enqueue", "dequeue", "append({x})", "pop(0)", "the item at the front", "[0]", 1, "first in, first out"),
)  # fmt: skip


@family(1)
def structures(rng: random.Random) -> Program:
    """Stacks and queues with different methods and errors."""
    name, put, take, add, remove, which, place, got, order = rng.choice(STRUCTURES)
    put, take = rng.choice(((put, take), ("add", "remove"), ("put", "get")))
    error = rng.choice(("raise", "none"))
    one = name.lower()
    empty = (
        f'if not self.items:\n        raise IndexError("the {one} is empty")\n    '
        if error == "raise"
        else "if not self.items:\n        return None\n    "
    )
    result = "int" if error == "raise" else "int | None"
    methods = [
        "def __init__(self) -> None:\n    self.items: list[int] = []",
        f'def {put}(self, item: int) -> None:\n    """Add an item."""\n    self.items.{add.format(x="item")}',
        f'def {take}(self) -> {result}:\n    """Remove and return {which}."""\n    {empty}return self.items.{remove}',
    ]
    phrases = [f"{put}", f"{take}"]
    if rng.random() < 0.6:
        methods.append(
            f'def peek(self) -> {result}:\n    """Return {which} without removing it."""\n    {empty}return self.items{place}'
        )
        phrases.append("peek")
    if rng.random() < 0.6:
        methods.append(
            f'def is_empty(self) -> bool:\n    """Tell whether the {one} is empty."""\n    return not self.items'
        )
        phrases.append("is_empty")
    if rng.random() < 0.5:
        methods.append("def __len__(self) -> int:\n    return len(self.items)")
    source = f'class {name}:\n    """A {one}: {order}."""\n\n' + "\n\n".join(map(indent, methods)) + "\n"
    listed = ", ".join(phrases[:-1]) + " and " + phrases[-1]
    ending = "raises IndexError when it is empty" if error == "raise" else "returns None when it is empty"
    asks = [
        f"implements a {one} with {listed} and {ending}",
        f"works as a {one} ({order}) with the methods {listed}; it {ending}",
    ]
    lines = [f"{one} = {name}()", f"{one}.{put}(1)", f"{one}.{put}(2)", f"{one}.{put}(3)", f"print({one}.{take}())"]
    if "peek" in phrases:
        lines.append(f"print({one}.peek())")
    if "is_empty" in phrases:
        lines.append(f"print({one}.is_empty())")
    checks = [f"(lambda c: [c.{put}(1), c.{put}(2), c.{put}(3)] and c.{take}())({name}()) == {got}"]
    if error == "none":
        checks.append(f"{name}().{take}() is None")
    return make(
        asks=asks, source=source, demo="\n".join(lines), checks=checks, name=f"structure_{name}", topic="classes"
    )
