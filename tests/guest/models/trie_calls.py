"""Guest code that works on a trie as a test says, for every engine."""

from zkos.guest.models.mpt.node import nibbles
from zkos.guest.models.mpt.trie import EMPTY_ROOT, Trie, TrieWorkshop
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView


def change(operations: ByteView, key_bytes: U32, roots: ByteView) -> U32:
    """Do what `operations` says on an empty trie; how often a value was as expected.

    An operation is a key, the length of the value it has and that value, the length of
    the one it is to have and that. Length 0 stands for none. The root after each goes
    to `roots`.
    """
    trie = Trie(TrieWorkshop(), EMPTY_ROOT)
    position = U32(0)
    done = U32(0)
    right = U32(0)
    while position < operations.length():
        key = nibbles(operations.window(position, key_bytes))
        position = position + key_bytes
        length = U32(operations[position])
        old = operations.window(position + 1, length)
        position = position + 1 + length
        length = U32(operations[position])
        new = operations.window(position + 1, length)
        position = position + 1 + length
        if trie.get(key).equals(old):
            right = right + 1
        if new.length() != 0:
            trie.put(key, new)
        elif old.length() != 0:
            trie.remove(key)
        roots.store_u256_be(done << 5, trie.root_hash())
        done = done + 1
    return right


def remove_one(key: ByteView) -> None:
    """Take a key out of an empty trie."""
    Trie(TrieWorkshop(), EMPTY_ROOT).remove(nibbles(key))
