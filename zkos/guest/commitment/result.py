"""Seam: what the transaction loop finds out. By default any transaction may follow."""

from zkos.guest.commitment.rolling_result import BlockResult

__all__ = ["BlockResult"]
