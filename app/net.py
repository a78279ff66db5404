"""How the app reaches other machines: proxies, certificates, and why a connection failed. For the hub and for servers.

Settings come from the environment and the system as for other programs (``HTTP_PROXY``, ``HTTPS_PROXY``,
``ALL_PROXY``, ``NO_PROXY``; ``SSL_CERT_FILE``, ``SSL_CERT_DIR``). All of them may hold anything: a value that cannot be
used is named in a sentence, and an entry of ``NO_PROXY`` that cannot be read is left out.
"""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import ipaddress
import os
import re
import socket
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, Final

import certifi
import httpx
import msgspec

from app import __version__
from app.race.problems import Problem, ProblemError

_SCHEMES: Final = {"http": "http", "https": "https", "socks": "socks5", "socks5": "socks5", "socks5h": "socks5h"}
"""What a proxy's address may begin with, and what that means. Desktops write ``socks`` for SOCKS 5."""
_MOST: Final = 4096
"""Longest setting in characters that is read, and most entries of ``NO_PROXY``."""
_NOT_TRUSTED: Final = {18, 19, 20, 21, 2}
_OUT_OF_DATE: Final = {9, 10}
_OTHER_NAME: Final = {62, 63, 64}
"""OpenSSL's reasons for not trusting a certificate: ``X509_V_ERR_*`` of x509_vfy.h."""
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies(msgspec.Struct, frozen=True):
    """Which proxy serves which address.

    Attributes:
        by_scheme: Address of the proxy for ``http``, ``https`` and ``all``.
        names: Patterns of host names that are reached without one.
        networks: Addresses that are reached without one.
    """

    by_scheme: dict[str, str] = {}
    names: tuple[str, ...] = ()
    networks: tuple[_Network, ...] = ()

    def proxy_for(self, scheme: str, host: str) -> str:
        """Returns the address of the proxy for a host; empty if it is reached directly."""
        found = self.by_scheme.get(scheme, self.by_scheme.get("all", ""))
        return "" if not found or self._is_excepted(host) else found

    def _is_excepted(self, host: str) -> bool:
        address, name = _address(host), host.lower().rstrip(".")
        if address is not None and any(address in network for network in self.networks):
            return True
        patterns = self.names if address is None else [one for one in self.names if one.endswith(".*")]
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def find_proxies(settings: Mapping[str, str] | None = None) -> Proxies:
    """Reads the proxy settings.

    Args:
        settings: As :func:`urllib.request.getproxies` returns them, which is asked if this is None: addresses by
            ``http``, ``https``, ``all``, and the exceptions as ``no``.

    Raises:
        ProblemError: an address cannot be used; the words name the setting, and never hold its password.
    """
    found = urllib.request.getproxies() if settings is None else settings
    by_scheme = {name: _proxy(name, found[name]) for name in ("http", "https", "all") if found.get(name, "").strip()}
    names: list[str] = []
    networks: list[_Network] = []
    for entry in re.split(r"[,;\s]+", found.get("no", "")[:_MOST]):
        text = entry.lower().rpartition("://")[2]
        if text == "*":
            return Proxies()
        network = _network(text)
        if network is not None:
            networks.append(network)
            continue
        name = text.partition(":")[0].removeprefix("*").strip(".")
        if name and not set(name) & set("[]/"):
            names += [name, f"*.{name}"]  # A domain stands for all below it, with and without the leading dot.
    return Proxies(by_scheme, tuple(names), tuple(networks))


