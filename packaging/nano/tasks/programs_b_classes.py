"""Classes that keep some state: accounts, stock, carts, stacks, matrices, vectors."""

from .base import program

program(
    asks=[
        "models a bank account with deposits and withdrawals",
        "represents a simple bank account",
        "keeps the balance of a bank account and refuses to overdraw it",
    ],
    source='''
class BankAccount:
    """A bank account that cannot be overdrawn."""

    def __init__(self, owner: str, balance: float = 0.0) -> None:
        self.owner = owner
        self.balance = balance

    def deposit(self, amount: float) -> None:
        """Add money to the account."""
        if amount <= 0:
            raise ValueError("The amount must be positive.")
        self.balance += amount

    def withdraw(self, amount: float) -> None:
        """Take money out of the account."""
        if amount > self.balance:
            raise ValueError("There is not enough money.")
        self.balance -= amount
''',
    demo="""
account = BankAccount("Ada", 100)
account.deposit(50)
account.withdraw(30)
print(account.owner, account.balance)
""",
    names={"BankAccount": ["Account", "SimpleAccount"], "amount": ["value", "money"], ".owner": ["holder"]},
    checks=[
        'BankAccount("Ada", 10).balance == 10',
        'BankAccount("Ada").owner == "Ada"',
        '(a := BankAccount("Ada", 5), a.deposit(3), a.withdraw(6), a.balance)[-1] == 2',
    ],
    topic="classes",
)

program(
    asks=[
        "raises its own exception when a withdrawal is larger than the balance",
        "is a bank account with a custom error for missing money",
        "models a bank account with exceptions",
    ],
    source='''
class InsufficientFundsError(Exception):
    """Raised when an account holds too little money."""


class SafeAccount:
    """A bank account that raises an error when it would be overdrawn."""

    def __init__(self, balance: float = 0.0) -> None:
        self.balance = balance

    def withdraw(self, amount: float) -> float:
        """Withdraw an amount and return the new balance."""
        if amount > self.balance:
            missing = amount - self.balance
            raise InsufficientFundsError(f"{missing:.2f} are missing")
        self.balance -= amount
        return self.balance
''',
    demo="""
account = SafeAccount(100)
print(account.withdraw(30))
try:
    account.withdraw(100)
except InsufficientFundsError as error:
    print("Error:", error)
""",
    names={
        "SafeAccount": ["Account", "CheckedAccount"],
        "InsufficientFundsError": ["NotEnoughMoney", "OverdraftError"],
        "amount": ["money"],
    },
    checks=["SafeAccount(50).withdraw(20) == 30", "issubclass(InsufficientFundsError, Exception)"],
    topic="classes",
)

program(
    asks=[
        "keeps an inventory of items and their quantities",
        "manages the stock of a small shop",
        "tracks how many pieces of each item are in stock",
    ],
    source='''
class Inventory:
    """The items in stock and how many there are of each."""

    def __init__(self) -> None:
        self.items: dict[str, int] = {}

    def add(self, item: str, quantity: int = 1) -> None:
        """Add pieces of an item."""
        self.items[item] = self.items.get(item, 0) + quantity

    def remove(self, item: str, quantity: int = 1) -> None:
        """Remove pieces of an item."""
        if self.items.get(item, 0) < quantity:
            raise ValueError(f"Not enough {item} in stock.")
        self.items[item] -= quantity
        if self.items[item] == 0:
            del self.items[item]

    def total(self) -> int:
        """Return the number of pieces of all items."""
        return sum(self.items.values())
''',
    demo="""
inventory = Inventory()
inventory.add("apple", 5)
inventory.add("pear", 2)
inventory.remove("apple", 3)
print(inventory.items)
print("Total:", inventory.total())
""",
    names={"Inventory": ["Stock", "Warehouse"], "item": ["name", "product"], "quantity": ["count", "amount"]},
    checks=["Inventory().total() == 0", '(i := Inventory(), i.add("a", 5), i.remove("a", 3), i.total())[-1] == 2'],
    topic="classes",
)

program(
    asks=[
        "models a shopping cart with prices",
        "implements a shopping cart that computes a total",
        "collects products and adds up what they cost",
    ],
    source='''
class ShoppingCart:
    """Products with their prices and quantities."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, float, int]] = []

    def add(self, product: str, price: float, quantity: int = 1) -> None:
        """Put a product into the cart."""
        self.lines.append((product, price, quantity))

    def total(self) -> float:
        """Return the price of everything in the cart."""
        return sum(price * quantity for _, price, quantity in self.lines)

    def __len__(self) -> int:
        return sum(quantity for _, _, quantity in self.lines)
''',
    demo="""
cart = ShoppingCart()
cart.add("tea", 3.5, 2)
cart.add("bread", 2.0)
print(f"{len(cart)} items cost {cart.total():.2f}")
""",
    names={
        "ShoppingCart": ["Cart", "Basket"],
        "product": ["name", "item"],
        "quantity": ["count"],
        ".lines": ["entries", "products"],
    },
    checks=["len(ShoppingCart()) == 0", '(c := ShoppingCart(), c.add("tea", 3.5, 2), c.total())[-1] == 7'],
    topic="classes",
)

