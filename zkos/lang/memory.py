"""Bytes, arrays, lists and maps of the subset, under CPython.

None of these ever moves or is freed: memory comes from one bump arena that the
start code resets before a run. All indices and sizes are `U32` or literals, and
every access is checked: outside the bounds is a `Trap`.
"""

from mmap import mmap
from typing import Any, Final, Generic, SupportsIndex, TypeAlias, TypeVar, cast

from zkos.lang.ints import U8, U16, U32, U64, U128, U256
from zkos.lang.trap import Trap

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
NOT_FOUND = U32(0xFFFFFFFF)
Data: TypeAlias = bytearray | mmap
_LARGE: Final = 1 << 20
"""So many bytes come from the system, which has zeros ready: most are never used."""


class ByteView:
    """A window on bytes: reads and writes go through to the memory it shows."""

    __slots__ = ("_data", "_length", "_start")

    def __init__(self, data: Data, start: int, length: int) -> None:
        self._data = data
        self._start = start
        self._length = length

    def length(self) -> U32:
        """Number of bytes shown."""
        return U32(self._length)

    def window(self, start: U32 | int, length: U32 | int) -> "ByteView":
        """The `length` bytes from `start`, on the same memory."""
        self._check(start, int(length))
        return ByteView(self._data, self._start + int(start), int(length))

    def __getitem__(self, index: U32 | int) -> U8:
        self._check(index, 1)
        return U8(self._data[self._start + int(index)])

    def __setitem__(self, index: U32 | int, value: U8 | int) -> None:
        self._check(index, 1)
        self._data[self._start + int(index)] = int(value)

    def load_u16(self, offset: U32 | int) -> U16:
        """Little-endian number at `offset`; any alignment. Likewise below."""
        return U16(self._load(offset, 2, "little"))

    def load_u32(self, offset: U32 | int) -> U32:
        return U32(self._load(offset, 4, "little"))

    def load_u64(self, offset: U32 | int) -> U64:
        return U64(self._load(offset, 8, "little"))

    def load_u256(self, offset: U32 | int) -> U256:
        return U256(self._load(offset, 32, "little"))

    def load_u16_be(self, offset: U32 | int) -> U16:
        return U16(self._load(offset, 2, "big"))

    def load_u32_be(self, offset: U32 | int) -> U32:
        return U32(self._load(offset, 4, "big"))

    def load_u64_be(self, offset: U32 | int) -> U64:
        return U64(self._load(offset, 8, "big"))

    def load_u128_be(self, offset: U32 | int) -> U128:
        return U128(self._load(offset, 16, "big"))

    def load_u256_be(self, offset: U32 | int) -> U256:
        return U256(self._load(offset, 32, "big"))

    def store_u16(self, offset: U32 | int, value: U16 | int) -> None:
        self._store(offset, 2, value, "little")

    def store_u32(self, offset: U32 | int, value: U32 | int) -> None:
        self._store(offset, 4, value, "little")

    def store_u64(self, offset: U32 | int, value: U64 | int) -> None:
        self._store(offset, 8, value, "little")

    def store_u256(self, offset: U32 | int, value: U256 | int) -> None:
        self._store(offset, 32, value, "little")

    def store_u16_be(self, offset: U32 | int, value: U16 | int) -> None:
        self._store(offset, 2, value, "big")

    def store_u32_be(self, offset: U32 | int, value: U32 | int) -> None:
        self._store(offset, 4, value, "big")

    def store_u64_be(self, offset: U32 | int, value: U64 | int) -> None:
        self._store(offset, 8, value, "big")

    def store_u128_be(self, offset: U32 | int, value: U128 | int) -> None:
        self._store(offset, 16, value, "big")

    def store_u256_be(self, offset: U32 | int, value: U256 | int) -> None:
        self._store(offset, 32, value, "big")

    def copy_from(self, source: "ByteView") -> None:
        """Become a copy of `source`, which may overlap; trap unless as long."""
        if source._length != self._length:
            raise Trap("copy between views of different lengths")
        start, end = source._start, source._start + source._length
        content = bytes(source._data[start:end])
        self._data[self._start : self._start + self._length] = content

    def fill(self, value: U8 | int) -> None:
        """Set every byte to `value`."""
        content = bytes([int(value)]) * self._length
        self._data[self._start : self._start + self._length] = content

    def equals(self, other: "ByteView") -> bool:
        """Whether both show the same bytes."""
        return bytes(self) == bytes(other)

    def __bytes__(self) -> bytes:
        """Host side only: a copy of the bytes shown."""
        return bytes(self._data[self._start : self._start + self._length])

    def _check(self, offset: SupportsIndex, size: int) -> None:
        if not 0 <= offset.__index__() <= self._length - size or size < 0:
            raise Trap("access outside a byte view")

    def _load(self, offset: U32 | int, size: int, order: Any) -> int:
        self._check(offset, size)
        start = self._start + int(offset)
        return int.from_bytes(self._data[start : start + size], order)

    def _store(self, offset: U32 | int, size: int, value: Any, order: Any) -> None:
        self._check(offset, size)
        start = self._start + int(offset)
        self._data[start : start + size] = int(value).to_bytes(size, order)


