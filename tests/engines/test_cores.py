from __future__ import annotations

import pytest

from app.engines.cores import choose_cores, parse_cores, shared_cores


def test_lanes_get_the_same_cores_and_spare_the_first() -> None:
    assert choose_cores(1, [0, 1], {}, {}) == (1,)
    assert choose_cores(2, [0, 1], {}, {}) == (1, 0)


def test_one_hardware_thread_of_each_core_is_taken() -> None:
    siblings = {core: frozenset((core % 2, core % 2 + 2)) for core in range(4)}
    assert choose_cores(2, range(4), siblings, {}) == (1, 0)


def test_fast_cores_come_first() -> None:
    assert choose_cores(2, range(4), {}, {0: 100, 1: 100, 2: 50, 3: 50}) == (1, 0)


def test_too_few_cores_bind_nothing() -> None:
    assert choose_cores(3, [0, 1], {}, {}) == ()


def test_this_machines_choice_is_one_it_has() -> None:
    assert len(shared_cores(1)) <= 1


def test_lists_of_cores_are_read() -> None:
    assert parse_cores("0,2-4") == (0, 2, 3, 4)
    assert parse_cores("") == ()


@pytest.mark.parametrize("text", ["a", "3-1", "-1", "1,,2", "99999999"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_cores(text)
