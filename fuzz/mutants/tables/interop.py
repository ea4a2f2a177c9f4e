"""Faults in what v31 added to batches, blocks and transactions."""

from typing import Final

from fuzz.mutants.mutant import Table
from zkos.versions import Protocol

INTEROP: Final = Table("interop", "zkos.guest", protocol=Protocol.V31)
_plant = INTEROP.plant

# What a batch binds (v31 state spec 6.1)

_plant(
    "interop_roots_dropped",
    "commitment.interop_batch",
    "            self.interop_rolling = roll(self.keccak, rolling, roots[position])\n",
    "            roll(self.keccak, rolling, roots[position])\n",
    "roots of other chains are not bound",
)
_plant(
    "interop_roots_first_block",
    "commitment.interop_batch",
    "        roots = block.chains.roots\n",
    "        roots = self.blocks[0].chains.roots\n",
    "each block adds the roots of the first",
)
_plant(
    "interop_roll_order",
    "commitment.interop_output",
    "    keccak.update_u256(root.chain)\n    keccak.update_u256(root.number)\n",
    "    keccak.update_u256(root.number)\n    keccak.update_u256(root.chain)\n",
    "chain and number of a root change places",
)
_plant(
    "interop_roll_forgets",
    "commitment.interop_output",
    "    keccak.update_u256(U256(rolling))\n    keccak.update_u256(root.chain)\n",
    "    keccak.update_u256(U256(0))\n    keccak.update_u256(root.chain)\n",
    "only the last root is bound",
)
_plant(
    "message_root_zero",
    "commitment.interop_batch",
    "                last.chains.message_root,\n",
    "                U256(0),\n",
    "the root of other chains' messages is 0 as before v31",
)
_plant(
    "message_root_of_the_first",
    "commitment.interop_batch",
    "                last.chains.message_root,\n",
    "                first.chains.message_root,\n",
    "the message root is that of the first block",
    reach="Needs a batch that changes the tree of messages.",
)
_plant(
    "message_height",
    "commitment.interop_batch",
    "    io.hashes.hasher.update_u256(NODES_PLACE.wrapping_add(height))\n",
    "    io.hashes.hasher.update_u256(NODES_PLACE)\n",
    "the message root is sought at height 0",
)
_plant(
    "settlement_layer_zero",
    "commitment.interop_batch",
    "            last.chains.settlement_layer,\n        )\n",
    "            U256(0),\n        )\n",
    "the settlement layer is not bound",
)
_plant(
    "settlement_layer_unchecked",
    "commitment.interop_batch",
    "    if count != 0 and chains.announced[count - 1] != chains.settlement_layer:\n",
    "    if count != 0 and chains.announced[0] == chains.settlement_layer + 1:\n",
    "an event may announce what no slot says",
)
_plant(
    "settlement_layer_first_announced",
    "commitment.interop_batch",
    "chains.announced[count - 1] != chains.settlement_layer:\n",
    "chains.announced[0] != chains.settlement_layer:\n",
    "the first layer announced must be the one",
)
_plant(
    "settlement_layers_differ",
    "commitment.interop_batch",
    "    if block.chains.settlement_layer != last.chains.settlement_layer:\n",
    "    if block.chains.settlement_layer == last.chains.settlement_layer + 1:\n",
    "blocks of a batch may settle on different chains",
)
_plant(
    "others_with_l1",
    "commitment.interop_batch",
    "        others = self.transactions - self.l1_transactions\n",
    "        others = self.transactions\n",
    "transactions from L1 count among the others",
)
_plant(
    "others_with_upgrade",
    "commitment.interop_batch",
    "            others = others - 1\n",
    "            others = others - 0\n",
    "an upgrade counts among the others",
)
_plant(
    "transactions_of_last_block",
    "commitment.interop_batch",
    "        self.transactions = self.transactions + block.transactions\n",
    "        self.transactions = block.transactions\n",
    "only the last block's transactions are counted",
)
_plant(
    "output_without_layer",
    "commitment.interop_output",
    "    keccak.update_u256(output.settlement_layer)\n",
    "    keccak.update_u64_be(output.last_timestamp)\n",
    "a time stands in the place of the settlement layer",
)
_plant(
    "output_counts_swapped",
    "commitment.interop_output",
    "    keccak.update_u256(U256(output.l1_transactions))\n"
    "    keccak.update_u256(U256(output.l2_transactions))\n",
    "    keccak.update_u256(U256(output.l2_transactions))\n"
    "    keccak.update_u256(U256(output.l1_transactions))\n",
    "numbers of transactions change places",
)

