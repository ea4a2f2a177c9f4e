"""The block context with a price of blobs (v31 oracle spec 1.1)."""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.limits import BLOCK_GAS, BLOCK_HASHES, HASH_BYTES, WINDOW_BYTES
from zkos.guest.protocol.queries import DA_BLOBS
from zkos.guest.system.block_window import hash_in_window
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle, read_u64
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView, allocate_bytes
from zkos.lang.trap import trap

FIXED_RANDOM: Final = U256(1)
"""What stands for the randomness of the beacon chain."""


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
    block_hashes: ByteView
    """Of the 256 blocks before, oldest first; behind them is room for one more."""
    mix_hash: U256
    blob_fee: U256
    """In wei; transactions from L2 need it to be 1."""
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
        self.block_hashes = allocate_bytes(WINDOW_BYTES + HASH_BYTES)
        for index in urange(BLOCK_HASHES):
            oracle.read_spelled(self.block_hashes.window(index << 5, HASH_BYTES))
        self.mix_hash = oracle.read_u256()
        self.blob_fee = oracle.read_u256()
        if self.gas_limit > BLOCK_GAS:
            trap("block gas limit too high")
        self.da_scheme = oracle.da_scheme()
        if self.da_scheme > DA_BLOBS:
            trap("unknown way of publishing")

    def block_hash(self, number: U64) -> U256:
        """Hash of one of the last 256 blocks, else 0 (BLOCKHASH)."""
        return hash_in_window(self.block_hashes, self.block_number, number)

    def parent_hash(self) -> U256:
        """Hash of the block before; 0 for block 0."""
        if self.block_number == 0:
            return U256(0)
        return self.block_hash(self.block_number - 1)

    def prevrandao(self, options: Options) -> U256:
        """PREVRANDAO and the mix hash of the header."""
        return self.mix_hash if options.prevrandao else FIXED_RANDOM

    def blob_hash(self, index: U32) -> U256:
        """There are no blobs."""
        return U256(0)

    def blob_base_fee(self) -> U256:
        """BLOBBASEFEE, in wei; there are no blobs."""
        return self.blob_fee

    def renew(self, oracle: Oracle) -> None:
        """Nothing stays for the next block: its metadata are made anew."""

    def transaction_gas_limit(self) -> U64:
        """The highest gas limit of a transaction."""
        return self.gas_limit

    def configuration_hash(self, keccak: Keccak256) -> Bytes32:
        """What binds the configuration of the chain: nothing does."""
        return Bytes32(0)
