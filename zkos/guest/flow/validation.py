"""Whether an L2 transaction may run, and the collection of its fee.

Bootloader spec 4, steps 6 to 16, in this order: what a step charges, touches and
changes stays even if a later one drops the transaction.
"""

from typing import Final

from zkos.guest.flow.account_abstraction import (
    pay_by_account,
    pay_by_paymaster,
    validate_by_account,
)
from zkos.guest.flow.fees import pubdata_native, pubdata_used
from zkos.guest.flow.work import Work
from zkos.guest.hooks.ecrecover import recover_signer
from zkos.guest.protocol.addresses import BOOTLOADER, WASM_DEPLOYER
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.limits import INITCODE_BYTES
from zkos.guest.protocol.report import (
    REASON_CREATE_INIT_CODE_SIZE_LIMIT,
    REASON_FEE_OVERFLOW,
    REASON_GAS_PER_PUBDATA_TOO_HIGH,
    REASON_INCORRECT_FROM,
    REASON_INTERNAL,
    REASON_INVALID_STRUCTURE,
    REASON_LACK_OF_FUND_FOR_MAX_FEE,
    REASON_MALLEABLE_SIGNATURE,
    REASON_NONCE_OVERFLOW_IN_TRANSACTION,
    REASON_NONCE_TOO_HIGH,
    REASON_NONCE_TOO_LOW,
    REASON_NONCE_USED_ALREADY,
    REASON_OUT_OF_GAS_DURING_VALIDATION,
    REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION,
    REASON_RECEIVED_INSUFFICIENT_FEES,
    REASON_REJECT_CALLER_WITH_CODE,
    REASON_REQUIRED_BALANCE_OVERFLOW,
    REASON_UNSUPPORTED_ENVIRONMENT,
)
from zkos.guest.protocol.transactions import (
    GAS_INITCODE_WORD,
    GAS_PER_PUBDATA_DEFAULT,
    HALF_CURVE_ORDER,
    TYPE_EIP712,
)
from zkos.guest.system.errors import (
    InsufficientBalance,
    NonceOverflow,
    OutOfErgs,
    OutOfNative,
)
from zkos.guest.transactions.access_list import MalformedAccessList
from zkos.lang.ints import U8, U64, U128, U256, Address

HIGHEST_NONCE: Final = U256(0xFFFF_FFFF_FFFF_FFFF)
HIGHEST_TYPE_BYTE: Final = U8(3)


def validate(work: Work) -> None:
    """Run all steps. Raises Invalid and Fatal."""
    try:
        prepare(work)
        if not work.system.options.simulate:
            check(work)
            collect_fee(work)
            charge_pubdata(work)
    except MalformedAccessList:
        work.outcome.reject(REASON_INVALID_STRUCTURE)
    except NonceOverflow:
        work.outcome.reject(REASON_NONCE_OVERFLOW_IN_TRANSACTION)
    except OutOfErgs:
        work.outcome.reject(REASON_OUT_OF_GAS_DURING_VALIDATION)
    except OutOfNative:
        work.outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)


def prepare(work: Work) -> None:
    """Read the sender, pay for initcode and access list, hash: steps 6 to 11."""
    transaction = work.transaction
    sender = transaction.sender
    read_sender(work)
    if not work.by_contract:
        charge_initcode(work)
    work.system.origin = sender
    work.system.gas_price = work.gas_price
    work.access_list.warm(transaction, work.io, work.resources)
    work.outcome.hash = work.hasher.transaction_hash(work.resources)
    work.signing_hash = work.hasher.signing_hash(work.resources)


def read_sender(work: Work) -> None:
    """Take from the sender's account what later steps ask about."""
    transaction = work.transaction
    account = work.io.read_account(NO_ENVIRONMENT, work.resources, transaction.sender)
    work.sender_is_code = account.has_code()
    work.sender_nonce = account.nonce
    work.sender_environment = account.environment()
    if work.sender_environment > HIGHEST_TYPE_BYTE:
        work.outcome.abort(REASON_UNSUPPORTED_ENVIRONMENT)
    work.by_contract = transaction.kind == TYPE_EIP712 and work.sender_is_code


def charge_initcode(work: Work) -> None:
    """Limit and price of initcode (EIP-3860), also for the old WASM deployer."""
    transaction = work.transaction
    if not transaction.is_creation() and transaction.to != WASM_DEPLOYER:
        return
    length = transaction.data.length()
    if length > INITCODE_BYTES:
        work.outcome.reject(REASON_CREATE_INIT_CODE_SIZE_LIMIT)
    words = (U64(length) + 31) >> 5
    work.resources.charge((GAS_INITCODE_WORD * words) << 8, U64(0))


