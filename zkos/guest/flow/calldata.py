"""What calldata costs besides what is done with it (bootloader spec 2)."""

from zkos.guest.protocol.transactions import (
    GAS_CALLDATA_BYTE,
    GAS_CALLDATA_NON_ZERO_EXTRA,
)
from zkos.guest.transactions.record import Transaction
from zkos.lang.control import inline
from zkos.lang.ints import U64


def calldata_gas(transaction: Transaction) -> U64:
    """Gas of the calldata of a transaction."""
    length = U64(transaction.data.length())
    non_zero = U64(transaction.non_zero_bytes)
    return GAS_CALLDATA_BYTE * length + GAS_CALLDATA_NON_ZERO_EXTRA * non_zero


@inline
def calldata_native(transaction: Transaction, byte: U64) -> U64:
    """The same in native, with the price of a byte."""
    return byte * U64(transaction.data.length())
