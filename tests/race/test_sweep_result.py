"""A sweep, stored and read again. Synthetic."""

from __future__ import annotations

import math

import msgspec
import pytest

from app.race.lanes import KPolicy
from app.race.problems import DECODE_ERRORS, Problem, ProblemError
from app.race.sweep_result import known, read_sweep, write_sweep
from tests.draw.sweeps import sweep


@pytest.mark.parametrize("heats", [1, 6])
def test_a_sweep_reads_back_as_it_was_with_open_intervals_too(heats: int) -> None:
    assert read_sweep(write_sweep(sweep(heats=heats))) == sweep(heats=heats)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b'{"prompts": 3}', b'{"prompts": [3]}', b'{"prompts": [{"cells": [null]}]}']
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(DECODE_ERRORS):
        read_sweep(data)


def test_a_sweep_of_tomorrow_opens_with_what_today_knows() -> None:
    raw = msgspec.json.decode(write_sweep(sweep()))
    raw["energy_j"], raw["machine"]["fan"], raw["prompts"][0]["tags"] = 3.5, True, ["x"]
    raw["prompts"][0]["cells"][0] |= {"tree": {"width": 3}, "policy": "bandit"}
    found = read_sweep(msgspec.json.encode(raw))
    assert found.prompts[0].cells[0].policy is KPolicy.NEWER
    assert found.prompts[0].cells[1:] == sweep().prompts[0].cells[1:]


def test_a_sweep_of_a_later_version_of_the_format_is_refused_in_words() -> None:
    with pytest.raises(ProblemError) as raised:
        read_sweep(write_sweep(msgspec.structs.replace(sweep(), mtp_race_sweep=2)))
    assert raised.value.problem == Problem(
        "sweep-version",
        "This sweep has format version 2, which this app cannot read.",
        cause="It was made by a newer version of MTP Race.",
        action="Update MTP Race.",
    )


def test_a_sweep_is_written_to_be_read_by_people_and_kept_in_few_bytes() -> None:
    assert write_sweep(sweep(0)).splitlines()[:2] == [b"{", b' "mtp_race_sweep": 1,']


@pytest.mark.parametrize(
    ("value", "shown"), [(None, False), (math.nan, False), (math.inf, False), (0.0, True), (-1.5, True)]
)
def test_only_a_finite_number_is_known(value: float | None, shown: bool) -> None:
    assert known(value) is shown