def allocate_bytes(length: U32 | int) -> ByteView:
    """Fresh zero bytes that live to the end of the run."""
    size = int(length)
    data = mmap(-1, size) if size >= _LARGE else bytearray(size)
    return ByteView(data, 0, size)


def view_of(data: bytes) -> ByteView:
    """Host side only: the view of a copy of `data`."""
    return ByteView(bytearray(data), 0, len(data))


class Array(Generic[T]):
    """A fixed number of values, zero at first (`False`, an empty view, unset)."""

    __slots__ = ("_items",)

    def __init__(self, kind: type[T], length: U32 | int) -> None:
        zero: Any = None
        if kind is ByteView:
            zero = ByteView(bytearray(), 0, 0)
        elif issubclass(kind, int):
            zero = cast(Any, kind)(0)
        self._items: list[T] = [zero] * int(length)

    def length(self) -> U32:
        return U32(len(self._items))

    def __getitem__(self, index: U32 | int) -> T:
        return self._items[self._at(index)]

    def __setitem__(self, index: U32 | int, value: T) -> None:
        self._items[self._at(index)] = value

    def _at(self, index: U32 | int) -> int:
        if not 0 <= int(index) < len(self._items):
            raise Trap("index outside an array")
        return int(index)


def scratch(kind: type[T], length: int) -> Array[T]:
    """An array that lives while the calling function runs; it must not escape.

    `length` is a literal or a constant. The array may be indexed and passed down,
    never stored or returned.
    """
    return Array(kind, length)


def aligned_array(kind: type[T], length: int) -> Array[T]:
    """An array whose first item lies on a 128-byte boundary."""
    return Array(kind, length)


class List(Generic[T]):
    """A growable list."""

    __slots__ = ("_items",)

    def __init__(self, kind: type[T]) -> None:
        self._items: list[T] = []

    def length(self) -> U32:
        return U32(len(self._items))

    def append(self, value: T) -> None:
        self._items.append(value)

    def pop(self) -> T:
        """Remove and return the last item; trap on an empty list."""
        if not self._items:
            raise Trap("pop from an empty list")
        return self._items.pop()

    def truncate(self, length: U32 | int) -> None:
        """Drop all items from index `length`; trap if there are fewer."""
        if int(length) > len(self._items):
            raise Trap("truncate beyond the length")
        del self._items[int(length) :]

    def __getitem__(self, index: U32 | int) -> T:
        return self._items[self._at(index)]

    def __setitem__(self, index: U32 | int, value: T) -> None:
        self._items[self._at(index)] = value

    def _at(self, index: U32 | int) -> int:
        if not 0 <= int(index) < len(self._items):
            raise Trap("index outside a list")
        return int(index)


class Map(Generic[K, V]):
    """A hash map from integers to values that remembers the order of insertion.

    Entries are numbered from 0 in that order and never removed singly.
    """

    __slots__ = ("_index", "_keys", "_values")

    def __init__(self, key_kind: type[K], value_kind: type[V]) -> None:
        self._index: dict[K, int] = {}
        self._keys: list[K] = []
        self._values: list[V] = []

    def length(self) -> U32:
        return U32(len(self._keys))

    def find(self, key: K) -> U32:
        """The entry number of `key`, or `NOT_FOUND`."""
        index = self._index.get(key)
        return NOT_FOUND if index is None else U32(index)

    def insert(self, key: K, value: V) -> U32:
        """Append an entry for a new key; trap if it exists. Its number."""
        if key in self._index:
            raise Trap("key inserted twice")
        self._index[key] = len(self._keys)
        self._keys.append(key)
        self._values.append(value)
        return U32(len(self._keys) - 1)

    def key(self, entry: U32 | int) -> K:
        """Key of the entry with this number."""
        return self._keys[self._at(entry)]

    def value(self, entry: U32 | int) -> V:
        """Value of the entry with this number."""
        return self._values[self._at(entry)]

    def set_value(self, entry: U32 | int, value: V) -> None:
        """Replace the value of the entry with this number."""
        self._values[self._at(entry)] = value

    def clear(self) -> None:
        """Remove all entries."""
        self._index.clear()
        self._keys.clear()
        self._values.clear()

    def _at(self, entry: U32 | int) -> int:
        if not 0 <= int(entry) < len(self._keys):
            raise Trap("entry outside a map")
        return int(entry)
