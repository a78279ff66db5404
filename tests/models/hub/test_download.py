import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.models.hub import stored
from app.models.hub.download import Download
from app.models.hub.progress import Progress
from app.models.hub.settings import HubToken, hub_settings
from app.models.shelf.availability import Damaged, Missing, Partial, Ready, availability
from tests.models import misbehaviour as bad
from tests.models.fakehub import COMMIT, Handler, git_oid, is_large, sha256
from tests.models.faults import FAULTS, Fault, accept, cache_file, gated, part, run, spoil_complete
from tests.models.hubkit import (
    DRAFTER,
    FOLDER_REPOSITORY,
    REPOSITORY,
    TARGET,
    TARGET_BYTES,
    Bench,
    filled,
    folder_pair,
    open_pair,
    pinned_pair,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_ends_as_it_must_and_never_with_a_damaged_file(fault: Fault, tmp_path: Path) -> None:
    outcome = run(fault, tmp_path)
    assert outcome.ends == list(fault.ends)
    assert outcome.wrong == []
    assert not outcome.believed
    assert fault.twice or outcome.twice == 0
    assert outcome.is_right


def test_the_suite_has_more_than_thirty_faults() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) > 30


def test_a_pinned_pair_needs_no_question_to_the_hubs_interface(bench: Bench) -> None:
    assert bench.get(pinned_pair()).problem is None
    assert {seen.stage for seen in bench.hub.seen} == {"resolve", "storage"}
    found = availability(pinned_pair(), bench.places)
    assert isinstance(found, Ready)
    assert found.target_path.read_bytes() == TARGET_BYTES


