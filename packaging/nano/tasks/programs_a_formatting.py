"""Formatting of numbers, words, times and tables."""

from .base import program

program(
    asks=[
        "formats a number with thousands separators",
        "writes large numbers with commas",
        "groups the digits of a number by three",
    ],
    source='''
def with_commas(number: int) -> str:
    """Write an integer with a comma between groups of three digits."""
    return f"{number:,}"
''',
    demo="print(with_commas(1234567))\nprint(with_commas(999))",
    names={"with_commas": ["format_thousands", "group_digits"], "number": ["value", "amount"]},
    checks=['with_commas(1000) == "1,000"', 'with_commas(-5) == "-5"'],
    topic="formatting",
)

program(
    asks=[
        "formats an amount of money",
        "writes a price with a currency sign and two decimals",
        "turns a number into a price text",
    ],
    source='''
def format_money(amount: float, symbol: str = "$") -> str:
    """Write an amount with a currency symbol and two decimals."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{symbol}{abs(amount):,.2f}"
''',
    demo='print(format_money(1234.5))\nprint(format_money(-3, "€"))',
    names={"format_money": ["money", "price_text"], "amount": ["value", "price"], "symbol": ["currency"]},
    checks=['format_money(2) == "$2.00"', 'format_money(-1.5) == "-$1.50"'],
    topic="formatting",
)

program(
    asks=[
        "writes a file size in readable units",
        "converts bytes to kB, MB or GB",
        "formats a number of bytes for people",
    ],
    source='''
def format_size(size: float) -> str:
    """Write a number of bytes with a suitable unit."""
    for unit in ["B", "kB", "MB", "GB"]:
        if size < 1000:
            return f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
''',
    demo="for size in [512, 20480, 5_300_000]:\n    print(format_size(size))",
    names={"format_size": ["readable_size", "human_size"]},
    checks=['format_size(1500) == "1.5 kB"', 'format_size(0) == "0.0 B"'],
    topic="formatting",
)

program(
    asks=[
        "adds the right plural ending to a word",
        "pluralizes a noun for a count",
        "writes 1 apple but 2 apples",
        "forms the plural of simple English nouns",
    ],
    source='''
def pluralize(count: int, noun: str) -> str:
    """Write a count with the noun in the right form."""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{count} {noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}s"
''',
    demo='print(pluralize(1, "apple"))\nprint(pluralize(3, "box"))\nprint(pluralize(2, "city"))',
    names={"pluralize": ["plural", "count_noun"], "noun": ["word", "thing"]},
    checks=['pluralize(2, "day") == "2 days"', 'pluralize(0, "bus") == "0 buses"'],
    topic="formatting",
)

program(
    asks=["turns a number into an ordinal", "writes 1st, 2nd, 3rd and so on", "adds the ordinal suffix to a number"],
    source='''
def ordinal(number: int) -> str:
    """Write a number with its ordinal suffix."""
    if 11 <= number % 100 <= 13:
        return f"{number}th"
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
''',
    demo="print([ordinal(n) for n in (1, 2, 3, 4, 11, 21, 112)])",
    names={"ordinal": ["to_ordinal", "ordinal_number"], "number": ["value", "position"]},
    checks=['ordinal(3) == "3rd"', 'ordinal(13) == "13th"', 'ordinal(101) == "101st"'],
    topic="formatting",
)

program(
    asks=["writes a number in English words", "spells out numbers up to 999", "converts 42 to forty-two"],
    source='''
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def number_to_words(number: int) -> str:
    """Spell out a number from 0 to 999."""
    if number < 20:
        return ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    hundreds, rest = divmod(number, 100)
    words = f"{ONES[hundreds]} hundred"
    return f"{words} and {number_to_words(rest)}" if rest else words
''',
    demo="for number in [7, 42, 215]:\n    print(number, number_to_words(number))",
    names={"number_to_words": ["spell_number", "in_words"], "rest": ["remainder"]},
    checks=[
        'number_to_words(90) == "ninety"',
        'number_to_words(300) == "three hundred"',
        'number_to_words(101) == "one hundred and one"',
    ],
    topic="formatting",
)

