"""What an image does that reports nothing: its pubdata tells it, and another engine."""

from dataclasses import replace

import pytest

from differential.compare import compare
from differential.from_pubdata import reveal
from differential.runners import native
from differential.runners.base import conclude, oracle_of, state_of_case
from fuzz.strategies.decrees import CODES, DEPLOYER, SET_BYTECODE_DETAILS
from zkos.host.case import Block, Case
from zkos.host.channel import QueryChannel
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.profile import RunOptions
from zkos.host.transactions import FieldTransaction, Kind
from zkos.host.tree import hash_bytes
from zkos.host.watching import Watcher

pytestmark = pytest.mark.native
OPTIONS = RunOptions()
SILENT = replace(OPTIONS, report=False)
NAMES = ("native", "image")


def decree(code, said):
    """A block in which governance says that a code has some keccak-256."""
    words = (0xDEAD, hash_bytes(code) if code else 0, len(code), said)
    data = SET_BYTECODE_DETAILS + b"".join(
        word.to_bytes(32, "big") if isinstance(word, int) else word for word in words
    )
    work = FieldTransaction(
        Kind.UPGRADE, 500_000, 0, to=DEPLOYER, data=data, sender=0x800F
    )
    block = Block(BlockContext(da=DataAvailability.BLOBS), (work,))
    return Case((block,), preimages=CODES)


def both(case):
    """What ours reports of a case, and what is seen of one that is silent."""
    (block,) = case.blocks
    state = state_of_case(case)
    watcher = Watcher(oracle_of(block, state, OPTIONS))
    channel = QueryChannel(watcher)
    ending = native.run_guest(channel, SILENT)
    silent = reveal(conclude(channel, ending, state, SILENT), watcher, state)
    return native.run_block(block, state, OPTIONS), silent


@pytest.mark.parametrize("code", [CODES[0], b""])
def test_a_hash_that_was_said_is_the_other_engines(code):
    ours, silent = both(decree(code, 0x1234))

    assert silent.detail.diffs is not None
    assert silent.state_root != ours.state_root
    assert compare(NAMES, ours, silent) is None
    assert compare(NAMES, silent, ours) is None


def test_with_another_public_input_nothing_is_taken_over():
    ours, silent = both(decree(b"", 0x1234))
    found = compare(NAMES, ours, replace(silent, public_input=bytes(32)))
    assert found is not None
    assert found.layer == "public_input"
    unbound = replace(silent, public_input=None)
    found = compare(NAMES, ours, unbound)
    assert found is not None
    assert found.layer == "state_root"


def test_no_other_field_of_an_account_is_taken_over():
    ours, _ = both(decree(b"", 0x1234))
    _, other = both(decree(CODES[0], 0x1234))
    found = compare(NAMES, ours, replace(other, public_input=ours.public_input))
    assert found is not None
    assert found.layer == "state_root"
