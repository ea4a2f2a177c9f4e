"""The block context of v30 (oracle spec 1.1)."""

from typing import Final

from zkos.guest.protocol.limits import BLOCK_GAS
from zkos.guest.protocol.queries import DA_BLOBS
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle, read_u64
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import Array
from zkos.lang.trap import trap

BLOCK_HASHES: Final = U32(256)
FIXED_RANDOM: Final = U256(1)
"""What stands for the randomness of the beacon chain."""
NO_BLOB_FEE: Final = U256(1)


class Metadata:
    """Fields of the block header, prices and limits."""

    basefee: U256
    """In wei a gas."""
    pubdata_price: U256
    """In wei a byte of pubdata."""
    native_price: U256
    """In wei a unit of native."""
    block_number: U64
    timestamp: U64
    chain_id: U64
    gas_limit: U64
    pubdata_limit: U64
    """In bytes."""
    coinbase: Address
    block_hashes: Array[U256]
    """Of the 256 blocks before, oldest first, as big-endian numbers."""
    mix_hash: U256
    da_scheme: U32
    """How the pubdata is published."""

    def __init__(self, oracle: Oracle) -> None:
        oracle.begin_metadata()
        self.basefee = oracle.read_u256()
        self.pubdata_price = oracle.read_u256()
        self.native_price = oracle.read_u256()
        self.block_number = read_u64()
        self.timestamp = read_u64()
        self.chain_id = read_u64()
        self.gas_limit = read_u64()
        self.pubdata_limit = read_u64()
        self.coinbase = oracle.read_address()
        self.block_hashes = Array(U256, BLOCK_HASHES)
        for index in urange(BLOCK_HASHES):
            self.block_hashes[index] = oracle.read_u256()
        self.mix_hash = oracle.read_u256()
        if self.gas_limit > BLOCK_GAS:
            trap("block gas limit too high")
        self.da_scheme = oracle.da_scheme()
        if self.da_scheme > DA_BLOBS:
            trap("unknown way of publishing")

    def block_hash(self, number: U64) -> U256:
        """Hash of one of the last 256 blocks, else 0 (BLOCKHASH)."""
        if number >= self.block_number:
            return U256(0)
        distance = self.block_number - number
        if distance > U64(BLOCK_HASHES):
            return U256(0)
        return self.block_hashes[BLOCK_HASHES - U32(distance)]

    def parent_hash(self) -> U256:
        """Hash of the block before; 0 for block 0."""
        if self.block_number == 0:
            return U256(0)
        return self.block_hash(self.block_number - 1)

    def prevrandao(self, options: Options) -> U256:
        """PREVRANDAO and the mix hash of the header."""
        return self.mix_hash if options.prevrandao else FIXED_RANDOM

    def blob_base_fee(self) -> U256:
        """BLOBBASEFEE, in wei; there are no blobs."""
        return NO_BLOB_FEE
