"""What the transaction loop finds out, and which transactions may be in one block.

A seam: versions have other blocks and commit to their transactions in other ways.
"""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.state.emitted import Event
from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import List

class BlockResult:
    """About the transactions that stay in the block."""

    rolling_hash: Bytes32
    """What binds their hashes, once the block is closed."""
    upgrade_hash: Bytes32
    """Of the upgrade transaction, or 0."""
    gas_used: U64
    """Sum of what they were charged."""

    def __init__(self) -> None: ...
    def admits(self, kind: U32, position: U32) -> bool:
        """Whether a transaction of this kind may be the one at this position."""

    def keep(self, transaction_hash: Bytes32) -> None:
        """Take in the hash of a transaction that stays, if the hashes do not roll."""

    def accept(self, kind: U32, success: bool) -> None:
        """Note a transaction that stays; its gas is in the sum already."""

    def close(self, blake2s: Blake2s, events: List[Event]) -> None:
        """Nothing follows: find what binds all transactions and their events."""

    def receipts_root(self) -> Bytes32:
        """What binds the receipts of a closed block."""
