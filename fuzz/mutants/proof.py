"""Checks of the oracle taken out: each must let a lie through."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table

PROOF: Final = Table("proof", "zkos.guest.system", hunt=Hunt.ORACLE)
_plant = PROOF.plant

_plant(
    "leaf_before",
    "tree",
    '        assert precedes(predecessor.body, key), "the leaf before is not before"\n',
    "",
    "the neighbour below need not be below",
)
_plant(
    "leaf_after",
    "tree",
    '        assert precedes(key, successor.body), "the leaf after is not after"\n',
    "",
    "the neighbour above need not be above",
)
_plant(
    "leaf_order_equal",
    "leaves",
    "            return x[i].byte_swap() < y[i].byte_swap()\n    return False",
    "            return x[i].byte_swap() < y[i].byte_swap()\n    return True",
    "a key precedes itself",
)
_plant(
    "read_key",
    "tree",
    """            assert same(leaf.body, record.key), "the leaf has another key"
            assert leaf.has_value(record""",
    """            assert leaf.has_value(record""",
    "a slot that was read may be proven by another leaf",
)
_plant(
    "read_value",
    "tree",
    "            assert leaf.has_value(record.slot.current), "
    '"the leaf has another value"\n',
    "",
    "a slot that was read may have another value",
)
_plant(
    "write_key",
    "tree",
    """            assert same(leaf.body, record.key), "the leaf has another key"
        assert leaf""",
    """        assert leaf""",
    "a slot that was written may be proven by another leaf",
)
_plant(
    "write_value",
    "tree",
    """        assert leaf.has_value(slot.initial), "the leaf had another value"
""",
    "",
    "a slot that was written may have had another value",
)
_plant(
    "root_check",
    "tree",
    """            assert same(top.before, self.root), "the proofs lead to another root"
""",
    """            assert top.index == U64(0), "the proofs lead to another root"
""",
    "proofs may lead to another root",
)
_plant(
    "root_one_word",
    "leaves",
    """        if x[i] != y[i]:
            return False
    return True""",
    """        if x[i] != y[i]:
            return i != 0
    return True""",
    "digests and keys are compared by their first word",
)
_plant(
    "reads_unproven",
    "tree",
    """            if self.verify or leaf.changed:
                nodes""",
    """            if leaf.changed:
                nodes""",
    "leaves that were only read are not part of the root",
)
_plant(
    "trusting",
    "finish",
    "StateTree(self.options.proving, before)",
    "StateTree(False, before)",
    "the tree is not verified at all",
)
_plant(
    "preimage_hash",
    "preimages",
    "if self.verify and U256(self.blake2s.hash(data)) != digest:",
    "if not self.verify and U256(self.blake2s.hash(data)) != digest:",
    "preimages are believed",
)
_plant(
    "code_preimage",
    "preimages",
    "if self.verify and U256",
    "if self.verify and kind == PREIMAGE_ACCOUNT and U256",
    "code is believed, accounts are not",
)
_plant(
    "preimage_word",
    "preimages",
    "U256(self.blake2s.hash(data)) != digest:",
    "U256(self.blake2s.hash(data)).word(0) < digest.word(0):",
    "a preimage may have another hash",
)
_plant(
    "believed_slots",
    "io",
    "options.quirk_bits & QUIRK_BELIEVES_HOST != 0",
    "options.quirk_bits & QUIRK_BELIEVES_HOST == 0",
    "two answers about slots go unproven, as upstream",
)
_plant(
    "absent_value",
    "storage",
    "            if is_new and initial != 0:",
    "            if is_new and initial != 0 and self.believes:",
    "a slot without a leaf may have a value",
)
_plant(
    "changed_unproven",
    "tree",
    "if left.inserted or (left.changed and not self.verify):",
    "if left.inserted or left.changed:",
    "old digests above changed leaves are left out: honest proofs fail",
)
_plant(
    "index_bound",
    "tree",
    '        assert index < self.old_size, "an index beyond the tree"\n',
    "",
    "leaves beyond the tree may be loaded",
    harmless=(
        "an unused leaf has key 0 and points to the leaf of key 0, so it is neither "
        "neighbour nor slot; a second index for a leaf leaves two nodes at the top"
    ),
)
_plant(
    "index_echo",
    "leaves",
    'assert read_u64() == index, "the proof is for another leaf"',
    'assert read_u64() != U64(0) or index <= index, "the proof is for another leaf"',
    "the index in a proof is ignored",
    harmless="the path is folded by the index asked for, so the root binds it",
)
