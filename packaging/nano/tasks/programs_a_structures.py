"""Data structures."""

from .base import program

program(
    asks=[
        "implements a stack",
        "writes a stack class with push, pop and peek",
        "stores items last in, first out",
        "builds a stack on top of a list",
    ],
    source='''
class Stack:
    """A collection where the last item added is the first one removed."""

    def __init__(self) -> None:
        self.items: list[int] = []

    def push(self, item: int) -> None:
        """Put an item on top."""
        self.items.append(item)

    def pop(self) -> int:
        """Remove and return the top item."""
        if not self.items:
            raise IndexError("the stack is empty")
        return self.items.pop()

    def peek(self) -> int:
        """Return the top item without removing it."""
        return self.items[-1]

    def __len__(self) -> int:
        return len(self.items)
''',
    demo="""
stack = Stack()
for number in [1, 2, 3]:
    stack.push(number)
print(stack.pop(), stack.peek(), len(stack))
""",
    names={"Stack": ["SimpleStack", "Pile"], ".items": ["values", "entries"], ".peek": ["top"]},
    checks=["len(Stack()) == 0", "[s := Stack(), s.push(1), s.push(2), s.pop()][-1] == 2"],
    topic="data structures",
    name="stack_by_hand",
)

program(
    asks=[
        "implements a queue",
        "writes a queue class with enqueue and dequeue",
        "stores items first in, first out",
        "models people waiting in a line",
    ],
    source='''
from collections import deque


class Queue:
    """A collection where the first item added is the first one removed."""

    def __init__(self) -> None:
        self.items: deque[str] = deque()

    def enqueue(self, item: str) -> None:
        """Add an item at the end."""
        self.items.append(item)

    def dequeue(self) -> str:
        """Remove and return the item at the front."""
        if not self.items:
            raise IndexError("the queue is empty")
        return self.items.popleft()

    def __len__(self) -> int:
        return len(self.items)
''',
    demo='queue = Queue()\nqueue.enqueue("first")\nqueue.enqueue("second")\nprint(queue.dequeue())\nprint(len(queue))',
    names={"Queue": ["WaitingLine", "SimpleQueue"], ".enqueue": ["add", "put"], ".dequeue": ["take", "get_next"]},
    checks=["len(Queue()) == 0", '[q := Queue(), q.enqueue("a"), q.enqueue("b"), q.dequeue()][-1] == "a"'],
    topic="data structures",
    name="queue_by_hand",
)

program(
    asks=[
        "builds a queue out of two stacks",
        "implements a queue with two lists",
        "uses two stacks to return items in the order they came",
    ],
    source='''
class TwoStackQueue:
    """A queue made of two stacks."""

    def __init__(self) -> None:
        self.incoming: list[int] = []
        self.outgoing: list[int] = []

    def put(self, item: int) -> None:
        """Add an item."""
        self.incoming.append(item)

    def get(self) -> int:
        """Remove and return the oldest item."""
        if not self.outgoing:
            while self.incoming:
                self.outgoing.append(self.incoming.pop())
        return self.outgoing.pop()
''',
    demo="""
queue = TwoStackQueue()
queue.put(1)
queue.put(2)
print(queue.get())
queue.put(3)
print(queue.get(), queue.get())
""",
    names={"TwoStackQueue": ["QueueFromStacks", "StackQueue"], ".incoming": ["inbox"], ".outgoing": ["outbox"]},
    checks=[
        "[q := TwoStackQueue(), q.put(1), q.put(2), q.get(), q.put(3), q.get(), q.get()][3::2] == [1, 2]",
        "TwoStackQueue().incoming == []",
    ],
    topic="data structures",
)

program(
    asks=[
        "implements a stack that knows its smallest element",
        "writes a stack with a fast minimum",
        "keeps track of the minimum of a stack at all times",
    ],
    source='''
class MinStack:
    """A stack that returns its smallest item at once."""

    def __init__(self) -> None:
        self.items: list[tuple[int, int]] = []

    def push(self, value: int) -> None:
        """Put a value on top and remember the minimum so far."""
        smallest = min(value, self.items[-1][1]) if self.items else value
        self.items.append((value, smallest))

    def pop(self) -> int:
        """Remove and return the top value."""
        return self.items.pop()[0]

    def minimum(self) -> int:
        """Return the smallest value on the stack."""
        return self.items[-1][1]
''',
    demo="""
stack = MinStack()
for value in [5, 2, 8]:
    stack.push(value)
print(stack.minimum())
stack.pop()
stack.pop()
print(stack.minimum())
""",
    names={"MinStack": ["MinimumStack", "StackWithMin"], ".minimum": ["get_min", "smallest"]},
    checks=["[s := MinStack(), s.push(3), s.push(1), s.minimum(), s.pop(), s.minimum()][3:] == [1, 1, 3]"],
    topic="data structures",
)

