# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Predicates, formulas, conversions, classification by thresholds, and errors for wrong input."""

import math
import random
from typing import Any

from .base import Program, make
from .family import family, function, literal, shows
from .wording import infinitive

CONDITIONS = (
    ("is even", "even", "{n} % 2 == 0"), ("is odd", "odd", "{n} % 2 != 0"), ("is positive", "positive", "{n} > 0"),
    ("is negative", "negative", "{n} < 0"), ("is zero", "zero", "{n} == 0"), ("is not negative", "non_negative", "{n} >= 0"),
    ("is divisible by {k}", "divisible_by_{k}", "{n} % {k} == 0"), ("is a multiple of {k}", "multiple_of_{k}", "{n} % {k} == 0"),
    ("is not divisible by {k}", "not_divisible_by_{k}", "{n} % {k} != 0"), ("is greater than {m}", "above_{m}", "{n} > {m}"),
    ("is less than {m}", "below_{m}", "{n} < {m}"), ("is at least {m}", "at_least_{m}", "{n} >= {m}"),
    ("lies between {m} and {h}", "between_{m}_and_{h}", "{m} <= {n} <= {h}"), ("ends in {d}", "ending_in_{d}", "abs({n}) % 10 == {d}"),
    ("has two digits", "two_digits", "10 <= abs({n}) <= 99"), ("is a perfect square", "perfect_square", "{n} >= 0 and math.isqrt({n}) ** 2 == {n}"),
)  # fmt: skip


@family(4)
def predicates(rng: random.Random) -> Program:
    """checks whether a number is even; ... is positive and divisible by 3."""
    places = {
        "k": rng.choice((2, 3, 4, 5, 7, 8, 9, 10, 11, 12)),
        "m": rng.choice((1, 5, 10, 18, 50, 100)),
        "d": rng.randint(0, 9),
        "n": "{n}",
    }
    places["h"] = places["m"] + rng.choice((5, 10, 40, 100))
    picked = rng.sample(CONDITIONS, 2 if rng.random() < 0.5 else 1)
    parts = [tuple(text.format(**places) for text in condition) for condition in picked]
    joiner = rng.choice(("and", "or"))
    n = rng.choice(("n", "number", "value", "x"))
    if len(parts) == 2:
        phrase = f"{parts[0][0]} {joiner} {parts[1][0]}"
        slug = f"is_{parts[0][1]}_{joiner}_{parts[1][1]}"
        codes = [f"({part[2]})" if joiner == "or" and " and " in part[2] else part[2] for part in parts]
        code = f"{codes[0]} {joiner} {codes[1]}"
    else:
        phrase, slug, code = parts[0][0], parts[0][1], parts[0][2]
        slug = f"is_{slug}"
    negate = len(parts) == 1 and rng.random() < 0.06
    asks = [
        f"checks whether a number {phrase}",
        f"returns True if a number {phrase}",
        f"tells whether an integer {phrase}",
        f"checks if a given number {phrase}",
        f"returns True if a number {phrase} and False otherwise",
    ]
    if len(parts) == 2:
        asks = asks[:3]
    if negate:
        asks, slug, code = [f"returns True unless a number {phrase}"], "not_" + slug, f"not ({code})"
    code = code.format(n=n)
    body = f"return {code}"
    if rng.random() < 0.2:
        body = f"if {code}:\n    return True\nreturn False"
    source = function(slug, f"({n}: int) -> bool", infinitive(asks[0]), body, "import math" if "math." in code else "")
    test = eval(f"lambda {n}: {code}", {"math": math})
    samples = rng.sample(
        sorted(
            {-7, -4, -1, 0, 1, 2, 3, 5, 9, 10, 12, 15, 16, 21, 35, 49, 60, 99, 100, 120}
            | {places["k"] * 3, places["m"], places["m"] + 1}
        ),
        9,
    )
    checks = [f"{slug}({sample}) is {bool(test(sample))}" for sample in samples]
    hit = next((sample for sample in samples if test(sample)), samples[0])
    miss = next((sample for sample in samples if not test(sample)), samples[-1])
    demo = shows(slug, str(hit), str(miss))
    if rng.random() < 0.25:
        demo = f"for {n} in range(1, {rng.choice((6, 11, 16))}):\n    print({n}, {slug}({n}))"
    return make(
        asks=asks,
        source=source,
        demo=demo,
        checks=checks,
        names={n: ["n", "number", "value", "x"]},
        topic="predicates",
        params={n: "The number to check."},
    )


