"""Combinations, backtracking and dynamic programming."""

from .base import program

program(
    asks=[
        "generates all subsets of a list",
        "computes the power set recursively",
        "lists every subset of a set of items",
        "returns the power set of a list",
    ],
    source='''
def power_set(items: list) -> list[list]:
    """Return all subsets of a list."""
    if not items:
        return [[]]
    rest = power_set(items[1:])
    return rest + [[items[0], *subset] for subset in rest]
''',
    demo="print(power_set([1, 2, 3]))",
    names={"power_set": ["all_subsets", "subsets"], "items": ["values", "elements"]},
    checks=["len(power_set([1, 2, 3, 4])) == 16", "power_set([]) == [[]]"],
    topic="combinatorics",
)

program(
    asks=[
        "generates all subsets with bit masks",
        "computes the power set with binary counting",
        "uses the bits of a counter to list every subset",
    ],
    source='''
def subsets(items: list) -> list[list]:
    """Return all subsets of a list, one for each bit mask."""
    result = []
    for mask in range(2 ** len(items)):
        result.append([item for i, item in enumerate(items) if mask & (1 << i)])
    return result
''',
    demo='for subset in subsets(["a", "b"]):\n    print(subset)',
    names={"subsets": ["bitmask_subsets", "power_set"], "items": ["values", "elements"]},
    checks=["subsets([1, 2]) == [[], [1], [2], [1, 2]]", "len(subsets([1, 2, 3])) == 8"],
    topic="combinatorics",
)

program(
    asks=[
        "generates all permutations of a list",
        "lists every order of the given items",
        "returns all ways to arrange a list",
        "computes permutations recursively",
    ],
    source='''
def permutations(items: list) -> list[list]:
    """Return all orders of a list."""
    if len(items) <= 1:
        return [list(items)]
    result = []
    for i, item in enumerate(items):
        rest = items[:i] + items[i + 1:]
        for order in permutations(rest):
            result.append([item, *order])
    return result
''',
    demo="for order in permutations([1, 2, 3]):\n    print(order)",
    names={"permutations": ["all_orders", "permute"], "items": ["values", "elements"]},
    checks=["len(permutations([1, 2, 3, 4])) == 24", "permutations([1, 2]) == [[1, 2], [2, 1]]"],
    topic="combinatorics",
)

program(
    asks=[
        "generates all combinations of k items",
        "lists every way to choose k elements from a list",
        "returns the combinations of a given size without itertools",
        "chooses k items in all possible ways",
    ],
    source='''
def combinations(items: list, size: int) -> list[list]:
    """Return all ways to choose size items, in order."""
    if size == 0:
        return [[]]
    result = []
    for i in range(len(items) - size + 1):
        for rest in combinations(items[i + 1:], size - 1):
            result.append([items[i], *rest])
    return result
''',
    demo='print(combinations(["a", "b", "c"], 2))',
    names={"combinations": ["choose", "all_combinations"], "items": ["values", "elements"], "size": ["k", "count"]},
    checks=["len(combinations([1, 2, 3, 4], 2)) == 6", "combinations([1, 2], 3) == []"],
    topic="combinatorics",
)

program(
    asks=[
        "computes the number of ways to choose k of n items",
        "calculates a binomial coefficient",
        "counts the combinations n over k",
        "returns n choose k",
    ],
    source='''
def binomial(n: int, k: int) -> int:
    """Return the number of ways to choose k of n items."""
    if k < 0 or k > n:
        return 0
    result = 1
    for i in range(1, min(k, n - k) + 1):
        result = result * (n - i + 1) // i
    return result
''',
    demo="print(binomial(5, 2))\nprint(binomial(49, 6))",
    names={"binomial": ["choose", "n_choose_k"]},
    checks=["binomial(4, 2) == 6", "binomial(3, 5) == 0", "binomial(7, 0) == 1"],
    topic="combinatorics",
)

program(
    asks=[
        "solves the knapsack problem",
        "finds the best value that fits into a knapsack",
        "picks items with the highest total value under a weight limit",
        "implements 0/1 knapsack with dynamic programming",
    ],
    source='''
def knapsack(weights: list[int], values: list[int], capacity: int) -> int:
    """Return the highest total value that fits into the capacity."""
    best = [0] * (capacity + 1)
    for weight, value in zip(weights, values):
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + value)
    return best[capacity]
''',
    demo="print(knapsack([1, 3, 4, 5], [1, 4, 5, 7], 7))",
    names={"knapsack": ["best_value", "solve_knapsack"], "capacity": ["limit", "max_weight"]},
    checks=["knapsack([2, 3], [3, 4], 5) == 7", "knapsack([10], [100], 5) == 0"],
    topic="dynamic programming",
)

