"""The gate's authority serves its hosts, for an hour, and is of no use for any other."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from contextlib import suppress

import pytest
from cryptography import x509

from app.sandbox.gate.certificates import Authority

HOSTS = ("data.example.com", "*.yahoo.com")


def shake_hands(authority: Authority, host: str, asked: str) -> str:
    """Speaks TLS with a server that says it is `host`, as a client that wants `asked`; the protocol they agree on."""
    trust = ssl.create_default_context(cadata=authority.pem.decode())
    trust.set_alpn_protocols(["h2", "http/1.1"])
    near, far = socket.socketpair()

    def serve() -> None:
        with suppress(OSError), authority.context_for(host).wrap_socket(far, server_side=True) as end:
            end.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with trust.wrap_socket(near, server_hostname=asked) as end:
            return end.selected_alpn_protocol() or ""
    finally:
        near.close()
        thread.join()


@pytest.mark.parametrize("host", ["data.example.com", "query1.finance.yahoo.com"])
def test_an_allowed_host_is_believed_and_speaks_the_version_that_the_gate_does(host: str) -> None:
    assert shake_hands(Authority(HOSTS), host, host) == "http/1.1"


@pytest.mark.parametrize("host", ["bank.example.org", "example.com", "yahoo.com.evil.net"])
def test_a_certificate_for_any_other_host_is_worth_nothing(host: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(Authority(HOSTS), host, host)


def test_a_certificate_of_one_host_does_not_pass_for_another() -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(Authority(HOSTS), "data.example.com", "query1.yahoo.com")


def test_every_comparison_has_an_authority_of_its_own_which_ends_within_the_hour() -> None:
    one, two = (x509.load_pem_x509_certificate(Authority(HOSTS).pem) for _ in range(2))
    assert one.public_key() != two.public_key()
    left = one.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    assert left <= datetime.timedelta(hours=1)
    constraints = one.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert [str(name.value) for name in constraints.value.permitted_subtrees or []] == ["data.example.com", "yahoo.com"]
