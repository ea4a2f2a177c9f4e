"""Faults in the Ethereum instance: tries, claims about the state, roots, requests."""

from typing import Final

from fuzz.mutants.mutant import Table

ETHEREUM: Final = Table("ethereum", "zkos.guest")
_plant = ETHEREUM.plant
_MPT: Final = "models.mpt"
_BLOCKS: Final = "blocks.ethereum"

_plant(
    "ethereum_control",
    f"{_BLOCKS}.checks",
    '    """Trap unless the limit is close to the parent\'s."""',
    '    """Trap unless the limit is close to that of the parent."""',
    "no fault: what is found here is no merit of the campaign",
    harmless="nothing is changed but a docstring",
)

# The trie

_plant(
    "trie_node_hash",
    f"{_MPT}.trie",
    "            if U256(self.keccak.hash(encoding)) != digest:",
    "            if U256(self.keccak.hash(encoding)) == 0:",
    "a node need not have the hash it is asked by",
)
_plant(
    "trie_get_prefix",
    f"{_MPT}.trie",
    "        if node.kind is Kind.LEAF and node.path.equals(rest):\n"
    "            return node.value",
    "        if node.kind is Kind.LEAF:\n            return node.value",
    "a leaf on the way to a key is taken for the key's",
)
_plant(
    "trie_split_whole_extension",
    f"{_MPT}.trie",
    "        if node.kind is Kind.EXTENSION and after.length() == 0:",
    "        if node.kind is Kind.EXTENSION and after.length() == 1:",
    "an extension split one before its end loses a nibble",
)
_plant(
    "trie_split_no_extension",
    f"{_MPT}.trie",
    "        if shared == 0:\n            self._attach(branch)\n            return\n",
    "        if shared <= 1:\n            self._attach(branch)\n            return\n",
    "keys that share one nibble hang on a branch without extension",
)
_plant(
    "trie_collapse_missing",
    f"{_MPT}.trie",
    "        if count > 1:\n            return\n",
    "        if count > 0:\n            return\n",
    "a branch with a single child stays",
)
_plant(
    "trie_collapse_last",
    f"{_MPT}.trie",
    "        if self.way.length() > 1:\n            self._collapse()",
    "        if self.way.length() > 2:\n            self._collapse()",
    "a branch at the root stays with a single child",
)
_plant(
    "trie_collapse_unopened",
    f"{_MPT}.trie",
    "        self.workshop.open(child)\n        step",
    "        step",
    "the child left of a branch is not looked into",
)
_plant(
    "trie_collapse_extension",
    f"{_MPT}.trie",
    "        if depth != 0 and way[depth - 1].kind is Kind.EXTENSION:",
    "        if depth == 0 and way[depth - 1].kind is Kind.EXTENSION:",
    "an extension above a branch that goes is kept apart",
)
_plant(
    "trie_collapse_turn",
    f"{_MPT}.trie",
    "        step[0] = U8(turn)",
    "        step[0] = U8(turn & 0x07)",
    "the nibble of a child that moves up loses its high bit",
)
_plant(
    "trie_mark",
    f"{_MPT}.trie",
    "        for index in urange(way.length()):\n            node = way[index]",
    "        for index in urange(U32(1), way.length()):\n            node = way[index]",
    "the root of a changed trie keeps its old name",
)
_plant(
    "node_embedded",
    f"{_MPT}.encoder",
    "        if buffer.length < HASH_REFERENCE_BYTES - 1:",
    "        if buffer.length < HASH_REFERENCE_BYTES:",
    "a node of 32 bytes stands in its parent",
)
_plant(
    "node_never_embedded",
    f"{_MPT}.encoder",
    "        if buffer.length < HASH_REFERENCE_BYTES - 1:",
    "        if buffer.length < HASH_REFERENCE_BYTES - 8:",
    "nodes of 25 to 31 bytes are named by their hash",
)
_plant(
    "node_path_parity",
    f"{_MPT}.node",
    "        out[0] = ((flags | ODD) << 4) | path[0]",
    "        out[0] = (flags << 4) | path[0]",
    "a path of odd length says it is even",
)
_plant(
    "branch_last_child",
    f"{_MPT}.trie",
    "    for turn in urange(FANOUT):\n        if branch",
    "    for turn in urange(FANOUT - 1):\n        if branch",
    "the last child of a branch is not counted",
)

# Claims about the state