# Blocks (v31 bootloader spec 3, 13)

_plant(
    "rolling_from_zero",
    "commitment.service_result",
    "        self.rolling_hash = NO_L1_TRANSACTIONS\n",
    "        self.rolling_hash = Bytes32(0)\n",
    "the rolling hash begins with 0 as before v31",
)
_plant(
    "service_anywhere",
    "commitment.service_result",
    "        return self.of_service or position == 0 or follows_upgrade\n",
    "        return True\n",
    "service transactions may come anywhere",
)
_plant(
    "service_not_after_upgrade",
    "commitment.service_result",
    "        return self.of_service or position == 0 or follows_upgrade\n",
    "        return self.of_service or position == 0\n",
    "no service transaction may follow an upgrade",
)
_plant(
    "others_in_service_block",
    "commitment.service_result",
    "            return not self.of_service\n",
    "            return True\n",
    "others may follow service transactions",
)
_plant(
    "service_block_forgotten",
    "commitment.service_result",
    "        if kind == TYPE_SERVICE:\n            self.of_service = True\n",
    "        if kind != TYPE_SERVICE:\n            self.of_service = False\n",
    "a block never becomes one of service transactions",
)

# Service transactions (v31 transactions spec 9)

_plant(
    "service_from_anybody",
    "transactions.service",
    "    if not transaction.is_sender_known or transaction.sender != BOOTLOADER:\n",
    "    if not transaction.is_sender_known:\n",
    "anybody sends service transactions",
)
_plant(
    "service_calls_anything",
    "transactions.service",
    "        return method == ADD_INTEROP_ROOTS\n",
    "        return True\n",
    "any method of the contract that keeps roots may be called",
)
_plant(
    "service_fee_method",
    "transactions.service",
    "    return to == FEE_HANDLER and method == SET_INTEROP_FEE\n",
    "    return to == FEE_HANDLER and method == SET_SETTLEMENT_LAYER\n",
    "the fee is set by another method",
)
_plant(
    "service_trailing_items",
    "transactions.service",
    "    reader.u64()\n    reader.finish()\n",
    "    reader.u64()\n",
    "more may follow the salt",
)
_plant(
    "service_short_calldata",
    "transactions.service",
    "    if data.length() < SELECTOR_BYTES:\n        return False\n",
    "    if data.length() == 0:\n        return True\n",
    "calldata may be empty",
)
_plant(
    "service_nonzero_bytes",
    "transactions.service",
    "    transaction.non_zero_bytes = non_zero_bytes("
    "transaction.encoding, first, length)\n",
    "    transaction.non_zero_bytes = length\n",
    "zero bytes of its calldata cost like others",
)

# Terms and validation (v31 bootloader spec 4, 14)

_plant(
    "listed_keys_free",
    "flow.worst_case_terms",
    " + NATIVE_LISTED_KEY * U64(keys)\n",
    " + NATIVE_LISTED_KEY * U64(addresses)\n",
    "keys of access lists cost by the number of addresses",
)
_plant(
    "authorizations_without_pubdata",
    "flow.worst_case_terms",
    "    return PUBDATA_INTRINSIC_L2 + PUBDATA_AUTHORIZATION * authorizations\n",
    "    return PUBDATA_INTRINSIC_L2\n",
    "authorizations pay no pubdata",
)
_plant(
    "listed_gas_forgotten",
    "flow.worst_case_terms",
    "    gas = gas + GAS_LISTED_KEY * U64(keys)\n",
    "    gas = gas + GAS_LISTED_KEY * U64(0)\n",
    "keys of access lists cost no gas",
)
_plant(
    "service_native_as_others",
    "flow.worst_case_terms",
    "        return NATIVE_CALLDATA_BYTE_SERVICE\n",
    "        return NATIVE_CALLDATA_BYTE_L2\n",
    "calldata of service transactions costs native as others'",
)
_plant(
    "service_limited_by_block",
    "flow.worst_case_terms",
    "    if transaction.kind == TYPE_SERVICE:\n        return U32(0)\n",
    "    if transaction.kind == TYPE_SERVICE:\n"
    "        return REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK\n",
    "service transactions have more gas than a block",
)
_plant(
    "free_base_fee",
    "flow.worst_case_terms",
    "    if work.transaction.kind != TYPE_SERVICE and metadata.basefee != 0:\n",
    "    if work.transaction.kind != TYPE_SERVICE:\n",
    "without a base fee there are prices all the same",
)
_plant(
    "nonce_after_balance",
    "flow.prepaid_validation",
    "        check_nonce(work, sender)\n",
    "        if balance != 0:\n            check_nonce(work, sender)\n",
    "the nonce of who has nothing is not looked at",
)
_plant(
    "nonce_not_raised",
    "flow.prepaid_validation",
    "        work.io.increment_nonce(NO_ENVIRONMENT, resources, "
    "work.transaction.sender)\n",
    "        work.io.increment_nonce(NO_ENVIRONMENT, resources, "
    "system.metadata.coinbase)\n",
    "the nonce of the coinbase is raised",
)
_plant(
    "authorizations_after_fee",
    "flow.prepaid_validation",
    "    if balance < required:\n",
    "    if balance <= required:\n",
    "a balance that is just enough is too little",
)
_plant(
    "blob_fee_any",
    "flow.prepaid_validation",
    "    if system.metadata.blob_base_fee() != 1:\n",
    "    if system.metadata.blob_base_fee() == 0:\n",
    "blobs may have any price",
    reach="Needs another price of blobs.",
)
_plant(
    "validation_pubdata_counts",
    "flow.prepaid_validation",
    "    ledger.validation_pubdata = work.io.pubdata_used()\n",
    "    ledger.validation_pubdata = U64(0)\n",
    "what validation changes is paid for again",
)

