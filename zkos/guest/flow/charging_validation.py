"""Validation whose steps charge what they do (bootloader spec 4, steps 6 to 14)."""

from zkos.guest.flow.checks import Sender, check_nonce, check_signature
from zkos.guest.flow.delegations import apply_authorizations
from zkos.guest.flow.ledger import Ledger, pay_validation_pubdata
from zkos.guest.flow.prices import Prices
from zkos.guest.flow.work import Work
from zkos.guest.hooks.ecrecover import ERGS_ECRECOVER
from zkos.guest.protocol.environment import HIGHEST_ENVIRONMENT, NO_ENVIRONMENT
from zkos.guest.protocol.limits import INITCODE_BYTES
from zkos.guest.protocol.precompile_native import NATIVE_ECRECOVER
from zkos.guest.protocol.report import (
    REASON_CREATE_INIT_CODE_SIZE_LIMIT,
    REASON_FEE_OVERFLOW,
    REASON_INVALID_STRUCTURE,
    REASON_LACK_OF_FUND_FOR_MAX_FEE,
    REASON_NONCE_OVERFLOW_IN_TRANSACTION,
    REASON_OUT_OF_GAS_DURING_VALIDATION,
    REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION,
    REASON_OVERFLOW_PAYMENT_IN_TRANSACTION,
    REASON_REJECT_CALLER_WITH_CODE,
    REASON_UNSUPPORTED_ENVIRONMENT,
)
from zkos.guest.protocol.transactions import (
    GAS_AUTHORIZATION,
    GAS_CREATION,
    GAS_INITCODE_WORD,
)
from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.system.errors import (
    InsufficientBalance,
    NonceOverflow,
    OutOfErgs,
    OutOfNative,
)
from zkos.guest.system.resources import ERGS_PER_GAS
from zkos.lang.ints import U64, U256


def validate(work: Work, prices: Prices, ledger: Ledger) -> Sender:
    """Run all steps. Raises Invalid and Fatal."""
    try:
        return take_steps(work, prices, ledger)
    except MalformedRlp:
        work.outcome.reject(REASON_INVALID_STRUCTURE)
    except NonceOverflow:
        work.outcome.reject(REASON_NONCE_OVERFLOW_IN_TRANSACTION)
    except OutOfErgs:
        work.outcome.reject(REASON_OUT_OF_GAS_DURING_VALIDATION)
    except OutOfNative:
        work.outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)


def take_steps(work: Work, prices: Prices, ledger: Ledger) -> Sender:
    """Raises what the steps raise."""
    system = work.system
    resources = ledger.resources
    sender = read_sender(work, ledger)
    charge_extras(work, ledger)
    system.origin = work.transaction.sender
    system.gas_price = prices.gas
    work.reader.warm(work.io, resources)
    work.reader.hash(resources)
    if system.options.simulate:
        resources.charge(ERGS_ECRECOVER, NATIVE_ECRECOVER)
    else:
        check_nonce(work, sender)
        check_balance(work, ledger, sender)
        check_signature(work, ledger)
        pay_fee(work, prices, ledger, sender)
    pay_validation_pubdata(work, prices, ledger)
    apply_authorizations(work, resources)
    return sender


def read_sender(work: Work, ledger: Ledger) -> Sender:
    """Take from the sender's account what later steps ask about: step 6."""
    address = work.transaction.sender
    account = work.io.read_account(NO_ENVIRONMENT, ledger.resources, address)
    environment = account.environment()
    if environment > HIGHEST_ENVIRONMENT:
        work.outcome.abort(REASON_UNSUPPORTED_ENVIRONMENT)
    if not work.sender_pays_touches:
        environment = NO_ENVIRONMENT
    has_code = account.has_code() and not account.is_delegated()
    return Sender(environment, account.nonce, has_code)


def charge_extras(work: Work, ledger: Ledger) -> None:
    """What creations (EIP-3860) and authorizations (EIP-7702) pay more: step 7."""
    transaction = work.transaction
    gas = GAS_AUTHORIZATION * U64(transaction.authorization_count)
    if transaction.is_creation:
        length = transaction.data.length()
        if length > INITCODE_BYTES:
            work.outcome.reject(REASON_CREATE_INIT_CODE_SIZE_LIMIT)
        words = (U64(length) + 31) >> 5
        gas = GAS_CREATION + GAS_INITCODE_WORD * words
    ledger.resources.charge(gas * ERGS_PER_GAS, U64(0))


def check_balance(work: Work, ledger: Ledger, sender: Sender) -> None:
    """No code (EIP-3607), and enough for value and highest fee: steps 11 a to c."""
    transaction = work.transaction
    outcome = work.outcome
    if sender.has_code:
        outcome.reject(REASON_REJECT_CALLER_WITH_CODE)
    fee, too_much = transaction.max_fee.overflowing_mul(U256(transaction.gas_limit))
    required, overflow = fee.overflowing_add(transaction.value)
    if too_much or overflow:
        outcome.reject(REASON_OVERFLOW_PAYMENT_IN_TRANSACTION)
    account = work.io.read_account(
        sender.environment, ledger.resources, transaction.sender
    )
    balance = account.balance
    if balance < required:
        outcome.reject_with(REASON_LACK_OF_FUND_FOR_MAX_FEE, required, balance)


def pay_fee(work: Work, prices: Prices, ledger: Ledger, sender: Sender) -> None:
    """Use the nonce up and take the fee for all gas: steps 11 f and 12."""
    transaction = work.transaction
    io = work.io
    resources = ledger.resources
    address = transaction.sender
    io.increment_nonce(sender.environment, resources, address)
    fee = prices.gas * U256(transaction.gas_limit)
    try:
        io.sub_balance(sender.environment, resources, address, fee)
    except InsufficientBalance:
        # The balance was checked for a fee as high or higher.
        work.outcome.abort(REASON_FEE_OVERFLOW)
