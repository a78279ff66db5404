"""Matrices, grids and board games."""

from .base import program

program(
    asks=[
        "transposes a matrix",
        "swaps the rows and columns of a matrix",
        "turns the columns of a table into rows",
        "flips a matrix over its diagonal",
    ],
    source='''
def transpose(matrix: list[list[int]]) -> list[list[int]]:
    """Swap the rows and columns of a matrix."""
    return [list(column) for column in zip(*matrix)]
''',
    demo="for row in transpose([[1, 2, 3], [4, 5, 6]]):\n    print(row)",
    names={"transpose": ["transpose_matrix", "swap_axes"], "matrix": ["table", "rows"]},
    checks=["transpose([[1, 2], [3, 4]]) == [[1, 3], [2, 4]]", "transpose([]) == []"],
    topic="matrix",
)

program(
    asks=[
        "multiplies two matrices",
        "computes the product of two matrices with plain lists",
        "implements matrix multiplication without numpy",
    ],
    source='''
def multiply(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """Return the matrix product of a and b."""
    if len(a[0]) != len(b):
        raise ValueError("the columns of a must match the rows of b")
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]
''',
    demo="print(multiply([[1, 2], [3, 4]], [[5, 6], [7, 8]]))",
    names={"multiply": ["matmul", "matrix_product"], "a": ["left", "first"], "b": ["right", "second"]},
    checks=["multiply([[2]], [[3]]) == [[6]]", "multiply([[1, 0], [0, 1]], [[4, 5], [6, 7]]) == [[4, 5], [6, 7]]"],
    topic="matrix",
)

program(
    asks=["adds two matrices", "sums two tables of numbers element by element", "computes the sum of two matrices"],
    source='''
def add_matrices(a: list[list[int]], b: list[list[int]]) -> list[list[int]]:
    """Add two matrices of the same shape."""
    return [[x + y for x, y in zip(row_a, row_b)] for row_a, row_b in zip(a, b)]
''',
    demo="print(add_matrices([[1, 2], [3, 4]], [[10, 20], [30, 40]]))",
    names={"add_matrices": ["matrix_sum", "add"], "a": ["first", "left"], "b": ["second", "right"]},
    checks=["add_matrices([[1]], [[2]]) == [[3]]"],
    topic="matrix",
)

program(
    asks=[
        "rotates a matrix by 90 degrees",
        "turns a square grid clockwise",
        "rotates an image given as a list of rows",
        "turns a matrix to the right",
    ],
    source='''
def rotate_clockwise(matrix: list[list[int]]) -> list[list[int]]:
    """Rotate a matrix by 90 degrees clockwise."""
    return [list(row) for row in zip(*matrix[::-1])]
''',
    demo="for row in rotate_clockwise([[1, 2], [3, 4]]):\n    print(row)",
    names={"rotate_clockwise": ["rotate_matrix", "turn_right"], "matrix": ["grid", "image"]},
    checks=["rotate_clockwise([[1, 2], [3, 4]]) == [[3, 1], [4, 2]]"],
    topic="matrix",
)

program(
    asks=[
        "reads a matrix in spiral order",
        "walks around a matrix from the outside to the inside",
        "returns the elements of a grid in a spiral",
    ],
    source='''
def spiral(matrix: list[list[int]]) -> list[int]:
    """Return the elements of a matrix in clockwise spiral order."""
    rows = [list(row) for row in matrix]
    result = []
    while rows:
        result.extend(rows.pop(0))
        rows = [list(column) for column in zip(*rows)][::-1]
    return result
''',
    demo="print(spiral([[1, 2, 3], [4, 5, 6], [7, 8, 9]]))",
    names={"spiral": ["spiral_order", "read_spiral"], "matrix": ["grid", "table"]},
    checks=["spiral([[1, 2], [3, 4]]) == [1, 2, 4, 3]", "spiral([]) == []"],
    topic="matrix",
)

