"""Exports that cannot be: each ends in a clear sentence and leaves no half file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
import pytest

from app.present.film_options import FilmOptions
from app.race.problems import ProblemError
from app.race.trace import Trace
from app.video.encoders.base import RaceJob
from app.video.encoders.pyav import ContainerEncoder
from app.video.export import export

ROOT = Path(__file__).parents[2]
SMALL = FilmOptions(width=320, height=180, fps=10, scenes=("race",), speed=4.0)
WISHES = ["--scenes", "race", "--speed", "8", "--size", "640x360", "--fps", "10"]
LIMITED = (
    "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "limit = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit));"
    "from app.cli import main; sys.exit(main(sys.argv[2:]))"
)
SMALL_DISK = 'mount -t tmpfs -o size=20k none "$1" && shift && "$@"; status=$?; ls -A "$FULL"; exit $status'


def job(trace: Trace, resources: Path, options: FilmOptions = SMALL) -> RaceJob:
    return RaceJob(trace, "fibonacci.ndjson", options, resources)


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


def typed(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", *arguments]


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("race.mp4", 20_000),
        ("race.webm", 5_000),
        ("race.gif", 5_000),
        ("frames/", 2_000),
        ("race.png", 2_000),
        ("race.html", 2_000),
        ("race.md", 100),
        ("race.json", 2_000),
    ],
)
def test_a_file_that_may_not_grow_is_told_and_nothing_is_left(
    trace_path: Path, tmp_path: Path, name: str, limit: int
) -> None:
    # A limit on the size of files is refused by the kernel as a full disk is, while the file is being written.
    words = ["export", str(trace_path), "--to", f"{tmp_path}/{name}", *WISHES]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1, done.stderr
    assert "not enough room" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["race.mp4", "race.gif", "race.html"])
def test_a_full_disk_is_told_and_nothing_is_left(trace_path: Path, tmp_path: Path, name: str) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed, so no small disk can be made")
    inside = ["unshare", "--mount", "--map-root-user", "sh", "-c", SMALL_DISK, "sh", str(tmp_path)]
    may = subprocess.run([*inside, "true"], capture_output=True, check=False, env={**os.environ, "FULL": "/dev/null"})
    if may.returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    done = subprocess.run(
        [*inside, *typed("export", str(trace_path), "--to", str(tmp_path / name), *WISHES)],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "FULL": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "not enough room" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""  # Nothing lies on the small disk.


@pytest.mark.parametrize("name", ["race.mp4", "race.gif", "frames/", "race.html"])
@pytest.mark.parametrize(
    ("folder", "said"), [("/proc", "cannot be written"), ("file", "cannot be written"), ("missing", "does not exist")]
)
def test_a_place_where_nobody_can_write_is_told(
    trace: Trace, resources: Path, tmp_path: Path, folder: str, said: str, name: str
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ProblemError) as found:
        export(job(trace, resources), f"{tmp_path / folder}/{name}", quiet)
    assert said in found.value.problem.sentence
    assert found.value.problem.action
    assert [item.name for item in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_told(trace: Trace, resources: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ProblemError, match="cannot be written"):
            export(job(trace, resources), str(tmp_path / "race.mp4"), quiet)
    finally:
        tmp_path.chmod(0o700)


def test_a_name_that_is_too_long_is_told(trace: Trace, resources: Path, tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="cannot be written"):
        export(job(trace, resources), str(tmp_path / f"{'r' * 300}.mp4"), quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_the_greatest_length_is_taken(trace: Trace, resources: Path, tmp_path: Path) -> None:
    path = export(job(trace, resources), str(tmp_path / f"{'r' * 252}.md"), quiet)
    assert path.exists()


def test_a_codec_that_this_installation_lacks_is_told(trace: Trace, resources: Path, tmp_path: Path) -> None:
    encoder = ContainerEncoder("film", "Film (none)", (".film",), "mp4", "no-such-codec", {}, {})
    with pytest.raises(ProblemError, match="no encoder for Film"):
        encoder.write(job(trace, resources), tmp_path / "race.film", quiet)
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_gives_up_is_told_and_nothing_is_left(
    trace: Trace, resources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The real encoder knows no such profile and does not start.
    wrong = ContainerEncoder("film", "Film (wrong)", (".film",), "mp4", "libx264", {"profile": "no-such"}, {})
    monkeypatch.setattr("app.video.export.ENCODERS", (wrong,))
    with pytest.raises(ProblemError) as found:
        export(job(trace, resources), str(tmp_path / "race.film"), quiet)
    assert "the encoder for Film (wrong) gave up" in found.value.problem.sentence
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_goes_away_in_the_middle_is_told(trace: Trace, resources: Path, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()

    def remove(done: int, total: int) -> None:
        if done == 5:
            shutil.rmtree(folder)

    with pytest.raises(ProblemError, match="does not exist"):
        export(job(trace, resources), str(folder / "race.mp4"), remove)
    assert list(tmp_path.iterdir()) == []


def test_a_trace_that_goes_away_in_the_middle_is_filmed_to_its_end(
    trace_path: Path, resources: Path, tmp_path: Path
) -> None:
    from app.library.traces import open_trace

    own = Path(shutil.copy(trace_path, tmp_path / "race.ndjson"))
    work = job(open_trace(own), resources)

    def remove(done: int, total: int) -> None:
        own.unlink(missing_ok=True)

    path = export(work, str(tmp_path / "race.mp4"), remove)
    assert not own.exists()
    with av.open(str(path)) as film:
        assert sum(1 for _ in film.decode(video=0)) == work.film.frames


@pytest.mark.parametrize(("length", "said"), [(0, "not a trace"), (400, "nothing to film"), (1_500, "nothing to film")])
def test_a_trace_that_ends_before_its_first_token_is_told(
    trace_path: Path, tmp_path: Path, length: int, said: str
) -> None:
    cut, films = tmp_path / "cut.ndjson", tmp_path / "films"
    cut.write_bytes(trace_path.read_bytes()[:length])
    films.mkdir()
    words = ["export", str(cut), "--to", str(films / "race.mp4"), *WISHES]
    done = subprocess.run(typed(*words), capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(films.iterdir()) == []


def test_a_missing_trace_is_told(tmp_path: Path) -> None:
    words = ["export", str(tmp_path / "gone.ndjson"), "--to", str(tmp_path / "race.mp4")]
    done = subprocess.run(typed(*words), capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "gone.ndjson cannot be read" in done.stderr
    assert list(tmp_path.iterdir()) == []
