"""Geometry, distances and small recursive list helpers."""

from .base import program

program(
    asks=[
        "computes the area of a circle",
        "calculates area and circumference of a circle",
        "works out the size of a circle from its radius",
    ],
    source='''
from math import pi


def circle_area(radius: float) -> float:
    """Return the area of a circle."""
    return pi * radius**2


def circumference(radius: float) -> float:
    """Return the distance around a circle."""
    return 2 * pi * radius
''',
    demo='print(f"Area: {circle_area(3):.2f}")\nprint(f"Circumference: {circumference(3):.2f}")',
    names={"circle_area": ["area_of_circle", "area"], "circumference": ["perimeter", "circle_length"], "radius": ["r"]},
    checks=["round(circle_area(1), 4) == 3.1416", "circumference(0) == 0"],
    topic="geometry",
    main="circle_area",
)

program(
    asks=[
        "computes the area of a rectangle",
        "calculates area and perimeter of a rectangle",
        "works out the size of a rectangular room",
    ],
    source='''
def rectangle(width: float, height: float) -> tuple[float, float]:
    """Return the area and the perimeter of a rectangle."""
    return width * height, 2 * (width + height)
''',
    demo='area, perimeter = rectangle(4, 2.5)\nprint(f"Area {area}, perimeter {perimeter}")',
    names={
        "rectangle": ["measure_rectangle", "area_and_perimeter"],
        "width": ["a", "length"],
        "height": ["b", "breadth"],
    },
    checks=["rectangle(2, 3) == (6, 10)"],
    topic="geometry",
)

program(
    asks=[
        "computes the area of a triangle from its sides",
        "applies Heron's formula",
        "calculates the area of a triangle with three known sides",
    ],
    source='''
from math import sqrt


def triangle_area(a: float, b: float, c: float) -> float:
    """Return the area of a triangle from its three sides."""
    s = (a + b + c) / 2
    squared = s * (s - a) * (s - b) * (s - c)
    if squared <= 0:
        raise ValueError("these sides do not form a triangle")
    return sqrt(squared)
''',
    demo="print(triangle_area(3, 4, 5))",
    names={"triangle_area": ["heron", "area_of_triangle"]},
    checks=["triangle_area(6, 8, 10) == 24"],
    topic="geometry",
)

program(
    asks=[
        "tells the type of a triangle",
        "classifies a triangle as equilateral, isosceles or scalene",
        "checks the sides of a triangle",
    ],
    source='''
def triangle_type(a: float, b: float, c: float) -> str:
    """Name the type of a triangle with the given sides."""
    low, middle, high = sorted([a, b, c])
    if low <= 0 or low + middle <= high:
        return "not a triangle"
    different = len({a, b, c})
    return {1: "equilateral", 2: "isosceles", 3: "scalene"}[different]
''',
    demo="print(triangle_type(3, 3, 3))\nprint(triangle_type(3, 4, 5))\nprint(triangle_type(1, 2, 9))",
    names={"triangle_type": ["classify_triangle", "kind_of_triangle"]},
    checks=['triangle_type(2, 2, 3) == "isosceles"', 'triangle_type(1, 1, 2) == "not a triangle"'],
    topic="geometry",
)

program(
    asks=[
        "computes the length of the hypotenuse",
        "applies the Pythagorean theorem",
        "finds the longest side of a right triangle",
    ],
    source='''
def hypotenuse(a: float, b: float) -> float:
    """Return the longest side of a right triangle."""
    return (a * a + b * b) ** 0.5
''',
    demo="print(hypotenuse(3, 4))\nprint(hypotenuse(5, 12))",
    names={"hypotenuse": ["longest_side", "pythagoras"], "a": ["first", "x"], "b": ["second", "y"]},
    checks=["hypotenuse(3, 4) == 5", "hypotenuse(0, 2) == 2"],
    topic="geometry",
)

program(
    asks=[
        "finds Pythagorean triples",
        "lists right triangles with whole sides",
        "searches numbers with a^2 + b^2 = c^2",
    ],
    source='''
def pythagorean_triples(limit: int) -> list[tuple[int, int, int]]:
    """Return all triples a < b < c up to limit with a^2 + b^2 = c^2."""
    return [
        (a, b, c)
        for a in range(1, limit + 1)
        for b in range(a + 1, limit + 1)
        for c in range(b + 1, limit + 1)
        if a * a + b * b == c * c
    ]
''',
    demo="for triple in pythagorean_triples(15):\n    print(triple)",
    names={"pythagorean_triples": ["find_triples", "right_triangles"], "limit": ["maximum", "n"]},
    checks=["pythagorean_triples(5) == [(3, 4, 5)]", "pythagorean_triples(4) == []"],
    topic="geometry",
)

