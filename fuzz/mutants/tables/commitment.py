"""Faults in what a block and its batch are bound to."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table

COMMITMENT: Final = Table("commitment", "zkos.guest.commitment")
_plant = COMMITMENT.plant

# Header (state spec 5)

_plant(
    "header_parent",
    "header",
    "    header.put_hash(metadata.parent_hash())\n",
    "    header.put_hash(metadata.block_hashes.load_u256_be(0))\n",
    "the oldest block is the parent",
)
_plant(
    "header_gas_used",
    "header",
    "    header.put_number(gas)\n",
    "    header.put_number(gas_limit)\n",
    "gas used in the header is the limit",
    reach="Needs gas used and limit of the same length in bytes.",
)
_plant(
    "header_length",
    "header",
    "    payload = payload + number_length(basefee)\n",
    "    payload = payload + 1\n",
    "the length of a header with a base fee above 127",
)
_plant(
    "header_mix_hash",
    "header",
    "    header.put_hash(metadata.prevrandao(options))\n",
    "    header.put_hash(metadata.mix_hash)\n",
    "the mix hash of the header is the host's",
)
_plant(
    "header_coinbase",
    "header",
    "    header.put_address(metadata.coinbase)\n    header.put_hash(U256(0))\n",
    "    header.put_hash(U256(0))\n    header.put_address(metadata.coinbase)\n",
    "coinbase and state root of the header change places",
)
_plant(
    "header_base_fee_cut",
    "header",
    "    basefee = U256(U64(metadata.basefee))\n",
    "    basefee = metadata.basefee\n",
    "a base fee of more than 64 bits is taken",
    reach="Needs a base fee of 2^64 and more.",
)
_plant(
    "header_dropped_hash",
    "finish",
    "            result.rolling_hash,\n            result.receipts_root(),\n",
    "            result.upgrade_hash,\n            result.receipts_root(),\n",
    "the header has the upgrade for the transactions",
)

# Logs (state spec 4)

_plant(
    "log_tree_odd",
    "logs",
    "parents = (count + 1) >> 1",
    "parents = (count >> 1) + (U32(1) if count == 1 else U32(0))",
    "the last of an odd number of logs is not in the batch",
)
_plant(
    "log_tree_empty",
    "logs",
    "            right = Bytes32(EMPTY_ROOTS[height])\n",
    "            right = Bytes32(EMPTY_ROOTS[0])\n",
    "empty subtrees of the log tree are leaves",
)
_plant(
    "log_tree_height",
    "logs",
    "        return NO_LOGS\n",
    "        return Bytes32(EMPTY_ROOTS[LOG_TREE_HEIGHT])\n",
    "the root of no logs leaves out chains that settle here",
)
_plant(
    "log_encoding_number",
    "logs",
    "    out.store_u16_be(2, U16.truncate(log.transaction_number))\n",
    "    out.store_u16_be(2, U16.truncate(log.transaction_number + 1))\n",
    "logs name the next transaction",
)
_plant(
    "log_encoding_service",
    "logs",
    "    out[1] = 1\n",
    "    out[1] = 0\n",
    "logs do not say that they come from a service",
)
_plant(
    "l1_transactions_upgrade",
    "logs",
    "        if not log.is_message and Bytes32(log.key) != upgrade_hash:\n",
    "        if not log.is_message:\n",
    "an upgrade counts as a transaction from L1",
)
_plant(
    "l1_transactions_messages",
    "logs",
    "        if not log.is_message and Bytes32(log.key) != upgrade_hash:\n",
    "        if Bytes32(log.key) != upgrade_hash:\n",
    "messages count as transactions from L1",
)
_plant(
    "l1_rolling_order",
    "plain_batch",
    "hash_pair(self.keccak, self.l1_rolling, hashes[position])",
    "hash_pair(self.keccak, hashes[position], self.l1_rolling)",
    "the rolling hash of transactions from L1 begins with the last",
)
_plant(
    "l1_rolling_start",
    "plain_batch",
    "        self.l1_rolling = NO_L1_TRANSACTIONS\n",
    "        self.l1_rolling = Bytes32(0)\n",
    "the rolling hash of no transactions is 0",
)

# Pubdata (state spec 3)

_plant(
    "pubdata_format",
    "pubdata",
    "        head[0] = FORMAT\n",
    "        head[0] = FORMAT - 1\n",
    "the version of the pubdata",
)
_plant(
    "pubdata_timestamp",
    "pubdata",
    "        head.store_u64_be(33, timestamp)\n",
    "",
    "the timestamp in the pubdata is 0",
)
_plant(
    "pubdata_count",
    "pubdata",
    """            if records[position].is_written():
                changed = changed + 1
