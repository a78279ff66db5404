from __future__ import annotations

import pytest

from app.race.lanes import ADAPTIVE, HEURISTIC, Contender, KPolicy, lane_title, parse_contenders
from tests.race.builders import spec


def test_contenders_are_read_as_they_are_written() -> None:
    assert parse_contenders("2, 4,adaptive") == (Contender(2), Contender(4), ADAPTIVE)
    assert parse_contenders("Heuristic") == (HEURISTIC,)
    assert [item.word for item in parse_contenders("2,adaptive,heuristic")] == ["2", "adaptive", "heuristic"]
    assert [item.lane for item in parse_contenders("2,adaptive")] == ["mtp-k2", "mtp-adaptive"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0", "neither"),
        ("17", "neither"),
        ("", "neither"),
        ("2,2", "twice"),
        ("1,2,3,4", "at most 3"),
        ("²", "neither"),
    ],
)
def test_what_is_no_contender_is_said_in_words(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_contenders(text)


def test_titles_tell_how_k_is_chosen() -> None:
    import msgspec

    adaptive = msgspec.structs.replace(spec("mtp", 8), policy=KPolicy.COST)
    assert lane_title(adaptive) == "MTP adaptive (K ≤ 8)"
    assert lane_title(spec("mtp", 3)) == "MTP K=3 (block 4)"
