"""The hub's HTTP interface: what files a repository has, and a stream of one file's bytes.

The token goes to the hub's own address and to nobody else: redirects are followed here, by hand, one at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx
import msgspec

from app import net
from app.models.hub import problems as hub_problems
from app.models.hub.control import Control
from app.models.hub.remote import RemoteFile
from app.models.hub.settings import HubSettings, is_address
from app.models.pairs import is_safe_path, is_sha256
from app.race.problems import Problem, ProblemError
from app.race.visible import visible

_MAX_REDIRECTS = 6
_MAX_JSON = 16 << 20
_MAX_PAGES = 100
_MAX_ADDRESS = 16_384
_MAX_FILES = 20_000
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SIZE = re.compile(r"[0-9]{1,15}")
_GIT_OID = re.compile(r"[0-9a-f]{40}")


Judge = Callable[[httpx.Headers], bool]


class Listing(msgspec.Struct, frozen=True):
    """The files of one commit."""

    commit: str
    files: tuple[RemoteFile, ...]


class TransientError(Exception):
    """Asking again later may help: a broken connection, a busy server, an expired link.

    Attributes:
        problem: What to tell the user if it does not help.
        wait: Seconds the server asks to wait, None if it does not say.
    """

    def __init__(self, problem: Problem, wait: float | None = None) -> None:
        super().__init__(problem.sentence)
        self.problem = problem
        self.wait = wait


def make_client(connect_s: float | None = 10.0, read_s: float | None = 30.0) -> httpx.Client:
    """Returns an HTTP client for the hub.

    Args:
        connect_s: Patience with a connection in seconds; None has no end.
        read_s: The same between two pieces of an answer.

    Raises:
        ProblemError: A setting of proxies or certificates cannot be used.
    """
    return net.make_client(
        connections=16,
        timeout=httpx.Timeout(read_s, connect=connect_s),
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
    )


class Hub:
    """One hub, asked with one client. Safe to use from several threads."""

    def __init__(self, settings: HubSettings, client: httpx.Client, control: Control | None = None) -> None:
        """control: A cancel of it breaks off whatever is being asked, which then raises DownloadCancelled."""
        self.settings = settings
        self._client = client
        self._control = control or Control()

    def under(self, control: Control) -> Hub:
        """Returns the same hub, asked until `control` says stop."""
        return Hub(self.settings, self._client, control)

    def listing(self, repository: str, revision: str) -> Listing:
        """Returns the commit that `revision` means and all its files.

        Raises:
            ProblemError: The hub does not let us, or has no such repository.
            TransientError: Try again later.
        """
        where = f"{self.settings.endpoint}/api/models/{repository}"
        info = self._json(f"{where}/revision/{quote(revision, safe='')}", repository, revision)
        commit = info.get("sha") if isinstance(info, dict) else None
        if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
            raise ProblemError(hub_problems.unexpected(repository, "The description of the revision has no commit."))
        files: list[RemoteFile] = []
        url: str | None = f"{where}/tree/{commit}?recursive=true"
        for _ in range(_MAX_PAGES):
            if url is None:
                return Listing(commit=commit, files=tuple(files))
            entries, url = self._json_page(url, repository, revision)
            files.extend(_read_entries(entries, repository))
            if len(files) > _MAX_FILES:
                break
        raise ProblemError(hub_problems.unexpected(repository, "The list of files does not end."))

    def describe(self, repository: str, revision: str, path: str) -> tuple[str, RemoteFile]:
        """Returns (commit, description) of one file, without its bytes. Raises as `listing` does."""
        url = self._resolve_url(repository, revision, path)
        with self._open("HEAD", url, {}, repository, revision, path) as (response, described):
            return self._described(response, described, repository, path)

    @contextmanager
    def stream(
        self, repository: str, commit: str, path: str, start: int, if_range: str | None, judge: Judge
    ) -> Iterator[httpx.Response]:
        """Opens the bytes of one file from `start` on.

        Args:
            repository: "owner/name".
            commit: Or a branch.
            path: Inside the repository.
            start: First byte wanted.
            if_range: What the storage called this content; sent only if `judge` is not sure.
            judge: Gets the headers of the hub's own answer before the storage is asked. It raises if they are of
                another file, and returns whether they prove that the content is the wanted one.

        The status of the response is 200, 206 or 416; reading its body may raise httpx errors. Raises as `listing`.
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        if start and if_range:
            headers["If-Range"] = if_range
        url = self._resolve_url(repository, commit, path)
        with self._open("GET", url, headers, repository, commit, path, judge) as (response, _):
            yield response

    def beginning(self, repository: str, revision: str, path: str, most: int) -> tuple[bytes, int]:
        """Returns at most so many first bytes of a file, and the size of the whole; asks for no more than these.

        Raises as `listing`.
        """
        url = self._resolve_url(repository, revision, path)
        headers = {"Range": f"bytes=0-{most - 1}"}
        with self._open("GET", url, headers, repository, revision, path) as (response, described):
            body = bytearray()
            try:
                for chunk in response.iter_raw():
                    body += chunk[: most - len(body)]
                    if len(body) >= most:
                        break  # A server that knows no ranges sends all of it.
            except httpx.TransportError as error:
                raise TransientError(hub_problems.interrupted(path, _name(error))) from error
            said = response.headers.get("content-range", "").rpartition("/")[2] or described.get("x-linked-size", "")
            said = said or (response.headers.get("content-length", "") if response.status_code == 200 else "")
            return bytes(body), int(said) if _SIZE.fullmatch(said) else len(body)

    def _resolve_url(self, repository: str, revision: str, path: str) -> str:
        return f"{self.settings.endpoint}/{repository}/resolve/{quote(revision, safe='')}/{quote(path)}"

    @contextmanager
    def _open(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        repository: str,
        revision: str,
        path: str,
        judge: Judge = lambda hub: False,
    ) -> Iterator[tuple[httpx.Response, httpx.Headers]]:
        if self.settings.offline:
            raise ProblemError(hub_problems.offline(repository))
        if not is_address(self.settings.endpoint):
            raise ProblemError(hub_problems.endpoint_bad(self.settings.endpoint))
        described: httpx.Headers | None = None
        for _ in range(_MAX_REDIRECTS):
            response = self._send(method, url, headers, path)
            with closing(response), self._control.broken_off(partial(net.break_off, response)):
                # The description is in the hub's own last answer; the storage behind it knows nothing of it.
                if described is None or self._is_hub(url):
                    described = response.headers
                if not response.is_redirect:
                    self._check(response, url, repository, revision, path)
                if self._is_hub(url) and judge(response.headers):
                    headers.pop("If-Range", None)
                if response.is_redirect and not (method == "HEAD" and "x-linked-etag" in described):
                    url = self._next_url(url, response, path)
                    continue
                yield response, described
                return
        raise ProblemError(hub_problems.unexpected(path, "The server redirects in a circle."))

    def _send(self, method: str, url: str, headers: dict[str, str], path: str) -> httpx.Response:
        sent = dict(headers)
        if self.settings.token is not None and self._is_hub(url):
            sent["Authorization"] = self.settings.token.header()

        def ask() -> httpx.Response:
            return self._client.send(self._client.build_request(method, url, headers=sent), stream=True)

        try:
            return self._control.call(ask, late=httpx.Response.close)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            if (problem := net.certificate_problem(_host(url), error)) is not None:
                raise ProblemError(problem) from error
            said = net.connection_problem(_host(url), error)
            known = said if said.kind == "proxy-failed" else hub_problems.no_connection(self.settings, _name(error))
            raise TransientError(known) from error
        except httpx.TransportError as error:
            raise TransientError(hub_problems.interrupted(path, _name(error))) from error
        except (httpx.InvalidURL, ValueError) as error:
            raise ProblemError(hub_problems.unexpected(path, f"{visible(url, 200)} is not an address.")) from error

    def _is_hub(self, url: str) -> bool:
        return _origin(url) == _origin(self.settings.endpoint)

    def _next_url(self, url: str, response: httpx.Response, path: str) -> str:
        target = _joined(url, response.headers.get("location", ""))
        scheme = target.partition(":")[0].lower()
        if scheme not in ("https", "http") or (urlsplit(url).scheme == "https" and scheme == "http"):
            raise ProblemError(hub_problems.unexpected(path, "It redirects to an address that is not protected."))
        return target

    def _check(self, response: httpx.Response, url: str, repository: str, revision: str, path: str) -> None:
        status = response.status_code
        if status in (200, 206, 416):
            return
        if status in (408, 425, 429) or status >= 500:
            wait = _retry_after(response.headers.get("retry-after"))
            raise TransientError(hub_problems.busy(self.settings, status, wait), wait)
        if not self._is_hub(url):
            # Links to the storage behind the hub expire. The next try asks the hub for a new one.
            raise TransientError(hub_problems.unexpected(path, f"The storage behind the hub answered HTTP {status}."))
        raise ProblemError(self._refusal(response, repository, revision, path))

    def _refusal(self, response: httpx.Response, repository: str, revision: str, path: str) -> Problem:
        status, code = response.status_code, response.headers.get("x-error-code", "")
        said = visible(response.headers.get("x-error-message", ""), 300)
        has_token = self.settings.token is not None
        if code == "GatedRepo":
            if not has_token:
                return hub_problems.no_token(self.settings, repository)
            if re.search(r"await|review|reject|pending", said, re.IGNORECASE):
                return hub_problems.denied(self.settings, repository, said)
            return hub_problems.licence_not_accepted(self.settings, repository)
        if code in ("EntryNotFound", "RevisionNotFound"):
            return hub_problems.file_missing(self.settings, repository, path, revision)
        if status == 401 and has_token:
            return hub_problems.token_refused(self.settings, repository)
        if code == "RepoNotFound" or status == 404:
            return hub_problems.repository_missing(self.settings, repository)
        if status == 401:
            return hub_problems.no_token(self.settings, repository)
        if status == 403:
            return hub_problems.denied(self.settings, repository, said)
        return hub_problems.unexpected(path, f"HTTP {status}. {said}".strip())

    def _described(
        self, response: httpx.Response, hub: httpx.Headers, repository: str, path: str
    ) -> tuple[str, RemoteFile]:
        commit = hub.get("x-repo-commit", "")
        etag = (hub.get("x-linked-etag") or hub.get("etag") or response.headers.get("etag", "")).strip()
        etag = etag.removeprefix("W/").strip('"')
        size = hub.get("x-linked-size") or response.headers.get("content-length", "")
        if not _SIZE.fullmatch(size) or not _COMMIT.fullmatch(commit):
            raise ProblemError(hub_problems.unexpected(path, "The server does not say the size and the commit."))
        return commit, RemoteFile(
            path=path,
            size=int(size),
            sha256=etag if is_sha256(etag) else None,
            git_oid=etag if _GIT_OID.fullmatch(etag) else None,
        )

    def _json(self, url: str, repository: str, revision: str) -> Any:
        return self._json_page(url, repository, revision)[0]

    def _json_page(self, url: str, repository: str, revision: str) -> tuple[Any, str | None]:
        with self._open("GET", url, {}, repository, revision, "the list of files") as (response, _):
            body = bytearray()
            try:
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > _MAX_JSON:
                        raise ProblemError(hub_problems.unexpected(repository, "The answer is far too long."))
            except httpx.TransportError as error:
                raise TransientError(hub_problems.interrupted("the list of files", _name(error))) from error
            try:
                value = json.loads(body)
            except (ValueError, RecursionError) as error:
                raise TransientError(hub_problems.unexpected(repository, "The answer is not JSON.")) from error
            following = response.links.get("next", {}).get("url")
            return value, _joined(url, following) or None if isinstance(following, str) else None


