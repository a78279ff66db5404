"""Text tables, ASCII charts and patterns."""

from .base import program

program(
    asks=[
        "formats rows as a text table",
        "prints a table with aligned columns",
        "aligns the columns of a table of texts",
    ],
    source='''
def format_table(rows: list[list[str]]) -> str:
    """Return rows as text with columns of equal width."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append("  ".join(cells).rstrip())
    return "\\n".join(lines)
''',
    demo='print(format_table([["name", "city"], ["Ada", "London"], ["Christopher", "Oslo"]]))',
    names={"format_table": ["make_table", "text_table"], "widths": ["sizes"], "rows": ["table", "data"]},
    checks=['format_table([["a", "b"], ["ccc", "d"]]) == "a    b\\nccc  d"'],
    topic="tables",
    name="format_table_rows",
)

program(
    asks=["makes a Markdown table", "writes a header and rows as a Markdown table", "formats data for Markdown"],
    source='''
def markdown_table(header: list[str], rows: list[list[object]]) -> str:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    for row in rows:
        lines.append("| " + " | ".join(str(cell) for cell in row) + " |")
    return "\\n".join(lines)
''',
    demo='print(markdown_table(["item", "price"], [["tea", 3], ["cake", 4]]))',
    names={"markdown_table": ["to_markdown", "make_markdown"], "header": ["titles"], "rows": ["data"]},
    checks=['markdown_table(["a"], [[1]]) == "| a |\\n| --- |\\n| 1 |"'],
    topic="tables",
)

program(
    asks=[
        "prints a receipt with right-aligned prices",
        "formats items and prices as a receipt",
        "writes a bill with a total",
    ],
    source='''
def receipt(items: dict[str, float]) -> str:
    """Return the items with their prices and the total."""
    lines = [f"{name:<12}{price:>8.2f}" for name, price in items.items()]
    lines.append("-" * 20)
    lines.append(f"{'Total':<12}{sum(items.values()):>8.2f}")
    return "\\n".join(lines)
''',
    demo='print(receipt({"Tea": 3.5, "Cake": 4.25, "Milk": 1.2}))',
    names={"receipt": ["make_receipt", "bill"], "items": ["prices", "products"], "lines": ["rows"]},
    checks=['receipt({"Tea": 3.5}).splitlines()[0] == "Tea" + " " * 13 + "3.50"', 'receipt({}).endswith("0.00")'],
    topic="tables",
)

program(
    asks=[
        "draws a horizontal bar chart with text",
        "prints an ASCII bar chart",
        "shows numbers as bars of # characters",
    ],
    source='''
def bar_lines(data: dict[str, int]) -> str:
    """Return one line with a bar for each entry."""
    width = max(len(label) for label in data)
    return "\\n".join(f"{label:>{width}} | {'#' * value} {value}" for label, value in data.items())
''',
    demo='print(bar_lines({"apples": 5, "pears": 3, "plums": 8}))',
    names={"bar_lines": ["text_chart", "ascii_bars"], "data": ["values", "counts"], "width": ["longest"]},
    checks=['bar_lines({"a": 2, "bb": 1}) == " a | ## 2\\nbb | # 1"'],
    topic="charts",
)

program(
    asks=["draws a vertical bar chart in text", "prints columns of stars for numbers", "makes an upright ASCII chart"],
    source='''
def vertical_chart(values: list[int]) -> str:
    """Draw a column of stars for each value."""
    rows = []
    for level in range(max(values), 0, -1):
        rows.append(" ".join("*" if value >= level else " " for value in values).rstrip())
    return "\\n".join(rows)
''',
    demo="print(vertical_chart([1, 3, 2, 4]))",
    names={"vertical_chart": ["column_chart", "draw_columns"], "level": ["height"], "rows": ["lines"]},
    checks=['vertical_chart([1, 2]) == "  *\\n* *"'],
    topic="charts",
)

program(
    asks=[
        "shows a progress bar as text",
        "returns a text progress bar for a fraction",
        "draws how much of a job is done",
    ],
    source='''
def progress_bar(done: int, total: int, width: int = 20) -> str:
    """Return a bar that shows how much of the total is done."""
    filled = width * done // total
    percent = 100 * done // total
    return "[" + "#" * filled + "." * (width - filled) + f"] {percent}%"
''',
    demo="for done in [0, 5, 10]:\n    print(progress_bar(done, 10))",
    names={"progress_bar": ["show_progress", "progress"], "filled": ["full"], "width": ["length"]},
    checks=['progress_bar(1, 2, 4) == "[##..] 50%"', 'progress_bar(0, 3, 2) == "[..] 0%"'],
    topic="charts",
    name="progress_bar_done",
)

program(
    asks=[
        "draws a right triangle of stars",
        "prints a triangle with one more star per line",
        "makes a staircase of stars",
    ],
    source='''
def triangle(height: int) -> str:
    """Return a triangle with one star more on each line."""
    return "\\n".join("*" * row for row in range(1, height + 1))
''',
    demo="print(triangle(4))",
    names={"triangle": ["star_triangle", "stairs"], "height": ["rows", "n"], "row": ["i", "line"]},
    checks=['triangle(3) == "*\\n**\\n***"', 'triangle(0) == ""'],
    topic="patterns",
)

