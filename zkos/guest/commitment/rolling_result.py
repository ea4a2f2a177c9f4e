"""A rolling hash of transactions, of which any may follow any (v30: state spec 5)."""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.state.emitted import Event
from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import List


class BlockResult:
    """About the transactions that stay in the block."""

    rolling_hash: Bytes32
    """Of their hashes."""
    upgrade_hash: Bytes32
    """Of the upgrade transaction, or 0."""
    gas_used: U64
    """Sum of what they were charged."""

    def __init__(self) -> None:
        self.rolling_hash = Bytes32(0)
        self.upgrade_hash = Bytes32(0)
        self.gas_used = U64(0)

    def admits(self, kind: U32, position: U32) -> bool:
        """Whether a transaction of this kind may be the one at this position."""
        return True

    def keep(self, transaction_hash: Bytes32) -> None:
        """Nothing to keep: the hash rolls."""

    def accept(self, kind: U32, success: bool) -> None:
        """Note a transaction that stays."""

    def close(self, blake2s: Blake2s, events: List[Event]) -> None:
        """Nothing is left to find."""

    def receipts_root(self) -> Bytes32:
        """Receipts are not bound."""
        return Bytes32(0)
