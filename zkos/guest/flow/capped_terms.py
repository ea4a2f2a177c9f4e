"""Terms of L2 transactions with a cap on their gas and a floor for calldata (v32 5, 6).

Otherwise they pay the worst case of validation at first, as in `worst_case_terms`.
"""

from zkos.guest.flow.prices import Prices
from zkos.guest.flow.work import Work
from zkos.guest.flow.worst_case_terms import (
    calldata_byte_native,
    intrinsic_gas,
    intrinsic_pubdata,
    l2_prices,
    listed_native,
)
from zkos.guest.protocol.limits import BLOCK_GAS
from zkos.guest.protocol.report import (
    REASON_CALLER_GAS_LIMIT_MORE_THAN_TX_LIMIT,
    REASON_CALLER_GAS_LIMIT_TOO_HIGH,
    REASON_EIP7623_INTRINSIC_GAS_IS_TOO_LOW,
)
from zkos.guest.protocol.transactions import (
    GAS_LEAST,
    GAS_TOKEN_FLOOR,
    NATIVE_INTRINSIC_FREE,
    NATIVE_INTRINSIC_L2,
    TOKENS_NON_ZERO_EXTRA,
    TYPE_L1,
    TYPE_SERVICE,
    TYPE_UPGRADE,
)
from zkos.guest.protocol.worst_case import NATIVE_INTRINSIC_SERVICE
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32, U64

__all__ = ["calldata_byte_native", "intrinsic_gas", "intrinsic_pubdata", "l2_prices"]


def refuse_gas_limit(work: Work) -> U32:
    """The reason to drop a transaction with such a gas limit, or 0."""
    transaction = work.transaction
    limit = transaction.gas_limit
    if limit > BLOCK_GAS:
        return REASON_CALLER_GAS_LIMIT_TOO_HIGH
    if transaction.kind != TYPE_SERVICE:
        if limit > work.system.metadata.transaction_gas_limit():
            return REASON_CALLER_GAS_LIMIT_MORE_THAN_TX_LIMIT
    if least_gas(transaction) > limit:
        return REASON_EIP7623_INTRINSIC_GAS_IS_TOO_LOW
    return U32(0)


def intrinsic_native(work: Work, prices: Prices) -> U64:
    """Native paid besides, whatever happens."""
    transaction = work.transaction
    if transaction.kind == TYPE_SERVICE:
        return NATIVE_INTRINSIC_SERVICE
    native = NATIVE_INTRINSIC_L2
    if prices.native_per_gas == 0:
        native = NATIVE_INTRINSIC_FREE
    return native + listed_native(work)


def least_gas(transaction: Transaction) -> U64:
    """Gas charged whatever was used and refunded, within the limit (EIP-7623)."""
    if transaction.kind == TYPE_L1 or transaction.kind == TYPE_UPGRADE:
        return GAS_LEAST
    tokens = U64(transaction.data.length())
    tokens = tokens + TOKENS_NON_ZERO_EXTRA * U64(transaction.non_zero_bytes)
    return GAS_LEAST + GAS_TOKEN_FLOOR * tokens