program(
    asks=[
        "computes the distance between two points",
        "calculates the Euclidean distance",
        "measures how far apart two points are",
    ],
    source='''
from math import sqrt

Point = tuple[float, float]


def distance(p: Point, q: Point) -> float:
    """Return the straight distance between two points."""
    return sqrt((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2)
''',
    demo="print(distance((0, 0), (3, 4)))\nprint(distance((1, 1), (1, 6)))",
    names={"distance": ["euclidean_distance", "point_distance"], "p": ["first", "start"], "q": ["second", "end"]},
    checks=["distance((0, 0), (6, 8)) == 10", "distance((2, 2), (2, 2)) == 0"],
    topic="geometry",
)

program(
    asks=[
        "computes the Manhattan distance",
        "counts the blocks between two street corners",
        "measures the distance between points along a grid",
    ],
    source='''
def manhattan(p: tuple[int, int], q: tuple[int, int]) -> int:
    """Return the distance between two points along a grid."""
    return abs(p[0] - q[0]) + abs(p[1] - q[1])
''',
    demo="print(manhattan((1, 2), (4, 6)))",
    names={"manhattan": ["grid_distance", "city_blocks"], "p": ["start", "a"], "q": ["goal", "b"]},
    checks=["manhattan((0, 0), (2, 3)) == 5", "manhattan((1, 1), (1, 1)) == 0"],
    topic="geometry",
)

program(
    asks=[
        "computes the distance between two places on Earth",
        "applies the haversine formula",
        "calculates kilometres between coordinates in degrees",
    ],
    source='''
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS = 6371.0


def haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the distance in kilometres between two places given in degrees."""
    dlat = radians(lat2 - lat1)
    dlon = radians(lon2 - lon1)
    h = sin(dlat / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(dlon / 2) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(h))
''',
    demo='paris_to_tokyo = haversine(48.86, 2.35, 35.68, 139.69)\nprint(f"{paris_to_tokyo:.0f} km")',
    names={"haversine": ["earth_distance", "great_circle"]},
    checks=["haversine(0, 0, 0, 0) == 0", "abs(haversine(0, 0, 0, 180) - 20015) < 1"],
    topic="geometry",
)

program(
    asks=[
        "finds the closest pair of points",
        "returns the two points with the smallest distance",
        "searches the nearest two points in a list",
    ],
    source='''
from itertools import combinations
from math import dist


def closest_pair(points: list[tuple[float, float]]) -> tuple:
    """Return the two points with the smallest distance."""
    return min(combinations(points, 2), key=lambda pair: dist(*pair))
''',
    demo="print(closest_pair([(0, 0), (5, 5), (1, 1), (9, 2)]))",
    names={"closest_pair": ["nearest_points", "find_closest"], "points": ["places", "positions"]},
    checks=["closest_pair([(0, 0), (0, 9), (0, 1)]) == ((0, 0), (0, 1))"],
    topic="geometry",
)

program(
    asks=[
        "computes the area of a polygon",
        "applies the shoelace formula",
        "calculates the area inside a list of corners",
    ],
    source='''
def polygon_area(corners: list[tuple[float, float]]) -> float:
    """Return the area of a polygon with the given corners."""
    total = 0.0
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1]):
        total += x1 * y2 - x2 * y1
    return abs(total) / 2
''',
    demo="print(polygon_area([(0, 0), (4, 0), (4, 3), (0, 3)]))",
    names={"polygon_area": ["shoelace", "area"], "corners": ["points", "vertices"]},
    checks=["polygon_area([(0, 0), (2, 0), (0, 2)]) == 2"],
    topic="geometry",
)

program(
    asks=[
        "checks whether a point lies inside a circle",
        "tells if a point is within a given distance of a center",
        "tests a point against a circle",
    ],
    source='''
def in_circle(point: tuple[float, float], center: tuple[float, float], radius: float) -> bool:
    """Check whether a point lies inside or on a circle."""
    dx = point[0] - center[0]
    dy = point[1] - center[1]
    return dx * dx + dy * dy <= radius * radius
''',
    demo="print(in_circle((1, 1), (0, 0), 2))\nprint(in_circle((3, 3), (0, 0), 2))",
    names={"in_circle": ["is_inside", "inside_circle"], "center": ["middle", "origin"]},
    checks=["in_circle((0, 2), (0, 0), 2)", "not in_circle((3, 0), (0, 0), 2)"],
    topic="geometry",
)