# Ether from L1 (v31 bootloader spec 6)

_plant(
    "treasury_not_told",
    "flow.treasury_l1",
    "    if amount != 0:\n        ask_tracker(work, resources, l1_chain, amount)\n",
    "    if amount == 0:\n        ask_tracker(work, resources, l1_chain, amount)\n",
    "the asset tracker is told of nothing only",
)
_plant(
    "tracker_disagrees",
    "flow.treasury_l1",
    "    if not agrees:\n        work.outcome.abort(REASON_ASSET_TRACKER_FAILED)\n",
    "    if not agrees:\n        work.outcome.success = False\n",
    "an asset tracker that does not agree is passed over",
)
_plant(
    "tracker_pays_nothing",
    "flow.treasury_l1",
    "    resources.native = spending.native\n",
    "    resources.native = resources.native\n",
    "the asset tracker's native is nobody's",
)
_plant(
    "notice_swapped",
    "flow.treasury_l1",
    "    data.store_u256_be(4, l1_chain)\n    data.store_u256_be(36, amount)\n",
    "    data.store_u256_be(4, amount)\n    data.store_u256_be(36, l1_chain)\n",
    "the asset tracker is told amount and chain the other way round",
)
_plant(
    "ether_from_nowhere",
    "flow.treasury_l1",
    "resources, TREASURY, target, amount)\n",
    "resources, target, target, amount)\n",
    "the treasury keeps what it gives",
)
_plant(
    "refund_of_deposit",
    "flow.treasury_l1",
    "(fee if outcome.success else transaction.deposit) - paid)\n",
    "(transaction.deposit if outcome.success else fee) - paid)\n",
    "refunds are taken from the wrong amount",
)
_plant(
    "upgrade_logs_result",
    "flow.treasury_l1",
    "    if not is_upgrade:\n        work.io.emit",
    "    if is_upgrade or not is_upgrade:\n        work.io.emit",
    "an upgrade logs its result as before v31",
)
_plant(
    "withheld_survives",
    "flow.treasury_l1",
    "    exhaust(work, ledger, reason)\n    ledger.withheld = U64(0)\n",
    "    exhaust(work, ledger, reason)\n",
    "native that is withheld survives running out of it",
    reach="Needs a transaction from L1 with more native than can be computed with.",
)
_plant(
    "failed_call_keeps_deposit",
    "flow.treasury_l1",
    "    work.io.finish_frame(snapshot, not success)\n    if not success:\n",
    "    work.io.finish_frame(snapshot, False)\n    if not success:\n",
    "a failed call leaves the deposit with its sender",
    harmless="the frame around it is rolled back as well",
)

# What refuses a creation (v31 EVM 4)

_plant(
    "creation_nonce_unseen",
    "bootloader.creation",
    "        if frame.depth == 0:\n            return False\n",
    "        if frame.depth <= 1:\n            return False\n",
    "a creation by the first contract does not pay for a look at its nonce",
)
_plant(
    "refused_creation_warms",
    "bootloader.creation",
    "            if self._is_refused(payer, frame, deployer, value):\n",
    "            self._target(payer, frame)\n"
    "            if self._is_refused(payer, frame, deployer, value):\n",
    "the address of a creation is warm before it is refused",
)
