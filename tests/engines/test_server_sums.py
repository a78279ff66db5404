"""What servers tell of drafting when an answer is over: fake servers that play what each of them documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.server import ServerEngine
from app.engines.servers.counters import CounterNames, read_counts
from app.race.events import Totals
from app.race.lanes import LaneKind, Request
from tests.engines.conformance import Run, loaded
from tests.engines.fake_server import Play, delta, sse, timed, used


def ended(play: Play, engine: str, lines: list[Any], max_tokens: int = 6) -> tuple[Run, Totals | None]:
    with loaded(play(engine, lines, 3)) as lane:
        assert isinstance(lane, ServerEngine)
        run = Run(lane, Request("haiku", max_tokens=max_tokens))
        return run, lane.totals()


def vllm_lines(drafted: list[Any], accepted: list[Any]) -> list[str]:
    told = {"per_step_drafted": drafted, "per_step_accepted": accepted, "num_spec_steps": len(drafted)}
    return sse(
        delta("Salt", used(9, 1), token_ids=[11]),
        delta(" wind on my", used(9, 4), token_ids=[12, 13, 14]),
        delta(" face", used(9, 6), "length", token_ids=[15, 16]),
        {"choices": [], "usage": used(9, 6), "metrics": {"speculative_decoding": told}},
    )


def test_vllms_rounds_are_exact_once_its_last_chunk_lists_them(play: Play) -> None:
    run, totals = ended(play, "vllm", vllm_lines([3, 3], [2, 1]))
    assert totals is not None
    assert totals.steps == ((3, 2), (3, 1))
    assert all(step.drafted == 0 for step in run.rounds)  # While it streams nothing is said of them.
    state = run.state
    state.apply(totals)
    assert [(step.emitted, step.drafted, step.accepted) for step in state.rounds] == [(3, 3, 2), (2, 3, 1)]
    assert [token.drafted for token in state.tokens] == [False, True, True, False, True, False]


@pytest.mark.parametrize(
    ("drafted", "accepted"),
    [([3], [2, 1]), ([3, 3], [9, 1]), ([3, -1], [2, 1]), ([3, "3"], [2, 1]), ([1e9, 3], [2, 1])],
)
def test_lists_that_contradict_each_other_are_not_believed(play: Play, drafted: list[Any], accepted: list[Any]) -> None:
    run, totals = ended(play, "vllm", vllm_lines(drafted, accepted))
    assert totals is None
    assert run.count == 6


def test_sglangs_sums_are_no_round(play: Play) -> None:
    usage = {
        **used(9, 6),
        "completion_tokens_details": {"accepted_prediction_tokens": 3, "rejected_prediction_tokens": 4},
    }
    lines = sse(delta("Salt wind", used(9, 2)), delta(" on", used(9, 6), "stop"), {"choices": [], "usage": usage})
    run, totals = ended(play, "sglang", lines)
    assert totals == Totals(drafted=7, accepted=3)
    assert all(step.drafted == 0 for step in run.rounds)


def test_sglangs_meta_info_tells_its_rounds(play: Play) -> None:
    info = {
        "spec_verify_ct": 4,
        "spec_accept_histogram": [2, 1, 1],
        "spec_accept_rate": 0.25,
        "spec_accept_length": 1.75,
    }
    lines = sse(delta("Salt", used(9, 2)), {**delta(" on", used(9, 6), "stop"), "meta_info": info})
    _, totals = ended(play, "sglang", lines)
    assert totals == Totals(rounds=4, drafted=12, accepted=3)


def test_lm_studios_stats_are_read(play: Play) -> None:
    stats = {
        "total_draft_tokens_count": 12,
        "accepted_draft_tokens_count": 5,
        "rejected_draft_tokens_count": 4,
        "ignored_draft_tokens_count": 3,
    }
    lines = sse(
        delta("Salt"), delta(" on"), {**delta("", None, "stop"), "stats": stats}, {"choices": [], "usage": used(9, 6)}
    )
    _, totals = ended(play, "lmstudio", lines)
    assert totals == Totals(drafted=12, accepted=5)


def test_chunks_that_were_more_than_the_tokens_are_put_right(play: Play) -> None:
    lines = sse(delta("a"), delta("b"), delta("c", None, "stop"), {"choices": [], "usage": used(9, 2)})
    run, totals = ended(play, "lmstudio", lines)
    assert run.count == 3
    assert totals == Totals(tokens=2)


def test_ik_llama_tells_each_depth(play: Play) -> None:
    depths = [{"depth": 1, "draft_n": 9, "draft_n_accepted": 6}, {"depth": 2, "draft_n": 8, "draft_n_accepted": 3}]
    last = timed("", 3, 17, 9, "stop")
    last["timings"]["draft_by_depth"] = depths
    _, totals = ended(play, "llama-server", sse(delta("a"), delta("b"), delta("c"), last))
    assert totals == Totals(drafted=17, accepted=9, positions=((9, 6), (8, 3)))


def test_mlx_vlms_server_tells_how_many_rounds(play: Play) -> None:
    last = timed("", 3, 12, 2, "stop")
    last["timings"] |= {"draft_kind": "mtp", "draft_rounds": 4}
    _, totals = ended(play, "llama-server", sse(delta("a"), delta("b"), delta("c"), last))
    assert totals == Totals(rounds=4, drafted=12, accepted=2)


def test_rounds_that_were_told_as_they_came_are_not_told_again(play: Play) -> None:
    lines = sse(timed("a", 1, 0, 0), timed("b", 2, 4, 1), timed("c", 3, 4, 1), timed("", 3, 4, 1, "stop"))
    run, totals = ended(play, "llama-server", lines)
    assert totals is None
    assert [step.drafted for step in run.rounds] == [4]


@pytest.mark.parametrize(("k", "asked"), [(0, 0), (3, 3)])
def test_ollama_drafts_or_not_as_the_request_says(play: Play, k: int, asked: int) -> None:
    done = json.dumps({"message": {"content": "a"}, "done": True, "eval_count": 1})
    spec = play("ollama", [done], k)
    assert (spec.kind is LaneKind.BASELINE) == (k == 0)
    with loaded(spec) as lane:
        Run(lane, Request("x", max_tokens=1))
    assert play.asked[0][1]["options"]["draft_num_predict"] == asked


def page(tokens: int, drafts: int, drafted: int, accepted: int, *positions: int) -> str:
    """A page of vLLM's metrics, of two engines that share the work."""
    counts = {"spec_decode_num_drafts": drafts, "spec_decode_num_draft_tokens": drafted}
    counts |= {"spec_decode_num_accepted_tokens": accepted, "generation_tokens": tokens}
    lines = ["# HELP vllm:generation_tokens_total Number of generation tokens processed.", "no metric {"]
    for engine, share in ((0, 3), (1, 1)):
        for name, value in counts.items():
            part = value * share // 4 if share == 3 else value - value * 3 // 4
            lines.append(f'vllm:{name}_total{{engine="{engine}",model_name="m"}} {float(part)}')
    for at, value in enumerate(positions):
        lines.append(f'vllm:spec_decode_num_accepted_tokens_per_pos_total{{engine="0",position="{at}"}} {value}.0')
    return "\n".join(lines)


