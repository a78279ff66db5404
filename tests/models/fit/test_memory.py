from __future__ import annotations

import psutil
import pytest

from app.models.fit.memory import free_memory

MIB = 1 << 20


def asked(answer: str) -> tuple[int | None, int | None]:
    seen: list[tuple[str, ...]] = []

    def run(command: tuple[str, ...]) -> str:
        seen.append(command)
        return answer

    found = free_memory(use_gpu=True, run=run)
    assert seen == [("nvidia-smi", "--query-gpu=memory.free,memory.total", "--format=csv,noheader,nounits")]
    assert not found.unified
    return found.gpu_free, found.gpu_total


@pytest.fixture
def an_ordinary_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.usefixtures("an_ordinary_machine")
def test_the_gpu_with_the_most_free_memory_counts() -> None:
    assert asked("100, 8000\n7000 ,24000\n6000, 80000\n") == (7000 * MIB, 24000 * MIB)


@pytest.mark.usefixtures("an_ordinary_machine")
@pytest.mark.parametrize("answer", ["", "no devices were found", "[N/A], 8000", "8000, [N/A]", "1, 2, 3", "\u0663, 4"])
def test_an_answer_without_two_numbers_is_no_gpu(answer: str) -> None:
    assert asked(answer) == (None, None)


@pytest.mark.usefixtures("an_ordinary_machine")
def test_a_line_that_cannot_be_read_does_not_hide_the_next() -> None:
    assert asked("[N/A], [N/A]\n5, 6") == (5 * MIB, 6 * MIB)


def test_a_gpu_is_asked_about_only_where_one_of_its_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: tuple[str, ...]) -> str:
        raise AssertionError(command)

    found = free_memory(run=run)
    assert (found.gpu_free, found.gpu_total) == (None, None)
    assert found.total == psutil.virtual_memory().total
    assert 0 < found.free <= found.total
    for system, machine, unified in (("darwin", "arm64", True), ("darwin", "x86_64", False), ("linux", "arm64", False)):
        monkeypatch.setattr("sys.platform", system)
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine)
        assert free_memory(use_gpu=unified, run=run).unified is unified
