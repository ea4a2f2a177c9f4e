"""What an image does that reports nothing: its pubdata tells it, and another engine."""

from dataclasses import replace

import pytest

from differential.compare import compare
from differential.from_pubdata import reveal
from differential.runners import native
from differential.runners.base import conclude, oracle_of, state_of_case
from fuzz.strategies.decrees import CODES
from tests.support.decrees import decree
from zkos.host.channel import QueryChannel
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.profile import RunOptions
from zkos.host.watching import Watcher

pytestmark = pytest.mark.native
OPTIONS = RunOptions()
SILENT = replace(OPTIONS, report=False)
NAMES = ("native", "image")
BLOBS = BlockContext(da=DataAvailability.BLOBS)


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
    ours, silent = both(decree(code, 0x1234, BLOBS))

    assert silent.detail.diffs is not None
    assert silent.state_root != ours.state_root
    assert compare(NAMES, ours, silent) is None
    assert compare(NAMES, silent, ours) is None


def test_with_another_public_input_nothing_is_taken_over():
    ours, silent = both(decree(b"", 0x1234, BLOBS))
    found = compare(NAMES, ours, replace(silent, public_input=bytes(32)))
    assert found is not None
    assert found.layer == "public_input"
    unbound = replace(silent, public_input=None)
    found = compare(NAMES, ours, unbound)
    assert found is not None
    assert found.layer == "state_root"


def test_no_other_field_of_an_account_is_taken_over():
    ours, _ = both(decree(b"", 0x1234, BLOBS))
    _, other = both(decree(CODES[0], 0x1234, BLOBS))
    found = compare(NAMES, ours, replace(other, public_input=ours.public_input))
    assert found is not None
    assert found.layer == "state_root"
