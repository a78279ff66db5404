"""The server engine: llama.cpp's real server, and for the others a fake one that streams what they document."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.engines import create
from app.engines.base import Engine, Stopped
from app.engines.servers.counters import CounterNames, fetch_counts
from app.race.events import Finish
from app.race.lanes import LaneKind, LaneSpec, Request, Sampling, lane_title
from app.race.problems import ProblemError
from tests.engines.conformance import CODE, Conformance, MakeSpec, Run, lane_fixtures, loaded, spec_maker
from tests.engines.fake_server import Play, delta, sse, timed, used

K = 4
NAMES = CounterNames("llamacpp:spec_decode_num_", "llamacpp:tokens_predicted_total")


@contextmanager
def llama_server(pair: tuple[Path, Path], k: int, kind: str = "draft-mtp") -> Iterator[str]:
    # Not imported here: its compiled code does not share a process with that of other packages.
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the wheel that carries llama.cpp's own server is not installed")
    command = [sys.executable, "-m", "tests.engines.llama_server_process", str(pair[0])]
    command += ["--drafter", str(pair[1]) if kind == "draft-mtp" else "", "--k", str(k), "--kind", kind]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = next(line.strip() for line in process.stdout if line.startswith("http"))
            yield address
        finally:
            process.kill()


@pytest.fixture(scope="module")
def addresses(pair: tuple[Path, Path]) -> Iterator[tuple[str, str]]:
    with llama_server(pair, 0) as plain, llama_server(pair, K) as drafting:
        yield plain, drafting


@pytest.fixture(scope="module")
def make_spec(addresses: tuple[str, str]) -> MakeSpec:
    return spec_maker("llama-server", lambda k: (addresses[1 if k else 0], ""))


baseline, mtp = lane_fixtures("module", K)


@pytest.mark.real
@pytest.mark.xdist_group("llama-server")
class TestLlamaServer(Conformance):
    engine = "llama-server"
    top_k = K
    ks = (K,)
    wrong_target = "http://127.0.0.1:1"
    wrong_kind = "server-unreachable"


def test_vllm_chunks_of_several_tokens_are_counted_by_its_usage(play: Play) -> None:
    lines = sse(
        {**delta("", used(9, 0)), "prompt_token_ids": [1]},
        delta("Salt", used(9, 1), token_ids=[11]),
        delta(" wind on my", used(9, 4), token_ids=[12, 13, 14]),
        delta(" face", used(9, 6), "length", token_ids=[15, 16]),
        {"choices": [], "usage": used(9, 6)},
    )
    with loaded(play("vllm", lines, 2)) as engine:
        run = Run(engine, Request(prompt="haiku", max_tokens=6))
    assert run.text == "Salt wind on my face"
    assert run.ids == [11, 12, 13, 14, 15, 16]
    assert [step.emitted for step in run.rounds] == [3, 2]
    assert run.prefilled.prompt_tokens == 9
    assert run.finish is Finish.LENGTH
    path, body = play.asked[0]
    assert path == "/v1/chat/completions"
    assert body["stream_options"] == {"include_usage": True, "continuous_usage_stats": True}
    assert body["return_token_ids"] is True


def test_sglang_chunks_are_counted_by_its_usage(play: Play) -> None:
    lines = sse(
        delta("Salt wind", used(9, 2)),
        delta(" on", used(9, 4)),
        delta("", used(9, 5), "stop"),
        {"choices": [], "usage": used(9, 5)},
    )
    with loaded(play("sglang", lines)) as engine:
        run = Run(engine, Request(prompt="haiku", max_tokens=9))
    assert (run.text, run.count, run.finish) == ("Salt wind on", 5, Finish.END)


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_what_a_model_thinks_is_shown_and_counted_under_either_name(play: Play, name: str) -> None:
    thought = {"choices": [{"index": 0, "delta": {name: "Salt"}, "finish_reason": None}], "usage": used(9, 1)}
    lines = sse(thought, delta(" wind", used(9, 2), "stop"), {"choices": [], "usage": used(9, 2)})
    with loaded(play("vllm", lines)) as engine:
        run = Run(engine, Request(prompt="haiku", max_tokens=9))
    assert (run.text, run.count) == ("Salt wind", 2)


@pytest.mark.parametrize(("engine", "keeps_all"), [("vllm", -1), ("sglang", -1), ("lmstudio", 0), ("llama-server", 0)])
def test_at_a_temperature_the_request_says_how_many_tokens_to_keep(play: Play, engine: str, keeps_all: int) -> None:
    spec = play(engine, sse(delta("Salt", used(9, 1), "stop"), {"choices": [], "usage": used(9, 1)}))
    with loaded(spec) as lane:
        for top_k in (0, 40):
            Run(lane, Request(prompt="haiku", max_tokens=2, sampling=Sampling(1.0, top_k)))
        Run(lane, Request(prompt="haiku", max_tokens=2))
    bodies = [body for _, body in play.asked]
    assert [body.get("top_k") for body in bodies] == [keeps_all, 40, None]


@pytest.mark.parametrize("engine", ["vllm", "sglang", "llama-server", "ollama"])
def test_thinking_is_off_in_every_server_unless_it_is_asked_for(play: Play, engine: str) -> None:
    done = json.dumps({"message": {"content": "a"}, "done": True, "eval_count": 1})
    lines = [done] if engine == "ollama" else sse(delta("Salt", used(9, 1), "stop"))
    with loaded(play(engine, lines)) as lane:
        for thinking in (False, True):
            Run(lane, Request(prompt="haiku", max_tokens=2, thinking=thinking))
    bodies = [body for _, body in play.asked]
    said = [body.get("think", body.get("chat_template_kwargs", {}).get("enable_thinking")) for body in bodies]
    assert said == [False, True]


def test_lm_studio_is_put_right_by_its_last_chunk(play: Play) -> None:
    lines = sse(delta("Salt"), delta(" wind on"), delta("", None, "stop"), {"choices": [], "usage": used(9, 4)})
    with loaded(play("lmstudio", lines)) as engine:
        run = Run(engine, Request(prompt="haiku", max_tokens=9))
    assert (run.text, run.count, run.finish) == ("Salt wind on", 4, Finish.END)


@pytest.mark.parametrize("raw", [False, True])
def test_ollama_is_put_right_by_its_last_line(play: Play, raw: bool) -> None:
    def said(text: str) -> dict[str, Any]:
        return {"response": text} if raw else {"message": {"role": "assistant", "content": text}}

    last = {
        **said(""),
        "done": True,
        "done_reason": "length",
        "prompt_eval_count": 7,
        "eval_count": 5,
        "eval_duration": 9,
    }
    lines = [json.dumps(line) for line in ({**said("Salt"), "done": False}, {**said(" wind"), "done": False}, last)]
    with loaded(play("ollama", lines)) as engine:
        run = Run(engine, Request(prompt="haiku", max_tokens=5, raw=raw))
    assert (run.text, run.count, run.finish) == ("Salt wind", 5, Finish.LENGTH)
    path, body = play.asked[0]
    assert path == ("/api/generate" if raw else "/api/chat")
    assert body["options"]["num_predict"] == 5


def test_a_character_split_over_tokens_does_not_join_two_rounds(play: Play) -> None:
    # The second token of the first round is the start of a character that the next round completes.
    lines = sse(
        timed("a", 1, 0, 0),
        timed("b", 2, 4, 1),
        timed("🎈", 4, 8, 2),
        timed("c", 5, 8, 2),
        timed("", 5, 8, 2, "length"),
    )
    with loaded(play("llama-server", lines, 4)) as engine:
        run = Run(engine, Request(prompt="haiku", max_tokens=5))
    assert [(step.emitted, step.drafted, step.accepted) for step in run.rounds] == [(2, 4, 1), (2, 4, 1)]
    assert run.text == "ab🎈c"


@pytest.mark.parametrize(
    ("lines", "changes", "kind"),
    [
        (["no"], {"status": 400}, "server-refused"),
        (["data: {not json}"], {}, "server-unreadable"),
        (sse({"error": {"message": "out of memory"}}), {}, "server-failed"),
        (sse(delta("Salt")), {}, "server-cut"),
        (sse(timed("a", 1, 0, 0), timed("b", 2, 1, 7)), {}, "server-counts"),
    ],
)
def test_what_goes_wrong_on_a_server_is_said_in_words(
    play: Play, lines: list[str], changes: dict[str, Any], kind: str
) -> None:
    with pytest.raises(ProblemError) as caught, loaded(play("llama-server", lines, **changes)) as engine:
        Run(engine, Request(prompt="haiku", max_tokens=5))
    assert caught.value.problem.kind == kind


@pytest.mark.parametrize(
    ("models", "kind"), [("<html>", "server-unreadable"), ("{}", "server-empty"), ('{"data":[7]}', "server-empty")]
)
def test_what_is_no_model_server_is_refused_at_load(play: Play, models: str, kind: str) -> None:
    with pytest.raises(ProblemError) as caught, loaded(play("vllm", [], models=models)):
        pass
    assert caught.value.problem.kind == kind


@pytest.mark.parametrize("target", ["", "127.0.0.1:80", "ftp://a", "http://", "http://user:secret@a/"])
def test_what_is_no_address_is_refused(target: str) -> None:
    spec = LaneSpec(id="lane", kind=LaneKind.BASELINE, engine="vllm", target=target)
    with pytest.raises(ProblemError) as caught, loaded(spec):
        pass
    assert caught.value.problem.kind == "address-bad"
    assert "secret" not in str(caught.value.problem)


def test_all_requests_at_once_are_counted_and_one_is_shown(play: Play) -> None:
    spec = play("sglang", sse(delta("one"), delta(" two"), delta(" three", finish="length")))
    with closing(create("sglang")) as engine:
        engine.load(spec)
        run = Run(engine, Request("Hi", max_tokens=3, sampling=Sampling(1.0, seed=5), concurrency=4))
    assert run.text == "one two three"
    # What the others had before the first token that is shown is not part of decoding.
    assert run.state.others == sum(step.others for step in run.rounds) <= 9
    bodies = [body for _, body in play.asked]
    assert sorted(body["seed"] for body in bodies) == [5, 6, 7, 8]
    assert len({json.dumps(body["messages"]) for body in bodies}) == 1


@pytest.mark.real
@pytest.mark.xdist_group("llama-server")
def test_rounds_are_those_that_the_server_counts_itself(addresses: tuple[str, str], mtp: Engine) -> None:
    with httpx.Client(base_url=addresses[1], trust_env=False) as client:
        before = fetch_counts(client, NAMES)
        run = Run(mtp, Request(CODE, max_tokens=60))
        after = fetch_counts(client, NAMES)
    assert before is not None
    assert after is not None
    assert after.tokens - before.tokens == run.count
    state, counted = run.state, after.totals_since(before)
    rounds = [step for step in run.rounds if step.drafted]
    assert (counted.rounds, counted.drafted, counted.accepted) == (len(rounds), state.drafted, state.accepted)
    assert [hit for _, hit in counted.positions] == state.position_accepted


@pytest.mark.real
@pytest.mark.xdist_group("llama-server")
@pytest.mark.parametrize("kind", [LaneKind.NGRAM_SIMPLE, LaneKind.NGRAM_MAP_K, LaneKind.NGRAM_MOD])
def test_a_server_that_drafts_by_n_grams_is_raced_and_its_rounds_are_those_that_it_counts(
    pair: tuple[Path, Path], baseline: Engine, kind: LaneKind
) -> None:
    request = Request(CODE, max_tokens=200)
    plain = Run(baseline, request)
    with llama_server(pair, K, kind.value) as address, httpx.Client(base_url=address, trust_env=False) as client:
        spec = LaneSpec("lane", kind, "llama-server", address, k=K)
        assert lane_title(spec).startswith("N-gram")
        with loaded(spec) as engine:
            before = fetch_counts(client, NAMES)
            run = Run(engine, request)
            after = fetch_counts(client, NAMES)
    assert run.text == plain.text
    assert before is not None
    assert after is not None
    counted = after.totals_since(before)
    assert after.tokens - before.tokens == run.count
    assert (counted.drafted, counted.accepted) == (run.state.drafted, run.state.accepted)
    assert counted.rounds == len([step for step in run.rounds if step.drafted]) > 0
    # The app's own lookup finds at least as much as llama.cpp's.
    with loaded(LaneSpec("lookup", LaneKind.LOOKUP, "llama.cpp", str(pair[0]), k=K, threads=1)) as own:
        assert Run(own, request).state.accepted >= run.state.accepted


@pytest.mark.real
@pytest.mark.xdist_group("llama-server")
def test_a_stop_ends_all_requests_at_once_and_the_next_run_is_whole(mtp: Engine) -> None:
    before = threading.active_count()
    mtp.prefill(Request(CODE, max_tokens=200, concurrency=3))
    mtp.round()
    mtp.stop()
    with pytest.raises(Stopped):
        mtp.round()
    run = Run(mtp, Request(CODE, max_tokens=6, concurrency=2))
    assert run.count == 6
    # The server has one slot, so one request is answered after the other: the second is counted to its end, or it came
    # first and was over before the first token that is shown.
    assert run.state.others in (0, 6)
    assert (run.rounds[-1].emitted == 0) == (run.state.others == 6)
    for thread in threading.enumerate():
        if thread.name in ("server-stream", "server-crowd"):
            thread.join(timeout=5)
    assert threading.active_count() <= before
