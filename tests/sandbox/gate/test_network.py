"""Which addresses are reached, and that the address which was checked is the one that is connected to."""

from __future__ import annotations

import ipaddress
import threading
import time
from types import SimpleNamespace

import httpcore
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.gate.network import FetchRefused, Outside, PinnedBackend, Until, look_up, why_not
from tests.sandbox.gate.world import free_port

PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2001:4860:4860::8888", "64:ff9b::101:101"]
NOT_PUBLIC = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:0:7f00:1::", "4000::1",
    "127.1", "0x7f.0.0.1", "2130706433", "localhost", "", "1.1.1.1\n",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_reached(address: str) -> None:
    assert why_not(address) == ""


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_every_other_address_is_refused(address: str) -> None:
    assert why_not(address) != ""


@given(st.ip_addresses(v=4))
def test_no_form_of_writing_makes_a_private_address_public(address: ipaddress.IPv4Address) -> None:
    plain = why_not(str(address))
    for inside in (
        f"::ffff:{address}",
        str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address))),
    ):
        assert bool(why_not(inside)) == bool(plain)


def test_this_machines_own_addresses_are_refused_whatever_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.sandbox.gate import network

    card = SimpleNamespace(address="93.184.216.34")
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"eth0": [card]})
    network._own_addresses.cache_clear()
    try:
        assert "own address" in why_not("93.184.216.34")
        assert "own address" in why_not("::ffff:93.184.216.34")
    finally:
        network._own_addresses.cache_clear()


def until(seconds: float = 5.0) -> Until:
    return Until(time.monotonic() + seconds, threading.Event())


def test_a_name_with_one_private_address_among_others_is_refused_whole() -> None:
    outside = Outside(look_up=lambda host: ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(FetchRefused, match=r"a\.example has the address 10\.0\.0\.1"):
        PinnedBackend(outside, until()).connect_tcp("a.example", 443)


def test_a_name_is_looked_up_once_and_the_checked_address_is_connected_to() -> None:
    """A name server that gives another address to a second question ("rebinding") is not asked a second time."""
    asked: list[str] = []
    checked: list[str] = []
    port = free_port()

    def answers(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    def check(address: str) -> str:
        checked.append(address)
        return ""

    outside = Outside(look_up=answers, why_not=check, ports={443: port})
    with pytest.raises(httpcore.ConnectError):  # Nobody listens there.
        PinnedBackend(outside, until()).connect_tcp("a.example", 443)
    assert (asked, checked) == (["a.example"], ["127.0.0.2"])


def test_a_name_that_nobody_has_is_told() -> None:
    def nobody(host: str) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(FetchRefused, match="no machine with the name"):
        PinnedBackend(Outside(look_up=nobody), until()).connect_tcp("a.example", 443)


def test_a_name_server_that_says_nothing_takes_no_more_than_the_time_there_is() -> None:
    held = threading.Event()

    def silent(host: str) -> list[str]:
        held.wait(30)
        return []

    try:
        with pytest.raises(FetchRefused, match="too long"):
            PinnedBackend(Outside(look_up=silent), until(0.3)).connect_tcp("a.example", 443)
    finally:
        held.set()


def test_the_system_is_asked_for_each_address_once() -> None:
    found = look_up("localhost")
    assert len(found) == len(set(found)) > 0
    assert all(why_not(address) for address in found)