program(
    asks=[
        "creates an identity matrix",
        "builds a square matrix with ones on the diagonal",
        "makes an n by n identity matrix from lists",
    ],
    source='''
def identity(size: int) -> list[list[int]]:
    """Return the identity matrix of the given size."""
    return [[1 if row == column else 0 for column in range(size)] for row in range(size)]
''',
    demo="for row in identity(3):\n    print(row)",
    names={"identity": ["identity_matrix", "make_identity"], "size": ["n", "order"]},
    checks=["identity(2) == [[1, 0], [0, 1]]", "identity(0) == []"],
    topic="matrix",
)

program(
    asks=[
        "computes the determinant of a matrix",
        "calculates a determinant recursively",
        "finds the determinant of a square matrix by expanding the first row",
    ],
    source='''
def determinant(matrix: list[list[float]]) -> float:
    """Return the determinant of a square matrix."""
    if len(matrix) == 1:
        return matrix[0][0]
    total = 0
    for column, value in enumerate(matrix[0]):
        minor = [row[:column] + row[column + 1:] for row in matrix[1:]]
        total += (-1) ** column * value * determinant(minor)
    return total
''',
    demo="print(determinant([[1, 2], [3, 4]]))\nprint(determinant([[2, 0, 1], [1, 3, 2], [1, 1, 1]]))",
    names={"determinant": ["det", "compute_determinant"], "matrix": ["m", "square"]},
    checks=["determinant([[5]]) == 5", "determinant([[1, 2], [2, 4]]) == 0"],
    topic="matrix",
)

program(
    asks=[
        "sums the two diagonals of a square matrix",
        "adds up the diagonals of a grid",
        "computes the main and the other diagonal sum of a matrix",
    ],
    source='''
def diagonal_sums(matrix: list[list[int]]) -> tuple[int, int]:
    """Return the sums of the main and of the other diagonal."""
    size = len(matrix)
    main = sum(matrix[i][i] for i in range(size))
    other = sum(matrix[i][size - 1 - i] for i in range(size))
    return main, other
''',
    demo="print(diagonal_sums([[1, 2, 3], [4, 5, 6], [7, 8, 10]]))",
    names={"diagonal_sums": ["sum_diagonals", "diagonals"], "matrix": ["grid", "square"]},
    checks=["diagonal_sums([[1, 2], [3, 4]]) == (5, 5)", "diagonal_sums([]) == (0, 0)"],
    topic="matrix",
)

program(
    asks=[
        "checks whether a square is a magic square",
        "tells if all rows, columns and diagonals of a grid have the same sum",
        "validates a magic square",
    ],
    source='''
def is_magic(square: list[list[int]]) -> bool:
    """Check that all rows, columns and diagonals have the same sum."""
    size = len(square)
    sums = {sum(row) for row in square}
    sums |= {sum(column) for column in zip(*square)}
    sums.add(sum(square[i][i] for i in range(size)))
    sums.add(sum(square[i][size - 1 - i] for i in range(size)))
    return len(sums) == 1
''',
    demo="print(is_magic([[2, 7, 6], [9, 5, 1], [4, 3, 8]]))\nprint(is_magic([[1, 2], [3, 4]]))",
    names={"is_magic": ["is_magic_square", "check_magic"], "square": ["grid", "matrix"]},
    checks=["is_magic([[1]])", "not is_magic([[1, 2], [2, 3]])"],
    topic="matrix",
)

program(
    asks=[
        "plays one step of Conway's game of life",
        "computes the next generation of the game of life",
        "simulates cells that live and die by their neighbours",
        "advances a game of life by one generation",
    ],
    source='''
from collections import Counter

Cell = tuple[int, int]


def next_generation(cells: set[Cell]) -> set[Cell]:
    """Return the living cells after one step of the game of life."""
    neighbours = Counter(
        (x + dx, y + dy)
        for x, y in cells
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
        if (dx, dy) != (0, 0)
    )
    return {cell for cell, count in neighbours.items() if count == 3 or (count == 2 and cell in cells)}
''',
    demo="blinker = {(0, 1), (1, 1), (2, 1)}\nprint(sorted(next_generation(blinker)))",
    names={"next_generation": ["step", "life_step"], "cells": ["alive", "living"]},
    checks=[
        "next_generation({(0, 0)}) == set()",
        "next_generation({(0, 1), (1, 1), (2, 1)}) == {(1, 0), (1, 1), (1, 2)}",
    ],
    topic="grids",
)

