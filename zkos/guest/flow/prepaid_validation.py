"""Validation paid for at first: its steps are free (v31 bootloader spec 4, 14).

Nonce before balance, authorizations before the fee; service transactions have neither
signature nor nonce.
"""

from zkos.guest.flow.checks import Sender, check_nonce, check_signature
from zkos.guest.flow.delegations import apply_authorizations
from zkos.guest.flow.ledger import Ledger
from zkos.guest.flow.prices import Prices
from zkos.guest.flow.work import Work
from zkos.guest.protocol.environment import HIGHEST_ENVIRONMENT, NO_ENVIRONMENT
from zkos.guest.protocol.report import (
    REASON_BLOB_FEE_NOT_1,
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
from zkos.guest.protocol.transactions import TYPE_SERVICE
from zkos.guest.rlp.reader import MalformedRlp
from zkos.guest.system.errors import (
    InsufficientBalance,
    NonceOverflow,
    OutOfErgs,
    OutOfNative,
)
from zkos.guest.system.resources import INFINITE, Resources
from zkos.lang.ints import U64, U256


def validate(work: Work, prices: Prices, ledger: Ledger) -> Sender:
    """Run all steps. Raises Invalid and Fatal."""
    try:
        sender = take_steps(work, prices)
    except MalformedRlp:
        work.outcome.reject(REASON_INVALID_STRUCTURE)
    except NonceOverflow:
        work.outcome.reject(REASON_NONCE_OVERFLOW_IN_TRANSACTION)
    except OutOfErgs:
        work.outcome.reject(REASON_OUT_OF_GAS_DURING_VALIDATION)
    except OutOfNative:
        work.outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    ledger.validation_pubdata = work.io.pubdata_used()
    return sender


def take_steps(work: Work, prices: Prices) -> Sender:
    """Raises what the steps raise."""
    system = work.system
    reader = work.reader
    signs = work.transaction.kind != TYPE_SERVICE and not system.options.simulate
    free = Ledger(INFINITE, INFINITE, U64(0), U64(0))
    resources = free.resources
    reader.hash(resources)
    if signs:
        check_signature(work, free)
    sender, balance = read_sender(work, resources)
    if signs:
        work.io.increment_nonce(NO_ENVIRONMENT, resources, work.transaction.sender)
        check_nonce(work, sender)
    reader.warm(work.io, resources)
    if system.metadata.blob_base_fee() != 1:
        work.outcome.abort(REASON_BLOB_FEE_NOT_1)
    apply_authorizations(work, resources)
    system.origin = work.transaction.sender
    system.gas_price = prices.gas
    if not system.options.simulate:
        pay_fee(work, prices, resources, balance)
    return sender


def read_sender(work: Work, resources: Resources) -> tuple[Sender, U256]:
    """The sender and its balance: step 9. Raises Invalid, Fatal and OutOfNative."""
    address = work.transaction.sender
    account = work.io.read_account(NO_ENVIRONMENT, resources, address)
    if account.environment() > HIGHEST_ENVIRONMENT:
        work.outcome.abort(REASON_UNSUPPORTED_ENVIRONMENT)
    has_code = account.has_code() and not account.is_delegated()
    if has_code:
        work.outcome.reject(REASON_REJECT_CALLER_WITH_CODE)
    return Sender(NO_ENVIRONMENT, account.nonce, has_code), account.balance


def pay_fee(work: Work, prices: Prices, resources: Resources, balance: U256) -> None:
    """Take the fee for all gas from a balance that covers the highest: step 14."""
    transaction = work.transaction
    outcome = work.outcome
    fee, too_much = transaction.max_fee.overflowing_mul(U256(transaction.gas_limit))
    required, overflow = fee.overflowing_add(transaction.value)
    if too_much or overflow:
        outcome.reject(REASON_OVERFLOW_PAYMENT_IN_TRANSACTION)
    if balance < required:
        outcome.reject_with(REASON_LACK_OF_FUND_FOR_MAX_FEE, required, balance)
    fee = prices.gas * U256(transaction.gas_limit)
    try:
        work.io.sub_balance(NO_ENVIRONMENT, resources, transaction.sender, fee)
    except InsufficientBalance:
        # The balance was enough for a fee as high or higher.
        outcome.abort(REASON_FEE_OVERFLOW)
