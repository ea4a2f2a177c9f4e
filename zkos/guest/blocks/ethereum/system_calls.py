"""Calls of system contracts at the start and the end of a block.

They run as Ethereum says, by the code that is there: a caller of their own, a gas limit
of their own, nothing warm, no fee, and no logs in any receipt.
"""

from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.ethereum import (
    BEACON_ROOTS,
    BLOCK_HISTORY,
    GAS_SYSTEM,
    SYSTEM_SENDER,
)
from zkos.guest.system.errors import SystemFault
from zkos.guest.system.memory import copy_of
from zkos.guest.system.resources import ERGS_PER_GAS, INFINITE, Resources
from zkos.lang.ints import U256, Address
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap


def open_block(work: Work) -> None:
    """Store the beacon root (EIP-4788) and the hash of the parent (EIP-2935).

    Where the contracts are not deployed nothing happens, nor if they fail.
    """
    header = work.context.header
    call_system(work, BEACON_ROOTS, spelled(header.beacon_root))
    call_system(work, BLOCK_HISTORY, spelled(header.parent_hash))


def ask_system(work: Work, target: Address) -> ByteView:
    """What a contract that must be there and succeed answers; else the block ends."""
    try:
        account = work.io.read_account(NO_ENVIRONMENT, work.unlimited(), target)
    except SystemFault:
        trap("an account that cannot be read")
    if not account.has_code():
        trap("a contract of requests is not deployed")
    if not call_system(work, target, allocate_bytes(0)):
        trap("a contract of requests fails")
    return copy_of(work.runner.output)


def call_system(work: Work, target: Address, data: ByteView) -> bool:
    """Call a contract for the system; whether it succeeded."""
    io = work.io
    io.begin_transaction()
    work.system.origin = SYSTEM_SENDER
    work.system.gas_price = work.context.header.basefee
    work.reader.blob_hashes.truncate(0)
    events = io.events.events.length()
    resources = Resources(GAS_SYSTEM * ERGS_PER_GAS, INFINITE)
    snapshot = io.start_frame()
    try:
        success = work.runner.call(
            resources, NO_ENVIRONMENT, SYSTEM_SENDER, target, U256(0), data
        )
    except SystemFault:
        trap("a call of the system ends the block")
    io.finish_frame(snapshot, not success)
    io.accounts.wipe_deconstructed()
    io.events.events.truncate(events)
    return success


def spelled(value: U256) -> ByteView:
    """The 32 bytes that spell a number."""
    data = allocate_bytes(32)
    data.store_u256_be(0, value)
    return data
