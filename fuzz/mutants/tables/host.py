"""Faults in the host: the tree it serves from, and the state it keeps."""

from typing import Final

from fuzz.mutants.mutant import Table, Where

HOST: Final = Table("host", "zkos.host", Where.HOST)
_plant = HOST.plant

_plant(
    "tree_successor",
    "tree",
    "self._put_leaf(index, Leaf(key, value, predecessor.next))",
    "self._put_leaf(index, Leaf(key, value, 1))",
    "a new leaf points to the end of the list",
)
_plant(
    "tree_stale_update",
    "tree",
    "        self._put_leaf(index, Leaf(known.key, value, known.next))\n",
    "        stale = set(self._stale)\n"
    "        self._put_leaf(index, Leaf(known.key, value, known.next))\n"
    "        self._stale = stale\n",
    "digests above an updated leaf stay as they were (revm #3887)",
)
_plant(
    "tree_stale_link",
    "tree",
    "        self._put_leaf(before, Leaf(predecessor.key, predecessor.value, index))\n",
    "        stale = set(self._stale)\n"
    "        self._put_leaf(before, Leaf(predecessor.key, predecessor.value, index))\n"
    "        self._stale = stale\n",
    "digests above a relinked leaf stay as they were",
)
_plant(
    "tree_shared_levels",
    "tree",
    "        self._levels = [level.copy() for level in self._levels]\n",
    "",
    "forks of a tree share their digests",
)
_plant(
    "tree_empty_height",
    "tree",
    "sibling = below[right] if right < len(below) else EMPTY[height]",
    "sibling = below[right] if right < len(below) else EMPTY[0]",
    "unused subtrees have the digest of an unused leaf",
)
_plant(
    "tree_path",
    "tree",
    "            path.append(self._known_node(height, place ^ 1))\n",
    "            path.append(self._known_node(height, place | 1))\n",
    "proofs of right children name themselves",
)
_plant(
    "tree_previous",
    "layered",
    "            return self._own[place - 1]\n",
    "            return self._own[max(place - 2, 0)]\n",
    "the leaf before the leaf before is served",
)
_plant(
    "state_order",
    "state",
    "        for diff in diffs:\n            self._write",
    "        for diff in sorted(diffs):\n            self._write",
    "new leaves are numbered by address instead of in cache order",
)
_plant(
    "oracle_zero_new",
    "oracle",
    "        is_new = value is None\n",
    "        is_new = value is None or not any(value)\n",
    "leaves of value 0 are called new",
)
_plant(
    "preimage_forgotten",
    "state",
    "        for data in preimages:\n            self.preimages.add(data)\n",
    "",
    "preimages made in a block are forgotten",
)
_plant(
    "hashes_not_shifted",
    "state",
    "self.block_hashes = (block_hash, *self.block_hashes[:-1])",
    "self.block_hashes = (*self.block_hashes[:-1], block_hash)",
    "the hash of a new block becomes the oldest",
    harmless="a case names the hashes of every block itself",
)
