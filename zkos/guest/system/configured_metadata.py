"""The block context without the chain's id, which its configuration has (v32 2.1, 9).

The configuration is asked for once a run, before all blocks.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.limits import (
    BLOCK_GAS,
    BLOCK_HASHES,
    HASH_BYTES,
    TRANSACTION_GAS,
    WINDOW_BYTES,
)
from zkos.guest.protocol.queries import DA_BLOBS
from zkos.guest.system.block_window import hash_in_window
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle, read_bool, read_u64
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
    proves_fri: bool
    """Whether the chain lets transactions claim that proofs hold."""
    largest_gas_limit: U64
    """Of transactions, whatever that of the block is."""
    da_scheme: U32
    """How the pubdata is published."""

    def __init__(self, oracle: Oracle) -> None:
        oracle.begin_configuration()
        self.chain_id = read_u64()
        self.proves_fri = read_bool()
        self.largest_gas_limit = read_u64()
        if self.largest_gas_limit < TRANSACTION_GAS:
            trap("the chain allows transactions too little gas")
        self.basefee = U256(0)
        self.pubdata_price = U256(0)
        self.native_price = U256(0)
        self.block_number = U64(0)
        self.timestamp = U64(0)
        self.gas_limit = U64(0)
        self.pubdata_limit = U64(0)
        self.coinbase = Address(0)
        self.block_hashes = allocate_bytes(WINDOW_BYTES + HASH_BYTES)
        self.mix_hash = U256(0)
        self.blob_fee = U256(0)
        self.da_scheme = U32(0)
        self.renew(oracle)

    def renew(self, oracle: Oracle) -> None:
        """Ask for what belongs to a block."""
        oracle.begin_metadata()
        self.basefee = oracle.read_u256()
        self.pubdata_price = oracle.read_u256()
        self.native_price = oracle.read_u256()
        self.block_number = read_u64()
        self.timestamp = read_u64()
        self.gas_limit = read_u64()
        self.pubdata_limit = read_u64()
        self.coinbase = oracle.read_address()
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

    def transaction_gas_limit(self) -> U64:
        """The highest gas limit of a transaction."""
        largest = self.largest_gas_limit
        return self.gas_limit if self.gas_limit < largest else largest

    def configuration_hash(self, keccak: Keccak256) -> Bytes32:
        """What binds the configuration of the chain."""
        keccak.update_u256(U256(self.chain_id))
        keccak.update_u256(U256(1) if self.proves_fri else U256(0))
        keccak.update_u256(U256(self.largest_gas_limit))
        return keccak.finish()