""",
    """            if records[position].slot.current != 0:
                changed = changed + 1
""",
    "the number of changes in the pubdata counts other slots",
)
_plant(
    "pubdata_messages",
    "pubdata",
    """            if log.is_message:
                messages = messages + 1
""",
    """            if log.data.length() != 0:
                messages = messages + 1
""",
    "empty messages are not counted in the pubdata",
    reach="Needs a message of no bytes.",
)
_plant(
    "pubdata_room",
    "pubdata",
    "            room = allocate_bytes(size if size > needed else needed)\n",
    "            room = allocate_bytes(size)\n",
    "pubdata that more than doubles at once does not fit",
    reach="Needs a piece of pubdata longer than all before.",
)
_plant(
    "pubdata_code_kept",
    "pubdata",
    "    if account.not_publish or not account.code_changed_since(account.initial):\n",
    "    if account.not_publish:\n",
    "the code of every changed account is asked for",
    reach="Needs a contract whose balance changes but whose code is not run.",
)

# Publishing (state spec 6.2)

_plant(
    "da_none_hashed",
    "data_availability",
    "        if scheme == DA_KECCAK:\n",
    "        if scheme != DA_BLOBS:\n",
    "pubdata that is not published is hashed",
)
_plant(
    "da_keccak_blobs",
    "data_availability",
    "        keccak.update_u8(U8(1))\n",
    "        keccak.update_u8(U8(0))\n",
    "the commitment by keccak names no blob",
)
_plant(
    "da_keccak_pieces",
    "data_availability",
    """        for position in urange(pieces.length()):
            keccak.update(pieces[position])
""",
    """        for position in urange(pieces.length()):
            keccak.reset()
            keccak.update(pieces[position])
