"""Which hosts are allowed, which requests are the same, and what is left out of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.gate.addresses import cleaned, host_pattern, is_allowed, same_but_for_now

NOON = 1_733_054_400  # 2024-12-01 12:00 in UTC
DAY = 86_400


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("query1.finance.yahoo.com", "query1.finance.yahoo.com"),
        (" Query1.Finance.Yahoo.COM. ", "query1.finance.yahoo.com"),
        ("*.yahoo.com", "*.yahoo.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_name_or_all_below_a_name_is_a_pattern(written: str, read: str) -> None:
    assert host_pattern(written) == read


@pytest.mark.parametrize(
    "written",
    ["", "*", "*.com", "localhost", "127.0.0.1", "127.1", "0x7f.1", "[::1]", "a.b:80", "https://a.b", "a..b", "-a.b",
     "a.b/c", "a@b.c", "*.*.com", "a.*.com", "bücher.example", "a.b\n", f"{'a' * 64}.example", "a_b.example"],
)  # fmt: skip
def test_what_is_no_name_or_names_everything_is_no_pattern(written: str) -> None:
    found = host_pattern(written)
    assert found is None or (found == written.strip() and "\n" in written)


def test_a_host_is_allowed_by_its_own_name_and_by_the_name_above_it_only() -> None:
    patterns = ("a.example.com", "*.yahoo.com")
    allowed = ("a.example.com", "query1.yahoo.com", "x.y.yahoo.com")
    refused = ("yahoo.com", "evilyahoo.com", "a.example.com.evil.net", "b.example.com", "example.com", "")
    assert all(is_allowed(host, patterns) for host in allowed)
    assert not any(is_allowed(host, patterns) for host in refused)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/v?x=1&apikey=abcdef12#part", "https://a.example/v?x=1&apikey=removed"),
        ("https://me:secret@a.example/v", "https://a.example/v"),
        ("https://a.example/v?crumb=Xy%2Fz3456789&symbol=%5EN225", "https://a.example/v?crumb=removed&symbol=%5EN225"),
        (
            "https://a.example/v?keyword=Green-Tea&monkey=Abc-123456",
            "https://a.example/v?keyword=Green-Tea&monkey=Abc-123456",
        ),
        (
            "https://a.example/v?token=BTC&key=population&author=Jane-Austen",
            "https://a.example/v?token=BTC&key=population&author=Jane-Austen",
        ),
        ("https://a.example/hf_abcdefghijklmnopqrstuvwxyz0123/v", "https://a.example/removed/v"),
        ("https://a.example/v?range=10y&interval=1mo", "https://a.example/v?range=10y&interval=1mo"),
    ],
)
def test_an_address_is_kept_without_passwords_keys_and_tokens(url: str, kept: str) -> None:
    assert cleaned(url) == kept


@given(st.text(max_size=60))
def test_cleaning_never_fails_and_changes_nothing_the_second_time(text: str) -> None:
    once = cleaned(f"https://a.example/{text}")
    assert cleaned(once) == once


def moved(query: str, at: int, other: str, other_at: int) -> bool:
    return same_but_for_now(f"https://a.example/v?{query}", at, f"https://a.example/v?{other}", other_at)


def test_until_now_is_the_same_question_at_another_moment() -> None:
    assert moved(f"p={NOON}", NOON, f"p={NOON + 7}", NOON + 7)
    assert moved(f"p={NOON}000", NOON, f"p={NOON + 40 * DAY}123", NOON + 40 * DAY)
    assert moved(f"p={NOON - 3650 * DAY}", NOON, f"p={NOON - 3650 * DAY + 9}", NOON + 9)


def test_since_a_day_so_many_days_ago_is_the_same_question_on_another_day() -> None:
    assert moved("end=2024-12-01", NOON, "end=2024-12-03", NOON + 2 * DAY - 5 * 3600)
    midnight = NOON - NOON % DAY
    assert moved(f"p={midnight}", NOON, f"p={midnight + DAY}", NOON + DAY + 11 * 3600)


def test_other_times_other_names_and_other_values_are_other_questions() -> None:
    assert not moved(f"p={NOON}", NOON, f"p={NOON + 3600}", NOON)
    assert not moved("end=2024-12-01", NOON, "end=2024-12-02", NOON)
    assert not moved(f"p={NOON}", NOON, f"q={NOON + 7}", NOON + 7)
    assert not moved("s=AAA", NOON, "s=BBB", NOON)
    assert not moved(f"p={NOON}&q=1", NOON, f"p={NOON}", NOON)
    assert not same_but_for_now(f"https://a.example/v?p={NOON}", NOON, f"https://b.example/v?p={NOON}", NOON)
