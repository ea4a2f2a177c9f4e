"""The flat storage model behind the caches: one tree of slots (state spec 1, 2).

An account is a slot of address 0x8003 with the BLAKE2s of its 124-byte encoding; that
of its code is in the encoding. Hashes of accounts are slots of the block like any
other, which a contract at 0x8003 would see.
"""

from zkos.guest.models.flat.sort import sorted_slots
from zkos.guest.models.flat.tree import SealedSlot, StateTree
from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES
from zkos.guest.protocol.native import (
    NATIVE_ACCOUNT_COLD,
    NATIVE_ACCOUNT_COLD_UNSET,
)
from zkos.guest.state.account import ENCODED_BYTES, Account
from zkos.guest.state.address_slots import AddressSlots
from zkos.guest.state.preimages import (
    PREIMAGE_ACCOUNT,
    PREIMAGE_CODE,
    Preimage,
    PreimageCache,
)
from zkos.guest.state.slot import Slot
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.oracle import Oracle
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import NOT_FOUND, List, Map, allocate_bytes


class Backing:
    """The state before the block, as the host tells it and the tree proves it."""

    oracle: Oracle
    preimages: PreimageCache
    verify: bool
    own_slots: AddressSlots
    """The hashes of accounts."""

    def __init__(self, oracle: Oracle, preimages: PreimageCache, verify: bool) -> None:
        self.oracle = oracle
        self.preimages = preimages
        self.verify = verify
        self.own_slots = AddressSlots(ACCOUNT_PROPERTIES)

    def slot(self, address: Address, key: U256) -> tuple[bool, U256]:
        """Whether the slot is absent, and its value before the block."""
        return self.oracle.initial_slot(address, key)

    def account(self, resources: Resources, account: Account) -> Slot:
        """Fill in what an account was before the block; its slot.

        The slot is asked for, and proven, whether or not the account can be paid.
        Raises OutOfNative.
        """
        slot = self._hash_slot(account.address)
        digest = slot.current
        account.unset = digest == 0
        resources.charge(U64(0), self.account_native(account.unset))
        if digest != 0:
            encoded = self.preimages.fetch(digest, ENCODED_BYTES, PREIMAGE_ACCOUNT)
            account.decode(encoded.data.window(0, ENCODED_BYTES))
            account.store_into(account.initial)
        return slot

    def account_native(self, is_unset: bool) -> U64:
        """What the first touch of an account in a transaction costs more."""
        return NATIVE_ACCOUNT_COLD_UNSET if is_unset else NATIVE_ACCOUNT_COLD

    def observe(self, account: Account) -> None:
        """All accounts are proven."""

    def find_code(self, account: Account) -> None:
        """An account always says how long its code is, and whose."""

    def observable_length(self, account: Account) -> U32:
        """Bytes of its code as others see it."""
        return account.observable_length

    def can_be_created(self, account: Account) -> bool:
        """Whether a contract may come to be here (system spec 3.4)."""
        return account.can_be_created()

    def code(self, account: Account) -> Preimage:
        """The stored code of an account that has a code hash."""
        length = account.stored_length()
        return self.preimages.fetch(account.bytecode_hash, length, PREIMAGE_CODE)

    def seal(
        self, addresses: Map[Address, AddressSlots], accounts: List[Account]
    ) -> List[SealedSlot]:
        """All slots of the block in order, those of changed accounts renewed."""
        for index in urange(accounts.length()):
            account = accounts[index]
            if account.changed():
                self._renew(account)
        slots = sorted_slots(addresses)
        records = List(SealedSlot)
        for index in urange(slots.length()):
            records.append(SealedSlot(slots[index], self.preimages.blake2s))
        return records

    def commit(self, before: Commitment, records: List[SealedSlot]) -> Commitment:
        """Verify what was said of the state before, and what it is now."""
        tree = StateTree(self.verify, before)
        tree.apply(records)
        return tree.commitment()

    def _hash_slot(self, address: Address) -> Slot:
        slots = self.own_slots.slots
        key = U256(address)
        entry = slots.find(key)
        if entry != NOT_FOUND:
            return slots.value(entry)
        absent, initial = self.oracle.initial_slot(ACCOUNT_PROPERTIES, key)
        slot = Slot(ACCOUNT_PROPERTIES, key, initial, absent)
        slots.insert(key, slot)
        return slot

    def _renew(self, account: Account) -> None:
        """Write the hash of a changed account into its slot."""
        encoded = allocate_bytes(ENCODED_BYTES)
        account.encode(encoded)
        digest = U256(self.preimages.blake2s.hash(encoded))
        self.preimages.keep(digest, encoded, PREIMAGE_ACCOUNT)
        self._hash_slot(account.address).current = digest