_plant(
    "claim_nonce",
    f"{_MPT}.settlement",
    "        found.nonce != claimed.nonce\n        or ",
    "        ",
    "the nonce of an account is believed",
)
_plant(
    "claim_balance",
    f"{_MPT}.settlement",
    "        or found.balance != claimed.balance\n",
    "",
    "the balance of an account is believed",
)
_plant(
    "claim_storage_root",
    f"{_MPT}.settlement",
    "        or found.storage_root != claim.storage_root\n",
    "",
    "the storage root of an account is believed",
)
_plant(
    "claim_code",
    f"{_MPT}.settlement",
    "        or found.code_hash != code_hash\n",
    "",
    "the code hash of an account is believed",
)
_plant(
    "claim_absent",
    f"{_MPT}.settlement",
    "        if leaf.length() != 0:\n"
    '            trap("an account that exists was said not to")\n        return',
    "        return",
    "an account may be said not to exist",
)
_plant(
    "claim_slot",
    f"{_MPT}.settlement",
    "            if value_in(trie.get(path)) != slot.initial:",
    "            if value_in(trie.get(path)) != slot.initial and slot.initial != 0:",
    "a slot may be said to be empty",
)
_plant(
    "claim_slot_read",
    f"{_MPT}.settlement",
    "            if value_in(trie.get(path)) != slot.initial:",
    "            if value_in(trie.get(path)) != slot.initial"
    " and slot.current != slot.initial:",
    "slots that are only read are believed",
)
_plant(
    "claim_code_hash",
    f"{_MPT}.codes",
    "        if U256(self.keccak.hash(plain)) != digest:",
    "        if plain.length() == 0:",
    "a code need not have the hash it is asked by",
)
_plant(
    "claim_empty_account",
    f"{_MPT}.settlement",
    "            if not account.is_empty():\n                state.put",
    "            if account.nonce != 0 or account.balance != 0:\n"
    "                state.put",
    "accounts with code alone are left out",
)
_plant(
    "claim_unremoved",
    f"{_MPT}.settlement",
    "            elif claim.exists:\n                gone.append(paths[index])\n",
    "",
    "an account that is empty now stays as it was",
)
_plant(
    "slots_kept",
    f"{_MPT}.settlement",
    "            if changed[index].current == 0:\n                trie.remove",
    "            if changed[index].current == 1:\n                trie.remove",
    "slots set to 0 stay in the trie",
)
_plant(
    "ancestor_hash",
    f"{_BLOCKS}.ancestors",
    "        if U256(self.keccak.hash(encoding)) != self.hashes[depth]:",
    "        if U256(self.keccak.hash(encoding)) == self.hashes[0] - 1:",
    "the header of an ancestor need not have the hash its child names",
)
_plant(
    "ancestor_depth",
    f"{_BLOCKS}.ancestors",
    "        depth = self.number - number - 1",
    "        depth = self.number - number",
    "BLOCKHASH gives the hash of the block before",
)

# Roots, receipts, requests

_plant(
    "receipts_root",
    f"{_BLOCKS}.block",
    "        if header.receipts_root != list_root(self.receipts.items):",
    "        if header.receipts_root == header.state_root:",
    "the root of receipts is not compared",
)
_plant(
    "transactions_root",
    f"{_BLOCKS}.block",
    "        if header.transactions_root != list_root(self.transactions):",
    "        if header.transactions_root == header.state_root:",
    "the root of transactions is not compared",
)
_plant(
    "withdrawals_root",
    f"{_BLOCKS}.block",
    "        if header.withdrawals_root != list_root(withdrawals.items):",
    "        if header.withdrawals_root == header.state_root:",
    "the root of withdrawals is not compared",
)
_plant(
    "bloom_topics",
    f"{_BLOCKS}.receipts",
    "            for number in urange(event.topics.length()):",
    "            for number in urange(event.topics.length() >> 1):",
    "the bloom lacks topics",
)
_plant(
    "bloom_bit",
    f"{_BLOCKS}.receipts",
    "        self._set(bloom, digest.word(6) >> 16)",
    "        self._set(bloom, digest.word(6))",
    "the third bit of a bloom is another",
)
_plant(
    "receipt_status",
    f"{_BLOCKS}.receipts",
    "        buffer.put_number(U256(1) if success else U256(0))",
    "        buffer.put_number(U256(1))",
    "every receipt tells of success",
)
_plant(
    "receipt_type",
    f"{_BLOCKS}.receipts",
    "        if kind != TYPE_LEGACY:\n            buffer.put_byte(U8(kind))",
    "        if kind > 1:\n            buffer.put_byte(U8(kind))",
    "receipts of type 1 have no type",
)
_plant(
    "requests_order",
    f"{_BLOCKS}.requests",
    "    put_digest(digests, REQUEST_CONSOLIDATION, "
    "ask_system(work, CONSOLIDATION_REQUESTS))",
    "    put_digest(digests, REQUEST_WITHDRAWAL, "
    "ask_system(work, CONSOLIDATION_REQUESTS))",
    "requests of consolidation have another type",
)
_plant(
    "requests_empty",
    f"{_BLOCKS}.requests",
    "    if length == 0:\n        return\n    data",
    "    data",
    "kinds without requests are hashed too",
)
_plant(
    "deposit_other_log",
    f"{_BLOCKS}.requests",
    "            if event.topics[0] == DEPOSIT_EVENT:",
    "            if event.topics[0] != DEPOSIT_EVENT:",
    "deposits are not seen",
)
_plant(
    "deposit_layout",
    f"{_BLOCKS}.requests",
    "        if data.load_u256_be(field << 5) != U256(offset):",
    "        if data.load_u256_be(field << 5) == U256(0):",
    "fields of a deposit may be elsewhere",
)
_plant(
    "system_logs",
    f"{_BLOCKS}.system_calls",
    "    io.events.events.truncate(events)\n",
    "",
    "logs of calls by the system get into a receipt",
)
_plant(
    "system_failure",
    f"{_BLOCKS}.system_calls",
    "    io.finish_frame(snapshot, not success)",
    "    io.finish_frame(snapshot, False)",
    "a call of the system that fails is not rolled back",
)
