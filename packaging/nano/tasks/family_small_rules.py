# ruff: noqa: E501 - tables are easier to read on one line
"""Small tasks from everyday rules: prices, labels by bounds, points, and things with two states."""

import random

from .base import Program, make
from .family import family, literal
from .small_parts import LETTERS, TEXTS, number_changes, number_tests, small

COSTS = (  # name, what is paid for, unit, parameter
    ("taxi_fare", "a taxi ride", "kilometre", "kilometres"), ("library_fine", "a late book", "day", "days"),
    ("bowling_bill", "an evening of bowling", "game", "games"), ("boat_rent", "a rented boat", "hour", "hours"),
    ("print_bill", "printing", "page", "pages"), ("camping_bill", "a camp site", "night", "nights"),
    ("phone_bill", "a phone call", "minute", "minutes"), ("cake_price", "a cake", "candle", "candles"),
    ("bike_rent", "a rented bike", "hour", "hours"), ("letter_cost", "a letter", "gram", "grams"),
    ("painter_bill", "a painter", "room", "rooms"), ("water_bill", "water", "litre", "litres"),
    ("salad_price", "a salad", "extra", "extras"), ("lesson_bill", "piano lessons", "lesson", "lessons"),
)  # fmt: skip
LABELS = (  # name, parameter, what it is, labels from low to high
    ("weather_word", "degrees", "a temperature", ("freezing", "cold", "mild", "hot")),
    ("size_name", "centimetres", "a length", ("tiny", "small", "medium", "large")),
    ("grade_word", "points", "a number of points", ("fail", "pass", "good", "excellent")),
    ("speed_name", "speed", "a speed", ("slow", "normal", "fast", "racing")),
    ("battery_state", "percent", "a charge", ("empty", "low", "half", "full")),
    ("crowd_name", "people", "a number of people", ("nobody", "few", "many", "a crowd")),
    ("age_group", "age", "an age", ("child", "teenager", "adult", "senior")),
    ("wind_name", "wind", "a wind speed", ("calm", "breeze", "gale", "storm")),
    ("noise_level", "decibels", "a loudness", ("silent", "quiet", "loud", "deafening")),
    ("sweetness", "sugar", "an amount of sugar", ("dry", "mild", "sweet", "sticky")),
)
THINGS = (  # class, state, into it, out of it
    ("Door", "open", "open_it", "close_it"), ("Radio", "playing", "play", "pause"), ("Gate", "locked", "lock", "unlock"),
    ("Fan", "running", "start", "stop"), ("Engine", "running", "start", "shut_down"), ("Oven", "hot", "heat", "cool"),
    ("Shop", "open", "open_up", "close_up"), ("Robot", "awake", "wake", "sleep"), ("Flag", "raised", "raise_it", "lower"),
    ("Alarm", "armed", "arm", "disarm"), ("Tap", "flowing", "turn_on", "turn_off"), ("Box", "sealed", "seal", "unseal"),
)  # fmt: skip


@family(3)
def small_prices(rng: random.Random) -> Program:
    """A price that grows with an amount, in one of several ways."""
    name, thing, unit, units = rng.choice(COSTS)
    base, rate = rng.choice((1, 2, 3, 4, 5, 6, 10, 12, 15, 20)), rng.choice((1, 2, 3, 4, 5, 0.5, 2.5))
    free, top = rng.choice((1, 2, 3, 4, 5, 10)), rng.choice((20, 25, 30, 40, 50, 100))
    tasks = (
        ((f"gives the price of {thing}: {base}, plus {rate} for each {unit}", f"computes what {thing} costs, {rate} per {unit} on top of a fixed {base}", f"charges {base} for {thing} and then {rate} a {unit}"),
         f"return {base} + {rate} * {units}", lambda x: base + rate * x),
        ((f"gives the price of {thing}, {rate} for every {unit} after {free} free {units}", f"charges {rate} for each {unit} beyond {free} for {thing}", f"computes the cost of {thing}: up to {free} {units} are free, each further {unit} is {rate}"),
         f"return max(0, {units} - {free}) * {rate}", lambda x: max(0, x - free) * rate),
        ((f"gives the price of {thing} at {rate} per {unit}, but never more than {top}", f"charges {rate} for each {unit} of {thing}, with a limit of {top}", f"computes what {thing} costs: {rate} a {unit} and at most {top}"),
         f"return min({top}, {rate} * {units})", lambda x: min(top, rate * x)),
        ((f"gives the price of {thing}: {base} if there are fewer than {free} {units}, else {base + 5}", f"charges {base} for {thing} under {free} {units} and {base + 5} otherwise"),
         f"return {base} if {units} < {free} else {base + 5}", lambda x: base if x < free else base + 5),
        ((f"gives the price of {thing} at {rate} per {unit}, but never less than {base}", f"charges {rate} for each {unit} of {thing}, at least {base}"),
         f"return max({base}, {rate} * {units})", lambda x: max(base, rate * x)),
        ((f"gives the price of {thing} at {rate} per {unit}, half of that from {top} {units} on", f"charges {rate} a {unit} for {thing} and only half from {top} {units} upwards"),
         f"price = {rate} * {units}\nreturn price / 2 if {units} >= {top} else price", lambda x: rate * x / 2 if x >= top else rate * x),
    )  # fmt: skip
    asks, body, of = rng.choice(tasks)
    inputs = [(x,) for x in (rng.randint(0, free), free, free + rng.randint(1, 6), top + rng.randint(0, 20))]
    return small(rng, name, asks, f"({units}: int) -> float", body, of, inputs)


