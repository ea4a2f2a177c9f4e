"""A Merkle-Patricia trie that is opened, changed and hashed as far as needed.

What has not been looked into is known by its hash and asked of the host, whose answer
must have that hash. No key may be the beginning of another, as in all tries of
Ethereum.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.mpt.encoder import NodeEncoder
from zkos.guest.models.mpt.node import (
    FANOUT,
    HASH_REFERENCE_BYTES,
    Kind,
    Node,
    NodeDecoder,
)
from zkos.guest.protocol.ethereum_queries import QUERY_NODE, QUERY_NODE_SIZE
from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.system.byte_strings import hashed_bytes
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import ByteView, List, allocate_bytes
from zkos.lang.trap import trap

EMPTY_ROOT: Final = U256(
    0x56E81F171BCC55A6FF8345E692C0F86E5B48E01B996CADC001622FB5E363B421
)


class TrieWorkshop:
    """What all tries of a run share: decoding, encoding, and where nodes come from."""

    keccak: Keccak256
    decoder: NodeDecoder
    encoder: NodeEncoder
    none: ByteView

    def __init__(self) -> None:
        self.keccak = Keccak256()
        self.decoder = NodeDecoder()
        self.encoder = NodeEncoder(self.keccak)
        self.none = allocate_bytes(0)

    def open(self, node: Node) -> None:
        """Look into a node, if nobody has; traps if the host's answer is not it."""
        if node.kind is not Kind.CLOSED:
            return
        encoding = node.reference
        if encoding.length() == HASH_REFERENCE_BYTES:
            digest = encoding.load_u256_be(1)
            encoding = hashed_bytes(QUERY_NODE_SIZE, QUERY_NODE, digest)
            if U256(self.keccak.hash(encoding)) != digest:
                trap("a node of the trie does not match its hash")
        try:
            self.decoder.open(node, encoding)
        except MalformedRlp:
            trap("a node of the trie is malformed")