program(
    asks=[
        "formats seconds as hours, minutes and seconds",
        "turns a number of seconds into a clock text",
        "writes a duration like 01:02:03",
    ],
    source='''
def format_duration(seconds: int) -> str:
    """Write a number of seconds as hours:minutes:seconds."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"
''',
    demo="print(format_duration(3725))\nprint(format_duration(59))",
    names={"format_duration": ["clock_text", "to_hms"]},
    checks=['format_duration(0) == "00:00:00"', 'format_duration(7200) == "02:00:00"'],
    topic="formatting",
    name="format_duration_by_hand",
)

program(
    asks=[
        "reads a time like 1:30 as minutes",
        "converts a clock time to minutes since midnight",
        "parses hours and minutes from a string",
    ],
    source='''
def to_minutes(time: str) -> int:
    """Convert a time such as 9:45 to minutes since midnight."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
''',
    demo='print(to_minutes("9:45"))\nprint(to_minutes("17:30") - to_minutes("9:00"))',
    names={"to_minutes": ["minutes_of", "parse_time"], "time": ["clock", "text"]},
    checks=['to_minutes("00:00") == 0', 'to_minutes("1:05") == 65'],
    topic="formatting",
)

program(
    asks=[
        "converts a 24-hour time to a 12-hour time with am and pm",
        "writes 15:30 as 3:30 pm",
        "turns a 24-hour clock time into am or pm",
    ],
    source='''
def to_12_hour(time: str) -> str:
    """Convert a 24-hour time to am and pm."""
    hour, minute = (int(part) for part in time.split(":"))
    suffix = "am" if hour < 12 else "pm"
    return f"{hour % 12 or 12}:{minute:02} {suffix}"
''',
    demo='for time in ["00:15", "12:00", "15:30"]:\n    print(time, "->", to_12_hour(time))',
    names={"to_12_hour": ["am_pm", "twelve_hour_clock"], "suffix": ["half", "period"]},
    checks=['to_12_hour("23:59") == "11:59 pm"', 'to_12_hour("9:05") == "9:05 am"'],
    topic="formatting",
)

program(
    asks=[
        "joins words with commas and a final and",
        "writes a list of names as a sentence part",
        "turns a list into text like a, b and c",
    ],
    source='''
def join_with_and(words: list[str]) -> str:
    """Join words with commas and put and before the last one."""
    if len(words) <= 1:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]
''',
    demo='print(join_with_and(["red", "green", "blue"]))\nprint(join_with_and(["salt", "pepper"]))',
    names={"join_with_and": ["enumerate_words", "human_list"], "words": ["items", "names"]},
    checks=['join_with_and(["a"]) == "a"', 'join_with_and([]) == ""', 'join_with_and(["a", "b", "c"]) == "a, b and c"'],
    topic="formatting",
)

program(
    asks=[
        "prints rows as a table with aligned columns",
        "formats a table as text",
        "pads the cells of a table to equal widths",
    ],
    source='''
def format_table(rows: list[list[str]]) -> str:
    """Align the columns of a table."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append("  ".join(cells).rstrip())
    return chr(10).join(lines)
''',
    demo='print(format_table([["name", "age"], ["Alice", "30"], ["Bo", "4"]]))',
    names={"format_table": ["render_table", "table_text"], "rows": ["data", "records"]},
    checks=['format_table([["a", "b"]]) == "a  b"'],
    topic="formatting",
)

program(
    asks=[
        "shortens a long text with dots",
        "truncates a text to a maximum length",
        "cuts off a string and adds an ellipsis",
    ],
    source='''
def shorten(text: str, limit: int) -> str:
    """Cut a text to at most limit characters and mark the cut with dots."""
    if len(text) <= limit:
        return text
    return text[:limit - 3].rstrip() + "..."
''',
    demo='print(shorten("A rather long sentence about nothing", 20))\nprint(shorten("Short", 20))',
    names={"shorten": ["truncate", "cut_text"], "limit": ["length", "max_length"]},
    checks=['shorten("abcdefgh", 6) == "abc..."', 'shorten("abc", 3) == "abc"'],
    topic="formatting",
)

