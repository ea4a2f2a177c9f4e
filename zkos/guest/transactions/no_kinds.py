"""Transactions in RLP of Ethereum's kinds only (v30: transactions spec 2)."""

from zkos.guest.protocol.report import REASON_INVALID_ENCODING
from zkos.guest.rlp.reader import RlpReader
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U32


def decode_other(kind: U32, reader: RlpReader, transaction: Transaction) -> U32:
    """The reason to drop a transaction of another kind."""
    return REASON_INVALID_ENCODING
