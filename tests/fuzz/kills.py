"""``python -m tests.fuzz.kills --count 1000 --seed 1``: ends the app at random moments of everything it does.

Every try starts a real command in a home of its own and, after a random part of the time that the command takes, sends
a random signal: to the app, to its whole group as a terminal does, or to one of its workers. Afterwards there must be

* no process left that belonged to it, and no try that takes longer to end than it may,
* a trace that opens, and is whole unless the app itself was killed outright,
* nothing in the temporary folder, unless the app itself was killed outright,
* a library that can be read, with no download that counts as complete and is not,
* no traceback, and the exit status that was promised.

What fell is printed with the seed of its try, which plays it again: ``--seed SEED --count 1 --stage STAGE``.

``--state FILE`` keeps count in a file, and the next call with it goes on where the last one stopped: a long campaign in
pieces, as ``--minutes`` cuts them. The table is that of all pieces.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from app.library.sweeps import load_sweep
from app.library.traces import open_trace
from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.registry.user_pairs import pair_text
from app.models.shelf.availability import Ready, availability
from app.places import find_places
from app.race.problems import ProblemError
from tests.models.fakehub import COMMIT, FakeHub, sha256

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests" / "video" / "data" / "fibonacci.ndjson"
ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RACE = ["run", "--prompt", "code", "--max-tokens", "32", "--trace", "{home}/race.ndjson"]
TELLS_WHERE = "import faulthandler, signal\nfaulthandler.register(signal.SIGUSR1)\n"
HUB_FILES = {"target.gguf": random.Random(1).randbytes(24 << 20), "drafter.gguf": random.Random(2).randbytes(1 << 20)}


def _source(name: str) -> ModelSource:
    data = HUB_FILES[name]
    return ModelSource("maker/model", COMMIT, files=(ModelFile(name, len(data), sha256(data)),))


FETCHED = Pair("fetched", "Fetched", ("llama.cpp",), _source("target.gguf"), _source("drafter.gguf"))


@dataclass(frozen=True)
class Stage:
    """A command that is cut off.

    Attributes:
        words: Of the command line; ``{home}`` is the try's own folder.
        clean: It promises to stop cleanly, with status 0.
        module: What Python runs: the app, or a hand that uses its window.
    """

    name: str
    words: list[str]
    clean: bool = True
    module: str = "app"


STAGES = (
    Stage("race", RACE),
    Stage("free for all", [*RACE, "--format", "free"]),
    Stage("heats", [*RACE, "--format", "heats", "--repeats", "2", "--max-tokens", "24"]),
    Stage("one loaded", [*RACE, "--format", "heats", "--one-loaded", "--repeats", "1", "--max-tokens", "16"]),
    Stage("sweep", ["sweep", "--prompts", "haiku", "--k", "1,2", "--repeats", "2", "--max-tokens", "16",
                    "--out", "{home}/sweep"]),
    Stage("suite", ["suite", "{home}/prompts.jsonl", "--k", "2", "--max-tokens", "16", "--out", "{home}/sweep"]),
    Stage("probe", ["probe"], clean=False),
    Stage("download", ["models", "get", "fetched"], clean=False),
    Stage("export", ["export", str(SAMPLE), "--to", "{home}/film.gif", "--size", "320x240", "--seconds", "4"],
          clean=False),
    Stage("verify", ["verify", "{home}/verified.ndjson"], clean=False),
    Stage("window", ["window"]),
    Stage("races in the window", ["--races", "1000000"], module="tests.fuzz.soak"),
)  # fmt: skip


WINDOWS_S = {"window": 3.0, "races in the window": 8.0}
"""How long a window is looked at: it does not end by itself."""


@dataclass
class Try:
    """One command in a home of its own.

    Attributes:
        patience_s: How long it may take to end.
        sent: The signal and whom it went to, in words.
        outright: The app itself had no chance to do anything about it.
        early: It was not listening yet.
    """

    stage: Stage
    seed: int
    endpoint: str
    home: Path
    patience_s: float = 10.0
    sent: str = ""
    outright: bool = False
    early: bool = False
    to_worker: bool = False
    falls: list[str] = field(default_factory=list)

    def run(self, span_s: float) -> None:
        """Starts the command, cuts it off and looks at what is left; ``span_s`` 0 lets it end."""
        chance = random.Random(self.seed)
        process = self._start()
        family: list[psutil.Process] = []
        if span_s:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=chance.uniform(0.0, span_s))
            family = _family(process.pid)
            self._send(process, family, chance)
        try:
            status = process.wait(timeout=self.patience_s if span_s else 300.0)
        except subprocess.TimeoutExpired:
            if self.to_worker or not self.sent:  # Nobody asked the app to end.
                process.send_signal(signal.SIGTERM)
            else:
                self.falls.append(f"does not end within {self.patience_s:.0f} s: {self._where(process)}")
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60.0)
            status = process.poll() or 0
        if not self.sent and status != 0 and not span_s:
            self.falls.append(f"ends uncut with status {status}")
        self._look(process.pid, status, family)
        process.kill()
        process.wait()

    def _where(self, process: subprocess.Popen[bytes]) -> str:
        """Has a process that hangs say where its threads are."""
        if not _hears(process.pid, signal.SIGUSR1):
            return ""
        before = (self.home / "said.txt").stat().st_size
        process.send_signal(signal.SIGUSR1)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1.0)
        return (self.home / "said.txt").read_text(errors="replace")[before:][-6000:]

    def _start(self) -> subprocess.Popen[bytes]:
        (self.home / "tmp").mkdir(parents=True)
        (self.home / "site").mkdir()
        (self.home / "site" / "sitecustomize.py").write_text(TELLS_WHERE)
        places = find_places({"MTP_RACE_HOME": str(self.home / "app")})
        places.config.mkdir(parents=True)
        places.user_registry.write_text(f"schema = 1\n\n{pair_text(FETCHED)}")
        shutil.copy(SAMPLE, self.home / "verified.ndjson")
        (self.home / "prompts.jsonl").write_text(
            "".join(f'{{"id": "{at}", "prompt": "Count to {at}."}}\n' for at in "234")
        )
        env = {
            **os.environ,
            "MTP_RACE_HOME": str(self.home / "app"),
            "MTP_RACE_PACKAGES": "off",  # nothing from the network
            "TMPDIR": str(self.home / "tmp"),
            "HF_ENDPOINT": self.endpoint,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(self.home / "site"))),
            "QT_QPA_PLATFORM": "offscreen",
        }
        words = [word.format(home=self.home) for word in self.stage.words]
        with (self.home / "said.txt").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", self.stage.module, *words],
                stdout=said,
                stderr=said,
                env=env,
                start_new_session=True,
            )

    def _send(self, process: subprocess.Popen[bytes], family: list[psutil.Process], chance: random.Random) -> None:
        if process.poll() is not None:
            return
        number = chance.choice((signal.SIGKILL, signal.SIGKILL, *ASKING))
        self.early = not _hears(process.pid, signal.SIGTERM)
        whom = chance.choice(("app", "group", "worker"))
        workers = [item for item in family if "app.worker" in _words(item)]
        if whom == "worker" and workers:
            self.to_worker = True
            with suppress(psutil.Error):
                chance.choice(workers).kill()
        elif whom == "group":
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        self.outright = number == signal.SIGKILL and not self.to_worker
        self.sent = f"{'SIGKILL' if self.to_worker else number.name} to the {whom}"

    def _look(self, pid: int, status: int, family: list[psutil.Process]) -> None:
        _, left = psutil.wait_procs([*family, *_of_home(self.home)], timeout=self.patience_s)
        alive = [item for item in left if item.pid != pid and _status(item) != psutil.STATUS_ZOMBIE]
        if alive:
            self.falls.append(f"leaves {[_words(item)[:4] for item in alive]}")
        for item in alive:
            with suppress(psutil.Error):
                item.kill()
        said = (self.home / "said.txt").read_text(errors="replace")
        if "Traceback" in said and not self.early:
            self.falls.append(f"shows a traceback: {said[-300:]}")
        if self.sent and not (self.outright or self.early):
            allowed = {0, 3} if self.to_worker else {0} if self.stage.clean else {0, 130}
            if status not in allowed | ({1} if self.to_worker else set()):
                self.falls.append(f"ends with status {status}")
            scratch = [str(path.relative_to(self.home)) for path in (self.home / "tmp").iterdir()]
            scratch += [path.name for path in self.home.glob(".film*")]
            if scratch:
                self.falls.append(f"leaves {scratch}")
        self.falls += self._library()

    def _library(self) -> Iterator[str]:
        places = find_places({"MTP_RACE_HOME": str(self.home / "app")})
        parts = list(self.home.glob("sweep/*.part"))
        for path in (*places.races.glob("*.ndjson"), *self.home.glob("race.ndjson"), *self.home.glob("sweep/*.ndjson")):
            try:
                trace = open_trace(path)
            except ProblemError as error:
                yield f"{path.name} does not open: {error.problem}"
                continue
            if not trace.complete and not self.outright and not self.early:
                yield f"{path.name} is not whole: {trace.note}"
        if parts and not (self.outright or self.early):
            yield f"leaves {[part.name for part in parts]}"
        if (self.home / "sweep" / "sweep.json").exists():
            try:
                load_sweep(self.home / "sweep")
            except ProblemError as error:
                yield f"the sweep does not open: {error.problem}"
        if isinstance(availability(FETCHED, places), Ready):
            for source in FETCHED.sources:
                name = source.files[0].path
                if sha256((places.models / "maker--model" / COMMIT / name).read_bytes()) != source.files[0].sha256:
                    yield f"{name} counts as complete and is not"


def _hears(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return sys.platform != "linux"
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt")), "0")
    return bool(int(caught, 16) >> (number - 1) & 1)


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _of_home(home: Path) -> list[psutil.Process]:
    """All processes whose environment names this home."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get("MTP_RACE_HOME") == str(home / "app"):
                found.append(process)
    return found


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _status(process: psutil.Process) -> str:
    try:
        return process.status()
    except psutil.Error:
        return psutil.STATUS_ZOMBIE


