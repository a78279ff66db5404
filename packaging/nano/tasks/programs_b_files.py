"""Files, all in a temporary directory or in memory."""

from .base import program

program(
    asks=[
        "writes lines to a file and reads them back",
        "saves a list of lines in a text file and loads it again",
        "writes a text file and reads its lines",
    ],
    source='''
import tempfile
from pathlib import Path


def save_lines(path: Path, lines: list[str]) -> None:
    """Write one line of text per item."""
    path.write_text("\\n".join(lines) + "\\n", encoding="utf-8")


def load_lines(path: Path) -> list[str]:
    """Read the lines of a text file."""
    return path.read_text(encoding="utf-8").splitlines()
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "notes.txt"
    save_lines(path, ["first", "second"])
    print(load_lines(path))
""",
    names={"save_lines": ["write_lines"], "load_lines": ["read_lines"], "path": ["file"]},
    checks=['save_lines(Path("t.txt"), ["a", "b"]) is None and load_lines(Path("t.txt")) == ["a", "b"]'],
    topic="files",
    main="load_lines",
)

program(
    asks=[
        "counts the lines, words and characters of a file",
        "returns line, word and character counts of a text file",
        "works like a small wc command",
    ],
    source='''
import tempfile
from pathlib import Path


def count_file(path: Path) -> tuple[int, int, int]:
    """Return the numbers of lines, words and characters of a text file."""
    text = path.read_text(encoding="utf-8")
    return len(text.splitlines()), len(text.split()), len(text)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "poem.txt"
    path.write_text("roses are red\\nviolets are blue\\n")
    print(count_file(path))
""",
    names={"count_file": ["file_counts", "word_count"], "path": ["file", "filename"], "text": ["content"]},
    checks=['Path("t.txt").write_text("a b\\nc\\n") and count_file(Path("t.txt")) == (2, 3, 6)'],
    topic="files",
)

program(
    asks=[
        "copies a text file and numbers its lines",
        "writes a copy of a file with line numbers",
        "adds line numbers to a text file",
    ],
    source='''
import tempfile
from pathlib import Path


def number_lines(source: Path, target: Path) -> None:
    """Copy a text file and put a number before each line."""
    with source.open() as reader, target.open("w") as writer:
        for number, line in enumerate(reader, start=1):
            writer.write(f"{number}: {line}")
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    source = Path(folder) / "in.txt"
    target = Path(folder) / "out.txt"
    source.write_text("apples\\npears\\n")
    number_lines(source, target)
    print(target.read_text())
""",
    names={"number_lines": ["add_line_numbers", "copy_numbered"], "reader": ["infile"], "writer": ["outfile"]},
    checks=[
        'Path("a").write_text("x\\n") and not number_lines(Path("a"), Path("b")) and Path("b").read_text()[0] == "1"'
    ],
    topic="files",
)

