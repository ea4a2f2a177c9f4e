"""Nodes of a Merkle-Patricia trie, and what is read of their encodings.

A path is held with one nibble a byte. A node that nobody has looked into is `CLOSED`:
only how its parent names it is known.
"""

from enum import Enum
from typing import Final

from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32
from zkos.lang.memory import ByteView, List, allocate_bytes

FANOUT: Final = U32(16)
HASH_REFERENCE_BYTES: Final = U32(33)
"""A node of 32 bytes or more is named by its hash, a string."""
ODD: Final = U8(1)
LEAF_FLAG: Final = U8(2)
FLAGS: Final = U8(3)
"""The highest first nibble of a packed path."""


class Kind(Enum):
    """What a node is."""

    EMPTY = 0
    LEAF = 1
    EXTENSION = 2
    BRANCH = 3
    CLOSED = 4


class Node:
    """One node; what it is may change in place."""

    kind: Kind
    path: ByteView
    """Nibbles of a leaf or an extension."""
    value: ByteView
    """Of a leaf."""
    children: List["Node"]
    """Sixteen of a branch, one of an extension."""
    reference: ByteView
    """How its parent names it: its hash, or itself if that is shorter. Right unless
    `changed`."""
    changed: bool

    def __init__(self, kind: Kind, path: ByteView, value: ByteView) -> None:
        self.kind = kind
        self.path = path
        self.value = value
        self.children = List(Node)
        self.reference = path
        self.changed = True


class NodeDecoder:
    """Opens nodes; every method may raise MalformedRlp."""

    reader: RlpReader
    none: ByteView
    empty: Node
    """Stands for every child that there is not."""

    def __init__(self) -> None:
        self.reader = RlpReader(False)
        self.none = allocate_bytes(0)
        self.empty = Node(Kind.EMPTY, self.none, self.none)
        self.empty.changed = False

    def closed(self, reference: ByteView) -> Node:
        """A node that is known by its name alone."""
        node = Node(Kind.CLOSED, self.none, self.none)
        node.reference = reference
        node.changed = False
        return node

    def open(self, node: Node, encoding: ByteView) -> None:
        """Let a closed node be what its encoding says."""
        reader = self.reader
        reader.open(encoding)
        content = reader.sublist()
        reader.finish()
        reader.open(content)
        count = U32(0)
        while not reader.is_empty():
            item_at(reader)
            count = count + 1
        reader.open(content)
        if count == FANOUT + 1:
            self._open_branch(node)
        elif count == 2:
            self._open_short(node)
        else:
            raise MalformedRlp

    def _open_branch(self, node: Node) -> None:
        children = node.children
        for _ in urange(FANOUT):
            children.append(self._child())
        # No key of our tries is the beginning of another.
        if self.reader.string().length() != 0:
            raise MalformedRlp
        node.kind = Kind.BRANCH

    def _open_short(self, node: Node) -> None:
        packed = self.reader.string()
        if packed.length() == 0:
            raise MalformedRlp
        flags = packed[0] >> 4
        if flags > FLAGS:
            raise MalformedRlp
        node.path = unpacked(packed)
        if flags & LEAF_FLAG != 0:
            node.value = self.reader.string()
            node.kind = Kind.LEAF
            return
        child = self._child()
        if child.kind is Kind.EMPTY or node.path.length() == 0:
            raise MalformedRlp
        node.children.append(child)
        node.kind = Kind.EXTENSION

    def _child(self) -> Node:
        reference = item_at(self.reader)
        if reference.length() == 1 and reference[0] == 0x80:
            return self.empty
        is_hash = reference.length() == HASH_REFERENCE_BYTES and reference[0] == 0xA0
        is_node = reference[0] >= 0xC0 and reference.length() < HASH_REFERENCE_BYTES - 1
        if not is_hash and not is_node:
            raise MalformedRlp
        return self.closed(reference)


def item_at(reader: RlpReader) -> ByteView:
    """The next item with its prefix. Raises MalformedRlp."""
    start = reader.position
    data = reader.data
    if start == data.length():
        raise MalformedRlp
    if data[start] < 0xC0:
        reader.string()
    else:
        reader.sublist()
    return data.window(start, reader.position - start)


def unpacked(packed: ByteView) -> ByteView:
    """The nibbles of a packed path, behind its flags. Raises MalformedRlp."""
    length = (packed.length() - 1) << 1
    first = packed[0]
    start = U32(0)
    if (first >> 4) & ODD != 0:
        path = allocate_bytes(length + 1)
        path[0] = first & 0x0F
        start = U32(1)
    else:
        if first & 0x0F != 0:
            raise MalformedRlp
        path = allocate_bytes(length)
    for index in urange(U32(1), packed.length()):
        byte = packed[index]
        place = start + ((index - 1) << 1)
        path[place] = byte >> 4
        path[place + 1] = byte & 0x0F
    return path


def packed(path: ByteView, is_leaf: bool) -> ByteView:
    """The path with its flags, two nibbles a byte."""
    length = path.length()
    out = allocate_bytes((length >> 1) + 1)
    flags = LEAF_FLAG if is_leaf else U8(0)
    start = U32(0)
    if length & 1 != 0:
        out[0] = ((flags | ODD) << 4) | path[0]
        start = U32(1)
    else:
        out[0] = flags << 4
    for index in urange(length >> 1):
        place = start + (index << 1)
        out[index + 1] = (path[place] << 4) | path[place + 1]
    return out


def nibbles(key: ByteView) -> ByteView:
    """The path of a key."""
    path = allocate_bytes(key.length() << 1)
    for index in urange(key.length()):
        byte = key[index]
        path[index << 1] = byte >> 4
        path[(index << 1) + 1] = byte & 0x0F
    return path
