"""Seam: validation of L2 transactions. By default each step charges what it does."""

from zkos.guest.flow.charging_validation import validate

__all__ = ["validate"]
