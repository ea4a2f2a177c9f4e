"""The block context: what the host says about a block (oracle spec 1.1 to 1.3)."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from zkos.guest.protocol.queries import DA_BLOBS, DA_KECCAK, DA_NONE

MAX_BLOCK_GAS_LIMIT: Final = (2**64 - 1) // 256
BLOCK_HASHES: Final = 256


class DataAvailability(Enum):
    """Where the pubdata of a block goes, so how the public input binds it."""

    NONE = "none"
    KECCAK = "keccak"
    """Its keccak-256 is bound."""
    BLOBS = "blobs"
    """Into EIP-4844 blobs, whose versioned hashes are bound."""

    @property
    def scheme(self) -> int:
        """The number the guest is told."""
        return _SCHEMES[self]


_SCHEMES: Final = {
    DataAvailability.NONE: int(DA_NONE),
    DataAvailability.KECCAK: int(DA_KECCAK),
    DataAvailability.BLOBS: int(DA_BLOBS),
}


@dataclass(frozen=True, slots=True)
class BlockContext:
    """The given facts of a block; the defaults are those of the case format."""

    chain_id: int = 37
    block_number: int = 1
    timestamp: int = 42
    eip1559_basefee: int = 1000
    """Wei a gas."""
    pubdata_price: int = 0
    """Wei a byte of pubdata."""
    native_price: int = 10
    """Wei a unit of native resource."""
    coinbase: int = 0
    gas_limit: int = MAX_BLOCK_GAS_LIMIT
    pubdata_limit: int = 2**64 - 1
    """Bytes."""
    mix_hash: int = 1
    blob_fee: int = 1
    """Wei; told since protocol version 31."""
    max_tx_gas_limit: int = 1 << 24
    """Of the chain, for transactions that L2 signs; told since protocol version 32,
    like the next one."""
    proves_fri: bool = False
    """Whether the chain lets transactions claim that FRI proofs hold."""
    block_hashes: tuple[int, ...] | None = None
    """Hashes of the blocks before as big-endian numbers, latest first, at most 256;
    missing ones are zero. None: those of the state the block runs on."""
    last_block_timestamp: int | None = None
    """Of the block before; None: that of the state the block runs on."""
    da: DataAvailability = DataAvailability.KECCAK
