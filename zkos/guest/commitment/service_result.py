"""A rolling hash of transactions, service transactions in blocks of their own (v31).

v31 bootloader spec 3 and 13. A block that begins with a service transaction, be it
after an upgrade, has no others.
"""

from zkos.guest.commitment.logs import NO_L1_TRANSACTIONS
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.protocol.transactions import TYPE_SERVICE
from zkos.guest.state.emitted import Event
from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import List


class BlockResult:
    """About the transactions that stay in the block."""

    rolling_hash: Bytes32
    """Of their hashes, from the hash of nothing on."""
    upgrade_hash: Bytes32
    """Of the upgrade transaction, or 0."""
    gas_used: U64
    """Sum of what they were charged."""
    of_service: bool
    """Whether it is a block of service transactions."""

    def __init__(self) -> None:
        self.rolling_hash = NO_L1_TRANSACTIONS
        self.upgrade_hash = Bytes32(0)
        self.gas_used = U64(0)
        self.of_service = False

    def admits(self, kind: U32, position: U32) -> bool:
        """Whether a transaction of this kind may be the one at this position."""
        if kind != TYPE_SERVICE:
            return not self.of_service
        follows_upgrade = position == 1 and self.upgrade_hash != Bytes32(0)
        return self.of_service or position == 0 or follows_upgrade

    def keep(self, transaction_hash: Bytes32) -> None:
        """Nothing to keep: the hash rolls."""

    def accept(self, kind: U32, success: bool) -> None:
        """Note a transaction that stays."""
        if kind == TYPE_SERVICE:
            self.of_service = True

    def close(self, blake2s: Blake2s, events: List[Event]) -> None:
        """Nothing is left to find."""

    def receipts_root(self) -> Bytes32:
        """Receipts are not bound."""
        return Bytes32(0)
