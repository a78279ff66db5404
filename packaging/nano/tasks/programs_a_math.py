"""Small helpers for numbers, money and units."""

from .base import program

program(
    asks=[
        "limits a number to a range",
        "clamps a value between a minimum and a maximum",
        "keeps a number inside two bounds",
    ],
    source='''
def clamp(value: float, low: float, high: float) -> float:
    """Limit a value to the range from low to high."""
    return max(low, min(value, high))
''',
    demo="print(clamp(15, 0, 10))\nprint(clamp(-3, 0, 10))\nprint(clamp(7, 0, 10))",
    names={"clamp": ["limit", "keep_in_range"], "low": ["minimum", "lower"], "high": ["maximum", "upper"]},
    checks=["clamp(5, 1, 3) == 3", "clamp(0, 1, 3) == 1", "clamp(2, 1, 3) == 2"],
    topic="math",
)

program(
    asks=[
        "interpolates linearly between two values",
        "finds a value between two numbers by a fraction",
        "implements lerp",
    ],
    source='''
def lerp(start: float, end: float, t: float) -> float:
    """Return the value a fraction t of the way from start to end."""
    return start + (end - start) * t
''',
    demo="print([lerp(0, 10, t / 4) for t in range(5)])",
    names={"lerp": ["interpolate", "mix"], "start": ["a", "first"], "end": ["b", "last"]},
    checks=["lerp(2, 4, 0.5) == 3", "lerp(1, 9, 0) == 1"],
    topic="math",
)

program(
    asks=[
        "maps a number from one range to another",
        "converts a reading from one scale to another",
        "rescales a value from an input range to an output range",
    ],
    source='''
def map_range(value: float, in_low: float, in_high: float, out_low: float, out_high: float) -> float:
    """Map a value from one range to another."""
    share = (value - in_low) / (in_high - in_low)
    return out_low + share * (out_high - out_low)
''',
    demo="print(map_range(5, 0, 10, 0, 100))\nprint(map_range(512, 0, 1024, -1, 1))",
    names={"map_range": ["rescale", "convert_range"], "share": ["fraction", "ratio"]},
    checks=["map_range(1, 0, 2, 10, 20) == 15"],
    topic="math",
)

program(
    asks=[
        "interpolates a value in a table of points",
        "looks up y for an x between known points",
        "does linear interpolation in a list of points",
    ],
    source='''
def interpolate(points: list[tuple[float, float]], x: float) -> float:
    """Return y at x by linear interpolation between sorted points."""
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    raise ValueError("x is outside the table")
''',
    demo="table = [(0, 0), (10, 100), (20, 120)]\nprint(interpolate(table, 5))\nprint(interpolate(table, 15))",
    names={"interpolate": ["lookup", "table_value"], "points": ["samples", "known_points"]},
    checks=["interpolate([(0, 1), (2, 3)], 1) == 2"],
    topic="math",
)

program(
    asks=[
        "rounds a number to the nearest multiple",
        "rounds prices to steps of five cents",
        "rounds a value to a given step",
    ],
    source='''
def round_to(number: float, step: float) -> float:
    """Round a number to the nearest multiple of step."""
    return round(number / step) * step
''',
    demo="print(round_to(17, 5))\nprint(round_to(1234, 100))",
    names={
        "round_to": ["round_to_step", "nearest_multiple"],
        "number": ["value", "amount"],
        "step": ["multiple", "unit"],
    },
    checks=["round_to(12, 10) == 10", "round_to(18, 5) == 20"],
    topic="math",
)

program(
    asks=[
        "computes what percentage one number is of another",
        "calculates a percentage",
        "tells how many percent a part is of a whole",
    ],
    source='''
def percentage(part: float, whole: float) -> float:
    """Return how many percent part is of whole."""
    if whole == 0:
        raise ValueError("whole must not be zero")
    return 100 * part / whole
''',
    demo='print(f"{percentage(30, 120):.1f}%")',
    names={"percentage": ["percent_of", "as_percent"], "part": ["share", "amount"], "whole": ["total", "base"]},
    checks=["percentage(1, 4) == 25", "percentage(0, 9) == 0"],
    topic="math",
)

