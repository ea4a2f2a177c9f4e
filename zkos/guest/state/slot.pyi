"""A storage slot of the block, and its history.

Account hashes are slots too where the storage model keeps them so (state spec 1). A
seam: versions charge for a change by what they remember of earlier ones.
"""

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
    """It costs more when cold."""
    touched_in: U32
    """The last transaction in which it was warm; 0 none."""
    original: U256
    """At the start of transaction `original_in`, the last that wrote it."""
    original_in: U32
    journaled: U32
    """1 + the index of its newest journal entry of this transaction; 0 none."""

    def __init__(
        self, address: Address, key: U256, initial: U256, is_new: bool
    ) -> None: ...
    def write_native(self, value: U256, transaction: U32) -> U64:
        """What a write of this value costs besides the access."""

    def write(self, value: U256, transaction: U32) -> None:
        """Set the value; the history has been kept."""

    def account_native(self, transaction: U32) -> U64:
        """What a change of the account whose hash this is costs besides."""

    def account_paid(self, transaction: U32) -> None:
        """Remember that this was paid; the history has been kept."""

class SlotUndo:
    """A journal entry: the versioned state of a slot before a frame changed it."""

    slot: Slot
    current: U256
    """Of the first entry of a transaction, the value at its start."""
    unset: bool
    touched_in: U32
    journaled: U32
    """0 marks the slot's first history entry of the transaction."""

    def __init__(self, slot: Slot) -> None: ...
    def save(self, slot: Slot) -> None:
        """Remember another slot."""

    def restore(self) -> None:
        """Undo what has happened since."""