@family(3)
def small_labels(rng: random.Random) -> Program:
    """A word for a number, by bounds."""
    name, given, what, words = rng.choice(LABELS)
    count = rng.choice((2, 3, 3, 4))
    first = rng.randint(0, 4 - count)
    labels = words[first : first + count]
    bounds = sorted(rng.sample((3, 5, 8, 10, 12, 15, 18, 20, 25, 30, 40, 50, 60, 75, 80, 90), count - 1))
    strict = rng.random() < 0.6
    sign, word = ("<", "below") if strict else ("<=", "up to")
    cases = list(zip(labels, bounds, strict=False))
    told = ", ".join(f'"{label}" {word} {bound}' for label, bound in cases)
    turned = ", ".join(f'{word} {bound} it is "{label}"' for label, bound in cases)
    last = labels[-1]
    asks = (
        f'returns {told} and otherwise "{last}" for {what}',
        f'names {what}: {turned}, and above that "{last}"',
        f'turns {what} into a word: {told}, else "{last}"',
        f'says "{last}" for {what}, but {told}',
    )
    body = "\n".join(f'if {given} {sign} {bound}:\n    return "{label}"' for label, bound in cases)
    body += f'\nreturn "{last}"'

    def of(x: int) -> str:
        return next((label for label, bound in cases if (x < bound if strict else x <= bound)), last)

    inputs = [(b + s,) for b in bounds for s in (-1, 0, 1)]
    return small(rng, name, asks, f"({given}: int) -> str", body, of, inputs)


@family(2)
def small_points(rng: random.Random) -> Program:
    """Points for the characters of a text: so many for these, so many for those."""
    a, b = rng.sample([x for x in LETTERS if x[2] not in ("vowels", "consonants")], 2)
    p, q = rng.sample(range(1, 8), 2)
    (one, code, test), (other, code2, test2) = ((x[1], x[3].format(c="char"), x[4]) for x in (a, b))
    asks = (
        f"gives {p} points for each {one} in a text and {q} points for every other character",
        f"scores a text: every {one} is worth {p}, anything else {q}",
        f"adds up points for a text, {p} per {one} and {q} for the rest",
    )
    inputs = [(t,) for t in rng.sample(TEXTS, 3)]
    if rng.random() < 0.5:
        body = f"return sum({p} if {code} else {q} for char in text)"
        return small(rng, f"score_{a[2]}", asks, "(text: str) -> int", body, lambda t: sum(p if test(c) else q for c in t), inputs)  # fmt: skip
    asks = (
        f"gives {p} points for each {one} in a text and {q} for each {other}",
        f"scores a text, where every {one} counts {p} and every {other} counts {q}",
        f"adds {p} for each {one} of a text and {q} for each {other}",
    )
    body = f"points = 0\nfor char in text:\n    if {code}:\n        points += {p}\n    if {code2}:\n        points += {q}\n"
    of = lambda t: sum(p * bool(test(c)) + q * bool(test2(c)) for c in t)  # noqa: E731
    return small(rng, f"{a[2]}_points", asks, "(text: str) -> int", body + "return points", of, inputs)


