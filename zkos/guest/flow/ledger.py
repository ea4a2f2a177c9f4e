"""What a transaction may spend and what it has used.

Bootloader spec 4, steps 5, 13, 15 and 16, and 6, steps 3, 6 and 7.
"""

from zkos.guest.flow.calldata import calldata_gas, calldata_native
from zkos.guest.flow.outcome import Outcome
from zkos.guest.flow.prices import Prices
from zkos.guest.flow.terms import (
    calldata_byte_native,
    intrinsic_gas,
    intrinsic_native,
    intrinsic_pubdata,
    least_gas,
)
from zkos.guest.flow.work import Work
from zkos.guest.protocol.limits import NATIVE_COMPUTATIONAL
from zkos.guest.protocol.report import (
    REASON_ERGS_OVERFLOW,
    REASON_OUT_OF_GAS_DURING_VALIDATION,
    REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION,
    REASON_PUBDATA_CHARGE_OVERFLOW,
)
from zkos.guest.protocol.transactions import (
    GAS_INTRINSIC_L1,
    NATIVE_CALLDATA_BYTE_L1,
    NATIVE_INTRINSIC_L1,
    NATIVE_UNLIMITED,
    PUBDATA_INTRINSIC_L1,
    REFUND_SHARE,
    VALIDATION_PUBDATA_IS_INTRINSIC,
)
from zkos.guest.system.resources import ERGS_PER_GAS, INFINITE, Resources
from zkos.lang.control import record
from zkos.lang.ints import U64


class Ledger:
    """The account book of one transaction."""

    resources: Resources
    withheld: U64
    """Native beyond what may be used to compute; pays for pubdata only."""
    start: U64
    """Native of `resources` after the intrinsic charges."""
    intrinsic: U64
    """Native for what precedes, calldata included."""
    native_for_pubdata: U64
    """Taken from `resources` for the pubdata of validation."""
    validation_pubdata: U64
    """In bytes; paid for before execution."""

    def __init__(self, ergs: U64, native: U64, withheld: U64, intrinsic: U64) -> None:
        self.resources = Resources(ergs, native)
        self.withheld = withheld
        self.start = native
        self.intrinsic = intrinsic
        self.native_for_pubdata = U64(0)
        self.validation_pubdata = U64(0)

    def native_used(self) -> U64:
        """Native that was computed with so far."""
        used = self.start - self.resources.native - self.native_for_pubdata
        return used + self.intrinsic

    def release(self) -> None:
        """Let the withheld native be spent, for pubdata."""
        resources = self.resources
        resources.native = resources.native + self.withheld


def full_native(work: Work, prices: Prices) -> U64:
    """All native that the gas limit buys."""
    if work.system.options.unlimited_native or prices.native_per_gas == 0:
        return NATIVE_UNLIMITED
    return work.transaction.gas_limit.saturating_mul(prices.native_per_gas)


def open_l2(work: Work, prices: Prices) -> Ledger:
    """The ledger after intrinsic charges. Raises Invalid and Fatal."""
    outcome = work.outcome
    transaction = work.transaction
    pubdata = pubdata_native(outcome, prices, intrinsic_pubdata(work))
    limit = full_native(work, prices)
    if limit < pubdata:
        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    limit = limit - pubdata
    withheld = limit.saturating_sub(NATIVE_COMPUTATIONAL)
    limit = limit - withheld
    calldata = calldata_native(transaction, calldata_byte_native(transaction))
    intrinsic = calldata + intrinsic_native(work, prices)
    if limit < intrinsic:
        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    gas = calldata_gas(transaction) + intrinsic_gas(work)
    if transaction.gas_limit < gas:
        outcome.reject(REASON_OUT_OF_GAS_DURING_VALIDATION)
    ergs = ergs_of(outcome, transaction.gas_limit - gas)
    return Ledger(ergs, limit - intrinsic, withheld, intrinsic)