program(
    asks=[
        "saves a dictionary as JSON and loads it again",
        "writes settings to a JSON file and reads them",
        "makes a JSON round trip with a file",
    ],
    source='''
import json
import tempfile
from pathlib import Path


def save_settings(path: Path, settings: dict) -> None:
    """Write settings to a JSON file."""
    path.write_text(json.dumps(settings, indent=2))


def load_settings(path: Path) -> dict:
    """Read settings from a JSON file; without a file they are empty."""
    if not path.exists():
        return {}
    return json.loads(path.read_text())
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "settings.json"
    print(load_settings(path))
    save_settings(path, {"theme": "dark", "size": 12})
    print(load_settings(path))
""",
    names={
        "save_settings": ["write_config", "store"],
        "load_settings": ["read_config", "restore"],
        "settings": ["data", "options"],
    },
    checks=[
        'load_settings(Path("none.json")) == {}',
        'save_settings(Path("s.json"), {"a": 1}) is None and load_settings(Path("s.json")) == {"a": 1}',
    ],
    topic="files",
    main="load_settings",
)

program(
    asks=[
        "lists the files of a folder with a given ending",
        "finds all files with a suffix in a directory",
        "returns the names of the text files in a folder",
    ],
    source='''
import tempfile
from pathlib import Path


def files_with_suffix(folder: Path, suffix: str) -> list[str]:
    """Return the sorted names of the files that end with a suffix."""
    return sorted(path.name for path in folder.iterdir() if path.is_file() and path.suffix == suffix)
''',
    demo="""
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    for file in ["b.txt", "a.txt", "c.csv"]:
        (folder / file).touch()
    print(files_with_suffix(folder, ".txt"))
""",
    names={
        "files_with_suffix": ["list_files", "find_files"],
        "folder": ["directory"],
        "suffix": ["extension", "ending"],
    },
    checks=['files_with_suffix(Path("."), ".nothing") == []'],
    topic="files",
)

program(
    asks=[
        "finds the longest line of a text file",
        "returns the longest line in a file",
        "reads a file and picks its longest line",
    ],
    source='''
import io
from typing import TextIO


def longest_line(file: TextIO) -> str:
    """Return the longest line of an open text file."""
    return max((line.rstrip("\\n") for line in file), key=len, default="")
''',
    demo='file = io.StringIO("short\\na much longer line\\nmiddle one\\n")\nprint(longest_line(file))',
    names={"longest_line": ["find_longest_line"], "file": ["stream", "reader"], "line": ["row"]},
    checks=['longest_line(io.StringIO("a\\nbbb\\ncc\\n")) == "bbb"', 'longest_line(io.StringIO("")) == ""'],
    topic="files",
)

program(
    asks=[
        "reads key=value settings from a text",
        "parses a simple configuration file",
        "loads a config with comments and key = value lines",
    ],
    source='''
import io
from typing import TextIO


def read_config(file: TextIO) -> dict[str, str]:
    """Read key = value lines; empty lines and comments are skipped."""
    config = {}
    for line in file:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        config[key.strip()] = value.strip()
    return config
''',
    demo='text = "# server\\nhost = localhost\\nport = 8080\\n"\nprint(read_config(io.StringIO(text)))',
    names={"read_config": ["parse_config", "load_config"], "config": ["settings", "result"], "file": ["stream"]},
    checks=['read_config(io.StringIO("# c\\na = 1\\n\\nb=2\\n")) == {"a": "1", "b": "2"}'],
    topic="files",
)

program(
    asks=[
        "searches a file for lines that contain a word",
        "prints the matching lines of a text like grep",
        "returns the numbers and lines in which a word occurs",
    ],
    source='''
import io
from typing import TextIO


def find_lines(file: TextIO, word: str) -> list[tuple[int, str]]:
    """Return the number and text of every line that contains a word."""
    matches = []
    for number, line in enumerate(file, start=1):
        if word.lower() in line.lower():
            matches.append((number, line.rstrip()))
    return matches
''',
    demo="""
log = io.StringIO("start\\nError: disk\\nok\\nerror: net\\n")
for number, line in find_lines(log, "error"):
    print(number, line)
""",
    names={"find_lines": ["grep", "search_lines"], "matches": ["found", "result"], "word": ["term", "pattern"]},
    checks=['find_lines(io.StringIO("x\\nAb\\n"), "a") == [(2, "Ab")]'],
    topic="files",
)

program(
    asks=[
        "appends messages to a log file",
        "adds a line to a file without overwriting it",
        "writes log lines to the end of a file",
    ],
    source='''
import tempfile
from pathlib import Path


def append_line(path: Path, text: str) -> int:
    """Add a line to a file and return how many lines it has now."""
    with path.open("a") as file:
        file.write(text + "\\n")
    with path.open() as file:
        return sum(1 for _ in file)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "log.txt"
    print(append_line(path, "started"))
    print(append_line(path, "stopped"))
    print(path.read_text())
""",
    names={"append_line": ["add_line", "log_line"], "text": ["message", "line"], "path": ["file_path"]},
    checks=['append_line(Path("l.txt"), "a") == 1'],
    topic="files",
)

program(
    asks=[
        "adds up the sizes of all files in a folder",
        "computes the total size of a directory tree",
        "returns how many bytes the files below a folder have",
    ],
    source='''
import tempfile
from pathlib import Path


def folder_size(folder: Path) -> int:
    """Return the size in bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
''',
    demo="""
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "a.txt").write_text("hello")
    (folder / "sub").mkdir()
    (folder / "sub" / "b.txt").write_text("world!")
    print(folder_size(folder), "bytes")
""",
    names={"folder_size": ["directory_size", "total_size"], "folder": ["directory", "root"]},
    checks=['folder_size(Path("not_there")) == 0'],
    topic="files",
)

program(
    asks=[
        "replaces a word in a text file",
        "rewrites a file with one word exchanged for another",
        "counts and replaces a word in a file",
    ],
    source='''
import tempfile
from pathlib import Path


def replace_in_file(path: Path, old: str, new: str) -> int:
    """Replace a word in a file and return how often it was there."""
    text = path.read_text()
    path.write_text(text.replace(old, new))
    return text.count(old)
''',
    demo="""
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "letter.txt"
    path.write_text("Dear Bob, how is Bob?")
    print(replace_in_file(path, "Bob", "Eve"))
    print(path.read_text())
""",
    names={"replace_in_file": ["replace_word", "exchange"], "old": ["before"], "new": ["after"]},
    checks=['Path("r.txt").write_text("a b a") and replace_in_file(Path("r.txt"), "a", "c") == 2'],
    topic="files",
)

program(
    asks=[
        "splits a path into folder, name and ending",
        "takes a file path apart",
        "returns the stem and the suffix of a file name",
    ],
    source='''
from pathlib import PurePosixPath


def path_parts(path: str) -> tuple[str, str, str]:
    """Return the folder, the name without ending and the ending of a path."""
    parsed = PurePosixPath(path)
    return str(parsed.parent), parsed.stem, parsed.suffix
''',
    demo='print(path_parts("photos/2024/beach.jpg"))\nprint(path_parts("README"))',
    names={"path_parts": ["split_path", "parse_path"], "parsed": ["pure"]},
    checks=['path_parts("a/b.txt") == ("a", "b", ".txt")', 'path_parts("README") == (".", "README", "")'],
    topic="files",
)