def spans(stages: list[Stage], attempt: Callable[[Stage, int, float], Try]) -> dict[str, float]:
    """Returns how long each command takes when nobody cuts it off, in seconds; it must end well."""
    found = {}
    for stage in stages:
        if stage.name in WINDOWS_S:
            found[stage.name] = WINDOWS_S[stage.name]
            continue
        began = time.monotonic()
        one = attempt(stage, 0, 0.0)
        found[stage.name] = time.monotonic() - began
        print(f"{stage.name}: {found[stage.name]:.1f} s uncut {one.falls or ''}", flush=True)
    return found


@dataclass
class Count:
    """What was counted so far.

    Attributes:
        next: Number of the try that comes next; with the first seed it makes a try's own.
        tried, fallen: Tries that were cut off, and those of them that fell, by stage.
        ended: Tries that had ended before their moment came.
        spans: How long each command takes when nobody cuts it off, s.
    """

    next: int = 0
    tried: dict[str, int] = field(default_factory=dict)
    fallen: dict[str, int] = field(default_factory=dict)
    ended: int = 0
    spans: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None) -> Count:
        """Returns what earlier pieces counted; nothing without a file."""
        return cls(**json.loads(path.read_text())) if path is not None and path.exists() else cls()

    def add(self, one: Try) -> None:
        """Counts a try."""
        self.next += 1
        if not one.sent:
            self.ended += 1
            return
        name = one.stage.name
        self.tried[name] = self.tried.get(name, 0) + 1
        self.fallen[name] = self.fallen.get(name, 0) + bool(one.falls)

    def table(self, stages: list[Stage]) -> str:
        """Returns it as a table."""
        rows = [(item.name, self.tried.get(item.name, 0), self.fallen.get(item.name, 0)) for item in stages]
        rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
        lines = ["| stage | tried | fallen |", "|---|---|---|", *(f"| {name} | {a} | {b} |" for name, a, b in rows)]
        return "\n".join([*lines, f"{self.ended} more had ended before their moment came."])