program(
    asks=[
        "finds the longest common subsequence of two strings",
        "computes the LCS of two texts",
        "returns the longest sequence of letters that two strings share in order",
    ],
    source='''
def longest_common_subsequence(a: str, b: str) -> str:
    """Return the longest common subsequence of two strings."""
    table = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            if x == y:
                table[i + 1][j + 1] = table[i][j] + x
            else:
                table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j], key=len)
    return table[-1][-1]
''',
    demo='print(longest_common_subsequence("harvester", "haste"))',
    names={
        "longest_common_subsequence": ["lcs", "common_subsequence"],
        "a": ["first", "left"],
        "b": ["second", "right"],
    },
    checks=['longest_common_subsequence("planet", "pet") == "pet"', 'longest_common_subsequence("abc", "xyz") == ""'],
    topic="dynamic programming",
)

program(
    asks=[
        "computes the edit distance between two words",
        "calculates the Levenshtein distance",
        "counts the edits needed to turn one word into another",
        "measures how different two strings are",
    ],
    source='''
def edit_distance(source: str, target: str) -> int:
    """Count the insertions, deletions and replacements that turn source into target."""
    previous = list(range(len(target) + 1))
    for i, a in enumerate(source, start=1):
        current = [i]
        for j, b in enumerate(target, start=1):
            cost = 0 if a == b else 1
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost))
        previous = current
    return previous[-1]
''',
    demo='print(edit_distance("kitten", "sitting"))\nprint(edit_distance("flaw", "lawn"))',
    names={
        "edit_distance": ["levenshtein", "word_distance"],
        "source": ["first", "word"],
        "target": ["second", "other"],
    },
    checks=['edit_distance("cat", "cut") == 1', 'edit_distance("", "abc") == 3'],
    topic="dynamic programming",
)

program(
    asks=[
        "finds the fewest coins that make an amount",
        "computes the minimum number of coins for change",
        "solves the coin change problem",
        "tells how many coins are needed at least to pay a sum",
    ],
    source='''
def min_coins(coins: list[int], amount: int) -> int:
    """Return the fewest coins that sum to amount, or -1 when it is impossible."""
    unreachable = amount + 1
    fewest = [0] + [unreachable] * amount
    for total in range(1, amount + 1):
        for coin in coins:
            if coin <= total:
                fewest[total] = min(fewest[total], fewest[total - coin] + 1)
    return fewest[amount] if fewest[amount] < unreachable else -1
''',
    demo="print(min_coins([1, 4, 9], 26))\nprint(min_coins([4], 6))",
    names={"min_coins": ["fewest_coins", "coin_change"], "amount": ["price", "sum_due"]},
    checks=["min_coins([1, 5, 10], 18) == 5", "min_coins([2], 3) == -1", "min_coins([1], 0) == 0"],
    topic="dynamic programming",
)

program(
    asks=[
        "counts the ways to make change for an amount",
        "tells in how many ways coins can add up to a sum",
        "counts coin combinations for an amount",
    ],
    source='''
def count_change(coins: list[int], amount: int) -> int:
    """Count the combinations of coins that add up to amount."""
    ways = [1] + [0] * amount
    for coin in coins:
        for total in range(coin, amount + 1):
            ways[total] += ways[total - coin]
    return ways[amount]
''',
    demo="print(count_change([1, 3, 4], 8))\nprint(count_change([10, 20, 50], 100))",
    names={"count_change": ["ways_to_pay", "count_combinations"], "amount": ["price", "target"]},
    checks=["count_change([1, 2], 4) == 3", "count_change([3], 2) == 0"],
    topic="dynamic programming",
)

program(
    asks=[
        "gives change with as few coins as possible using a greedy method",
        "pays an amount with the largest coins first",
        "splits an amount of cents into coins",
        "lists the coins to hand back as change",
    ],
    source='''
def make_change(amount: int, coins: tuple[int, ...] = (200, 100, 50, 20, 10, 5, 2, 1)) -> list[int]:
    """Return the coins for an amount, the largest first."""
    change = []
    for coin in coins:
        count, amount = divmod(amount, coin)
        change.extend([coin] * count)
    return change
''',
    demo="print(make_change(287))",
    names={"make_change": ["give_change", "greedy_change"], "amount": ["cents", "total"]},
    checks=["make_change(8) == [5, 2, 1]", "sum(make_change(99)) == 99"],
    topic="greedy",
)

