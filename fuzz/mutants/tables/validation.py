"""Faults in what precedes execution: validation, authorizations, prices."""

from typing import Final

from fuzz.mutants.mutant import Table

VALIDATION: Final = Table("bootloader", "zkos.guest")
_plant = VALIDATION.plant

_plant(
    "nonce_reuse",
    "flow.checks",
    "    if nonce < state:\n",
    "    if nonce + 1 < state:\n",
    "the last nonce may be used again",
)
_plant(
    "sender_code",
    "flow.charging_validation",
    "    if sender.has_code:\n",
    "    if sender.has_code and sender.nonce == 0:\n",
    "contracts may send transactions (EIP-3607)",
)
_plant(
    "sender_delegated",
    "flow.charging_validation",
    "has_code = account.has_code() and not account.is_delegated()",
    "has_code = account.has_code()",
    "delegated accounts may not send transactions (EIP-7702)",
)
_plant(
    "sender_unnamed",
    "flow.checks",
    "    if not is_valid or not transaction.is_sender_known or signer != sender:\n",
    "    if not is_valid or not transaction.is_sender_known:\n",
    "a transaction may come from anybody the host names",
)
_plant(
    "high_s",
    "flow.checks",
    "    if transaction.s > HALF_CURVE_ORDER:",
    "    if transaction.s > HALF_CURVE_ORDER + HALF_CURVE_ORDER:",
    "signatures with the higher s are taken (EIP-2)",
)
_plant(
    "high_s_edge",
    "flow.checks",
    "    if transaction.s > HALF_CURVE_ORDER:",
    "    if transaction.s >= HALF_CURVE_ORDER:",
    "the s of half the order is refused",
    reach="Needs a transaction with s of half the order.",
)
_plant(
    "balance_check",
    "flow.charging_validation",
    "    if balance < required:",
    "    if balance < required - transaction.value:",
    "the value need not be covered when the fee is",
)
_plant(
    "balance_max_fee",
    "flow.charging_validation",
    "fee, too_much = transaction.max_fee.overflowing_mul(U256(transaction.gas_limit))",
    "fee, too_much = work.system.gas_price.overflowing_mul("
    "U256(transaction.gas_limit))",
    "the balance covers the price paid, not the highest one",
)
_plant(
    "fee_at_max",
    "flow.charging_validation",
    "    fee = prices.gas * U256(transaction.gas_limit)\n",
    "    fee = transaction.max_fee * U256(transaction.gas_limit)\n",
    "the fee is taken at the maximum",
)
_plant(
    "initcode_limit_entry",
    "flow.charging_validation",
    "        if length > INITCODE_BYTES:\n",
    "        if length >= INITCODE_BYTES:\n",
    "a creation transaction may not have 49152 bytes of initcode",
    reach="Needs a creation transaction with initcode at the limit.",
)
_plant(
    "creation_words",
    "flow.charging_validation",
    "        words = (U64(length) + 31) >> 5\n",
    "        words = U64(length) >> 5\n",
    "a started word of initcode costs nothing (EIP-3860)",
)
_plant(
    "authorization_gas",
    "flow.charging_validation",
    "gas = GAS_AUTHORIZATION * U64(transaction.authorization_count)",
    "gas = GAS_AUTHORIZATION",
    "all authorizations together cost as one",
    reach="Needs two authorizations in a list.",
)
_plant(
    "error_order",
    "flow.charging_validation",
    """        check_nonce(work, sender)
        check_balance(work, ledger, sender)
""",
    """        check_balance(work, ledger, sender)
        check_nonce(work, sender)
""",
    "the balance is looked at before the nonce",
)
_plant(
    "delegations_after_pubdata",
    "flow.charging_validation",
    """    pay_validation_pubdata(work, prices, ledger)
    apply_authorizations(work, resources)
""",
    """    apply_authorizations(work, resources)
    pay_validation_pubdata(work, prices, ledger)
""",
    "the pubdata of delegations is that of validation",
)

# Authorizations (bootloader spec 8)

_plant(
    "authorization_any_chain",
    "flow.delegations",
    "    if entry.chain_id != 0 and entry.chain_id != chain_id:\n",
    "    if entry.chain_id > chain_id:\n",
    "authorizations for chains of lower ids hold",
)
_plant(
    "authorization_last_nonce",
    "flow.delegations",
    "    return entry.nonce != HIGHEST_NONCE and entry.s <= HALF_CURVE_ORDER\n",
    "    return entry.s <= HALF_CURVE_ORDER\n",
    "an authorization for the highest nonce holds",
)
_plant(
    "authorization_high_s",
    "flow.delegations",
    "entry.s <= HALF_CURVE_ORDER",
    "entry.s <= HALF_CURVE_ORDER + HALF_CURVE_ORDER",
    "authorizations may have the higher s",
)
_plant(
    "authorization_odd",
    "flow.delegations",
    "    if entry.parity > 1:\n        return False, Address(0)\n",
    "",
    "an authorization of parity above 1 is one of parity 0",
)
_plant(
    "authorization_contract",
    "flow.delegations",
    "    if account.has_code() and not account.is_delegated():\n        return\n",
    "",
    "contracts can delegate",
    reach="Needs a contract at the address of a key.",
)
_plant(
    "authorization_once",
    "flow.delegations",
    "    if account.has_code() and not account.is_delegated():\n",
    "    if account.has_code():\n",
    "a delegation cannot be changed",
)
_plant(
    "authorization_nonce",
    "flow.delegations",
    "    if account.nonce != entry.nonce:\n",
    "    if account.nonce > entry.nonce:\n",
    "an authorization holds before its time",
)
_plant(
    "authorization_refund",
    "flow.delegations",
    "    if exists(account):\n",
    "    if account.nonce != 0:\n",
    "authorities without a nonce bring no refund",
)
_plant(
    "authorization_refund_any",
    "flow.delegations",
    "    if exists(account):\n        io.add_refund(REFUND_AUTHORIZATION)\n",
    "    io.add_refund(REFUND_AUTHORIZATION)\n",
    "authorities that do not exist bring a refund",
)
_plant(
    "authorization_nonce_kept",
    "flow.delegations",
    "    io.increment_nonce(NO_ENVIRONMENT, resources, authority)\n",
    "",
    "an authorization can be used again",
)
_plant(
    "authorization_recovery_native",
    "flow.delegations",
    "    resources.charge(U64(0), NATIVE_ECRECOVER)\n",
    "",
    "the recovery of an authority is free",
)

