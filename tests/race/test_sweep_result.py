"""A sweep, stored and read again. Synthetic."""

from __future__ import annotations

import pytest

from app.race.problems import DECODE_ERRORS
from app.race.sweep_result import read_sweep, write_sweep
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