program(
    asks=[
        "implements a singly linked list",
        "builds a linked list with append and iteration",
        "stores values in nodes that point to the next one",
        "writes a linked list class",
    ],
    source='''
from collections.abc import Iterator


class Node:
    """A value and a link to the next node."""

    def __init__(self, value: int) -> None:
        self.value = value
        self.next: Node | None = None


class LinkedList:
    """A chain of nodes."""

    def __init__(self) -> None:
        self.head: Node | None = None

    def append(self, value: int) -> None:
        """Add a value at the end."""
        node = Node(value)
        if self.head is None:
            self.head = node
            return
        last = self.head
        while last.next is not None:
            last = last.next
        last.next = node

    def __iter__(self) -> Iterator[int]:
        node = self.head
        while node is not None:
            yield node.value
            node = node.next
''',
    demo="numbers = LinkedList()\nfor value in [3, 1, 4]:\n    numbers.append(value)\nprint(list(numbers))",
    names={"LinkedList": ["Chain", "SinglyLinkedList"], "Node": ["ListNode", "Link"]},
    checks=["list(LinkedList()) == []", "[c := LinkedList(), c.append(1), c.append(2), list(c)][-1] == [1, 2]"],
    topic="data structures",
)

program(
    asks=[
        "reverses a linked list",
        "turns the links of a linked list around",
        "flips a chain of nodes with three pointers",
        "reverses a singly linked list in place",
    ],
    source='''
class Node:
    """A value and a link to the next node."""

    def __init__(self, value: int, next_node: "Node | None" = None) -> None:
        self.value = value
        self.next_node = next_node


def reverse(head: Node | None) -> Node | None:
    """Reverse a linked list and return its new head."""
    previous = None
    while head is not None:
        following = head.next_node
        head.next_node = previous
        previous = head
        head = following
    return previous


def to_list(head: Node | None) -> list[int]:
    """Collect the values of a linked list."""
    values = []
    while head is not None:
        values.append(head.value)
        head = head.next_node
    return values
''',
    demo="chain = Node(1, Node(2, Node(3)))\nprint(to_list(chain))\nchain = reverse(chain)\nprint(to_list(chain))",
    names={"reverse": ["reverse_list", "flip"], "to_list": ["values_of", "collect"], "Node": ["ListNode", "Link"]},
    checks=["reverse(None) is None", "to_list(reverse(Node(1, Node(2)))) == [2, 1]"],
    topic="data structures",
    main="reverse",
    name="reverse_linked_list",
)

program(
    asks=[
        "detects a loop in a linked list",
        "checks whether a linked list ends",
        "uses a slow and a fast pointer to find a cycle",
        "tells if following the links of a list goes round in circles",
    ],
    source='''
class Node:
    """A node that points to the next one."""

    def __init__(self, value: int) -> None:
        self.value = value
        self.next: Node | None = None


def has_loop(head: Node | None) -> bool:
    """Check whether a linked list runs in a circle."""
    slow = fast = head
    while fast is not None and fast.next is not None:
        slow = slow.next
        fast = fast.next.next
        if slow is fast:
            return True
    return False
''',
    demo="a, b = Node(1), Node(2)\na.next = b\nprint(has_loop(a))\nb.next = a\nprint(has_loop(a))",
    names={"has_loop": ["detect_loop", "is_circular"], "Node": ["ListNode", "Link"], "head": ["first", "start"]},
    checks=["not has_loop(None)", "not has_loop(Node(5))", "[n := Node(1), setattr(n, 'next', n), has_loop(n)][-1]"],
    topic="data structures",
)

