"""Receipts of a block, and what of each goes into their tree (v32 4, EIP-2718)."""

from typing import Final

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.protocol.transactions import TYPE_LEGACY
from zkos.guest.rlp.buffer import RlpBuffer
from zkos.guest.rlp.writer import bytes_length, list_length, number_length
from zkos.guest.state.emitted import Event
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256, Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes

BLOOM_BYTES: Final = U32(256)
ADDRESS_BYTES: Final = U32(21)
HASH_BYTES: Final = U32(33)


class Receipt:
    """What became of a transaction that stays."""

    kind: U32
    success: bool
    gas_used: U64
    """By it and all before it."""

    def __init__(self, kind: U32, success: bool, gas_used: U64) -> None:
        self.kind = kind
        self.success = success
        self.gas_used = gas_used


class ReceiptHasher:
    """Hashes receipts; the filter of their logs is left empty."""

    blake2s: Blake2s
    buffer: RlpBuffer
    bloom: ByteView

    def __init__(self, blake2s: Blake2s) -> None:
        self.blake2s = blake2s
        self.buffer = RlpBuffer()
        self.bloom = allocate_bytes(BLOOM_BYTES)

    def hash(
        self, receipt: Receipt, events: List[Event], first: U32, end: U32
    ) -> Bytes32:
        """The leaf of a receipt whose logs are these of the block's events."""
        logs = U32(0)
        for index in urange(first, end):
            logs = logs + list_length(log_payload(events[index]))
        payload = number_length(U256(receipt.gas_used)) + 1
        payload = payload + list_length(BLOOM_BYTES) + list_length(logs)

        buffer = self.buffer
        buffer.reset()
        if receipt.kind != TYPE_LEGACY:
            buffer.put_byte(U8(receipt.kind))
        buffer.put_list(payload)
        buffer.put_number(U256(1) if receipt.success else U256(0))
        buffer.put_number(U256(receipt.gas_used))
        buffer.put_bytes(self.bloom)
        buffer.put_list(logs)
        for index in urange(first, end):
            self.put_log(events[index])
        return self.blake2s.hash(buffer.written())

    def put_log(self, event: Event) -> None:
        """Append a log: who emits it, its topics, its data."""
        buffer = self.buffer
        buffer.put_list(log_payload(event))
        buffer.put_address(event.address)
        topics = event.topics
        buffer.put_list(HASH_BYTES * topics.length())
        for index in urange(topics.length()):
            buffer.put_hash(topics[index])
        buffer.put_bytes(event.data)


def log_payload(event: Event) -> U32:
    """Bytes of the items of a log."""
    topics = list_length(HASH_BYTES * event.topics.length())
    return ADDRESS_BYTES + topics + bytes_length(event.data)
