"""Faults in transactions: validation, fees, hashes, and the system contracts."""

from typing import Final

from fuzz.mutants.mutant import Table

BOOTLOADER: Final = Table("bootloader", "zkos.guest")
_plant = BOOTLOADER.plant

_plant(
    "nonce_reuse",
    "flow.validation",
    "    if nonce < state:\n",
    "    if nonce + 1 < state:\n",
    "the last nonce may be used again",
)
_plant(
    "sender_code",
    "flow.validation",
    "    if work.sender_is_code:\n",
    "    if work.sender_is_code and work.by_contract:\n",
    "contracts may send transactions (EIP-3607)",
)
_plant(
    "high_s",
    "flow.validation",
    "    if s > HALF_CURVE_ORDER:",
    "    if s > HALF_CURVE_ORDER + HALF_CURVE_ORDER:",
    "signatures with the higher s are taken (EIP-2)",
)
_plant(
    "balance_check",
    "flow.validation",
    "    if balance < required:",
    "    if balance < required - transaction.value:",
    "the value need not be covered when the fee is",
)
_plant(
    "priority_fee_cap",
    "flow.fees",
    "(priority if priority < room else room)",
    "priority",
    "the priority fee may exceed the maximum fee",
)
_plant(
    "calldata_price",
    "flow.fees",
    "marks = ((word & LOW_SEVEN_BITS) + LOW_SEVEN_BITS) | word",
    "marks = (word & LOW_SEVEN_BITS) + LOW_SEVEN_BITS",
    "bytes of 0x80 count as zero in the price of calldata",
)
_plant(
    "native_rounding",
    "flow.fees",
    "    if quotient * divisor != value:",
    "    if quotient == 0:",
    "native for a gas is rounded down (zksync-os #58)",
)
_plant(
    "native_worth",
    "flow.fees",
    "    if delta.to_signed() > 0:",
    "    if delta != 0:",
    "gas used falls to what the native used is worth",
)
_plant(
    "pubdata_twice",
    "flow.process",
    "    settle(work, work.validation_pubdata)",
    "    settle(work, U64(0))",
    "pubdata of validation is paid twice",
)
_plant(
    "refund_price",
    "flow.process",
    "amount = U256(work.outcome.gas_refunded) * work.gas_price",
    "amount = U256(work.outcome.gas_refunded) * U256(work.transaction.max_fee)",
    "gas left is refunded at the maximum fee",
)
_plant(
    "list_slot_offset",
    "transactions.access_list",
    "            for number in urange(self.key_count):\n                offset",
    "            for number in urange(U32(1), self.key_count):\n                offset",
    "the first slot of an access list item stays cold",
)
_plant(
    "hash_v",
    "transactions.hashing",
    "return v + 8 + (U256(self.chain_id) << 1)",
    "return v + 8 + U256(self.chain_id)",
    "v of an EIP-155 transaction in its hash",
)
_plant(
    "hash_l1",
    "transactions.hashing",
    "keccak.update_u256(U256(32))",
    "keccak.update_u256(U256(0))",
    "hash of an L1 transaction",
)
_plant(
    "upgrade_later",
    "blocks.loop",
    "if transaction.kind == TYPE_UPGRADE and not self.is_first:",
    "if transaction.kind == TYPE_UPGRADE and False:",
    "an upgrade may come after other transactions",
)
_plant(
    "l1_revert_value",
    "flow.l1",
    "    if outcome.success:\n        kept",
    "    if outcome.gas_used != 0:\n        kept",
    "a reverted deposit loses its value",
)
_plant(
    "messenger_padding",
    "hooks.l1_messenger",
    "if not inside or (arguments & 31) != 0:",
    "if not inside:",
    "the messenger takes calldata that is not padded",
)
_plant(
    "withdraw_keeps",
    "hooks.base_token",
    "    burn(system, frame)\n    if not is_address",
    "    if not is_address",
    "a withdrawal leaves the ether in circulation",
)
_plant(
    "deployer_caller",
    "hooks.contract_deployer",
    "if frame.caller != COMPLEX_UPGRADER:",
    "if frame.caller == COMPLEX_UPGRADER and frame.static:",
    "anybody may force a deployment",
)
_plant(
    "ecrecover_v",
    "hooks.ecrecover",
    "if v != V_EVEN and v != V_ODD:",
    "if v < V_EVEN:",
    "ECRECOVER takes any v of 27 and more",
)
_plant(
    "modexp_too_long",
    "hooks.modexp",
    """    if base_length > MAX_LENGTH or modulus_length > MAX_LENGTH:
        return Exit.HALTED""",
    """    if base_length > MAX_LENGTH or modulus_length > MAX_LENGTH:
        return Exit.RETURNED""",
    "MODEXP reports failure as success (Nimbus)",
)
_plant(
    "modexp_price",
    "hooks.modexp",
    "U64(head.bit_length()) - 1",
    "U64(head.bit_length())",
    "MODEXP pays an iteration too many (EIP-2565)",
)
_plant(
    "ecadd_invalid",
    "hooks.bn254",
    """.add(data, frame.output):
        return Exit.HALTED""",
    """.add(data, frame.output):
        return Exit.RETURNED""",
    "ECADD of points off the curve succeeds",
)
_plant(
    "pairing_length",
    "hooks.bn254",
    "    if pairs * PAIR_BYTES != data.length():",
    "    if pairs * PAIR_BYTES > data.length():",
    "ECPAIRING takes a part of a pair",
    harmless="the pairing itself refuses a part of a pair",
)
_plant(
    "sha256_price",
    "hooks.hashes",
    "if (length & 63) > PADDING_FITS:",
    "if (length & 63) >= PADDING_FITS:",
    "native of SHA2-256 for 55 bytes in the last block",
)
