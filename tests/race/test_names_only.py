from __future__ import annotations

import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Failed, Loaded, Prefilled, Starting, Token
from app.race.names_only import NamesOnly
from app.race.problems import Problem
from app.race.trace import Record, TraceWriter
from tests.race.builders import LOADED, header, spec

MODEL = "/home/ann b/My Models/gg/ok.gguf"


def names() -> NamesOnly:
    return NamesOnly([MODEL])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"cannot load {MODEL}, since", "cannot load ok.gguf, since"),
        ("cannot load the file gg/ok.gguf, since", "cannot load the file ok.gguf, since"),
        ("in /home/ann b/My Models/gg/mmproj.gguf", "in mmproj.gguf"),
        ("no room in /home/ann b/My Models", "no room in …"),
        ('File "/usr/lib/py thon/x.py", line 3', 'File "x.py", line 3'),
        ("loaded from /opt/other/b.gguf (version 3)", "loaded from b.gguf (version 3)"),
        (r"C:\Users\ann\m.gguf: no such file", "m.gguf: no such file"),
        ("see ~/models/x.gguf.", "see x.gguf."),
        (r"open('\\home\\ann b\\My Models\\gg\\ok.gguf')", "open('ok.gguf')"),
        ("My Models/gg/ok.gguf2 and My Models/gg/ok.gguf", "My Models/gg/ok.gguf2 and ok.gguf"),
        ("in /home/ann b/ and in /home/ann b", "in  and in …"),
        ("a '/' and a '\\\\'", "a '/' and a '\\\\'"),
        ("file:///home/ann/y.gguf", "y.gguf"),
        ("http://ann:secret@127.0.0.1:8080/v1/models said no", "http://127.0.0.1:8080/v1/models said no"),
        ("google/gemma-4-E2B, 3/4 of it, and/or 10 tok/s", "google/gemma-4-E2B, 3/4 of it, and/or 10 tok/s"),
    ],
)
def test_paths_become_names_and_nothing_else_changes(said: str, told: str) -> None:
    assert names().text(said) == told


@given(st.text())
def test_no_text_breaks_it_and_none_without_a_slash_changes(text: str) -> None:
    cut = names().text(text)
    if "/" not in text and "\\" not in text:
        assert cut == text


@given(
    st.lists(st.text("abc xyz.", min_size=2, max_size=8).filter(lambda part: part.strip(" .")), min_size=2, max_size=5)
)
def test_a_known_path_never_stays_however_it_is_spelled(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    for said in (f"at {path}: no", f"'{path}'", f"({path})", path.replace("/", "\\")):
        assert "/" not in NamesOnly([path]).text(said)
        assert "\\" not in NamesOnly([path]).text(said)


def test_a_trace_is_written_without_folders_and_what_a_model_wrote_is_left_alone() -> None:
    problem = Problem("x", f"No {MODEL}.", f"See {MODEL}.", "Look into /etc/x.conf.", "tail of /var/log/y.txt")
    lanes = msgspec.structs.replace(spec("baseline"), target=MODEL, options={"model": "/models/served.gguf"})
    written = Prefilled(0, 1, 1, Token(1, "open('/etc/passwd')"))
    sink = io.BytesIO()
    writer = TraceWriter(sink, header(lanes, spec("mtp", 3)), names())
    for event in (
        Starting(f"reading {MODEL}"),
        msgspec.structs.replace(LOADED, notes=(MODEL,)),
        written,
        Failed(problem),
    ):
        writer.write(Record("baseline", 0, event))
    text = sink.getvalue().decode()
    for folder in ("ann", "gg/", "My Models", "/models", "/etc/x", "/var"):
        assert folder not in text
    assert "open('/etc/passwd')" in text


def test_what_says_no_path_is_the_same_object() -> None:
    assert isinstance(names().event(LOADED), Loaded)
    event = Prefilled(0, 1, 1, Token(1, "/a/b"))
    assert names().event(event) is event


def test_an_address_is_no_path_to_look_for_and_does_not_hide_the_paths_behind_it() -> None:
    both = NamesOnly(["http://host/v1/models", "/a b/c d.gguf"])
    assert both.text("http://host/v1/models said no, v1/models too") == "http://host/v1/models said no, v1/models too"
    assert both.text("cannot read /a b/c d.gguf!") == "cannot read c d.gguf!"


def test_an_event_keeps_everything_but_its_folders() -> None:
    said = f"from {MODEL}"
    loaded = msgspec.structs.replace(LOADED, engine=said, model=said, device=said, notes=(said, "x"))
    told = "from ok.gguf"
    assert names().event(loaded) == msgspec.structs.replace(
        LOADED, engine=told, model=told, device=told, notes=(told, "x")
    )
    assert names().event(Starting(said)) == Starting(told)
    problem = Problem("crashed", said, said, said, said)
    assert names().event(Failed(problem)) == Failed(Problem("crashed", told, told, told, told))
