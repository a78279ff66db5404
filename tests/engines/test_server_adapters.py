"""Whatever a server sends as a chunk or as its list of models, its adapter reads it without failing."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.answer import Answer
from app.engines.detokenize import PairDecoder
from app.engines.servers.base import Adapter
from app.engines.servers.said import fault
from app.race.problems import ProblemError

MODULES = ("llama_server", "vllm", "sglang", "ollama", "lmstudio")
FIELDS = (
    *("choices", "delta", "message", "content", "text", "reasoning", "reasoning_content", "thinking", "response"),
    *("usage", "completion_tokens", "prompt_tokens", "completion_tokens_details", "accepted_prediction_tokens"),
    *("rejected_prediction_tokens", "meta_info", "spec_verify_ct", "spec_accept_histogram", "spec_accept_rate"),
    *("timings", "predicted_n", "prompt_n", "draft_n", "draft_n_accepted", "draft_rounds", "draft_by_depth"),
    *("metrics", "speculative_decoding", "per_step_drafted", "per_step_accepted", "num_spec_steps", "token_ids"),
    *("stats", "total_draft_tokens_count", "accepted_draft_tokens_count", "finish_reason", "done", "done_reason"),
    *(
        "eval_count",
        "prompt_eval_count",
        "error",
        "object",
        "models",
        "data",
        "id",
        "name",
        "details",
        "family",
        "type",
    ),
)
NUMBERS = st.integers(-2, 2**40) | st.floats() | st.sampled_from([1e-300, 2**31 - 1, 10**30])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters() | st.just("\ud83d"), max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=30,
)


def adapter(module: str) -> Adapter:
    made: Adapter = importlib.import_module(f"app.engines.servers.{module}").create()._adapter
    return made


def travels(event: msgspec.Struct) -> bool:
    """Whether an event gets through to the app as it is: its numbers are within the bounds of the protocol."""
    data = msgspec.msgpack.encode(event)
    return bool(msgspec.msgpack.decode(data, type=type(event)) == event)


@pytest.mark.parametrize("module", MODULES)
@given(chunks=st.lists(JSON, max_size=6))
def test_any_chunks_are_an_answer_or_a_problem(module: str, chunks: list[Any]) -> None:
    reads, answer = adapter(module).read, Answer(9)
    with contextlib.suppress(ProblemError):
        for chunk in chunks:
            fault(chunk)
            piece = reads(chunk)
            answer.take(msgspec.structs.replace(piece, text=PairDecoder().feed(piece.text)))
            while (found := answer.round()) is not None:
                assert travels(found)
        totals = answer.totals
        assert totals is None or travels(totals)


@pytest.mark.parametrize("module", MODULES)
@given(reply=JSON)
def test_any_list_of_models_is_names(module: str, reply: Any) -> None:
    for model in adapter(module).models(reply):
        model.name.encode()
        assert isinstance(model.writes, bool)


@pytest.mark.parametrize("share", [1e-300, 5e-324, 1.0, 0.0, -1.0, float("nan"), float("inf")])
def test_a_share_that_no_count_fits_is_not_believed(share: float) -> None:
    info = {"spec_verify_ct": 3, "spec_accept_histogram": [1, 2**31 - 1, 7], "spec_accept_rate": share}
    piece = adapter("sglang").read({"choices": [{"delta": {"content": "a"}}], "meta_info": info})
    assert piece.drafted == -1 or -1 <= piece.accepted <= piece.drafted < 2**31
