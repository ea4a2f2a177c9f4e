"""The storage model behind the caches of the state. A seam.

The caches decide what is warm, changed and rolled back; the model says what the state
was before the block and binds what it has become.
"""

from zkos.guest.models.flat.tree import SealedSlot
from zkos.guest.state.account import Account
from zkos.guest.state.address_slots import AddressSlots
from zkos.guest.state.preimages import Preimage, PreimageCache
from zkos.guest.state.slot import Slot
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.oracle import Oracle
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import List, Map

class Backing:
    """The state before the block, as the host tells it and the model proves it."""

    own_slots: AddressSlots
    """Slots in which the model itself keeps accounts, for the storage cache."""

    def __init__(
        self, oracle: Oracle, preimages: PreimageCache, verify: bool
    ) -> None: ...
    def slot(self, address: Address, key: U256) -> tuple[bool, U256]:
        """Whether the slot is absent, and its value before the block."""

    def account(self, resources: Resources, account: Account) -> Slot:
        """Fill in what an account was before the block; the slot that is behind it.

        Charges native. Raises OutOfNative.
        """

    def account_native(self, is_unset: bool) -> U64:
        """What the first touch of an account in a transaction costs more."""

    def observe(self, account: Account) -> None:
        """Somebody has looked at what an account holds, so it must be proven."""

    def find_code(self, account: Account) -> None:
        """Have the account say how long its code is, and whose."""

    def observable_length(self, account: Account) -> U32:
        """Bytes of its code as others see it."""

    def can_be_created(self, account: Account) -> bool:
        """Whether a contract may come to be here (system spec 3.4)."""

    def code(self, account: Account) -> Preimage:
        """The stored code of an account that has a code hash."""

    def seal(
        self, addresses: Map[Address, AddressSlots], accounts: List[Account]
    ) -> List[SealedSlot]:
        """All slots of the block in order, with what accounts have become."""

    def commit(self, before: Commitment, records: List[SealedSlot]) -> Commitment:
        """Verify what was said of the state before, and what it is now."""