def main() -> int:
    """Runs the tries and prints the table. Returns 1 if any fell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="how many are cut off in all (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="of the first try; the next ones count on")
    parser.add_argument("--stage", action="append", choices=[stage.name for stage in STAGES])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--patience", type=float, default=10.0, help="seconds in which a try has to end (default 10)")
    parser.add_argument("--minutes", type=float, default=0.0, help="start no new try after so long")
    parser.add_argument("--state", type=Path, help="file in which the count is kept from piece to piece")
    arguments = parser.parse_args()
    for number in ASKING:  # What a shell ignores for a command in the background, the app would ignore as well.
        signal.signal(number, signal.default_int_handler)
    stages = [stage for stage in STAGES if arguments.stage is None or stage.name in arguments.stage]
    end = time.monotonic() + 60 * arguments.minutes if arguments.minutes else float("inf")
    count = Count.read(arguments.state)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, FakeHub() as hub:
        hub.files["maker/model"] = dict(HUB_FILES)

        def attempt(stage: Stage, seed: int, span_s: float) -> Try:
            home = Path(folder) / f"{seed}-{stage.name.replace(' ', '-')}"
            one = Try(stage, seed, hub.endpoint, home, arguments.patience)
            one.run(span_s)
            shutil.rmtree(home, ignore_errors=True)
            return one

        count.spans = count.spans or spans(stages, attempt)
        with ThreadPoolExecutor(arguments.jobs) as pool:
            while sum(count.tried.values()) < arguments.count and time.monotonic() < end:
                cuts = []
                for at in range(count.next, count.next + arguments.jobs):
                    stage = stages[at % len(stages)]
                    cuts.append(pool.submit(attempt, stage, arguments.seed + at, count.spans[stage.name]))
                for one in (cut.result() for cut in cuts):
                    count.add(one)
                    if one.falls:
                        said = f"{one.stage.name}, seed {one.seed}, {one.sent}: {'; '.join(one.falls)}"
                        print(said, flush=True)
                if arguments.state is not None:
                    arguments.state.write_text(json.dumps(asdict(count)))
    print(f"\n{count.table(stages)}")
    return 1 if any(count.fallen.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