program(
    asks=[
        "computes the change between two values in percent",
        "calculates growth as a percentage",
        "tells by how many percent a price rose or fell",
    ],
    source='''
def percent_change(old: float, new: float) -> float:
    """Return the change from old to new in percent."""
    return (new - old) / old * 100
''',
    demo='print(f"{percent_change(80, 100):+.1f}%")\nprint(f"{percent_change(50, 40):+.1f}%")',
    names={"percent_change": ["growth", "change_in_percent"], "old": ["before", "start"], "new": ["after", "end"]},
    checks=["percent_change(100, 150) == 50", "percent_change(10, 5) == -50"],
    topic="math",
)

program(
    asks=[
        "applies a discount to a price",
        "calculates the price after a discount in percent",
        "reduces a price by a percentage",
    ],
    source='''
def discounted_price(price: float, percent: float) -> float:
    """Return the price after a discount, rounded to cents."""
    if not 0 <= percent <= 100:
        raise ValueError("percent must be between 0 and 100")
    return round(price * (1 - percent / 100), 2)
''',
    demo="print(discounted_price(80, 25))\nprint(discounted_price(19.99, 10))",
    names={
        "discounted_price": ["apply_discount", "sale_price"],
        "price": ["amount", "cost"],
        "percent": ["discount", "rate"],
    },
    checks=["discounted_price(100, 20) == 80", "discounted_price(50, 0) == 50"],
    topic="money",
)

program(
    asks=[
        "computes compound interest",
        "calculates how savings grow with interest",
        "tells what an amount is worth after some years of interest",
    ],
    source='''
def compound_interest(principal: float, rate: float, years: int) -> float:
    """Return the value of savings after some years.

    Args:
        principal: The amount at the start.
        rate: The interest per year in percent.
        years: The number of years.

    Returns:
        The final amount, rounded to cents.
    """
    return round(principal * (1 + rate / 100) ** years, 2)
''',
    demo="for year in (1, 5, 10):\n    print(year, compound_interest(1000, 3, year))",
    names={"compound_interest": ["future_value", "grow_savings"], "principal": ["amount", "start"]},
    checks=["compound_interest(100, 10, 2) == 121", "compound_interest(100, 5, 0) == 100"],
    topic="money",
)

program(
    asks=[
        "computes simple interest",
        "calculates the interest of a loan without compounding",
        "returns the interest for an amount, a rate and a time",
    ],
    source='''
def simple_interest(principal: float, rate: float, years: float) -> float:
    """Return the interest without compounding; the rate is in percent per year."""
    return principal * rate * years / 100
''',
    demo="""
interest = simple_interest(2000, 4, 3)
print(f"Interest: {interest:.2f}")
print(f"Total: {2000 + interest:.2f}")
""",
    names={"simple_interest": ["loan_interest", "interest_for"], "principal": ["amount", "loan"]},
    checks=["simple_interest(100, 5, 2) == 10"],
    topic="money",
)

program(
    asks=[
        "computes the monthly payment of a loan",
        "calculates the rate of a mortgage",
        "tells how much a loan costs per month",
    ],
    source='''
def monthly_payment(loan: float, yearly_rate: float, months: int) -> float:
    """Return the constant monthly payment of a loan; the rate is in percent per year."""
    rate = yearly_rate / 100 / 12
    if rate == 0:
        return round(loan / months, 2)
    return round(loan * rate / (1 - (1 + rate) ** -months), 2)
''',
    demo="print(monthly_payment(10_000, 5, 24))\nprint(monthly_payment(1200, 0, 12))",
    names={"monthly_payment": ["loan_payment", "instalment"], "loan": ["amount", "principal"]},
    checks=["monthly_payment(600, 0, 6) == 100", "monthly_payment(1000, 12, 1) == 1010"],
    topic="money",
)

