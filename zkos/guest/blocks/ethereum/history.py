"""Seam: the blocks before this one. By default their headers prove them."""

from zkos.guest.blocks.ethereum.ancestors import Ancestors

__all__ = ["Ancestors"]
