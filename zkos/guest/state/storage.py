"""The storage cache: every slot the block has touched, with its history.

Prices and refunds are system spec 3.1. A slot's versioned fields (`current`, `unset`,
`touched_in`) are saved in the journal once a frame before they change, so that a
revert can restore them; the slot itself stays in the cache (system spec 2).
"""

from zkos.guest.protocol.environment import NO_ENVIRONMENT, runs_code
from zkos.guest.protocol.io_ergs import (
    ERGS_SLOT_COLD,
    ERGS_SLOT_COLD_WRITE,
    ERGS_SLOT_LISTED,
    ERGS_SLOT_RESET,
    ERGS_SLOT_SET,
    ERGS_SLOT_WARM,
    REFUND_SLOT_CLEARED,
    REFUND_SLOT_RESTORED,
    REFUND_SLOT_UNSET,
    UNSEEN_IS_UNPROVEN,
)
from zkos.guest.protocol.native import (
    ABSENCE_IS_PAID_ONCE,
    NATIVE_SLOT_COLD,
    NATIVE_SLOT_COLD_UNSET,
    NATIVE_SLOT_WARM,
)
from zkos.guest.state.absence import after_clearing
from zkos.guest.state.address_slots import AddressSlots
from zkos.guest.state.backing import Backing
from zkos.guest.state.slot import Slot, SlotUndo
from zkos.guest.system.errors import Fatal
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import NOT_FOUND, List, Map