FORMULAS = (
    ("area", "the area of a rectangle", "width height", "width * height"),
    ("perimeter", "the perimeter of a rectangle", "width height", "2 * (width + height)"),
    ("square_area", "the area of a square", "side", "side * side"),
    ("circle_area", "the area of a circle", "radius", "math.pi * radius**2"),
    ("circumference", "the circumference of a circle", "radius", "2 * math.pi * radius"),
    ("triangle_area", "the area of a triangle from its base and height", "base height", "base * height / 2"),
    ("hypotenuse", "the hypotenuse of a right triangle", "a b", "math.sqrt(a**2 + b**2)"),
    ("box_volume", "the volume of a box", "length width height", "length * width * height"),
    ("cube_surface", "the surface of a cube", "side", "6 * side**2"),
    ("sphere_volume", "the volume of a sphere", "radius", "4 / 3 * math.pi * radius**3"),
    ("cylinder_volume", "the volume of a cylinder", "radius height", "math.pi * radius**2 * height"),
    ("cone_volume", "the volume of a cone", "radius height", "math.pi * radius**2 * height / 3"),
    ("trapezoid_area", "the area of a trapezoid", "a b height", "(a + b) * height / 2"),
    ("speed", "the average speed from a distance and a time", "distance time", "distance / time"),
    ("travel_time", "the travel time from a distance and a speed", "distance speed", "distance / speed"),
    ("distance_traveled", "the distance covered at a speed in a given time", "speed time", "speed * time"),
    ("body_mass_index", "the body mass index from weight and height", "weight height", "weight / height**2"),
    ("discounted_price", "the price after a discount in percent", "price percent", "price * (100 - percent) / 100"),
    ("price_with_tax", "the price with a tax in percent added", "price tax", "price * (100 + tax) / 100"),
    ("tip", "the tip for a bill at a given percentage", "bill percent", "bill * percent / 100"),
    ("simple_interest", "the simple interest on a sum", "amount rate years", "amount * rate * years / 100"),
    ("compound_interest", "the value of a deposit with compound interest", "amount rate years", "amount * (1 + rate / 100) ** years"),
    ("percentage", "which percentage one number is of another", "part whole", "100 * part / whole"),
    ("percent_change", "the change between two values in percent", "old new", "100 * (new - old) / old"),
    ("average_of_three", "the average of three numbers", "a b c", "(a + b + c) / 3"),
    ("kinetic_energy", "the kinetic energy of a body", "mass speed", "mass * speed**2 / 2"),
    ("density", "the density from mass and volume", "mass volume", "mass / volume"),
    ("force", "the force from mass and acceleration", "mass acceleration", "mass * acceleration"),
    ("power", "the electric power from voltage and current", "voltage current", "voltage * current"),
    ("resistance", "the resistance from voltage and current", "voltage current", "voltage / current"),
    ("fuel_cost", "the cost of fuel for a trip", "distance consumption price", "distance * consumption / 100 * price"),
    ("fuel_use", "the fuel use per 100 km", "liters distance", "100 * liters / distance"),
    ("total_price", "the total price of several items", "price quantity", "price * quantity"),
    ("weekly_pay", "the weekly pay from hourly wage and hours", "wage hours", "wage * hours"),
    ("share_per_person", "what each person pays when a bill is split", "bill people", "bill / people"),
    ("midpoint", "the midpoint of two numbers", "a b", "(a + b) / 2"),
    ("difference", "the absolute difference of two numbers", "a b", "abs(a - b)"),
    ("distance_from_origin", "the distance of a point from the origin", "x y", "math.sqrt(x**2 + y**2)"),
    ("paint_needed", "how many liters of paint a wall needs", "width height liters_per_meter", "width * height * liters_per_meter"),
    ("sum_of_squares", "the sum of the squares of two numbers", "a b", "a**2 + b**2"),
    ("linear", "the value of a straight line at x from slope and intercept", "slope x intercept", "slope * x + intercept"),
    ("profit", "the profit from revenue and costs", "revenue costs", "revenue - costs"),
)  # fmt: skip
GUARDS = (("not positive", "<= 0", "must be positive"), ("negative", "< 0", "must not be negative"))


