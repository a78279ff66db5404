"""Addresses of what programs ask for: which hosts are allowed, which requests are the same, what is left out."""

from __future__ import annotations

import datetime
import re
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from app.race.secrets import secrets_in

REMOVED: Final = "removed"
"""What stands in an address for a key or token."""
_SECRET_NAME: Final = re.compile(
    r"token|secret|passw|pwd|signature|crumb|session|credential|(?:^|[^a-z])(?:api)?key$|(?:^|[^a-z])(?:auth|sig|sid)$",
    re.I,
)
_KINDS: Final = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]")))
_SHORTEST: Final = 8
"""A value under such a name is a secret from this length, if it mixes kinds of characters: ``key=GDP`` is none."""
_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(
    rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?=[a-z]){_LABEL}"
)  # The last word is no number: no address.
_DAY: Final = 86_400
_LATER: Final = 60
"""Two times are the same "now" if they are no more seconds apart from the moment of asking."""


def host_pattern(text: str) -> str | None:
    """Returns a host or a pattern such as ``*.yahoo.com`` in small letters; None if it is neither.

    ``*`` alone or before a single word, as in ``*.com``, is none: it would allow everything. Nor is a number: which
    machine has it is not for a list of names to say.
    """
    name = text.strip().lower().removesuffix(".")
    return name if _HOST.fullmatch(name.removeprefix("*.")) else None


def read_hosts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the hosts and patterns in a text, with commas or spaces between them, and the words that are neither."""
    words = tuple(dict.fromkeys(text.replace(",", " ").split()))
    found = {word: host_pattern(word) for word in words}
    hosts = tuple(dict.fromkeys(host for host in found.values() if host is not None))
    return hosts, tuple(word for word, host in found.items() if host is None)


def is_allowed(host: str, patterns: tuple[str, ...]) -> bool:
    """Whether a host in small letters is named by one of the patterns."""
    return any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in patterns)


def cleaned(url: str) -> str:
    """Returns an address without password, fragment, and the values of keys and tokens."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return REMOVED
    path = "/".join(REMOVED if secrets_in(piece) else piece for piece in parts.path.split("/"))
    if not any(_is_secret(name, value) for name, value in pairs):
        return urlunsplit((parts.scheme, place, path, parts.query, ""))
    shown = [(name, REMOVED if _is_secret(name, value) else value) for name, value in pairs]
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in shown)
    return urlunsplit((parts.scheme, place, path, query, ""))


def _is_secret(name: str, value: str) -> bool:
    mixed = len(value) >= _SHORTEST and sum(bool(kind.search(value)) for kind in _KINDS) > 1
    return (mixed and bool(_SECRET_NAME.search(name))) or bool(secrets_in(value))


def same_but_for_now(url: str, at: int, other: str, other_at: int) -> bool:
    """Whether two requests differ only in times that lie as far from the moments at which they were made.

    Args:
        at: When the first was made, seconds since 1970 in UTC; ``other_at``: the other.
    """
    one, two = urlsplit(url), urlsplit(other)
    if (one.scheme, one.netloc, one.path) != (two.scheme, two.netloc, two.path):
        return False
    ours, theirs = one.query.split("&"), two.query.split("&")
    return len(ours) == len(theirs) and all(
        a == b or _same_time(a, at, b, other_at) for a, b in zip(ours, theirs, strict=True)
    )


def _same_time(one: str, at: int, two: str, other_at: int) -> bool:
    (name, _, value), (other_name, _, other) = one.partition("="), two.partition("=")
    first, second = _time(value), _time(other)
    if name != other_name or first is None or second is None:
        return False
    if first % _DAY == 0 and second % _DAY == 0:
        return at // _DAY - first // _DAY == other_at // _DAY - second // _DAY  # So many days ago.
    return abs((at - first) - (other_at - second)) <= _LATER


def _time(value: str) -> int | None:
    """The seconds since 1970 that a value stands for: a number of seconds or milliseconds, or a date."""
    if value.isascii() and value.isdigit() and len(value) in (10, 13):
        return int(value) if len(value) == 10 else int(value) // 1000
    try:
        day = datetime.date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None
    return None if day is None else (day - datetime.date(1970, 1, 1)).days * _DAY