def _network(text: str) -> _Network | None:
    """Reads an address, or a range such as ``10.0.0.0/8``; in brackets and with a port too."""
    inner, _, rest = text.removeprefix("[").partition("]") if text.startswith("[") else (text, "", "")
    for one in (inner + (rest if rest.startswith("/") else ""), text.rpartition(":")[0]):
        try:
            return ipaddress.ip_network(one, strict=False)
        except ValueError:
            continue
    return None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _proxy(name: str, value: str) -> str:
    """Returns a proxy's address in the form that is understood below. Raises :class:`ProblemError`."""
    scheme, mark, rest = value.strip().partition("://")
    if not mark:
        scheme, rest = "http", value.strip()  # As everywhere: HTTP_PROXY=proxy:3128.
    known = _SCHEMES.get(scheme.lower())
    typed_well = bool(mark) or not rest.partition("/")[2]  # Not http:/proxy or http//proxy.
    try:
        url = _read(f"{known}://{rest}" if known and typed_well else "")
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    port = 1080 if url.port is None else url.port
    if not url.host or "%" in url.host or not 0 < port < 1 << 16:
        raise ProblemError(
            Problem(
                "proxy-bad",
                f"The proxy setting {_setting(name)} cannot be used.",
                cause=f"It begins with {scheme[:20]!r}." if mark and not known else "It is not an address.",
                action=f"Write it like http://proxy:3128 or socks5://127.0.0.1:1080, or unset {_setting(name)}.",
            )
        )
    return str(url.copy_with(path="/", query=None, fragment=None))


def _setting(name: str) -> str:
    """Returns what to call a setting: the variable that holds it, or the system's own."""
    names = (f"{name}_proxy", f"{name}_proxy".upper())
    return next((word for word in names if os.environ.get(word)), f"of the system ({name})")


def _read(text: str) -> httpx.URL:
    """Reads an address. Raises :class:`ValueError` or :class:`httpx.InvalidURL`."""
    url = httpx.URL(text.strip() if len(text) < _MOST else "")
    if _address(url.host) is None:
        url.host.encode("idna")  # As it will be looked up: no part may be empty or too long.
    return url


def parse_address(text: str) -> httpx.URL:
    """Returns the address of a server that a user, a file or another server gave.

    Raises:
        ProblemError: it is none, or holds a password.
    """
    try:
        url = _read(text)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    port_fits = url.port is None or 0 < url.port < 1 << 16
    if url.scheme in ("http", "https") and url.host and not url.userinfo and port_fits and "%20" not in url.host:
        return url
    shown = text if len(text) <= 80 else f"{text[:80]}…"
    raise ProblemError(
        Problem(
            "address-bad",
            "An address has no password." if url.userinfo else f"{shown!a} is not the address of a server.",
            action="Write it like http://127.0.0.1:8080.",
        )
    )


