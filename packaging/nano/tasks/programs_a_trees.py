"""Trees."""

from .base import program

program(
    asks=[
        "implements a binary search tree",
        "inserts values into a search tree and looks them up",
        "builds a binary search tree with insert and contains",
        "stores numbers in a sorted tree",
    ],
    source='''
class BinarySearchTree:
    """A tree with smaller values on the left and larger ones on the right."""

    def __init__(self, value: int) -> None:
        self.value = value
        self.left: BinarySearchTree | None = None
        self.right: BinarySearchTree | None = None

    def insert(self, value: int) -> None:
        """Add a value to the tree."""
        side = "left" if value < self.value else "right"
        child = getattr(self, side)
        if child is None:
            setattr(self, side, BinarySearchTree(value))
        else:
            child.insert(value)

    def contains(self, value: int) -> bool:
        """Check whether the tree holds a value."""
        if value == self.value:
            return True
        child = self.left if value < self.value else self.right
        return child is not None and child.contains(value)
''',
    demo="""
tree = BinarySearchTree(8)
for number in [3, 10, 1, 6]:
    tree.insert(number)
print(tree.contains(6))
print(tree.contains(7))
""",
    names={"BinarySearchTree": ["SearchTree", "Tree"], ".insert": ["add"], ".contains": ["has", "includes"]},
    checks=[
        "not BinarySearchTree(3).contains(4)",
        "[t := BinarySearchTree(3), t.insert(4), t.insert(1), t.contains(4), t.contains(2)][3:] == [True, False]",
    ],
    topic="trees",
)

program(
    asks=[
        "walks through a binary tree in order, pre-order and post-order",
        "implements the three depth-first traversals of a tree",
        "lists the values of a binary tree in different orders",
    ],
    source='''
from dataclasses import dataclass


@dataclass
class Node:
    """A node of a binary tree."""

    value: int
    left: "Node | None" = None
    right: "Node | None" = None


def in_order(node: Node | None) -> list[int]:
    """Return the values left, node, right."""
    return in_order(node.left) + [node.value] + in_order(node.right) if node else []


def pre_order(node: Node | None) -> list[int]:
    """Return the values node, left, right."""
    return [node.value] + pre_order(node.left) + pre_order(node.right) if node else []


def post_order(node: Node | None) -> list[int]:
    """Return the values left, right, node."""
    return post_order(node.left) + post_order(node.right) + [node.value] if node else []
''',
    demo="""
root = Node(4, Node(2, Node(1), Node(3)), Node(6))
print(in_order(root))
print(pre_order(root))
print(post_order(root))
""",
    names={"Node": ["TreeNode", "Tree"], "in_order": ["inorder", "traverse_in_order"], "node": ["tree", "current"]},
    checks=[
        "in_order(Node(2, Node(1), Node(3))) == [1, 2, 3]",
        "post_order(Node(2, Node(1))) == [1, 2]",
        "pre_order(None) == []",
    ],
    topic="trees",
    name="tree_traversals",
)

program(
    asks=[
        "computes the depth of a binary tree",
        "measures the height of a tree",
        "finds how many levels a binary tree has",
        "returns the maximum depth of nested nodes",
    ],
    source='''
from dataclasses import dataclass


@dataclass
class Node:
    """A node of a binary tree."""

    value: int
    left: "Node | None" = None
    right: "Node | None" = None


def depth(node: Node | None) -> int:
    """Return the number of levels of a tree."""
    if node is None:
        return 0
    return 1 + max(depth(node.left), depth(node.right))
''',
    demo="tree = Node(1, Node(2, Node(4)), Node(3))\nprint(depth(tree))",
    names={"Node": ["TreeNode", "BinaryNode"], "depth": ["height", "tree_depth"], "node": ["root", "current"]},
    checks=["depth(None) == 0", "depth(Node(1)) == 1", "depth(Node(1, None, Node(2))) == 2"],
    topic="trees",
    name="tree_depth",
)

program(
    asks=[
        "lists the values of a tree level by level",
        "does a level order traversal of a binary tree",
        "groups the nodes of a tree by depth",
    ],
    source='''
class Node:
    """A tree node with any number of children."""

    def __init__(self, value: str, children: list["Node"] | None = None) -> None:
        self.value = value
        self.children = children or []


def levels(root: Node) -> list[list[str]]:
    """Return the values of a tree, one list per level."""
    result = []
    current = [root]
    while current:
        result.append([node.value for node in current])
        current = [child for node in current for child in node.children]
    return result
''',
    demo='tree = Node("boss", [Node("Ann", [Node("Cid")]), Node("Bob")])\nfor level in levels(tree):\n    print(level)',
    names={"Node": ["TreeNode", "Employee"], "levels": ["level_order", "by_level"], "root": ["tree_root", "top"]},
    checks=['levels(Node("a", [Node("b"), Node("c")])) == [["a"], ["b", "c"]]'],
    topic="trees",
    name="tree_levels",
)

program(
    asks=[
        "implements a trie",
        "stores words in a prefix tree",
        "finds all words that start with a prefix",
        "autocompletes words from a dictionary",
    ],
    source='''
class Trie:
    """A prefix tree of words."""

    def __init__(self) -> None:
        self.children: dict[str, Trie] = {}
        self.is_word = False

    def insert(self, word: str) -> None:
        """Add a word."""
        node = self
        for letter in word:
            node = node.children.setdefault(letter, Trie())
        node.is_word = True

    def complete(self, prefix: str) -> list[str]:
        """Return all stored words that start with prefix, sorted."""
        node = self
        for letter in prefix:
            if letter not in node.children:
                return []
            node = node.children[letter]
        words = [prefix] if node.is_word else []
        for letter in sorted(node.children):
            words.extend(self.complete(prefix + letter))
        return words
''',
    demo="""
trie = Trie()
for word in ["car", "cart", "care", "dog"]:
    trie.insert(word)
print(trie.complete("car"))
""",
    names={"Trie": ["PrefixTree", "WordTree"], ".complete": ["starting_with", "find_words"], ".insert": ["add"]},
    checks=[
        'Trie().complete("a") == []',
        '[t := Trie(), t.insert("ab"), t.insert("ac"), t.complete("a")][-1] == ["ab", "ac"]',
    ],
    topic="data structures",
)
