"""Faults in the host: the tree it serves from, and the state it keeps."""

from typing import Final

from fuzz.mutants.mutant import Table, Where

HOST: Final = Table("host", "zkos.host", Where.HOST)
_plant = HOST.plant

_plant(
    "tree_successor",
    "store.merkle",
    "    memory.store_u32(at + LEAF_NEXT, successor)\n",
    "    memory.store_u32(at + LEAF_NEXT, U32(1))\n",
    "a new leaf points to the end of the list",
)
_plant(
    "tree_stale_update",
    "store.merkle",
    "    memory.store_u32(mine + LEAF_STALE, U32(1))\n",
    "",
    "digests above an updated leaf stay as they were (revm #3887)",
)
_plant(
    "tree_stale_link",
    "store.merkle",
    "    before = _touch(memory, handle, index_before(memory, handle, key))\n",
    "    before = leaf_at(memory, handle, index_before(memory, handle, key))\n",
    "digests above a relinked leaf stay as they were",
)
_plant(
    "tree_shared_levels",
    "store.merkle",
    "    if memory.load_u32(at + NODE_EPOCH) != epoch:\n",
    "    if epoch == 0:\n",
    "forks of a tree share their digests",
)
_plant(
    "tree_empty_height",
    "store.building",
    "sibling = empty(memory, height) if right == 0",
    "sibling = empty(memory, U32(0)) if right == 0",
    "unused subtrees have the digest of an unused leaf",
)
_plant(
    "tree_path",
    "store.merkle",
    "            other = memory.load_u32(at + NODE_LEFT + ((side ^ 1) << 2))\n",
    "            other = memory.load_u32(at + NODE_LEFT + 4)\n",
    "proofs of right children name themselves",
)
_plant(
    "tree_previous",
    "store.keys",
    "        reference = memory.load_u32(place(reference) + SIDES + 4)\n",
    "        reference = memory.load_u32(place(reference) + SIDES)\n",
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
