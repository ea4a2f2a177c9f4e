"""Prices and the ledger of a transaction: what it may spend, what it has used.

Bootloader spec 4, steps 3 to 5, 16 and 18. Native is 64 bits and wraps where upstream
wraps, unless its faults are corrected.
"""

from typing import Final

from zkos.guest.flow.work import Work
from zkos.guest.protocol.limits import NATIVE_COMPUTATIONAL
from zkos.guest.protocol.report import (
    REASON_BASE_FEE_GREATER_THAN_MAX_FEE,
    REASON_ERGS_OVERFLOW,
    REASON_GAS_USED_ABOVE_GAS_LIMIT,
    REASON_NATIVE_PER_PUBDATA_OVERFLOW,
    REASON_OUT_OF_GAS_DURING_VALIDATION,
    REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION,
    REASON_PRIORITY_FEE_GREATER_THAN_MAX_FEE,
    REASON_PUBDATA_CHARGE_OVERFLOW,
)
from zkos.guest.protocol.transactions import (
    GAS_CALLDATA_BYTE,
    GAS_CALLDATA_NON_ZERO_EXTRA,
)
from zkos.guest.system.resources import ERGS_PER_GAS, INFINITE
from zkos.lang.control import urange
from zkos.lang.ints import U32, U64, U256
from zkos.lang.memory import ByteView

MAX_U64: Final = U256(0xFFFF_FFFF_FFFF_FFFF)
LOW_SEVEN_BITS: Final = U32(0x7F7F_7F7F)
HIGH_BITS: Final = U32(0x8080_8080)
ONES: Final = U32(0x0101_0101)


def saturate(value: U256) -> U64:
    """The value, or 2**64 - 1 if it is more."""
    return INFINITE if value > MAX_U64 else U64(value)


def divide_up(value: U256, divisor: U256) -> U256:
    """The quotient rounded up; `divisor` is not 0."""
    quotient = value // divisor
    if quotient * divisor != value:
        quotient = quotient + 1
    return quotient


def set_gas_price(work: Work) -> None:
    """Base fee and priority fee of an L2 transaction. Raises Invalid."""
    transaction = work.transaction
    basefee = work.system.metadata.basefee
    max_fee = U256(transaction.max_fee)
    priority = U256(transaction.max_priority_fee)
    if work.system.options.simulate and (basefee > max_fee or priority > max_fee):
        work.gas_price = max_fee
        return
    if priority > max_fee:
        work.outcome.reject(REASON_PRIORITY_FEE_GREATER_THAN_MAX_FEE)
    if basefee > max_fee:
        work.outcome.reject(REASON_BASE_FEE_GREATER_THAN_MAX_FEE)
    room = max_fee - basefee
    work.gas_price = basefee + (priority if priority < room else room)


def set_native_prices(work: Work, per_gas: U256, gas_per_pubdata: U256) -> None:
    """Native for a gas and for a byte of pubdata. Raises Fatal."""
    per_pubdata, overflow = gas_per_pubdata.overflowing_mul(per_gas)
    if overflow:
        work.outcome.abort(REASON_NATIVE_PER_PUBDATA_OVERFLOW)
    work.native_per_gas = per_gas
    work.native_per_pubdata = saturate(per_pubdata)


def set_resources(
    work: Work, intrinsic_gas: U64, intrinsic_native: U64, intrinsic_pubdata: U64
) -> None:
    """Ergs and native left after intrinsic costs and calldata.

    Raises Invalid and Fatal.
    """
    transaction = work.transaction
    outcome = work.outcome
    limit = full_native(work)
    if work.system.options.unlimited_native:
        limit = INFINITE
    pubdata, overflow = work.native_per_pubdata.overflowing_mul(intrinsic_pubdata)
    if overflow:
        outcome.abort(REASON_PUBDATA_CHARGE_OVERFLOW)
    if limit < pubdata:
        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    limit = limit - pubdata
    work.withheld = limit.saturating_sub(NATIVE_COMPUTATIONAL)
    limit = limit - work.withheld
    work.native_limit = limit

    calldata = transaction.data
    native = U64(calldata.length()) + intrinsic_native
    if limit < native:
        outcome.reject(REASON_OUT_OF_NATIVE_RESOURCES_DURING_VALIDATION)
    gas = calldata_gas(calldata) + intrinsic_gas
    if gas > transaction.gas_limit:
        outcome.reject(REASON_OUT_OF_GAS_DURING_VALIDATION)
    left = transaction.gas_limit - gas
    ergs, overflow = left.overflowing_mul(ERGS_PER_GAS)
    if overflow:
        outcome.abort(REASON_ERGS_OVERFLOW)
    work.resources.ergs = ergs
    work.resources.native = limit - native


