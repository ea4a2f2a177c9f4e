"""Faults in the flow of transactions: execution, L1, the block and its limits."""

from typing import Final

from fuzz.mutants.mutant import Table

FLOW: Final = Table("bootloader", "zkos.guest")
_plant = FLOW.plant

# Execution (bootloader spec 4.15)

_plant(
    "pubdata_uncovered",
    "flow.execution",
    "        if ledger.resources.native >= pubdata.native:\n",
    "        if ledger.resources.native >= pubdata.native >> 1:\n",
    "half of the pubdata need be covered",
)
_plant(
    "uncovered_kept",
    "flow.execution",
    "    work.io.finish_frame(snapshot, True)\n"
    "    return count_pubdata(work, prices, ledger)\n",
    "    pubdata = count_pubdata(work, prices, ledger)\n"
    "    work.io.finish_frame(snapshot, True)\n"
    "    return pubdata\n",
    "a transaction that is reverted pays for its pubdata",
)
_plant(
    "exhausted_output",
    "flow.execution",
    "    outcome.output = outcome.output.window(0, 0)\n    ledger",
    "    outcome.output = work.transaction.data\n    ledger",
    "a transaction without native returns its calldata",
)
_plant(
    "creation_output",
    "flow.execution",
    "        outcome.output = io.code(account)\n",
    "        outcome.output = io.stored_code(account)\n",
    "the output of a creation is the stored code with padding",
)
_plant(
    "creation_code_unpaid",
    "flow.execution",
    "io.read_account_with_code(NO_ENVIRONMENT, resources, runner.created)",
    "io.read_account(NO_ENVIRONMENT, resources, runner.created)",
    "reading back the code of a creation is free",
)
_plant(
    "native_forgotten",
    "flow.process",
    "    if work.forgets_native:\n",
    "    if not work.forgets_native:\n",
    "native spent by what ran out of it does not count, as upstream",
)
_plant(
    "refund_price",
    "flow.process",
    "U256(left) * prices.gas,",
    "U256(left) * transaction.max_fee,",
    "gas left is refunded at the maximum fee",
)
_plant(
    "operator_base_fee",
    "flow.process",
    "        price = price - work.system.metadata.basefee\n",
    "        price = work.system.metadata.basefee\n",
    "the coinbase gets the base fee where it is burnt",
)
_plant(
    "gas_limit_of_block",
    "flow.basic_terms",
    "    if work.transaction.gas_limit > work.system.metadata.gas_limit:\n",
    "    if work.transaction.gas_limit >= work.system.metadata.gas_limit:\n",
    "a transaction may not have all gas of the block",
)

# L1 (bootloader spec 6)

_plant(
    "l1_revert_value",
    "flow.minting_l1",
    "    if work.outcome.success:\n        kept",
    "    if work.outcome.gas_used != 0:\n        kept",
    "a reverted deposit loses its value",
)
_plant(
    "l1_value_unminted",
    "flow.minting_l1",
    "    snapshot = work.io.start_frame()\n    if transaction.value != 0:\n",
    "    snapshot = work.io.start_frame()\n    if transaction.value > 1:\n",
    "a deposit of 1 wei is not minted",
)
_plant(
    "l1_deposit",
    "flow.minting_l1",
    "    if transaction.deposit < needed:\n",
    "    if transaction.deposit < fee:\n",
    "the deposit need not cover the value",
)
_plant(
    "l1_withheld_kept",
    "flow.minting_l1",
    "    ledger.withheld = U64(0)\n",
    "",
    "what is withheld is left to a transaction from L1 without native",
    reach="Needs a transaction from L1 with more than 2^35 native that runs out of it.",
)
_plant(
    "l1_log_success",
    "flow.minting_l1",
    "work.io.emit_l1_transaction_log(transaction.hash, outcome.success)",
    "work.io.emit_l1_transaction_log(transaction.hash, True)",
    "the log of a transaction from L1 always says success",
)
_plant(
    "l1_refund_recipient",
    "flow.minting_l1",
    "mint(work, work.unlimited(), Address(transaction.refund_recipient), amount)",
    "mint(work, work.unlimited(), transaction.sender, amount)",
    "the sender gets what is left of a deposit",
)
_plant(
    "upgrade_reverted",
    "flow.minting_l1",
    "    if transaction.kind == TYPE_UPGRADE and not outcome.success:\n",
    "    if transaction.kind == TYPE_UPGRADE and outcome.gas_used == 0:\n",
    "an upgrade may revert",
)