def check(work: Work) -> None:
    """Pubdata price, nonce, then the sender's consent: steps 12 to 14."""
    transaction = work.transaction
    limit = GAS_PER_PUBDATA_DEFAULT
    if transaction.kind == TYPE_EIP712:
        limit = U256(transaction.gas_per_pubdata_limit)
    if limit < work.system.metadata.gas_per_pubdata:
        work.outcome.reject(REASON_GAS_PER_PUBDATA_TOO_HIGH)
    if transaction.nonce > HIGHEST_NONCE:
        work.outcome.reject(REASON_NONCE_OVERFLOW_IN_TRANSACTION)
    nonce = U64(transaction.nonce)
    if work.by_contract:
        if nonce < work.sender_nonce:
            work.outcome.reject(REASON_NONCE_USED_ALREADY)
        validate_by_account(work, nonce)
    else:
        check_nonce(work, nonce)
        check_sender(work)


def check_nonce(work: Work, nonce: U64) -> None:
    """The nonce must be the account's."""
    state = work.sender_nonce
    if nonce > state:
        work.outcome.reject_with(REASON_NONCE_TOO_HIGH, U256(nonce), U256(state))
    if nonce < state:
        work.outcome.reject_with(REASON_NONCE_TOO_LOW, U256(nonce), U256(state))


def check_sender(work: Work) -> None:
    """No code, enough balance, a valid signature; then the nonce is used up."""
    transaction = work.transaction
    io = work.io
    environment = work.sender_environment
    sender = transaction.sender
    if work.sender_is_code:
        work.outcome.reject(REASON_REJECT_CALLER_WITH_CODE)
    required = required_balance(work)
    balance = io.read_account(environment, work.resources, sender).balance
    if balance < required:
        work.outcome.reject_with(REASON_LACK_OF_FUND_FOR_MAX_FEE, required, balance)
    check_signature(work)
    io.increment_nonce(environment, work.resources, sender)


def max_fee(work: Work) -> U256:
    """The fee if all gas is used at the highest price. Raises Fatal above 128 bits."""
    transaction = work.transaction
    gas_limit = U128(transaction.gas_limit)
    fee, overflow = transaction.max_fee.overflowing_mul(gas_limit)
    if overflow:
        work.outcome.abort(REASON_FEE_OVERFLOW)
    return U256(fee)


def required_balance(work: Work) -> U256:
    """Value and highest fee; the value alone if a paymaster is named."""
    transaction = work.transaction
    if transaction.paymaster != Address(0):
        return transaction.value
    total, overflow = transaction.value.overflowing_add(max_fee(work))
    if overflow:
        work.outcome.abort(REASON_REQUIRED_BALANCE_OVERFLOW)
    return total


def check_signature(work: Work) -> None:
    """The signer must be the sender, with the lower of the two possible s."""
    signature = work.transaction.signature
    s = signature.load_u256_be(32)
    if s > HALF_CURVE_ORDER:
        work.outcome.reject(REASON_MALLEABLE_SIGNATURE)
    _, signer = recover_signer(
        work.system,
        work.resources,
        U256(work.signing_hash),
        U256(signature[64]),
        signature.load_u256_be(0),
        s,
    )
    sender = work.transaction.sender
    # An unrecoverable signature leaves signer 0, which nobody can claim either.
    if signer != sender or sender == Address(0):
        work.outcome.reject_with(REASON_INCORRECT_FROM, U256(sender), U256(signer))


def collect_fee(work: Work) -> None:
    """Take the highest fee, return what the gas price leaves of it: step 15."""
    transaction = work.transaction
    before = bootloader_balance(work)
    required = work.gas_price * U256(transaction.gas_limit)
    if transaction.paymaster != Address(0):
        pay_by_paymaster(work)
    elif work.by_contract:
        pay_by_account(work)
    else:
        pay_by_sender(work)
    after = bootloader_balance(work)
    if after < before:
        work.outcome.abort(REASON_INTERNAL)
    received = after - before
    if received < required:
        work.outcome.reject_with(REASON_RECEIVED_INSUFFICIENT_FEES, received, required)
    if received > required:
        return_excess(work, received - required)


def bootloader_balance(work: Work) -> U256:
    """What the fee account holds."""
    return work.io.read_account(NO_ENVIRONMENT, work.resources, BOOTLOADER).balance


def pay_by_sender(work: Work) -> None:
    """Move the fee of an account without code."""
    sender = work.transaction.sender
    fee = max_fee(work)
    try:
        work.io.transfer(
            work.sender_environment, work.resources, sender, BOOTLOADER, fee
        )
    except InsufficientBalance:
        # The balance was checked; only the fee account could have overflowed.
        if not work.burns_fee:
            work.outcome.abort(REASON_INTERNAL)
        account = work.io.read_account(work.sender_environment, work.resources, sender)
        work.outcome.reject_with(REASON_LACK_OF_FUND_FOR_MAX_FEE, fee, account.balance)


def return_excess(work: Work, amount: U256) -> None:
    """Give back what was paid above the gas price; costs native only."""
    sender = work.transaction.sender
    try:
        work.io.transfer(NO_ENVIRONMENT, work.resources, BOOTLOADER, sender, amount)
    except InsufficientBalance:
        work.outcome.abort(REASON_INTERNAL)


def charge_pubdata(work: Work) -> None:
    """Pay for the pubdata of validation: step 16."""
    native = pubdata_native(work, U64(0))
    work.validation_pubdata = pubdata_used(work)
    work.resources.charge(U64(0), native)
