import sys
from dataclasses import replace
from pathlib import Path

import gguf
import msgspec
import pytest

from app.models.files.info import read_heads
from app.models.fit.estimate import COMFORTABLE, Fit, FitVerdict, Memory, SumLine, estimate, fit_reason, fit_text
from app.models.fit.needs import MemoryNeed, Runtime, cells, need_of, own_head_need
from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.shelf.availability import Ready
from app.models.shelf.pair_fit import fit_race
from app.race.lanes import Contender, LaneKind
from tests.bench.bench_fit import built_in, measure
from tests.models.ggufs import Shape, write_drafter, write_target
from tests.models.nextn_ggufs import NextNShape, write_nextn

GB = 10**9
PLENTY = Memory(free=64 * GB, total=64 * GB)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("fit")
    return write_target(folder / "t.gguf"), write_drafter(folder / "d.gguf")


def need(path: Path, runtime: Runtime | None = None) -> MemoryNeed:
    return need_of(read_heads(path), runtime or Runtime())


def fit(files: tuple[Path, Path], memory: Memory = PLENTY, context: int = 2048) -> Fit:
    runtime = Runtime(context=context, on_gpu=memory.gpu_free is not None and not memory.unified)
    return estimate(need(files[0], runtime), need(files[1], runtime), context, memory)


def test_the_cache_is_layers_times_tokens_times_widths(files: tuple[Path, Path]) -> None:
    per_token = 4 * (2 * 32 + 2 * 32) * 2
    whole = Runtime(context=2048, full_windows=True)
    assert need(files[0], whole).cache == 2048 * per_token
    longer = need(files[0], Runtime(context=2049, full_windows=True))
    assert longer.cache == cells(2049) * per_token == 2304 * per_token
    assert need(files[1]).cache == 0


def test_sliding_layers_keep_their_window_and_a_batch(files: tuple[Path, Path]) -> None:
    one = (2 * 32 + 2 * 32) * 2
    windowed = need(files[0], Runtime(context=8192))
    assert windowed.cache == (3 * cells(64 + 512) + 8192) * one


def test_layers_with_a_running_state_have_that_in_place_of_a_cache(tmp_path: Path) -> None:
    # As in Qwen 3.5: of 8 layers every fourth has attention, and so has the MTP block behind them.
    path = write_nextn(tmp_path / "hybrid.gguf", NextNShape(layers=8, state=16, state_heads=4))
    per_token = 2 * (32 + 32) * 2
    inner = 16 * 4
    one_state = 4 * (3 * (inner + 2 * 2 * 16) + 16 * inner)
    found = need(path, Runtime(context=2048, outputs=5))
    assert found.cache == 2048 * per_token + 6 * one_state * (1 + 5)


def test_an_mtp_block_in_the_models_own_file_is_counted_for_the_lanes_that_draft_with_it(tmp_path: Path) -> None:
    path = write_nextn(tmp_path / "own.gguf")
    heads, runtime = read_heads(path), Runtime()
    target, block = need(path), own_head_need(heads, runtime)
    assert block is not None
    assert target.mapped + block.mapped == path.stat().st_size
    assert block.mapped == sum(t.bytes for t in heads[0].tensors if t.name.startswith("blk.4."))
    assert block.cache == 2048 * (32 + 32) * 2
    lookup, drafting = estimate(target, None, 2048, PLENTY), estimate(target, block, 2048, PLENTY)
    assert (
        drafting.together - lookup.together == block.mapped + block.copied + block.cache + block.compute + block.tables
    )
    pair = Pair("own", "Own", ("llama.cpp",), ModelSource(folder=str(tmp_path), files=(ModelFile("own.gguf"),)))
    lanes = (Contender(3), Contender(3, kind=LaneKind.LOOKUP))
    both = fit_race(pair, Ready(path, None), lanes, 2048, PLENTY)
    assert isinstance(both, Fit)
    assert {line.label: line.bytes for line in both.lines}["Drafter weights"] == block.mapped
    plain = need(write_target(tmp_path / "plain.gguf"))
    assert plain.mapped == (tmp_path / "plain.gguf").stat().st_size
    assert own_head_need(read_heads(tmp_path / "plain.gguf"), runtime) is None


def test_four_bit_weights_are_counted_for_each_lane_and_the_file_once(tmp_path: Path) -> None:
    shape = replace(Shape(), quantization=gguf.GGMLQuantizationType.Q4_0)
    path = write_target(tmp_path / "q4.gguf", shape)
    q4 = need(path)
    assert 0.8 < q4.copied / q4.info.bytes <= 1
    together = estimate(q4, None, 2048, PLENTY)
    labels = {line.label: line.bytes for line in together.lines}
    assert labels["Target weights"] == path.stat().st_size
    assert labels["Target weights, rearranged"] == 2 * q4.copied
    assert need(path, Runtime(on_gpu=True)).copied == 0


