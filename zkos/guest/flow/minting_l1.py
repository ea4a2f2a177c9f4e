"""Transactions from L1 whose ether is made as they come (v30: bootloader spec 6)."""

from zkos.guest.flow.execution import call, close, exhaust, fault
from zkos.guest.flow.ledger import Ledger, Pubdata, count_pubdata, open_l1, settle
from zkos.guest.flow.prices import Prices, l1_prices
from zkos.guest.flow.work import Work
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.limits import MAX_ADDRESS
from zkos.guest.protocol.report import (
    REASON_DEPOSIT_TOO_LOW,
    REASON_FEE_OVERFLOW,
    REASON_INTERNAL,
    REASON_MINT_OVERFLOW,
    REASON_OUT_OF_NATIVE,
    REASON_OUT_OF_RETURN_MEMORY,
    REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS,
    REASON_REQUIRED_DEPOSIT_OVERFLOW,
    REASON_REVERTED,
    REASON_UPGRADE_REVERTED,
)
from zkos.guest.protocol.transactions import PUBDATA_INTRINSIC_L1, TYPE_UPGRADE
from zkos.guest.system.errors import (
    Fatal,
    InsufficientBalance,
    OutOfNative,
    OutOfReturnMemory,
)
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U32, U64, U256, Address


def process_l1(work: Work) -> None:
    """Execute, pay the operator, refund, log. Raises Fatal."""
    prices = l1_prices(work)
    ledger = open_l1(work, prices)
    check_deposit(work, prices)
    pubdata = run(work, prices, ledger)
    settle(work, prices, ledger, pubdata, PUBDATA_INTRINSIC_L1)
    outcome = work.outcome
    transaction = work.transaction
    if transaction.kind == TYPE_UPGRADE and not outcome.success:
        outcome.abort(REASON_UPGRADE_REVERTED)
    fee = U256(outcome.gas_used) * prices.gas
    mint(work, work.unlimited(), work.system.metadata.coinbase, fee)
    refund(work, fee)
    work.io.emit_l1_transaction_log(transaction.hash, outcome.success)


def check_deposit(work: Work, prices: Prices) -> None:
    """The deposit must cover value and fee: step 4. Raises Fatal."""
    transaction = work.transaction
    outcome = work.outcome
    fee, overflow = prices.gas.overflowing_mul(U256(transaction.gas_limit))
    if overflow:
        outcome.abort(REASON_FEE_OVERFLOW)
    needed, overflow = transaction.value.overflowing_add(fee)
    if overflow:
        outcome.abort(REASON_REQUIRED_DEPOSIT_OVERFLOW)
    if transaction.deposit < needed:
        outcome.abort(REASON_DEPOSIT_TOO_LOW)


def run(work: Work, prices: Prices, ledger: Ledger) -> Pubdata:
    """Hash, paying if possible, and execute unless that took all native.

    Raises Fatal.
    """
    try:
        work.reader.hash(ledger.resources)
    except OutOfNative:
        exhaust(work, ledger, REASON_OUT_OF_NATIVE)
        work.outcome.native_used = ledger.native_used()
        hash_unpaid(work)
        return count_pubdata(work, prices, ledger)
    return run_paid(work, prices, ledger)


def hash_unpaid(work: Work) -> None:
    """Hash at nobody's cost. Raises Fatal, but has no cause to."""
    try:
        work.reader.hash(work.unlimited())
    except OutOfNative:
        work.outcome.abort(REASON_INTERNAL)


def run_paid(work: Work, prices: Prices, ledger: Ledger) -> Pubdata:
    """Execute in a frame that any failure rolls back: step 6. Raises Fatal.

    Running out of native or of return memory forfeits what is withheld as well.
    """
    outcome = work.outcome
    snapshot = work.io.start_frame()
    try:
        outcome.success = execute(work, prices, ledger.resources)
    except OutOfNative:
        forfeit(work, ledger, REASON_OUT_OF_NATIVE)
    except OutOfReturnMemory:
        forfeit(work, ledger, REASON_OUT_OF_RETURN_MEMORY)
    except Fatal:
        if outcome.aborts:
            raise
        forfeit(work, ledger, fault(work))
    outcome.native_used = ledger.native_used()
    ledger.release()
    return close(work, prices, ledger, snapshot)


def execute(work: Work, prices: Prices, resources: Resources) -> bool:
    """Mint the value to the sender and call; whether it succeeded.

    Raises OutOfNative, OutOfReturnMemory and Fatal.
    """
    transaction = work.transaction
    work.system.origin = transaction.sender
    work.system.gas_price = prices.gas
    snapshot = work.io.start_frame()
    if transaction.value != 0:
        mint(work, resources, transaction.sender, transaction.value)
    success = call(work, resources)
    work.io.finish_frame(snapshot, not success)
    if not success:
        work.outcome.revert(REASON_REVERTED)
    return success


def forfeit(work: Work, ledger: Ledger, reason: U32) -> None:
    """Revert with all gas and all native, also what is withheld."""
    exhaust(work, ledger, reason)
    ledger.withheld = U64(0)


def mint(work: Work, resources: Resources, target: Address, amount: U256) -> None:
    """Create ether. Raises OutOfNative and, on overflow, Fatal."""
    try:
        work.io.add_balance(NO_ENVIRONMENT, resources, target, amount)
    except InsufficientBalance:
        work.outcome.abort(REASON_MINT_OVERFLOW)


def refund(work: Work, fee: U256) -> None:
    """Mint what is left of the deposit; a reverted transaction keeps its value too.

    Raises Fatal.
    """
    transaction = work.transaction
    kept = fee
    if work.outcome.success:
        kept = kept + transaction.value
    amount = transaction.deposit - kept
    if amount == 0:
        return
    if transaction.refund_recipient > MAX_ADDRESS:
        work.outcome.abort(REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS)
    mint(work, work.unlimited(), Address(transaction.refund_recipient), amount)