@family(3.5)
def formulas(rng: random.Random) -> Program:
    """computes the area of a circle, with or without a check of its input."""
    name, what, names, code = rng.choice(FORMULAS)
    parameters = names.split()
    values = [rng.choice((1, 2, 3, 4, 5, 8, 10, 12, 20, 50)) for _ in parameters]
    verb = rng.choice(("computes", "returns", "calculates"))
    asks = [f"{verb} {what}", f"{rng.choice(('calculates', 'works out', 'returns'))} {what}"]
    body, checks = f"return {code}", []
    digits = rng.choice((1, 2)) if rng.random() < 0.25 and what[:5] != "which" else None
    if digits:
        body = f"return round({code}, {digits})"
        asks = [f"{ask}, rounded to {digits} decimal{'s' if digits > 1 else ''}" for ask in asks]
    if rng.random() < 0.35:
        phrase, test, message = rng.choice(GUARDS if "/ " + parameters[-1] not in code else GUARDS[:1])
        guarded = rng.choice(parameters)
        guarded = parameters[-1] if "/ " + parameters[-1] in code else guarded
        body = f'if {guarded} {test}:\n    raise ValueError("{guarded} {message}")\n{body}'
        asks = [f"{ask} and raises ValueError if the {guarded.replace('_', ' ')} is {phrase}" for ask in asks]
    if rng.random() < 0.2 and len(parameters) > 1:
        body = body.replace("return ", "result = ") + "\nreturn result"
    kind = "float"
    signature = "(" + ", ".join(f"{parameter}: {kind}" for parameter in parameters) + f") -> {kind}"
    source = function(
        name, signature, infinitive(asks[0].split(" and raises")[0]), body, "import math" if "math." in code else ""
    )
    calls = []
    for _ in range(2):
        values = [rng.choice((1, 2, 3, 4, 5, 8, 10, 12, 20, 50)) for _ in parameters]
        expected = eval(code, {"math": math} | dict(zip(parameters, values, strict=True)))
        calls.append(", ".join(map(str, values)))
        checks.append(f"abs({name}({calls[-1]}) - {expected!r}) < {0.06 if digits else 1e-6}")
    demo = shows(name, *calls[: rng.randint(1, 2)])
    if rng.random() < 0.2:
        demo = f'result = {name}({calls[0]})\nprint(f"Result: {{result:.2f}}")'
    return make(asks=asks, source=source, demo=demo, checks=checks, topic="formulas")


UNITS = (
    ("kilometers", "miles", 0.621371), ("meters", "feet", 3.28084), ("centimeters", "inches", 1 / 2.54), ("kilograms", "pounds", 2.20462),
    ("liters", "gallons", 0.264172), ("grams", "ounces", 0.035274), ("hours", "minutes", 60), ("days", "hours", 24), ("minutes", "seconds", 60),
    ("weeks", "days", 7), ("years", "months", 12), ("meters", "centimeters", 100), ("kilometers", "meters", 1000), ("tons", "kilograms", 1000),
    ("hours", "seconds", 3600), ("megabytes", "kilobytes", 1024), ("gigabytes", "megabytes", 1024), ("euros", "cents", 100), ("bytes", "bits", 8),
    ("kilowatt hours", "joules", 3600000), ("degrees", "radians", 0.017453292519943295), ("dozens", "pieces", 12), ("feet", "inches", 12), ("yards", "feet", 3),
)  # fmt: skip