def certificates() -> ssl.SSLContext:
    """Returns what is trusted: the system's certificates, the bundled ones, and the user's own of ``SSL_CERT_*``.

    Raises:
        ProblemError: a variable names what holds no certificates.
    """
    return _certificates(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@functools.lru_cache(maxsize=4)
def _certificates(file: str, folder: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    # A server's own certificate is enough to trust it; its issuer need not be there.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    for name, place in (("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)):
        if not place:
            continue
        try:
            if name == "SSL_CERT_DIR" and not os.path.isdir(place):
                raise NotADirectoryError(20, "There is no such folder", place)
            context.load_verify_locations(**{"cafile" if name == "SSL_CERT_FILE" else "capath": place})
        except (OSError, ValueError) as error:  # An SSLError is an OSError too.
            raise ProblemError(
                Problem(
                    "certificates-bad",
                    f"The variable {name} names no certificates that can be read.",
                    cause=f"{getattr(error, 'strerror', None) or error}.",
                    action=f"Correct it, or unset {name}.",
                )
            ) from error
    return context


class _Routes(httpx.BaseTransport):
    """Sends each request directly or through the proxy for its address."""

    def __init__(self, proxies: Proxies, near: bool, limits: httpx.Limits) -> None:
        self._proxies, self._near, self._limits = proxies, near, limits
        self._context = certificates()
        self._made: dict[str, httpx.HTTPTransport] = {}
        self._transport("")

    def _transport(self, proxy: str) -> httpx.HTTPTransport:
        made = self._made.get(proxy)
        if made is None:
            through = None
            if proxy:
                through = httpx.Proxy(proxy, ssl_context=self._context if proxy.startswith("https:") else None)
            fresh = httpx.HTTPTransport(verify=self._context, trust_env=False, limits=self._limits, proxy=through)
            made = self._made.setdefault(proxy, fresh)
        return made

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        direct = self._near and is_near(host)
        proxy = "" if direct else self._proxies.proxy_for(request.url.scheme, host)
        return self._transport(proxy).handle_request(request)

    def close(self) -> None:
        for made in self._made.values():
            made.close()


def is_near(host: str) -> bool:
    """Whether a host is this machine or in its own network: no proxy stands between."""
    address = _address(host)
    if address is not None:
        return address.is_private or address.is_loopback or address.is_link_local
    name = host.lower().rstrip(".")
    return "." not in name or name.endswith((".local", ".localhost", ".lan", ".internal", ".home.arpa"))


def make_client(*, near: bool = False, connections: int = 100, **options: Any) -> httpx.Client:
    """Returns an HTTP client that follows the user's settings of proxies and certificates.

    Args:
        near: Reach hosts of the own network directly, whatever the proxy settings say.
        connections: Most connections at once.
        options: Of :class:`httpx.Client`.

    Raises:
        ProblemError: a setting cannot be used.
    """
    headers = {"User-Agent": f"mtp-race/{__version__}", **options.pop("headers", {})}
    routes = _Routes(find_proxies(), near, httpx.Limits(max_connections=connections))
    return httpx.Client(transport=routes, trust_env=False, headers=headers, **options)


def break_off(response: httpx.Response) -> None:
    """Ends the connection under a thread that waits for the rest of an answer: it reads the end at once.

    May be called from any thread, also when the connection has ended by itself.
    """
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):  # It is closed already.
            # The plain socket's own: that of TLS would drop its state under the thread that reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it, at most 20 steps back."""
    step: BaseException | None = error
    for _ in range(20):
        if step is None:
            return
        yield step
        step = step.__cause__ or step.__context__


def certificate_problem(address: str, error: BaseException) -> Problem | None:
    """Returns what to say of a failed connection if the reason is the server's certificate, or that it has none."""
    for step in _causes(error):
        if isinstance(step, ssl.SSLCertVerificationError):
            return _untrusted(address, step)
        if isinstance(step, ssl.SSLError):
            return Problem(
                "tls-failed",
                f"No protected connection to {address} came about.",
                cause=f"{step.reason or step}.",
                action="If that server speaks plain HTTP, write http:// instead of https://.",
            )
    return None


def _untrusted(address: str, error: ssl.SSLCertVerificationError) -> Problem:
    code, said = error.verify_code, error.verify_message.rstrip(".")
    if code in _OTHER_NAME:
        sentence = f"The certificate of {address} is for another name."
        action = "Write the name that the certificate has, or have one made for this address."
    elif code in _OUT_OF_DATE:
        sentence = f"The certificate of {address} is not valid today."
        action = "Have it renewed, and check this machine's clock."
    else:
        sentence = f"The certificate of {address} is not trusted on this machine."
        action = "If it is your own, set SSL_CERT_FILE to the file with it or with the certificate that issued it."
    if code in _NOT_TRUSTED:
        said = f"It is private: {said}"
    return Problem("certificate", sentence, cause=f"{said}.", action=action)


def connection_problem(address: str, error: BaseException) -> Problem:
    """Says why a server at ``address`` cannot be reached."""
    if (problem := certificate_problem(address, error)) is not None:
        return problem
    text = f"{type(error).__name__}: {error}."
    if isinstance(error, httpx.ProxyError) or "socks" in str(error).lower():
        return Problem(
            "proxy-failed",
            f"The proxy on the way to {address} does not let the connection through.",
            cause=text,
            action="Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, or name the host in NO_PROXY.",
        )
    sentence, action = f"The server at {address} does not answer.", "Start it, and check the address and the port."
    for step in _causes(error):
        if isinstance(step, socket.gaierror):
            sentence, action = f"There is no machine with the name of {address}.", "Check the address."
    if isinstance(error, httpx.RemoteProtocolError):
        sentence = f"The server at {address} ended the connection, or does not speak HTTP."
        action = "Check the port, and whether the address begins with https://. See the server's own log."
    elif isinstance(error, httpx.DecodingError):
        sentence = f"What the server at {address} sends is packed and cannot be unpacked."
        action = "See the server's own log, and any proxy before it."
    elif isinstance(error, httpx.ReadTimeout):
        sentence = f"The server at {address} took the request and then said nothing for too long."
        action = "See the server's own log."
    return Problem("server-unreachable", sentence, cause=text, action=action)
