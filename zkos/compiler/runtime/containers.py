"""`List` and `Map` of `zkos.lang.memory` for compiled code, in the guest language.

The compiler instantiates these generic classes per item type; CPython uses the
versions in `zkos.lang.memory`, and the tests compare the two.
"""

from typing import Generic, TypeVar

from zkos.lang.control import inline, srange, urange
from zkos.lang.ints import U32
from zkos.lang.memory import NOT_FOUND, Array
from zkos.lang.trap import trap

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class List(Generic[T]):
    """Items in an array that is replaced by one twice as long when full."""

    items: Array[T]
    count: U32

    def __init__(self) -> None:
        self.items = Array(T, U32(4))
        self.count = U32(0)

    @inline
    def length(self) -> U32:
        return self.count

    def append(self, value: T) -> None:
        count = self.count
        if count == self.items.length():
            grown = Array(T, count * 2)
            for i in urange(count):
                grown[i] = self.items[i]
            self.items = grown
        self.items[count] = value
        self.count = count + 1

    def pop(self) -> T:
        if self.count == 0:
            trap("pop from an empty list")
        self.count = self.count - 1
        return self.items[self.count]

    def truncate(self, length: U32) -> None:
        if length > self.count:
            trap("truncate beyond the length")
        self.count = length

    @inline
    def __getitem__(self, index: U32) -> T:
        if index >= self.count:
            trap("index outside a list")
        return self.items[index]

    @inline
    def __setitem__(self, index: U32, value: T) -> None:
        if index >= self.count:
            trap("index outside a list")
        self.items[index] = value


class Map(Generic[K, V]):
    """Entries in order of insertion and an open-addressed table of their numbers."""

    slots: Array[U32]
    """Entry number + 1, or 0; the length is a power of two."""
    keys: List[K]
    values: List[V]

    def __init__(self) -> None:
        self.slots = Array(U32, U32(16))
        self.keys = List(K)
        self.values = List(V)

    def length(self) -> U32:
        return self.keys.length()

    def find(self, key: K) -> U32:
        mask = self.slots.length() - 1
        at = self.place(key) & mask
        while True:
            entry = self.slots[at]
            if entry == 0:
                return NOT_FOUND
            if self.keys[entry - 1] == key:
                return entry - 1
            at = (at + 1) & mask

    def insert(self, key: K, value: V) -> U32:
        if self.find(key) != NOT_FOUND:
            trap("key inserted twice")
        entry = self.keys.length()
        self.keys.append(key)
        self.values.append(value)
        if (entry + 1) * 2 > self.slots.length():
            self.rebuild(self.slots.length() * 2)
        else:
            self.link(entry)
        return entry

    def link(self, entry: U32) -> None:
        """Enter an entry into the table."""
        mask = self.slots.length() - 1
        at = self.place(self.keys[entry]) & mask
        while self.slots[at] != 0:
            at = (at + 1) & mask
        self.slots[at] = entry + 1

    def rebuild(self, size: U32) -> None:
        """Make a table of `size` slots."""
        self.slots = Array(U32, size)
        for entry in urange(self.keys.length()):
            self.link(entry)

    def place(self, key: K) -> U32:
        """Hash of a key: its words folded by multiplication."""
        folded = U32(0x9E3779B1)
        for i in srange(K.BITS // 32):
            folded = (folded ^ key.word(i)).wrapping_mul(0x85EBCA6B)
            folded = folded ^ (folded >> 15)
        return folded

    def key(self, entry: U32) -> K:
        return self.keys[entry]

    def value(self, entry: U32) -> V:
        return self.values[entry]

    def set_value(self, entry: U32, value: V) -> None:
        self.values[entry] = value

    def clear(self) -> None:
        for at in urange(self.slots.length()):
            self.slots[at] = U32(0)
        self.keys.truncate(U32(0))
        self.values.truncate(U32(0))
