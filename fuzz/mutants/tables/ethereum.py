"""Faults in the Ethereum instance: tries, roots, requests, header, fees, claims."""

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

# The header

_plant(
    "header_time",
    f"{_BLOCKS}.checks",
    "    if header.timestamp <= parent.timestamp:",
    "    if header.timestamp < parent.timestamp:",
    "a block may have its parent's time",
)
_plant(
    "header_number",
    f"{_BLOCKS}.checks",
    "    if header.number == 0 or header.number - 1 != parent.number:",
    "    if header.number == 0 or header.number - 1 < parent.number:",
    "numbers may be left out",
)
_plant(
    "header_gas_limit_edge",
    f"{_BLOCKS}.checks",
    "    if limit >= parent.saturating_add(step) or limit <= parent - step:",
    "    if limit > parent.saturating_add(step) or limit <= parent - step:",
    "the gas limit may rise by one more",
)
_plant(
    "header_ommers",
    f"{_BLOCKS}.checks",
    "    if header.ommers_hash != EMPTY_OMMERS:",
    "    if header.ommers_hash == 0:",
    "a block may have ommers",
)
_plant(
    "header_extra",
    f"{_BLOCKS}.header",
    "    if reader.string().length() > EXTRA_BYTES:",
    "    if reader.string().length() > EXTRA_BYTES + 1:",
    "there may be 33 bytes of extra data",
)
_plant(
    "base_fee_least",
    f"{_BLOCKS}.checks",
    "        return fee + (delta if delta > 0 else U256(1))",
    "        return fee + delta",
    "a low base fee does not rise",
)
_plant(
    "base_fee_down",
    f"{_BLOCKS}.checks",
    "    return fee - fee * U256(target - used) // U256(target)"
    " // BASE_FEE_DENOMINATOR",
    "    return fee - fee * U256(target - used) // U256(target)"
    " // (BASE_FEE_DENOMINATOR + 1)",
    "the base fee falls by less",
)
_plant(
    "header_gas_used",
    f"{_BLOCKS}.block",
    "        if header.gas_used != work.gas_used:",
    "        if header.gas_used < work.gas_used:",
    "a header may claim more gas",
)
_plant(
    "header_blob_gas",
    f"{_BLOCKS}.block",
    "        if header.blob_gas_used != work.blob_gas_used:",
    "        if header.blob_gas_used < work.blob_gas_used:",
    "a header may claim more blob gas",
)
_plant(
    "excess_reserved",
    f"{_BLOCKS}.blob_fee",
    "        if GAS_BLOB_BASE * basefee > U256(GAS_BLOB) * blob_fee(excess):",
    "        if GAS_BLOB_BASE * basefee < U256(GAS_BLOB) * blob_fee(excess):",
    "the price that blobs have at least is looked at the wrong way (EIP-7918)",
)
_plant(
    "excess_target",
    f"{_BLOCKS}.blob_fee",
    "    if total < target:\n        return U64(0)",
    "    if total <= target + target:\n        return U64(0)",
    "the excess of blob gas is forgotten too early",
)
_plant(
    "blob_fee_step",
    f"{_BLOCKS}.blob_fee",
    "        step = step + 1\n",
    "        step = step + 2\n",
    "the price of blobs grows more slowly",
)

# Transactions

_plant(
    "floor",
    f"{_BLOCKS}.process",
    "    outcome.gas_used = used if used > terms.floor else terms.floor",
    "    outcome.gas_used = used",
    "calldata has no floor (EIP-7623)",
)
_plant(
    "floor_limit",
    f"{_BLOCKS}.validation",
    "    if limit < intrinsic or limit < floor:",
    "    if limit < intrinsic:",
    "the gas limit may be below the floor",
)
_plant(
    "refund_cap",
    f"{_BLOCKS}.process",
    "    outcome.gas_refunded = refund if refund < most else most",
    "    outcome.gas_refunded = refund if refund < used >> 1 else used >> 1",
    "half of the gas may be refunded",
)
_plant(
    "tip_of_sender",
    f"{_BLOCKS}.process",
    "    tip = terms.gas_price - work.context.header.basefee",
    "    tip = terms.gas_price",
    "the coinbase gets the base fee too",
)
_plant(
    "blob_price_unpaid",
    f"{_BLOCKS}.process",
    "    fee = fee + work.context.blob_price * U256(terms.blob_gas)\n",
    "",
    "blobs are free",
)
_plant(
    "blob_version",
    f"{_BLOCKS}.validation",
    "        if U8.truncate(hashes[index] >> 248) != VERSION_KZG:",
    "        if U8.truncate(hashes[index] >> 248) == 0:",
    "blobs may have any version",
)
_plant(
    "blob_fee_cap",
    f"{_BLOCKS}.validation",
    "    if work.reader.blob_fee_cap < work.context.blob_price:",
    "    if work.reader.blob_fee_cap == 0:",
    "blobs need not pay the price",
)
_plant(
    "sender_code",
    f"{_BLOCKS}.validation",
    "    if sender.has_code() and not sender.is_delegated():",
    "    if sender.has_code() and sender.is_delegated():",
    "senders may have code but no delegation",
)
_plant(
    "block_gas",
    f"{_BLOCKS}.validation",
    "    if limit > work.context.header.gas_limit - work.gas_used:",
    "    if limit > work.context.header.gas_limit:",
    "a block's gas may be used twice",
)
_plant(
    "authority_nonce",
    f"{_BLOCKS}.authority",
    "    if account.nonce != entry.nonce:",
    "    if account.nonce < entry.nonce:",
    "old authorizations hold",
)
_plant(
    "authority_refund",
    f"{_BLOCKS}.authority",
    "    if exists(account):\n        io.add_refund(REFUND_AUTHORIZATION)",
    "    io.add_refund(REFUND_AUTHORIZATION)",
    "authorizations of those who do not exist are refunded",
)
_plant(
    "authority_code",
    f"{_BLOCKS}.authority",
    "        if not account.is_delegated():\n            return\n",
    "",
    "contracts may be delegated",
)
_plant(
    "authority_high_s",
    f"{_BLOCKS}.authority",
    "    return entry.s <= HALF_CURVE_ORDER",
    "    return True",
    "malleable signatures of authorizations hold",
)
_plant(
    "withdrawal_unit",
    f"{_BLOCKS}.withdrawals",
    "                amount = U256(reader.u64()) * WEI_PER_GWEI",
    "                amount = U256(reader.u64())",
    "withdrawals are paid in wei",
)
_plant(
    "withdrawal_last",
    f"{_BLOCKS}.withdrawals",
    "            while index < self.items.length():",
    "            while index + 1 < self.items.length():",
    "the last withdrawal is not paid",
)
