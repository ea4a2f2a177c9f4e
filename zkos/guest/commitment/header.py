"""The hash that names a block (state spec 7).

The header is Ethereum's before Shanghai; fields that a rollup has no use for are 0,
and so, by upstream's convention, is the parent hash.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.system.metadata import Metadata
from zkos.lang.ints import U8, U16, U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes

OMMERS_HASH: Final = U256(
    0x1DCC4DE8DEC75D7AAB85B567B6CCD41AD312451B948A7413F0A142FD40D49347
)
"""Keccak-256 of the RLP of an empty list."""
BLOOM_BYTES: Final = U32(256)
HEADER_BYTES: Final = U32(600)
"""More than the longest header."""
LIST_PREFIX_BYTES: Final = U32(3)
RLP_SHORT: Final = U32(0x80)
RLP_LONG_2: Final = U8(0xB9)
RLP_LIST_2: Final = U8(0xF9)
"""A list whose length takes two bytes."""


class HeaderWriter:
    """RLP items one after the other (yellow paper, appendix B)."""

    data: ByteView
    end: U32

    def __init__(self) -> None:
        self.data = allocate_bytes(HEADER_BYTES)
        self.end = LIST_PREFIX_BYTES

    def put_hash(self, value: U256) -> None:
        """A string of 32 bytes."""
        self.data[self.end] = U8(0xA0)
        self.data.store_u256_be(self.end + 1, value)
        self.end = self.end + 33

    def put_address(self, address: Address) -> None:
        """A string of 20 bytes."""
        self.data[self.end] = U8(RLP_SHORT + 20)
        self.data.store_u256_be(self.end + 1, U256(address) << 96)
        self.end = self.end + 21

    def put_zeros(self, length: U32) -> None:
        """A string of zero bytes: none, or 2 to 55."""
        self.data[self.end] = U8(RLP_SHORT + length)
        self.end = self.end + 1 + length

    def put_bloom(self) -> None:
        """A string of 256 zero bytes."""
        self.data[self.end] = RLP_LONG_2
        self.data.store_u16_be(self.end + 1, U16(BLOOM_BYTES))
        self.end = self.end + 3 + BLOOM_BYTES

    def put_number(self, value: U64) -> None:
        """A number: its bytes without leading zeros."""
        length = (value.bit_length() + 7) >> 3
        if length == 1 and value < 0x80:
            self.data[self.end] = U8(value)
            self.end = self.end + 1
            return
        self.data[self.end] = U8(RLP_SHORT + length)
        if length != 0:
            shift = U32(64) - (length << 3)
            self.data.store_u64_be(self.end + 1, value << shift)
        self.end = self.end + 1 + length

    def finish(self) -> ByteView:
        """The list of all items; it has more than 255 bytes."""
        self.data[0] = RLP_LIST_2
        self.data.store_u16_be(1, U16(self.end - LIST_PREFIX_BYTES))
        return self.data.window(0, self.end)


def hash_header(keccak: Keccak256, metadata: Metadata, rolling: Bytes32) -> Bytes32:
    """The block hash; traps if the base fee does not fit 64 bits."""
    basefee = U64(metadata.basefee)
    header = HeaderWriter()
    header.put_hash(U256(0))
    header.put_hash(OMMERS_HASH)
    header.put_address(metadata.coinbase)
    header.put_hash(U256(0))
    header.put_hash(U256(rolling))
    header.put_hash(U256(0))
    header.put_bloom()
    header.put_number(U64(0))
    header.put_number(metadata.block_number)
    header.put_number(metadata.gas_limit)
    header.put_number(U64(0))
    header.put_number(metadata.timestamp)
    header.put_zeros(U32(0))
    header.put_hash(U256(0))
    header.put_zeros(U32(8))
    header.put_number(basefee)
    return keccak.hash(header.finish())
