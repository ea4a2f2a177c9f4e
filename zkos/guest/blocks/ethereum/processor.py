"""Seam: what is done with a block. By default all that Ethereum says."""

from zkos.guest.blocks.ethereum.block import BlockProcessor

__all__ = ["BlockProcessor"]
