"""Receipts of transactions and the bloom filters over their logs (EIP-658, 2718)."""

from typing import Final

from zkos.guest.blocks.ethereum.header import BLOOM_BYTES
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.transactions import TYPE_LEGACY
from zkos.guest.rlp.buffer import RlpBuffer
from zkos.guest.rlp.writer import bytes_length, list_length, number_length
from zkos.guest.state.emitted import Event
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256
from zkos.lang.memory import ByteView, List, allocate_bytes

BLOOM_ITEM_BYTES: Final = U32(259)
ADDRESS_ITEM_BYTES: Final = U32(21)
HASH_ITEM_BYTES: Final = U32(33)
BLOOM_BITS: Final = U32(2047)


class Receipts:
    """All receipts of the block and the bloom over all of them."""

    keccak: Keccak256
    bloom: ByteView
    items: List[ByteView]
    buffer: RlpBuffer
    word: ByteView

    def __init__(self, keccak: Keccak256) -> None:
        self.keccak = keccak
        self.bloom = allocate_bytes(BLOOM_BYTES)
        self.items = List(ByteView)
        self.buffer = RlpBuffer()
        self.word = allocate_bytes(32)

    def add(
        self, kind: U32, success: bool, gas: U64, events: List[Event], first: U32
    ) -> None:
        """Add a receipt; `gas` is that of the block so far, the logs begin at `first`.

        A bloom takes the address and the topics of each log.
        """
        bloom = self._bloom(events, first)
        for index in urange(BLOOM_BYTES):
            self.bloom[index] = self.bloom[index] | bloom[index]
        logs = U32(0)
        for index in urange(first, events.length()):
            logs = logs + list_length(log_payload(events[index]))
        buffer = self.buffer
        buffer.reset()
        if kind != TYPE_LEGACY:
            buffer.put_byte(U8(kind))
        cumulative = U256(gas)
        payload = number_length(cumulative) + 1 + BLOOM_ITEM_BYTES
        buffer.put_list(payload + list_length(logs))
        buffer.put_number(U256(1) if success else U256(0))
        buffer.put_number(cumulative)
        buffer.put_bytes(bloom)
        buffer.put_list(logs)
        for index in urange(first, events.length()):
            self._put_log(events[index])
        self.items.append(buffer.copy())

    def _put_log(self, event: Event) -> None:
        buffer = self.buffer
        count = event.topics.length()
        buffer.put_list(log_payload(event))
        buffer.put_address(event.address)
        buffer.put_list(count * HASH_ITEM_BYTES)
        for index in urange(count):
            buffer.put_hash(event.topics[index])
        buffer.put_bytes(event.data)

    def _bloom(self, events: List[Event], first: U32) -> ByteView:
        """The filter of the logs from `first` on."""
        bloom = allocate_bytes(BLOOM_BYTES)
        word = self.word
        for index in urange(first, events.length()):
            event = events[index]
            word.store_u256_be(0, U256(event.address))
            self._mark(bloom, word.window(12, 20))
            for number in urange(event.topics.length()):
                word.store_u256_be(0, event.topics[number])
                self._mark(bloom, word)
        return bloom

    def _mark(self, bloom: ByteView, item: ByteView) -> None:
        """Set the three bits of an item."""
        digest = U256(self.keccak.hash(item))
        self._set(bloom, digest.word(7) >> 16)
        self._set(bloom, digest.word(7))
        self._set(bloom, digest.word(6) >> 16)

    def _set(self, bloom: ByteView, number: U32) -> None:
        """Set the bit that the last eleven bits of a number name."""
        bit = number & BLOOM_BITS
        byte = BLOOM_BYTES - 1 - (bit >> 3)
        bloom[byte] = bloom[byte] | (U8(1) << (bit & 7))


def log_payload(event: Event) -> U32:
    """Bytes of the items of an encoded log."""
    topics = list_length(event.topics.length() * HASH_ITEM_BYTES)
    return ADDRESS_ITEM_BYTES + topics + bytes_length(event.data)
