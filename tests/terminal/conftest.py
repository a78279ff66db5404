from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from app.places import find_places
from app.race.trace import Record, TraceWriter
from app.terminal.environment import Environment
from tests.race.builders import header, lane_events


@dataclass
class Terminal:
    """A terminal that runs commands in this process and keeps what they print."""

    environment: Environment

    def __call__(self, *words: object) -> int:
        """Runs a command and returns its exit status. What it printed before is forgotten."""
        for stream in (self.environment.stdout, self.environment.stderr):
            stream.seek(0)
            stream.truncate()
        try:
            return main([str(word) for word in words], self.environment)
        except SystemExit as end:
            return int(end.code or 0)

    @property
    def out(self) -> str:
        assert isinstance(self.environment.stdout, io.StringIO)
        return self.environment.stdout.getvalue()

    @property
    def err(self) -> str:
        assert isinstance(self.environment.stderr, io.StringIO)
        return self.environment.stderr.getvalue()


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal with the user's folders under the test's own."""
    monkeypatch.setenv("MTP_RACE_HOME", str(tmp_path / "home"))
    return Terminal(Environment(io.StringIO(), io.StringIO(), find_places()))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A trace of a synthetic race: nine tokens in each lane."""
    path = tmp_path / "race.ndjson"
    with path.open("wb") as sink:
        writer = TraceWriter(sink, header())
        for lane, k in (("baseline", 0), ("mtp", 3)):
            for number, event in enumerate(lane_events(range(9), k=k)):
                writer.write(Record(lane, number, event))
        writer.close()
    return path
