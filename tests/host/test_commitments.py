"""What binds blocks and batches: against the real images, and rule by rule."""

import pytest

from differential.runners.base import deliver_block, state_of_case
from tests.host.published_transfer import (
    BLOCK_HASH,
    CASE,
    PUBDATA,
    PUBLIC_INPUTS,
    ROOT_AFTER,
    STATE_AFTER,
    STATE_BEFORE,
    TOUCHED,
    VERSIONED_HASH,
)
from zkos.host.case import parse_case
from zkos.host.commitments import (
    L1LogLine,
    block_hash,
    data_availability,
    logs_root,
    priority,
    rolling_hash,
    seal,
    versioned_hashes,
)
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.judge import seal_block
from zkos.host.signing import keccak256

ZERO = bytes(32)


def published_block():
    case = parse_case(CASE, "transfer")
    (block,) = case.blocks
    state = state_of_case(case)
    return seal_block(block.context, state, deliver_block(block), PUBDATA, TOUCHED)


@pytest.mark.parametrize("da", list(DataAvailability), ids=lambda da: da.value)
def test_published_block_has_the_public_input_of_the_image(da):
    sealed, after = published_block()
    assert sealed.before.hash().hex() == STATE_BEFORE
    assert sealed.after.hash().hex() == STATE_AFTER
    assert after.tree.root().hex() == ROOT_AFTER
    assert seal([sealed], da).public_input.hex() == PUBLIC_INPUTS[da.value]


def test_published_header():
    (transaction,) = deliver_block(parse_case(CASE, "transfer").blocks[0])
    rolling = rolling_hash([transaction.hash])
    assert block_hash(BlockContext(), ZERO, rolling, 21000).hex() == BLOCK_HASH


def test_header_names_parent_and_gas():
    context = BlockContext(block_number=2, coinbase=7)
    hashes = {
        block_hash(context, parent, ZERO, gas)
        for parent in (ZERO, b"\1" * 32)
        for gas in (0, 1)
    }
    assert len(hashes) == 4


def test_no_logs_are_a_tree_of_empty_ones():
    # Published: the root of a batch without logs.
    assert logs_root([]).hex().startswith("375a5bf909cb0214")


def test_logs_fill_the_tree_from_the_left():
    logs = [L1LogLine(n, 0x8001, n, 1) for n in range(3)]
    leaves = [keccak256(log.encode()) for log in logs]
    empty = keccak256(bytes(88))
    node = keccak256(keccak256(leaves[0] + leaves[1]) + keccak256(leaves[2] + empty))
    for height in range(2, 14):
        sibling = empty
        for _ in range(height):
            sibling = keccak256(sibling * 2)
        node = keccak256(node + sibling)
    assert logs_root(logs) == node


def test_log_is_88_bytes_and_counts_modulo_2_16():
    line = L1LogLine(2**16 + 5, 0x8008, 3, 4).encode()
    assert len(line) == 88
    assert line[:4] == b"\0\1\0\5"


def test_priority_operations_roll():
    assert priority([]) == (0, keccak256(b""))
    assert priority([ZERO]) == (1, keccak256(keccak256(b"") + ZERO))


def test_schemes_bind_the_pubdata_differently():
    none, hashed, blobs = (data_availability(da, b"p") for da in DataAvailability)
    assert none == ZERO
    assert hashed == keccak256(ZERO + keccak256(b"p") + b"\1" + ZERO)
    (versioned,) = versioned_hashes(DataAvailability.BLOBS, b"p")
    assert versioned[0] == 1
    assert blobs == keccak256(versioned)


def test_blob_of_a_published_block_has_its_name():
    (versioned,) = versioned_hashes(DataAvailability.BLOBS, PUBDATA)
    assert versioned.hex() == VERSIONED_HASH


def test_batch_goes_from_the_first_state_to_the_last():
    first, _ = published_block()
    alone, twice = (
        seal(blocks, DataAvailability.NONE) for blocks in ([first], [first, first])
    )
    assert alone.state_before == twice.state_before
    assert alone.state_after == twice.state_after
    assert alone.output == twice.output
