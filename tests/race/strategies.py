"""Hypothesis strategies for events, records and headers."""

from __future__ import annotations

from hypothesis import strategies as st

from app.race.events import Done, Failed, Finish, Hello, LaneEvent, Loaded, Prefilled, Round, Token
from app.race.lanes import LaneKind, LaneSpec, Request, Sampling
from app.race.problems import Problem
from app.race.trace import Header, Record

NS = st.integers(0, 2**53)
WORDS = st.text(max_size=12)
FLOATS = st.floats(0, 50, allow_nan=False)

tokens = st.builds(
    Token,
    id=st.integers(-1, 300_000),
    text=WORDS,
    drafted=st.booleans(),
    gap=st.one_of(st.just(-1.0), FLOATS),
    runner_up=st.integers(-1, 300_000),
)
rounds = st.builds(
    Round,
    start_ns=NS,
    end_ns=NS,
    tokens=st.lists(tokens, max_size=9).map(tuple),
    drafted=st.integers(0, 16),
    accepted=st.integers(0, 16),
    draft_ns=NS,
    verify_ns=NS,
    count=st.integers(-1, 20),
)
events: st.SearchStrategy[LaneEvent] = st.one_of(
    rounds,
    st.builds(Hello, pid=st.integers(1, 2**22)),
    st.builds(Loaded, engine=WORDS, model=WORDS, device=WORDS, load_ns=NS, context=st.integers(0, 2**20)),
    st.builds(Prefilled, start_ns=NS, end_ns=NS, prompt_tokens=st.integers(0, 9999), first=tokens),
    st.builds(
        Done, clock_ns=NS, finish=st.sampled_from([item for item in Finish if item is not Finish.NEWER]), tail=WORDS
    ),
    st.builds(Failed, problem=st.builds(Problem, kind=WORDS, sentence=WORDS)),
)
lane_ids = st.sampled_from(["baseline", "mtp", "mtp-k2"])
records = st.builds(Record, lane=lane_ids, at=NS, e=events)
headers = st.builds(
    Header,
    pair=WORDS,
    prompt_name=WORDS,
    request=st.builds(Request, prompt=WORDS, sampling=st.builds(Sampling, temperature=st.floats(0, 5))),
    lanes=st.just(
        (
            LaneSpec(id="baseline", kind=LaneKind.BASELINE, engine="e", target="t"),
            LaneSpec(id="mtp", kind=LaneKind.MTP, engine="e", target="t", drafter="d", k=3),
        )
    ),
)