def full_native(work: Work) -> U64:
    """All native that the gas limit buys."""
    return work.transaction.gas_limit.saturating_mul(saturate(work.native_per_gas))


def calldata_gas(data: ByteView) -> U64:
    """4 gas a byte and 12 more for one that is not zero.

    Content is padded with zeros to words, so whole words can be looked at.
    """
    length = data.length()
    non_zero = U32(0)
    whole = length >> 2
    for index in urange(whole):
        word = data.load_u32(index << 2)
        marks = ((word & LOW_SEVEN_BITS) + LOW_SEVEN_BITS) | word
        non_zero = non_zero + (((marks & HIGH_BITS) >> 7).wrapping_mul(ONES) >> 24)
    for index in urange(whole << 2, length):
        if data[index] != 0:
            non_zero = non_zero + 1
    return GAS_CALLDATA_BYTE * U64(length) + GAS_CALLDATA_NON_ZERO_EXTRA * U64(non_zero)


def pubdata_used(work: Work) -> U64:
    """Net pubdata of the transaction; not counted when it is free."""
    if work.native_per_pubdata == 0:
        return U64(0)
    return work.io.pubdata_used()


def pubdata_native(work: Work, base: U64) -> U64:
    """Native price of the net pubdata beyond `base` bytes. Raises Fatal.

    Execution may lower the net pubdata. Upstream's difference then wraps to a price
    that cannot be paid or even computed; corrected, such pubdata is free, and a price
    beyond 64 bits is one that cannot be paid.
    """
    used = pubdata_used(work)
    if not work.aborts:
        return used.saturating_sub(base).saturating_mul(work.native_per_pubdata)
    used = used.wrapping_sub(base)
    native, overflow = used.overflowing_mul(work.native_per_pubdata)
    if overflow:
        work.outcome.abort(REASON_PUBDATA_CHARGE_OVERFLOW)
    return native


def can_pay_pubdata(work: Work, base: U64) -> bool:
    """Whether the native left covers the pubdata beyond `base`. Raises Fatal."""
    return work.resources.native >= pubdata_native(work, base)


def settle(work: Work, base: U64) -> None:
    """Charge the pubdata beyond `base` and find the gas used and left.

    Raises Fatal if more gas is used than the limit allows.
    """
    resources = work.resources
    outcome = work.outcome
    gas_limit = work.transaction.gas_limit
    native = pubdata_native(work, base)
    if work.aborts:
        resources.native = resources.native.wrapping_sub(native)
    else:
        resources.native = resources.native.saturating_sub(native)
    gas_used = gas_limit - resources.gas()
    resources.ergs = U64(0)
    if not work.system.options.unlimited_native:
        gas_used = gas_for_native(work, gas_used)
    if gas_used > gas_limit:
        if work.aborts:
            outcome.abort(REASON_GAS_USED_ABOVE_GAS_LIMIT)
        gas_used = gas_limit
    outcome.gas_used = gas_used
    outcome.gas_refunded = gas_limit - gas_used


def gas_for_native(work: Work, gas_used: U64) -> U64:
    """The gas used, or more if the native used is worth more."""
    per_gas = saturate(work.native_per_gas)
    if per_gas == 0:
        return gas_used
    native_used = full_native(work).wrapping_sub(work.resources.native)
    delta = (native_used // per_gas).wrapping_sub(gas_used)
    if delta.to_signed() > 0:
        gas_used = gas_used.wrapping_add(delta)
    return gas_used
