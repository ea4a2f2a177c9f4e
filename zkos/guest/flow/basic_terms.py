"""Terms of L2 transactions whose steps charge what they do (bootloader spec 4)."""

from zkos.guest.flow.prices import Prices, divide_up, effective_gas_price, saturate
from zkos.guest.flow.work import Work
from zkos.guest.protocol.report import (
    REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK,
    REASON_NATIVE_PRICE_ZERO,
)
from zkos.guest.protocol.transactions import (
    GAS_INTRINSIC_L2,
    GAS_LEAST,
    NATIVE_CALLDATA_BYTE_L2,
    NATIVE_INTRINSIC_L2,
    NATIVE_PER_GAS_SIMULATION,
    PUBDATA_INTRINSIC_L2,
)
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32, U64


def refuse_gas_limit(work: Work) -> U32:
    """The reason to drop a transaction with such a gas limit, or 0."""
    if work.transaction.gas_limit > work.system.metadata.gas_limit:
        return REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK
    return U32(0)


def l2_prices(work: Work) -> Prices:
    """The block's prices. Raises Invalid and Fatal."""
    metadata = work.system.metadata
    simulate = work.system.options.simulate
    gas = effective_gas_price(
        work.outcome, work.transaction, metadata.basefee, simulate
    )
    native_price = metadata.native_price
    if native_price == 0:
        work.outcome.abort(REASON_NATIVE_PRICE_ZERO)
    per_gas = NATIVE_PER_GAS_SIMULATION
    if not simulate:
        per_gas = divide_up(gas, native_price)
    per_pubdata = metadata.pubdata_price // native_price
    return Prices(gas, saturate(per_gas), saturate(per_pubdata))


def intrinsic_pubdata(work: Work) -> U64:
    """Bytes of pubdata paid for whatever happens."""
    return PUBDATA_INTRINSIC_L2


def calldata_byte_native(transaction: Transaction) -> U64:
    """Native paid for a byte of calldata."""
    return NATIVE_CALLDATA_BYTE_L2


def intrinsic_native(work: Work, prices: Prices) -> U64:
    """Native paid besides, whatever happens."""
    return NATIVE_INTRINSIC_L2


def intrinsic_gas(work: Work) -> U64:
    """Gas paid besides that of calldata; creations and lists come later."""
    return GAS_INTRINSIC_L2


def least_gas(transaction: Transaction) -> U64:
    """Gas charged whatever was used and refunded, within the limit."""
    return GAS_LEAST