program(
    asks=[
        "counts the ways to climb stairs with steps of one or two",
        "tells in how many ways a staircase can be climbed",
        "computes the number of ways to reach the top of n stairs",
    ],
    source='''
def climb_stairs(stairs: int) -> int:
    """Count the ways to climb stairs in steps of one or two."""
    before, ways = 0, 1
    for _ in range(stairs):
        before, ways = ways, before + ways
    return ways
''',
    demo="for n in range(1, 6):\n    print(n, climb_stairs(n))",
    names={"climb_stairs": ["count_climbs", "stair_ways"], "stairs": ["steps", "height"]},
    checks=["climb_stairs(3) == 3", "climb_stairs(5) == 8"],
    topic="dynamic programming",
)

program(
    asks=[
        "counts the paths through a grid",
        "tells how many ways lead from the top left to the bottom right of a grid",
        "counts routes that only go right or down",
    ],
    source='''
def grid_paths(rows: int, columns: int) -> int:
    """Count the paths through a grid that only go right or down."""
    paths = [1] * columns
    for _ in range(rows - 1):
        for column in range(1, columns):
            paths[column] += paths[column - 1]
    return paths[-1]
''',
    demo="print(grid_paths(3, 3))\nprint(grid_paths(4, 6))",
    names={"grid_paths": ["count_paths", "unique_paths"], "rows": ["height"], "columns": ["width"]},
    checks=["grid_paths(2, 2) == 2", "grid_paths(1, 5) == 1"],
    topic="dynamic programming",
)

program(
    asks=[
        "finds the length of the longest increasing subsequence",
        "measures the longest run of growing numbers that need not be neighbours",
        "computes the longest increasing subsequence",
    ],
    source='''
from bisect import bisect_left


def longest_increasing(numbers: list[int]) -> int:
    """Return the length of the longest increasing subsequence."""
    ends: list[int] = []
    for number in numbers:
        position = bisect_left(ends, number)
        if position == len(ends):
            ends.append(number)
        else:
            ends[position] = number
    return len(ends)
''',
    demo="print(longest_increasing([8, 3, 4, 11, 5, 6, 2, 14]))",
    names={"longest_increasing": ["lis_length", "longest_growth"], "numbers": ["values", "sequence"]},
    checks=["longest_increasing([1, 3, 2, 4]) == 3", "longest_increasing([]) == 0"],
    topic="dynamic programming",
)

program(
    asks=[
        "checks whether some numbers of a list add up to a target",
        "tells if a subset with a given sum exists",
        "solves the subset sum problem",
    ],
    source='''
def has_subset_sum(numbers: list[int], target: int) -> bool:
    """Check whether some of the numbers add up to target."""
    reachable = {0}
    for number in numbers:
        reachable |= {total + number for total in reachable}
    return target in reachable
''',
    demo="print(has_subset_sum([6, 21, 8, 15], 14))\nprint(has_subset_sum([6, 21, 8], 30))",
    names={"has_subset_sum": ["subset_sum", "can_reach"], "numbers": ["values", "items"], "target": ["goal", "wanted"]},
    checks=["has_subset_sum([1, 5, 8], 13)", "not has_subset_sum([2, 4], 3)"],
    topic="dynamic programming",
)

program(
    asks=[
        "solves the n-queens puzzle",
        "places n queens on a board so that none attacks another",
        "counts the solutions of the n-queens problem",
        "finds queen placements with backtracking",
    ],
    source='''
def queens(size: int, placed: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Return all placements of queens; entry r is the column of the queen in row r."""
    row = len(placed)
    if row == size:
        return [placed]
    solutions = []
    for column in range(size):
        if all(column != c and abs(column - c) != row - r for r, c in enumerate(placed)):
            solutions.extend(queens(size, (*placed, column)))
    return solutions
''',
    demo='print(queens(4))\nprint(len(queens(6)), "solutions for 6 queens")',
    names={"queens": ["solve_queens", "place_queens"], "size": ["n", "board_size"]},
    checks=["len(queens(5)) == 10", "queens(3) == []"],
    topic="backtracking",
)

program(
    asks=[
        "generates all valid combinations of brackets",
        "lists every balanced string of n pairs of parentheses",
        "builds all correct bracket sequences",
    ],
    source='''
def brackets(pairs: int) -> list[str]:
    """Return all balanced strings with the given number of bracket pairs."""
    result = []

    def extend(text: str, opened: int, closed: int) -> None:
        if closed == pairs:
            result.append(text)
            return
        if opened < pairs:
            extend(text + "(", opened + 1, closed)
        if closed < opened:
            extend(text + ")", opened, closed + 1)

    extend("", 0, 0)
    return result
''',
    demo="print(brackets(2))\nprint(brackets(3))",
    names={"brackets": ["bracket_strings", "generate_parentheses"], "pairs": ["n", "count"]},
    checks=['brackets(1) == ["()"]', "len(brackets(4)) == 14"],
    topic="backtracking",
)
