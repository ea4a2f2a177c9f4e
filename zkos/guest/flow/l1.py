"""Seam: transactions from L1. By default their ether is made as they come."""

from zkos.guest.flow.minting_l1 import process_l1

__all__ = ["process_l1"]
