"""One transfer against a hub that answers as each test writes down, in this process: headers at their edges."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app.models.hub import stored
from app.models.hub.client import Hub
from app.models.hub.control import Control, DownloadCancelled
from app.models.hub.remote import RemoteFile
from app.models.hub.settings import HubSettings
from app.models.hub.transfer import Retries, Transfer
from app.race.problems import Problem, ProblemError
from app.race.visible import visible

DATA = bytes(range(200))
SHA = hashlib.sha256(DATA).hexdigest()
GIT = hashlib.sha1(b"blob 200\0" + DATA).hexdigest()
COMMIT = "ab" * 20
LARGE = RemoteFile("in/model.gguf", len(DATA), sha256=SHA)
SMALL = RemoteFile("in/model.gguf", len(DATA), git_oid=GIT)
RETRIES = Retries(attempts=3, first_wait=0.5, longest_wait=8)
Answer = Callable[[httpx.Request], httpx.Response]


class NotedControl(Control):
    """A control that notes how long it is told to wait, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.check()


class Case:
    """A folder, what an earlier download left in it, and a hub with one answer a request, the last one for ever."""

    def __init__(self, folder: Path, file: RemoteFile = LARGE) -> None:
        self.folder, self.file = folder, file
        self.asked: list[tuple[str | None, str | None]] = []
        self.control = NotedControl()
        self.reported: list[int] = []

    def leave(self, data: bytes, etag: str | None = None, file: RemoteFile | None = None) -> None:
        path = stored.part_path(self.folder, self.file.path)
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        stored.write_note(
            stored.note_path(self.folder, self.file.path), stored.PartNote(COMMIT, file or self.file, etag)
        )

    def run(self, *answers: Answer, retries: Retries = RETRIES, went_on: Callable[[], None] | None = None) -> None:
        left = list(answers)

        def handle(request: httpx.Request) -> httpx.Response:
            self.asked.append((request.headers.get("range"), request.headers.get("if-range")))
            return (left.pop(0) if len(left) > 1 else left[0])(request)

        with httpx.Client(transport=httpx.MockTransport(handle)) as client:
            hub = Hub(HubSettings("http://hub.test", None, self.folder / "cache", False), client)
            self.transfer = Transfer(hub, "me/model", self.folder, stored.PartNote(COMMIT, self.file), self.control)
            self.found = self.transfer.run(retries, went_on or (lambda: self.reported.append(self.transfer.done)))

    def fail(self, *answers: Answer, retries: Retries = RETRIES) -> Problem:
        with pytest.raises(ProblemError) as caught:
            self.run(*answers, retries=retries)
        return caught.value.problem

    @property
    def part(self) -> bytes | None:
        path = stored.part_path(self.folder, self.file.path)
        return path.read_bytes() if path.is_file() else None

    @property
    def note(self) -> stored.PartNote | None:
        return stored.read_note(stored.note_path(self.folder, self.file.path), stored.PartNote)

    def is_whole(self) -> bool:
        path = self.folder / self.file.path
        status = path.stat()
        assert self.found == stored.CheckedFile(self.file.path, 200, status.st_mtime_ns, SHA)
        return path.read_bytes() == DATA and self.part is None and self.note is None


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def answer(status: int = 200, content: bytes = DATA, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named["content-length"] = str(len(content))
    return lambda request: httpx.Response(status, headers=named, stream=httpx.ByteStream(content))


def rest(start: int, total: str = "200", **headers: str) -> Answer:
    return answer(206, DATA[start:], content_range=f"bytes {start}-199/{total}", **headers)


def pieces(*parts: bytes, status: int = 200, **headers: str) -> Answer:
    """An answer that does not say how long it is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    class Pieces(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield from parts

    return lambda request: httpx.Response(status, headers=named, stream=Pieces())


def test_a_whole_file_gets_its_name_and_leaves_nothing_else(case: Case) -> None:
    case.run(pieces(DATA[:120], DATA[120:]))
    assert case.is_whole()
    assert case.asked == [(None, None)]
    assert (case.reported, case.transfer.fetched, case.transfer.checking) == ([120, 200], 200, False)


def test_a_download_goes_on_where_it_ended_and_asks_for_the_same_content(case: Case) -> None:
    case.leave(DATA[:50], '"one"')
    case.run(rest(50))
    assert case.is_whole()
    assert case.asked == [("bytes=50-", '"one"')]
    assert (case.transfer.done, case.transfer.fetched) == (200, 150)


@pytest.mark.parametrize("etag", ['W/"one"', "one", '"a\x7f"', '""x"', '"' + "x" * 201 + '"'])
def test_a_name_that_is_not_strong_is_neither_kept_nor_sent(case: Case, etag: str) -> None:
    case.leave(DATA[:50], etag)
    case.run(pieces(DATA[50:60], status=206, content_range="bytes 50-199/200", etag=etag), rest(60))
    assert case.asked == [("bytes=50-", None), ("bytes=60-", None)]


def test_a_strong_name_is_kept_for_the_next_request(case: Case) -> None:
    case.run(
        pieces(DATA[:60], etag='"' + "x" * 200 + '"'),
        pieces(DATA[60:70], status=206, etag='"new"', content_range="bytes 60-199/*"),
        rest(70, "*"),
    )
    assert case.is_whole()
    assert case.asked == [(None, None), ("bytes=60-", '"' + "x" * 200 + '"'), ("bytes=70-", '"new"')]


def test_a_name_is_not_sent_where_the_hub_proves_the_checksum_on_the_way(case: Case) -> None:
    case.leave(DATA[:50], '"one"')
    where = "http://storage.test/x"
    case.run(
        answer(302, b"", location=where, x_linked_etag=f'"{SHA}"', x_linked_size="200", x_repo_commit=COMMIT), rest(50)
    )
    assert case.is_whole()
    assert case.asked == [("bytes=50-", '"one"'), ("bytes=50-", None)]


def test_a_storage_that_renamed_the_content_is_asked_once_more_at_once_without_the_name(case: Case) -> None:
    case.leave(DATA[:50], '"one"')
    case.run(answer(), rest(50))
    assert case.is_whole()
    assert case.asked == [("bytes=50-", '"one"'), ("bytes=50-", None)]
    assert (case.control.waits, case.transfer.fetched) == ([0.0], 150)


def test_a_storage_that_insists_on_the_whole_file_is_taken_at_its_word(case: Case) -> None:
    case.leave(DATA[:50], '"one"')
    case.run(answer())
    assert case.is_whole()
    assert (len(case.asked), case.transfer.fetched) == (2, 200)
    assert case.reported == [50, 200]


def test_a_file_without_a_checksum_begins_anew_where_its_name_has_changed(tmp_path: Path) -> None:
    case = Case(tmp_path, SMALL)
    case.leave(b"\xff" * 50, '"one"')
    case.run(answer())
    assert case.is_whole()
    assert (case.asked, case.control.waits) == ([("bytes=50-", '"one"')], [])


def test_a_whole_file_in_place_of_a_rest_must_say_its_length(case: Case) -> None:
    case.leave(DATA[:50])
    problem = case.fail(pieces(DATA))
    assert problem.kind == "unexpected-answer"
    assert problem.cause == "No bytes of no type were announced and 200 are wanted."
    assert case.part == DATA[:50]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(206, DATA[51:], content_range="bytes 51-199/200"), "unexpected-answer"),
        (answer(206, DATA[50:], content_range="bytes 50-199/201"), "changed"),
        (answer(206, DATA[50:]), "unexpected-answer"),
        (answer(206, DATA[50:], content_range="Bytes 50-199/200x"), "unexpected-answer"),
        (answer(416, b"", content_range="bytes */150"), "changed"),
    ],
)
def test_an_answer_that_does_not_go_on_from_here_is_not_kept(case: Case, given: Answer, kind: str) -> None:
    case.leave(DATA[:50])
    problem = case.fail(given)
    assert problem.kind == kind
    assert LARGE.path in problem.sentence
    if kind == "unexpected-answer":
        assert problem.cause == "It does not begin at the byte that was asked for."
    else:
        assert "me/model" in problem.sentence
    assert case.part == DATA[:50]


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (answer(206, DATA, content_range="bytes 0-199/200"), "HTTP 206."),
        (answer(200, b"<html>", content_type="text/html"), "6 bytes of text/html were announced and 200 are wanted."),
        (answer(200, DATA, content_encoding="br"), "It is packed in a way that was not asked for."),
    ],
)
def test_an_answer_that_cannot_be_the_whole_file_is_told_with_its_cause(case: Case, given: Answer, cause: str) -> None:
    problem = case.fail(given)
    assert (problem.kind, problem.cause) == ("unexpected-answer", cause)
    assert case.part == b""


def test_an_encoding_that_is_none_is_taken(case: Case) -> None:
    case.run(answer(content_encoding="Identity"))
    assert case.is_whole()


@pytest.mark.parametrize(
    "headers",
    [{"x_linked_etag": f'"{"0" * 64}"'}, {"x_linked_size": "201"}, {"x_repo_commit": "cd" * 20}],
)
def test_a_hub_that_speaks_of_another_file_ends_the_transfer_at_once(case: Case, headers: dict[str, str]) -> None:
    problem = case.fail(answer(**headers))
    assert problem.kind == "changed"
    assert "me/model" in problem.sentence
    assert len(case.asked) == 1


def test_more_than_the_file_holds_is_cut_and_less_is_fetched_in_the_next_request(case: Case) -> None:
    case.run(pieces(DATA[:90]), pieces(DATA[90:] + b"more", b"and more", status=206, content_range="bytes 90-199/200"))
    assert case.is_whole()
    assert (case.transfer.fetched, case.control.waits) == (200, [0.5])


def test_a_damaged_file_is_thrown_away_and_said_to_be(case: Case) -> None:
    problem = case.fail(pieces(DATA[:199] + b"!"))
    assert problem.kind == "damaged"
    assert (case.part, case.note) == (None, None)
    said = stored.damaged_path(case.folder, LARGE.path)
    assert said.read_text() == problem.sentence
    case.run(answer())
    assert case.is_whole()
    assert not said.exists()


def test_waits_double_up_to_the_longest_and_the_tries_are_counted(case: Case) -> None:
    case.fail(answer(503, b""), retries=Retries(attempts=6, first_wait=3.0, longest_wait=8.0))
    assert (len(case.asked), case.control.waits) == (6, [3, 6, 8, 8, 8])


def test_a_new_byte_begins_the_count_and_the_waits_anew(case: Case) -> None:
    broken = answer(503, b"")
    more = pieces(DATA[:1]), pieces(DATA[1:2], status=206, content_range="bytes 1-199/200")
    case.fail(broken, broken, more[0], broken, more[1], broken)
    assert case.control.waits == [0.5, 1, 0.5, 1, 0.5, 1]
    assert case.part == DATA[:2]


def test_a_server_that_says_how_long_is_waited_for_unless_that_is_too_long(case: Case) -> None:
    case.run(answer(503, b"", retry_after="8"), answer(503, b"", retry_after="0"), answer())
    assert case.control.waits == [8, 0]
    assert case.fail(answer(503, b"", retry_after="9")).kind == "busy"
    assert len(case.asked) == 4


def test_a_cancel_ends_between_two_pieces_and_keeps_the_first(case: Case) -> None:
    with pytest.raises(DownloadCancelled):
        case.run(pieces(DATA[:60], DATA[60:]), went_on=case.control.cancel)
    assert case.part == DATA[:60]


@pytest.mark.parametrize(
    ("now", "then", "goes_on"),
    [
        (LARGE, RemoteFile(LARGE.path, 200, sha256=SHA, git_oid="1" * 40), True),
        (LARGE, RemoteFile(LARGE.path, 199, sha256=SHA), False),
        (LARGE, RemoteFile(LARGE.path, 200, sha256="0" * 64), False),
        (LARGE, RemoteFile(LARGE.path, 200), False),
        (SMALL, SMALL, True),
        (SMALL, RemoteFile(LARGE.path, 200, sha256=SHA, git_oid=GIT), False),
        (SMALL, RemoteFile(LARGE.path, 200, git_oid="1" * 40), False),
        (RemoteFile(LARGE.path, 200), RemoteFile(LARGE.path, 200), False),
    ],
)
def test_only_the_beginning_of_the_same_content_is_gone_on_from(
    tmp_path: Path, now: RemoteFile, then: RemoteFile, goes_on: bool
) -> None:
    case = Case(tmp_path, now)
    case.leave(DATA[:50], file=then)
    case.run(rest(50) if goes_on else answer())
    assert case.is_whole()
    assert case.asked == [("bytes=50-" if goes_on else None, None)]


def test_a_beginning_that_is_longer_than_the_file_is_thrown_away_and_a_whole_one_is_kept(tmp_path: Path) -> None:
    for count, asked in ((201, 1), (200, 0)):
        case = Case(tmp_path / str(count))
        case.leave((DATA + b"!")[:count])
        case.run(answer())
        assert case.is_whole()
        assert len(case.asked) == asked


@pytest.mark.parametrize(
    ("kind", "begun", "tries"),
    [
        ("no-connection", False, 3),
        ("proxy-failed", False, 3),
        ("no-connection", True, 6),
        ("busy", False, 6),
    ],
)
def test_a_hub_that_never_answered_is_given_up_sooner(kind: str, begun: bool, tries: int) -> None:
    assert Retries().allowed(Problem(kind, "No."), begun) == tries
    assert Retries(attempts=2).allowed(Problem(kind, "No."), begun) == 2


def test_what_is_here_is_told_while_it_is_checked(case: Case) -> None:
    case.leave(DATA[:50])
    seen: list[tuple[int, bool]] = []
    case.run(rest(50), went_on=lambda: seen.append((case.transfer.done, case.transfer.checking)))
    assert seen == [(50, True), (200, False)]


def test_notes_are_there_before_the_first_byte_and_keep_the_name(case: Case) -> None:
    found: list[stored.PartNote | None] = []

    def look(request: httpx.Request) -> httpx.Response:
        found.append(case.note)
        assert (case.transfer.done, case.part) == (0, b"")
        return answer(503, b"")(request)

    case.fail(look, answer(200, DATA[:50], etag='"one"', content_length="200"), answer(503, b""))
    assert found == [stored.PartNote(COMMIT, LARGE)]
    case.fail(pieces(DATA[:50], etag='"one"'), answer(503, b""))
    assert case.note == stored.PartNote(COMMIT, LARGE, '"one"')
    assert stored.part_path(case.folder, LARGE.path).stat().st_mode & 0o777 == 0o600


def test_a_note_whose_bytes_are_gone_begins_anew(case: Case) -> None:
    case.leave(b"")
    stored.part_path(case.folder, LARGE.path).unlink()
    case.run(answer())
    assert case.is_whole()


def test_a_place_that_cannot_be_written_is_named(case: Case) -> None:
    stored.part_path(case.folder, LARGE.path).mkdir(parents=True)
    problem = case.fail(answer())
    assert problem.kind == "disk"
    assert str(stored.part_path(case.folder, LARGE.path)) in problem.sentence + problem.cause


def test_each_problem_names_the_file(case: Case) -> None:
    once = Retries(attempts=1)
    bad = [
        answer(206, DATA), answer(200, b"x"), answer(content_encoding="br"), pieces(b"!" * 200),
        answer(x_linked_size="201"), answer(x_repo_commit="cd" * 20), answer(x_linked_etag="0" * 64),
    ]  # fmt: skip
    for given in bad:
        assert LARGE.path in case.fail(given, retries=once).sentence


def test_a_renamed_content_is_said_to_be_where_nothing_else_is_tried(case: Case) -> None:
    case.leave(DATA[:50], '"one"')
    problem = case.fail(answer(), retries=Retries(attempts=1))
    assert (problem.kind, problem.cause) == ("unexpected-answer", "The storage has renamed it.")
    assert LARGE.path in problem.sentence


def test_a_file_without_a_checksum_is_never_proven(tmp_path: Path) -> None:
    case = Case(tmp_path, SMALL)
    case.leave(DATA[:50], '"one"')
    case.run(answer(302, b"", location="http://storage.test/x"), rest(50))
    assert case.asked == [("bytes=50-", '"one"')] * 2


def test_what_a_server_says_of_its_answer_is_cut(case: Case) -> None:
    def long(request: httpx.Request) -> httpx.Response:
        headers = {"content-length": "7" * 30, "content-type": "y" * 100}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(b""))

    cause = case.fail(long).cause
    assert cause.startswith(f"{visible('7' * 30, 20)} bytes of {'y' * 80} were announced")
