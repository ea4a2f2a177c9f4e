"""Seam: the double ledger of a frame. By default native is looked at first."""

from zkos.guest.system.native_first import Resources

__all__ = ["Resources"]
