"""Requests of the execution layer: deposits, withdrawals, consolidations (EIP-7685).

Deposits are logs of their contract (EIP-6110); the others are what two system
contracts answer at the end of a block (EIP-7002, EIP-7251).
"""

from typing import Final

from zkos.guest.blocks.ethereum.system_calls import ask_system
from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.crypto.sha256 import sha256
from zkos.guest.protocol.ethereum import (
    CONSOLIDATION_REQUESTS,
    DEPOSIT_EVENT,
    DEPOSITS,
    REQUEST_CONSOLIDATION,
    REQUEST_DEPOSIT,
    REQUEST_WITHDRAWAL,
    WITHDRAWAL_REQUESTS,
)
from zkos.guest.rlp.buffer import RlpBuffer
from zkos.guest.state.emitted import Event
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import ByteView, List, allocate_bytes
from zkos.lang.trap import trap

DEPOSIT_LOG_BYTES: Final = U32(576)
FIELD_OFFSETS: Final = (U32(160), U32(256), U32(320), U32(384), U32(512))
"""Of public key, credentials, amount, signature and index in the log."""
FIELD_LENGTHS: Final = (U32(48), U32(32), U32(8), U32(96), U32(8))
FIELDS: Final = U32(5)
DIGEST_BYTES: Final = U32(32)


def requests_hash(work: Work) -> U256:
    """Collect the requests of the block; the hash over them. Traps if one is wrong."""
    digests = RlpBuffer()
    put_digest(digests, REQUEST_DEPOSIT, deposits(work.io.events.events))
    put_digest(digests, REQUEST_WITHDRAWAL, ask_system(work, WITHDRAWAL_REQUESTS))
    put_digest(digests, REQUEST_CONSOLIDATION, ask_system(work, CONSOLIDATION_REQUESTS))
    out = allocate_bytes(DIGEST_BYTES)
    sha256(digests.written(), out)
    return out.load_u256_be(0)


def put_digest(digests: RlpBuffer, kind: U8, requests: ByteView) -> None:
    """Append the digest of the requests of a kind, if there are any."""
    length = requests.length()
    if length == 0:
        return
    data = allocate_bytes(length + 1)
    data[0] = kind
    data.window(1, length).copy_from(requests)
    out = allocate_bytes(DIGEST_BYTES)
    sha256(data, out)
    digests.put_raw(out)


def deposits(events: List[Event]) -> ByteView:
    """The requests that logs of the deposit contract make, in order."""
    requests = RlpBuffer()
    for index in urange(events.length()):
        event = events[index]
        if event.address == DEPOSITS and event.topics.length() != 0:
            if event.topics[0] == DEPOSIT_EVENT:
                put_deposit(requests, event.data)
    return requests.written()


def put_deposit(requests: RlpBuffer, data: ByteView) -> None:
    """Append what a log of a deposit says; traps if it is not as expected."""
    if data.length() != DEPOSIT_LOG_BYTES:
        trap("the log of a deposit has another length")
    for field in urange(FIELDS):
        offset = FIELD_OFFSETS[field]
        length = FIELD_LENGTHS[field]
        if data.load_u256_be(field << 5) != U256(offset):
            trap("a field of a deposit is elsewhere")
        if data.load_u256_be(offset) != U256(length):
            trap("a field of a deposit has another length")
        requests.put_raw(data.window(offset + 32, length))
