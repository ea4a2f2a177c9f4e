"""What gas, native and pubdata cost a transaction, fixed before it starts.

Bootloader spec 4, steps 3 and 4, and 6, step 2.
"""

from zkos.guest.flow.outcome import Outcome
from zkos.guest.flow.work import Work
from zkos.guest.protocol.limits import MAX_U64
from zkos.guest.protocol.report import (
    REASON_BASE_FEE_GREATER_THAN_MAX_FEE,
    REASON_NATIVE_PER_PUBDATA_OVERFLOW,
    REASON_PRIORITY_FEE_GREATER_THAN_MAX_FEE,
)
from zkos.guest.protocol.transactions import (
    NATIVE_PER_GAS_UPGRADE,
    NATIVE_PRICE_L1,
    TYPE_UPGRADE,
)
from zkos.guest.system.resources import INFINITE
from zkos.guest.transactions.record import Transaction
from zkos.lang.control import record
from zkos.lang.ints import U64, U256


@record
class Prices:
    """Of one transaction."""

    gas: U256
    """In wei."""
    native_per_gas: U64
    """0 if gas is free, which makes native unlimited."""
    native_per_pubdata: U64
    """For a byte."""


def l1_prices(work: Work) -> Prices:
    """The prices that L1 has fixed. Raises Fatal."""
    transaction = work.transaction
    gas = transaction.max_fee
    per_gas = NATIVE_PER_GAS_UPGRADE
    if transaction.kind != TYPE_UPGRADE:
        per_gas = divide_up(gas, NATIVE_PRICE_L1)
    gas_per_pubdata = U256(transaction.gas_per_pubdata)
    per_pubdata, overflow = gas_per_pubdata.overflowing_mul(per_gas)
    if overflow:
        work.outcome.exceed(REASON_NATIVE_PER_PUBDATA_OVERFLOW)
        return Prices(gas, saturate(per_gas), INFINITE)
    return Prices(gas, saturate(per_gas), saturate(per_pubdata))


def effective_gas_price(
    outcome: Outcome, transaction: Transaction, basefee: U256, simulate: bool
) -> U256:
    """Base fee and priority fee (EIP-1559), in wei. Raises Invalid."""
    max_fee = transaction.max_fee
    priority = transaction.max_priority_fee
    if simulate and (basefee > max_fee or priority > max_fee):
        return max_fee
    if priority > max_fee:
        outcome.reject(REASON_PRIORITY_FEE_GREATER_THAN_MAX_FEE)
    if basefee > max_fee:
        outcome.reject(REASON_BASE_FEE_GREATER_THAN_MAX_FEE)
    room = max_fee - basefee
    return basefee + (priority if priority < room else room)


def saturate(value: U256) -> U64:
    """The value, or 2**64 - 1 if it is more."""
    return INFINITE if value > MAX_U64 else U64(value)


def divide_up(value: U256, divisor: U256) -> U256:
    """The quotient rounded up; `divisor` is not 0."""
    quotient = value // divisor
    if quotient * divisor != value:
        quotient = quotient + 1
    return quotient
