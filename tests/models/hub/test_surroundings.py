"""What the surroundings do to a download: wrong settings, odd answers, and who may read what it leaves behind."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from app.models.hub import stored
from app.models.hub.client import Hub, make_client
from app.models.hub.download import Download, DownloadSettings
from app.models.hub.progress import Progress
from app.models.hub.settings import HubSettings, hub_settings
from app.models.hub.transfer import Retries
from app.models.pairs import is_safe_path
from app.race.problems import ProblemError
from tests.models import misbehaviour as bad
from tests.models.fakehub import Handler
from tests.models.hubkit import (
    FOLDER_REPOSITORY,
    REPOSITORY,
    TARGET,
    TARGET_BYTES,
    Bench,
    content,
    filled,
    folder_pair,
    open_pair,
    pinned_pair,
)


@pytest.mark.parametrize("setting", ["socks://127.0.0.1:9", "socks5h://127.0.0.1:9", "http://127.0.0.1:9"])
def test_a_proxy_that_does_not_answer_is_named_and_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", setting)
    monkeypatch.setenv("NO_PROXY", "localhost,[::1],fd07:b51a:cc66:f0::/64,[[bad")
    settings = HubSettings("http://hub.example", None, tmp_path / "cache")
    quick = DownloadSettings(every_s=0.0, retries=Retries(attempts=100, first_wait=0.0))
    with make_client(connect_s=2.0) as client:
        report = Download(open_pair(), Bench(filled(), tmp_path).places, Hub(settings, client), settings=quick).run()
    assert report.problem is not None
    assert report.problem.kind in ("proxy-failed", "no-connection")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "junk://x"),
        ("HTTPS_PROXY", "http://:::"),
        ("SSL_CERT_FILE", "/nonexistent"),
        ("SSL_CERT_DIR", "/x"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ProblemError, match=name):
        make_client()


@pytest.mark.parametrize(
    "value",
    [
        "ftp://hub",
        "http://[::1",
        "http://h:99999",
        "http://h:x",
        "http://",
        "http://a b",
        "http://u:p@h",
        "http://h\x1b",
    ],
)
def test_an_address_of_the_hub_that_is_none_is_named(tmp_path: Path, value: str) -> None:
    settings = hub_settings({"HF_ENDPOINT": value}, tmp_path)
    with make_client() as client, pytest.raises(ProblemError, match="HF_ENDPOINT") as refused:
        Hub(settings, client).listing(REPOSITORY, "main")
    assert str(refused.value).isprintable()


def test_an_address_without_a_scheme_is_meant_as_https(tmp_path: Path) -> None:
    assert hub_settings({"HF_ENDPOINT": "hub.example:8443/"}, tmp_path).endpoint == "https://hub.example:8443"


@pytest.mark.parametrize("value", ["~nobody-here/cache", "\0", " "])
def test_a_folder_that_is_none_does_not_keep_the_settings_from_being_read(tmp_path: Path, value: str) -> None:
    hub_settings({"HF_HUB_CACHE": value, "HF_HOME": value, "HF_TOKEN_PATH": value, "XDG_CACHE_HOME": value}, tmp_path)


def test_a_download_whose_content_has_a_name_in_other_letters_goes_on(bench: Bench) -> None:
    bench.hub.etag = "m\xe4rz"
    bench.hub.script[("storage", TARGET)] = [bad.drop(100_000), bad.drop(50_000)]
    assert bench.get(pinned_pair()).problem is None
    assert bench.hub.served(TARGET)[1] == 0
    assert bench.wrong_files() == []


def test_a_note_that_holds_such_a_name_does_not_stop_the_download_either(bench: Bench) -> None:
    bench.hub.script[("storage", TARGET)] = [bad.drop(100_000), *[bad.no_answer] * 9]
    bench.get(pinned_pair())
    path = stored.note_path(bench.folder(), TARGET)
    note = stored.read_note(path, stored.PartNote)
    assert note is not None
    stored.write_note(path, msgspec.structs.replace(note, etag='"m\xe4rz\r\nX: y"'))
    bench.hub.script.clear()
    assert bench.get(pinned_pair()).problem is None
    assert bench.hub.served(TARGET)[1] == 0


@pytest.mark.parametrize(
    "location", ["http://[::1/x", "http://h:99999999/x", "//", "http://\xff\xfe/", "x" * 20_000, "javascript:1", ""]
)
def test_a_redirect_to_nowhere_ends_the_download_with_a_sentence(bench: Bench, location: str) -> None:
    bench.hub.always[("resolve", TARGET)] = lambda h: h.head(302, {"Location": location, "Content-Length": "0"})
    problem = bench.get(open_pair()).problem
    assert problem is not None
    assert problem.kind != "unexpected"


@pytest.mark.parametrize("size", ["9" * 5000, "-1", "\xb2", "1e3", ""])
def test_a_size_that_is_no_number_ends_the_download_with_a_sentence(bench: Bench, size: str) -> None:
    def act(h: Handler) -> None:
        h.head(302, {"X-Repo-Commit": h.hub.commit, "X-Linked-ETag": '"x"', "X-Linked-Size": size, "Location": "/"})

    bench.hub.always[("resolve", TARGET)] = act
    problem = bench.get(open_pair()).problem
    assert problem is not None
    assert problem.kind != "unexpected"


def listed(path: str, size: int = 1) -> list[dict[str, object]]:
    return [{"type": "file", "path": path, "size": size}]


@pytest.mark.parametrize(
    "value",
    [
        listed("\ud800.json"),
        listed(".mtp-race/complete.json"),
        listed("a.json", 10**4000),
        listed("a\x9b.json"),
        {"a": 1},
    ],
)
def test_a_list_of_files_that_is_none_ends_the_download_with_a_sentence(bench: Bench, value: object) -> None:
    def act(h: Handler) -> None:
        h.json({"sha": h.hub.commit} if h.note.path == "revision" else value)

    bench.hub.always[("api", "tree")] = act
    problem = bench.get(folder_pair()).problem
    assert problem is not None
    assert problem.kind == "unexpected-answer"


def test_no_name_of_a_file_can_reach_the_notes_or_turn_text_around() -> None:
    for path in (".mtp-race/lock", ".MTP-RACE/x", "a/\u202egnp.exe", "\udcff", "x\x85y"):
        assert not is_safe_path(path)
    assert is_safe_path("mod\xe8le/\u6a21\u578b.gguf")


def test_whatever_goes_wrong_while_a_file_is_written_down_ends_the_download(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(stored, "write_note", broken)
    problem = bench.get(pinned_pair()).problem
    assert problem is not None
    assert problem.kind == "unexpected"


def test_copies_in_the_shared_cache_are_taken_without_a_network(bench: Bench) -> None:
    commit = bench.hub.commit
    folder = bench.root / "cache" / f"models--{FOLDER_REPOSITORY.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(commit)
    (folder / "snapshots" / commit).mkdir(parents=True)
    for name, data in bench.hub.files[FOLDER_REPOSITORY].items():
        if "/" not in name:
            (folder / "snapshots" / commit / name).write_bytes(data)
    drafter = bench.root / "cache" / f"models--{REPOSITORY.replace('/', '--')}"
    (drafter / "refs").mkdir(parents=True)
    (drafter / "refs" / "main").write_text(commit)
    (drafter / "snapshots" / commit).mkdir(parents=True)
    (drafter / "snapshots" / commit / "mtp-drafter.gguf").write_bytes(content(2, 40_000))
    bench.offline = True
    report = bench.get(folder_pair())
    assert report.problem is None
    assert report.reused > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")
def test_nobody_else_can_read_what_a_download_leaves(bench: Bench) -> None:
    old = os.umask(0)
    try:
        bench.hub.script[("storage", TARGET)] = [bad.drop(100_000), *[bad.no_answer] * 9]
        bench.get(pinned_pair())
        assert modes(bench.places.data) == {"0o600", "0o700"}
        bench.hub.script.clear()
        seen: list[Progress] = []
        assert bench.get(pinned_pair(), seen.append).problem is None
        assert modes(bench.places.data) == {"0o600", "0o700"}
    finally:
        os.umask(old)
    assert (bench.folder() / TARGET).read_bytes() == TARGET_BYTES


def modes(folder: Path) -> set[str]:
    return {oct(stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))}
