"""What a block's pubdata means for the public input: a judge over guests and images.

Takes what the host gave and the pubdata alone, and needs no guest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from zkos.guest.protocol.addresses import BOOTLOADER
from zkos.host.commitments import SealedBlock, StateCommitment
from zkos.host.context import BlockContext
from zkos.host.delivery import ABI, Delivery
from zkos.host.pubdata import Pubdata, read_pubdata
from zkos.host.state import ChainState, Slot
from zkos.host.transactions import Kind

_NO_HASH: Final = bytes(32)
_RESULTS: Final = int(BOOTLOADER)
"""Who logs the results of transactions from L1."""
_TYPE_BYTE: Final = 31
"""Where an ABI body has its type."""


def seal_block(
    context: BlockContext,
    state: ChainState,
    transactions: Sequence[Delivery],
    pubdata: bytes,
    slots: Mapping[bytes, Slot],
) -> tuple[SealedBlock, ChainState]:
    """The block that leaves this pubdata, for `commitments.seal`, and the state after.

    `slots` names flat keys that the state does not. Raises PubdataError.
    """
    read = read_pubdata(pubdata, state, slots)
    after = state.fork()
    after.apply(read.diffs, read.preimages, read.block_hash, read.timestamp)
    given = context.block_hashes
    hashes = state.block_hashes if given is None else given
    time = context.last_block_timestamp
    before = StateCommitment(
        state.tree.root(),
        state.tree.next_free_slot,
        context.block_number - 1,
        hashes,
        state.timestamp if time is None else time,
    )
    number, stamp = context.block_number, context.timestamp
    then = replace(
        commitment_of(after, number, stamp),
        block_hashes=(read.block_hash, *hashes)[: len(after.block_hashes)],
    )
    upgrades = _results(read, transactions, Kind.UPGRADE)
    sealed = SealedBlock(
        context,
        before,
        then,
        pubdata,
        read.logs,
        tuple(_results(read, transactions, Kind.L1)),
        next(iter(upgrades), _NO_HASH),
    )
    return sealed, after


def commitment_of(state: ChainState, number: int, timestamp: int) -> StateCommitment:
    """The state after the block of this number."""
    root, free = state.tree.root(), state.tree.next_free_slot
    return StateCommitment(root, free, number, state.block_hashes, timestamp)


def _results(
    read: Pubdata, transactions: Iterable[Delivery], kind: Kind
) -> list[bytes]:
    """Hashes of the processed transactions of a type from L1, in order."""
    known = {
        item.hash
        for item in transactions
        if item.format == ABI
        and item.data[_TYPE_BYTE : _TYPE_BYTE + 1] == kind.value.to_bytes(1, "big")
    }
    keys = (log.key.to_bytes(32, "big") for log in read.logs if log.sender == _RESULTS)
    return [key for key in keys if key in known]
