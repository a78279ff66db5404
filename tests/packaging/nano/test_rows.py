"""Examples are packed whole into rows, and answers are told from requests."""

import itertools

import numpy as np
from config import BOS, END_TURN
from hypothesis import given
from hypothesis import strategies as st
from rows import ANSWER, PROMPT, pack, piece


def test_an_example_begins_with_bos_and_ends_with_the_end_of_the_turn():
    ids, weights = piece([10, 11], [12, 13])
    assert ids.tolist() == [BOS, 10, 11, 12, 13, END_TURN]
    assert weights.tolist() == [PROMPT] * 3 + [ANSWER] * 3


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=40))
def test_packing_loses_no_example_and_splits_none(sizes):
    examples = [piece(range(100, 100 + a), range(300 + i, 300 + i + b)) for i, (a, b) in enumerate(sizes)]
    ids, weights = pack(examples, row=32)
    found = []
    for row, weight in zip(ids, weights, strict=True):
        used = int(np.count_nonzero(weight))
        assert not row[used:].any()
        starts = [*np.flatnonzero(row[:used] == BOS).tolist(), used]
        found += [tuple(row[a:b].tolist()) for a, b in itertools.pairwise(starts)]
    assert sorted(found) == sorted(tuple(e[0].tolist()) for e in examples)


def test_an_example_longer_than_a_row_is_left_out():
    ids, _ = pack([piece(range(100, 140), [200]), piece([100], [200])], row=16)
    assert len(ids) == 1