""",
    "only the pubdata of the last block of a batch is hashed",
)
_plant(
    "da_blob_head",
    "data_availability",
    "    data.store_u64_be(0, U64(length))\n",
    "    data.store_u64_be(0, U64(data.length()))\n",
    "the length in the first blob counts itself",
)
_plant(
    "da_blob_order",
    "data_availability",
    "        end = end + piece.length()\n",
    "        end = end + piece.length() - 1\n",
    "pubdata of blocks overlaps in a blob",
    reach="Needs a batch of blocks with blobs.",
)
_plant(
    "da_blob_limit",
    "data_availability",
    "        if length > MOST_BLOBS * BLOB_DATA_BYTES:\n",
    "        if length > (MOST_BLOBS - 1) * BLOB_DATA_BYTES:\n",
    "nine blobs are too many",
    reach="Needs pubdata of a megabyte.",
)
_plant(
    "da_blob_hashes",
    "data_availability",
    "            self.versioned_hashes.append(digest)\n",
    "            self.versioned_hashes.append(self.keccak.hash(commitment))\n",
    "blobs are named by the keccak-256 of their commitment",
)

# Blocks of a batch (oracle spec 3)

_plant(
    "batch_scheme",
    "plain_batch",
    "    if block.da_scheme != last.da_scheme:\n",
    "    if block.da_scheme < last.da_scheme:\n",
    "blocks of a batch are published in different ways",
    hunt=Hunt.ORACLE,
)
_plant(
    "batch_chain",
    "plain_batch",
    "    if block.chain_id != last.chain_id:\n",
    "    if block.chain_id > last.chain_id:\n",
    "blocks of a batch are of different chains",
    hunt=Hunt.ORACLE,
)
_plant(
    "batch_state",
    "plain_batch",
    "    if block.state_before != last.state_after:\n",
    "    if block.state_before == last.state_before:\n",
    "a block of a batch may start anywhere",
    hunt=Hunt.ORACLE,
)
_plant(
    "batch_upgrade",
    "plain_batch",
    "    if block.upgrade_hash != Bytes32(0):\n",
    "    if block.upgrade_hash == last.upgrade_hash and "
    "block.upgrade_hash != Bytes32(0):\n",
    "later blocks of a batch may upgrade",
    hunt=Hunt.ORACLE,
)
_plant(
    "batch_first_state",
    "plain_batch",
    "public_input(self.keccak, first.state_before, last.state_after, digest)",
    "public_input(self.keccak, last.state_before, last.state_after, digest)",
    "a batch begins where its last block begins",
)
_plant(
    "batch_timestamps",
    "plain_batch",
    "            first.timestamp,\n            last.timestamp,\n",
    "            first.timestamp,\n            first.timestamp,\n",
    "a batch ends when it begins",
)
_plant(
    "batch_logs",
    "plain_batch",
    "            self.logs.append(block.logs[position])\n",
    "            if count == 0 or position != 0:\n"
    "                self.logs.append(block.logs[position])\n",
    "the first log of later blocks is not in the batch",
)
_plant(
    "batch_disconnect",
    "plain_batch",
    "        self.l1_transactions = self.l1_transactions + hashes.length()\n",
    "        self.l1_transactions = hashes.length()\n",
    "transactions from L1 are those of the last block",
)

# Public input (state spec 6.1)

_plant(
    "state_number",
    "public_input",
    "    blake2s.update_u64_be(block_number)\n",
    "    blake2s.update_u64_be(state.next_free_slot)\n",
    "the state of a chain does not bind the number of its block",
)
_plant(
    "state_number_before",
    "finish",
    "                number.wrapping_sub(1),\n",
    "                number,\n",
    "the state before a block has the number of the block",
)
_plant(
    "state_window",
    "public_input",
    "return before, blake2s.hash(hashes.window(HASH_BYTES, WINDOW_BYTES))",
    "return before, blake2s.hash(hashes.window(0, WINDOW_BYTES))",
    "the window of block hashes does not move",
)
_plant(
    "state_window_last",
    "public_input",
    "    hashes.store_u256_be(WINDOW_BYTES, U256(block_hash))\n",
    "",
    "the newest block has hash 0",
)
_plant(
    "output_scheme",
    "public_input",
    "    keccak.update_u256(U256(output.da_scheme))\n",
    "    keccak.update_u256(U256(output.da_scheme) & 3)\n",
    "blobs count as no publishing in the output of a batch",
)
_plant(
    "output_roots",
    "logs",
    "    return hash_pair(keccak, logs_tree_root(keccak, leaves), NO_ROOT)\n",
    "    return logs_tree_root(keccak, leaves)\n",
    "the root of logs lacks that of other chains",
)
_plant(
    "output_upgrade",
    "public_input",
    "    keccak.update_u256(U256(output.upgrade_hash))\n",
    "    keccak.update_u256(U256(NO_HASH))\n",
    "the output of a batch names no upgrade",
)
_plant(
    "seal_order",
    "finish",
    """        pubdata = self.write_pubdata(block_hash, records)
        after = backing.commit(before, records)
""",
    """        after = backing.commit(before, records)
        pubdata = self.write_pubdata(block_hash, records)
""",
    "code for the pubdata is asked for after the proofs",
    reach="Needs code that is published and was not asked for before.",
)
