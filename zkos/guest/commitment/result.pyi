"""What the transaction loop finds out, and which transactions may be in one block.

A seam: versions have other blocks and commit to their transactions in other ways.
"""

from zkos.lang.ints import U32, U64, Bytes32

class BlockResult:
    """About the transactions that stay in the block."""

    rolling_hash: Bytes32
    """Of their hashes."""
    upgrade_hash: Bytes32
    """Of the upgrade transaction, or 0."""
    gas_used: U64
    """Sum of what they were charged."""

    def __init__(self) -> None: ...
    def admits(self, kind: U32, position: U32) -> bool:
        """Whether a transaction of this kind may be the one at this position."""

    def accept(self, kind: U32) -> None:
        """Note the kind of a transaction that stays."""