program(
    asks=["implements a stack with push, pop and peek", "is a last in, first out stack", "stores items on a stack"],
    source='''
class Stack:
    """A last in, first out collection."""

    def __init__(self) -> None:
        self._items: list[object] = []

    def push(self, item: object) -> None:
        """Put an item on top."""
        self._items.append(item)

    def pop(self) -> object:
        """Remove the top item and return it."""
        if not self._items:
            raise IndexError("The stack is empty.")
        return self._items.pop()

    def peek(self) -> object:
        """Return the top item without removing it."""
        if not self._items:
            raise IndexError("The stack is empty.")
        return self._items[-1]

    def is_empty(self) -> bool:
        """Tell whether the stack holds nothing."""
        return not self._items
''',
    demo="""
stack = Stack()
stack.push("a")
stack.push("b")
print(stack.pop())
print(stack.peek())
print(stack.is_empty())
""",
    names={"Stack": ["ItemStack", "SimpleStack"], "item": ["value", "element"], "._items": ["_data", "_values"]},
    checks=["Stack().is_empty()", "(s := Stack(), s.push(1), s.push(2), s.pop(), s.peek())[-2:] == (2, 1)"],
    topic="classes",
    name="stack_class",
)

program(
    asks=[
        "implements a queue with enqueue and dequeue",
        "is a first in, first out queue",
        "holds waiting items and hands them out in order",
    ],
    source='''
from collections import deque


class Queue:
    """A first in, first out collection."""

    def __init__(self) -> None:
        self._items: deque[object] = deque()

    def enqueue(self, item: object) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def dequeue(self) -> object:
        """Remove the first item and return it."""
        if not self._items:
            raise IndexError("The queue is empty.")
        return self._items.popleft()

    def __len__(self) -> int:
        return len(self._items)
''',
    demo="""
queue = Queue()
for name in ["Ada", "Bob", "Eve"]:
    queue.enqueue(name)
print(queue.dequeue())
print(len(queue))
""",
    names={"Queue": ["WaitingLine", "SimpleQueue"], "item": ["value", "element"], "._items": ["_data"]},
    checks=["len(Queue()) == 0", "(q := Queue(), q.enqueue(1), q.enqueue(2), q.dequeue())[-1] == 1"],
    topic="classes",
    name="queue_class",
)

program(
    asks=[
        "implements a matrix with addition and multiplication",
        "represents a matrix of numbers",
        "adds, multiplies and transposes matrices",
    ],
    source='''
class Matrix:
    """A matrix that is stored as a list of rows."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = rows

    def __add__(self, other: "Matrix") -> "Matrix":
        pairs = zip(self.rows, other.rows)
        return Matrix([[a + b for a, b in zip(left, right)] for left, right in pairs])

    def __matmul__(self, other: "Matrix") -> "Matrix":
        columns = list(zip(*other.rows))
        return Matrix([[sum(a * b for a, b in zip(row, column)) for column in columns] for row in self.rows])

    def transpose(self) -> "Matrix":
        """Return the matrix with rows and columns swapped."""
        return Matrix([list(column) for column in zip(*self.rows)])
''',
    demo="""
a = Matrix([[1, 2], [3, 4]])
b = Matrix([[0, 1], [1, 0]])
print((a + b).rows)
print((a @ b).rows)
print(a.transpose().rows)
""",
    names={".rows": ["data", "values"], ".transpose": ["transposed"]},
    checks=[
        "(Matrix([[1, 2]]) + Matrix([[3, 4]])).rows == [[4, 6]]",
        "(Matrix([[1, 2], [3, 4]]) @ Matrix([[1], [1]])).rows == [[3], [7]]",
    ],
    topic="classes",
)

