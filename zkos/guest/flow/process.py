"""L2 transactions: from the first check to the refund (bootloader spec 4).

The steps are next door; here is their order, execution and what follows it.
"""

from zkos.guest.flow.checks import Sender
from zkos.guest.flow.execution import call, close, create, exhaust, fault
from zkos.guest.flow.ledger import Ledger, Pubdata, open_l2, settle
from zkos.guest.flow.prices import Prices
from zkos.guest.flow.terms import intrinsic_pubdata, l2_prices, refuse_gas_limit
from zkos.guest.flow.validation import validate
from zkos.guest.flow.work import Work
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.report import (
    REASON_OPERATOR_FEE_OVERFLOW,
    REASON_OUT_OF_NATIVE,
    REASON_OUT_OF_RETURN_MEMORY,
    REASON_REFUND_OVERFLOW,
    REASON_REVERTED,
)
from zkos.guest.protocol.transactions import SERVICE_IS_FREE, TYPE_SERVICE
from zkos.guest.system.errors import (
    Fatal,
    InsufficientBalance,
    OutOfNative,
    OutOfReturnMemory,
)
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U32, U256, Address


def process_l2(work: Work) -> None:
    """Validate, execute and pay. Raises Invalid and Fatal."""
    refusal = refuse_gas_limit(work)
    if refusal != 0:
        work.outcome.reject(refusal)
    prices = l2_prices(work)
    ledger = open_l2(work, prices)
    sender = validate(work, prices, ledger)
    pubdata = run(work, prices, ledger, sender)
    settle(work, prices, ledger, pubdata, intrinsic_pubdata(work))
    if not work.system.options.simulate:
        pay(work, prices)


def run(work: Work, prices: Prices, ledger: Ledger, sender: Sender) -> Pubdata:
    """Execute in a frame that any failure rolls back: step 15. Raises Fatal.

    Running out of native or of return memory reverts the transaction and takes its
    gas. So does an error that ends the block upstream, if its faults are corrected.
    """
    outcome = work.outcome
    snapshot = work.io.start_frame()
    try:
        outcome.success = execute(work, ledger, sender)
    except OutOfNative:
        give_up(work, ledger, REASON_OUT_OF_NATIVE)
    except OutOfReturnMemory:
        give_up(work, ledger, REASON_OUT_OF_RETURN_MEMORY)
    except Fatal:
        if outcome.aborts:
            raise
        give_up(work, ledger, fault(work))
    outcome.native_used = ledger.native_used()
    ledger.release()
    return close(work, prices, ledger, snapshot)


def execute(work: Work, ledger: Ledger, sender: Sender) -> bool:
    """Call or create; whether it succeeded.

    The ledger changes only when this returns. Raises OutOfNative, OutOfReturnMemory
    and Fatal.
    """
    resources = ledger.resources
    spending = Resources(resources.ergs, resources.native)
    if work.transaction.is_creation:
        success = create(work, spending, sender.nonce)
    else:
        success = call(work, spending)
    resources.ergs = spending.ergs
    resources.native = spending.native
    if not success:
        work.outcome.revert(REASON_REVERTED)
    return success


def give_up(work: Work, ledger: Ledger, reason: U32) -> None:
    """Revert with all gas, and with all native unless that is forgotten."""
    left = ledger.resources.native
    exhaust(work, ledger, reason)
    if work.forgets_native:
        ledger.resources.native = left


def pay(work: Work, prices: Prices) -> None:
    """Return the price of the gas left, then pay the coinbase: step 16. Raises Fatal.

    Both accounts are touched also for nothing.
    """
    outcome = work.outcome
    transaction = work.transaction
    left = transaction.gas_limit - outcome.gas_used
    credit(work, transaction.sender, U256(left) * prices.gas, REASON_REFUND_OVERFLOW)
    price = prices.gas
    is_free = SERVICE_IS_FREE and transaction.kind == TYPE_SERVICE
    if work.system.options.burn_base_fee and not is_free:
        price = price - work.system.metadata.basefee
    credit(
        work,
        work.system.metadata.coinbase,
        U256(outcome.gas_used) * price,
        REASON_OPERATOR_FEE_OVERFLOW,
    )


def credit(work: Work, target: Address, amount: U256, reason: U32) -> None:
    """Add to a balance at nobody's cost. Raises Fatal if there is no room."""
    try:
        work.io.add_balance(NO_ENVIRONMENT, work.unlimited(), target, amount)
    except InsufficientBalance:
        work.outcome.abort(reason)
