"""Roots of ordered lists: tries from rlp(index) to the items of the block."""

from zkos.guest.models.mpt.node import nibbles
from zkos.guest.models.mpt.trie import EMPTY_ROOT, Trie, TrieWorkshop
from zkos.guest.rlp.buffer import RlpBuffer
from zkos.lang.control import urange
from zkos.lang.ints import U256
from zkos.lang.memory import ByteView, List


def list_root(items: List[ByteView]) -> U256:
    """The root over items, none of them empty."""
    trie = Trie(TrieWorkshop(), EMPTY_ROOT)
    key = RlpBuffer()
    for index in urange(items.length()):
        key.reset()
        key.put_number(U256(index))
        trie.put(nibbles(key.written()), items[index])
    return trie.root_hash()
