"""Transactions from L1: priority operations and upgrades (bootloader spec 6).

They cannot be refused for lack of fee or signature: L1 has taken the deposit. What
fails is reverted, and the deposit goes to the refund recipient.
"""

from typing import Final

from zkos.guest.flow.fees import (
    can_pay_pubdata,
    divide_up,
    set_native_prices,
    set_resources,
    settle,
)
from zkos.guest.flow.process import exhaust, fail, fault
from zkos.guest.flow.work import Work
from zkos.guest.protocol.addresses import BOOTLOADER
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.report import (
    REASON_DEPOSIT_TOO_LOW,
    REASON_FEE_OVERFLOW,
    REASON_MINT_OVERFLOW,
    REASON_OUT_OF_NATIVE,
    REASON_PUBDATA_NOT_COVERED,
    REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS,
    REASON_REQUIRED_BALANCE_OVERFLOW,
    REASON_REVERTED,
    REASON_UPGRADE_TX_FAILED,
)
from zkos.guest.protocol.transactions import (
    GAS_INTRINSIC_L1,
    NATIVE_INTRINSIC_L1,
    NATIVE_PER_GAS_UPGRADE,
    NATIVE_PRICE_L1,
    PUBDATA_INTRINSIC_L1,
    TYPE_UPGRADE,
)
from zkos.guest.system.errors import Fatal, InsufficientBalance, OutOfNative
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U64, U128, U256, Address

HIGHEST_ADDRESS: Final = U256((1 << 160) - 1)


def process_l1(work: Work) -> None:
    """Execute, pay the operator, refund, log. Raises Invalid and Fatal."""
    set_budget(work)
    check_deposit(work)
    if hash_transaction(work):
        run(work)
    settle(work, U64(0))
    fee = U256(work.outcome.gas_used) * work.gas_price
    mint(work, work.unlimited(), BOOTLOADER, fee)
    refund(work, fee)
    work.io.emit_l1_transaction_log(work.outcome.hash, work.outcome.success)


def set_budget(work: Work) -> None:
    """Prices fixed by L1, and resources. Raises Invalid and Fatal."""
    transaction = work.transaction
    work.gas_price = U256(transaction.max_fee)
    per_gas = NATIVE_PER_GAS_UPGRADE
    if transaction.kind != TYPE_UPGRADE:
        per_gas = divide_up(work.gas_price, NATIVE_PRICE_L1)
    set_native_prices(work, per_gas, U256(transaction.gas_per_pubdata_limit))
    set_resources(work, GAS_INTRINSIC_L1, NATIVE_INTRINSIC_L1, PUBDATA_INTRINSIC_L1)


def check_deposit(work: Work) -> None:
    """The deposit must cover value and fee. Raises Fatal."""
    transaction = work.transaction
    outcome = work.outcome
    gas_limit = U128(transaction.gas_limit)
    fee, overflow = transaction.max_fee.overflowing_mul(gas_limit)
    if overflow:
        outcome.abort(REASON_FEE_OVERFLOW)
    needed, overflow = transaction.value.overflowing_add(U256(fee))
    if overflow:
        outcome.abort(REASON_REQUIRED_BALANCE_OVERFLOW)
    if transaction.first_reserved < needed:
        outcome.abort(REASON_DEPOSIT_TOO_LOW)


def hash_transaction(work: Work) -> bool:
    """Hash, paying if possible; False leaves a reverted transaction without gas."""
    outcome = work.outcome
    try:
        outcome.hash = work.hasher.transaction_hash(work.resources)
    except OutOfNative:
        exhaust(work, REASON_OUT_OF_NATIVE)
        outcome.hash = work.hasher.transaction_hash(work.unlimited())
        outcome.native_used = work.native_limit
        return False
    return True


def run(work: Work) -> None:
    """Execute in a frame that any failure rolls back: step 5. Raises Fatal.

    Running out of native forfeits the withheld part as well.
    """
    outcome = work.outcome
    snapshot = work.io.start_frame()
    try:
        outcome.success = execute(work)
        resources = work.resources
        outcome.native_used = work.native_limit.saturating_sub(resources.native)
        resources.native = resources.native.wrapping_add(work.withheld)
        if not can_pay_pubdata(work, U64(0)):
            fail(work, REASON_PUBDATA_NOT_COVERED)
    except OutOfNative:
        exhaust(work, REASON_OUT_OF_NATIVE)
        outcome.native_used = work.native_limit
    except Fatal:
        if work.aborts:
            raise
        exhaust(work, fault(work))
        outcome.native_used = work.native_limit
    work.io.finish_frame(snapshot, not outcome.success)


def execute(work: Work) -> bool:
    """Mint the value to the sender and call. Raises OutOfNative and Fatal."""
    transaction = work.transaction
    sender = transaction.sender
    work.system.origin = sender
    work.system.gas_price = work.gas_price
    snapshot = work.io.start_frame()
    if transaction.value != 0:
        mint(work, work.resources, sender, transaction.value)
    success = work.interact(sender, transaction.to, transaction.value, transaction.data)
    work.io.finish_frame(snapshot, not success)
    work.outcome.output = work.runner.output
    if not success:
        work.outcome.because(REASON_REVERTED, U256(0), U256(0))
    return success


def mint(work: Work, resources: Resources, target: Address, amount: U256) -> None:
    """Create ether. Raises OutOfNative and, on overflow, Fatal."""
    try:
        work.io.add_balance(NO_ENVIRONMENT, resources, target, amount)
    except InsufficientBalance:
        work.outcome.abort(REASON_MINT_OVERFLOW)


def refund(work: Work, fee: U256) -> None:
    """Mint what is left of the deposit; a reverted transaction keeps its value too.

    Raises Invalid for an upgrade that failed, and Fatal.
    """
    transaction = work.transaction
    outcome = work.outcome
    kept = fee
    if outcome.success:
        kept = kept + transaction.value
    elif transaction.kind == TYPE_UPGRADE:
        outcome.reject(REASON_UPGRADE_TX_FAILED)
    amount, below = transaction.first_reserved.overflowing_sub(kept)
    if below:
        raise Fatal
    if amount == 0:
        return
    if transaction.second_reserved > HIGHEST_ADDRESS:
        outcome.abort(REASON_REFUND_RECIPIENT_NOT_AN_ADDRESS)
    mint(work, work.unlimited(), Address(transaction.second_reserved), amount)
