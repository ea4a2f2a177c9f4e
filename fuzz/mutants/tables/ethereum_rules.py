"""Faults in the rules of Ethereum's blocks: header, fees, transactions, withdrawals."""

from typing import Final

from fuzz.mutants.mutant import Table

ETHEREUM_RULES: Final = Table("ethereum", "zkos.guest")
_plant = ETHEREUM_RULES.plant
_BLOCKS: Final = "blocks.ethereum"

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