def open_l1(work: Work, prices: Prices) -> Ledger:
    """The ledger after intrinsic charges, or as much of them as there is.

    Raises Fatal.
    """
    outcome = work.outcome
    transaction = work.transaction
    pubdata = pubdata_native(outcome, prices, PUBDATA_INTRINSIC_L1)
    limit = full_native(work, prices).saturating_sub(pubdata)
    withheld = limit.saturating_sub(NATIVE_COMPUTATIONAL)
    limit = limit - withheld
    calldata = calldata_native(transaction, NATIVE_CALLDATA_BYTE_L1)
    intrinsic = calldata + NATIVE_INTRINSIC_L1
    gas = calldata_gas(transaction) + GAS_INTRINSIC_L1
    ergs = ergs_of(outcome, transaction.gas_limit.saturating_sub(gas))
    return Ledger(ergs, limit.saturating_sub(intrinsic), withheld, intrinsic)


def ergs_of(outcome: Outcome, gas: U64) -> U64:
    """The gas in ergs. Raises Fatal if it does not fit."""
    ergs, overflow = gas.overflowing_mul(ERGS_PER_GAS)
    if overflow:
        outcome.abort(REASON_ERGS_OVERFLOW)
    return ergs


def pubdata_native(outcome: Outcome, prices: Prices, length: U64) -> U64:
    """Native for `length` bytes; what does not fit 64 bits cannot be paid.

    Raises Fatal where upstream ends the block.
    """
    native, overflow = prices.native_per_pubdata.overflowing_mul(length)
    if overflow:
        outcome.exceed(REASON_PUBDATA_CHARGE_OVERFLOW)
        return INFINITE
    return native


def pay_validation_pubdata(work: Work, prices: Prices, ledger: Ledger) -> None:
    """Charge the net pubdata so far, first to what is withheld.

    Raises OutOfNative and Fatal.
    """
    length = work.io.pubdata_used()
    native = pubdata_native(work.outcome, prices, length)
    ledger.validation_pubdata = length
    withheld = ledger.withheld
    ledger.withheld = withheld.saturating_sub(native)
    rest = native.saturating_sub(withheld)
    ledger.resources.charge(U64(0), rest)
    ledger.native_for_pubdata = rest


@record
class Pubdata:
    """Net pubdata beyond that of validation."""

    length: U64
    """In bytes."""
    native: U64
    """What it costs."""


def count_pubdata(work: Work, prices: Prices, ledger: Ledger) -> Pubdata:
    """Count it as it is now. Raises Fatal.

    Execution may undo changes of validation; then there is nothing beyond it.
    """
    length = work.io.pubdata_used().saturating_sub(ledger.validation_pubdata)
    return Pubdata(length, pubdata_native(work.outcome, prices, length))


def settle(
    work: Work, prices: Prices, ledger: Ledger, pubdata: Pubdata, intrinsic: U64
) -> None:
    """Charge the pubdata and find what was used, gas in the end.

    `intrinsic` is pubdata that was paid for at first. The resources are used up.
    """
    outcome = work.outcome
    resources = ledger.resources
    used = pubdata.length
    if not VALIDATION_PUBDATA_IS_INTRINSIC:
        used = ledger.validation_pubdata.saturating_add(pubdata.length)
    outcome.pubdata_used = used.saturating_add(intrinsic)
    if work.wraps_pubdata:
        resources.native = resources.native.wrapping_sub(pubdata.native)
    else:
        resources.native = resources.native.saturating_sub(pubdata.native)
    gas_used = work.transaction.gas_limit - resources.gas()
    resources.ergs = U64(0)
    refund = U64(work.io.refund_counter())
    most = gas_used // REFUND_SHARE
    outcome.gas_refunded = refund if refund < most else most
    gas_used = gas_used - outcome.gas_refunded
    least = least_gas(work.transaction)
    if gas_used < least:
        limit = work.transaction.gas_limit
        gas_used = least if least < limit else limit
    outcome.gas_used = gas_for_native(work, prices, resources.native, gas_used)


def gas_for_native(work: Work, prices: Prices, left: U64, gas_used: U64) -> U64:
    """The gas used, or more if the native used is worth more."""
    per_gas = prices.native_per_gas
    if per_gas == 0 or work.system.options.unlimited_native:
        return gas_used
    worth = full_native(work, prices).saturating_sub(left) // per_gas
    return worth if worth > gas_used else gas_used
