"""Which ends of a block are no findings, and nothing more."""

import pytest
from zkos.host.raw_transaction import encode

from differential.runners import native
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.block_features import declared_abort, has_decree
from fuzz.targets.blocks import BlockTarget
from zkos.host.case import Block, parse_case
from zkos.host.context import BlockContext
from zkos.host.profile import Quirks
from zkos.host.transactions import (
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
)

UNREADABLE = "zkos/guest/state/preimages.py:70: preimage does not match its hash"
ROOM = "zkos/guest/blocks/loop.py:213: more ether than there can be"
LENGTH = "zkos/guest/system/oracle.py:74: unexpected length of an answer"
TREE = "zkos/guest/models/flat/tree.py:266: the proofs lead to another root"


def test_code_cannot_be_read_only_after_a_decree():
    assert declared_abort(UNREADABLE, (), Quirks.NONE, decreed=True)
    assert not declared_abort(UNREADABLE, (), Quirks.NONE)
    assert not declared_abort(UNREADABLE, (), Quirks.UPSTREAM)


def test_upstream_alone_ends_blocks_for_want_of_room():
    assert declared_abort(ROOM, (), Quirks.UPSTREAM)
    assert not declared_abort(ROOM, (), Quirks.NONE, decreed=True)


def test_odd_transactions_explain_odd_answers_only():
    assert declared_abort(LENGTH, (bytes(33),), Quirks.UPSTREAM)
    assert not declared_abort(LENGTH, (bytes(32),), Quirks.UPSTREAM)
    assert not declared_abort(TREE, (bytes(33),), Quirks.UPSTREAM, decreed=True)


@pytest.mark.parametrize("kind", Kind)
def test_only_governance_decrees(kind):
    work = FieldTransaction(kind, 100_000, 1000, sender=1, signature=bytes(65))
    encoded = EncodedTransaction(encode(work, 37))
    for item in (work, encoded):
        assert has_decree(Block(BlockContext(), (item,))) is (kind is Kind.UPGRADE)
    assert not has_decree(Block(BlockContext(), (RawTransaction(b"\xfe"),)))


def test_host_that_lies_may_be_refused():
    target = BlockTarget("lies", [BlockEngine("native", native.run_guest)])
    lie = {"answer": 0, "word": 0, "value": 1}
    liar = parse_case({"block": {}, "oracle": [lie]}, "case")
    assert target.run(liar).problem is None
