"""What blobs cost, by the gas of those before (EIP-4844, EIP-7918)."""

from zkos.guest.protocol.ethereum import (
    BLOB_COST_RESERVED,
    BLOB_FEE_FRACTION,
    BLOB_FEE_LEAST,
    BLOBS_MOST,
    BLOBS_TARGET,
    GAS_BLOB,
    GAS_BLOB_BASE,
)
from zkos.lang.ints import U64, U256
from zkos.lang.trap import trap


def blob_fee(excess: U64) -> U256:
    """The price of a blob gas in wei, e to the power of the excess in effect.

    Traps if it does not fit, which no chain comes near.
    """
    numerator = U256(excess)
    term = BLOB_FEE_LEAST * BLOB_FEE_FRACTION
    total = U256(0)
    step = U256(1)
    while term > 0:
        total, overflow = total.overflowing_add(term)
        product, too_much = term.overflowing_mul(numerator)
        if overflow or too_much:
            trap("the price of blobs does not fit")
        term = product // (BLOB_FEE_FRACTION * step)
        step = step + 1
    return total // BLOB_FEE_FRACTION


def excess_after(excess: U64, used: U64, basefee: U256) -> U64:
    """The excess of a block whose parent has this excess, use and base fee."""
    total, overflow = excess.overflowing_add(used)
    if overflow:
        trap("the excess of blob gas does not fit")
    target = BLOBS_TARGET * GAS_BLOB
    if total < target:
        return U64(0)
    if BLOB_COST_RESERVED:
        if GAS_BLOB_BASE * basefee > U256(GAS_BLOB) * blob_fee(excess):
            return excess + used * (BLOBS_MOST - BLOBS_TARGET) // BLOBS_MOST
    return total - target
