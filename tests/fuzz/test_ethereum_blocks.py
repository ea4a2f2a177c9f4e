"""Generated blocks of Ethereum: EELS makes them, our OS says the same of them."""

from dataclasses import replace
from itertools import pairwise

import pytest

from differential.ethereum import eels
from differential.ethereum.chains import body_of
from differential.ethereum.reducing import rebuild
from fuzz.mutation.ethereum import mutate_chain
from fuzz.strategies.ethereum.chains import chain, lone_block
from fuzz.strategies.ethereum.damage import damaged
from fuzz.strategies.source import BytesSource, RandomSource
from fuzz.targets import ethereum_blocks
from fuzz.targets.ethereum_blocks import EthereumTarget
from fuzz.targets.ethereum_engines import Opinion
from zkos.versions import Fork

pytest.importorskip("ethereum")


@pytest.fixture(scope="module")
def target():
    """Native alone, without counters: nothing but the plain build is needed."""
    return EthereumTarget("ethereum_blocks", images=False, counts=False)


@pytest.fixture(scope="module")
def blocks():
    """A chain of several blocks."""
    return next(
        made
        for seed in range(100)
        if len(made := chain(RandomSource(seed), Fork.OSAKA)) > 1
    )


def test_the_same_seed_gives_the_same_chain():
    one, two = (chain(RandomSource(5), Fork.PRAGUE) for _ in range(2))

    assert one == two


def test_the_smallest_choices_give_a_block():
    (known,) = chain(BytesSource(b""))

    assert eels.run_block(known).succeeded


def test_blocks_of_a_chain_follow_each_other(blocks):
    for known, following in pairwise(blocks):
        assert following.block.witness.headers[-1] == known.block.header
    assert all(eels.run_block(known).succeeded for known in blocks)


def test_a_chain_is_read_as_it_was_written(target, blocks):
    again = target.decode(target.encode(blocks))

    assert [item.block.header for item in again] == [k.block.header for k in blocks]
    assert [item.before for item in again] == [known.before for known in blocks]
    assert target.encode(again) == target.encode(blocks)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"format": "zkos-ethereum-blocks/1"}']
)
def test_what_is_no_chain_is_a_value_error(target, content):
    with pytest.raises(ValueError, match=r"\w"):
        target.decode(content)


def test_a_chain_can_be_made_again_from_what_proposers_decided(blocks):
    first = blocks[0]
    bodies = [body_of(known) for known in blocks]
    again = rebuild(first.block.fork, first.before, first.block.witness.headers, bodies)

    assert [k.block.header for k in again] == [k.block.header for k in blocks]


def test_smaller_chains_are_smaller(target, blocks):
    for _, smaller in zip(range(4), target.shrink(blocks), strict=False):
        assert target.weight(smaller) <= target.weight(blocks)


@pytest.mark.native
def test_changed_chains_are_compared(target, blocks):
    value = blocks[:1]
    for seed in range(4):
        value = mutate_chain(RandomSource(seed), value, blocks)
        seen = target.run(value)
        assert seen.problem is None, seen.problem
        assert seen.compared == len(value)


@pytest.mark.native
def test_damaged_blocks_are_refused_where_eels_refuses_them(target):
    refused = 0
    for seed in range(5):
        source = RandomSource(seed)
        link = lone_block(source, 50, Fork.OSAKA)
        seen = target.run((damaged(source, link.known, link.refused),))
        assert seen.problem is None, seen.problem
        refused += seen.rejected
    assert refused > 1


@pytest.mark.native
def test_a_reference_that_says_something_else_is_a_finding(target, blocks, monkeypatch):
    def ask(name, known):
        outcome = eels.run_block(known)
        other = replace(outcome, state_root=outcome.state_root ^ 1)
        return Opinion(name, other, 0.0)

    monkeypatch.setattr(ethereum_blocks, "ask", ask)
    problem = target.run(blocks).problem

    assert problem is not None
    assert (problem.kind, problem.layer) == ("diverge", "state_root")
