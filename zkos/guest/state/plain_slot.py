"""A slot whose price goes by its absence, written or not (v30: system spec 3.1)."""

from zkos.guest.protocol.native import NATIVE_SLOT_WRITE, NATIVE_SLOT_WRITE_UNSET
from zkos.guest.state.absence import after_write
from zkos.lang.control import inline
from zkos.lang.ints import U32, U64, U256, Address


class Slot:
    """One slot of the block."""

    address: Address
    key: U256
    initial: U256
    """At the start of the block."""
    current: U256
    is_new: bool
    """The tree has no leaf for it. In a trie: nobody has looked at its value."""
    unset: bool
    """It costs more when cold or written: absent in the sense of `absence`."""
    touched_in: U32
    """The last transaction in which it was warm; 0 none."""
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
        self.original = initial
        self.original_in = U32(0)
        self.journaled = U32(0)

    @inline
    def write_native(self, value: U256, transaction: U32) -> U64:
        """What a write of this value costs besides the access."""
        return NATIVE_SLOT_WRITE_UNSET if self.unset else NATIVE_SLOT_WRITE

    @inline
    def write(self, value: U256, transaction: U32) -> None:
        """Set the value; the history has been kept."""
        self.current = value
        self.unset = after_write(self.unset)

    def account_native(self, transaction: U32) -> U64:
        """Nothing: what writes accounts at the end of the block costs nobody."""
        return U64(0)

    def account_paid(self, transaction: U32) -> None:
        """Nothing to remember."""


class SlotUndo:
    """A journal entry: the versioned state of a slot before a frame changed it."""

    slot: Slot
    current: U256
    """Of the first entry of a transaction, the value at its start."""
    unset: bool
    touched_in: U32
    journaled: U32
    """0 marks the slot's first history entry of the transaction."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.current = slot.current
        self.unset = slot.unset
        self.touched_in = slot.touched_in
        self.journaled = slot.journaled

    @inline
    def save(self, slot: Slot) -> None:
        """Remember another slot."""
        self.slot = slot
        self.current = slot.current
        self.unset = slot.unset
        self.touched_in = slot.touched_in
        self.journaled = slot.journaled

    @inline
    def restore(self) -> None:
        """Undo what has happened since."""
        slot = self.slot
        slot.current = self.current
        slot.unset = self.unset
        slot.touched_in = self.touched_in
        slot.journaled = self.journaled