@family(2.5)
def conversions(rng: random.Random) -> Program:
    """converts kilometers to miles, one value, a list or a table."""
    one, two, factor = rng.choice(UNITS)
    back = rng.random() < 0.45
    source_unit, target_unit = (two, one) if back else (one, two)
    shown = "2.54" if one == "centimeters" and two == "inches" else repr(factor)
    operator = "*" if back != (one == "centimeters" and two == "inches") else "/"
    operator = {True: "/", False: "*"}[back] if one != "centimeters" else operator
    a, b = source_unit.replace(" ", "_"), target_unit.replace(" ", "_")
    code = f"{{x}} {operator} {shown}"
    name = f"{a}_to_{b}"
    asks = [f"converts {source_unit} to {target_unit}", f"turns {source_unit} into {target_unit}"]
    convert = eval(f"lambda x: {code.format(x='x')}")
    values = rng.sample((1, 2, 3, 5, 8, 10, 12, 24, 42, 100, 250), 3)
    draw = rng.random()
    if draw < 0.6:
        source = function(name, f"({a}: float) -> float", infinitive(asks[0]), f"return {code.format(x=a)}")
        checks = [f"abs({name}({value}) - {convert(value)!r}) < 1e-9" for value in values]
        demo = shows(name, *map(str, values[:2]))
        if rng.random() < 0.4:
            demo = (
                f'for value in {values}:\n    print(f"{{value}} {source_unit} = {{{name}(value):.2f}} {target_unit}")'
            )
    elif draw < 0.8:
        asks = [f"{ask.replace(source_unit, 'a list of ' + source_unit, 1)}" for ask in asks]
        name = f"convert_{a}_to_{b}"
        source = function(
            name,
            f"({a}: list[float]) -> list[float]",
            infinitive(asks[0]),
            f"return [{code.format(x='value')} for value in {a}]",
        )
        checks = [f"{name}({values}) == {[convert(value) for value in values]!r}"]
        demo = shows(name, str(values))
    else:
        asks = [
            f"prints a table that converts {source_unit} to {target_unit}",
            f"prints a conversion table from {source_unit} to {target_unit}",
        ]
        name, stop = f"print_{a}_to_{b}", rng.choice((5, 10))
        body = f'for value in range(1, limit + 1):\n    print(f"{{value}} {source_unit} = {{{code.format(x="value")}:.2f}} {target_unit}")'
        source = function(name, f"(limit: int = {stop}) -> None", infinitive(asks[0]), body)
        checks, demo = [f"{name}(2) is None"], f"{name}(5)"
    return make(asks=asks, source=source, demo=demo, checks=checks, topic="conversions")


SCALES = (
    ("temperature", "a temperature", "temperature", (10, 25), ("cold", "mild", "hot")),
    ("grade", "a score", "score", (50, 75, 90), ("F", "C", "B", "A")),
    ("age_group", "an age", "age", (13, 20, 65), ("child", "teenager", "adult", "senior")),
    ("size", "a weight", "weight", (2, 10), ("small", "medium", "large")),
    ("speed_level", "a speed", "speed", (30, 100), ("slow", "normal", "fast")),
    ("part_of_day", "an hour", "hour", (6, 12, 18), ("night", "morning", "afternoon", "evening")),
    ("risk", "a probability", "probability", (0.2, 0.6), ("low", "medium", "high")),
    ("battery_state", "a battery level", "level", (20, 80), ("low", "fine", "full")),
    ("income_class", "an income", "income", (1000, 5000), ("low", "middle", "high")),
    ("stock_state", "a stock count", "count", (1, 10), ("empty", "scarce", "enough")),
    ("wind_level", "a wind speed", "speed", (10, 40, 80), ("calm", "breeze", "wind", "storm")),
    ("shipping", "an order total", "total", (20, 50), ("expensive", "cheap", "free")),
)  # fmt: skip