program(
    asks=[
        "implements an LRU cache",
        "writes a cache that forgets the least recently used entry",
        "keeps only the most recently used items",
        "builds a small cache with OrderedDict",
    ],
    source='''
from collections import OrderedDict


class LRUCache:
    """A cache that drops the entry that was not used for the longest time."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.entries: OrderedDict[str, int] = OrderedDict()

    def get(self, key: str) -> int | None:
        """Return the value of a key and mark it as used."""
        if key not in self.entries:
            return None
        self.entries.move_to_end(key)
        return self.entries[key]

    def put(self, key: str, value: int) -> None:
        """Store a value; drop the oldest entry when the cache is full."""
        self.entries[key] = value
        self.entries.move_to_end(key)
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)
''',
    demo="""
cache = LRUCache(2)
cache.put("a", 1)
cache.put("b", 2)
cache.get("a")
cache.put("c", 3)
print(list(cache.entries))
print(cache.get("b"))
""",
    names={
        "LRUCache": ["RecentCache", "SmallCache"],
        ".entries": ["data", "store"],
        "capacity": ["limit", "max_size"],
        ".capacity": ["limit", "max_size"],
    },
    checks=[
        'LRUCache(1).get("x") is None',
        '[c := LRUCache(1), c.put("a", 1), c.put("b", 2), c.get("a"), c.get("b")][3:] == [None, 2]',
    ],
    topic="data structures",
    name="lrucache_by_hand",
)

program(
    asks=[
        "implements a ring buffer",
        "keeps only the last n values",
        "writes a circular buffer of fixed size",
        "stores the most recent readings and overwrites the oldest",
    ],
    source='''
class RingBuffer:
    """A buffer of fixed size that overwrites its oldest value."""

    def __init__(self, size: int) -> None:
        self.slots: list[float | None] = [None] * size
        self.position = 0

    def add(self, value: float) -> None:
        """Store a value in place of the oldest one."""
        self.slots[self.position % len(self.slots)] = value
        self.position += 1

    def latest(self) -> list[float]:
        """Return the stored values, the oldest first."""
        start = self.position % len(self.slots)
        ordered = self.slots[start:] + self.slots[:start]
        return [value for value in ordered if value is not None]
''',
    demo="buffer = RingBuffer(3)\nfor value in [1, 2, 3, 4]:\n    buffer.add(value)\nprint(buffer.latest())",
    names={"RingBuffer": ["CircularBuffer", "History"], ".latest": ["values", "contents"], ".slots": ["cells", "data"]},
    checks=[
        "RingBuffer(2).latest() == []",
        "[b := RingBuffer(2), b.add(1), b.add(2), b.add(3), b.latest()][-1] == [2, 3]",
    ],
    topic="data structures",
)

program(
    asks=[
        "implements a priority queue",
        "returns tasks in the order of their priority",
        "writes a task queue where urgent jobs come first",
        "wraps heapq in a priority queue class",
    ],
    source='''
import heapq


class PriorityQueue:
    """A queue that returns the item with the lowest priority number first."""

    def __init__(self) -> None:
        self.heap: list[tuple[int, int, str]] = []
        self.counter = 0

    def push(self, item: str, priority: int) -> None:
        """Add an item; items of equal priority keep their order."""
        heapq.heappush(self.heap, (priority, self.counter, item))
        self.counter += 1

    def pop(self) -> str:
        """Remove and return the most urgent item."""
        return heapq.heappop(self.heap)[2]
''',
    demo="""
jobs = PriorityQueue()
jobs.push("write report", 2)
jobs.push("fix bug", 1)
jobs.push("clean desk", 3)
print(jobs.pop())
print(jobs.pop())
""",
    names={
        "PriorityQueue": ["TaskQueue", "UrgentQueue"],
        ".counter": ["order", "serial"],
        "priority": ["urgency", "rank"],
    },
    checks=['[q := PriorityQueue(), q.push("a", 2), q.push("b", 1), q.pop(), q.pop()][3:] == ["b", "a"]'],
    topic="data structures",
)

program(
    asks=[
        "checks whether the brackets in a text are balanced",
        "tells if every bracket is closed in the right order",
        "validates parentheses with a stack",
        "matches opening and closing brackets",
    ],
    source='''
PAIRS = {")": "(", "]": "[", "}": "{"}


def is_balanced(text: str) -> bool:
    """Check whether all brackets in a text are closed in the right order."""
    stack = []
    for char in text:
        if char in PAIRS.values():
            stack.append(char)
        elif char in PAIRS and (not stack or stack.pop() != PAIRS[char]):
            return False
    return not stack
''',
    demo='print(is_balanced("a(b[c]{d})"))\nprint(is_balanced("(]"))',
    names={"is_balanced": ["brackets_match", "check_brackets"], "text": ["string", "expression"]},
    checks=['is_balanced("")', 'not is_balanced("(()")', 'is_balanced("()[]{}")', 'not is_balanced(")")'],
    topic="data structures",
)
