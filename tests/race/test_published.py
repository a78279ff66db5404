from __future__ import annotations

import pytest

from app.places import find_places
from app.race.problems import ProblemError
from app.race.published import for_target, read_published, same_model


def published() -> str:
    return (find_places().resources / "published-results.toml").read_text(encoding="utf-8")


def test_the_results_that_come_with_the_app_are_ratios_of_what_they_say() -> None:
    found = {(item.machine, item.target, item.workload, item.k): item.speedup for item in read_published(published())}
    assert found["Apple M1 Max 64 GB", "gemma-4-26B-A4B-it 4bit", "code", 3] == pytest.approx(65.1 / 57.4)
    assert found["NVIDIA GB10", "gemma-4-31B-it FP8-Dynamic", "code", 4] == pytest.approx(91.41 / 26.00)
    assert found["NVIDIA GB10", "gemma-4-26B-A4B-it FP8-Dynamic", "japanese", 8] == pytest.approx(16.47 / 15.77)


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
        ("nano-target.gguf", "nano-target.gguf", False),
    ],
)
def test_names_of_the_same_model_are_known(one: str, other: str, same: bool) -> None:
    assert same_model(one, other) is same


@pytest.mark.parametrize("text", ["[[result]]\nsource = 1", "[[result", "[[result]]\nsource='x'"])
def test_a_damaged_file_is_told(text: str) -> None:
    with pytest.raises(ProblemError):
        read_published(text)