program(
    asks=[
        "hides all but the last four digits of a card number",
        "masks a secret text with stars",
        "replaces most of a number by asterisks",
    ],
    source='''
def mask(secret: str, visible: int = 4) -> str:
    """Replace all but the last characters by stars."""
    hidden = max(0, len(secret) - visible)
    return "*" * hidden + secret[hidden:]
''',
    demo='print(mask("4539148803436467"))\nprint(mask("abc"))',
    names={"mask": ["hide_digits", "mask_secret"], "secret": ["number", "text"], "visible": ["shown", "keep"]},
    checks=['mask("123456") == "**3456"', 'mask("12") == "12"'],
    topic="formatting",
)

program(
    asks=["draws a text progress bar", "shows progress as a bar of characters", "prints how much of a task is done"],
    source='''
def progress_bar(done: int, total: int, width: int = 20) -> str:
    """Draw a bar that shows how much is done."""
    filled = done * width // total
    return f"[{'#' * filled}{'.' * (width - filled)}] {done / total:.0%}"
''',
    demo="for done in (0, 5, 10):\n    print(progress_bar(done, 10))",
    names={"progress_bar": ["bar", "show_progress"], "filled": ["full", "blocks"]},
    checks=['progress_bar(1, 2, 4) == "[##..] 50%"'],
    topic="formatting",
)

program(
    asks=["draws a pyramid of stars", "prints a triangle made of stars", "makes a star pattern of a given height"],
    source='''
def pyramid(height: int) -> list[str]:
    """Return the lines of a centred pyramid of stars."""
    return [" " * (height - row) + "*" * (2 * row - 1) for row in range(1, height + 1)]
''',
    demo="for line in pyramid(4):\n    print(line)",
    names={"pyramid": ["star_pyramid", "draw_pyramid"], "height": ["rows", "levels"]},
    checks=['pyramid(2) == [" *", "***"]', "pyramid(0) == []"],
    topic="formatting",
)

program(
    asks=[
        "prints a multiplication table",
        "makes a table of products",
        "lists the products of the numbers from 1 to n",
    ],
    source='''
def multiplication_table(size: int) -> list[str]:
    """Return the lines of a multiplication table."""
    return ["".join(f"{row * column:4}" for column in range(1, size + 1)) for row in range(1, size + 1)]
''',
    demo="for line in multiplication_table(4):\n    print(line)",
    names={"multiplication_table": ["times_table", "product_table"], "size": ["n", "limit"]},
    checks=['multiplication_table(2) == ["   1   2", "   2   4"]'],
    topic="formatting",
)

program(
    asks=[
        "compares two texts and shows where they differ",
        "lists the positions at which two strings differ",
        "computes the Hamming distance of two words",
    ],
    source='''
def differences(first: str, second: str) -> list[int]:
    """Return the positions at which two texts of equal length differ."""
    if len(first) != len(second):
        raise ValueError("the texts must have the same length")
    return [i for i, (a, b) in enumerate(zip(first, second)) if a != b]
''',
    demo='positions = differences("karolin", "kathrin")\nprint(positions)\nprint("distance:", len(positions))',
    names={
        "differences": ["differing_positions", "compare_texts"],
        "first": ["left", "text"],
        "second": ["right", "other"],
    },
    checks=['differences("abc", "abd") == [2]', 'differences("", "") == []'],
    topic="strings",
)

program(
    asks=["pads the lines of a text to the right", "aligns lines to the right edge", "right-aligns a list of words"],
    source='''
def align_right(lines: list[str]) -> list[str]:
    """Pad lines on the left so that they end in the same column."""
    width = max((len(line) for line in lines), default=0)
    return [line.rjust(width) for line in lines]
''',
    demo='for line in align_right(["1", "10", "100"]):\n    print(line)',
    names={"align_right": ["right_align", "pad_left"], "lines": ["rows", "texts"]},
    checks=['align_right(["a", "bbb"]) == ["  a", "bbb"]', "align_right([]) == []"],
    topic="formatting",
)