program(
    asks=[
        "plays the game of life on a small grid",
        "prints two generations of the game of life",
        "updates a grid of cells by the rules of life",
        "shows a glider moving in the game of life",
    ],
    source='''
def count_neighbours(grid: list[list[int]], row: int, column: int) -> int:
    """Count the living cells around a position."""
    total = 0
    for r in range(max(0, row - 1), min(len(grid), row + 2)):
        for c in range(max(0, column - 1), min(len(grid[0]), column + 2)):
            if (r, c) != (row, column):
                total += grid[r][c]
    return total


def life_step(grid: list[list[int]]) -> list[list[int]]:
    """Return the grid after one step of the game of life."""
    result = []
    for row, cells in enumerate(grid):
        counts = [count_neighbours(grid, row, column) for column in range(len(cells))]
        result.append([1 if n == 3 or (cell and n == 2) else 0 for cell, n in zip(cells, counts)])
    return result
''',
    demo="""
grid = [[0, 1, 0], [0, 1, 0], [0, 1, 0]]
for row in life_step(grid):
    print("".join("#" if cell else "." for cell in row))
""",
    names={
        "life_step": ["next_grid", "advance"],
        "count_neighbours": ["neighbours", "living_around"],
        "grid": ["board", "world"],
    },
    checks=["life_step([[1, 1], [1, 1]]) == [[1, 1], [1, 1]]", "life_step([[1]]) == [[0]]"],
    topic="grids",
)

program(
    asks=[
        "checks the rows, columns and boxes of a sudoku",
        "validates a sudoku board",
        "tells if a sudoku has repeated digits",
        "checks whether a sudoku grid breaks a rule",
    ],
    source='''
def has_no_repeats(cells: list[int]) -> bool:
    """Check that no digit occurs twice; zeros are empty cells."""
    digits = [cell for cell in cells if cell != 0]
    return len(digits) == len(set(digits))


def is_valid_sudoku(board: list[list[int]]) -> bool:
    """Check that no row, column or box of a 9 x 9 sudoku repeats a digit."""
    columns = [list(column) for column in zip(*board)]
    boxes = [
        [board[r + i][c + j] for i in range(3) for j in range(3)]
        for r in range(0, 9, 3)
        for c in range(0, 9, 3)
    ]
    return all(has_no_repeats(group) for group in [*board, *columns, *boxes])
''',
    demo="""
board = [[0] * 9 for _ in range(9)]
board[0][0] = 5
print(is_valid_sudoku(board))
board[1][1] = 5
print(is_valid_sudoku(board))
""",
    names={
        "is_valid_sudoku": ["check_sudoku", "valid_sudoku"],
        "has_no_repeats": ["all_different", "no_duplicates"],
        "board": ["grid", "puzzle"],
    },
    checks=["has_no_repeats([1, 0, 0, 2])", "is_valid_sudoku([[0] * 9 for _ in range(9)])"],
    topic="grids",
)