program(
    asks=[
        "splits a bill among several people",
        "divides a restaurant bill with a tip",
        "calculates what each person pays",
    ],
    source='''
def split_bill(total: float, people: int, tip_percent: float = 10) -> float:
    """Return what each person pays, with the tip, rounded to cents."""
    return round(total * (1 + tip_percent / 100) / people, 2)
''',
    demo="print(split_bill(84, 4))\nprint(split_bill(60, 3, tip_percent=0))",
    names={"split_bill": ["share_bill", "per_person"], "total": ["bill", "amount"], "people": ["guests", "persons"]},
    checks=["split_bill(100, 2) == 55", "split_bill(90, 3, tip_percent=0) == 30"],
    topic="money",
)

program(
    asks=[
        "converts Celsius to Fahrenheit",
        "converts temperatures between Celsius and Fahrenheit",
        "changes a temperature from one unit to the other",
    ],
    source='''
def celsius_to_fahrenheit(celsius: float) -> float:
    """Convert degrees Celsius to degrees Fahrenheit."""
    return celsius * 9 / 5 + 32


def fahrenheit_to_celsius(fahrenheit: float) -> float:
    """Convert degrees Fahrenheit to degrees Celsius."""
    return (fahrenheit - 32) * 5 / 9
''',
    demo="print(celsius_to_fahrenheit(25))\nprint(fahrenheit_to_celsius(212))",
    names={
        "celsius_to_fahrenheit": ["to_fahrenheit", "c_to_f"],
        "fahrenheit_to_celsius": ["to_celsius", "f_to_c"],
        "celsius": ["degrees"],
    },
    checks=["celsius_to_fahrenheit(0) == 32", "celsius_to_fahrenheit(-40) == -40", "fahrenheit_to_celsius(32) == 0"],
    topic="units",
    main="celsius_to_fahrenheit",
)

program(
    asks=[
        "converts lengths between units",
        "converts metres, kilometres, miles and feet",
        "changes a distance from one unit to another",
    ],
    source='''
METRES = {"m": 1.0, "km": 1000.0, "cm": 0.01, "mile": 1609.344, "foot": 0.3048, "inch": 0.0254}


def convert_length(value: float, source: str, target: str) -> float:
    """Convert a length from one unit to another.

    Raises:
        ValueError: If a unit is not known.
    """
    for unit in (source, target):
        if unit not in METRES:
            raise ValueError(f"unknown unit: {unit}")
    return value * METRES[source] / METRES[target]
''',
    demo='print(round(convert_length(5, "mile", "km"), 3))\nprint(convert_length(250, "cm", "m"))',
    names={"convert_length": ["length_in", "change_unit"], "value": ["amount", "length"]},
    checks=['convert_length(2, "km", "m") == 2000', 'abs(convert_length(1, "foot", "inch") - 12) < 1e-9'],
    topic="units",
)

program(
    asks=["converts kilograms to pounds", "converts between kilograms and pounds", "changes a weight from kg to lb"],
    source='''
POUNDS_PER_KILOGRAM = 2.20462


def kilograms_to_pounds(kilograms: float) -> float:
    """Convert kilograms to pounds, rounded to two decimals."""
    return round(kilograms * POUNDS_PER_KILOGRAM, 2)
''',
    demo='for weight in (1, 10, 72.5):\n    print(weight, "kg =", kilograms_to_pounds(weight), "lb")',
    names={"kilograms_to_pounds": ["kg_to_lb", "to_pounds"], "kilograms": ["kg", "mass"]},
    checks=["kilograms_to_pounds(0) == 0", "kilograms_to_pounds(100) == 220.46"],
    topic="units",
)

