"""One file from the hub to this disk: resumed, checked, and only then given its name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator
from contextlib import closing
from io import FileIO
from pathlib import Path

import httpx
import msgspec

from app.models.hub import problems as hub_problems
from app.models.hub import stored
from app.models.hub.client import Hub, TransientError
from app.models.hub.control import Control
from app.models.hub.remote import RemoteFile
from app.models.pairs import is_sha256
from app.places import make_private, open_private
from app.race.problems import Problem, ProblemError
from app.race.visible import visible

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")

_SIZE = re.compile(r"[0-9]{1,18}")
_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')


class Retries(msgspec.Struct, frozen=True):
    """How patient a transfer is. The count starts anew whenever bytes arrive.

    Attributes:
        attempts: Tries without a single new byte before it gives up.
        first_wait: Seconds before the second try; doubled each time.
        longest_wait: Seconds; a server that asks for more than this is told to the user at once.
        first_attempts: Tries to reach a hub that has not answered yet: a wrong setting is told soon.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 120.0
    first_attempts: int = 3

    def allowed(self, problem: Problem, begun: bool) -> int:
        """Returns how many tries a problem is worth. begun: The other side has answered before."""
        unreachable = problem.kind in ("no-connection", "proxy-failed")
        return min(self.attempts, self.first_attempts) if unreachable and not begun else self.attempts


class Transfer:
    """Fetches one file into a folder.

    Attributes:
        done: Bytes of this file on this disk, read by other threads.
        fetched: Bytes that came over the network.
        checking: Whether it reads what an earlier download left.
    """

    def __init__(self, hub: Hub, repository: str, folder: Path, note: stored.PartNote, control: Control) -> None:
        self._hub = hub
        self._repository = repository
        self._folder = folder
        self._note = note
        self._control = control
        self._part = stored.part_path(folder, note.file.path)
        self._check = stored.Check(note.file)
        self._use_if_range = True
        self.done = 0
        self.fetched = 0
        self.checking = False

    @property
    def file(self) -> RemoteFile:
        """What is fetched."""
        return self._note.file

    def run(self, retries: Retries, went_on: Callable[[], None]) -> stored.CheckedFile:
        """Fetches what is missing, checks all of it and gives the file its name.

        Raises:
            ProblemError: It cannot be done; what was fetched is kept unless it is damaged.
            DownloadCancelled: By the control; what was fetched is kept.
        """
        try:
            self._take_up(went_on)
            self._fetch(retries, went_on)
            return self._finish()
        except OSError as error:
            raise ProblemError(hub_problems.disk(str(self._part), error)) from error

    def _take_up(self, went_on: Callable[[], None]) -> None:
        """Goes on from what an earlier download left, if it is of this content. Hashes it for that."""
        path = self.file.path
        make_private(self._part.parent)
        stored.damaged_path(self._folder, path).unlink(missing_ok=True)
        note_path = stored.note_path(self._folder, path)
        old = stored.read_note(note_path, stored.PartNote)
        if old is not None and _same_content(old.file, self.file) and _size(self._part) <= self.file.size:
            etag = old.etag if old.etag and _is_strong(old.etag) else None
            self._note = msgspec.structs.replace(self._note, etag=etag)
            self.checking = True
            self._check = stored.check_bytes(self._part, self.file, lambda count: self._read(count, went_on))
            self.checking = False
            return
        self._part.unlink(missing_ok=True)
        stored.write_note(note_path, self._note)

    def _read(self, count: int, went_on: Callable[[], None]) -> None:
        self.done = count
        self._control.wait_while_paused()
        went_on()

    def _fetch(self, retries: Retries, went_on: Callable[[], None]) -> None:
        failed, wait = 0, retries.first_wait
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        with FileIO(os.open(self._part, flags, 0o600), "ab") as out:
            while self._check.count < self.file.size:
                self._control.wait_while_paused()
                before = self.fetched
                try:
                    self._receive(out, went_on)
                except TransientError as error:
                    self._control.check()  # A cancel ends the connection too.
                    if self.fetched > before:
                        failed, wait = 0, retries.first_wait
                    failed += 1
                    most = retries.allowed(error.problem, begun=self.fetched > 0)
                    if failed >= most or (error.wait or 0.0) > retries.longest_wait:
                        raise ProblemError(error.problem) from error
                    self._control.wait(min(retries.longest_wait, wait if error.wait is None else error.wait))
                    wait *= 2
            os.fsync(out.fileno())

    def _receive(self, out: FileIO, went_on: Callable[[], None]) -> None:
        """Makes one request and keeps what it brings, until its end, a break, a pause or a cancel."""
        with closing(self._answer(out)) as pieces:
            for data in pieces:
                _write_all(out, data)
                self._check.add(data)
                # After a beginning anew the bar stands still until the old place is reached again.
                self.done = max(self.done, self._check.count)
                self.fetched += len(data)
                went_on()
                if self._control.is_paused or self._control.is_cancelled:
                    return
        if self._check.count < self.file.size:
            raise TransientError(hub_problems.interrupted(self.file.path, "The answer ended early."))

    def _answer(self, out: FileIO) -> Generator[bytes, None, None]:
        """Asks for the bytes from here on, judges the answer before any of it is kept, and gives its pieces."""
        file, start = self.file, self._check.count
        if_range = self._note.etag if self._use_if_range else None

        def judge(hub: httpx.Headers) -> bool:
            return _is_proven(hub, self._repository, self._note.commit, file)

        stream = self._hub.stream(self._repository, self._note.commit, file.path, start, if_range, judge)
        with stream as response:
            _judge_encoding(response, file)
            if start and response.status_code == 200:
                self._begin_anew(response, out)
            elif start:
                _judge_range(response, start, self._repository, file)
            else:
                _judge_whole(response, file)
            self._remember(response)
            try:
                for data in response.iter_raw():
                    # More than the file holds cannot be of this file; the checksum decides on what is kept.
                    room = file.size - self._check.count
                    yield data[:room]
                    if len(data) >= room:
                        return
            except httpx.TransportError as error:
                said = f"{type(error).__name__}: {error}"
                raise TransientError(hub_problems.interrupted(file.path, said)) from error

    def _begin_anew(self, response: httpx.Response, out: FileIO) -> None:
        """Handles a whole file where only its rest was asked for."""
        _judge_whole(response, self.file, must_say=True)
        if "if-range" in response.request.headers and self.file.sha256 is not None:
            # The storage has another name for this content now. The checksum will tell whether it is the same, so ask
            # once more for the rest, without the name, before anything is fetched twice.
            self._use_if_range = False
            raise TransientError(hub_problems.unexpected(self.file.path, "The storage has renamed it."), wait=0.0)
        out.truncate(0)
        self._check = stored.Check(self.file)

    def _remember(self, response: httpx.Response) -> None:
        etag = response.headers.get("etag")
        if etag and _is_strong(etag) and etag != self._note.etag:
            self._note = msgspec.structs.replace(self._note, etag=etag)
            stored.write_note(stored.note_path(self._folder, self.file.path), self._note)

    def _finish(self) -> stored.CheckedFile:
        path, note_path = self.file.path, stored.note_path(self._folder, self.file.path)
        if not self._check.fits():
            problem = hub_problems.damaged(path)
            self._part.unlink(missing_ok=True)
            note_path.unlink(missing_ok=True)
            with open_private(stored.damaged_path(self._folder, path)) as out:
                out.write(problem.sentence.encode())
            raise ProblemError(problem)
        final = self._folder / path
        self._part.replace(final)
        note_path.unlink(missing_ok=True)
        status = final.stat()
        return stored.CheckedFile(
            path=path, size=status.st_size, mtime_ns=status.st_mtime_ns, sha256=self._check.sha256
        )


