from __future__ import annotations

import pytest

from app.places import find_places
from app.race.problems import Problem, ProblemError
from app.race.published import Published, for_target, read_published, same_model


def published() -> str:
    return (find_places().resources / "published-results.toml").read_text(encoding="utf-8")


def test_the_results_that_come_with_the_app_are_ratios_of_what_they_say() -> None:
    found = {(item.machine, item.target, item.workload, item.k): item.speedup for item in read_published(published())}
    assert found["Apple M1 Max 64 GB", "gemma-4-26B-A4B-it 4bit", "code", 3] == pytest.approx(65.1 / 57.4)
    assert found["NVIDIA GB10", "gemma-4-31B-it FP8-Dynamic", "code", 4] == pytest.approx(91.41 / 26.00)
    assert found["NVIDIA GB10", "gemma-4-26B-A4B-it FP8-Dynamic", "japanese", 8] == pytest.approx(16.47 / 15.77)


def test_what_comes_with_the_app_has_losses_as_well_as_wins_and_names_its_sources() -> None:
    rows = read_published(published())
    assert len(rows) >= 60
    assert sum(row.speedup < 1 for row in rows) >= 10
    assert all(row.source and row.machine and row.target for row in rows)


def test_the_cost_of_a_round_follows_from_acceptance_and_speedup() -> None:
    rows = read_published(published())
    gb10 = {row.k: row for row in rows if "GB10" in row.machine and row.workload == "code" and row.rough}
    assert {k: round(row.round_cost or 0, 2) for k, row in gb10.items()} == {1: 1.26, 2: 1.52, 4: 1.70, 8: 2.16}
    m1 = {
        row.target.split("-")[2]: row for row in rows if row.machine == "Apple M1 Max 64 GB" and row.workload == "code"
    }
    assert {size: round(row.round_cost or 0, 2) for size, row in m1.items()} == {"E4B": 2.85, "26B": 3.01, "31B": 3.58}
    assert not any(row.rough for row in m1.values())


def test_a_share_of_accepted_drafts_counts_only_with_its_k_and_several_requests_have_no_round_cost() -> None:
    head = "[[result]]\nsource='s'\nmachine='m'\ntarget='t'\nworkload='w'\nspeedup=2.0\n"
    (told,) = read_published(head + "k=4\nacceptance=0.5")
    assert (told.accepted, told.round_cost) == (2.0, 1.5)
    (untold,) = read_published(head + "acceptance=0.5")
    assert untold.accepted is None
    (crowd,) = read_published(head + "k=4\nacceptance=0.5\nrequests=8")
    assert crowd.round_cost is None
    assert "8 requests at once" in crowd.sentence


def test_results_are_laid_beside_the_same_model_only() -> None:
    found = for_target(read_published(published()), "gemma-4-26B-A4B-it-Q4_K_M.gguf")
    assert found
    assert {item.target.split(" ")[0] for item in found} == {"gemma-4-26B-A4B-it"}
    assert for_target(read_published(published()), "nano-target.gguf") == ()
    assert "Another machine" in found[0].sentence
    assert found[0].source in found[0].sentence


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("gemma-4-E4B-it bf16", "gemma-4-e4b-it-Q8_0.gguf", True),
        ("Gemma 4 31B", "gemma-4-31B-it FP8", True),
        ("gemma-4-E2B-it", "gemma-4-E4B-it", False),
        ("gemma_4_E4B_it", "gemma 4 E4B", True),
        ("gemma4-31b", "gemma_4_31b", True),
        ("nano-target.gguf", "nano-target.gguf", False),
    ],
)
def test_names_of_the_same_model_are_known(one: str, other: str, same: bool) -> None:
    assert same_model(one, other) is same


@pytest.mark.parametrize("text", ["[[result]]\nsource = 1", "[[result", "[[result]]\nsource='x'"])
def test_a_damaged_file_is_told(text: str) -> None:
    with pytest.raises(ProblemError):
        read_published(text)


HEAD = "[[result]]\nsource='s'\nmachine='m'\ntarget='t'\nworkload='w'\n"


def test_everything_that_a_result_tells_is_kept() -> None:
    told = "engine='e'\nk=4\nspeedup=1.5\naccepted=2.5\nrough=true\ndrafter='EAGLE'\nrequests=2"
    assert read_published(HEAD + told) == (
        Published("s", "m", "e", "t", "w", 1.5, 4, 2.5, rough=True, drafter="EAGLE", requests=2),
    )


@pytest.mark.parametrize(
    ("told", "ratio"),
    [
        ("speedup=1.5\nmtp_tps=30.0", 1.5),
        ("speedup=1.5\nmtp_s=30.0", 1.5),
        ("speedup=1.5\nmtp_tps=30.0\nbaseline_tps=10.0", 3.0),
        ("speedup=1.5\nmtp_s=10.0\nbaseline_s=40.0", 4.0),
    ],
)
def test_a_speedup_is_the_ratio_of_what_was_measured_or_what_is_said(told: str, ratio: float) -> None:
    (found,) = read_published(HEAD + told)
    assert found.speedup == ratio


def test_a_result_without_a_speedup_is_none() -> None:
    assert read_published(HEAD + "mtp_tps=30.0") == ()


def test_accepted_tokens_are_told_or_are_those_of_all_positions() -> None:
    rates = "position_rates=[0.5, 0.25]\nspeedup=1.5\nk=2\nacceptance=0.5\n"
    assert [item.accepted for item in read_published(HEAD + rates)] == [0.75]
    assert [item.accepted for item in read_published(HEAD + rates + "accepted=0.7")] == [0.7]


def test_a_sweep_has_a_result_for_each_k_and_prompt_that_has_both_times() -> None:
    text = (
        "[[sweep]]\nsource='s'\nmachine='m'\nengine='e'\ntarget='t'\nbaseline_s={code=8.0, verse=6.0}\n"
        "[[sweep.point]]\nk=2\nseconds={code=4.0, verse=8.0}\naccepted=1.5\n"
        "[[sweep.point]]\nk=4\nseconds={code=5.0, poem=1.0}\n"
    )
    assert read_published(text) == (
        Published("s", "m", "e", "t", "code", 2.0, 2, 1.5, rough=True),
        Published("s", "m", "e", "t", "verse", 0.75, 2, 1.5, rough=True),
        Published("s", "m", "e", "t", "code", 1.6, 4),
    )


def test_what_is_wrong_with_the_file_is_said() -> None:
    with pytest.raises(ProblemError) as raised:
        read_published("[[result]]\nsource = 1")
    assert raised.value.problem == Problem(
        "published",
        "The published results cannot be read.",
        "Expected `str`, got `int` - at `$.result[0].source`.",
    )
