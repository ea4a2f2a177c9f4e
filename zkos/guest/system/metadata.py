"""The block context: what the host says about the block (oracle spec 2.2).

Trusted input, bound only by the public input; nothing is checked but its shape.
"""

from typing import Final

from zkos.guest.system.oracle import Oracle, read_u64
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import Array

BLOCK_HASHES: Final = U32(256)


class Metadata:
    """Fields of the block header and prices."""

    basefee: U256
    """In wei a gas."""
    gas_per_pubdata: U256
    """Gas for a byte of pubdata."""
    native_price: U256
    """In wei a unit of native."""
    block_number: U64
    timestamp: U64
    chain_id: U64
    gas_limit: U64
    coinbase: Address
    block_hashes: Array[U256]
    """Of the 256 blocks before, latest first, as big-endian numbers."""
    mix_hash: U256
    """PREVRANDAO."""

    def __init__(self, oracle: Oracle) -> None:
        oracle.begin_metadata()
        self.basefee = oracle.read_u256()
        self.gas_per_pubdata = oracle.read_u256()
        self.native_price = oracle.read_u256()
        self.block_number = read_u64()
        self.timestamp = read_u64()
        self.chain_id = read_u64()
        self.gas_limit = read_u64()
        self.coinbase = oracle.read_address()
        self.block_hashes = Array(U256, BLOCK_HASHES)
        for index in urange(BLOCK_HASHES):
            self.block_hashes[index] = oracle.read_u256()
        self.mix_hash = oracle.read_u256()

    def block_hash(self, number: U64) -> U256:
        """Hash of one of the last 256 blocks, else 0 (BLOCKHASH)."""
        if number >= self.block_number:
            return U256(0)
        distance = self.block_number - number
        if distance > U64(BLOCK_HASHES):
            return U256(0)
        return self.block_hashes[U32(distance) - 1]
