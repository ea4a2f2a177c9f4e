"""Transient storage (EIP-1153; system spec 3.6): gone at the end of a transaction.

Cells are kept and reused: a cell not written in the current transaction reads 0.
"""

from zkos.guest.protocol.io_ergs import ERGS_TRANSIENT
from zkos.guest.protocol.native import NATIVE_TRANSIENT
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256, Address
from zkos.lang.memory import NOT_FOUND, List, Map


class Cell:
    """One value of one address."""

    value: U256
    written_in: U32
    """The last transaction that wrote it."""
    journaled: U32
    """1 + the index of its newest journal entry of this transaction; 0 none."""

    def __init__(self) -> None:
        self.value = U256(0)
        self.written_in = U32(0)
        self.journaled = U32(0)


class CellUndo:
    """A journal entry: a cell before a frame changed it."""

    cell: Cell
    value: U256
    journaled: U32

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.value = U256(0)
        self.journaled = U32(0)


class AddressCells:
    """The cells of one address."""

    cells: Map[U256, Cell]

    def __init__(self) -> None:
        self.cells = Map(U256, Cell)


class TransientStorage:
    """All cells ever written in the block."""

    addresses: Map[Address, AddressCells]
    transaction: U32
    """The current transaction, counted from 1."""
    journal: List[CellUndo]
    """Entries are reused: only the first `journal_length` count."""
    journal_length: U32
    frame_start: U32
    """Journal length at the start of the innermost frame."""

    def __init__(self) -> None:
        self.addresses = Map(Address, AddressCells)
        self.transaction = U32(0)
        self.journal = List(CellUndo)
        self.journal_length = U32(0)
        self.frame_start = U32(0)

    def begin_transaction(self) -> None:
        """Forget all values."""
        for index in urange(self.journal_length):
            self.journal[index].cell.journaled = U32(0)
        self.journal_length = U32(0)
        self.frame_start = U32(0)
        self.transaction = self.transaction + 1

    def rollback(self, length: U32) -> None:
        """Undo everything since the journal had this length."""
        index = self.journal_length
        while index > length:
            index = index - 1
            undo = self.journal[index]
            cell = undo.cell
            cell.value = undo.value
            cell.journaled = undo.journaled
        self.journal_length = index

    def read(self, resources: Resources, address: Address, key: U256) -> U256:
        """The value (TLOAD).

        Raises OutOfErgs, OutOfNative.
        """
        resources.charge(ERGS_TRANSIENT, NATIVE_TRANSIENT)
        entry = self.addresses.find(address)
        if entry == NOT_FOUND:
            return U256(0)
        cells = self.addresses.value(entry).cells
        entry = cells.find(key)
        if entry == NOT_FOUND:
            return U256(0)
        cell = cells.value(entry)
        return cell.value if cell.written_in == self.transaction else U256(0)

    def write(
        self, resources: Resources, address: Address, key: U256, value: U256
    ) -> None:
        """Set the value (TSTORE).

        Raises OutOfErgs, OutOfNative.
        """
        resources.charge(ERGS_TRANSIENT, NATIVE_TRANSIENT)
        cell = self.cell_of(address, key)
        if cell.written_in != self.transaction:
            cell.written_in = self.transaction
            cell.value = U256(0)
        self.save(cell)
        cell.value = value

    def cell_of(self, address: Address, key: U256) -> Cell:
        """The cell, made if need be."""
        entry = self.addresses.find(address)
        if entry == NOT_FOUND:
            entry = self.addresses.insert(address, AddressCells())
        cells = self.addresses.value(entry).cells
        entry = cells.find(key)
        if entry == NOT_FOUND:
            entry = cells.insert(key, Cell())
        return cells.value(entry)

    def save(self, cell: Cell) -> None:
        """Make a journal entry before a change, unless this frame already has one."""
        if cell.journaled > self.frame_start:
            return
        index = self.journal_length
        if index == self.journal.length():
            self.journal.append(CellUndo(cell))
        undo = self.journal[index]
        undo.cell = cell
        undo.value = cell.value
        undo.journaled = cell.journaled
        self.journal_length = index + 1
        cell.journaled = index + 1
