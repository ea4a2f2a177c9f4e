"""Whether a transaction may be in the block, and what it pays at first.

The rules are Ethereum's; their order only decides which reason is named.
"""

from zkos.guest.blocks.ethereum.work import Work
from zkos.guest.flow.prices import effective_gas_price
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.ethereum import (
    BLOBS_MOST,
    BLOBS_TRANSACTION,
    GAS_BLOB,
    GAS_LISTED_ADDRESS,
    GAS_LISTED_KEY,
    GAS_TOKEN,
    GAS_TOKEN_FLOOR,
    GAS_TRANSACTION,
    GAS_TRANSACTION_MOST,
    TOKENS_NON_ZERO,
    TYPE_BLOB,
    VERSION_KZG,
)
from zkos.guest.protocol.limits import HIGHEST_NONCE, INITCODE_BYTES
from zkos.guest.protocol.report import (
    REASON_BLOB_FEE_TOO_LOW,
    REASON_BLOB_GAS_LIMIT_REACHED,
    REASON_BLOB_LIST_IS_EMPTY,
    REASON_BLOB_VERSION_NOT_SUPPORTED,
    REASON_BLOCK_GAS_LIMIT_REACHED,
    REASON_CALLER_GAS_LIMIT_TOO_HIGH,
    REASON_CREATE_INIT_CODE_SIZE_LIMIT,
    REASON_INVALID_STRUCTURE,
    REASON_LACK_OF_FUND_FOR_MAX_FEE,
    REASON_NONCE_OVERFLOW_IN_TRANSACTION,
    REASON_NONCE_TOO_HIGH,
    REASON_NONCE_TOO_LOW,
    REASON_OUT_OF_GAS_DURING_VALIDATION,
    REASON_OVERFLOW_PAYMENT_IN_TRANSACTION,
    REASON_REJECT_CALLER_WITH_CODE,
    REASON_TOO_MANY_BLOBS,
)
from zkos.guest.protocol.transactions import (
    GAS_AUTHORIZATION,
    GAS_CREATION,
    GAS_INITCODE_WORD,
)
from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.state.account import Account
from zkos.lang.control import record, urange
from zkos.lang.ints import U8, U64, U256


@record
class Terms:
    """What a transaction that may run costs."""

    gas_price: U256
    """In wei a gas (EIP-1559)."""
    intrinsic: U64
    """Gas paid whatever happens."""
    floor: U64
    """The least gas paid in the end (EIP-7623)."""
    blob_gas: U64


def validate(work: Work) -> Terms:
    """Apply all rules. Raises Invalid."""
    outcome = work.outcome
    transaction = work.transaction
    intrinsic, floor = gas_terms(work)
    limit = transaction.gas_limit
    if limit > GAS_TRANSACTION_MOST:
        outcome.reject(REASON_CALLER_GAS_LIMIT_TOO_HIGH)
    if limit < intrinsic or limit < floor:
        outcome.reject(REASON_OUT_OF_GAS_DURING_VALIDATION)
    if transaction.nonce == HIGHEST_NONCE:
        outcome.reject(REASON_NONCE_OVERFLOW_IN_TRANSACTION)
    if transaction.is_creation and transaction.data.length() > INITCODE_BYTES:
        outcome.reject(REASON_CREATE_INIT_CODE_SIZE_LIMIT)
    if limit > work.context.header.gas_limit - work.gas_used:
        outcome.reject(REASON_BLOCK_GAS_LIMIT_REACHED)
    price = effective_gas_price(
        outcome, transaction, work.context.header.basefee, False
    )
    blob_gas = check_blobs(work)
    sender = sender_account(work)
    check_nonce(work, sender.nonce)
    check_balance(work, sender.balance, blob_gas)
    if sender.has_code() and not sender.is_delegated():
        outcome.reject(REASON_REJECT_CALLER_WITH_CODE)
    return Terms(price, intrinsic, floor, blob_gas)


def gas_terms(work: Work) -> tuple[U64, U64]:
    """Intrinsic gas, and the least the transaction pays. Raises Invalid."""
    transaction = work.transaction
    length = U64(transaction.data.length())
    non_zero = U64(transaction.non_zero_bytes)
    tokens = length - non_zero + TOKENS_NON_ZERO * non_zero
    floor = GAS_TRANSACTION + GAS_TOKEN_FLOOR * tokens
    gas = GAS_TRANSACTION + GAS_TOKEN * tokens
    if transaction.is_creation:
        gas = gas + GAS_CREATION + GAS_INITCODE_WORD * ((length + 31) >> 5)
    try:
        addresses, keys = work.reader.access_list.size(transaction.access_list)
    except MalformedRlp:
        work.outcome.reject(REASON_INVALID_STRUCTURE)
    gas = gas + GAS_LISTED_ADDRESS * U64(addresses) + GAS_LISTED_KEY * U64(keys)
    gas = gas + GAS_AUTHORIZATION * U64(transaction.authorization_count)
    return gas, floor


def check_blobs(work: Work) -> U64:
    """The blob gas of a transaction. Raises Invalid."""
    outcome = work.outcome
    if work.transaction.kind != TYPE_BLOB:
        return U64(0)
    hashes = work.reader.blob_hashes
    count = hashes.length()
    if count == 0:
        outcome.reject(REASON_BLOB_LIST_IS_EMPTY)
    if count > BLOBS_TRANSACTION:
        outcome.reject(REASON_TOO_MANY_BLOBS)
    for index in urange(count):
        if U8.truncate(hashes[index] >> 248) != VERSION_KZG:
            outcome.reject(REASON_BLOB_VERSION_NOT_SUPPORTED)
    if work.reader.blob_fee_cap < work.context.blob_price:
        outcome.reject(REASON_BLOB_FEE_TOO_LOW)
    gas = GAS_BLOB * U64(count)
    if work.blob_gas_used + gas > BLOBS_MOST * GAS_BLOB:
        outcome.reject(REASON_BLOB_GAS_LIMIT_REACHED)
    return gas


def sender_account(work: Work) -> Account:
    """The sender, with its code if it has any."""
    address = work.transaction.sender
    account = work.io.read_account(NO_ENVIRONMENT, work.unlimited(), address)
    if account.has_code():
        work.io.read_account_with_code(NO_ENVIRONMENT, work.unlimited(), address)
    return account


def check_nonce(work: Work, state: U64) -> None:
    """The nonce must be the account's. Raises Invalid."""
    nonce = work.transaction.nonce
    if nonce > state:
        work.outcome.reject_with(REASON_NONCE_TOO_HIGH, U256(nonce), U256(state))
    if nonce < state:
        work.outcome.reject_with(REASON_NONCE_TOO_LOW, U256(nonce), U256(state))


def check_balance(work: Work, balance: U256, blob_gas: U64) -> None:
    """There must be enough for value and highest fees. Raises Invalid."""
    transaction = work.transaction
    limit = U256(transaction.gas_limit)
    fee, fee_overflow = transaction.max_fee.overflowing_mul(limit)
    blobs, blob_overflow = work.reader.blob_fee_cap.overflowing_mul(U256(blob_gas))
    fees, sum_overflow = fee.overflowing_add(blobs)
    required, overflow = fees.overflowing_add(transaction.value)
    if fee_overflow or blob_overflow or sum_overflow or overflow:
        work.outcome.reject(REASON_OVERFLOW_PAYMENT_IN_TRANSACTION)
    if balance < required:
        work.outcome.reject_with(REASON_LACK_OF_FUND_FOR_MAX_FEE, required, balance)
