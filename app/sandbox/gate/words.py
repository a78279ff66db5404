"""What is said of programs that fetch, and of programs that would have liked to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.sandbox.gate.recording import Fetched
from app.sandbox.results import RunResult

HOW: Final = "under Options, or with --fetch-from HOST"
NOT_ALLOWED: Final = "Programs may not fetch from {host}."
NETWORK_ERRORS: Final = frozenset(
    (
        *("URLError", "ConnectionError", "ConnectError", "ConnectTimeout", "gaierror", "DNSError", "ProxyError"),
        *("MaxRetryError", "NewConnectionError", "NameResolutionError", "ClientConnectorError", "CurlError"),
    )
)
"""Exceptions of urllib, requests, httpx, aiohttp, curl_cffi and socket where there is no network."""


def fetching_action(fetched: Sequence[Fetched], runs: Sequence[RunResult], *, gate: bool) -> str:
    """What the user can do where programs wanted to fetch and could not; empty if there is nothing."""
    for one in fetched:
        if one.refused:
            allow = f" Allow it {HOW}." if one.refused.startswith(NOT_ALLOWED.partition("{")[0]) else ""
            return f"A program asked for {one.url}. {one.refused}{allow}"
    if not gate and any(run.error is not None and run.error.type in NETWORK_ERRORS for run in runs):
        return f"Programs have no network. Say what they may fetch from {HOW}."
    return ""


def fetched_lines(fetched: Sequence[Fetched]) -> list[str]:
    """What was fetched, a line for each address: who asked, what came, where from."""
    lines: dict[str, None] = {}
    for one in fetched:
        who = "first" if one.side == "a" else "second"
        came = one.refused or f"{one.status}, {one.size:,} bytes{', recorded' if one.recorded else ''}"
        lines[f"{who} program: {one.method} {one.url}: {came}"] = None
    return list(lines)
