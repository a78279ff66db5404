"""Nothing from outside commands the terminal, whichever way it takes there."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.race.events import Done, Finish, Prefilled, Round, Token
from app.race.problems import Problem
from app.race.trace import Record, TraceWriter
from app.race.visible import visible_text
from app.terminal.environment import Environment
from app.terminal.visible import VisibleConsole, visible_json, visible_line
from tests.engines.fake_server import playing, sse
from tests.race.builders import header
from tests.terminal.conftest import Terminal
from tests.terminal.pseudo_terminal import run_in_terminal

COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")
HOSTILE = "a\x1b]0;PWNED\x07\x1b[2J\x9b31m\r\x7f\u202eevil\u2066[/b][bold]:smile:\x00\ud83d"
SAMPLE = Path(__file__).resolve().parents[1] / "video" / "data" / "fibonacci.ndjson"
TEXTS = st.text(st.characters() | st.sampled_from(HOSTILE))


@given(TEXTS)
def test_no_command_to_a_terminal_is_left_in_any_text(text: str) -> None:
    assert not COMMANDS.search(visible_text(text))
    assert not set(visible_line(text)) & {"\n", "\t"}
    assert visible_text(visible_text(text)) == visible_text(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_text_without_commands_stays_as_it_is(text: str) -> None:
    assert visible_text(text) == visible_line(text) == text


def test_each_command_becomes_a_sign_that_is_seen() -> None:
    assert visible_text("\x1b[2J\x07\x7f\x9b\u202e\n\t") == "␛[2J␇␡\\x9b\\u202e\n\t"
    assert visible_line("a\nb\tc") == "a␊b␉c"
    assert visible_text("👩‍👩‍👧 再 ‌é") == "👩‍👩‍👧 再 ‌é"


@given(st.recursive(TEXTS | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
def test_json_keeps_its_value_and_commands_nothing(data: object) -> None:
    for ascii_only in (False, True):
        text = visible_json(data, ascii_only=ascii_only)
        assert json.loads(text) == data
        assert not COMMANDS.search(text)
        assert text.isascii() or not ascii_only
        assert "\n" not in text


def drawn(*parts: object, width: int = 60) -> str:
    file = io.StringIO()
    VisibleConsole(file, width).print(*parts)
    return file.getvalue()


def test_a_console_shows_markup_and_commands_as_they_are_written() -> None:
    table = Table(title=HOSTILE)
    table.add_column(HOSTILE)
    table.add_row(HOSTILE, HOSTILE)
    for part in (HOSTILE, Text(HOSTILE), Panel(Text(HOSTILE), title=Text(HOSTILE)), table):
        text = drawn(part)
        assert not COMMANDS.search(text)
        assert "PWNED" in text
    assert "[/b][bold]:smile:" in drawn("[/b][bold]:smile:")


@given(TEXTS, st.integers(20, 90))
def test_a_panel_keeps_its_width_whatever_is_in_it(text: str, width: int) -> None:
    lines = drawn(Panel(Text(text), width=width), width=100).splitlines()
    assert {len(line) for line in lines if line.isascii()} <= {width}
    assert all(line.rstrip().endswith(("│", "╮", "╯", "|", "+")) for line in lines)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1", "utf-8", "utf-16"])
def test_a_pipe_in_any_encoding_takes_everything(encoding: str) -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    env = Environment(out, err)
    env.say(f"再 × {HOSTILE}")
    env.say_json({"再": HOSTILE})
    env.tell(HOSTILE)
    env.complain(Problem("x", HOSTILE, f"one\ntwo {HOSTILE}", "再帰"))
    env.console().print(Panel(Text(f"再 × – {HOSTILE}")))
    out.seek(0)
    said, data = out.read().splitlines()
    assert not COMMANDS.search(said)
    assert json.loads(data) == {"再": HOSTILE}


def test_a_narrow_encoding_gets_plain_signs_in_panels_that_keep_their_edges() -> None:
    sink = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = VisibleConsole(sink, 40)
    console.print(Panel(Text("1.42× · 3 – 4 … 再 \x1b")))
    sink.seek(0)
    lines = sink.read().splitlines()
    assert "1.42x - 3 - 4 ... ? ^[" in lines[1]
    assert {len(line) for line in lines} == {40}


def test_a_raw_text_into_a_pipe_is_the_text_itself() -> None:
    sink = io.BytesIO()
    out = io.TextIOWrapper(sink, encoding="cp1252", newline="\r\n")
    Environment(out, io.StringIO()).say_raw("再\x1b[1m\n")
    assert sink.getvalue() == "再\x1b[1m\n".encode()


def test_a_problem_cannot_forge_a_line_of_its_own(terminal: Terminal) -> None:
    terminal.environment.complain(Problem("x", "It failed.\nmtp-race: All is well.", "Why\nnot"))
    assert terminal.err == "mtp-race: It failed.␊mtp-race: All is well.\n  Why\n  not\n"


def test_a_name_in_a_registry_that_is_markup_does_no_harm(terminal: Terminal) -> None:
    path = terminal.environment.places.user_registry
    path.parent.mkdir(parents=True)
    path.write_text("schema = 1\n[[pair]]\nid = '[/b]'\ntitle = \"[/b]\\u001b[2J\"\n", encoding="utf-8")
    terminal("models")
    assert not COMMANDS.search(terminal.out + terminal.err)


@pytest.fixture
def hostile_trace(tmp_path: Path) -> Path:
    path = tmp_path / "t.ndjson"
    text = HOSTILE.replace("\ud83d", "")
    with path.open("wb") as sink:
        writer = TraceWriter(sink, header())
        for lane in ("baseline", "mtp"):
            writer.write(Record(lane, 0, Prefilled(0, 10, 3, Token(1, "first\n"))))
            writer.write(Record(lane, 1, Round(10, 20, (Token(2, text, drafted=True), Token(3, text)), 3, 1)))
            writer.write(Record(lane, 2, Done(30, Finish.END)))
        writer.close()
    return path


needs_pty = pytest.mark.skipif(os.name == "nt", reason="pseudo terminals are those of Linux and macOS")


@needs_pty
@pytest.mark.parametrize("words", [("show", "--text", "mtp"), ("show",), ("show", "--fork"), ("show", "--json")])
def test_a_terminal_gets_only_rich_s_own_commands(hostile_trace: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    got, status = run_in_terminal(words[0], hostile_trace, *words[1:], home=tmp_path)
    assert status == 0
    assert (b"PWNED" in got) == ("--json" not in words)
    assert not re.search(rb"\x1b\]|\x1b\[2J|\xc2[\x80-\x9f]|\xe2\x80\xae|\x07|\x00", got)


def test_show_text_into_a_pipe_stays_raw(hostile_trace: Path, terminal: Terminal) -> None:
    assert terminal("show", hostile_trace, "--text", "mtp") == 0
    assert "\x1b]0;PWNED\x07" in terminal.out


@needs_pty
def test_words_of_a_server_cannot_command_the_terminal(tmp_path: Path) -> None:
    with playing() as plain, playing() as drafting:
        lines = sse({"error": {"message": "bad \x1b]0;PWNED\x07\x1b[2J"}})
        urls = [play("vllm", lines).target for play in (plain, drafting)]
        words = ("run", "--engine", "vllm", "--servers", *urls, "--repeats", 1, "--prompt-text", "Hi")
        got, status = run_in_terminal(*words, home=tmp_path)
    assert status == 3
    assert "␛]0;PWNED␇".encode() in got
    assert b"\x1b]0" not in got


def test_words_of_the_command_line_that_are_refused_steer_nothing(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--\x1b[31m"], ["\x1b[31m"], ["run", "--k", "\x9b2J"], ["show", "a", "\u202eb"]):
        assert terminal(*words) == 2
        said = capsys.readouterr().err
        assert "error: " in said
        assert not COMMANDS.search(said.replace("\n", ""))


STEERS = "a\x1b]8;;http://x\x1b\\b\x9b2J\u202ec\x07\r\nd"


def test_names_of_a_foreign_trace_steer_no_terminal_in_what_is_made_of_it(terminal: Terminal, tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    head = json.loads(lines[0])
    for name in ("pair", "pair_title", "prompt_name", "workload"):
        head[name] += STEERS
    for lane in head["lanes"]:
        lane["target"] += STEERS
    head["request"]["prompt"] += STEERS
    trace = tmp_path / f"a{STEERS[:3]}.ndjson"
    trace.write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n", encoding="utf-8")
    for words in (["export", trace, "--to", tmp_path / "a.md"], ["article", trace, "--to", tmp_path / "b"],
                  ["site", tmp_path / "c", trace, "--yes"], ["recipe", trace], ["show", trace]):  # fmt: skip
        assert terminal(*words) == 0, terminal.err
        assert not COMMANDS.search(terminal.out.replace("\n", ""))
    made = [path for path in tmp_path.rglob("*") if path.suffix in (".md", ".html")]
    assert len(made) == 4
    for path in made:
        assert not COMMANDS.search(path.read_text(encoding="utf-8").replace("\t", "").replace("\n", "")), path.name
