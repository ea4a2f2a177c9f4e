"""Seam: the transaction in work. By default the kinds of protocol version 30."""

from zkos.guest.transactions.reader import TransactionReader

__all__ = ["TransactionReader"]
