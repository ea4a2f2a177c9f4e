"""Blocks of Ethereum made smaller: what shows the difference stays."""

from itertools import islice

import pytest

from differential.ethereum import eels
from differential.ethereum.less import smaller_transactions
from differential.ethereum.reducing import reduce_blocks, smaller_blocks
from differential.importers.ethereum_blocks import load_blocks
from tests.pins import CORPORA
from zkos.host.delivery import decode_transaction
from zkos.host.transactions import RawTransaction

pytest.importorskip("ethereum")

BLOCKS = tuple(
    load_blocks(CORPORA / "ethereum" / "all_types_prague_1000.blocks.json.gz")
)


def has_kind(kind: int):
    """Whether a valid block has a transaction of a kind."""

    def shows(blocks) -> bool:
        (known,) = blocks
        has_it = any(item[0] == kind for item in known.block.transactions)
        return has_it and eels.run_block(known).succeeded

    return shows


@pytest.mark.slow
def test_all_but_what_is_looked_for_goes():
    (small,) = reduce_blocks(BLOCKS, has_kind(2))

    assert len(small.block.transactions) == 1
    assert len(small.before) < len(BLOCKS[0].before)
    fields = decode_transaction(RawTransaction(small.block.transactions[0]))
    assert (fields.data, fields.value) == (b"", 0)


@pytest.mark.slow
def test_what_never_shows_stays_as_it_was():
    assert reduce_blocks(BLOCKS, lambda _: False) is BLOCKS


def test_a_sender_whose_key_is_not_known_has_nothing_smaller():
    for item in BLOCKS[0].block.transactions:
        assert list(smaller_transactions(item)) == []


def test_smaller_blocks_are_blocks_too():
    smaller = list(islice(smaller_blocks(BLOCKS), 3))

    assert all(eels.run_block(known).succeeded for (known,) in smaller)
    assert smaller[0][0].block.transactions == ()