def test_rows_that_are_read_only_as_needed_do_not_decide_the_verdict(tmp_path: Path) -> None:
    found = need(write_target(tmp_path / "own.gguf", replace(Shape(), per_layer=64, vocabulary=8192)))
    assert found.lazy == 8192 * 64 * 4 * 2
    summed = estimate(found, None, 2048, PLENTY)
    assert summed.droppable == found.lazy
    short = Memory(int((summed.together - found.lazy) / COMFORTABLE) + 1, GB)
    assert estimate(found, None, 2048, short).verdict is FitVerdict.FITS


def test_the_lines_add_up_to_the_totals(files: tuple[Path, Path]) -> None:
    for memory in (PLENTY, Memory(64 * GB, 64 * GB, gpu_free=8 * GB, gpu_total=8 * GB)):
        found = fit(files, memory)
        assert sum(line.bytes for line in found.lines) == found.together + found.together_gpu
        assert found.alone < found.together
    assert found.together_gpu > 0


def test_the_verdict_follows_what_is_free(files: tuple[Path, Path]) -> None:
    wanted = fit(files).together
    assert fit(files, Memory(int(wanted / COMFORTABLE) + 1, GB)).verdict is FitVerdict.FITS
    assert fit(files, Memory(wanted, GB)).verdict is FitVerdict.TIGHT
    short = fit(files, Memory(wanted - 1, GB))
    assert short.verdict is FitVerdict.NO
    assert "one lane loaded at a time" in short.advice
    nothing = fit(files, Memory(1, GB))
    assert nothing.verdict_alone is FitVerdict.NO
    assert "anyway" in nothing.advice


def test_a_gpu_that_is_too_small_decides_alone(files: tuple[Path, Path]) -> None:
    assert fit(files, Memory(64 * GB, 64 * GB, gpu_free=1, gpu_total=GB)).verdict is FitVerdict.NO
    assert fit(files, Memory(64 * GB, 64 * GB, gpu_free=1, gpu_total=GB, unified=True)).verdict is FitVerdict.FITS


def test_the_arithmetic_is_shown(files: tuple[Path, Path]) -> None:
    text = "\n".join(fit_text(fit(files)))
    for word in ("Target weights", "Drafter weights", "KV cache", "2,048 tokens", "One at a time", "Verdict: fits"):
        assert word in text


def test_a_larger_context_never_needs_less(files: tuple[Path, Path]) -> None:
    sums = [fit(files, context=context).together for context in (16, 255, 256, 257, 2048, 100_000)]
    assert sums == sorted(sums)


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of processes from /proc")
def test_the_estimate_for_the_built_in_pair_is_within_15_percent_of_what_it_takes() -> None:
    files = built_in()
    if files is None:
        pytest.skip("the built-in pair's weights are not in this checkout")
    assert abs(measure("built-in pair", *files, 2048).error) < 0.15


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of processes from /proc")
def test_the_estimate_for_rearranged_weights_is_within_15_percent_of_what_they_take(tmp_path: Path) -> None:
    shape = Shape(hidden=512, layers=8, heads=8, head_dim=64, feed_forward=2048, vocabulary=8192)
    shape = replace(shape, quantization=gguf.GGMLQuantizationType.Q4_0)
    target, drafter = write_target(tmp_path / "t.gguf", shape), write_drafter(tmp_path / "d.gguf", shape)
    assert abs(measure("4-bit", target, drafter, 2048).error) < 0.15


def test_a_lane_more_costs_its_own_memory_and_a_drafter_file_is_mapped_once(files: tuple[Path, Path]) -> None:
    target, drafter = need(files[0]), need(files[1])
    two = estimate(target, drafter, 2048, PLENTY)
    three = estimate(target, drafter, 2048, PLENTY, [drafter])
    mapped = {line.label: line.bytes for line in three.lines}["Drafter weights"]
    assert mapped == drafter.mapped
    assert three.together - two.together > target.cache + target.compute
    assert three.alone == two.alone
    assert three.advice.startswith("All 3 lanes")
    assert sum(line.bytes for line in three.lines) == three.together


def test_a_draft_model_has_a_cache_of_its_own_and_lookup_needs_nothing(files: tuple[Path, Path]) -> None:
    target = need(files[0])
    plain, model = estimate(target, None, 2048, PLENTY), estimate(target, target, 2048, PLENTY)
    cache = [next(line.bytes for line in fit.lines if line.label == "KV cache") for fit in (plain, model)]
    assert cache == [2 * target.cache, 3 * target.cache]
    assert estimate(target, None, 2048, PLENTY, [target]).alone == model.alone


