"""The user's forecasts, kept to be held against races later."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.places import Places, write_private
from app.race.forecast import Forecast
from app.race.problems import DECODE_ERRORS, Problem, ProblemError
from app.worker.machine import describe_machine


class ForecastStore:
    """The user's forecasts, the latest of each pair and machine, in one file of the data folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, places: Places) -> ForecastStore:
        """Returns what is kept on this machine."""
        return cls(places.data / "forecasts.json")

    def get(self, pair_id: str) -> Forecast | None:
        """Returns the latest forecast of a pair on this machine, None without one."""
        return self.all().get(pair_id)

    def all(self) -> dict[str, Forecast]:
        """Returns the latest forecast of every pair on this machine, by the pair's id."""
        machine = describe_machine()
        here = {machine.cpu, *machine.gpus[:1]}
        return {item.pair: item for item in self._read() if item.machine in here}

    def put(self, made: Forecast) -> None:
        """Keeps a forecast, in place of an earlier one of the same pair and machine.

        Raises:
            ProblemError: It cannot be written.
        """
        key = (made.pair, made.machine)
        others = [item for item in self._read() if (item.pair, item.machine) != key]
        try:
            write_private(self._path, msgspec.json.format(msgspec.json.encode([*others, made]), indent=1))
        except OSError as error:
            raise ProblemError(
                Problem("forecast-kept", "The forecast cannot be kept.", cause=f"{error.strerror or error}.")
            ) from error

    def _read(self) -> list[Forecast]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Forecast])
        except (OSError, *DECODE_ERRORS):
            return []
