"""What may be in a log: no folders, no secrets, no text of a user."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.boundary.scrub import MESSAGE_CHARACTERS, short_file, short_message


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("[Errno 2] No such file or directory: '/home/jo/my models/a b.gguf'", "'a b.gguf'"),
        ("cannot open /srv/secret/place/model.gguf: bad magic", "cannot open model.gguf: bad magic"),
        (r"cannot open C:\Users\jo\model.gguf now", "cannot open model.gguf now"),
        ("Authorization: Bearer hf_abcdefghijklmnop", "Authorization: Bearer ***"),
        ("401 for https://hub.example/a/b?sig=abc&x=1 now", "401 for https://hub.example/a/b?*** now"),
        ("proxy http://jo:pass@proxy:3128 refused", "proxy http://proxy:3128 refused"),
        ("no such file: '/home/jo/my long file name 1.gguf'", "no such file: 'my long file name 1.gguf'"),
        ("no such file: '/home/jo/日本 の 模型.gguf'", "no such file: '日本 の 模型.gguf'"),
        ("1/2 is not 3/4", "1/2 is not 3/4"),
    ],
)
def test_folders_and_secrets_are_cut(said: str, kept: str) -> None:
    assert kept in short_message(said)
    for hidden in ("home", "secret", "Users", "abcdef", "sig=", "pass@"):
        assert hidden not in short_message(said)


def test_a_long_quotation_may_be_a_prompt_and_is_left_out() -> None:
    said = short_message(f"invalid literal for int() with base 10: {'tell me a secret ' * 20!r}")
    assert "secret" not in said
    assert "(340 characters)" in said


@pytest.mark.parametrize("prompt", ["Write a haiku about rain.", "雨について", "x" * 200])
def test_a_short_prompt_is_left_out_too(prompt: str) -> None:
    said = short_message(f"invalid literal for int() with base 10: {prompt!r}")
    assert prompt not in said
    assert said.endswith(f"({len(prompt)} characters)")


def test_the_home_folder_is_not_named() -> None:
    assert str(Path.home()) not in short_message(f"{Path.home()} is full")


@given(st.text(max_size=600))
def test_any_message_becomes_one_short_line(text: str) -> None:
    said = short_message(text)
    assert len(said) <= MESSAGE_CHARACTERS
    assert len(said.splitlines()) <= 1


def test_files_are_named_from_the_apps_or_the_librarys_folder_on() -> None:
    import httpx

    import app.places

    assert short_file(app.places.__file__) == "app/places.py"
    assert short_file(str(httpx.__file__)) == "httpx/__init__.py"
    assert short_file("/home/jo/secret/x.py") == "x.py"