def test_where_two_copies_do_not_fit_one_that_lanes_share_does(tmp_path: Path) -> None:
    shape = replace(Shape(), quantization=gguf.GGMLQuantizationType.Q4_0, layers=12)
    target = need(write_target(tmp_path / "t.gguf", shape))
    drafter = need(write_drafter(tmp_path / "d.gguf"))
    plenty = estimate(target, drafter, 2048, PLENTY, shares=True)
    assert not plenty.shared
    assert target.copied <= plenty.together - plenty.one_copy < target.copied + 10**8
    free = int((plenty.one_copy - plenty.droppable) / COMFORTABLE) + 1
    assert free < plenty.together - plenty.droppable
    short = estimate(target, drafter, 2048, Memory(free, GB), shares=True)
    assert short.shared
    assert short.verdict is FitVerdict.FITS
    assert "take turns in one process" in short.advice
    assert not estimate(target, drafter, 2048, Memory(free, GB)).shared
    assert estimate(target, drafter, 2048, Memory(1, GB), shares=True).verdict is FitVerdict.NO


def test_drafters_of_several_lanes_are_one_copy_too(files: tuple[Path, Path]) -> None:
    target, drafter = need(files[0]), need(files[1])
    two, three = (estimate(target, drafter, 2048, PLENTY, [drafter] * more) for more in (0, 1))
    own = [need.cache + need.compute + need.tables for need in (target, drafter)]
    assert three.one_copy - two.one_copy == sum(own)


GIVEN = Fit(
    lines=(SumLine("Target weights", 8 * GB, "the file"), SumLine("On the GPU", GB, "2 lanes", True)),
    together=20 * GB, together_gpu=3 * GB, alone=11 * GB, alone_gpu=2 * GB, one_copy=14 * GB, one_copy_gpu=GB,
    droppable=GB, shared=False, verdict=FitVerdict.NO, verdict_alone=FitVerdict.FITS,
    memory=Memory(16 * GB, 32 * GB, 4 * GB, 8 * GB), advice="Do this.",
)  # fmt: skip


def test_the_arithmetic_is_shown_line_by_line() -> None:
    assert fit_text(GIVEN) == [
        "Target weights      8.0 GB  the file",
        "On the GPU          1.0 GB  2 lanes",
        "Together           23.0 GB  all lanes loaded",
        "One copy           15.0 GB  lanes take turns in one process",
        "One at a time      13.0 GB  heats",
        "Of these not needed      1.0 GB  parts of files the system can drop",
        "Free now                    16.0 GB of 32.0 GB memory, 4.0 GB of 8.0 GB on the GPU",
        "Verdict: does not fit. Do this.",
    ]
    plain = fit_text(msgspec.structs.replace(GIVEN, droppable=0, memory=Memory(16 * GB, 32 * GB)))
    assert len(plain) == 7
    assert plain[-2].endswith("  16.0 GB of 32.0 GB memory")
    assert fit_text(msgspec.structs.replace(GIVEN, memory=Memory(GB, GB, GB)))[-2].endswith("0 bytes on the GPU")


@pytest.mark.parametrize(
    ("changes", "one_loaded", "sentence"),
    [
        ({}, False, "The 3 lanes need about 22.0 GB together, and 20.0 GB are free. One at a time needs 12.0 GB."),
        ({}, True, "Heats load one lane at a time, which takes 12.0 GB. 20.0 GB are free now."),
        (
            {"verdict_alone": FitVerdict.NO},
            True,
            "Even one lane needs about 12.0 GB, and 20.0 GB are free. A smaller model or quantization may fit.",
        ),
        (
            {"verdict": FitVerdict.TIGHT},
            False,
            "The 3 lanes need about 22.0 GB of the 20.0 GB that are free. Close other programs first.",
        ),
        ({"shared": True}, False, "Do this."),
        ({"shared": True}, True, "Heats load one lane at a time, which takes 12.0 GB. 20.0 GB are free now."),
        (
            {"memory": Memory(16 * GB, 32 * GB, 4 * GB, 8 * GB, unified=True)},
            True,
            "Heats load one lane at a time, which takes 12.0 GB. 16.0 GB are free now.",
        ),
        (
            {"memory": Memory(16 * GB, 32 * GB)},
            True,
            "Heats load one lane at a time, which takes 12.0 GB. 16.0 GB are free now.",
        ),
    ],
)
def test_a_race_that_does_not_fit_is_told_with_what_it_needs_and_what_is_free(
    changes: dict[str, object], one_loaded: bool, sentence: str
) -> None:
    assert fit_reason(msgspec.structs.replace(GIVEN, **changes), 3, one_loaded=one_loaded) == sentence