@family(2.5)
def small_number_rules(rng: random.Random) -> Program:
    """One number: an operation that depends on a condition."""
    test, change, other = number_tests(rng), number_changes(rng), number_changes(rng)
    that = rng.choice(test.words)
    single = {"are": "is", "can": "can", "lie": "lies", "exceed": "exceeds", "stay": "stays", "leave": "leaves"}
    first, _, rest = that.partition(" ")
    holds = f"{single[first]} {rest}".replace("is multiples", "is a multiple")
    made, made2 = (rng.choice(x.words).format(x=n) for x, n in ((change, "the number"), (other, "it")))
    condition, code, code2 = test.code.format(x="n"), change.code.format(x="n"), other.code.format(x="n")
    t, f, g = test.of, change.of, other.of
    tasks = (
        (f"returns {made} if a number {holds}, and else the number as it is", f"gives {made} when it {holds}, otherwise the number unchanged"),
        (f"returns {made} if a number {holds}, and {made2} if not", f"gives {made} for a number that {holds} and {made2} otherwise"),
        (f'returns "yes" if a number {holds} and "no" if not', f'says "yes" for a number that {holds}, else "no"'),
        (f"counts how many of the numbers from 1 to n {that}", f"returns how many numbers up to n {that}, from 1 on"),
        (f"adds up the numbers from 1 to n that {that}", f"returns the sum of all numbers from 1 to n that {that}"),
        (f"lists the numbers from 1 to n that {that}", f"returns all numbers from 1 up to n that {that}, as a list"),
    )  # fmt: skip
    bodies = (
        ("int", f"return {code} if {condition} else n", lambda n: f(n) if t(n) else n, f"{change.slug}_if_{test.slug}"),
        ("int", f"return {code} if {condition} else {code2}", lambda n: f(n) if t(n) else g(n), f"{change.slug}_or_{other.slug}"),
        ("str", f'return "yes" if {condition} else "no"', lambda n: "yes" if t(n) else "no", f"is_{test.slug}"),
        ("int", f"return sum(1 for i in range(1, n + 1) if {test.code.format(x='i')})", lambda n: sum(1 for i in range(1, n + 1) if t(i)), f"how_many_{test.slug}"),
        ("int", f"return sum(i for i in range(1, n + 1) if {test.code.format(x='i')})", lambda n: sum(i for i in range(1, n + 1) if t(i)), f"sum_{test.slug}"),
        ("list[int]", f"return [i for i in range(1, n + 1) if {test.code.format(x='i')}]", lambda n: [i for i in range(1, n + 1) if t(i)], f"up_to_{test.slug}"),
    )  # fmt: skip
    i = rng.randrange(len(tasks))
    result, body, of, name = bodies[i]
    inputs = [(n,) for n in rng.sample((1, 2, 4, 7, 9, 10, 12, 16, 21, 30), 4)]
    return small(rng, name, tasks[i], f"(n: int) -> {result}", body, of, inputs)


@family(1.5)
def small_things(rng: random.Random) -> Program:
    """A class with two states, and at times a count of the changes."""
    kind, state, on, off = rng.choice(THINGS)
    starts, counts = rng.random() < 0.35, rng.random() < 0.4
    attribute = f"is_{state}"
    more = "\n        self.changes = 0" if counts else ""
    tick = "\n        self.changes += 1" if counts else ""
    source = f'''
class {kind}:
    """A thing that is {state} or not."""

    def __init__(self) -> None:
        self.{attribute} = {starts}{more}

    def {on}(self) -> None:
        """Make it {state}."""
        self.{attribute} = True{tick}

    def {off}(self) -> None:
        """Make it not {state}."""
        self.{attribute} = False{tick}
'''
    begin = f"is {state} at first" if starts else f"is not {state} at first"
    also = " and counts its changes" if counts else ""
    asks = (
        f"has the methods {on} and {off} and an attribute {attribute}, {begin}{also}",
        f"can {on} and {off}, keeps in {attribute} what it is, {begin}{also}",
    )
    var = kind.lower()
    checks = [f"{kind}().{attribute} == {literal(starts)}", f"(lambda x: (x.{on}(), x.{attribute}))({kind}())[1]"]
    checks.append(f"not (lambda x: (x.{on}(), x.{off}(), x.{attribute}))({kind}())[2]")
    demo = f"{var} = {kind}()\nprint({var}.{attribute})\n{var}.{on}()\nprint({var}.{attribute})"
    return make(asks=asks, source=source, demo=demo, checks=checks, topic="small")
