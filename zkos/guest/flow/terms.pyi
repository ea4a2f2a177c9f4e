"""On what terms an L2 transaction is taken: limit, prices, what it pays at first.

Bootloader spec 4, steps 2 to 5. A seam: versions ask for more or less before the
first step of validation.
"""

from zkos.guest.flow.prices import Prices
from zkos.guest.flow.work import Work
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32, U64

def refuse_gas_limit(work: Work) -> U32:
    """The reason to drop a transaction with such a gas limit, or 0."""

def l2_prices(work: Work) -> Prices:
    """The block's prices. Raises Invalid and Fatal."""

def intrinsic_pubdata(work: Work) -> U64:
    """Bytes of pubdata paid for whatever happens."""

def calldata_byte_native(transaction: Transaction) -> U64:
    """Native paid for a byte of calldata."""

def intrinsic_native(work: Work, prices: Prices) -> U64:
    """Native paid besides, whatever happens."""

def intrinsic_gas(work: Work) -> U64:
    """Gas paid whatever happens, besides that of calldata. Raises Invalid."""

def least_gas(transaction: Transaction) -> U64:
    """Gas charged whatever was used and refunded, within the limit."""
