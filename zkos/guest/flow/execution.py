"""The part of a transaction that runs code, and how it ends.

Bootloader spec 4, step 15, and 6, step 6: a frame that every failure rolls back.
"""

from zkos.guest.flow.ledger import Ledger, Pubdata, count_pubdata
from zkos.guest.flow.prices import Prices
from zkos.guest.flow.work import Work
from zkos.guest.protocol.environment import HIGHEST_ENVIRONMENT, NO_ENVIRONMENT
from zkos.guest.protocol.report import (
    REASON_INTERNAL,
    REASON_PUBDATA_NOT_COVERED,
    REASON_UNSUPPORTED_ENVIRONMENT,
)
from zkos.guest.protocol.transactions import SHORT_OF_PUBDATA_TAKES_GAS
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U32, U64


def call(work: Work, resources: Resources) -> bool:
    """Call the recipient as the sender; whether it succeeded.

    A failure undoes all that follows the look at the sender. Raises OutOfNative,
    OutOfReturnMemory and Fatal.
    """
    io = work.io
    transaction = work.transaction
    sender = io.read_account(NO_ENVIRONMENT, resources, transaction.sender)
    environment = sender.environment()
    if environment > HIGHEST_ENVIRONMENT:
        work.outcome.abort(REASON_UNSUPPORTED_ENVIRONMENT)
    snapshot = io.start_frame()
    success = work.runner.call(
        resources,
        environment,
        transaction.sender,
        transaction.to,
        transaction.value,
        transaction.data,
    )
    io.finish_frame(snapshot, not success)
    work.outcome.output = work.runner.output
    return success


def create(work: Work, resources: Resources, nonce: U64) -> bool:
    """Create a contract as the sender, whose nonce was that; whether it succeeded.

    The code is the output. Raises OutOfNative, OutOfReturnMemory and Fatal.
    """
    io = work.io
    runner = work.runner
    outcome = work.outcome
    transaction = work.transaction
    snapshot = io.start_frame()
    success = runner.create(
        resources, transaction.sender, transaction.value, transaction.data, nonce
    )
    io.finish_frame(snapshot, not success)
    outcome.output = runner.output
    if success:
        outcome.created = runner.created
        account = io.read_account_with_code(NO_ENVIRONMENT, resources, runner.created)
        outcome.output = io.code(account)
    return success


def exhaust(work: Work, ledger: Ledger, reason: U32) -> None:
    """Revert without output; all that was left is used up."""
    outcome = work.outcome
    outcome.revert(reason)
    outcome.output = outcome.output.window(0, 0)
    ledger.resources.ergs = U64(0)
    ledger.resources.native = U64(0)


def fault(work: Work) -> U32:
    """The reason of a Fatal error during execution."""
    if work.outcome.reason != 0:
        return work.outcome.reason
    if work.runner.fault != 0:
        return work.runner.fault
    return REASON_INTERNAL


def close(work: Work, prices: Prices, ledger: Ledger, snapshot: U32) -> Pubdata:
    """End the frame; a success that cannot pay its pubdata is reverted.

    The pubdata that is left. Raises Fatal.
    """
    outcome = work.outcome
    if outcome.success:
        pubdata = count_pubdata(work, prices, ledger)
        if ledger.resources.native >= pubdata.native:
            work.io.finish_frame(snapshot, False)
            return pubdata
        outcome.revert(REASON_PUBDATA_NOT_COVERED)
        if SHORT_OF_PUBDATA_TAKES_GAS:
            ledger.resources.ergs = U64(0)
    work.io.finish_frame(snapshot, True)
    return count_pubdata(work, prices, ledger)
