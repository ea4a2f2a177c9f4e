"""Kinds of transactions in RLP besides those of Ethereum. A seam."""

from zkos.guest.rlp.reader import RlpReader
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32

def decode_other(kind: U32, reader: RlpReader, transaction: Transaction) -> U32:
    """Fill the fields of a transaction of this kind; the reason to drop it, or 0."""