def _read_entries(entries: Any, repository: str) -> Iterator[RemoteFile]:
    if not isinstance(entries, list):
        raise ProblemError(hub_problems.unexpected(repository, "The list of files is not a list."))
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("type") != "file":
            continue
        path, size, lfs, oid = entry.get("path"), entry.get("size"), entry.get("lfs"), entry.get("oid")
        digest = lfs.get("oid") if isinstance(lfs, dict) else None
        if isinstance(lfs, dict):
            size = lfs.get("size", size)
        if not isinstance(path, str) or not is_safe_path(path):
            raise ProblemError(hub_problems.unexpected(repository, "A file's path leads out of its folder."))
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 50:
            raise ProblemError(hub_problems.unexpected(repository, f"{path} has no proper size."))
        yield RemoteFile(
            path=path,
            size=size,
            sha256=digest if isinstance(digest, str) and is_sha256(digest) else None,
            git_oid=oid if lfs is None and isinstance(oid, str) and _GIT_OID.fullmatch(oid) else None,
        )


def _joined(url: str, relative: str) -> str:
    """Returns where a link or redirect leads, "" if that is no address."""
    try:
        target: str = urljoin(url, relative)
        urlsplit(target).port  # noqa: B018 - it is looked at to see whether it can be
    except ValueError:
        return ""
    return target if len(target) < _MAX_ADDRESS else ""


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _host(url: str) -> str:
    """Returns the name in an address, without what may be secret in the rest of it."""
    return urlsplit(url).hostname or "the hub"


def _retry_after(value: str | None) -> float | None:
    """Reads the seconds of a Retry-After header. A date in it is not worth a clock that may be wrong."""
    if value is None or not re.fullmatch(r"\d{1,6}", value.strip()):
        return None
    return float(value)


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
