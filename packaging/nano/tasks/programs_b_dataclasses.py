"""Dataclasses: defaults, ordering, frozen values, factories, conversion to dictionaries."""

from .base import program

program(
    asks=[
        "represents a point in the plane as a dataclass",
        "is a point with a method for the distance to another point",
        "stores the coordinates of a point and measures distances",
    ],
    source='''
import math
from dataclasses import dataclass


@dataclass
class Point:
    """A point in the plane."""

    x: float
    y: float

    def distance_to(self, other: "Point") -> float:
        """Return the distance to another point."""
        return math.hypot(self.x - other.x, self.y - other.y)
''',
    demo="a = Point(0, 0)\nb = Point(3, 4)\nprint(a)\nprint(a.distance_to(b))",
    names={"Point": ["Point2D", "Position"], ".distance_to": ["distance"]},
    checks=["Point(0, 0).distance_to(Point(3, 4)) == 5", "Point(1, 2) == Point(1, 2)"],
    topic="dataclasses",
)

program(
    asks=[
        "models an order with a quantity and a unit price",
        "computes the total of an order with a dataclass",
        "is a dataclass for one line of an order",
    ],
    source='''
from dataclasses import dataclass


@dataclass
class Order:
    """An order of one product."""

    product: str
    price: float
    quantity: int = 1

    @property
    def total(self) -> float:
        """The price of all pieces."""
        return self.price * self.quantity
''',
    demo="""
orders = [Order("pen", 1.5, 4), Order("book", 12.0)]
for order in orders:
    print(order.product, order.total)
""",
    names={"Order": ["OrderLine", "Purchase"], ".total": ["cost", "total_price"]},
    checks=['Order("pen", 1.5, 4).total == 6', 'Order("x", 2).quantity == 1'],
    topic="dataclasses",
)

program(
    asks=[
        "stores a student with grades and computes the average",
        "is a dataclass for a student and a list of grades",
        "models a student whose grades are added one by one",
    ],
    source='''
from dataclasses import dataclass, field


@dataclass
class Student:
    """A student and the grades so far."""

    name: str
    grades: list[float] = field(default_factory=list)

    def add_grade(self, grade: float) -> None:
        """Add one grade."""
        self.grades.append(grade)

    def average(self) -> float:
        """Return the mean of the grades, or 0 without grades."""
        return sum(self.grades) / len(self.grades) if self.grades else 0.0
''',
    demo="""
student = Student("Ada")
student.add_grade(80)
student.add_grade(95)
print(student)
print(student.average())
""",
    names={"Student": ["Pupil", "Learner"], "grade": ["mark", "score"], ".average": ["mean", "average_grade"]},
    checks=[
        'Student("a", [1, 2]).average() == 1.5',
        'Student("a").average() == 0',
        '(s := Student("a"), s.add_grade(4), s.average())[-1] == 4',
    ],
    topic="dataclasses",
)

program(
    asks=[
        "sorts people by age with an ordered dataclass",
        "makes dataclass objects comparable",
        "orders dataclass instances by their first field",
    ],
    source='''
from dataclasses import dataclass


@dataclass(order=True)
class Person:
    """A person; people are ordered by age, then by name."""

    age: int
    name: str


def sort_people(people: list[Person]) -> list[Person]:
    """Return the people from the youngest to the oldest."""
    return sorted(people)
''',
    demo="""
people = [Person(42, "Bob"), Person(35, "Ada"), Person(51, "Eve")]
for person in sort_people(people):
    print(person.name, person.age)
""",
    names={"Person": ["Member"], "sort_people": ["by_age", "youngest_first"], "people": ["persons"]},
    checks=['sort_people([Person(2, "b"), Person(1, "a")])[0].name == "a"', 'Person(1, "a") < Person(2, "a")'],
    topic="dataclasses",
)

program(
    asks=[
        "is an immutable color with a hex method",
        "uses a frozen dataclass for a color",
        "stores a color as red, green and blue and gives its hex code",
    ],
    source='''
from dataclasses import dataclass


@dataclass(frozen=True)
class Color:
    """A color with channels from 0 to 255."""

    red: int
    green: int
    blue: int

    def to_hex(self) -> str:
        """Return the color as a string like #ff8800."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"
''',
    demo="orange = Color(255, 136, 0)\nprint(orange)\nprint(orange.to_hex())",
    names={"Color": ["RGB", "RgbColor"], ".to_hex": ["hex_code", "as_hex"]},
    checks=['Color(255, 136, 0).to_hex() == "#ff8800"', "hash(Color(1, 2, 3)) == hash(Color(1, 2, 3))"],
    topic="dataclasses",
)

program(
    asks=[
        "converts a dataclass to a dictionary",
        "turns a book object into a dict and back",
        "shows dataclasses.asdict with a book",
    ],
    source='''
from dataclasses import asdict, dataclass


@dataclass
class Book:
    """A book with its author and year."""

    title: str
    author: str
    year: int

    def to_dict(self) -> dict[str, object]:
        """Return the fields as a dictionary."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> "Book":
        """Make a book from a dictionary."""
        return cls(**data)
''',
    demo="""
book = Book("Emma", "Jane Austen", 1815)
data = book.to_dict()
print(data)
print(Book.from_dict(data) == book)
""",
    names={"Book": ["Novel"], "data": ["values", "fields"], ".to_dict": ["as_dict"]},
    checks=[
        'Book("a", "b", 1).to_dict() == {"title": "a", "author": "b", "year": 1}',
        'Book.from_dict({"title": "a", "author": "b", "year": 1}).year == 1',
    ],
    topic="dataclasses",
)