class StorageCache:
    """All slots of the block by address."""

    backing: Backing
    believes: bool
    """Upstream's trust in the host, see `QUIRK_BELIEVES_HOST`."""
    addresses: Map[Address, AddressSlots]
    recent: AddressSlots
    """Of the last access."""
    transaction: U32
    """The current transaction, counted from 1."""
    journal: List[SlotUndo]
    """Entries are reused: only the first `journal_length` count."""
    journal_length: U32
    frame_start: U32
    """Journal length at the start of the innermost frame."""
    refund: U32
    """What EIP-3529 counts in the transaction, in gas; follows frames."""

    def __init__(self, backing: Backing, believes: bool) -> None:
        self.backing = backing
        self.believes = believes
        self.addresses = Map(Address, AddressSlots)
        self.recent = backing.own_slots
        self.addresses.insert(self.recent.address, self.recent)
        self.transaction = U32(0)
        self.journal = List(SlotUndo)
        self.journal_length = U32(0)
        self.frame_start = U32(0)
        self.refund = U32(0)

    def begin_transaction(self) -> None:
        """Make all history permanent, all slots cold, the refund 0."""
        journal = self.journal
        for index in urange(self.journal_length):
            journal[index].slot.journaled = U32(0)
        self.journal_length = U32(0)
        self.frame_start = U32(0)
        self.refund = U32(0)
        self.transaction = self.transaction + 1

    def rollback(self, length: U32) -> None:
        """Undo everything since the journal had this length."""
        index = self.journal_length
        while index > length:
            index = index - 1
            self.journal[index].restore()
        self.journal_length = index

    def save(self, slot: Slot) -> None:
        """Make a history entry before a change, unless this frame already has one."""
        if slot.journaled > self.frame_start:
            return
        index = self.journal_length
        if index == self.journal.length():
            self.journal.append(SlotUndo(slot))
        else:
            self.journal[index].save(slot)
        self.journal_length = index + 1
        slot.journaled = index + 1

    def set_value(self, slot: Slot, value: U256) -> None:
        """Write without charge; a history entry even if the value stays."""
        self.save(slot)
        slot.write(value, self.transaction)

    def clear_address(self, address: Address) -> None:
        """Set every cached slot of the address to 0 (system spec 3.5)."""
        entry = self.addresses.find(address)
        if entry == NOT_FOUND:
            return
        slots = self.addresses.value(entry).slots
        for index in urange(slots.length()):
            slot = slots.value(index)
            self.save(slot)
            slot.current = U256(0)
            slot.unset = after_clearing(slot.unset)

    def read(
        self, environment: U8, resources: Resources, address: Address, key: U256
    ) -> U256:
        """The current value (SLOAD).

        Raises OutOfErgs, OutOfNative, Fatal.
        """
        slot, _cold = self.access(environment, resources, address, key)
        return slot.current

    def write(
        self,
        environment: U8,
        resources: Resources,
        address: Address,
        key: U256,
        value: U256,
    ) -> None:
        """Set the value (SSTORE).

        Raises OutOfErgs, OutOfNative, Fatal; the slot then stays warm.
        """
        slot, cold = self.access(environment, resources, address, key)
        if slot.original_in != self.transaction:
            slot.original = slot.current
            slot.original_in = self.transaction

        ergs = U64(0)
        if runs_code(environment):
            ergs = write_ergs(slot, value, cold)
        resources.charge(ergs, slot.write_native(value, self.transaction))

        if runs_code(environment) and value != slot.current:
            self.refund = refund_after(self.refund, slot, value)
        self.set_value(slot, value)

    def touch_listed(self, resources: Resources, address: Address, key: U256) -> None:
        """Warm a slot named by an access list (EIP-2930).

        Raises OutOfErgs, OutOfNative.
        """
        resources.charge(ERGS_SLOT_LISTED, NATIVE_SLOT_WARM)
        self.warm(NO_ENVIRONMENT, resources, address, key)

    def access(
        self, environment: U8, resources: Resources, address: Address, key: U256
    ) -> tuple[Slot, bool]:
        """The slot, now warm, and whether it was cold."""
        if runs_code(environment):
            resources.charge(ERGS_SLOT_WARM, NATIVE_SLOT_WARM)
        elif environment == NO_ENVIRONMENT:
            resources.charge(U64(0), NATIVE_SLOT_WARM)
        else:
            raise Fatal
        if UNSEEN_IS_UNPROVEN:
            slot, cold = self.warm(environment, resources, address, key)
            slot.is_new = False
            return slot, cold
        return self.warm(environment, resources, address, key)

    def warm(
        self, environment: U8, resources: Resources, address: Address, key: U256
    ) -> tuple[Slot, bool]:
        """Charge what a cold slot costs more and mark it; the rest of `access`."""
        slots = self.slots_of(address)
        entry = slots.find(key)
        ergs = ERGS_SLOT_COLD if runs_code(environment) else U64(0)

        if entry != NOT_FOUND:
            slot = slots.value(entry)
            if slot.touched_in == self.transaction:
                return slot, False
            resources.charge(ergs, cold_native(slot))
        else:
            absent, initial = self.backing.slot(address, key)
            slot = Slot(address, key, initial, absent)
            # An access that fails to pay has been decided by that answer too: what is
            # in the map is proven when the block is sealed.
            if self.believes:
                resources.charge(ergs, cold_native(slot))
                slots.insert(key, slot)
            else:
                slots.insert(key, slot)
                resources.charge(ergs, cold_native(slot))
        self.mark(slot)
        return slot, True

    def mark(self, slot: Slot) -> None:
        """Make the slot warm in this transaction."""
        self.save(slot)
        slot.touched_in = self.transaction
        if ABSENCE_IS_PAID_ONCE:
            slot.unset = False

    def slots_of(self, address: Address) -> Map[U256, Slot]:
        """The slots of one address; the address of the last call is remembered."""
        recent = self.recent
        if recent.address == address:
            return recent.slots
        entry = self.addresses.find(address)
        if entry == NOT_FOUND:
            recent = AddressSlots(address)
            self.addresses.insert(address, recent)
        else:
            recent = self.addresses.value(entry)
        self.recent = recent
        return recent.slots


def write_ergs(slot: Slot, value: U256, cold: bool) -> U64:
    """What an SSTORE costs besides the access (EIP-2200, EIP-2929)."""
    ergs = ERGS_SLOT_COLD_WRITE if cold else U64(0)
    if value != slot.current and slot.current == slot.original:
        ergs = ergs + (ERGS_SLOT_SET if slot.original == 0 else ERGS_SLOT_RESET)
    return ergs


def refund_after(refund: U32, slot: Slot, value: U256) -> U32:
    """The refund counter after an SSTORE that changes the value (EIP-3529).

    Only what an earlier write of the transaction has added is ever taken back.
    """
    original = slot.original
    if slot.current == original:
        if value == 0:
            refund = refund.saturating_add(REFUND_SLOT_CLEARED)
        return refund
    if original == 0:
        return refund.saturating_add(REFUND_SLOT_UNSET) if value == 0 else refund
    if slot.current == 0:
        refund = refund.saturating_sub(REFUND_SLOT_CLEARED)
    elif value == 0:
        refund = refund.saturating_add(REFUND_SLOT_CLEARED)
    if value == original:
        refund = refund.saturating_add(REFUND_SLOT_RESTORED)
    return refund


def cold_native(slot: Slot) -> U64:
    """What the first access of a transaction costs more."""
    return NATIVE_SLOT_COLD_UNSET if slot.unset else NATIVE_SLOT_COLD
