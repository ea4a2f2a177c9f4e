"""L2 transactions: from the first check to the refund (bootloader spec 4).

Validation is next door; here is what frames it: prices and resources before,
execution and settlement after.
"""

from zkos.guest.flow.account_abstraction import execute_by_account
from zkos.guest.flow.fees import (
    can_pay_pubdata,
    divide_up,
    set_gas_price,
    set_native_prices,
    set_resources,
    settle,
)
from zkos.guest.flow.validation import validate
from zkos.guest.flow.work import Work
from zkos.guest.protocol.addresses import BOOTLOADER, WASM_DEPLOYER
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.limits import BLOCK_GAS
from zkos.guest.protocol.report import (
    REASON_BLOCK_GAS_LIMIT_TOO_HIGH,
    REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK,
    REASON_INTERNAL,
    REASON_NATIVE_PRICE_ZERO,
    REASON_OUT_OF_GAS_FOR_DEPLOYMENT,
    REASON_OUT_OF_NATIVE,
    REASON_PUBDATA_NOT_COVERED,
    REASON_REVERTED,
    REASON_UNSUPPORTED_ENVIRONMENT,
)
from zkos.guest.protocol.transactions import (
    GAS_DEPLOYMENT,
    GAS_INTRINSIC_L2,
    NATIVE_INTRINSIC_L2,
    NATIVE_PER_GAS_SIMULATION,
)
from zkos.guest.system.errors import (
    Fatal,
    InsufficientBalance,
    OutOfErgs,
    OutOfNative,
)
from zkos.lang.ints import U32, U64, U256, Address


def process_l2(work: Work) -> None:
    """Validate and execute. Raises Invalid and Fatal."""
    work.validation_pubdata = U64(0)
    set_budget(work)
    validate(work)
    run(work)
    outcome = work.outcome
    resources = work.resources
    outcome.native_used = work.native_limit.saturating_sub(resources.native)
    resources.native = resources.native.wrapping_add(work.withheld)
    settle(work, work.validation_pubdata)
    if not work.system.options.simulate:
        refund(work)


def set_budget(work: Work) -> None:
    """Block limits, prices and resources: steps 2 to 5. Raises Invalid and Fatal."""
    metadata = work.system.metadata
    outcome = work.outcome
    if metadata.gas_limit > BLOCK_GAS:
        outcome.reject(REASON_BLOCK_GAS_LIMIT_TOO_HIGH)
    if work.transaction.gas_limit > metadata.gas_limit:
        outcome.reject(REASON_CALLER_GAS_LIMIT_MORE_THAN_BLOCK)
    set_gas_price(work)
    if metadata.native_price == 0:
        outcome.abort(REASON_NATIVE_PRICE_ZERO)
    per_gas = NATIVE_PER_GAS_SIMULATION
    if not work.system.options.simulate:
        per_gas = divide_up(work.gas_price, metadata.native_price)
    set_native_prices(work, per_gas, metadata.gas_per_pubdata)
    set_resources(work, GAS_INTRINSIC_L2, NATIVE_INTRINSIC_L2, U64(0))


def run(work: Work) -> None:
    """Execute in a frame that any failure rolls back: step 17.

    Running out of native reverts the transaction and takes its gas. So does an error
    that ends the block upstream, if its faults are corrected. Raises Fatal.
    """
    outcome = work.outcome
    snapshot = work.io.start_frame()
    try:
        outcome.success = execute(work)
        if not can_pay_pubdata(work, work.validation_pubdata):
            fail(work, REASON_PUBDATA_NOT_COVERED)
    except OutOfNative:
        exhaust(work, REASON_OUT_OF_NATIVE)
    except Fatal:
        if work.aborts:
            raise
        exhaust(work, fault(work))
    work.io.finish_frame(snapshot, not outcome.success)


def fail(work: Work, reason: U32) -> None:
    """Turn a success into a revert that keeps its output."""
    outcome = work.outcome
    if outcome.success:
        outcome.because(reason, U256(0), U256(0))
    outcome.success = False
    outcome.created = Address(0)


def fault(work: Work) -> U32:
    """The reason of a Fatal error during execution."""
    if work.outcome.reason != 0:
        return work.outcome.reason
    if work.runner.fault != 0:
        return work.runner.fault
    return REASON_INTERNAL


def exhaust(work: Work, reason: U32) -> None:
    """Revert without output and without gas left."""
    outcome = work.outcome
    work.resources.ergs = U64(0)
    outcome.success = False
    outcome.created = Address(0)
    outcome.output = outcome.output.window(0, 0)
    outcome.because(reason, U256(0), U256(0))


def execute(work: Work) -> bool:
    """Do what the transaction asks for. Raises OutOfNative and Fatal."""
    transaction = work.transaction
    success = False
    if work.by_contract:
        success = execute_by_account(work)
    elif transaction.is_creation() or transaction.to == WASM_DEPLOYER:
        success = deploy(work)
    else:
        success = work.interact(
            transaction.sender, transaction.to, transaction.value, transaction.data
        )
        work.outcome.output = work.runner.output
    if not success and work.outcome.reason == 0:
        work.outcome.because(REASON_REVERTED, U256(0), U256(0))
    return success


def deploy(work: Work) -> bool:
    """Run a creation transaction; whether it succeeded."""
    transaction = work.transaction
    resources = work.resources
    outcome = work.outcome
    try:
        resources.charge(GAS_DEPLOYMENT << 8, U64(0))
    except OutOfErgs:
        resources.native = U64(0)
        outcome.because(REASON_OUT_OF_GAS_FOR_DEPLOYMENT, U256(0), U256(0))
        return False
    if not transaction.is_creation():
        outcome.abort(REASON_UNSUPPORTED_ENVIRONMENT)
    runner = work.runner
    snapshot = work.io.start_frame()
    success = runner.create(
        resources,
        transaction.sender,
        transaction.value,
        transaction.data,
        work.sender_nonce,
    )
    work.io.finish_frame(snapshot, not success)
    outcome.output = runner.output
    outcome.created = runner.created
    return success


def refund(work: Work) -> None:
    """Return the price of the gas left to the sender: end of step 18. Raises Fatal."""
    amount = U256(work.outcome.gas_refunded) * work.gas_price
    try:
        work.io.transfer(
            NO_ENVIRONMENT,
            work.unlimited(),
            BOOTLOADER,
            work.transaction.sender,
            amount,
        )
    except InsufficientBalance:
        work.outcome.abort(REASON_INTERNAL)
