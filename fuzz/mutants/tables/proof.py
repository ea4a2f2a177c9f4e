"""Checks of the oracle taken out: each must let a lie through."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table

PROOF: Final = Table("proof", "zkos.guest", hunt=Hunt.ORACLE)
_plant = PROOF.plant

_plant(
    "leaf_before",
    "models.flat.tree",
    '        assert precedes(predecessor.body, key), "the leaf before is not before"\n',
    "",
    "the neighbour below need not be below",
)
_plant(
    "leaf_after",
    "models.flat.tree",
    '        assert precedes(key, successor.body), "the leaf after is not after"\n',
    "",
    "the neighbour above need not be above",
)
_plant(
    "leaf_order_equal",
    "models.flat.leaves",
    "            return x[i].byte_swap() < y[i].byte_swap()\n    return False",
    "            return x[i].byte_swap() < y[i].byte_swap()\n    return True",
    "a key precedes itself",
)
_plant(
    "read_key",
    "models.flat.tree",
    """            assert same(leaf.body, record.key), "the leaf has another key"
            assert leaf.has_value(record""",
    """            assert leaf.has_value(record""",
    "a slot that was read may be proven by another leaf",
)
_plant(
    "read_value",
    "models.flat.tree",
    "            assert leaf.has_value(record.slot.current), "
    '"the leaf has another value"\n',
    "",
    "a slot that was read may have another value",
)
_plant(
    "write_key",
    "models.flat.tree",
    """            assert same(leaf.body, record.key), "the leaf has another key"
        assert leaf""",
    """        assert leaf""",
    "a slot that was written may be proven by another leaf",
)
_plant(
    "write_value",
    "models.flat.tree",
    """        assert leaf.has_value(slot.initial), "the leaf had another value"
""",
    "",
    "a slot that was written may have had another value",
)
_plant(
    "root_check",
    "models.flat.tree",
    """            assert same(top.before, self.root), "the proofs lead to another root"
""",
    """            assert top.index == U64(0), "the proofs lead to another root"
""",
    "proofs may lead to another root",
)
_plant(
    "root_one_word",
    "models.flat.leaves",
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
    "models.flat.tree",
    """            if self.verify or leaf.changed:
                nodes""",
    """            if leaf.changed:
                nodes""",
    "leaves that were only read are not part of the root",
)
_plant(
    "unwritten_unproven",
    "models.flat.tree",
    "        if any_write or self.verify:\n",
    "        if any_write:\n",
    "a block that writes nothing proves nothing",
    reach="Needs a block that changes no slot.",
)
_plant(
    "last_leaf_unproven",
    "models.flat.tree",
    """            self.link()
            self.load(self.old_size - 1)
""",
    """            self.link()
""",
    "a tree that grows need not show its last leaf: the host says where it grows",
)
_plant(
    "trusting",
    "models.flat.backing",
    "StateTree(self.verify, before)",
    "StateTree(False, before)",
    "the tree is not verified at all",
)
_plant(
    "preimage_hash",
    "state.preimages",
    "if self.verify and U256(self.blake2s.hash(data)) != digest:",
    "if not self.verify and U256(self.blake2s.hash(data)) != digest:",
    "preimages are believed",
)
_plant(
    "code_preimage",
    "state.preimages",
    "if self.verify and U256",
    "if self.verify and kind == PREIMAGE_ACCOUNT and U256",
    "code is believed, accounts are not",
)
_plant(
    "account_preimage",
    "state.preimages",
    "if self.verify and U256",
    "if self.verify and kind == PREIMAGE_CODE and U256",
    "accounts are believed, code is not",
)
_plant(
    "preimage_word",
    "state.preimages",
    "U256(self.blake2s.hash(data)) != digest:",
    "U256(self.blake2s.hash(data)).word(0) < digest.word(0):",
    "a preimage may have another hash",
)
_plant(
    "believed_slots",
    "state.io",
    "bits & QUIRK_BELIEVES_HOST != 0",
    "bits & QUIRK_BELIEVES_HOST == 0",
    "a slot whose cold access cannot be paid goes unproven, as upstream",
)
_plant(
    "absent_value",
    "system.oracle",
    """        if is_new and value != 0:
            trap("a slot without a leaf has a value")
""",
    "",
    "a slot without a leaf may have a value",
)
_plant(
    "changed_unproven",
    "models.flat.tree",
    "if left.inserted or (left.changed and not self.verify):",
    "if left.inserted or left.changed:",
    "old digests above changed leaves are left out: honest proofs fail",
)
_plant(
    "sender_unknown",
    "system.oracle",
    "        return number >> 160 == 0, Address.truncate(number)\n",
    "        return True, Address.truncate(number)\n",
    "the upper bytes of a sender are ignored",
)
_plant(
    "missing_words",
    "system.oracle",
    """        for index in urange(taken, words):
            out.store_u32(index << 2, U32(0))
""",
    "",
    "words that a transaction lacks are those of the one before",
)
_plant(
    "too_many_words",
    "system.oracle",
    "        if answered > words + (words & 1):\n            return False\n",
    "",
    "a transaction may come with more words than it has: the rest is heard later",
)
_plant(
    "unreadable_size",
    "system.oracle",
    "readable = oracle_read() == 0 and size <= LONGEST_TRANSACTION",
    "readable = oracle_read() == 0 or size <= LONGEST_TRANSACTION",
    "the upper word of a size is ignored",
)
_plant(
    "encoding_width",
    "system.oracle",
    """    if number > 0xFF:
        trap("number above 8 bits")
    return number""",
    "    return number & 0xFF",
    "an encoding is cut to eight bits",
)
_plant(
    "timestamp_order",
    "commitment.finish",
    "        if metadata.timestamp < last_timestamp:\n",
    "        if metadata.timestamp < last_timestamp and False:\n",
    "a block may be older than the one before",
)
_plant(
    "gas_limit_bound",
    "system.plain_metadata",
    "        if self.gas_limit > BLOCK_GAS:\n",
    "        if self.gas_limit > BLOCK_GAS << 1:\n",
    "a gas limit whose ergs do not fit is taken",
)
_plant(
    "scheme_bound",
    "system.plain_metadata",
    "        if self.da_scheme > DA_BLOBS:\n",
    "        if self.da_scheme > DA_BLOBS + 1:\n",
    "an unknown way of publishing is taken",
    harmless="the end of the block asks for a known way once more",
)
_plant(
    "index_bound",
    "models.flat.tree",
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
    "models.flat.leaves",
    'assert read_u64() == index, "the proof is for another leaf"',
    'assert read_u64() != U64(0) or index <= index, "the proof is for another leaf"',
    "the index in a proof is ignored",
    harmless="the path is folded by the index asked for, so the root binds it",
)

ADVICE: Final = Table("advice", "zkos.guest", hunt=Hunt.ORACLE)
_plant = ADVICE.plant

_plant(
    "blob_unverified",
    "commitment.data_availability",
    "            if self.verify and not verifier.opens(\n",
    "            if not self.verify and not verifier.opens(\n",
    "commitments to blobs are believed",
)
_plant(
    "blob_constant_point",
    "crypto.blob",
    "        z = U256(U128.truncate(U256(self.blake2s.finish())))\n",
    "        z = U256(U128.truncate(U256(self.blake2s.finish()))) & 0\n",
    "every blob is opened at the point 0: one polynomial stands for another",
)
_plant(
    "blob_point_from_name",
    "crypto.blob",
    "        self.blake2s.update(data)\n",
    "",
    "the point depends on the commitment alone: honest openings fail",
)
_plant(
    "blob_evaluation_unfolded",
    "crypto.blob",
    "            power = field.mul(power, power)\n",
    "",
    "the point is not squared between folds: honest openings fail",
)
_plant(
    "blob_scale",
    "crypto.blob",
    "        return field.mul(elements[0], INVERSE_OF_ELEMENTS)\n",
    "        return elements[0]\n",
    "the value of a blob is not divided by the number of its elements",
)
_plant(
    "blob_element_order",
    "crypto.blob",
    "            element.window(1, size).copy_from(data.window(start, size))\n",
    "            place = U32(32) - size\n"
    "            element.window(place, size).copy_from(data.window(start, size))\n",
    "the last element of a blob is aligned to the right",
)
_plant(
    "kzg_proof_group",
    "crypto.blob",
    "        return self.kzg.verify_proof(commitment, z, y, proof)\n",
    "        return self.kzg.verify_proof(commitment, z, y, commitment)\n",
    "the commitment stands for its own opening: honest openings fail",
)