# The block (bootloader spec 3)

_plant(
    "upgrade_later",
    "blocks.loop",
    "if work.transaction.kind == TYPE_UPGRADE and not self.is_first:",
    "if work.transaction.kind == TYPE_UPGRADE and False:",
    "an upgrade may come after other transactions",
)
_plant(
    "block_gas",
    "blocks.loop",
    "        if gas > metadata.gas_limit:\n",
    "        if outcome.gas_used > metadata.gas_limit:\n",
    "the gas of a block is not limited",
)
_plant(
    "block_native",
    "blocks.loop",
    "        if native > NATIVE_COMPUTATIONAL:\n",
    "        if native > NATIVE_COMPUTATIONAL << 1:\n",
    "the native of a block is limited by twice as much",
    reach="Needs transactions that compute with 2^35 native together.",
)
_plant(
    "block_pubdata",
    "blocks.loop",
    "        if pubdata > metadata.pubdata_limit:\n",
    "        if pubdata >= metadata.pubdata_limit:\n",
    "the limit of pubdata cannot be reached",
)
_plant(
    "block_logs",
    "blocks.loop",
    "        if self.work.io.events.logs.length() > BLOCK_LOGS:\n",
    "        if self.work.io.events.logs.length() >= BLOCK_LOGS:\n",
    "a block may have one log less than its tree has leaves",
    reach="Needs 16384 logs in a block.",
)
_plant(
    "dropped_effects",
    "blocks.loop",
    "        io.finish_frame(snapshot, not stays)\n",
    "        io.finish_frame(snapshot, False)\n",
    "effects of a dropped transaction stay",
)
_plant(
    "dropped_number",
    "blocks.loop",
    "        if stays:\n            io.finish_transaction()\n",
    "        io.finish_transaction()\n",
    "dropped transactions have a number",
    reach="Needs a log or an event after a dropped transaction.",
)
_plant(
    "dropped_first",
    "blocks.loop",
    "        else:\n            work.outcome.clear()\n",
    "        else:\n            self.is_first = False\n"
    "            work.outcome.clear()\n",
    "an upgrade must precede dropped transactions, too",
)
_plant(
    "dropped_gas",
    "blocks.loop",
    "        else:\n            work.outcome.clear()\n",
    "        else:\n"
    "            self.native_used = self.native_used + work.outcome.native_used\n"
    "            self.result.gas_used = self.result.gas_used + work.outcome.gas_used\n"
    "            work.outcome.clear()\n",
    "gas of dropped transactions is in the header",
    reach="Needs a transaction dropped by a limit of the block.",
)
_plant(
    "coinbase_in_frame",
    "blocks.loop",
    """        io.read_account(NO_ENVIRONMENT, work.unlimited(), coinbase)
        snapshot = io.start_frame()
""",
    """        snapshot = io.start_frame()
        io.read_account(NO_ENVIRONMENT, work.unlimited(), coinbase)
""",
    "the look at the coinbase is rolled back with a dropped transaction",
    harmless="the next transaction begins with a look at it again",
)
_plant(
    "rolling_hash_dropped",
    "blocks.loop",
    "        if stays:\n            self._record()\n            status",
    "        if stays or work.transaction.kind == TYPE_UPGRADE:\n"
    "            self._record()\n            status",
    "a dropped upgrade is in the rolling hash",
    reach="Needs an upgrade that is dropped.",
)
