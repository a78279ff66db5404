"""Graphs."""

from .base import program

program(
    asks=[
        "visits a graph with breadth-first search",
        "implements BFS",
        "lists the nodes of a graph level by level",
        "traverses a graph with a queue",
    ],
    source='''
from collections import deque


def bfs(graph: dict[str, list[str]], start: str) -> list[str]:
    """Return the nodes in the order of a breadth-first search."""
    order = []
    seen = {start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        order.append(node)
        for neighbour in graph[node]:
            if neighbour not in seen:
                seen.add(neighbour)
                queue.append(neighbour)
    return order
''',
    demo='graph = {"A": ["B", "C"], "B": ["D"], "C": ["D"], "D": []}\nprint(bfs(graph, "A"))',
    names={"bfs": ["breadth_first", "breadth_first_search"], "start": ["source", "root"]},
    checks=['bfs({"A": ["C", "B"], "B": [], "C": ["B"]}, "A") == ["A", "C", "B"]'],
    topic="graphs",
)

program(
    asks=[
        "visits a graph with depth-first search",
        "implements recursive DFS",
        "walks as deep as possible into a graph before going back",
        "traverses a graph depth first",
    ],
    source='''
def dfs(graph: dict[str, list[str]], node: str, visited: list[str] | None = None) -> list[str]:
    """Return the nodes in the order of a depth-first search."""
    if visited is None:
        visited = []
    visited.append(node)
    for neighbour in graph[node]:
        if neighbour not in visited:
            dfs(graph, neighbour, visited)
    return visited
''',
    demo='graph = {"A": ["B", "C"], "B": ["D"], "C": [], "D": []}\nprint(dfs(graph, "A"))',
    names={"dfs": ["depth_first", "depth_first_search"], "node": ["start", "current"]},
    checks=['dfs({"A": ["B"], "B": ["A"]}, "A") == ["A", "B"]'],
    topic="graphs",
)

program(
    asks=[
        "visits a graph depth first with a stack",
        "implements DFS without recursion",
        "traverses a graph with an explicit stack",
    ],
    source='''
def dfs_with_stack(graph: dict[int, list[int]], start: int) -> list[int]:
    """Return the nodes of a depth-first search that uses a stack."""
    order: list[int] = []
    stack = [start]
    while stack:
        node = stack.pop()
        if node in order:
            continue
        order.append(node)
        stack.extend(reversed(graph[node]))
    return order
''',
    demo="graph = {1: [2, 3], 2: [4], 3: [4], 4: []}\nprint(dfs_with_stack(graph, 1))",
    names={"dfs_with_stack": ["iterative_dfs", "depth_first"], "start": ["source", "root"]},
    checks=["dfs_with_stack({1: [2, 3], 2: [], 3: []}, 1) == [1, 2, 3]"],
    topic="graphs",
)

program(
    asks=[
        "finds a shortest path in an unweighted graph",
        "returns the nodes on the shortest route between two points",
        "searches the path with the fewest edges",
        "finds the way from one node to another with BFS",
    ],
    source='''
from collections import deque


def shortest_path(graph: dict[str, list[str]], start: str, goal: str) -> list[str] | None:
    """Return a path with the fewest edges, or None when there is none."""
    queue = deque([[start]])
    seen = {start}
    while queue:
        path = queue.popleft()
        if path[-1] == goal:
            return path
        for neighbour in graph[path[-1]]:
            if neighbour not in seen:
                seen.add(neighbour)
                queue.append([*path, neighbour])
    return None
''',
    demo="""
graph = {"A": ["B", "C"], "B": ["D"], "C": ["D"], "D": ["E"], "E": []}
print(" -> ".join(shortest_path(graph, "A", "E")))
""",
    names={"shortest_path": ["find_path", "bfs_path"], "goal": ["target", "end"]},
    checks=[
        'shortest_path({"A": ["B"], "B": []}, "A", "B") == ["A", "B"]',
        'shortest_path({"A": [], "B": []}, "A", "B") is None',
    ],
    topic="graphs",
)

program(
    asks=[
        "computes shortest distances with Dijkstra's algorithm",
        "implements Dijkstra",
        "finds the cheapest distances from a start node in a weighted graph",
        "uses a heap to find shortest distances in a road network",
    ],
    source='''
import heapq


def dijkstra(graph: dict[str, dict[str, int]], start: str) -> dict[str, int]:
    """Return the shortest distance from start to every reachable node."""
    distances = {start: 0}
    heap = [(0, start)]
    while heap:
        distance, node = heapq.heappop(heap)
        if distance > distances[node]:
            continue
        for neighbour, weight in graph[node].items():
            new_distance = distance + weight
            if new_distance < distances.get(neighbour, float("inf")):
                distances[neighbour] = new_distance
                heapq.heappush(heap, (new_distance, neighbour))
    return distances
''',
    demo='roads = {"A": {"B": 4, "C": 1}, "B": {"D": 1}, "C": {"B": 2, "D": 5}, "D": {}}\nprint(dijkstra(roads, "A"))',
    names={"dijkstra": ["shortest_distances", "cheapest_routes"], "start": ["source", "origin"]},
    checks=['dijkstra({"A": {"B": 2}, "B": {"C": 3}, "C": {}}, "A") == {"A": 0, "B": 2, "C": 5}'],
    topic="graphs",
)

