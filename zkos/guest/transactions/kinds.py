"""Seam: further kinds of transactions in RLP. By default there are none."""

from zkos.guest.transactions.no_kinds import decode_other

__all__ = ["decode_other"]
