"""A slot that pays once for its way into the tree, and once a transaction for a change.

v32 5.8. What has been paid is versioned like the value: it is owed again if the frame
that paid is undone.
"""

from zkos.guest.protocol.native import (
    NATIVE_ACCOUNT_PERSIST,
    NATIVE_ACCOUNT_PERSIST_NEW,
    NATIVE_SLOT_UPDATE,
    NATIVE_SLOT_WRITE,
    NATIVE_SLOT_WRITE_UNSET,
)
from zkos.lang.ints import U32, U64, U256, Address


class Slot:
    """One slot of the block."""

    address: Address
    key: U256
    initial: U256
    """At the start of the block."""
    current: U256
    is_new: bool
    """The tree has no leaf for it."""
    unset: bool
    """It costs more when cold: the tree lacks it, and nobody has paid for that."""
    touched_in: U32
    """The last transaction in which it was warm; 0 none."""
    paid_in: U32
    """The last transaction that paid for a change of it; 0 none."""
    original: U256
    """At the start of transaction `original_in`, the last that wrote it."""
    original_in: U32
    journaled: U32
    """1 + the index of its newest journal entry of this transaction; 0 none."""

    def __init__(
        self, address: Address, key: U256, initial: U256, is_new: bool
    ) -> None:
        self.address = address
        self.key = key
        self.initial = initial
        self.current = initial
        self.is_new = is_new
        self.unset = is_new
        self.touched_in = U32(0)
        self.paid_in = U32(0)
        self.original = initial
        self.original_in = U32(0)
        self.journaled = U32(0)

    def write_native(self, value: U256, transaction: U32) -> U64:
        """What a write of this value costs besides the access."""
        if value == self.current or self.paid_in == transaction:
            return NATIVE_SLOT_UPDATE
        if self.is_new and self.paid_in == 0:
            return NATIVE_SLOT_UPDATE + NATIVE_SLOT_WRITE_UNSET
        return NATIVE_SLOT_UPDATE + NATIVE_SLOT_WRITE

    def write(self, value: U256, transaction: U32) -> None:
        """Set the value; the history has been kept."""
        if value != self.current:
            self.paid_in = transaction
        self.current = value

    def account_native(self, transaction: U32) -> U64:
        """What a change of the account whose hash this is costs besides."""
        if self.paid_in == transaction:
            return U64(0)
        if self.initial == 0 and self.paid_in == 0:
            return NATIVE_ACCOUNT_PERSIST_NEW
        return NATIVE_ACCOUNT_PERSIST

    def account_paid(self, transaction: U32) -> None:
        """Remember that this was paid; the history has been kept."""
        self.paid_in = transaction


class SlotUndo:
    """A journal entry: the versioned state of a slot before a frame changed it."""

    slot: Slot
    current: U256
    """Of the first entry of a transaction, the value at its start."""
    unset: bool
    touched_in: U32
    paid_in: U32
    journaled: U32
    """0 marks the slot's first history entry of the transaction."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.current = slot.current
        self.unset = slot.unset
        self.touched_in = slot.touched_in
        self.paid_in = slot.paid_in
        self.journaled = slot.journaled

    def save(self, slot: Slot) -> None:
        """Remember another slot."""
        self.slot = slot
        self.current = slot.current
        self.unset = slot.unset
        self.touched_in = slot.touched_in
        self.paid_in = slot.paid_in
        self.journaled = slot.journaled

    def restore(self) -> None:
        """Undo what has happened since."""
        slot = self.slot
        slot.current = self.current
        slot.unset = self.unset
        slot.touched_in = self.touched_in
        slot.paid_in = self.paid_in
        slot.journaled = self.journaled