program(
    asks=[
        "draws a pyramid of stars",
        "prints a centered triangle",
        "makes a pyramid with an odd number of stars per line",
    ],
    source='''
def pyramid(height: int) -> str:
    """Return a centered pyramid of stars."""
    lines = []
    for row in range(height):
        lines.append(" " * (height - row - 1) + "*" * (2 * row + 1))
    return "\\n".join(lines)
''',
    demo="print(pyramid(4))",
    names={"pyramid": ["star_pyramid", "draw_pyramid"], "height": ["rows", "n"], "row": ["i"]},
    checks=['pyramid(2) == " *\\n***"', 'pyramid(1) == "*"'],
    topic="patterns",
    name="pyramid_lines",
)

program(
    asks=["draws a diamond of stars", "prints a diamond shape", "makes a diamond with a given half height"],
    source='''
def diamond(size: int) -> str:
    """Return a diamond that is 2 * size - 1 lines high."""
    widths = list(range(1, size + 1)) + list(range(size - 1, 0, -1))
    return "\\n".join(" " * (size - width) + "*" * (2 * width - 1) for width in widths)
''',
    demo="print(diamond(3))",
    names={"diamond": ["draw_diamond", "star_diamond"], "size": ["n", "half"], "widths": ["rows"]},
    checks=['diamond(2) == " *\\n***\\n *"', 'diamond(1) == "*"'],
    topic="patterns",
)

program(
    asks=["draws a hollow square", "prints the border of a square with stars", "makes a square frame of a given size"],
    source='''
def hollow_square(size: int) -> str:
    """Return a square whose inside is empty."""
    if size < 2:
        return "*" * size
    border = "*" * size
    middle = "*" + " " * (size - 2) + "*"
    return "\\n".join([border] + [middle] * (size - 2) + [border])
''',
    demo="print(hollow_square(4))",
    names={"hollow_square": ["draw_frame", "square_border"], "border": ["edge"], "size": ["n", "side"]},
    checks=['hollow_square(3) == "***\\n* *\\n***"', 'hollow_square(1) == "*"'],
    topic="patterns",
)

program(
    asks=[
        "prints a multiplication table",
        "returns the multiplication table up to n",
        "makes a times table with aligned columns",
    ],
    source='''
def multiplication_table(n: int) -> str:
    """Return the products of 1 to n as a table."""
    width = len(str(n * n))
    rows = []
    for a in range(1, n + 1):
        rows.append(" ".join(f"{a * b:>{width}}" for b in range(1, n + 1)))
    return "\\n".join(rows)
''',
    demo="print(multiplication_table(5))",
    names={"multiplication_table": ["times_table", "product_table"], "n": ["size", "limit"], "rows": ["lines"]},
    checks=['multiplication_table(2) == "1 2\\n2 4"', 'multiplication_table(1) == "1"'],
    topic="patterns",
    name="multiplication_table_width",
)

program(
    asks=["puts a text into a box", "draws a frame around some lines", "makes a text box with borders"],
    source='''
def boxed(text: str) -> str:
    """Return the text with a frame around it."""
    lines = text.splitlines()
    width = max(len(line) for line in lines)
    border = "+" + "-" * (width + 2) + "+"
    return "\\n".join([border] + [f"| {line:<{width}} |" for line in lines] + [border])
''',
    demo='print(boxed("Hello\\nand welcome"))',
    names={"boxed": ["frame", "draw_box"], "border": ["edge"], "lines": ["rows"]},
    checks=['boxed("ab") == "+----+\\n| ab |\\n+----+"'],
    topic="patterns",
)

program(
    asks=["prints a chess board with text", "draws a board of # and dots", "makes a checkered pattern"],
    source='''
def board(size: int) -> str:
    """Return a checkered board; the upper left cell is #."""
    rows = []
    for row in range(size):
        rows.append("".join("#" if (row + column) % 2 == 0 else "." for column in range(size)))
    return "\\n".join(rows)
''',
    demo="print(board(4))",
    names={"board": ["checkered", "draw_board"], "size": ["n"], "rows": ["lines"]},
    checks=['board(2) == "#.\\n.#"', 'board(1) == "#"'],
    topic="patterns",
)

program(
    asks=[
        "prints Pascal's triangle centered",
        "formats Pascal's triangle as text",
        "draws the first rows of Pascal's triangle",
    ],
    source='''
def pascal_text(rows: int) -> str:
    """Return the first rows of Pascal's triangle, centered."""
    lines = []
    row = [1]
    for _ in range(rows):
        lines.append(" ".join(str(number) for number in row))
        row = [1] + [a + b for a, b in zip(row, row[1:])] + [1]
    width = len(lines[-1])
    return "\\n".join(line.center(width).rstrip() for line in lines)
''',
    demo="print(pascal_text(5))",
    names={"pascal_text": ["draw_pascal", "pascal_triangle_text"], "row": ["current"], "lines": ["texts"]},
    checks=['pascal_text(2) == " 1\\n1 1"', 'pascal_text(4).splitlines()[3] == "1 3 3 1"'],
    topic="patterns",
)