@family(2)
def classification(rng: random.Random) -> Program:
    """returns cold, mild or hot for a temperature."""
    name, what, x, limits, labels = rng.choice(SCALES)
    shift = rng.choice((0, 0, 1, 2, 5)) if isinstance(limits[-1], int) else 0
    limits = tuple(limit + shift for limit in limits)
    options = ", ".join(f'"{label}"' for label in labels[:-1]) + f' or "{labels[-1]}"'
    rule = (
        f"{labels[0]} below {limits[0]}, "
        + ", ".join(f"{label} below {limit}" for label, limit in list(zip(labels, limits, strict=False))[1:])
        + f", else {labels[-1]}"
    )
    asks = [f"returns {options} depending on {what}: {rule}", f"classifies {what} as {options} ({rule})"]
    lines = [f'if {x} < {limit}:\n    return "{label}"' for label, limit in zip(labels, limits, strict=False)]
    if rng.random() < 0.3:
        lines = [lines[0], *("el" + line for line in lines[1:])]
        body = "\n".join(lines) + f'\nelse:\n    return "{labels[-1]}"'
    else:
        body = "\n".join(lines) + f'\nreturn "{labels[-1]}"'
    name = rng.choice((name, f"classify_{name}", f"{name}_label"))
    kind = "float" if isinstance(limits[0], float) else rng.choice(("int", "float"))
    source = function(name, f"({x}: {kind}) -> str", f"Return the {name.replace('_', ' ')} for {what}", body)
    points = [limits[0] - 0.1 if kind == "float" else limits[0] - 1, *limits, limits[-1] * 2]
    checks = [f'{name}({point}) == "{labels[sum(point >= limit for limit in limits)]}"' for point in points]
    demo = shows(name, *map(str, rng.sample(points, 2)))
    return make(
        asks=asks, source=source, demo=demo, checks=checks, topic="classification", params={x: f"The {x} to look at."}
    )


