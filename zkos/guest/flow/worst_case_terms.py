"""Terms of L2 transactions that pay the worst case of validation at first (v31).

v31 bootloader spec 4, steps 2 to 5, and 14. Service transactions pay no fee.
"""

from zkos.guest.flow.prices import Prices, divide_up, effective_gas_price
from zkos.guest.flow.work import Work
from zkos.guest.protocol.limits import BLOCK_GAS, INITCODE_BYTES, MAX_U64
from zkos.guest.protocol.report import (
    REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK,
    REASON_CALLER_GAS_LIMIT_TOO_HIGH,
    REASON_CREATE_INIT_CODE_SIZE_LIMIT,
    REASON_NATIVE_PRICE_ZERO,
    REASON_NATIVE_RESOURCES_ARE_TOO_EXPENSIVE,
    REASON_PUBDATA_PRICE_TOO_HIGH,
)
from zkos.guest.protocol.transactions import (
    GAS_AUTHORIZATION,
    GAS_CREATION,
    GAS_INITCODE_WORD,
    GAS_INTRINSIC_L2,
    GAS_LEAST,
    NATIVE_CALLDATA_BYTE_L2,
    NATIVE_INTRINSIC_L2,
    NATIVE_PER_GAS_SIMULATION,
    PUBDATA_INTRINSIC_L2,
    TYPE_SERVICE,
)
from zkos.guest.protocol.worst_case import (
    GAS_LISTED_ADDRESS,
    GAS_LISTED_KEY,
    NATIVE_AUTHORIZATION,
    NATIVE_CALLDATA_BYTE_SERVICE,
    NATIVE_INTRINSIC_SERVICE,
    NATIVE_LISTED_ADDRESS,
    NATIVE_LISTED_KEY,
    PUBDATA_AUTHORIZATION,
    PUBDATA_INTRINSIC_SERVICE,
)
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32, U64, U256


def refuse_gas_limit(work: Work) -> U32:
    """The reason to drop a transaction with such a gas limit, or 0."""
    transaction = work.transaction
    if transaction.gas_limit > BLOCK_GAS:
        return REASON_CALLER_GAS_LIMIT_TOO_HIGH
    if transaction.kind == TYPE_SERVICE:
        return U32(0)
    if transaction.gas_limit > work.system.metadata.gas_limit:
        return REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK
    return U32(0)


def l2_prices(work: Work) -> Prices:
    """The block's prices. Raises Invalid and Fatal."""
    metadata = work.system.metadata
    outcome = work.outcome
    simulate = work.system.options.simulate
    gas = U256(0)
    if work.transaction.kind != TYPE_SERVICE and metadata.basefee != 0:
        gas = effective_gas_price(outcome, work.transaction, metadata.basefee, simulate)
    native_price = metadata.native_price
    if native_price == 0:
        outcome.abort(REASON_NATIVE_PRICE_ZERO)
    per_gas = NATIVE_PER_GAS_SIMULATION
    if not simulate:
        per_gas = divide_up(gas, native_price)
    if per_gas > MAX_U64:
        outcome.reject(REASON_NATIVE_RESOURCES_ARE_TOO_EXPENSIVE)
    per_pubdata = metadata.pubdata_price // native_price
    if per_pubdata > MAX_U64:
        outcome.reject(REASON_PUBDATA_PRICE_TOO_HIGH)
    return Prices(gas, U64(per_gas), U64(per_pubdata))


def intrinsic_pubdata(work: Work) -> U64:
    """Bytes of pubdata paid for whatever happens."""
    transaction = work.transaction
    if transaction.kind == TYPE_SERVICE:
        return PUBDATA_INTRINSIC_SERVICE
    authorizations = U64(transaction.authorization_count)
    return PUBDATA_INTRINSIC_L2 + PUBDATA_AUTHORIZATION * authorizations


def calldata_byte_native(transaction: Transaction) -> U64:
    """Native paid for a byte of calldata."""
    if transaction.kind == TYPE_SERVICE:
        return NATIVE_CALLDATA_BYTE_SERVICE
    return NATIVE_CALLDATA_BYTE_L2


def intrinsic_native(work: Work, prices: Prices) -> U64:
    """Native paid besides, whatever happens."""
    transaction = work.transaction
    if transaction.kind == TYPE_SERVICE:
        return NATIVE_INTRINSIC_SERVICE
    return NATIVE_INTRINSIC_L2 + listed_native(work)


def listed_native(work: Work) -> U64:
    """Native paid for what access list and authorizations name."""
    addresses, keys = work.reader.listed()
    native = NATIVE_LISTED_ADDRESS * U64(addresses) + NATIVE_LISTED_KEY * U64(keys)
    count = U64(work.transaction.authorization_count)
    return native + NATIVE_AUTHORIZATION * count


def intrinsic_gas(work: Work) -> U64:
    """Gas paid whatever happens, besides that of calldata. Raises Invalid."""
    transaction = work.transaction
    addresses, keys = work.reader.listed()
    gas = GAS_INTRINSIC_L2 + GAS_LISTED_ADDRESS * U64(addresses)
    gas = gas + GAS_LISTED_KEY * U64(keys)
    gas = gas + GAS_AUTHORIZATION * U64(transaction.authorization_count)
    if transaction.is_creation:
        length = transaction.data.length()
        if length > INITCODE_BYTES:
            work.outcome.reject(REASON_CREATE_INIT_CODE_SIZE_LIMIT)
        words = (U64(length) + 31) >> 5
        gas = gas + GAS_CREATION + GAS_INITCODE_WORD * words
    return gas


def least_gas(transaction: Transaction) -> U64:
    """Gas charged whatever was used and refunded, within the limit."""
    return GAS_LEAST
