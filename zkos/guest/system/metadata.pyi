"""The block context: what the host says about the block (oracle spec 1.1, 1.3).

Trusted input, bound only by the public input; nothing is checked but its shape and
the gas limit. A seam: versions have other fields.
"""

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView

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
    da_scheme: U32
    """How the pubdata is published."""

    def __init__(self, oracle: Oracle) -> None:
        """Ask the oracle; traps if an answer is malformed or the gas limit too high."""

    def block_hash(self, number: U64) -> U256:
        """Hash of one of the last 256 blocks, else 0 (BLOCKHASH)."""

    def parent_hash(self) -> U256:
        """Hash of the block before; 0 for block 0."""

    def prevrandao(self, options: Options) -> U256:
        """PREVRANDAO and the mix hash of the header."""

    def blob_hash(self, index: U32) -> U256:
        """Versioned hash of a blob of the transaction; 0 beyond the last."""

    def blob_base_fee(self) -> U256:
        """BLOBBASEFEE, in wei; there are no blobs."""

    def renew(self, oracle: Oracle) -> None:
        """Become those of the next block of a batch, where a configuration stays.

        Traps as the first time.
        """

    def transaction_gas_limit(self) -> U64:
        """The highest gas limit of a transaction that L2 signs."""

    def configuration_hash(self, keccak: Keccak256) -> Bytes32:
        """What binds the configuration of the chain, 0 if nothing does."""
