"""Encoding and hashing of the nodes of a trie that have changed."""

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.mpt.node import HASH_REFERENCE_BYTES, Kind, Node, packed
from zkos.guest.rlp.buffer import RlpBuffer
from zkos.guest.rlp.writer import bytes_length
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import ByteView, List, allocate_bytes


class NodeEncoder:
    """Brings references up to date, from the leaves to the root."""

    keccak: Keccak256
    buffer: RlpBuffer
    open: List[Node]
    """Nodes whose children are being seen to, the outermost first."""
    next: List[U32]
    """The child of each to look at next."""

    def __init__(self, keccak: Keccak256) -> None:
        self.keccak = keccak
        self.buffer = RlpBuffer()
        self.open = List(Node)
        self.next = List(U32)

    def root(self, root: Node) -> U256:
        """The hash of the root, however short its encoding is."""
        if root.changed:
            self._renew(root)
        reference = root.reference
        if reference.length() == HASH_REFERENCE_BYTES:
            return reference.load_u256_be(1)
        return U256(self.keccak.hash(reference))

    def _renew(self, root: Node) -> None:
        """Give a changed node and all changed nodes below it their references."""
        self._enter(root)
        while self.open.length() != 0:
            depth = self.open.length() - 1
            node = self.open[depth]
            place = self.next[depth]
            if place == node.children.length():
                self.open.truncate(depth)
                self.next.truncate(depth)
                self._name(node)
            else:
                self.next[depth] = place + 1
                child = node.children[place]
                if child.changed:
                    self._enter(child)

    def _enter(self, node: Node) -> None:
        self.open.append(node)
        self.next.append(U32(0))

    def _name(self, node: Node) -> None:
        """Encode a node whose children have their references, and name it."""
        buffer = self.buffer
        buffer.reset()
        if node.kind is Kind.BRANCH:
            self._put_branch(node)
        else:
            self._put_short(node)
        if buffer.length < HASH_REFERENCE_BYTES - 1:
            node.reference = buffer.copy()
        else:
            reference = allocate_bytes(HASH_REFERENCE_BYTES)
            reference[0] = U8(0xA0)
            digest = U256(self.keccak.hash(buffer.written()))
            reference.store_u256_be(1, digest)
            node.reference = reference
        node.changed = False

    def _put_branch(self, node: Node) -> None:
        children = node.children
        payload = U32(1)
        for place in urange(children.length()):
            child = children[place]
            length = child.reference.length()
            payload = payload + (U32(1) if child.kind is Kind.EMPTY else length)
        buffer = self.buffer
        buffer.put_list(payload)
        for place in urange(children.length()):
            child = children[place]
            if child.kind is Kind.EMPTY:
                buffer.put_byte(U8(0x80))
            else:
                buffer.put_raw(child.reference)
        buffer.put_byte(U8(0x80))

    def _put_short(self, node: Node) -> None:
        is_leaf = node.kind is Kind.LEAF
        path = packed(node.path, is_leaf)
        rest = node.value if is_leaf else node.children[0].reference
        length = bytes_length(rest) if is_leaf else rest.length()
        buffer = self.buffer
        buffer.put_list(bytes_length(path) + length)
        buffer.put_bytes(path)
        if is_leaf:
            buffer.put_bytes(rest)
        else:
            buffer.put_raw(rest)


def keccak_path(keccak: Keccak256, key: ByteView) -> ByteView:
    """The path of a key in a trie whose keys are hashed."""
    digest = U256(keccak.hash(key))
    path = allocate_bytes(64)
    for index in urange(U32(8)):
        word = digest.word(U32(7) - index)
        for place in urange(U32(8)):
            nibble = (word >> (U32(28) - (place << 2))) & 0x0F
            path[(index << 3) + place] = U8(nibble)
    return path