program(
    asks=[
        "computes the slope and the equation of a line through two points",
        "finds the line through two points",
        "writes the equation of a straight line",
    ],
    source='''
def line_through(x1: float, y1: float, x2: float, y2: float) -> tuple[float, float]:
    """Return slope and intercept of the line through two points."""
    if x1 == x2:
        raise ValueError("the line is vertical")
    slope = (y2 - y1) / (x2 - x1)
    return slope, y1 - slope * x1
''',
    demo='slope, intercept = line_through(1, 2, 3, 8)\nprint(f"y = {slope:g}x {intercept:+g}")',
    names={"line_through": ["line_equation", "find_line"]},
    checks=["line_through(0, 1, 2, 5) == (2, 1)"],
    topic="geometry",
)

program(
    asks=[
        "computes the volume of common solids",
        "calculates the volume of a sphere, a cylinder or a box",
        "works out the volume of a body by its name",
    ],
    source='''
from math import pi


def volume(shape: str, *sizes: float) -> float:
    """Return the volume of a box, a sphere or a cylinder."""
    match shape, sizes:
        case "box", (width, height, length):
            return width * height * length
        case "sphere", (radius,):
            return 4 / 3 * pi * radius**3
        case "cylinder", (radius, height):
            return pi * radius**2 * height
    raise ValueError(f"cannot compute the volume of {shape}")
''',
    demo='print(volume("box", 2, 3, 4))\nprint(round(volume("sphere", 1), 3))',
    names={"volume": ["compute_volume", "volume_of"], "shape": ["solid", "kind"]},
    checks=['volume("box", 1, 2, 3) == 6', 'round(volume("cylinder", 1, 2), 2) == 6.28'],
    topic="geometry",
)

program(
    asks=[
        "computes the dot product of two vectors",
        "multiplies two vectors and sums the products",
        "calculates the scalar product",
    ],
    source='''
def dot_product(a: list[float], b: list[float]) -> float:
    """Return the dot product of two vectors."""
    if len(a) != len(b):
        raise ValueError("the vectors must have the same length")
    return sum(x * y for x, y in zip(a, b))
''',
    demo="print(dot_product([1, 2, 3], [4, 5, 6]))",
    names={"dot_product": ["dot", "scalar_product"], "a": ["left", "first"], "b": ["right", "second"]},
    checks=["dot_product([1, 0], [0, 1]) == 0", "dot_product([], []) == 0"],
    topic="geometry",
    name="dot_product_by_hand",
)

program(
    asks=[
        "computes the cosine similarity of two vectors",
        "measures how similar the directions of two vectors are",
        "calculates the angle measure between two lists of numbers",
    ],
    source='''
from math import sqrt


def cosine_similarity(a: list[float], b: list[float]) -> float:
    """Return the cosine of the angle between two vectors."""
    dot = sum(x * y for x, y in zip(a, b))
    length_a = sqrt(sum(x * x for x in a))
    length_b = sqrt(sum(y * y for y in b))
    return dot / (length_a * length_b)
''',
    demo="print(cosine_similarity([1, 0], [0, 1]))\nprint(round(cosine_similarity([1, 2], [2, 3]), 3))",
    names={"cosine_similarity": ["cosine", "similarity"], "a": ["first", "u"], "b": ["second", "v"]},
    checks=["cosine_similarity([2, 0], [5, 0]) == 1", "cosine_similarity([1, 0], [0, 3]) == 0"],
    topic="geometry",
)

program(
    asks=[
        "flattens a nested list",
        "turns lists inside lists into one flat list",
        "flattens a list of any depth recursively",
    ],
    source='''
def flatten(items: list) -> list:
    """Return all values of a nested list in one flat list."""
    result = []
    for item in items:
        if isinstance(item, list):
            result.extend(flatten(item))
        else:
            result.append(item)
    return result
''',
    demo="print(flatten([1, [2, [3, 4]], [[5]]]))",
    names={"flatten": ["flatten_list", "unnest"], "items": ["nested", "values"]},
    checks=["flatten([[1], [[2]], 3]) == [1, 2, 3]", "flatten([]) == []"],
    topic="recursion",
)

program(
    asks=[
        "splits a list into chunks of equal size",
        "divides a list into groups of n items",
        "cuts a list into pieces",
    ],
    source='''
def chunk(items: list, size: int) -> list[list]:
    """Split a list into pieces of the given size; the last may be shorter."""
    return [items[i:i + size] for i in range(0, len(items), size)]
''',
    demo="print(chunk([1, 2, 3, 4, 5], 2))",
    names={"chunk": ["split_list", "make_groups"], "items": ["values", "elements"], "size": ["n", "length"]},
    checks=["chunk([1, 2, 3], 3) == [[1, 2, 3]]", "chunk([], 2) == []"],
    topic="lists",
)