def _is_strong(etag: str) -> bool:
    """Returns whether a name of the storage can be sent back in If-Range: a strong one in plain letters (RFC 9110)."""
    return _ETAG.fullmatch(etag) is not None


def _write_all(out: FileIO, data: bytes) -> None:
    """Writes without a buffer of our own, so that a killed process loses nothing it has received. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[out.write(rest) :]


def _size(path: Path) -> int:
    """Returns the file's size; for no file a size that no model has."""
    return path.stat().st_size if path.is_file() else 1 << 62


def _same_content(old: RemoteFile, new: RemoteFile) -> bool:
    if old.size != new.size:
        return False
    if new.sha256 is not None or old.sha256 is not None:
        return old.sha256 == new.sha256
    return old.git_oid == new.git_oid and old.git_oid is not None


def _is_proven(hub: httpx.Headers, repository: str, commit: str, file: RemoteFile) -> bool:
    """Returns whether the hub names the wanted checksum. Raises if it speaks of another file than the wanted one."""
    named = hub.get("x-linked-etag", "").strip('"')
    if file.sha256 is not None and is_sha256(named) and named != file.sha256:
        raise ProblemError(hub_problems.changed(repository, file.path))
    size = hub.get("x-linked-size", "")
    if _SIZE.fullmatch(size) and int(size) != file.size:
        raise ProblemError(hub_problems.changed(repository, file.path))
    stands = hub.get("x-repo-commit", commit)
    if len(commit) == 40 and stands != commit:
        raise ProblemError(hub_problems.changed(repository, file.path))
    return file.sha256 is not None and named == file.sha256


def _judge_encoding(response: httpx.Response, file: RemoteFile) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise TransientError(hub_problems.unexpected(file.path, "It is packed in a way that was not asked for."))


def _judge_range(response: httpx.Response, start: int, repository: str, file: RemoteFile) -> None:
    """Raises if the answer does not go on exactly where this disk's bytes end."""
    if response.status_code == 416:
        raise TransientError(hub_problems.changed(repository, file.path))
    match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    if match is None or int(match[1]) != start:
        raise TransientError(hub_problems.unexpected(file.path, "It does not begin at the byte that was asked for."))
    if match[3] != "*" and int(match[3]) != file.size:
        raise TransientError(hub_problems.changed(repository, file.path))


def _judge_whole(response: httpx.Response, file: RemoteFile, must_say: bool = False) -> None:
    """Raises if the answer cannot be the whole file. must_say: the answer has to name its length."""
    if response.status_code != 200:
        raise TransientError(hub_problems.unexpected(file.path, f"HTTP {response.status_code}."))
    length = response.headers.get("content-length")
    if length is None and not must_say:
        return
    if length != str(file.size):
        kind = response.headers.get("content-type", "no type")[:80]
        said = f"{visible(length or 'No', 20)} bytes of {visible(kind)} were announced and {file.size} are wanted."
        raise TransientError(hub_problems.unexpected(file.path, said))