program(
    asks=[
        "represents a vector in the plane with operators",
        "is a two-dimensional vector with addition and length",
        "overloads the operators of a 2D vector",
    ],
    source='''
import math


class Vector:
    """A vector in the plane."""

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor: float) -> "Vector":
        return Vector(self.x * factor, self.y * factor)

    def __abs__(self) -> float:
        return math.hypot(self.x, self.y)

    def __repr__(self) -> str:
        return f"Vector({self.x}, {self.y})"
''',
    demo="a = Vector(3, 4)\nb = Vector(1, 2)\nprint(a + b)\nprint(a - b)\nprint(a * 2)\nprint(abs(a))",
    names={"factor": ["scalar", "number"]},
    checks=["abs(Vector(3, 4)) == 5", 'repr(Vector(1, 2) + Vector(3, 4)) == "Vector(4, 6)"'],
    topic="classes",
)

program(
    asks=[
        "stores a temperature and converts it with properties",
        "models a temperature in Celsius and Fahrenheit",
        "offers a temperature in both degrees Celsius and Fahrenheit",
    ],
    source='''
class Temperature:
    """A temperature that is kept in degrees Celsius."""

    def __init__(self, celsius: float) -> None:
        self.celsius = celsius

    @property
    def fahrenheit(self) -> float:
        """The temperature in degrees Fahrenheit."""
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value: float) -> None:
        self.celsius = (value - 32) * 5 / 9
''',
    demo="""
temperature = Temperature(25)
print(temperature.fahrenheit)
temperature.fahrenheit = 212
print(temperature.celsius)
""",
    names={"value": ["degrees"]},
    checks=[
        "Temperature(100).fahrenheit == 212",
        '(t := Temperature(0), setattr(t, "fahrenheit", 212), t.celsius)[-1] == 100',
    ],
    topic="classes",
)

program(
    asks=["models a library that lends books", "keeps track of which books are lent", "manages the books of a library"],
    source='''
class Library:
    """Books and who has borrowed them."""

    def __init__(self, titles: list[str]) -> None:
        self.available = set(titles)
        self.borrowed: dict[str, str] = {}

    def borrow(self, title: str, reader: str) -> bool:
        """Lend a book; return whether it was there."""
        if title not in self.available:
            return False
        self.available.remove(title)
        self.borrowed[title] = reader
        return True

    def give_back(self, title: str) -> None:
        """Take a lent book back."""
        del self.borrowed[title]
        self.available.add(title)
''',
    demo="""
library = Library(["Emma", "Dune"])
print(library.borrow("Dune", "Ada"))
print(library.borrow("Dune", "Bob"))
library.give_back("Dune")
print(sorted(library.available))
""",
    names={"Library": ["BookShelf", "LendingLibrary"], "title": ["book"], "reader": ["person", "borrower"]},
    checks=['Library(["Emma"]).borrow("Emma", "Ada")', 'not Library([]).borrow("Emma", "Ada")'],
    topic="classes",
)

program(
    asks=[
        "models a playlist of songs with their lengths",
        "stores songs and tells how long they play",
        "manages a music playlist",
    ],
    source='''
class Playlist:
    """Songs in the order in which they are played."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.songs: list[tuple[str, int]] = []

    def add(self, title: str, seconds: int) -> None:
        """Add a song with its length in seconds."""
        self.songs.append((title, seconds))

    def duration(self) -> str:
        """Return the total length as minutes and seconds."""
        total = sum(seconds for _, seconds in self.songs)
        minutes, seconds = divmod(total, 60)
        return f"{minutes}:{seconds:02d}"
''',
    demo="""
playlist = Playlist("Morning")
playlist.add("Sunrise", 185)
playlist.add("Coffee", 200)
print(playlist.name, playlist.duration())
""",
    names={"Playlist": ["SongList", "MusicList"], "title": ["song"], ".duration": ["length", "total_time"]},
    checks=['(p := Playlist("x"), p.add("a", 65), p.add("b", 60), p.duration())[-1] == "2:05"'],
    topic="classes",
)

program(
    asks=[
        "models a countdown timer that is advanced by ticks",
        "implements a timer that counts down without a clock",
        "counts down a number of seconds step by step",
    ],
    source='''
class Countdown:
    """A timer that counts down by one at each tick."""

    def __init__(self, seconds: int) -> None:
        self.remaining = seconds

    def tick(self) -> None:
        """Let one second pass."""
        if self.remaining > 0:
            self.remaining -= 1

    @property
    def finished(self) -> bool:
        """Whether no time is left."""
        return self.remaining == 0
''',
    demo='timer = Countdown(3)\nwhile not timer.finished:\n    print(timer.remaining)\n    timer.tick()\nprint("Go!")',
    names={"Countdown": ["CountdownTimer", "Timer"], ".remaining": ["left", "time_left"], ".finished": ["done"]},
    checks=["Countdown(0).finished", "(c := Countdown(3), c.tick(), c.remaining)[-1] == 2"],
    topic="classes",
)