# Prices and the ledger (bootloader spec 4, steps 5 and 16)

_plant(
    "priority_fee_cap",
    "flow.prices",
    "(priority if priority < room else room)",
    "priority",
    "the priority fee may exceed the maximum fee",
)
_plant(
    "native_rounding",
    "flow.prices",
    "    if quotient * divisor != value:",
    "    if quotient == 0:",
    "native for a gas is rounded down (zksync-os #58)",
)
_plant(
    "pubdata_rounding",
    "flow.basic_terms",
    "per_pubdata = metadata.pubdata_price // native_price",
    "per_pubdata = divide_up(metadata.pubdata_price, native_price)",
    "native for a byte of pubdata is rounded up",
)
_plant(
    "l1_native_price",
    "flow.prices",
    "    if transaction.kind != TYPE_UPGRADE:\n",
    "    if transaction.max_fee != 0:\n",
    "an upgrade without fee has native for every gas, others have none",
)
_plant(
    "calldata_price",
    "transactions.calldata",
    "marks = ((word & LOW_SEVEN_BITS) + LOW_SEVEN_BITS) | word",
    "marks = (word & LOW_SEVEN_BITS) + LOW_SEVEN_BITS",
    "bytes of 0x80 count as zero in the price of calldata",
)
_plant(
    "calldata_ends",
    "transactions.calldata",
    "    count = count + non_zero_one_by_one(encoding, last, end)\n",
    "",
    "the last bytes of calldata count as zero",
)
_plant(
    "pubdata_intrinsic",
    "flow.ledger",
    """    if limit < pubdata:
        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    limit = limit - pubdata
""",
    """    if limit < pubdata:
        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
""",
    "the pubdata of the coinbase is not paid for",
)
_plant(
    "withheld_native",
    "flow.ledger",
    """        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    limit = limit - pubdata
    withheld = limit.saturating_sub(NATIVE_COMPUTATIONAL)
    limit = limit - withheld
""",
    """        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    limit = limit - pubdata
    withheld = limit.saturating_sub(NATIVE_COMPUTATIONAL)
    withheld = withheld & 0
""",
    "all native may be computed with",
)
_plant(
    "l1_short",
    "flow.ledger",
    "ergs = ergs_of(outcome, transaction.gas_limit.saturating_sub(gas))",
    "ergs = ergs_of(outcome, transaction.gas_limit.saturating_sub(gas >> 1))",
    "the intrinsic gas of a transaction from L1 is half",
)
_plant(
    "validation_pubdata_twice",
    "flow.ledger",
    "length = work.io.pubdata_used().saturating_sub(ledger.validation_pubdata)",
    "length = work.io.pubdata_used()",
    "pubdata of validation is paid twice",
)
_plant(
    "validation_pubdata_withheld",
    "flow.ledger",
    "    ledger.withheld = withheld.saturating_sub(native)\n",
    "",
    "what is withheld pays for pubdata twice",
    reach="Needs more than 2^35 native and pubdata of validation.",
)
_plant(
    "validation_pubdata_main",
    "flow.ledger",
    "    ledger.native_for_pubdata = rest\n",
    "",
    "native that paid for pubdata counts as computed",
)
_plant(
    "refund_cap",
    "flow.ledger",
    "    most = gas_used // REFUND_SHARE\n",
    "    most = gas_used >> 1\n",
    "half of the gas may be refunded (before EIP-3529)",
)
_plant(
    "refund_forgotten",
    "flow.ledger",
    "    gas_used = gas_used - outcome.gas_refunded\n",
    "",
    "what clearing storage gives back is reported, not paid",
)
_plant(
    "refund_after_native",
    "flow.ledger",
    "    outcome.gas_used = gas_for_native(work, prices, resources.native, gas_used)\n",
    """    gas_used = gas_used + outcome.gas_refunded
    gas_used = gas_for_native(work, prices, resources.native, gas_used)
    outcome.gas_used = gas_used - outcome.gas_refunded
""",
    "refunds are taken off what the native is worth",
)
_plant(
    "native_worth",
    "flow.ledger",
    "    return worth if worth > gas_used else gas_used\n",
    "    return worth\n",
    "gas used falls to what the native used is worth",
)
_plant(
    "native_unlimited",
    "flow.ledger",
    "    if per_gas == 0 or work.system.options.unlimited_native:\n"
    "        return gas_used\n",
    "    if per_gas == 0:\n        return gas_used\n",
    "unlimited native is worth gas",
)
_plant(
    "pubdata_report",
    "flow.ledger",
    "    outcome.pubdata_used = used.saturating_add(intrinsic)\n",
    "    outcome.pubdata_used = used\n",
    "the intrinsic pubdata is not counted against the block",
)
