"""Classes that show a feature of the language: iterators, context managers, properties, inheritance, patterns."""

from .base import program

program(
    asks=[
        "is an iterator that counts down to one",
        "implements the iterator protocol for a countdown",
        "can be used in a for loop to count down",
    ],
    source='''
class CountDown:
    """An iterator from a start number down to 1."""

    def __init__(self, start: int) -> None:
        self.current = start

    def __iter__(self) -> "CountDown":
        return self

    def __next__(self) -> int:
        if self.current <= 0:
            raise StopIteration
        self.current -= 1
        return self.current + 1
''',
    demo="for number in CountDown(3):\n    print(number)",
    names={"start": ["first", "n"], ".current": ["number", "value"]},
    checks=["list(CountDown(3)) == [3, 2, 1]", "list(CountDown(0)) == []"],
    topic="classes",
)

program(
    asks=[
        "iterates over the even numbers up to a limit",
        "is an iterable class of even numbers",
        "yields even numbers from its __iter__ method",
    ],
    source='''
from collections.abc import Iterator


class EvenNumbers:
    """The even numbers from 0 up to a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __iter__(self) -> Iterator[int]:
        yield from range(0, self.limit + 1, 2)

    def __contains__(self, number: int) -> bool:
        return number % 2 == 0 and 0 <= number <= self.limit
''',
    demo="numbers = EvenNumbers(10)\nprint(list(numbers))\nprint(4 in numbers, 5 in numbers)",
    names={"EvenNumbers": ["Evens"], "limit": ["maximum", "end"]},
    checks=["list(EvenNumbers(6)) == [0, 2, 4, 6]", "4 in EvenNumbers(4)", "5 not in EvenNumbers(9)"],
    topic="classes",
)

program(
    asks=[
        "is a context manager that prints when a block begins and ends",
        "implements a context manager class",
        "reports entering and leaving a with block",
    ],
    source='''
class Section:
    """A context manager that announces a part of a program."""

    def __init__(self, title: str) -> None:
        self.title = title

    def __enter__(self) -> "Section":
        print(f"Begin {self.title}")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        print(f"End {self.title}")
''',
    demo='with Section("loading"):\n    print("working")',
    names={"Section": ["Block", "Announce"], ".title": ["label"]},
    checks=['Section("x").title == "x"'],
    topic="classes",
)

program(
    asks=[
        "temporarily changes a value in a dictionary",
        "is a context manager that sets a setting and restores it afterwards",
        "overrides a dictionary key inside a with block",
    ],
    source='''
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def override(settings: dict[str, object], key: str, value: object) -> Iterator[None]:
    """Set a key for the length of a with block, then restore it."""
    old = settings[key]
    settings[key] = value
    try:
        yield
    finally:
        settings[key] = old
''',
    demo="""
settings = {"color": "blue"}
with override(settings, "color", "red"):
    print(settings["color"])
print(settings["color"])
""",
    names={
        "override": ["temporary_setting", "changed"],
        "settings": ["options", "config"],
        "old": ["previous", "saved"],
    },
    checks=['(d := {"a": 1}, o := override(d, "a", 2), o.__enter__(), d["a"])[-1] == 2'],
    topic="classes",
)

program(
    asks=[
        "validates its width and height with properties",
        "is a rectangle with checked sides",
        "models a rectangle whose sides must be positive",
    ],
    source='''
class Rectangle:
    """A rectangle whose sides are always positive."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height

    @property
    def width(self) -> float:
        """The width of the rectangle."""
        return self._width

    @width.setter
    def width(self, value: float) -> None:
        if value <= 0:
            raise ValueError("The width must be positive.")
        self._width = value

    @property
    def area(self) -> float:
        """The area of the rectangle."""
        return self.width * self.height
''',
    demo="""
box = Rectangle(3, 4)
print(box.area)
try:
    box.width = -1
except ValueError as error:
    print(error)
""",
    names={"Rectangle": ["Box", "CheckedRectangle"], "value": ["new_width"], ".area": ["surface"]},
    checks=["Rectangle(3, 4).area == 12"],
    topic="classes",
    name="rectangle_properties",
)

program(
    asks=[
        "represents an amount of money with comparison and addition",
        "overloads operators for money amounts",
        "models money that can be added and compared",
    ],
    source='''
from functools import total_ordering


@total_ordering
class Money:
    """An amount of money in cents."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and self.cents == other.cents

    def __lt__(self, other: "Money") -> bool:
        return self.cents < other.cents

    def __str__(self) -> str:
        return f"{self.cents // 100}.{self.cents % 100:02d}"
''',
    demo="price = Money(250)\nshipping = Money(75)\nprint(price + shipping)\nprint(price > shipping)",
    names={"Money": ["Amount", "Price"]},
    checks=["Money(1) + Money(2) == Money(3)", "Money(1) <= Money(2)", 'str(Money(325)) == "3.25"'],
    topic="classes",
)

program(
    asks=[
        "computes the areas of shapes with inheritance",
        "defines circles and squares that share a base class",
        "uses an abstract base class for shapes",
    ],
    source='''
import math
from abc import ABC, abstractmethod


class Shape(ABC):
    """A plane figure."""

    @abstractmethod
    def area(self) -> float:
        """Return the area of the shape."""


class Circle(Shape):
    """A circle with a radius."""

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return math.pi * self.radius**2


class Square(Shape):
    """A square with a side."""

    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2
''',
    demo="""
shapes = [Circle(1), Square(2)]
for shape in shapes:
    print(type(shape).__name__, round(shape.area(), 2))
""",
    names={".area": ["surface", "compute_area"], "Shape": ["Figure"]},
    checks=["Square(3).area() == 9", "round(Circle(1).area(), 2) == 3.14"],
    topic="classes",
    main="Shape",
)