program(
    asks=[
        "checks its values in __post_init__",
        "is a dataclass that validates its fields",
        "refuses a product with a negative price",
    ],
    source='''
from dataclasses import dataclass


@dataclass
class Product:
    """A product whose price is never negative."""

    name: str
    price: float

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("A product needs a name.")
        if self.price < 0:
            raise ValueError("The price must not be negative.")
''',
    demo="""
print(Product("tea", 3.5))
try:
    Product("tea", -1)
except ValueError as error:
    print("Error:", error)
""",
    names={"Product": ["Item", "Article"]},
    checks=['Product("tea", 3.5).price == 3.5'],
    topic="dataclasses",
)

program(
    asks=[
        "finds the cheapest product in a list of dataclass objects",
        "returns the product with the lowest price",
        "picks the cheapest of several items",
    ],
    source='''
from dataclasses import dataclass


@dataclass
class Item:
    """Something that can be bought."""

    name: str
    price: float


def cheapest(items: list[Item]) -> Item:
    """Return the item with the lowest price."""
    return min(items, key=lambda item: item.price)
''',
    demo="""
items = [Item("lamp", 25.0), Item("cup", 4.5), Item("chair", 60.0)]
best = cheapest(items)
print(best.name, best.price)
""",
    names={"cheapest": ["find_cheapest", "lowest_price"], "items": ["products"], "Item": ["Product", "Article"]},
    checks=['cheapest([Item("a", 3), Item("b", 1)]).name == "b"'],
    topic="dataclasses",
)

program(
    asks=[
        "manages a to-do list of tasks",
        "keeps tasks that can be marked as done",
        "is a to-do list made of dataclasses",
    ],
    source='''
from dataclasses import dataclass, field


@dataclass
class Task:
    """One thing to do."""

    title: str
    done: bool = False


@dataclass
class TodoList:
    """Tasks in the order in which they were added."""

    tasks: list[Task] = field(default_factory=list)

    def add(self, title: str) -> None:
        """Add a task that is not done."""
        self.tasks.append(Task(title))

    def finish(self, title: str) -> None:
        """Mark all tasks with this title as done."""
        for task in self.tasks:
            if task.title == title:
                task.done = True

    def open_tasks(self) -> list[str]:
        """Return the titles of the tasks that are left."""
        return [task.title for task in self.tasks if not task.done]
''',
    demo="""
todo = TodoList()
todo.add("water plants")
todo.add("buy milk")
todo.finish("buy milk")
print(todo.open_tasks())
""",
    names={
        "TodoList": ["TaskList", "Tasks"],
        ".open_tasks": ["remaining", "pending"],
        ".finish": ["complete", "mark_done"],
    },
    checks=[
        'TodoList([Task("a"), Task("b", True)]).open_tasks() == ["a"]',
        '(t := TodoList(), t.add("a"), t.add("b"), t.finish("a"), t.open_tasks())[-1] == ["b"]',
    ],
    topic="dataclasses",
)

program(
    asks=[
        "creates a changed copy of a frozen dataclass",
        "moves an immutable point with dataclasses.replace",
        "returns a copy of an object with one field replaced",
    ],
    source='''
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Robot:
    """A robot on a grid."""

    name: str
    x: int = 0
    y: int = 0


def move(robot: Robot, dx: int, dy: int) -> Robot:
    """Return a robot that has moved by dx and dy."""
    return replace(robot, x=robot.x + dx, y=robot.y + dy)
''',
    demo='robot = Robot("R2")\nmoved = move(robot, 2, 3)\nprint(robot)\nprint(moved)',
    names={"Robot": ["Player", "Token"], "move": ["moved_by", "shift"]},
    checks=['move(Robot("a"), 2, 3) == Robot("a", 2, 3)'],
    topic="dataclasses",
)

program(
    asks=[
        "groups employees by department",
        "collects dataclass objects by one of their fields",
        "lists the employees of each department",
    ],
    source='''
from collections import defaultdict
from dataclasses import dataclass


@dataclass
class Employee:
    """An employee of a department."""

    name: str
    department: str


def by_department(employees: list[Employee]) -> dict[str, list[str]]:
    """Return the names of the employees of each department."""
    groups: dict[str, list[str]] = defaultdict(list)
    for employee in employees:
        groups[employee.department].append(employee.name)
    return dict(groups)
''',
    demo="""
staff = [Employee("Ada", "IT"), Employee("Bob", "Sales"), Employee("Eve", "IT")]
for department, names in by_department(staff).items():
    print(department, names)
""",
    names={
        "by_department": ["group_employees", "group_by_department"],
        "employees": ["staff", "workers"],
        "groups": ["result"],
    },
    checks=['by_department([Employee("a", "x"), Employee("b", "x")]) == {"x": ["a", "b"]}'],
    topic="dataclasses",
)