def test_only_the_files_that_the_patterns_name_are_fetched(bench: Bench) -> None:
    assert bench.get(folder_pair()).problem is None
    folder = bench.folder(FOLDER_REPOSITORY, "main")
    names = {path.name for path in folder.iterdir() if path.is_file()}
    assert names == {"config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}
    assert isinstance(availability(folder_pair(), bench.places), Ready)


def test_the_token_goes_to_the_hub_and_never_to_the_storage(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gated(bench)
    accept(bench)
    assert bench.get(open_pair()).problem is None
    by_stage = {seen.stage: seen.authorization for seen in bench.hub.seen}
    assert by_stage == {"resolve": "Bearer hf_good", "storage": None}
    assert "hf_good" not in caplog.text


def test_a_token_shows_nothing_of_itself() -> None:
    token = HubToken("hf_secret")
    assert "secret" not in f"{token} {token!r} {[token]}"
    assert "secret" not in repr(hub_settings({"HF_TOKEN": "hf_secret"}, Path("/nowhere")))


def test_settings_come_from_the_usual_places(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_from_file\n")
    env = {"HF_ENDPOINT": "https://mirror.example/", "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    settings = hub_settings(env, tmp_path)
    assert (settings.endpoint, settings.cache, settings.offline) == ("https://mirror.example", tmp_path / "hub", True)
    assert settings.token is not None
    assert settings.token.header() == "Bearer hf_from_file"
    other = tmp_path / "other"
    other.write_text("hf_other")
    chosen = hub_settings(env | {"HF_TOKEN_PATH": str(other)}, tmp_path).token
    assert chosen is not None
    assert chosen.header() == "Bearer hf_other"
    assert hub_settings({}, tmp_path).cache == tmp_path / ".cache" / "huggingface" / "hub"
    assert hub_settings({"HF_TOKEN": "two words\n"}, tmp_path).token is None


@pytest.mark.parametrize("kind", ["no-token", "licence", "denied", "token-refused"])
def test_each_refusal_names_the_page_to_open(kind: str, tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if fault.ends[0] == kind)
    with filled() as hub:
        bench = Bench(hub, tmp_path)
        fault.before[0](bench)
        problem = bench.get(fault.pair()).problem
    assert problem is not None
    assert hub.endpoint in problem.action


def test_progress_never_goes_back_even_when_a_server_begins_anew(bench: Bench) -> None:
    shown: list[Progress] = []
    bench.hub.script[("storage", TARGET)] = [bad.drop(100_000), *[bad.whole_file] * 4]
    assert bench.get(pinned_pair(), shown.append).problem is None
    done = [now.done for now in shown]
    assert done == sorted(done)
    assert shown[0].phase == "asking"
    assert shown[-1].phase == "done"
    assert shown[-1].fraction == 1.0


def test_a_pause_stops_the_flow_and_resume_goes_on_without_fetching_anything_twice(bench: Bench) -> None:
    download: list[Download] = []
    paused = threading.Event()

    def watch(now: Progress) -> None:
        if now.phase == "fetching" and now.done > 65_000 and not paused.is_set():
            download[0].pause()
            paused.set()

    def resume() -> None:
        paused.wait(20)
        download[0].resume()

    other = threading.Thread(target=resume)
    other.start()
    report = bench.get(pinned_pair(), watch, steer=download.append)
    other.join()
    assert paused.is_set()
    assert report.problem is None
    assert report.fetched == len(TARGET_BYTES) + 40_000
    assert bench.wrong_files() == []


def test_a_cancelled_download_keeps_its_bytes_and_goes_on_later(bench: Bench) -> None:
    download: list[Download] = []

    def watch(now: Progress) -> None:
        if now.done > 50_000:
            download[0].cancel()

    first = bench.get(pinned_pair(), watch, steer=download.append)
    assert first.problem is not None
    assert first.problem.kind == "cancelled"
    found = availability(pinned_pair(), bench.places)
    assert isinstance(found, Partial)
    assert found.have > 50_000
    second = bench.get(pinned_pair())
    assert second.problem is None
    assert first.fetched + second.fetched == len(TARGET_BYTES) + 40_000


STALLS = ["api", "resolve", "storage"]


@pytest.mark.parametrize("stage", STALLS)
@pytest.mark.parametrize("said", ["nothing", "a beginning"])
def test_a_cancel_does_not_wait_for_a_server_that_says_nothing_more(bench: Bench, stage: str, said: str) -> None:
    begun, released = threading.Event(), threading.Event()

    def stall(handler: Handler) -> None:
        if said == "a beginning":
            handler.head(200, {"Content-Length": str(len(handler.data) or 9), "X-Repo-Commit": COMMIT})
            handler.send(handler.data[:1000])
        begun.set()
        released.wait()
        handler.close_connection = True

    pair, name = (folder_pair(), "revision") if stage == "api" else (pinned_pair(), TARGET)
    bench.hub.always[(stage, name)] = stall
    bench.read_s = None  # Nothing but the cancel can end the wait: before the server goes on, this must have ended.

    def cancel_then(download: Download) -> None:
        def wait() -> None:
            begun.wait()
            download.cancel()

        threading.Thread(target=wait, daemon=True).start()

    problem = bench.get(pair, steer=cancel_then).problem
    released.set()
    assert problem is not None
    assert problem.kind == "cancelled"


def test_a_cancel_does_not_wait_for_a_connection_that_does_not_come_about(bench: Bench) -> None:
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # Nobody accepts, and its queue is full: a new one is neither taken nor refused.
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        bench.endpoint = f"http://127.0.0.1:{full.getsockname()[1]}"
        bench.read_s = None
        problem = bench.get(
            pinned_pair(), steer=lambda download: threading.Timer(0.05, download.cancel).start()
        ).problem
    assert problem is not None
    assert problem.kind == "cancelled"


def test_one_file_that_is_refused_stops_the_others_and_its_reason_is_told(bench: Bench) -> None:
    del bench.hub.files["maker/model-GGUF"][DRAFTER]
    problem = bench.get(pinned_pair()).problem
    assert problem is not None
    assert problem.kind == "remote-file-missing"


def test_too_little_space_is_told_before_anything_is_fetched(bench: Bench) -> None:
    problem = bench.get(pinned_pair(), free=lambda folder: 1000).problem
    assert problem is not None
    assert problem.kind == "no-space"
    assert "1,000 are free" in problem.sentence
    assert bench.hub.seen == []


def test_two_downloads_of_one_model_do_not_write_into_each_other(bench: Bench) -> None:
    kinds: list[str] = []

    def second(now: Progress) -> None:
        if now.phase == "fetching" and not kinds:
            kinds.append("asked")
            problem = bench.get(pinned_pair()).problem
            kinds[0] = problem.kind if problem else "complete"

    assert bench.get(pinned_pair(), second).problem is None
    assert kinds == ["already-running"]


def test_a_download_in_the_background_can_be_waited_for(bench: Bench) -> None:
    reports = []

    def steer(download: Download) -> None:
        download.start()
        reports.append(download.join(20))

    bench.get(pinned_pair(), steer=steer)
    assert reports[0] is not None
    assert reports[0].problem is None


def test_whoever_waits_for_a_download_is_told_of_a_mistake_in_its_thread(bench: Bench) -> None:
    reports = []

    def steer(download: Download) -> None:
        download.start()
        reports.append(download.join(20))

    def broken(_: Progress) -> None:
        raise ValueError("the bar broke")

    bench.get(pinned_pair(), broken, steer=steer)
    assert reports[0] is not None
    problem = reports[0].problem
    assert problem is not None
    assert problem.kind == "unexpected"
    assert "ValueError: the bar broke" in problem.details


KILLED = """
import sys
from pathlib import Path
from tests.models.hubkit import Bench, pinned_pair
from tests.models.fakehub import FakeHub

hub = FakeHub()
hub.endpoint = sys.argv[1]
bench = Bench(hub, Path(sys.argv[2]))
bench.get(pinned_pair(), lambda now: now.done > 100_000 and (print("now", flush=True), sys.stdin.read()))
"""


def test_a_killed_process_leaves_bytes_that_the_next_download_goes_on_from(bench: Bench) -> None:
    command = [sys.executable, "-c", KILLED, bench.hub.endpoint, str(bench.root)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        os.kill(process.pid, signal.SIGKILL)
    paths = [bench.folder() / TARGET, part(bench), bench.folder() / DRAFTER, bench.folder() / f"{DRAFTER}.part"]
    kept = sum(path.stat().st_size for path in paths if path.is_file())
    assert kept > 100_000
    assert isinstance(availability(pinned_pair(), bench.places), Partial)
    report = bench.get(pinned_pair())
    assert report.problem is None
    assert report.fetched == len(TARGET_BYTES) + 40_000 - kept
    assert bench.wrong_files() == []


def test_a_damaged_file_is_told_as_damaged_until_it_is_fetched_again(bench: Bench) -> None:
    bench.hub.script[("storage", TARGET)] = [bad.other_content]
    assert bench.get(pinned_pair()).problem is not None
    assert isinstance(availability(pinned_pair(), bench.places), Damaged)
    assert bench.get(pinned_pair()).problem is None
    assert isinstance(availability(pinned_pair(), bench.places), Ready)
    spoil_complete(bench)
    found = availability(pinned_pair(), bench.places)
    assert isinstance(found, Damaged)
    assert "changed after" in found.reason


def test_a_file_in_the_shared_cache_is_announced_and_taken_without_using_its_space_twice(bench: Bench) -> None:
    cache_file(bench, TARGET_BYTES)
    found = availability(pinned_pair(), bench.places, bench.settings.cache)
    assert isinstance(found, Missing)
    assert "other tools" in found.reason
    report = bench.get(pinned_pair())
    assert report.problem is None
    assert report.reused == len(TARGET_BYTES)
    final = bench.folder() / TARGET
    assert final.stat().st_nlink > 1 or final.is_symlink()


def fill_cache(bench: Bench, repository: str) -> None:
    """What another tool leaves: blobs named by their checksums, a snapshot of links, and the branch's commit."""
    folder = bench.settings.cache / ("models--" + repository.replace("/", "--"))
    for path in ("blobs", "refs", f"snapshots/{COMMIT}"):
        (folder / path).mkdir(parents=True)
    (folder / "refs" / "main").write_text(COMMIT)
    for name, data in bench.hub.files[repository].items():
        if "/" not in name:
            blob = folder / "blobs" / (sha256(data) if is_large(name) else git_oid(data))
            blob.write_bytes(data)
            (folder / "snapshots" / COMMIT / name).symlink_to(blob)


def test_without_a_network_a_pair_in_the_shared_cache_is_checked_and_used(bench: Bench) -> None:
    bench.offline = True
    for repository in (REPOSITORY, FOLDER_REPOSITORY):
        fill_cache(bench, repository)
    report = bench.get(folder_pair())
    assert report.problem is None
    assert report.fetched == 0
    assert bench.hub.seen == []
    assert isinstance(availability(folder_pair(), bench.places), Ready)


def test_without_a_network_a_damaged_or_incomplete_cache_is_not_used(bench: Bench) -> None:
    bench.offline = True
    for repository in (REPOSITORY, FOLDER_REPOSITORY):
        fill_cache(bench, repository)
    snapshot = bench.settings.cache / "models--maker--model" / "snapshots" / COMMIT
    part = snapshot / "model-00002-of-00002.safetensors"
    part.resolve().write_bytes(bytes(60_000))
    problem = bench.get(folder_pair()).problem
    assert problem is not None
    part.unlink()
    problem = bench.get(folder_pair()).problem
    assert problem is not None
    assert problem.kind == "offline"
    assert bench.wrong_files() == []


def test_a_file_put_there_by_hand_is_checked_and_not_fetched(bench: Bench) -> None:
    bench.folder().mkdir(parents=True)
    (bench.folder() / TARGET).write_bytes(TARGET_BYTES)
    found = availability(pinned_pair(), bench.places)
    assert isinstance(found, Partial)
    assert "not checked" in found.reason
    assert bench.get(pinned_pair()).fetched == 40_000


def test_a_note_that_cannot_be_read_is_no_note(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    for data in (b"", b"{", b"[]", b'{"commit": 1}', b"\xff" * 100, b"[" * 100_000):
        path.write_bytes(data)
        assert stored.read_note(path, stored.Complete) is None
    assert stored.read_note(tmp_path / "none", stored.PartNote) is None
