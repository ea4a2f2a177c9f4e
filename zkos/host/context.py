"""The block context: what the guest reads as block metadata (oracle spec 2.2)."""

from dataclasses import dataclass
from typing import Final

MAX_BLOCK_GAS_LIMIT: Final = (2**64 - 1) // 256
BLOCK_HASHES: Final = 256


@dataclass(frozen=True, slots=True)
class BlockContext:
    """The given facts of a block; the defaults are those of the case format."""

    chain_id: int = 37
    block_number: int = 1
    timestamp: int = 42
    eip1559_basefee: int = 1000
    """Wei a gas."""
    gas_per_pubdata: int = 0
    """Gas a byte of pubdata."""
    native_price: int = 10
    """Wei a unit of native resource."""
    coinbase: int = 0
    gas_limit: int = MAX_BLOCK_GAS_LIMIT
    mix_hash: int = 1
    block_hashes: tuple[int, ...] = ()
    """Hashes of the blocks before as big-endian numbers, latest first, at most 256;
    the missing ones are zero."""

    def metadata(self) -> bytes:
        """The answer to the metadata query, 2094 words."""
        hashes = [value.to_bytes(32, "little") for value in self.block_hashes]
        return b"".join(
            [
                self.eip1559_basefee.to_bytes(32, "little"),
                self.gas_per_pubdata.to_bytes(32, "little"),
                self.native_price.to_bytes(32, "little"),
                self.block_number.to_bytes(8, "little"),
                self.timestamp.to_bytes(8, "little"),
                self.chain_id.to_bytes(8, "little"),
                self.gas_limit.to_bytes(8, "little"),
                self.coinbase.to_bytes(24, "little"),
                *hashes,
                bytes(32 * (BLOCK_HASHES - len(hashes))),
                self.mix_hash.to_bytes(32, "little"),
            ]
        )