program(
    asks=[
        "models animals that make different sounds",
        "shows inheritance with a dog and a cat",
        "defines an animal base class and two subclasses",
    ],
    source='''
class Animal:
    """An animal with a name."""

    sound = "..."

    def __init__(self, name: str) -> None:
        self.name = name

    def speak(self) -> str:
        """Return what the animal says."""
        return f"{self.name} says {self.sound}"


class Dog(Animal):
    """A dog."""

    sound = "woof"


class Cat(Animal):
    """A cat."""

    sound = "meow"
''',
    demo='for animal in [Dog("Rex"), Cat("Mia")]:\n    print(animal.speak())',
    names={"Animal": ["Pet", "Creature"], ".speak": ["talk", "say"]},
    checks=['Dog("Rex").speak() == "Rex says woof"', 'isinstance(Cat("Mia"), Animal)'],
    topic="classes",
    main="Animal",
)

program(
    asks=[
        "models employees and managers with different pay",
        "computes the monthly pay of employees with inheritance",
        "defines an employee and a manager who gets a bonus",
    ],
    source='''
class Employee:
    """A person with a monthly salary."""

    def __init__(self, name: str, salary: float) -> None:
        self.name = name
        self.salary = salary

    def pay(self) -> float:
        """Return the pay of one month."""
        return self.salary


class Manager(Employee):
    """An employee who gets a bonus."""

    def __init__(self, name: str, salary: float, bonus: float) -> None:
        super().__init__(name, salary)
        self.bonus = bonus

    def pay(self) -> float:
        return super().pay() + self.bonus
''',
    demo="""
staff = [Employee("Ada", 3000), Manager("Grace", 4000, 500)]
for person in staff:
    print(person.name, person.pay())
""",
    names={"Employee": ["Worker", "StaffMember"], ".pay": ["monthly_pay", "income"], ".salary": ["wage"]},
    checks=['Employee("a", 10).pay() == 10', 'Manager("a", 10, 5).pay() == 15'],
    topic="classes",
    main="Employee",
)

program(
    asks=[
        "creates only one instance of itself",
        "implements a singleton for settings",
        "shares one settings object in the whole program",
    ],
    source='''
class Settings:
    """Settings that exist only once."""

    _instance: "Settings | None" = None

    def __new__(cls) -> "Settings":
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.values = {}
        return cls._instance
''',
    demo="""
first = Settings()
second = Settings()
first.values["theme"] = "dark"
print(second.values)
print(first is second)
""",
    names={"Settings": ["Config", "Options"]},
    checks=["Settings() is Settings()"],
    topic="classes",
)

program(
    asks=[
        "implements the observer pattern",
        "notifies subscribers when something happens",
        "lets functions subscribe to events",
    ],
    source='''
from collections.abc import Callable


class Publisher:
    """Something that tells its subscribers about news."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[str], None]] = []

    def subscribe(self, callback: Callable[[str], None]) -> None:
        """Add a function that is called with each message."""
        self._subscribers.append(callback)

    def publish(self, message: str) -> None:
        """Send a message to all subscribers."""
        for callback in self._subscribers:
            callback(message)
''',
    demo="""
news = Publisher()
news.subscribe(print)
news.subscribe(lambda text: print(text.upper()))
news.publish("it rains")
""",
    names={
        "Publisher": ["Subject", "EventSource"],
        "callback": ["listener", "handler"],
        ".publish": ["notify", "emit"],
    },
    checks=['(got := [], p := Publisher(), p.subscribe(got.append), p.publish("x"), got)[-1] == ["x"]'],
    topic="classes",
)

program(
    asks=[
        "models a door as a state machine",
        "implements a small state machine with a transition table",
        "changes its state according to a table of transitions",
    ],
    source='''
class Door:
    """A door that can be open, closed or locked."""

    TRANSITIONS = {
        ("open", "close"): "closed",
        ("closed", "open"): "open",
        ("closed", "lock"): "locked",
        ("locked", "unlock"): "closed",
    }

    def __init__(self) -> None:
        self.state = "closed"

    def handle(self, action: str) -> str:
        """Apply an action and return the new state."""
        key = (self.state, action)
        if key not in self.TRANSITIONS:
            raise ValueError(f"Cannot {action} a door that is {self.state}.")
        self.state = self.TRANSITIONS[key]
        return self.state
''',
    demo='door = Door()\nfor action in ["open", "close", "lock"]:\n    print(action, "->", door.handle(action))',
    names={"action": ["event", "command"], ".handle": ["apply", "do"]},
    checks=['Door().handle("lock") == "locked"', 'Door().state == "closed"'],
    topic="classes",
)


program(
    asks=[
        "records events with their level in a log",
        "keeps an event log that can be filtered",
        "collects log messages and filters them by level",
    ],
    source='''
class EventLog:
    """Messages with a level, in the order in which they came."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []

    def add(self, level: str, message: str) -> None:
        """Append a message."""
        self.entries.append((level.upper(), message))

    def filter(self, level: str) -> list[str]:
        """Return the messages of one level."""
        return [message for found, message in self.entries if found == level.upper()]
''',
    demo="""
log = EventLog()
log.add("info", "started")
log.add("error", "disk is full")
log.add("info", "stopped")
print(log.filter("info"))
print(log.filter("error"))
""",
    names={"EventLog": ["Logbook", "MessageLog"], "message": ["text"], ".filter": ["by_level", "with_level"]},
    checks=['(e := EventLog(), e.add("info", "a"), e.add("error", "b"), e.filter("info"))[-1] == ["a"]'],
    topic="classes",
)
