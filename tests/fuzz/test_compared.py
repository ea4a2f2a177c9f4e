"""Campaigns count the blocks of which two engines were heard, and no others."""

import pytest

from differential.runners import native
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.block_ethereum import compare_block
from fuzz.targets.blocks import BlockTarget, Judgement
from zkos.host.case import Block, Case
from zkos.host.context import BlockContext
from zkos.host.profile import Profile, RunOptions
from zkos.host.transactions import FieldTransaction, Kind

pytestmark = pytest.mark.native
ENGINE = BlockEngine("native", native.run_guest)
TWO = Case((Block(BlockContext(), ()), Block(BlockContext(block_number=2), ())))
UNENCODABLE = Case(
    (Block(BlockContext(), (FieldTransaction(Kind.LEGACY, 21_000, 1),)),)
)
"""Signed by nobody."""


def test_alone_nothing_is_compared():
    seen = BlockTarget("alone", [ENGINE]).run(TWO)
    assert (seen.problem, seen.compared) == (None, 0)


def test_every_block_of_two_engines():
    target = BlockTarget("two", [ENGINE, ENGINE])
    assert target.run(TWO).compared == 2
    assert target.run(UNENCODABLE).compared == 0


@pytest.mark.parametrize("compared", [True, False])
def test_peers_say_whether_they_have_an_opinion(compared):
    def reference(*_):
        return Judgement(compared=compared)

    target = BlockTarget("peer", [ENGINE], reference=reference)
    assert target.run(TWO).compared == 2 * compared


def test_ethereum_has_no_opinion_of_transactions_from_l1():
    options = RunOptions(profile=Profile.REPLAY)
    target = BlockTarget("peer", [ENGINE], options, reference=compare_block)
    work = FieldTransaction(Kind.L1, 100_000, 1000, sender=1)
    from_l1 = Case((Block(BlockContext(), (work,)),))
    seen = target.run(from_l1)
    assert (seen.problem, seen.compared) == (None, 0)
    assert target.run(TWO).compared == 2