program(
    asks=[
        "finds the winner of a tic-tac-toe board",
        "checks who has won a game of tic-tac-toe",
        "tells whether X or O has three in a row",
        "evaluates a noughts and crosses board",
    ],
    source='''
def winner(board: list[str]) -> str | None:
    """Return X or O when that player has three in a row, else None.

    Args:
        board: Three strings of three characters.
    """
    lines = list(board) + ["".join(column) for column in zip(*board)]
    lines.append("".join(board[i][i] for i in range(3)))
    lines.append("".join(board[i][2 - i] for i in range(3)))
    for player in "XO":
        if player * 3 in lines:
            return player
    return None
''',
    demo='print(winner(["XOX", "OXO", "OXX"]))\nprint(winner(["XO.", "...", "..."]))',
    names={"winner": ["find_winner", "tic_tac_toe_winner"], "board": ["grid", "rows"]},
    checks=['winner(["OOO", "XX.", "..."]) == "O"', 'winner(["XOX", "XOO", "OXX"]) is None'],
    topic="grids",
    name="winner_by_hand",
)

program(
    asks=[
        "fills a connected area of a grid with a new colour",
        "implements flood fill",
        "recolours a region of an image",
        "works like the bucket tool of a paint program",
    ],
    source='''
def flood_fill(image: list[list[int]], row: int, column: int, color: int) -> list[list[int]]:
    """Give the region around a pixel a new colour, in place."""
    old = image[row][column]
    if old == color:
        return image
    stack = [(row, column)]
    while stack:
        r, c = stack.pop()
        if 0 <= r < len(image) and 0 <= c < len(image[0]) and image[r][c] == old:
            image[r][c] = color
            stack.extend([(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)])
    return image
''',
    demo="picture = [[1, 1, 0], [1, 0, 0], [1, 1, 1]]\nfor line in flood_fill(picture, 0, 0, 7):\n    print(line)",
    names={"flood_fill": ["fill_region", "paint"], "image": ["grid", "pixels"], "color": ["new_color", "paint_value"]},
    checks=["flood_fill([[0, 0], [1, 0]], 0, 0, 2) == [[2, 2], [1, 2]]"],
    topic="grids",
)

program(
    asks=[
        "counts the islands in a grid",
        "counts connected groups of land cells",
        "tells how many separate regions of ones a map has",
    ],
    source='''
def count_islands(grid: list[str]) -> int:
    """Count the connected groups of # in a map."""
    land = {(r, c) for r, line in enumerate(grid) for c, cell in enumerate(line) if cell == "#"}
    islands = 0
    while land:
        islands += 1
        stack = [land.pop()]
        while stack:
            r, c = stack.pop()
            for neighbour in [(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)]:
                if neighbour in land:
                    land.remove(neighbour)
                    stack.append(neighbour)
    return islands
''',
    demo='print(count_islands(["##..#", "#...#", "..#.."]))',
    names={"count_islands": ["number_of_islands", "count_regions"], "grid": ["world", "rows"]},
    checks=['count_islands(["..", ".."]) == 0', 'count_islands(["#.#"]) == 2'],
    topic="grids",
)

program(
    asks=[
        "finds the shortest way through a maze",
        "solves a maze with breadth-first search",
        "counts the steps from the start to the goal of a maze",
        "returns the length of the shortest path in a grid with walls",
    ],
    source='''
from collections import deque


def solve_maze(maze: list[str], start: tuple[int, int], goal: tuple[int, int]) -> int | None:
    """Return the fewest steps from start to goal, or None. Walls are #."""
    queue = deque([(start, 0)])
    seen = {start}
    while queue:
        (row, column), steps = queue.popleft()
        if (row, column) == goal:
            return steps
        for r, c in [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]:
            inside = 0 <= r < len(maze) and 0 <= c < len(maze[0])
            if inside and maze[r][c] != "#" and (r, c) not in seen:
                seen.add((r, c))
                queue.append(((r, c), steps + 1))
    return None
''',
    demo='maze = ["..#.", "#...", "##.."]\nprint(solve_maze(maze, (0, 0), (2, 3)))',
    names={"solve_maze": ["shortest_path", "maze_steps"], "maze": ["grid", "rows"], "goal": ["target", "end"]},
    checks=['solve_maze([".#."], (0, 0), (0, 2)) is None', 'solve_maze(["..."], (0, 0), (0, 2)) == 2'],
    topic="grids",
)