program(
    asks=[
        "sorts tasks so that each comes after the ones it depends on",
        "implements topological sort",
        "orders the nodes of a directed graph by their dependencies",
        "finds a valid order of tasks with dependencies",
    ],
    source='''
from collections import deque


def topological_sort(graph: dict[str, list[str]]) -> list[str]:
    """Order the nodes so that every edge points forward.

    Raises:
        ValueError: If the graph has a cycle.
    """
    incoming = {node: 0 for node in graph}
    for targets in graph.values():
        for target in targets:
            incoming[target] += 1
    ready = deque(node for node, count in incoming.items() if count == 0)
    order = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for target in graph[node]:
            incoming[target] -= 1
            if incoming[target] == 0:
                ready.append(target)
    if len(order) < len(graph):
        raise ValueError("the graph has a cycle")
    return order
''',
    demo='tasks = {"shop": ["cook"], "cook": ["eat"], "set table": ["eat"], "eat": []}\nprint(topological_sort(tasks))',
    names={"topological_sort": ["order_tasks", "topo_sort"], "graph": ["edges", "dependencies"]},
    checks=['topological_sort({"b": [], "a": ["b"]}) == ["a", "b"]'],
    topic="graphs",
)

program(
    asks=[
        "finds the connected components of a graph",
        "groups the nodes of a graph that are connected",
        "splits an undirected graph into its separate parts",
        "counts groups of friends",
    ],
    source='''
def connected_components(graph: dict[str, list[str]]) -> list[set[str]]:
    """Return the groups of connected nodes of an undirected graph."""
    components = []
    seen: set[str] = set()
    for start in graph:
        if start in seen:
            continue
        component = set()
        stack = [start]
        while stack:
            node = stack.pop()
            if node not in component:
                component.add(node)
                stack.extend(graph[node])
        seen |= component
        components.append(component)
    return components
''',
    demo="""
friends = {"Ann": ["Bob"], "Bob": ["Ann"], "Cid": []}
for group in connected_components(friends):
    print(sorted(group))
""",
    names={"connected_components": ["components_of", "find_groups"], "graph": ["edges", "network"]},
    checks=['len(connected_components({"a": ["b"], "b": ["a"], "c": []})) == 2', "connected_components({}) == []"],
    topic="graphs",
)

program(
    asks=[
        "checks whether a directed graph has a cycle",
        "detects circular dependencies",
        "tells if following the edges of a graph can lead back to the start",
    ],
    source='''
def has_cycle(graph: dict[str, list[str]]) -> bool:
    """Check whether a directed graph contains a cycle."""
    done: set[str] = set()

    def visit(node: str, path: set[str]) -> bool:
        if node in path:
            return True
        if node in done:
            return False
        found = any(visit(target, path | {node}) for target in graph[node])
        done.add(node)
        return found

    return any(visit(node, set()) for node in graph)
''',
    demo='print(has_cycle({"a": ["b"], "b": ["c"], "c": ["a"]}))\nprint(has_cycle({"a": ["b"], "b": []}))',
    names={"has_cycle": ["is_cyclic", "contains_cycle"], "graph": ["edges", "dependencies"]},
    checks=['has_cycle({"a": ["a"]})', 'not has_cycle({"a": ["b", "c"], "b": ["c"], "c": []})'],
    topic="graphs",
)

program(
    asks=[
        "keeps track of groups with union find",
        "implements a disjoint set",
        "joins elements into groups and checks whether two are in the same group",
        "implements the union-find data structure",
    ],
    source='''
class UnionFind:
    """Groups of elements that can be joined quickly."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, item: int) -> int:
        """Return the representative of the group of an item."""
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def union(self, a: int, b: int) -> bool:
        """Join two groups; return False when they were one already."""
        root_a, root_b = self.find(a), self.find(b)
        if root_a == root_b:
            return False
        self.parent[root_b] = root_a
        return True
''',
    demo="""
groups = UnionFind(5)
groups.union(0, 1)
groups.union(3, 4)
print(groups.find(1) == groups.find(0))
print(groups.find(1) == groups.find(4))
""",
    names={"UnionFind": ["DisjointSet", "Groups"], "size": ["count", "n"]},
    checks=[
        "not UnionFind(2).union(1, 1)",
        "[u := UnionFind(3), u.union(0, 1), u.union(1, 2), u.union(0, 2)][1:] == [True, True, False]",
    ],
    topic="data structures",
)

program(
    asks=[
        "finds a minimum spanning tree with Kruskal's algorithm",
        "connects all nodes of a graph at the lowest cost",
        "computes the cheapest set of edges that joins all nodes",
    ],
    source='''
def spanning_tree(nodes: int, edges: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the edges (cost, a, b) of a minimum spanning tree."""
    group = list(range(nodes))
    tree = []
    for cost, a, b in sorted(edges):
        if group[a] != group[b]:
            old, new = group[b], group[a]
            group = [new if g == old else g for g in group]
            tree.append((cost, a, b))
    return tree
''',
    demo="""
tree = spanning_tree(4, [(1, 0, 1), (4, 0, 2), (2, 1, 2), (7, 2, 3), (5, 1, 3)])
print(tree)
print("cost:", sum(edge[0] for edge in tree))
""",
    names={"spanning_tree": ["kruskal", "minimum_spanning_tree"], "nodes": ["count", "size"]},
    checks=["spanning_tree(2, [(3, 0, 1), (1, 0, 1)]) == [(1, 0, 1)]"],
    topic="graphs",
)
