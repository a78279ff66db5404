"""What servers say besides an answer, and answers in unusual shapes: nothing is lost, and nothing hangs a lane."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.servers.base import ServedModel
from app.engines.servers.said import fault, in_words, said_with, status_problem, text_of, words_of
from app.race.events import Finish
from app.race.lanes import Request
from app.race.problems import Problem, ProblemError
from tests.engines.conformance import Run, loaded
from tests.engines.fake_server import Play, delta, sse, timed, used

SAID = "KABOOM in layer 7"
HEAD = sse(delta("a"))[:2]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["error", "message", "x"]), inner),
)


def problem_of(play: Play, engine: str, lines: list[Any], prompt: str = "haiku", **changes: Any) -> Problem:
    with pytest.raises(ProblemError) as caught, loaded(play(engine, lines, **changes)) as lane:
        Run(lane, Request(prompt=prompt, max_tokens=5))
    return caught.value.problem


ERRORS = {
    "llama.cpp's error field": [*HEAD, f'error: {{"code":500,"message":"{SAID}"}}', ""],
    "an object that is an error": [*HEAD, *sse({"object": "error", "message": SAID, "code": 400})],
    "FastAPI's detail": [json.dumps({"detail": SAID})],
    "FastAPI's list of details": [json.dumps({"detail": [{"loc": ["body"], "msg": SAID, "type": "missing"}]})],
    "an error over several lines": [json.dumps({"error": {"message": SAID, "of": [{"type": "x"}]}}, indent=2)],
    "a list of errors": sse([{"error": {"message": SAID}}]),
    "errors": sse({"errors": [{"message": SAID}]}),
    "an error that is true": sse({"error": True, "message": SAID}),
    "an event": [*HEAD, "event: error", f"data: {SAID}", ""],
    "an event of JSON": [*HEAD, "event: error", json.dumps({"message": SAID}), f'data: {{"message":"{SAID}"}}', ""],
    "an error that nobody knows": [*HEAD, *sse({"error": {"why": {"text": SAID}}})],
    "a text": [json.dumps({"error": SAID})],
    "an error in a chunk": sse({**delta(""), "error": {"message": SAID}}),
    "a deep one": sse({"error": {"metadata": 1, "error": {"detail": {"message": SAID}}}}),
    "a web page": [f"<html><body>{SAID}</body></html>"],
    "words behind the answer": [*HEAD, f"Traceback: {SAID}"],
    "data that is no JSON": [*HEAD, f"data: {SAID}", ""],
}


@pytest.mark.parametrize("shape", ERRORS)
def test_the_servers_own_words_are_shown_in_whatever_shape_they_come(play: Play, shape: str) -> None:
    problem = problem_of(play, "llama-server", ERRORS[shape])
    assert SAID in problem.cause


@given(JSON)
def test_no_shape_of_a_chunk_upsets_the_search_for_an_error(chunk: Any) -> None:
    assert fault(chunk) is None or isinstance(fault(chunk), str)
    assert isinstance(words_of(chunk), str)


def test_words_are_found_in_a_page_and_in_text() -> None:
    assert in_words("<p>Not <b>here</b></p>").split() == ["Not", "here"]
    assert in_words("{broken") == "{broken"
    assert in_words("[" * 100_000).startswith("[")
    page = "<html><style>p{color:red}</style><SCRIPT>a='x<y'</SCRIPT><!-- v1 <b> --><h1>502</h1>nginx &amp; co</html>"
    assert in_words(page).split() == ["502", "nginx", "&", "co"]
    assert in_words("<p>before<script>a" + "<script" * 50_000) == "before"


def test_what_came_with_a_status_is_read_in_whatever_letters_and_left_where_it_cannot_be_unpacked() -> None:
    def said(body: bytes, **headers: str) -> str:
        return text_of(said_with(httpx.Response(500, content=iter([body[:5], body[5:]]), headers=headers), 1000))

    assert said(f'{{"error":"{SAID}"}}'.encode("utf-16")) == said(f'\ufeff{{"error":"{SAID}"}}'.encode())
    assert SAID in said(gzip.compress(SAID.encode()), **{"Content-Encoding": "gzip"})
    assert said(SAID.encode(), **{"Content-Encoding": "gzip"}) == ""


def test_what_is_packed_and_cannot_be_unpacked_is_told_as_that(play: Play) -> None:
    packed: dict[str, Any] = {"models": "x", "headers_sent": {"Content-Encoding": "gzip"}}
    failed = problem_of(play, "vllm", [], models_status=500, **packed)
    assert (failed.kind, "HTTP 500" in failed.cause) == ("server-failed", True)
    assert "cannot be unpacked" in problem_of(play, "vllm", [], models_status=200, **packed).sentence


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "words"),
    [
        (401, '{"error":"Unauthorized"}', {}, "server-key", "Unauthorized"),
        (403, "", {}, "server-forbidden", "HTTP 403"),
        (404, '{"detail":"Not Found"}', {}, "server-path", "Not Found"),
        (429, "", {"Retry-After": "7"}, "server-busy", "Wait 7 s"),
        (429, "", {"Retry-After": "9" * 5000}, "server-busy", "Wait, then"),
        (500, "<h1>Oops</h1>", {}, "server-failed", "Oops"),
        (502, "", {}, "server-gateway", "behind it"),
        (503, '{"error":{"message":"Loading model"}}', {}, "server-loading", "still loading"),
        (503, "", {}, "server-busy", "HTTP 503"),
        (307, "", {"Location": "/v2/models"}, "server-moved", "moved to /v2/models"),
        (308, "", {}, "server-moved", "does not say where"),
        (418, "teapot", {}, "server-refused", "teapot"),
        (599, "", {}, "server-failed", "HTTP 599"),
    ],
)
def test_every_http_status_has_a_sentence(
    play: Play, status: int, body: str, headers: dict[str, str], kind: str, words: str
) -> None:
    at_models = problem_of(play, "vllm", [], models_status=status, models=body, headers_sent=headers)
    at_answer = problem_of(play, "vllm", [body], models_status=200, models='{"data":[{"id":"m"}]}', status=status)
    for problem in (at_models, at_answer):
        assert problem.kind == kind
        assert words in str(problem)
        assert problem.action


@given(st.integers(300, 999), st.binary(max_size=60), st.text(max_size=9))
def test_no_status_is_without_words(status: int, body: bytes, place: str) -> None:
    reply = httpx.Response(status, headers=[(b"location", place.encode())])
    assert status_problem("http://a/v1/models", reply, body).sentence


def test_all_text_of_a_chunk_is_kept_what_is_thought_before_what_is_answered(play: Play) -> None:
    def said(**message: Any) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": message, "finish_reason": None}]}

    parts = [{"type": "text", "text": " is"}, {"type": "text", "text": " 4"}]
    lines = sse(
        said(role="assistant", content=""),
        said(reasoning="Let me think"),
        said(reasoning=" done.", reasoning_content=" done.", content="The answer"),
        said(content=parts),
        said(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "!"}]}]),
        delta("", used(3, 5), "stop"),
    )
    with loaded(play("vllm", lines)) as lane:
        assert Run(lane, Request("x", max_tokens=9)).text == "Let me think done.The answer is 4!"


def test_what_gateways_bundle_or_send_in_fields_of_their_own_is_text_too(play: Play) -> None:
    one = {"choices": [{"index": 0, "delta": {"content": "b", "reasoning_details": [{"text": "a"}]}}]}
    bundle = [one, delta("c", used(3, 5), "stop")]
    with loaded(play("vllm", sse(bundle))) as lane:
        assert Run(lane, Request(prompt="haiku", max_tokens=5)).text == "abc"


def test_ollamas_thought_and_answer_in_one_line_are_both_kept(play: Play) -> None:
    lines = [
        json.dumps({"message": {"thinking": "2+2", "content": "4"}, "done": False}),
        json.dumps({"message": {}, "done": True, "eval_count": 2, "prompt_eval_count": 3}),
    ]
    with loaded(play("ollama", lines)) as lane:
        assert Run(lane, Request("x", max_tokens=9)).text == "2+24"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ((r"a", r"\ud83d", r"\ude00"), "a\U0001f600"),
        ((r"x\ud83d", r"b"), "x\ufffdb"),
        ((r"\ude00", r"b"), "\ufffdb"),
        ((r"a", r"b\ud83d"), "ab\ufffd"),
        ((r"\ud83d\ud83d", r"\ude00\ud83d", r"\ude00"), "\ufffd\U0001f600\U0001f600"),
    ],
)
def test_halves_of_utf_16_pairs_are_joined_over_chunks(play: Play, pieces: tuple[str, ...], text: str) -> None:
    lines = [f'data: {{"choices":[{{"delta":{{"content":"{piece}"}}}}]}}\n' for piece in pieces]
    with loaded(
        play("lmstudio", [*lines, *sse(delta("", None, "stop"), {"choices": [], "usage": used(1, 3)})])
    ) as lane:
        run = Run(lane, Request("x", max_tokens=9))
    assert run.text == text
    assert run.count == 3


def test_a_stream_without_the_empty_line_behind_each_event_is_read_line_by_line(play: Play) -> None:
    lines = [line for line in sse(delta("a"), delta("b"), delta("", used(1, 2), "stop")) if line]
    with loaded(play("vllm", lines)) as lane:
        assert Run(lane, Request("x", max_tokens=9)).text == "ab"


def test_json_over_several_lines_of_data_is_one_chunk(play: Play) -> None:
    pretty = "\n".join(f"data: {line}" for line in json.dumps(delta("a"), indent=2).splitlines())
    with loaded(play("vllm", [pretty, "", *sse(delta("", used(1, 1), "stop"))])) as lane:
        assert Run(lane, Request("x", max_tokens=9)).text == "a"


def test_an_ollama_that_answers_at_once_is_told_so(play: Play) -> None:
    whole = json.dumps({"message": {"content": "Hello world"}, "done": True, "eval_count": 3})
    assert problem_of(play, "ollama", [whole]).kind == "server-unstreamed"


@pytest.mark.parametrize("digits", ["1" * 30, "1" * 5000, f"-{'9' * 5000}", "1e999"])
def test_a_number_beyond_all_bounds_is_no_count_and_harms_nothing(play: Play, digits: str) -> None:
    usage = f'{{"completion_tokens":{digits}}}'
    odd = f'{{"choices":[{{"delta":{{"content":"b"}}}}],"usage":{usage},"x":{digits}}}'
    with loaded(play("vllm", [f"data: {odd}", "", *sse(delta("", used(1, 1), "stop"))])) as lane:
        run = Run(lane, Request("x", max_tokens=9))
    assert (run.text, run.count) == ("b", 1)


def test_nan_where_nothing_is_read_does_no_harm(play: Play) -> None:
    lines = [
        'data: {"choices":[{"delta":{"content":"b"},"logprob":NaN}],"x":-Infinity}\n',
        *sse(delta("", used(1, 1), "stop")),
    ]
    with loaded(play("vllm", lines)) as lane:
        assert Run(lane, Request("x", max_tokens=9)).text == "b"


@pytest.mark.parametrize("prompt", ["caf\udce9", "\ud83d", "\ude00x"])
def test_a_prompt_that_is_no_text_is_refused_in_words(play: Play, prompt: str) -> None:
    assert problem_of(play, "vllm", sse(delta("a")), prompt).kind == "prompt-text"


@pytest.mark.parametrize(
    ("chunks", "kind"),
    [
        ([delta(""), delta("", None, "stop"), {"choices": [], "usage": used(5, 0)}], "server-empty-answer"),
        ([delta("", used(5, 1), "stop"), {"choices": [], "usage": used(5, 1)}], "server-empty-answer"),
        ([delta(""), delta("", None, "stop"), {"choices": [], "usage": used(5, 40)}], "server-textless"),
        ([delta("", used(5, 3)), delta("", used(5, 9), "length")], "server-textless"),
        ([delta("text"), delta("", None, "stop"), {"choices": [], "usage": used(5, 0)}], "server-counts"),
        ([delta("text"), delta("", None, "error")], "server-cut"),
        (
            [{"choices": [{"message": {"content": "All."}, "finish_reason": "stop"}], "usage": used(3, 3)}],
            "server-unstreamed",
        ),
    ],
)
def test_tokens_without_text_and_text_without_tokens_are_problems(play: Play, chunks: list[Any], kind: str) -> None:
    problem = problem_of(play, "vllm", sse(*chunks))
    assert problem.kind == kind
    assert problem.action


def test_totals_that_come_with_the_last_chunk_alone_are_no_round(play: Play) -> None:
    lines = sse(*(delta(f"w{at} ") for at in range(1500)), timed("", 1500, 1650, 1000, "length"))
    with loaded(play("llama-server", lines, 4)) as lane:
        run = Run(lane, Request("x", max_tokens=1500))
    assert (run.count, run.finish) == (1500, Finish.LENGTH)
    assert all(step.drafted == 0 and step.emitted == 1 for step in run.rounds)


@pytest.mark.parametrize(
    ("name", "kind", "writes"),
    [
        ("text-embedding-nomic-embed-text-v1.5", "", False),
        ("bge-m3:latest", "", False),
        ("gte-Qwen2-7B-instruct", "", False),
        ("mxbai-rerank-large", "", False),
        ("all-minilm:33m", "bert", False),
        ("snowflake-arctic:1", "nomic-bert", False),
        ("something", "embeddings", False),
        ("openai/whisper-large-v3", "", False),
        ("gemma-4-12b", "llm", True),
        ("gemma-4-12b", "vlm", True),
        ("albert-writes", "", True),
        ("age5-7b", "", True),
    ],
)
def test_a_model_that_makes_no_text_is_known_by_its_name_or_kind(name: str, kind: str, writes: bool) -> None:
    assert ServedModel(name, kind).writes is writes


def test_the_first_model_that_writes_is_asked_and_the_lane_says_so(play: Play) -> None:
    listed = json.dumps({"data": [{"id": "nomic-embed"}, {"id": "gemma"}, {"id": "other"}]})
    spec = play("vllm", sse(delta("a", used(1, 1), "stop")), models=listed)
    with loaded(spec) as lane:
        Run(lane, Request("x", max_tokens=1))
    assert play.asked[0][1]["model"] == "gemma"
    only = problem_of(play, "vllm", [], models='{"data":[{"id":"nomic-embed"}]}')
    assert only.kind == "server-no-writer"
    assert "nomic-embed" in only.cause