NUMBER_TASKS = (
    ("returns the sign of a number as -1, 0 or 1", "sign", "n: int", "int", "if n > 0:\n    return 1\nif n < 0:\n    return -1\nreturn 0", (5, -3, 0)),
    ("limits a number to the range between a minimum and a maximum", "clamp", "value: float, minimum: float, maximum: float", "float", "return max(minimum, min(value, maximum))", ((5, 0, 10), (-3, 0, 10), (42, 0, 10))),
    ("keeps a value between a lower and an upper bound", "clamp", "value: float, low: float, high: float", "float", "if value < low:\n    return low\nif value > high:\n    return high\nreturn value", ((5, 0, 10), (-3, 0, 10), (42, 0, 10))),
    ("checks whether a year is a leap year", "is_leap_year", "year: int", "bool", "return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)", (2000, 1900, 2024, 2023)),
    ("returns the larger of two numbers", "larger", "a: int, b: int", "int", "return a if a > b else b", ((3, 5), (9, 2))),
    ("returns the smaller of two numbers", "smaller", "a: int, b: int", "int", "if a < b:\n    return a\nreturn b", ((3, 5), (9, 2))),
    ("returns the largest of three numbers", "largest_of_three", "a: int, b: int, c: int", "int", "return max(a, b, c)", ((3, 5, 1), (9, 2, 9))),
    ("returns the middle one of three numbers", "middle_of_three", "a: int, b: int, c: int", "int", "return sorted([a, b, c])[1]", ((3, 5, 1), (9, 2, 7))),
    ("sums the digits of a number", "digit_sum", "n: int", "int", "return sum(int(digit) for digit in str(abs(n)))", (123, 9, -45)),
    ("adds up the digits of an integer with a while loop", "sum_digits", "n: int", "int", "n = abs(n)\ntotal = 0\nwhile n > 0:\n    total += n % 10\n    n //= 10\nreturn total", (123, 9, -45)),
    ("counts the digits of a number", "count_digits", "n: int", "int", "return len(str(abs(n)))", (123, 0, -45)),
    ("reverses the digits of a positive number", "reverse_digits", "n: int", "int", "return int(str(n)[::-1])", (123, 400, 7)),
    ("rounds a number to the nearest multiple of five", "round_to_five", "n: int", "int", "return 5 * round(n / 5)", (12, 13, 40)),
    ("returns all divisors of a number", "divisors", "n: int", "list[int]", "return [i for i in range(1, n + 1) if n % i == 0]", (12, 7, 1)),
    ("returns the remainder of a division", "remainder", "a: int, b: int", "int", "return a % b", ((7, 3), (10, 5))),
    ("swaps two values and returns them", "swap", "a: int, b: int", "tuple[int, int]", "return b, a", ((1, 2), (5, 3))),
    ("divides two numbers and returns None if the second is zero", "safe_divide", "a: float, b: float", "float | None", "if b == 0:\n    return None\nreturn a / b", ((6, 3), (1, 0))),
    ("divides two numbers and returns 0 when division by zero happens", "divide_or_zero", "a: float, b: float", "float", "try:\n    return a / b\nexcept ZeroDivisionError:\n    return 0", ((6, 3), (1, 0))),
    ("turns a text into an integer and returns a default if that fails", "parse_int", "text: str, default: int = 0", "int", "try:\n    return int(text)\nexcept ValueError:\n    return default", (("42",), ("x", 7), ("abc",))),
    ("turns a text into a float and returns None if that fails", "parse_float", "text: str", "float | None", "try:\n    return float(text)\nexcept ValueError:\n    return None", (("4.5",), ("x",))),
    ("returns the item of a list at an index, or a default if the index is out of range", "get_or_default", "items: list[int], index: int, default: int = 0", "int", "try:\n    return items[index]\nexcept IndexError:\n    return default", (([1, 2, 3], 1), ([1], 5), ([], 0, 9))),
    ("formats a number of seconds as minutes and seconds", "format_seconds", "seconds: int", "str", 'minutes, rest = divmod(seconds, 60)\nreturn f"{minutes}:{rest:02d}"', (75, 5, 600)),
    ("formats seconds as hours, minutes and seconds", "format_duration", "seconds: int", "str", 'hours, rest = divmod(seconds, 3600)\nminutes, seconds = divmod(rest, 60)\nreturn f"{hours:02d}:{minutes:02d}:{seconds:02d}"', (75, 3661, 86399)),
    ("formats a number with two decimals", "two_decimals", "value: float", "str", 'return f"{value:.2f}"', (3.14159, 2, 10.5)),
    ("formats an amount as a price in euros", "format_price", "amount: float", "str", 'return f"{amount:.2f} EUR"', (3.5, 2, 1000)),
    ("formats a large number with commas between the thousands", "with_commas", "n: int", "str", 'return f"{n:,}"', (1000, 1234567, 12)),
    ("pads a number with zeros to a given width", "zero_pad", "n: int, width: int", "str", "return str(n).zfill(width)", ((7, 3), (42, 5))),
    ("turns a number into a binary string", "to_binary", "n: int", "str", 'return f"{n:b}"', (5, 0, 255)),
    ("turns a number into a hexadecimal string", "to_hex", "n: int", "str", 'return f"{n:x}"', (255, 16, 10)),
    ("converts a binary string to an integer", "from_binary", "text: str", "int", "return int(text, 2)", (("101",), ("0",), ("1111",))),
    ("converts degrees Celsius to Fahrenheit", "celsius_to_fahrenheit", "celsius: float", "float", "return celsius * 9 / 5 + 32", (0, 100, -40)),
    ("converts degrees Fahrenheit to Celsius", "fahrenheit_to_celsius", "fahrenheit: float", "float", "return (fahrenheit - 32) * 5 / 9", (32, 212, -40)),
    ("turns degrees Celsius into Kelvin", "celsius_to_kelvin", "celsius: float", "float", "return celsius + 273.15", (0, 100)),
    ("returns the ordinal of a number such as 1st, 2nd or 3rd", "ordinal", "n: int", "str", 'if 10 <= n % 100 <= 20:\n    return f"{n}th"\nsuffix = {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")\nreturn f"{n}{suffix}"', (1, 2, 3, 4, 11, 22)),
)  # fmt: skip


@family(2.5)
def number_tasks(rng: random.Random) -> Program:
    """Single tasks on numbers: sign, clamp, digit sum, formats, safe conversions."""
    ask, name, parameters, result, body, inputs = rng.choice(NUMBER_TASKS)
    space: dict[str, Any] = {}
    source = function(name, f"({parameters}) -> {result}", infinitive(ask), body)
    exec(source, space)
    calls = [", ".join(map(literal, item)) if isinstance(item, tuple) else literal(item) for item in inputs]
    checks = [
        f"{name}({call}) == {space[name](*(item if isinstance(item, tuple) else (item,)))!r}"
        for call, item in zip(calls, inputs, strict=True)
    ]
    first = parameters.split(":")[0]
    asks = [ask, ask.replace("a number", "an integer", 1) if f"{first}: int" in parameters else ask]
    names = {"n": ["number", "value", "x"], "total": ["result"], "a": ["first", "x"], "b": ["second", "y"]}
    return make(
        asks=asks,
        source=source,
        demo=shows(name, *calls[:2]),
        checks=checks,
        names={k: v for k, v in names.items() if k in source},
        topic="numbers",
    )