program(
    asks=[
        "computes the body mass index",
        "calculates the BMI and its category",
        "tells the BMI of a person from weight and height",
    ],
    source='''
def body_mass_index(weight: float, height: float) -> float:
    """Return the body mass index from kilograms and metres."""
    return round(weight / height**2, 1)


def bmi_category(bmi: float) -> str:
    """Name the usual category of a body mass index."""
    if bmi < 18.5:
        return "underweight"
    if bmi < 25:
        return "normal"
    return "overweight" if bmi < 30 else "obese"
''',
    demo="bmi = body_mass_index(70, 1.75)\nprint(bmi, bmi_category(bmi))",
    names={
        "body_mass_index": ["compute_bmi", "get_bmi"],
        "bmi_category": ["category", "classify"],
        "weight": ["kilograms", "mass"],
        "height": ["metres", "size"],
    },
    checks=["body_mass_index(80, 2) == 20", 'bmi_category(18) == "underweight"', 'bmi_category(31) == "obese"'],
    topic="math",
    main="body_mass_index",
)

program(
    asks=[
        "computes the speed from distance and time",
        "calculates the average speed in kilometres per hour",
        "tells how fast a trip was",
    ],
    source='''
def average_speed(kilometres: float, minutes: float) -> float:
    """Return the average speed in kilometres per hour."""
    if minutes <= 0:
        raise ValueError("minutes must be positive")
    return kilometres / (minutes / 60)
''',
    demo="print(average_speed(30, 20))\nprint(average_speed(100, 75))",
    names={
        "average_speed": ["speed", "kilometres_per_hour"],
        "kilometres": ["distance", "km"],
        "minutes": ["duration", "time_taken"],
    },
    checks=["average_speed(60, 60) == 60", "average_speed(10, 30) == 20"],
    topic="math",
)

program(
    asks=["solves a quadratic equation", "finds the real roots of a quadratic", "computes the zeros of a parabola"],
    source='''
from math import sqrt


def solve_quadratic(a: float, b: float, c: float) -> list[float]:
    """Return the real solutions of a x^2 + b x + c = 0 in ascending order."""
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return []
    if discriminant == 0:
        return [-b / (2 * a)]
    root = sqrt(discriminant)
    return sorted([(-b - root) / (2 * a), (-b + root) / (2 * a)])
''',
    demo="print(solve_quadratic(1, -3, 2))\nprint(solve_quadratic(1, 0, 1))",
    names={"solve_quadratic": ["quadratic_roots", "find_roots"], "discriminant": ["d", "disc"]},
    checks=["solve_quadratic(1, 0, -4) == [-2, 2]", "solve_quadratic(1, 2, 1) == [-1]"],
    topic="math",
)

program(
    asks=[
        "finds a square root with Newton's method",
        "approximates a square root step by step",
        "computes the square root without math.sqrt",
    ],
    source='''
def newton_sqrt(number: float, tolerance: float = 1e-10) -> float:
    """Approximate the square root of a non-negative number."""
    if number == 0:
        return 0.0
    guess = max(number, 1.0)
    while abs(guess * guess - number) > tolerance * number:
        guess = (guess + number / guess) / 2
    return guess
''',
    demo="print(round(newton_sqrt(2), 6))\nprint(round(newton_sqrt(144), 6))",
    names={
        "newton_sqrt": ["square_root", "approximate_root"],
        "number": ["value", "x"],
        "guess": ["estimate", "approximation"],
    },
    checks=["abs(newton_sqrt(9) - 3) < 1e-6", "newton_sqrt(0) == 0"],
    topic="math",
)

program(
    asks=["approximates pi with a series", "computes pi with the Leibniz series", "estimates pi by adding fractions"],
    source='''
def approximate_pi(terms: int) -> float:
    """Approximate pi with the Leibniz series."""
    return 4 * sum((-1) ** k / (2 * k + 1) for k in range(terms))
''',
    demo="for terms in (10, 100, 1000):\n    print(terms, round(approximate_pi(terms), 5))",
    names={"approximate_pi": ["leibniz_pi", "estimate_pi"]},
    checks=["approximate_pi(1) == 4", "abs(approximate_pi(2000) - 3.14159) < 0.001"],
    topic="math",
)
