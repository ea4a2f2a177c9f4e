"""Trees of transactions and receipts; service transactions keep to themselves (v32 4).

Which transactions may be in one block is as in `service_result`.
"""

from zkos.guest.commitment.merkle import merkle_root
from zkos.guest.commitment.receipts import Receipt, ReceiptHasher
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.protocol.transactions import TYPE_SERVICE
from zkos.guest.state.emitted import Event
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, Bytes32
from zkos.lang.memory import List


class BlockResult:
    """About the transactions that stay in the block."""

    rolling_hash: Bytes32
    """Root of the tree of their hashes, once the block is closed."""
    upgrade_hash: Bytes32
    """Of the upgrade transaction, or 0."""
    gas_used: U64
    """Sum of what they were charged."""
    of_service: bool
    """Whether it is a block of service transactions."""
    hashes: List[Bytes32]
    receipts: List[Receipt]
    receipts_hash: Bytes32
    """Root of the tree of receipts, once the block is closed."""

    def __init__(self) -> None:
        self.rolling_hash = Bytes32(0)
        self.upgrade_hash = Bytes32(0)
        self.gas_used = U64(0)
        self.of_service = False
        self.hashes = List(Bytes32)
        self.receipts = List(Receipt)
        self.receipts_hash = Bytes32(0)

    def admits(self, kind: U32, position: U32) -> bool:
        """Whether a transaction of this kind may be the one at this position."""
        if kind != TYPE_SERVICE:
            return not self.of_service
        follows_upgrade = position == 1 and self.upgrade_hash != Bytes32(0)
        return self.of_service or position == 0 or follows_upgrade

    def keep(self, transaction_hash: Bytes32) -> None:
        """Take in the hash of a transaction that stays."""
        self.hashes.append(transaction_hash)

    def accept(self, kind: U32, success: bool) -> None:
        """Note a transaction that stays; its gas is in the sum already."""
        if kind == TYPE_SERVICE:
            self.of_service = True
        self.receipts.append(Receipt(kind, success, self.gas_used))

    def close(self, blake2s: Blake2s, events: List[Event]) -> None:
        """Nothing follows: find the roots."""
        hasher = ReceiptHasher(blake2s)
        leaves = List(Bytes32)
        first = U32(0)
        for number in urange(self.receipts.length()):
            end = first
            while end < events.length() and events[end].transaction_number == number:
                end = end + 1
            leaves.append(hasher.hash(self.receipts[number], events, first, end))
            first = end
        self.rolling_hash = merkle_root(blake2s, self.hashes)
        self.receipts_hash = merkle_root(blake2s, leaves)

    def receipts_root(self) -> Bytes32:
        """What binds the receipts of a closed block."""
        return self.receipts_hash