PLAIN = sse(
    delta("Salt", used(9, 1), token_ids=[11]),
    delta(" wind on my", used(9, 4), token_ids=[12, 13, 14]),
    delta(" face", used(9, 6), "length", token_ids=[15, 16]),
    {"choices": [], "usage": used(9, 6)},
)


def test_the_servers_own_counters_tell_the_sums_where_the_answer_does_not(play: Play) -> None:
    play("vllm", [], metrics=page(1000, 100, 300, 150, 80, 50, 20), metrics_after=page(1006, 102, 306, 153, 82, 51, 20))
    _, totals = ended(play, "vllm", PLAIN)
    assert totals == Totals(rounds=2, drafted=6, accepted=3, positions=((2, 2), (2, 1), (2, 0)))


@pytest.mark.parametrize(
    "after", [page(1007, 102, 306, 153), page(1006, 102, 306, 153).replace("num_drafts", "x"), "", "vllm:x 1e999"]
)
def test_counters_that_others_moved_or_that_are_not_there_tell_nothing(play: Play, after: str) -> None:
    play("vllm", [], metrics=page(1000, 100, 300, 150), metrics_after=after)
    _, totals = ended(play, "vllm", PLAIN)
    assert totals is None


@given(
    st.text() | st.lists(st.sampled_from([*page(9, 3, 9, 5, 2).splitlines(), "", "a{", "vllm:x NaN"])).map("\n".join)
)
def test_any_page_of_metrics_is_counts_or_nothing(text: str) -> None:
    found = read_counts(text, CounterNames("vllm:spec_decode_num_", "vllm:generation_tokens_total"))
    assert found is None or found.tokens >= 0
