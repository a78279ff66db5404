"""Proxies, certificates and failed connections, with real sockets, real TLS and a SOCKS proxy that forwards."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from app import net
from app.race.problems import ProblemError

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello from " + self.path.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Socks(socketserver.StreamRequestHandler):
    """A SOCKS 5 proxy (RFC 1928) that leads every connection to one server, and notes who was asked for."""

    def handle(self) -> None:
        version, methods = self.rfile.read(2)
        assert version == 5
        self.rfile.read(methods)
        self.wfile.write(b"\x05\x00")
        _, _, _, kind = self.rfile.read(4)
        length = {1: 4, 4: 16}.get(kind) or self.rfile.read(1)[0]
        host = self.rfile.read(length)
        struct.unpack("!H", self.rfile.read(2))
        self.server.asked.append(host)  # type: ignore[attr-defined]
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as there:  # type: ignore[attr-defined]
            self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
            there.sendall(self.request.recv(65536))
            while data := there.recv(65536):
                self.wfile.write(data)


@pytest.mark.parametrize("scheme", ["socks", "socks5", "socks5h", "SOCKS5"])
def test_a_socks_proxy_is_used_under_every_name_that_desktops_write(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, proxy = ThreadingHTTPServer(("127.0.0.1", 0), Hello), socketserver.ThreadingTCPServer(("127.0.0.1", 0), Socks)
    with serving(web) as port, serving(proxy) as way:
        proxy.asked, proxy.leads_to = [], port  # type: ignore[attr-defined]
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{way}/")
        with net.make_client() as client:
            assert client.get("http://models.example/x", headers={"Connection": "close"}).text == "hello from /x"
        assert proxy.asked == [b"models.example"]  # type: ignore[attr-defined]


def test_a_near_host_is_reached_directly_whatever_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Hello)) as port, net.make_client(near=True) as client:
        assert client.get(f"http://127.0.0.1:{port}/y").text == "hello from /y"
        with pytest.raises(httpx.ConnectError) as caught:
            client.get("http://models.example/")
    assert net.connection_problem("http://models.example", caught.value).kind == "server-unreachable"


@pytest.mark.parametrize(
    ("entry", "reached", "proxied"),
    [
        ("localhost,[::1]", "::1", "::2"),
        ("[::1]:8080", "::1", "::2"),
        ("fd07:b51a:cc66:f0::/64", "fd07:b51a:cc66:f0::9", "fd07:b51a:cc66:f1::9"),
        ("[fd00::]/8", "fd12::1", "fe12::1"),
        ("10.0.0.0/8", "10.9.8.7", "11.0.0.1"),
        ("10.0.0.1:3128", "10.0.0.1", "10.0.0.2"),
        (".example.com", "a.example.com", "notexample.com"),
        ("*.example.com", "a.b.example.com", "example.org"),
        ("example.com:443", "example.com", "example.co"),
        ("http://example.com", "example.com", "example.net"),
        ("example.org example.com;x", "example.com", "y.z"),
        ("192.168.*", "192.168.3.4", "192.169.3.4"),
        ("*.5", "a.5", "10.0.0.5"),
        ("[::1, ]]], fd07:::/999, example.com", "EXAMPLE.com.", "10.0.0.1"),
    ],
)
def test_exceptions_are_read_in_every_form_and_others_left_out(entry: str, reached: str, proxied: str) -> None:
    found = net.find_proxies({"all": "http://proxy:3128", "no": entry})
    assert found.proxy_for("https", reached) == ""
    assert found.proxy_for("https", proxied).startswith("http://proxy:3128")


def test_the_proxy_of_a_scheme_goes_before_the_one_for_all() -> None:
    found = net.find_proxies({"all": "socks://a:1", "https": "proxy:3128"})
    assert httpx.URL(found.proxy_for("https", "x.y")) == httpx.URL("http://proxy:3128/")
    assert httpx.URL(found.proxy_for("http", "x.y")) == httpx.URL("socks5://a:1/")
    assert net.find_proxies({"all": "socks://a:1", "no": "a.b,*"}).proxy_for("http", "x.y") == ""


@pytest.mark.parametrize(
    "value",
    [
        "ftp://a:1",
        "socks4://a",
        "http://",
        "http://[::1",
        "http://a:99999999",
        "://",
        "http:/a",
        "http//a:1",
        "http://a:0",
        "http://a b",
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme, mark, rest = value.partition("://")
    monkeypatch.setenv("ALL_PROXY", f"{scheme}{mark}user:s3cret@{rest}" if rest else value)
    with pytest.raises(ProblemError) as caught:
        net.make_client()
    assert caught.value.problem.kind == "proxy-bad"
    assert "ALL_PROXY" in caught.value.problem.sentence
    assert "s3cret" not in str(caught.value.problem)


@given(st.dictionaries(st.sampled_from(["http", "https", "all", "no"]), st.text(max_size=60)), st.text(max_size=30))
def test_any_settings_give_a_way_or_a_problem(settings: dict[str, str], host: str) -> None:
    with contextlib.suppress(ProblemError):
        assert isinstance(net.find_proxies(settings).proxy_for("https", host), str)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "127.0.0.1:80",
            "ftp://a",
            "http://",
            "http://u:s3cret@a/",
            "http://a:0",
            "http://a:70000",
            "http://[::1",
        ),
        *(f"http://{'a' * 70}.com", "http://a..b", "http://ex ample", "http://\udce9", "http://a\0b", "http://xn--/"),
        "http://" + "a" * 9000,
    ],
)
def test_what_is_no_address_is_refused_in_words(text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        net.parse_address(text)
    assert caught.value.problem.kind == "address-bad"
    assert "s3cret" not in str(caught.value.problem)
    assert len(caught.value.problem.sentence) < 600


@given(st.text())
def test_any_text_is_an_address_or_a_problem(text: str) -> None:
    with contextlib.suppress(ProblemError):
        assert net.parse_address(f"http://{text}").host


@pytest.mark.parametrize(
    "text", ["http://localhost", "HTTPS://Box.local:8443/v1", "http://[::1]:1", "http://bücher.example"]
)
def test_addresses_are_read(text: str) -> None:
    assert net.parse_address(text).host


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextlib.contextmanager
def protected(authority: trustme.CA, name: str = "127.0.0.1") -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # A client that does not trust it leaves.
    with serving(server) as port:
        yield port


def test_a_private_certificate_is_named_as_such_and_trusted_once_it_is_given(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with protected(authority) as port:
        address = f"https://127.0.0.1:{port}"
        with net.make_client(near=True) as client, pytest.raises(httpx.ConnectError) as caught:
            client.get(address)
        problem = net.connection_problem(address, caught.value)
        assert problem.kind == "certificate"
        assert "SSL_CERT_FILE" in problem.action
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with net.make_client(near=True) as client:
            assert client.get(f"{address}/z").text == "hello from /z"


def test_a_certificate_for_another_name_is_not_called_private(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    made = net.make_client(near=True)
    with protected(authority, "other.example") as port, made as client, pytest.raises(httpx.ConnectError) as caught:
        client.get(f"https://127.0.0.1:{port}")
    assert "another name" in net.connection_problem("https://127.0.0.1", caught.value).sentence


def test_https_to_a_plain_server_is_told_so() -> None:
    web, made = ThreadingHTTPServer(("127.0.0.1", 0), Hello), net.make_client(near=True)
    web.handle_error = lambda *_: None  # type: ignore[method-assign]
    with serving(web) as port, made as client, pytest.raises(httpx.ConnectError) as caught:
        client.get(f"https://127.0.0.1:{port}")
    problem = net.connection_problem("https://127.0.0.1", caught.value)
    assert (problem.kind, "http://" in problem.action) == ("tls-failed", True)


@pytest.mark.parametrize(
    ("name", "content"), [("SSL_CERT_FILE", None), ("SSL_CERT_FILE", "no"), ("SSL_CERT_DIR", None)]
)
def test_a_variable_that_names_no_certificates_is_named(
    name: str, content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "certificates"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    monkeypatch.setenv(name, str(path))
    with pytest.raises(ProblemError) as caught:
        net.make_client()
    assert name in caught.value.problem.sentence
