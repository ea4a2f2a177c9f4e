"""Faults in what v32 added: hunted in builds of v32."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table
from zkos.versions import Protocol

CONFIGURED: Final = Table("configured", "zkos.guest", protocol=Protocol.V32)
_plant = CONFIGURED.plant

# What is bound (v32 2, 4)

_plant(
    "configuration_without_limit",
    "system.configured_metadata",
    "        keccak.update_u256(U256(self.largest_gas_limit))\n",
    "        keccak.update_u256(U256(TRANSACTION_GAS))\n",
    "the hash of the configuration has the least cap, not the chain's",
)
_plant(
    "configuration_flag_dropped",
    "system.configured_metadata",
    "U256(1) if self.proves_fri else U256(0)",
    "U256(0)",
    "the flag for proofs is not bound",
)
_plant(
    "configuration_not_bound",
    "commitment.chain_in_input",
    "    keccak.update_u256(U256(configuration))\n",
    "    keccak.update_u256(U256(0))\n",
    "the configuration is no word of the public input",
)
_plant(
    "receipt_gas_alone",
    "commitment.tree_result",
    "        self.receipts.append(Receipt(kind, success, self.gas_used))\n",
    "        self.receipts.append(Receipt(kind, success, U64(0)))\n",
    "receipts say no gas was used",
)
_plant(
    "receipt_status",
    "commitment.receipts",
    "U256(1) if receipt.success else U256(0)",
    "U256(1)",
    "every receipt is of a success",
)
_plant(
    "receipt_type_of_all",
    "commitment.receipts",
    "        if receipt.kind != TYPE_LEGACY:\n",
    "        if receipt.kind > TYPE_LEGACY + 1:\n",
    "receipts of type 1 lack their type",
)
_plant(
    "receipt_logs_of_next",
    "commitment.tree_result",
    "            first = end\n",
    "            first = U32(0)\n",
    "a receipt begins with the logs of all before it",
)
_plant(
    "receipt_topics",
    "commitment.receipts",
    "        for index in urange(topics.length()):\n"
    "            buffer.put_hash(topics[index])\n",
    "        for index in urange(topics.length()):\n"
    "            buffer.put_hash(topics[0])\n",
    "the first topic of a log stands for all",
)
_plant(
    "tree_of_odd_leaves",
    "commitment.merkle",
    "            right = empty\n",
    "            right = leaves[left]\n",
    "a leaf without a neighbour is its own",
)

# What is published (v32 3)

_plant(
    "plain_code_padded",
    "state.diff_encoding",
    "        length = account.code_length\n        out.store_u32_be(end, length)\n",
    "        length = account.stored_length()\n        out.store_u32_be(end, length)\n",
    "code is published with padding and map",
)

# What is paid (v32 5, 6)

_plant(
    "absence_paid_always",
    "state.storage",
    "            slot.unset = False\n",
    "            slot.unset = slot.is_new\n",
    "a slot that the tree lacks costs as absent in every transaction",
)
_plant(
    "change_paid_always",
    "state.paid_slot",
    "        if value == self.current or self.paid_in == transaction:\n",
    "        if value == self.current:\n",
    "every change of a slot pays for its way through the tree",
)
_plant(
    "account_change_unpaid",
    "state.accounts",
    "        if ACCOUNT_CHANGES_ARE_PAID:\n"
    "            self.pay_record(resources, account)\n",
    "        if ABSENCE_IS_PAID_ONCE and account.nonce != 0:\n"
    "            self.pay_record(resources, account)\n",
    "a new account does not pay for its record",
)
_plant(
    "reply_unpaid",
    "evm.instructions.calls",
    "            frame.charge_wide(U64(0), NATIVE_COPY + bytes_native(length))\n",
    "            frame.charge_wide(U64(0), NATIVE_COPY)\n",
    "return data in memory does not pay by its bytes",
)
_plant(
    "receipt_of_events_unpaid",
    "protocol.native",
    "    return NATIVE_BLAKE2S_BLOCK * ((length + 63) >> 6)\n",
    "    return NATIVE_BLAKE2S_BLOCK * (length >> 6)\n",
    "the last part of an event's receipt is not paid",
)
_plant(
    "floor_of_bytes",
    "flow.capped_terms",
    "    tokens = tokens + TOKENS_NON_ZERO_EXTRA * U64(transaction.non_zero_bytes)\n",
    "    tokens = tokens + U64(transaction.non_zero_bytes)\n",
    "the floor of calldata counts bytes other than zero twice only",
)
_plant(
    "cap_of_the_block",
    "flow.capped_terms",
    "        if limit > work.system.metadata.transaction_gas_limit():\n",
    "        if limit > work.system.metadata.gas_limit:\n",
    "the cap of gas limits is the block's alone",
)
_plant(
    "block_starts_at_nothing",
    "blocks.loop",
    "        self.pubdata_used = BLOCK_PUBDATA\n",
    "        self.pubdata_used = U64(0)\n",
    "a block has published nothing before its first transaction",
)

# What the host may not say of the chain (v32 2.1, 9)

_plant(
    "cap_below_the_least",
    "system.configured_metadata",
    "        if self.largest_gas_limit < TRANSACTION_GAS:\n",
    "        if self.largest_gas_limit == 0:\n",
    "a chain may allow transactions less gas than the least",
    hunt=Hunt.ORACLE,
)
_plant(
    "flag_of_any_number",
    "system.configured_metadata",
    "        self.proves_fri = read_bool()\n",
    "        self.proves_fri = read_u64() & 1 != 0\n",
    "the flag for proofs may be any number",
    hunt=Hunt.ORACLE,
)
_plant(
    "chain_of_32_bits",
    "system.configured_metadata",
    "        self.chain_id = read_u64()\n",
    "        self.chain_id = U64(U32.truncate(read_u64()))\n",
    "the id of the chain is cut to 32 bits",
    hunt=Hunt.ORACLE,
)
_plant(
    "cap_of_32_bits",
    "system.configured_metadata",
    "        self.largest_gas_limit = read_u64()\n",
    "        self.largest_gas_limit = U64(U32.truncate(read_u64()))\n",
    "the cap of gas limits is cut to 32 bits",
    hunt=Hunt.ORACLE,
)
_plant(
    "configuration_of_any_length",
    "system.oracle",
    "        expect_words(CONFIGURATION_WORDS)\n",
    "        oracle_read()\n",
    "how many words the configuration has is not looked at",
    hunt=Hunt.ORACLE,
)
_plant(
    "configuration_asked_again",
    "system.configured_metadata",
    "        oracle.begin_metadata()\n",
    "        oracle.begin_configuration()\n"
    "        self.chain_id = read_u64()\n"
    "        self.proves_fri = read_bool()\n"
    "        self.largest_gas_limit = read_u64()\n"
    "        oracle.begin_metadata()\n",
    "each block asks for the configuration, which may then be another",
    hunt=Hunt.ORACLE,
)
_plant(
    "flag_not_bound",
    "system.configured_metadata",
    "        keccak.update_u256(U256(1) if self.proves_fri else U256(0))\n",
    "        keccak.update_u256(U256(0))\n",
    "the hash of the configuration lacks the flag",
    hunt=Hunt.ORACLE,
)
