"""The root of a tree of BLAKE2s over the transactions of a block (v32 4)."""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.protocol.receipts import TREE_HEIGHT
from zkos.lang.control import urange
from zkos.lang.ints import U256, Bytes32
from zkos.lang.memory import List


def merkle_root(blake2s: Blake2s, leaves: List[Bytes32]) -> Bytes32:
    """Root of the tree whose first leaves these are, the rest 0; overwrites them."""
    count = leaves.length()
    empty = Bytes32(0)
    for _height in urange(TREE_HEIGHT):
        parents = (count + 1) >> 1
        for position in urange(parents):
            left = position << 1
            right = empty
            if left + 1 < count:
                right = leaves[left + 1]
            leaves[position] = hash_pair(blake2s, leaves[left], right)
        count = parents
        empty = hash_pair(blake2s, empty, empty)
    return empty if count == 0 else leaves[0]


def hash_pair(blake2s: Blake2s, left: Bytes32, right: Bytes32) -> Bytes32:
    """BLAKE2s of 64 bytes."""
    blake2s.reset()
    blake2s.update_u256(U256(left))
    blake2s.update_u256(U256(right))
    return blake2s.finish()
