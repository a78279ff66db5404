from __future__ import annotations

import pytest

from app.race.secrets import secrets_in


# Put together here, so that no scanner takes this file for one that holds a key.
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a private key", "-----BEGIN " + "RSA PRIVATE KEY-----"),
        ("an access key", "AK" + "IA" + "ABCDEFGH23456789"),
        ("an access key", "key: gh" + "p_" + "a1" * 15),
        ("an access key", "(h" + "f_" + "Ab" * 15 + ")"),
        ("a token", "ey" + "J" + "a" * 12 + "." + "b" * 12 + ".c"),
        ("a token", "Authorization: Bearer " + "x" * 20),
        ("a password", "Password = '" + "correct-horse'"),
        ("a password", "api_key:" + "12345678"),
        ("an e-mail address", "write to ann.b+c@mail.example.org, please"),
    ],
)
def test_what_looks_like_a_secret_is_named(kind: str, text: str) -> None:
    assert secrets_in(text) == [kind]
    assert secrets_in(f"before\n{text}\nafter") == [kind]


@pytest.mark.parametrize(
    "text",
    ["", "the password is short", "password: abc", "a task-" + "sk" * 12, "@user", "3 @ 4.50", "Bearer of news", "x@y"],
)
def test_ordinary_words_are_not(text: str) -> None:
    assert secrets_in(text) == []


def test_each_kind_is_told_once_in_one_order() -> None:
    mail, password = "ann@example.org", "secret=" + "12345678"
    assert secrets_in(f"{mail} {mail} {password} {password}") == ["a password", "an e-mail address"]