class Trie:
    """One trie. Keys are paths: one nibble a byte."""

    workshop: TrieWorkshop
    root: Node
    way: List[Node]
    """The nodes from the root to the place looked for."""
    turns: List[U32]
    """Which child was taken at each."""

    def __init__(self, workshop: TrieWorkshop, root: U256) -> None:
        self.workshop = workshop
        self.way = List(Node)
        self.turns = List(U32)
        if root == EMPTY_ROOT:
            self.root = workshop.decoder.empty
        else:
            reference = allocate_bytes(HASH_REFERENCE_BYTES)
            reference[0] = U8(0xA0)
            reference.store_u256_be(1, root)
            self.root = workshop.decoder.closed(reference)

    def get(self, key: ByteView) -> ByteView:
        """The value of a key; empty if there is none."""
        node, rest = self._descend(key)
        if node.kind is Kind.LEAF and node.path.equals(rest):
            return node.value
        return self.workshop.none

    def put(self, key: ByteView, value: ByteView) -> None:
        """Set the value of a key, which is not empty."""
        node, rest = self._descend(key)
        self._mark()
        match node.kind:
            case Kind.EMPTY:
                self._attach(Node(Kind.LEAF, rest, value))
            case Kind.LEAF:
                if node.path.equals(rest):
                    node.value = value
                else:
                    self._split(node, rest, value)
            case _:
                self._split(node, rest, value)

    def remove(self, key: ByteView) -> None:
        """Take a key out; traps if it is not there."""
        node, rest = self._descend(key)
        if node.kind is not Kind.LEAF or not node.path.equals(rest):
            trap("a key to remove is not in the trie")
        self._mark()
        self._attach(self.workshop.decoder.empty)
        if self.way.length() > 1:
            self._collapse()

    def root_hash(self) -> U256:
        """The root as it is now."""
        root = self.root
        if root.kind is Kind.EMPTY:
            return EMPTY_ROOT
        return self.workshop.encoder.root(root)

    def _descend(self, key: ByteView) -> tuple[Node, ByteView]:
        """The node where the way of a key ends, and what is left of the key there.

        `way` ends with that node, which is the leaf, a leaf or extension whose path
        leads elsewhere, or empty.
        """
        way = self.way
        turns = self.turns
        way.truncate(0)
        turns.truncate(0)
        node = self.root
        used = U32(0)
        while True:
            self.workshop.open(node)
            way.append(node)
            rest = key.window(used, key.length() - used)
            if node.kind is Kind.BRANCH:
                if rest.length() == 0:
                    trap("a key of the trie ends in a branch")
                turn = U32(rest[0])
                used = used + 1
            elif node.kind is Kind.EXTENSION:
                length = node.path.length()
                if common(node.path, rest) != length:
                    return node, rest
                turn = U32(0)
                used = used + length
            else:
                return node, rest
            turns.append(turn)
            node = node.children[turn]

    def _mark(self) -> None:
        """Everything on the way is about to change."""
        way = self.way
        for index in urange(way.length()):
            node = way[index]
            if node.kind is not Kind.EMPTY:
                node.changed = True

    def _attach(self, node: Node) -> None:
        """Put another node where the way ends."""
        depth = self.way.length()
        if depth == 1:
            self.root = node
        else:
            self.way[depth - 2].children[self.turns[depth - 2]] = node

    def _split(self, node: Node, rest: ByteView, value: ByteView) -> None:
        """Let a branch stand where the path of a node and the key part."""
        path = node.path
        shared = common(path, rest)
        if shared == rest.length() or shared == path.length():
            trap("a key of the trie is the beginning of another")
        branch = self._branch()
        old = node
        after = path.window(shared + 1, path.length() - shared - 1)
        if node.kind is Kind.EXTENSION and after.length() == 0:
            old = node.children[0]
        else:
            node.path = after
        new = Node(
            Kind.LEAF, rest.window(shared + 1, rest.length() - shared - 1), value
        )
        branch.children[U32(path[shared])] = old
        branch.children[U32(rest[shared])] = new
        if shared == 0:
            self._attach(branch)
            return
        extension = Node(Kind.EXTENSION, path.window(0, shared), self.workshop.none)
        extension.children.append(branch)
        self._attach(extension)

    def _branch(self) -> Node:
        """A branch without children."""
        none = self.workshop.none
        branch = Node(Kind.BRANCH, none, none)
        for _ in urange(FANOUT):
            branch.children.append(self.workshop.decoder.empty)
        return branch

    def _collapse(self) -> None:
        """A child of a branch has gone: one that has a single child left goes too."""
        way = self.way
        depth = way.length() - 2
        branch = way[depth]
        if branch.kind is not Kind.BRANCH:
            trap("a leaf of the trie hangs on an extension")
        count, turn = remaining(branch)
        if count > 1:
            return
        if count == 0:
            trap("a branch of the trie has a single child")
        child = branch.children[turn]
        self.workshop.open(child)
        step = allocate_bytes(1)
        step[0] = U8(turn)
        merged = self._prefixed(step, child)
        if depth != 0 and way[depth - 1].kind is Kind.EXTENSION:
            depth = depth - 1
            merged = self._prefixed(way[depth].path, merged)
        if depth == 0:
            self.root = merged
        else:
            way[depth - 1].children[self.turns[depth - 1]] = merged

    def _prefixed(self, path: ByteView, node: Node) -> Node:
        """A node reached by a path: a longer leaf or extension."""
        if node.kind is Kind.BRANCH:
            extension = Node(Kind.EXTENSION, path, self.workshop.none)
            extension.children.append(node)
            return extension
        length = path.length()
        whole = allocate_bytes(length + node.path.length())
        whole.window(0, length).copy_from(path)
        whole.window(length, node.path.length()).copy_from(node.path)
        longer = Node(node.kind, whole, node.value)
        longer.children = node.children
        return longer


def remaining(branch: Node) -> tuple[U32, U32]:
    """How many children a branch has, and the place of the last."""
    count = U32(0)
    last = U32(0)
    for turn in urange(FANOUT):
        if branch.children[turn].kind is not Kind.EMPTY:
            count = count + 1
            last = turn
    return count, last


def common(path: ByteView, other: ByteView) -> U32:
    """How many nibbles two paths begin with alike."""
    length = path.length()
    if other.length() < length:
        length = other.length()
    for index in urange(length):
        if path[index] != other[index]:
            return index
    return length
