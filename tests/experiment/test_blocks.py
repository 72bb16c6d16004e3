"""Blocks: every replication once and in order; fixed cuts; as much work in each as is worth asking for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.experiment.blocks import LEAST, MOST, blocks_of, contacts_of
from simcenter.simulation.compile import compile_network

contacts = st.floats(0, 1e7)
lengths = st.integers(0, 5000)


@given(st.integers(0, 10**6), lengths, contacts)
def test_blocks_are_the_range(first, length, contacts):
    replications = range(first, first + length)
    assert [number for block in blocks_of(replications, contacts) for number in block] == list(replications)
    assert all(len(block) for block in blocks_of(replications, contacts))


@given(st.integers(1, 5000), st.integers(1, 5000), contacts)
def test_cuts_do_not_depend_on_how_many_replications_come_after(one, other, contacts):
    short, long = (list(blocks_of(range(5, 5 + length), contacts)) for length in sorted((one, other)))
    assert long[: len(short) - 1] == short[:-1]
    last = long[len(short) - 1]
    assert last.start == short[-1].start
    assert last.stop >= short[-1].stop


@pytest.mark.parametrize("contacts", [20, 313, 1_740, 5_719, 101_000, 1e7])
def test_a_block_has_enough_work_and_not_too_much(contacts):
    blocks = list(blocks_of(range(20_000), contacts))
    work = [len(block) * (contacts + 200) for block in blocks]
    assert max(work) <= max(MOST, contacts + 200)
    assert max(map(len, blocks)) <= 256
    assert min(work[:-1]) >= min(LEAST, 13 * (contacts + 200)) / 2  # the second stage has but 13 replications
    assert sum(work) / len(work) > 0.3 * min(MOST, 256 * (contacts + 200))


@pytest.mark.parametrize("contacts", [5_719, 20_000, 101_000])
@pytest.mark.parametrize("replications", [20, 50, 100, 200])
@pytest.mark.parametrize("jobs", [2, 3])
def test_short_ranges_are_shared_evenly(contacts, replications, jobs):
    """If each of the crew takes the next block as soon as it has done one, all end at nearly the same time."""
    ends, blocks = [0] * jobs, list(blocks_of(range(replications), contacts))
    for block in blocks:
        ends[ends.index(min(ends))] += len(block)
    largest = max(map(len, blocks))
    assert largest <= max(3, replications / 16)
    assert max(ends) <= replications / jobs + largest


def test_contacts_are_those_expected(centre):
    assert contacts_of(compile_network(centre)) == pytest.approx(2 * (120 + 40 + 50 + 30), rel=1e-9)


def test_the_first_stages_of_a_usual_centre():
    """As docs/replications.md says of home_shopping."""
    cuts = [block.stop for block in blocks_of(range(100), 5_719)]
    assert {50, 63, 79, 99} <= set(cuts)
    assert {b - a for a, b in pairwise([0, *cuts])} <= {1, 2, 3, 4, 5}
